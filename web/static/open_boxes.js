// Streamlit hangs the box that a button opens at the end of the page, so the keyboard came to it
// behind all else, the whole list of accounts for one. Here Tab leads from the button into its box
// and from there to what follows the button; Shift+Tab leads back.

const BOX = '[data-testid="stPopoverBody"]';
const BUTTON = '[data-testid="stPopoverButton"][aria-expanded="true"]';

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Tab' || event.altKey || event.ctrlKey || event.metaKey) return;
  const next = following(document.activeElement, event.shiftKey);
  if (!next) return;
  event.preventDefault();
  next.focus();
});

// Where to go; undefined where the browser goes there by itself.
function following(here, isBack) {
  const [box, button] = [document.querySelector(BOX), document.querySelector(BUTTON)];
  if (!box || !button) return undefined;
  const inside = stops(box);
  if (here === button && !isBack) return inside[0];
  if (here === inside[0] && isBack) return button;
  if (here !== inside.at(-1) || isBack) return undefined;
  const all = stops(document.body);
  return all[all.indexOf(button) + 1];
}

// What Tab stops at, in its order. What is in a box that the keyboard has left is none any more, and
// again when it comes back; it bears this mark meanwhile.
function stops(place) {
  return [...place.querySelectorAll('*')].filter(
    (each) =>
      (each.tabIndex >= 0 || each.matches(`${BOX} [data-tabindex]`)) &&
      !each.matches(':disabled') &&
      each.checkVisibility({ visibilityProperty: true })
  );
}
