// The rows of the list while Streamlit is still on its way. Their links work, their boxes and buttons do
// when the list itself has come, and takes their place.

import { addressOf, putInPlace, show } from './arriving.js';
import { listAt, tableOf } from './table.js';

const LIST = '#root .account-rows';

const place = document.createElement('div');
place.id = 'first-rows';
place.className = 'account-rows';

if (putInPlace(place, 'rows')) {
  const list = await listAt(addressOf('/account-rows'));
  if (list) showRows(list);
}

function showRows(list) {
  place.append(tableOf(list));
  for (const control of place.querySelectorAll('input, button')) control.disabled = true;
  show(place, {
    hasCome: () => document.querySelector(`${LIST} tbody`) !== null,
    gone() {
      // The keyboard goes on in the list that takes their place.
      if (place.contains(document.activeElement)) document.querySelector(LIST)?.focus({ preventScroll: true });
    },
  });
}
