// What the timeline is made of besides its axes: how bars are filled, by colour and pattern, and their
// names below.

// Of names, in pixels, as Plotly has them.
const ROW = 19;
const AROUND = 5;
const BEFORE = 40;
const SWATCH = { d: 'M-6,-6h12v12h-12Z', transform: 'translate(20,-0.6875)' };
const SMALLER = 0.8; // Than in a bar.

// Of stripes, and how much of what is below them they let through.
const SHARE = 0.3;
const SEEN = 0.5;

export function made(tag, attributes = {}, text = '') {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
}

export function move(element, x, y) {
  element.setAttribute('transform', `translate(${x},${y})`);
}

// Appends the names, in so much room from left to right; returns how high they are, and their element.
export function namesOf(svg, bars, room) {
  const element = made('g', { class: 'names' });
  svg.append(element);
  // What is on top of the others is named first.
  const names = bars.toReversed().map(({ name, marker }, at) => {
    const one = made('g');
    const text = made('text', { x: BEFORE, dy: '0.39em' }, name);
    element.append(one);
    one.append(made('path', { ...SWATCH, fill: fillOf(one, marker, `name-${at}`, SMALLER) }), text);
    return { one, width: BEFORE + text.getBBox().width };
  });
  const isOneRow = names.reduce((sum, { width }) => sum + width + AROUND, -AROUND) < room;
  const widest = Math.max(...names.map(({ width }) => width));
  let [x, y] = [0, AROUND + ROW / 2];
  for (const { one, width } of names) {
    const taken = isOneRow ? width : widest;
    if (x > 0 && x + taken >= room) [x, y] = [0, y + ROW];
    move(one, x, y);
    x += taken + AROUND;
  }
  return { element, height: y + ROW / 2 + AROUND };
}

// The fill of a bar; what it needs is put into an element that is drawn.
export function fillOf(drawn, { color, pattern }, id, scale = 1) {
  if (!pattern.shape) return color;
  const [size, drawing] = PATTERNS[pattern.shape](pattern.size);
  const whole = { width: size, height: size };
  const repeated = { patternUnits: 'userSpaceOnUse', patternTransform: `scale(${scale})` };
  const tile = made('pattern', { id: `chart-${id}`, ...whole, ...repeated });
  drawing.setAttribute('color', pattern.fgcolor);
  drawing.setAttribute('opacity', SEEN);
  tile.append(made('rect', { ...whole, fill: color }), drawing);
  drawn.append(tile);
  return `url(#${tile.id})`;
}

// Of each shape by Plotly's name for it, the side of a tile and what is drawn in it.
const PATTERNS = {
  '/': (size) => slanted(size, size * SHARE, rising),
  x: (size) => slanted(size, size - size * Math.sqrt(1 - SHARE), (side) => rising(side) + falling(side)),
  '-': (size) => [size, lines(`M0,${size / 2}H${size}`, size * SHARE)],
  '.': (size) => [size, dot(size / 2, size * Math.sqrt(SHARE / Math.PI))],
};

function slanted(size, width, drawnIn) {
  const side = size * Math.SQRT2;
  return [side, lines(drawnIn(side), width)];
}

// Through the whole tile, and through the corners that its neighbours' lines cut off.
function rising(side) {
  const [a, b] = [side / 4, side / 2];
  return `M${-a},${a}l${b},${-b}M0,${side}L${side},0M${3 * a},${5 * a}l${b},${-b}`;
}

function falling(side) {
  const [a, b] = [side / 4, side / 2];
  return `M${3 * a},${-a}l${b},${b}M0,0L${side},${side}M${-a},${3 * a}l${b},${b}`;
}

function lines(d, width) {
  return made('path', { d, stroke: 'currentColor', 'stroke-width': width });
}

function dot(at, r) {
  return made('circle', { cx: at, cy: at, r, fill: 'currentColor' });
}
