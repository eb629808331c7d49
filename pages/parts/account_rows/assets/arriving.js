// What the start page shows while Streamlit is still on its way: a browser has read and run three
// megabytes of scripts before its screen stands there, and as many again before its chart does. It
// stands where the browser had it last, until what takes its place has come.

// Under this name the browser keeps where the list and the chart stand on the screen.
const PLACES = 'start-page-places';
// Where a wide screen has what nobody has seen yet; a narrow one is too different each time.
const WIDE = 1100;
const USUAL_TOP = { rows: '47.9rem', chart: '27.42rem' };

const AT_MOST_MS = 20_000;
const WITHOUT_IT_MS = 3_000; // Of a screen that is drawn: what takes the place may still have to come.
const DRAWN = '.stApp[data-test-script-state="notRunning"] .stMain .stElementContainer';

const screen = location.pathname;

// Puts an element where it stood; whether that is known.
export function putInPlace(element, name) {
  let seen = null;
  try {
    seen = JSON.parse(localStorage.getItem(PLACES));
  } catch {
    // A browser that keeps nothing.
  }
  const top = seen?.width === innerWidth ? seen[name] : null;
  if (top != null) element.style.top = `${top}px`;
  else if (innerWidth >= WIDE) element.style.top = USUAL_TOP[name];
  else return false;
  return true;
}

// For the next visit.
export function keepPlaces(elements) {
  const places = { width: innerWidth };
  for (const [name, element] of Object.entries(elements)) {
    const scrolled = element?.closest('[data-testid=stMain]')?.scrollTop ?? 0;
    if (element) places[name] = element.getBoundingClientRect().top + scrolled;
  }
  try {
    localStorage.setItem(PLACES, JSON.stringify(places));
  } catch {
    // A browser that keeps nothing.
  }
}

// An address for what the screen shows, as Streamlit too will see the viewer, who has chosen nothing yet.
export function addressOf(path) {
  const { language } = navigator;
  const viewer = new URLSearchParams({
    viewer_language: language.split('-')[0],
    viewer_locale: language,
    viewer_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
  return `${path}?${location.search.slice(1)}&${viewer}`;
}

// What the desk says at an address, as it is read; null where it cannot be had, or is something else.
export async function saidAt(address, read) {
  try {
    const answer = await fetch(address);
    return answer.ok ? read(await answer.text()) : null;
  } catch {
    return null;
  }
}

// Shows an element until what it stands for has come, or will not come; returns what ends it before, if
// it is shown at all.
//
// hasCome: whether that is there; isComing: whether the drawn screen is about to have it
// changed: hears of each change of the screen meanwhile, and whether all of it is drawn
// gone: hears when the element leaves
export function show(element, { hasCome, isComing = () => false, changed = () => {}, gone = () => {} }) {
  if (isOver()) return gone();
  document.documentElement.classList.add('arriving');
  document.body.append(element);
  const late = setTimeout(end, AT_MOST_MS);
  let withoutIt;
  let nextLook;
  const watch = new MutationObserver(() => {
    // Once for all that a frame will show.
    nextLook ??= requestAnimationFrame(look);
  });
  watch.observe(document.body, { subtree: true, childList: true, attributeFilter: ['data-test-script-state'] });
  return end;

  function look() {
    nextLook = null;
    if (isOver()) return end();
    if (!withoutIt && document.querySelector(DRAWN))
      withoutIt = setTimeout(() => isComing() || end(), WITHOUT_IT_MS);
    changed(Boolean(withoutIt));
  }

  function isOver() {
    return hasCome() || location.pathname !== screen;
  }

  function end() {
    watch.disconnect();
    cancelAnimationFrame(nextLook);
    clearTimeout(late);
    clearTimeout(withoutIt);
    gone();
    element.remove();
    document.documentElement.classList.remove('arriving');
  }
}
