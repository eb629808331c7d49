// The day of the slider in chart and tiles, in the very frame in which the slider shows it.
//
// Neither a press nor a drag is listened to: the line stands where the slider stands, however it came
// there, and whatever of the chart has been drawn anew meanwhile. What React and Plotly know of the
// screen stays as it is, so what Streamlit draws in the end takes the place of all this.

const SLIDER = '.st-key-effect_until input[type="range"]'; // In microseconds since 1970.
// While Streamlit draws a chart anew there are two.
const LINES = '.st-key-effect_chart .js-plotly-plot .shapelayer path';
const DAY_MS = 86_400_000;

const followers = new WeakMap();

export default function ({ data, parentElement }) {
  let follower = followers.get(parentElement);
  if (!follower) {
    follower = new Follower();
    followers.set(parentElement, follower);
  }
  follower.given(JSON.parse(data.year));
  return () => {
    follower.leave();
    followers.delete(parentElement);
  };
}

class Follower {
  constructor() {
    this.watch = new MutationObserver(() => this.follow());
    // The slider says its day there; all else is what Streamlit draws.
    const changes = { childList: true, characterData: true, attributeFilter: ['aria-valuetext'] };
    this.watch.observe(document.body, { subtree: true, ...changes });
  }

  leave() {
    this.watch.disconnect();
  }

  given(year) {
    this.year = year;
    this.follow();
  }

  follow() {
    const slider = document.querySelector(SLIDER);
    if (!slider || !this.year) return;
    const at = Number(slider.value) / 1_000;
    moveLines(new Date(at).toISOString().slice(0, 10));
    this.tell((at - Date.parse(this.year.first)) / DAY_MS);
  }

  // Tiles with other figures, or in another language, bear other keys: until their words have come,
  // they say what Streamlit says.
  tell(day) {
    const { days, tiles } = this.year;
    if (!(day in days)) return;
    for (const [key, values] of Object.entries(tiles)) {
      const line = document.querySelector(`.st-key-${key} p`);
      write(line?.firstChild, days[day]);
      write(line?.querySelector('strong')?.firstChild, values[day]);
    }
  }
}

function moveLines(day) {
  for (const line of document.querySelectorAll(LINES)) {
    const chart = line.closest('.js-plotly-plot');
    const shape = chart.layout?.shapes?.[line.dataset.index];
    if (!shape) continue; // It is being drawn.
    const { xref } = shape;
    const axis = chart._fullLayout[xref.replace('x', 'xaxis')];
    const drawn = line.getAttribute('d');
    const meant = drawn.replace(/(?<=[ML])[^,]+/g, axis._offset + axis.r2p(day));
    if (meant !== drawn) line.setAttribute('d', meant);
  }
}

// Into the text itself, which React goes on writing into.
function write(text, said) {
  if (text instanceof Text && text.data !== said) text.data = said;
}
