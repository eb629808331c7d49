// An account is opened in one step, and the back button takes it back.
//
// To open a screen Streamlit first writes what its address asks for behind the address of the screen
// that stands there, a step of its own. The back button led to that one, where the list's filter is
// lost; it is overwritten by the step that follows.

const DEEDS = ['pointerdown', 'keydown', 'click', 'popstate'];

let written = false; // What the address asks for, at the same screen and by nobody's deed since.

for (const kind of DEEDS) addEventListener(kind, () => (written = false), { capture: true });

const push = history.pushState.bind(history);

history.pushState = (state, title, url) => {
  const { pathname, search } = new URL(url ?? '', document.baseURI);
  const stays = pathname === location.pathname;
  const follows = written && !stays && search === location.search;
  written = stays && search !== location.search;
  if (follows) history.replaceState(state, title, url);
  else push(state, title, url);
};
