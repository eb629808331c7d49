// The list of accounts, as a table that any browser can search, enlarge, read out and use by keyboard.
//
// Streamlit needs three rounds over the whole screen before a click shows. So whoever is about to ask
// for other rows (data.ahead names the widgets and what each leads to) is shown these as soon as the
// desk has answered, and the rest of the screen follows when Streamlit is through. What Streamlit
// says last always counts, but where somebody is just typing.

import { keepPlaces } from './arriving.js';
import { listAt, read, tableOf } from './table.js';

const PAUSE_MS = 80; // After a letter. Streamlit hears of it after a longer one.

// A counter is a link of Streamlit's to this very screen.
const COUNTER = 'a[data-testid="stPageLink-NavLink"]';

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
    this.place = document.createElement('div');
    this.place.className = 'account-rows';
    // It scrolls sideways, so the keyboard must reach it.
    this.place.tabIndex = 0;
    this.place.setAttribute('role', 'region');
    this.place.append(document.createElement('table'));
    parent.append(this.place);
    this.ticked = new Set();
    this.asked = 0;
    this.isTyping = false;
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    this.place.addEventListener('click', (event) => this.clicked(event), { signal });
    this.place.addEventListener('change', (event) => this.changed(event), { signal });
    const ahead = (event) => this.aboutToAsk(event);
    for (const kind of ['pointerdown', 'click', 'keydown'])
      document.addEventListener(kind, ahead, { capture: true, signal });
    document.addEventListener('input', (event) => this.typed(event), { capture: true, signal });
    addEventListener('pagehide', () => this.keepPlaces(), { signal });
  }

  remove() {
    this.leaving.abort();
    clearTimeout(this.pause);
    this.place.remove();
  }

  // What Streamlit says: it ends whatever is under way ahead of it.
  given(data) {
    const list = read(data.list);
    // Its rows may be here ahead of what was ticked among them when it was shown before.
    const isAhead = list.which !== this.meant?.which && !this.ticked.size;
    const isAnother = list.which !== this.list?.which;
    this.data = data;
    this.meant = list;
    this.asked += 1;
    this.expected = null;
    const field = document.activeElement;
    this.isTyping &&= this.isSearch(field) && this.isNews(field);
    if (this.list && this.isTyping) {
      this.follow(field);
      return;
    }
    if (isAnother || isAhead) this.ticked = new Set(data.ticked);
    // A row that has left the list comes back without its tick.
    else this.ticked = new Set(list.rows.map(({ id }) => id).filter((id) => this.ticked.has(id)));
    this.show(list);
    this.mark();
    if (data.drawn) afterDrawing(() => fetch(data.drawn, { method: 'POST' }).catch(() => {}));
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
    this.place.querySelector('table').replaceWith(tableOf(list));
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
    all.checked = boxes.length > 0 && boxes.every((box) => box.checked);
    all.indeterminate = some && !all.checked;
  }

  changed({ target }) {
    if (!target.matches('input')) return;
    const rows = target.closest('tbody') ? [target.closest('tr')] : this.place.querySelectorAll('tbody tr');
    for (const row of rows) this.ticked[target.checked ? 'add' : 'delete'](Number(row.dataset.id));
    this.mark();
    // With the run, so that the same ticks are news when the list has been another meanwhile.
    const { run } = this.data;
    this.tell.setStateValue('ticked', { which: this.list.which, ids: [...this.ticked], run });
  }

  clicked({ target }) {
    const button = target.closest('button');
    if (!button) return;
    const { sort, press } = button.dataset;
    if (sort) this.tell.setTriggerValue('sorted', sort);
    if (press) this.tell.setTriggerValue('pressed', { what: press, id: Number(button.closest('tr').dataset.id) });
  }

  aboutToAsk(event) {
    const query = this.queryOf(event);
    if (query === null) return;
    if (this.expected?.query !== query) this.expected = { query, rows: this.rowsOf(query) };
    // A press may still be taken back; a click is one.
    if (event.type !== 'pointerdown') this.showAhead(this.expected);
  }

  // Rows follow the letters.
  typed({ target, isComposing }) {
    if (!this.isSearch(target)) return;
    this.isTyping = true;
    clearTimeout(this.pause);
    if (!isComposing) this.pause = setTimeout(() => this.follow(target), PAUSE_MS);
  }

  follow(field) {
    const query = this.queryOfSearch(field);
    if (this.isNews(field)) {
      if (this.expected?.query !== query) this.expected = { query, rows: this.rowsOf(query) };
      this.showAhead(this.expected);
    } else {
      // Typed and taken back: Streamlit says nothing then.
      this.asked += 1;
      if (this.list.which !== this.meant.which) this.ticked = new Set(this.data.ticked);
      this.show(this.meant);
    }
  }

  isSearch(target) {
    return target instanceof Element && target.matches(this.data.ahead.search.selector);
  }

  // Whether it says something that Streamlit has not heard of.
  isNews(field) {
    return field.value.trim() !== this.data.ahead.search.text;
  }

  queryOfSearch(field) {
    return `${this.data.ahead.search.query}&q=${encodeURIComponent(field.value.trim())}`;
  }

  async showAhead(expected) {
    const asked = (this.asked += 1);
    const list = await expected.rows;
    if (!list || asked !== this.asked) return;
    if (list.which !== this.list.which) this.ticked = new Set();
    this.show(list);
  }

  // Which rows an event leads to; null for one that leads to none that are known.
  queryOf(event) {
    if (!(event.target instanceof Element)) return null;
    if (event.type === 'keydown') {
      // Enter may also end the spelling of a Japanese word.
      if (event.key !== 'Enter' || event.isComposing || !this.isSearch(event.target)) return null;
      clearTimeout(this.pause);
      return this.isNews(event.target) ? this.queryOfSearch(event.target) : null;
    }
    const link = event.target.closest(COUNTER);
    if (link?.pathname === location.pathname) return link.search.slice(1);
    for (const { selector, queries } of this.data.ahead.widgets) {
      const pressed = event.target.closest(selector);
      if (!pressed || pressed.disabled) continue;
      return queries[[...document.querySelectorAll(selector)].indexOf(pressed)] ?? null;
    }
    return null;
  }

  // Where it cannot be had, Streamlit's own answer is waited for as if nobody had asked.
  rowsOf(query) {
    return listAt(`${this.data.ahead.path}?${query}&${this.data.ahead.viewer}`);
  }
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
  if (sort) return `${within}button[data-sort="${sort}"]`;
  if (press) return `${within}button[data-press="${press}"]`;
  return control.matches('a') ? `${within}a` : null;
}
