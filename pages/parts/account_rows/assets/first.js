// The rows of the list while Streamlit is still on its way. Their links work, their boxes and buttons do
// when the list itself has come, and takes their place.

import { addressOf, putInPlace, show } from './arriving.js';
import { draw, listAt, placeForLists } from './table.js';

const LIST = '#root .account-rows';
// Those of the picture of the chart, each named so that they come at once.
const SCRIPTS_OF_CHART = ['first_chart.js', 'chart.js', 'chart_axes.js', 'chart_parts.js'];

const place = placeForLists();
place.id = 'first-rows';

if (putInPlace(place, 'rows')) {
  const list = await listAt(addressOf('/account-rows'));
  if (list) showRows(list);
  // The rows wait for nothing of it.
  for (const name of SCRIPTS_OF_CHART) import(`./${name}`);
}

function showRows(list) {
  draw(list, place);
  for (const control of place.querySelectorAll('input, button')) control.disabled = true;
  show(place, {
    hasCome: () => document.querySelector(`${LIST} tbody`) !== null,
    gone() {
      // The keyboard goes on in the list that takes their place.
      if (place.contains(document.activeElement)) document.querySelector(LIST)?.focus({ preventScroll: true });
    },
  });
}
