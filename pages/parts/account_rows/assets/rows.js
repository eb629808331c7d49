// The list of accounts, as a table that any browser can search, enlarge, read out and use by keyboard.

import { Ahead } from './ahead.js';
import { keepPlaces } from './arriving.js';
import { draw, opensElsewhere, placeForLists, read } from './table.js';

// Streamlit's box of the chart above the list.
const PLACE_OF_CHART = '.st-key-place_of_chart';

const tables = new WeakMap();

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  let table = tables.get(parentElement);
  if (!table) {
    table = new AccountRows(parentElement);
    tables.set(parentElement, table);
  }
  table.tell = { setStateValue, setTriggerValue };
  table.given(data);
  return () => {
    table.remove();
    tables.delete(parentElement);
  };
}

class AccountRows {
  constructor(parent) {
    this.place = placeForLists();
    // It scrolls sideways, so the keyboard must reach it.
    this.place.tabIndex = 0;
    this.place.setAttribute('role', 'region');
    parent.append(this.place);
    this.ticked = new Set();
    this.said = null; // The last word of what is ticked.
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    this.place.addEventListener('click', (event) => this.clicked(event), { signal });
    this.place.addEventListener('change', (event) => this.changed(event), { signal });
    // Of another button than the first, which opens a menu, a browser may not say when it is let go.
    this.place.addEventListener('pointerdown', ({ button }) => (this.isPressed = button === 0), { signal });
    for (const kind of ['pointerup', 'pointercancel'])
      document.addEventListener(kind, () => this.released(), { capture: true, signal });
    addEventListener('pagehide', () => this.keepPlaces(), { signal });
    this.ahead = new Ahead((list) => this.comesAhead(list), signal);
  }

  remove() {
    this.leaving.abort();
    this.place.remove();
  }

  // What Streamlit says.
  given(data) {
    const list = read(data.list);
    const isOfTick = list.which === this.meant?.which && !isSame(data.heard, this.data.heard);
    this.data = data;
    this.meant = list;
    this.said ??= data.heard;
    if (!this.ahead.hears(list, data.way, isOfTick)) return;
    this.whenReleased(() => {
      const isHeard = isSame(data.heard, this.said);
      if (isHeard || list.which !== this.list?.which) this.ticked = new Set(data.ticked);
      // A row that has left the list comes back without its tick.
      else this.ticked = new Set(list.rows.map(({ id }) => id).filter((id) => this.ticked.has(id)));
      this.show(list);
      this.mark();
    });
    if (data.drawn) afterDrawing(() => fetch(data.drawn, { method: 'POST' }).catch(() => {}));
  }

  // Ticks end with their list, but where Streamlit has not heard of another one.
  comesAhead(list) {
    this.whenReleased(() => {
      if (list.which !== this.list.which) this.ticked = new Set(list === this.meant ? this.data.ticked : []);
      this.show(list);
    });
  }

  // Nothing moves below a finger: it would leave something else than it pressed.
  whenReleased(act) {
    if (this.isPressed) this.waiting = act;
    else act();
  }

  released() {
    // When the click has come that follows.
    setTimeout(() => {
      this.isPressed = false;
      const { waiting } = this;
      this.waiting = null;
      waiting?.();
    });
  }

  // For the next visit, which begins with rows and chart before Streamlit has come.
  keepPlaces() {
    keepPlaces({ rows: this.place, chart: document.querySelector(PLACE_OF_CHART) });
  }

  show(list) {
    if (list.said === this.list?.said) return;
    this.list = list;
    this.place.setAttribute('aria-label', list.name);
    this.place.style.setProperty('--rows', list.rows.length);
    const focused = this.place.contains(document.activeElement) && placeOf(document.activeElement);
    draw(list, this.place);
    // Where its row has gone, what is next to it comes next.
    if (focused) (this.place.querySelector(focused) ?? this.place).focus({ preventScroll: true });
    this.mark();
  }

  // Ticks belong to accounts, not to places.
  mark() {
    const boxes = [...this.place.querySelectorAll('tbody input')];
    for (const box of boxes) {
      const row = box.closest('tr');
      box.checked = this.ticked.has(Number(row.dataset.id));
      row.classList.toggle('ticked', box.checked);
    }
    const all = this.place.querySelector('thead input');
    const some = boxes.some((box) => box.checked);
    all.disabled = !boxes.length;
    all.checked = boxes.length > 0 && boxes.every((box) => box.checked);
    all.indeterminate = some && !all.checked;
  }

  changed({ target }) {
    if (!target.matches('input')) return;
    const rows = target.closest('tbody') ? [target.closest('tr')] : this.place.querySelectorAll('tbody tr');
    for (const row of rows) this.ticked[target.checked ? 'add' : 'delete'](Number(row.dataset.id));
    this.mark();
    const ids = [...this.ticked];
    if (this.list.which === this.meant.which) this.data = { ...this.data, ticked: ids };
    // With the run, so that the same ticks are news when the list has been another meanwhile.
    this.said = { which: this.list.which, ids, run: this.data.run };
    this.tell.setStateValue('ticked', this.said);
  }

  clicked(event) {
    const control = event.target.closest('[data-sort], [data-press]');
    if (!control || (control.matches('a') && opensElsewhere(event))) return;
    event.preventDefault();
    const { sort, press } = control.dataset;
    if (sort) this.tell.setTriggerValue('sorted', sort);
    if (press) this.tell.setTriggerValue('pressed', { what: press, id: Number(control.closest('tr').dataset.id) });
  }
}

function isSame(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

// In the second frame from now the first one has been painted.
function afterDrawing(act) {
  requestAnimationFrame(() => requestAnimationFrame(act));
}

// A selector for the same control among rows that are drawn anew.
function placeOf(control) {
  const row = control.closest('tr')?.dataset.id;
  const within = row ? `tr[data-id="${row}"] ` : 'thead ';
  if (control.matches('input')) return `${within}input`;
  const { sort, press } = control.dataset;
  if (sort) return `${within}[data-sort="${sort}"]`;
  if (press) return `${within}[data-press="${press}"]`;
  return control.matches('a') ? `${within}a:not([data-press])` : null;
}
