// What the browser tests stand on: TAP, and two questions asked inside the page.
import { isDeepStrictEqual } from 'node:util';

/** Pages of the mock's world, and what shows that each is there. */
export const PAGES_HERE = [
  ['#/pipelines', '.spark'],
  ['#/pipelines/orders', '.chart .u-over'],
  ['#/incidents', '.incidents .name'],
  ['#/incidents/inc-30', '.steps li'],
  ['#/approvals', '.approval .evidence'],
  ['#/inquiries', '.rows .name'],
  ['#/inquiries/inq-51', '.letter'],
  ['#/inquiries/inq-52', '.letter'],
  ['#/schedules', '.rows .name'],
  ['#/schedules/nightly_report', '.plain .badge'],
  ['#/knowledge', '.numbers'],
  ['#/models', '.rows .name'],
  ['#/models/inquiry-category', '.model-version'],
  ['#/journal', '.journal tbody tr'],
  ['#/journal/200', 'pre.json'],
];

/** Checks collect; a test fails with all that went wrong in it, or with what it threw. */
export class Tap {
  count = 0;
  failed = 0;

  async test(name, body) {
    const wrong = [];
    const started = performance.now();
    const check = {
      ok: (value, what = 'not true') => value || wrong.push(what),
      equal: (got, want, what = '') => isDeepStrictEqual(got, want) || wrong.push(`${what} got ${JSON.stringify(got)}, expected ${JSON.stringify(want)}`),
      match: (got, want) => want.test(got) || wrong.push(`${want} is not in ${JSON.stringify(got)}`),
    };
    try {
      await body(check);
    } catch (e) {
      wrong.push(e.stack ?? String(e));
    }
    this.count++;
    if (wrong.length) this.failed++;
    console.log(`${wrong.length ? 'not ok' : 'ok'} ${this.count} - ${name} # ${Math.round(performance.now() - started)} ms`);
    for (const w of wrong) console.log(`# ${w.split('\n').slice(0, 12).join('\n# ')}`);
  }

  end() {
    console.log(`1..${this.count}`);
    return this.failed ? 1 : 0;
  }
}

/** Elements that stick out of the screen on the right. */
export function overflow(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > width + 1).map((e) => `${e.tagName}.${e.className}`).slice(0, 5);
  });
}

/** Visible text with less contrast than WCAG AA asks for: 4.5, or 3 for large text. */
export function contrastProblems(page) {
  return page.evaluate(() => {
    const rgba = (text) => {
      const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
      return { r, g, b, a };
    };
    const over = (top, under) => ({
      r: top.r * top.a + under.r * (1 - top.a),
      g: top.g * top.a + under.g * (1 - top.a),
      b: top.b * top.a + under.b * (1 - top.a),
      a: 1,
    });
    const behind = (e) => {
      if (!e) return { r: 255, g: 255, b: 255, a: 1 };
      const own = rgba(getComputedStyle(e).backgroundColor);
      return own.a === 1 ? own : over(own, behind(e.parentElement));
    };
    const light = ({ r, g, b }) => {
      const [R, G, B] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * R + 0.7152 * G + 0.0722 * B;
    };
    const problems = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const e = node.parentElement;
      if (!node.data.trim() || !e.checkVisibility?.() || e.closest('noscript, svg')) continue;
      const style = getComputedStyle(e);
      const back = behind(e);
      const [a, b] = [light(over(rgba(style.color), back)), light(back)].sort((x, y) => y - x);
      const ratio = (a + 0.05) / (b + 0.05);
      const size = parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (large ? 3 : 4.5)) problems.add(`${ratio.toFixed(2)} "${node.data.trim().slice(0, 30)}" ${e.className}`);
    }
    return [...problems].slice(0, 8);
  });
}
