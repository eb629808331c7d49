// The chart above the list while Streamlit and Plotly are still on their way: a picture of it, to look at.

import { addressOf, putInPlace, saidAt, show } from './arriving.js';
import { draw } from './chart.js';

const HOME = '#root .st-key-place_of_chart';
const CHART = `${HOME} .stPlotlyChart .main-svg`;
const LIST = '#root .account-rows tbody';
// What makes it another chart, of which the address says nothing.
const OTHER_CHART = '.st-key-chart, .st-key-by_region, .st-key-viewer_language';
const FONT = 'Source Sans';
const PASSES_BY = ['Tab', 'Shift'];

const place = document.createElement('div');
place.id = 'first-chart';
const leaving = new AbortController();
const size = new ResizeObserver(() => redraw());
let asked, picture, end;

if (putInPlace(place, 'chart')) follow();

// Shows what the address means.
async function follow() {
  const search = (asked = location.search);
  const said = await saidAt(addressOf('/account-rows/timeline'), JSON.parse);
  if (search !== asked || leaving.signal.aborted) return;
  picture = said;
  if (picture && !end) begin();
  else if (picture) redraw();
  else end?.();
}

function begin() {
  const { signal } = leaving;
  size.observe(place);
  const isOurs = ({ family }) => family.includes(FONT);
  const hasFont = ({ fontfaces }) => fontfaces.some(isOurs) && redraw();
  document.fonts.addEventListener('loadingdone', hasFont, { signal });
  const asksForAnother = ({ target, key }) => !PASSES_BY.includes(key) && target.closest?.(OTHER_CHART) && end();
  for (const kind of ['click', 'keydown']) document.addEventListener(kind, asksForAnother, { capture: true, signal });
  end = show(place, {
    hasCome: () => document.querySelector(CHART) !== null,
    isComing: () => document.querySelector(`${HOME} .stElementContainer`) !== null,
    changed(isDrawn) {
      if (!place.matches(`${HOME} > *`) && (isDrawn || document.querySelector(LIST))) goHome();
      if (location.search !== asked) follow();
    },
    gone() {
      leaving.abort();
      size.disconnect();
      document.querySelector(HOME)?.style.removeProperty('min-height');
    },
  });
}

// From where it stood to its place on the screen, with which it moves from now on.
function goHome() {
  const home = document.querySelector(HOME);
  if (!home) return;
  place.style.top = '';
  home.style.minHeight = `${picture.height}px`;
  home.append(place);
}

function redraw() {
  if (place.clientWidth) draw(place, picture);
}
