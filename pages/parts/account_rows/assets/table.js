// The list of accounts as HTML, from what the desk says of it.

import { saidAt } from './arriving.js';

// What is said of a list, with its wording, by which one is known to be another.
export function read(said) {
  return { ...JSON.parse(said), said };
}

// The list at an address; null where it cannot be had.
export async function listAt(address) {
  return saidAt(address, read);
}

// A place for lists. What says that one is empty stays there, so that it is read out when it changes.
export function placeForLists() {
  const place = made('div', { class: 'account-rows' });
  place.append(made('table'), made('p', { role: 'status' }));
  return place;
}

export function draw(list, place) {
  place.querySelector('table').replaceWith(tableOf(list));
  place.querySelector('p').textContent = list.rows.length ? '' : list.words.none;
}

function tableOf(list) {
  const table = made('table', { 'aria-label': list.name });
  table.append(columnWidths(list), heading(list), body(list));
  return table;
}

function columnWidths({ columns }) {
  const group = made('colgroup');
  group.append(made('col', { class: 'tick' }));
  for (const { name, width } of columns) group.append(made('col', { class: name, style: `width: ${width / 16}rem` }));
  return group;
}

function heading({ columns, words }) {
  const head = made('thead');
  const row = head.insertRow();
  const all = made('th', { scope: 'col', class: 'tick' });
  all.append(box(words.all));
  row.append(all);
  for (const column of columns) {
    const cell = made('th', { scope: 'col', class: column.name });
    cell.title = column.help ? `${column.label}. ${column.help}` : column.label;
    if (column.sorts) {
      if (column.sorted) cell.setAttribute('aria-sort', column.sorted);
      const button = made('button', { type: 'button', 'data-sort': column.name });
      button.textContent = column.label;
      cell.append(button);
    } else cell.textContent = column.label;
    row.append(cell);
  }
  return head;
}

function body({ columns, rows, words }) {
  const body = made('tbody');
  for (const { id, cells } of rows) {
    const row = body.insertRow();
    row.dataset.id = id;
    const tick = made('td', { class: 'tick' });
    tick.append(box(words.tick.replace('{seller}', () => cells.seller)));
    row.append(tick);
    for (const column of columns) row.append(cellOf(column, cells[column.name], cells.seller));
  }
  return body;
}

function cellOf({ name, kind }, said, seller) {
  const cell = made(name === 'seller' ? 'th' : 'td', { class: name });
  if (name === 'seller') cell.scope = 'row';
  if (!said) return cell;
  if (kind === 'link') {
    const link = made('a', { href: said.href, target: '_blank', rel: 'noopener noreferrer' });
    link.textContent = said.text;
    cell.append(link);
  } else if (kind === 'screen') {
    // Opens here, and where a browser is asked to, in another tab.
    const link = made('a', { href: said.href, 'data-press': name, 'aria-label': `${said.text}: ${seller}` });
    link.textContent = said.text;
    cell.append(link);
  } else if (kind === 'button') {
    const button = made('button', { type: 'button', 'data-press': name, 'aria-label': `${said}: ${seller}` });
    button.textContent = said;
    cell.append(button);
  } else if (kind === 'status') {
    const label = made('span', { class: `label ${said.theme}` });
    label.textContent = said.text;
    cell.append(label);
    cell.title = said.text;
  } else {
    cell.textContent = said;
    cell.classList.toggle('none', said === '–');
    // What has no room is said under the pointer.
    cell.title = said;
  }
  return cell;
}

// All of the cell may be pressed.
function box(name) {
  const label = made('label');
  label.append(made('input', { type: 'checkbox', 'aria-label': name }));
  return label;
}

function made(tag, attributes = {}) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// Whether a click on a link asks the browser for another tab or window.
export function opensElsewhere({ ctrlKey, metaKey, shiftKey }) {
  return ctrlKey || metaKey || shiftKey;
}
