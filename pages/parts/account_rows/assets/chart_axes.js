// Which numbers and months stand at the axes of the timeline: those that Plotly chooses.

const MONTH_MS = 2_629_800_000; // On the average.

// Numbers from 0 to the top of an axis, so many pixels high, each with its text.
export function countsUpTo(top, height, { dtick }, separators = '.,') {
  const rough = top / piecesOf(height, 40);
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = dtick ?? unit * firstAbove(rough / unit, [2, 5, 10]);
  return Array.from({ length: Math.floor(top / step) + 1 }, (_, count) => {
    const value = count * step;
    return { count: value, text: String(value).replace(/\B(?=(\d{3})+$)/g, separators[1]) };
  });
}

// Beginnings of months on an axis, so many pixels wide, each with its text.
export function monthsOf([from, to], width, { tickformatstops }) {
  const step = firstAbove((to - from) / piecesOf(width, 80) / MONTH_MS, [1, 2, 3, 6, 12]);
  const format = tickformatstops?.find(({ dtickrange }) => dtickrange[0] === 'M1').value ?? '%b %Y';
  const months = [];
  const first = new Date(from);
  for (let month = Math.ceil(first.getUTCMonth() / step) * step; ; month += step) {
    const moment = Date.UTC(first.getUTCFullYear(), month);
    if (moment > to) return months;
    if (moment >= from) months.push({ moment, text: written(new Date(moment), format) });
  }
}

// How many pieces an axis is cut into, where each should have so many pixels.
function piecesOf(length, each) {
  return Math.min(Math.max(length / each, 4), 9) + 1;
}

function firstAbove(value, steps) {
  return steps.find((step) => step > value) ?? steps.at(-1);
}

function written(day, format) {
  return format
    .replace('%b', day.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' }))
    .replace('%m', String(day.getUTCMonth() + 1).padStart(2, '0'))
    .replace('%Y', day.getUTCFullYear());
}
