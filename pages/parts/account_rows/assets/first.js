// The rows of the list while Streamlit is still on its way: a browser has read and run three megabytes
// of scripts before its screen stands there. They stand where the list was when it was seen last; their
// links work, their boxes and buttons do when the list itself has come, and takes their place.

import { PLACE, draw, listAt, placeForLists } from './table.js';

const AT_MOST_MS = 20_000;
const WITHOUT_LIST_MS = 3_000; // Of a screen that is drawn: its table may still have to come.
// Where a wide screen has the list that nobody has seen yet; a narrow one is too different each time.
const WIDE = 1100;
const USUAL_TOP = '47.9rem';
const LIST = '#root .account-rows';
const DRAWN = '.stApp[data-test-script-state="notRunning"] .stMain .stElementContainer';

const screen = location.pathname;
const place = placeForLists();
place.id = 'first-rows';

if (placed()) begin(await rows());

function placed() {
  let seen = null;
  try {
    seen = JSON.parse(localStorage.getItem(PLACE));
  } catch {
    // A browser that keeps nothing.
  }
  if (seen?.width === innerWidth) place.style.top = `${seen.top}px`;
  else if (innerWidth >= WIDE) place.style.top = USUAL_TOP;
  else return false;
  return true;
}

// How Streamlit will see the viewer too, who has chosen nothing yet.
function rows() {
  const { language } = navigator;
  const viewer = new URLSearchParams({
    viewer_language: language.split('-')[0],
    viewer_locale: language,
    viewer_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
  return listAt(`/account-rows?${location.search.slice(1)}&${viewer}`);
}

function begin(list) {
  if (!list || hasCome() || location.pathname !== screen) return;
  draw(list, place);
  for (const control of place.querySelectorAll('input, button')) control.disabled = true;
  document.documentElement.classList.add(place.id);
  document.body.append(place);
  let late = setTimeout(gone, AT_MOST_MS);
  let isDrawn = false;
  const watch = new MutationObserver(() => {
    if (hasCome() || location.pathname !== screen) gone();
    else if (!isDrawn && document.querySelector(DRAWN)) {
      isDrawn = true;
      clearTimeout(late);
      late = setTimeout(gone, WITHOUT_LIST_MS);
    }
  });
  watch.observe(document.body, { subtree: true, childList: true, attributeFilter: ['data-test-script-state'] });

  function gone() {
    watch.disconnect();
    clearTimeout(late);
    // The keyboard goes on in the list that takes their place.
    if (place.contains(document.activeElement)) document.querySelector(LIST)?.focus({ preventScroll: true });
    place.remove();
    document.documentElement.classList.remove(place.id);
  }
}

function hasCome() {
  return document.querySelector(`${LIST} tbody`) !== null;
}
