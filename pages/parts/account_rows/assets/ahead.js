// Which list a click or a letter leads to, found out ahead of Streamlit.
//
// Streamlit needs three rounds over the whole screen before a click shows. So whoever is about to ask
// for other rows is shown these as soon as the desk has answered, and the rest of the screen follows
// when Streamlit is through. Each list says where clicks lead from it (its `ahead`): a click goes on
// from the list that the click before it asked for, whether that is here yet or not. What Streamlit
// says last always counts, but where somebody is just typing.

import { listAt, opensElsewhere } from './table.js';

const PAUSE_MS = 80; // After a letter. Streamlit hears of it after a longer one.

// A counter is a link of Streamlit's to this very screen.
const COUNTER = 'a[data-testid="stPageLink-NavLink"]';

export class Ahead {
  // show: draws a list. signal: ends it all.
  constructor(show, signal) {
    this.show = show;
    this.steps = []; // What was asked for since Streamlit spoke, one after the other.
    this.isTyping = false;
    const ask = (event) => this.aboutToAsk(event);
    for (const kind of ['pointerdown', 'click', 'keydown'])
      document.addEventListener(kind, ask, { capture: true, signal });
    document.addEventListener('input', (event) => this.typed(event), { capture: true, signal });
    addEventListener('popstate', (event) => event.isTrusted && this.goesBack(), { signal });
    signal.addEventListener('abort', () => clearTimeout(this.pause));
  }

  // Takes what Streamlit says; returns whether it is to be shown. On the way to what was asked for
  // since, it is not, nor is what answers a tick (isOfTick) that came before that.
  hears(list, way, isOfTick) {
    this.meant = list;
    this.way = way;
    if (isOfTick && this.steps.length) return false;
    const at = this.steps.findIndex((step) => step.list?.which === list.which);
    if (at >= 0 && at < this.steps.length - 1) {
      this.steps.splice(0, at + 1);
      return false;
    }
    this.steps = [];
    this.prepared = null;
    const field = document.activeElement;
    this.isTyping &&= this.isSearch(field) && this.isNews(field);
    if (this.isTyping) this.follow(field);
    return !this.isTyping;
  }

  aboutToAsk(event) {
    const asked = this.askedBy(event);
    if (!asked) return;
    const step = this.prepare(asked);
    // A press may still be taken back; a click is one.
    if (event.type === 'pointerdown') return;
    step.from = location.href;
    this.take(step);
  }

  // The back button takes the last click back. Where Streamlit has not told the browser its address
  // yet, the browser goes back from the one before instead; so the addresses up to there are put back,
  // and Streamlit hears of the last of them.
  goesBack() {
    const clicks = this.steps.filter(({ from }) => from);
    if (!clicks.length) return;
    history.pushState({}, '', clicks[0].from);
    this.steps = [];
    for (const step of clicks.slice(0, -1)) {
      if (step.list) history.pushState({}, '', `?${step.list.which}`);
      this.steps.push(step);
    }
    this.showLast();
    dispatchEvent(new PopStateEvent('popstate'));
  }

  // Rows follow the letters.
  typed({ target, isComposing }) {
    if (!this.isSearch(target)) return;
    this.isTyping = true;
    clearTimeout(this.pause);
    if (!isComposing) this.pause = setTimeout(() => this.follow(target), PAUSE_MS);
  }

  follow(field) {
    if (this.isNews(field)) this.take(this.prepare(this.searchIn(field)));
    else if (this.steps.at(-1)?.control === field) {
      // Typed and taken back: Streamlit says nothing then.
      this.steps.pop();
      this.showLast();
    }
  }

  // A step on from the last one. Of a search only the whole is one, not each letter.
  prepare({ control, name, query }) {
    const last = this.steps.at(-1);
    const after = name !== undefined && last?.control === control ? last.after : last;
    const { prepared } = this;
    if (prepared?.control === control && prepared.name === name && prepared.after === after) return prepared;
    const step = { control, name, after };
    step.rows = this.rowsAfter(after, query);
    step.rows.then((list) => (step.list = list));
    return (this.prepared = step);
  }

  // Where they cannot be had, Streamlit's own answer is waited for as if nobody had asked.
  async rowsAfter(step, query) {
    const list = step ? await step.rows : this.meant;
    const asked = list && query(list.ahead);
    return typeof asked === 'string' ? listAt(`${this.way.path}?${asked}&${this.way.viewer}`) : null;
  }

  take(step) {
    const last = this.steps.at(-1);
    if (last !== step && last?.control === step.control && last.after === step.after) this.steps.pop();
    if (last !== step) this.steps.push(step);
    this.showLast();
  }

  async showLast() {
    const step = this.steps.at(-1);
    const list = step ? await step.rows : this.meant;
    if (list && step === this.steps.at(-1)) this.show(list);
  }

  isSearch(target) {
    return target instanceof Element && target.matches(this.meant.ahead.search.selector);
  }

  // Whether it says something that Streamlit has not heard of.
  isNews(field) {
    return field.value.trim() !== this.meant.ahead.search.text;
  }

  searchIn(field) {
    const text = field.value.trim();
    return { control: field, name: text, query: ({ search }) => `${search.query}&q=${encodeURIComponent(text)}` };
  }

  // What an event asks for; null where that is not known.
  askedBy(event) {
    const { target, type, button } = event;
    if (!(target instanceof Element) || button > 0) return null;
    if (type === 'keydown') {
      // Enter may also end the spelling of a Japanese word.
      if (event.key !== 'Enter' || event.isComposing || !this.isSearch(target)) return null;
      clearTimeout(this.pause);
      return this.isNews(target) ? this.searchIn(target) : null;
    }
    const link = target.closest(COUNTER);
    if (link) {
      const isHere = link.pathname === location.pathname && !opensElsewhere(event);
      return isHere ? { control: link, query: () => link.search.slice(1) } : null;
    }
    for (const selector of Object.keys(this.meant.ahead.widgets)) {
      const pressed = target.closest(selector);
      if (!pressed || pressed.disabled) continue;
      const place = [...document.querySelectorAll(selector)].indexOf(pressed);
      return { control: pressed, query: ({ widgets }) => widgets[selector][place] };
    }
    return null;
  }
}
