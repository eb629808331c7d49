// Streamlit follows its links to screens by itself, also a click that asks the browser for another tab,
// and the links to the start page name no page, which on another screen leads to that one.

const LINK = 'a[data-testid$="NavLink"]';
const START = new URL('.', import.meta.url);

document.addEventListener(
  'click',
  (event) => {
    const { ctrlKey, metaKey, shiftKey } = event;
    if ((ctrlKey || metaKey || shiftKey) && linkAt(event)) event.stopPropagation();
  },
  { capture: true }
);

// Before a link can be clicked in any way, or copied, a pointer or the keyboard comes to it.
for (const kind of ['pointerover', 'focusin']) document.addEventListener(kind, nameStart);

function nameStart(event) {
  const link = linkAt(event);
  const written = link?.getAttribute('href');
  if (written === '' || written?.startsWith('?')) link.href = new URL(written, START);
}

function linkAt({ target }) {
  return target instanceof Element ? target.closest(LINK) : null;
}
