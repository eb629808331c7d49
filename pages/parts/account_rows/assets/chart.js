// The expiry timeline as plain SVG, from the figure that Plotly will draw in its place: the same bars at
// the same points of the screen, so that nothing moves when Plotly takes over. It knows what this one
// figure is made of: stacked bars over days, a line or a shade from top to bottom, texts with and without
// an arrow, and the names of the bars below.

import { countsUpTo, monthsOf } from './chart_axes.js';
import { fillOf, made, move, namesOf } from './chart_parts.js';

// As Plotly has them, in pixels but for the last.
const AROUND_TEXT = 2;
const FROM_AXIS = 9;
const ARROW = { head: 'M-5,-10H5L0,0Z', line: 2.6, room: 6 };
const ABOVE_BARS = 0.05; // Of the height.

// Draws a picture, as the desk says it, into an element as wide as it is to be.
export function draw(place, { alt, height, bars, layout }) {
  const width = place.clientWidth;
  const svg = made('svg', { width, height, role: 'img', 'aria-label': alt });
  place.replaceChildren(svg);
  // How large texts turn out decides where all else has room. Bars of one kind have no name.
  const names = namesOf(svg, bars.length > 1 ? bars : [], width - layout.margin.l);
  const texts = layout.annotations.map((said) => ({ said, ...textOf(svg, said.text) }));
  const frame = new Frame(layout, width, height, names.height);
  frame.makeRoom(bars, texts);
  const isBelow = (shape) => shape.layer === 'below';
  const isAbove = (shape) => !isBelow(shape);
  const marks = (which) => layout.shapes.filter(which).map((shape) => markOf(frame, shape));
  svg.prepend(...marks(isBelow), ...axesOf(frame, layout), barsOf(frame, bars), ...marks(isAbove));
  move(names.element, frame.left, frame.names);
  for (const text of texts) put(svg, frame, text);
}

// Where days and counts are, in the pixels of the picture.
class Frame {
  constructor({ margin, legend, xaxis }, width, height, heightOfNames) {
    this.left = Math.round(margin.l);
    this.top = margin.t;
    this.width = width - this.left;
    const given = height - margin.t - margin.b;
    this.names = Math.min(margin.t + given * (1 - legend.y), height - heightOfNames);
    // Names that need more room than that take it from the bars.
    const below = (heightOfNames + (margin.t - height) * legend.y) / (1 - legend.y);
    this.height = Math.min(given, height - margin.t - Math.round(below));
    this.days = xaxis.range.map(Date.parse);
  }

  // The highest bar has a little room above it, and what is written over a bar has the room that it needs.
  makeRoom(bars, texts) {
    const heights = [...totals(bars).values()].map((count) => [count, ABOVE_BARS * this.height]);
    for (const { said, height } of texts)
      if (said.showarrow) heights.push([said.y, Math.max(height - said.ay, ARROW.room)]);
    const perPixel = ([count, room]) => {
      const left = this.height - room;
      // Where hardly any would be left for the bar, it has it all.
      return count / (left > this.height / 10 ? left : this.height);
    };
    this.highest = this.height * Math.max(...heights.map(perPixel));
  }

  x(moment) {
    const [first, last] = this.days;
    return rounded(this.left + (this.width * (moment - first)) / (last - first));
  }

  y(count) {
    return rounded(this.top + this.height * (1 - count / this.highest));
  }

  // A day that lies outside is where it begins or ends.
  xOfDay(day) {
    return Math.min(Math.max(this.x(Date.parse(day)), this.left), this.left + this.width);
  }
}

function totals(bars) {
  const sums = new Map();
  for (const { x, y } of bars) x.forEach((day, at) => sums.set(day, (sums.get(day) ?? 0) + y[at]));
  return sums;
}

function axesOf(frame, { xaxis, yaxis, separators }) {
  const bottom = frame.top + frame.height;
  const drawn = [];
  for (const { count, text } of countsUpTo(frame.highest, frame.height, yaxis, separators)) {
    const y = frame.y(count);
    drawn.push(made('path', { class: 'grid', d: `M${frame.left},${y}h${frame.width}` }));
    drawn.push(made('text', { class: 'count', x: frame.left - FROM_AXIS, y, dy: '0.35em' }, text));
  }
  for (const { moment, text } of monthsOf(frame.days, frame.width, xaxis))
    drawn.push(made('text', { class: 'month', x: frame.x(moment), y: bottom + FROM_AXIS, dy: '1em' }, text));
  return drawn;
}

function barsOf(frame, bars) {
  const group = made('g', { class: 'bars', transform: `translate(${frame.left},${frame.top})` });
  const below = new Map();
  for (const [at, { x, y, width, marker }] of bars.entries()) {
    const fill = fillOf(group, marker, `bars-${at}`);
    x.forEach((day, each) => {
      const base = below.get(day) ?? 0;
      below.set(day, base + y[each]);
      const begin = Date.parse(day);
      const [left, right] = grown(frame.x(begin) - frame.left, frame.x(begin + width[each]) - frame.left);
      const [bottom, top] = grown(frame.y(base) - frame.top, frame.y(base + y[each]) - frame.top);
      group.append(made('path', { fill, d: `M${left},${bottom}V${top}H${right}V${bottom}Z` }));
    });
  }
  return group;
}

// What is thinner than two pixels takes up whole ones, or it might not be seen.
function grown(from, to) {
  const begin = outwards(from, to);
  return [begin, outwards(to, begin)];
}

function outwards(end, other) {
  if (Math.abs(end - other) >= 2) return end;
  return end > other ? Math.ceil(end) : Math.floor(end);
}

function markOf(frame, { type, x0, x1, fillcolor, opacity, line }) {
  const [left, right] = [frame.xOfDay(x0), frame.xOfDay(x1)];
  const [top, bottom] = [frame.top, frame.top + frame.height];
  const side = `M${left},${bottom}V${top}`;
  const shade = { fill: fillcolor, opacity, d: `${side}H${right}V${bottom}Z` };
  const dots = { stroke: line.color, 'stroke-width': line.width, 'stroke-dasharray': 3, d: side };
  return made('path', { class: 'mark', ...(type === 'rect' ? shade : dots) });
}

// A text of one line or several, and the box around it.
function textOf(svg, said) {
  const node = made('text', { class: 'note' });
  for (const [at, line] of said.split('<br>').entries())
    node.append(made('tspan', { x: 0, dy: at ? '1.3em' : 0 }, line));
  svg.append(node);
  const { x, y, width, height } = node.getBBox();
  const [whole, high] = [width, height].map((size) => Math.round(size + 2 * AROUND_TEXT));
  return { node, width: whole, height: high, inset: [AROUND_TEXT - x, AROUND_TEXT - y] };
}

function put(svg, frame, { said, node, width, height, inset }) {
  const x = frame.x(Date.parse(said.x));
  const y = said.yref === 'paper' ? frame.top : frame.y(said.y);
  const left = said.xanchor === 'left' ? x : x - width / 2;
  const bottom = y + (said.showarrow ? said.ay : 0);
  const corner = [left, bottom - height].map(Math.round);
  move(node, ...corner.map((each, at) => each + inset[at]));
  if (!said.showarrow) return;
  const fill = said.arrowcolor;
  svg.append(
    made('path', { stroke: fill, 'stroke-width': 2, d: `M${x},${bottom}V${y - ARROW.line}` }),
    made('path', { class: 'arrow', fill, transform: `translate(${x},${y})`, d: ARROW.head }),
  );
}

function rounded(pixels) {
  return Math.round(pixels * 100) / 100;
}
