// Numbers and times as people read them. Pure: the current time is an argument.

/** Times in the API are integer microseconds since 1970, UTC. */
export type Usec = number;

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

/** Two largest units at most: "4 s", "2 min 5 s", "3 h 12 min", "6 d 2 h". Below ten seconds with one decimal. */
export function duration(us: Usec): string {
  if (us === 0) return '0 s';
  const s = Math.abs(us) / 1e6;
  const sign = us < 0 ? '−' : '';
  if (s < 0.001) return `${sign}${Math.round(s * 1e6)} µs`;
  if (s < 1) return `${sign}${Math.round(s * 1e3)} ms`;
  if (s < 10) return `${sign}${trim(s, 1)} s`;
  if (s < MINUTE) return `${sign}${Math.round(s)} s`;
  if (s < HOUR) return sign + pair(s, MINUTE, 'min', 1, 's');
  if (s < DAY) return sign + pair(s, HOUR, 'h', MINUTE, 'min');
  return sign + pair(s, DAY, 'd', HOUR, 'h');
}

function pair(s: number, big: number, bigName: string, small: number, smallName: string): string {
  const whole = Math.floor(s / big);
  const rest = Math.floor((s - whole * big) / small);
  return rest ? `${whole} ${bigName} ${rest} ${smallName}` : `${whole} ${bigName}`;
}

/** One unit, for columns and tickers: "now", "12 s ago", "3 min ago", "in 5 h". */
export function ago(us: Usec, nowUs: Usec): string {
  const s = (nowUs - us) / 1e6;
  const size = Math.abs(s);
  if (size < 1.5) return 'now';
  const text = single(size);
  return s > 0 ? `${text} ago` : `in ${text}`;
}

function single(s: number): string {
  if (s < MINUTE) return `${Math.round(s)} s`;
  if (s < HOUR) return `${Math.floor(s / MINUTE)} min`;
  if (s < 2 * DAY) return `${Math.floor(s / HOUR)} h`;
  return `${Math.floor(s / DAY)} d`;
}

/** How long a relative time stays true, in milliseconds: what a ticking label waits before it looks again. */
export function agoValidMs(us: Usec, nowUs: Usec): number {
  const size = Math.abs(nowUs - us) / 1e6;
  if (size < MINUTE) return 1000;
  return size < HOUR ? 15_000 : 60_000;
}

const SCALES: [number, string][] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** "950", "12.4k", "3M": three significant digits at most past a thousand, grouped below ten thousand. */
export function count(n: number): string {
  const size = Math.abs(n);
  if (size < 10_000) return Number.isInteger(n) ? n.toLocaleString('en') : trim(n, size < 10 ? 2 : 1);
  const scale = SCALES.find(([unit]) => size >= unit * 0.9995);
  return scale ? trim(n / scale[0], size / scale[0] < 99.5 ? 1 : 0) + scale[1] : String(Math.round(n));
}

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function bytes(n: number): string {
  let unit = 0;
  let size = n;
  while (Math.abs(size) >= 1024 && unit < BINARY.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${unit === 0 ? size : trim(size, size < 100 ? 1 : 0)} ${BINARY[unit]}`;
}

export function percent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`;
}

/** How sure something is: what rounding would call certain is "over 99 %". */
export function sure(p: number): string {
  return p < 1 && p >= 0.995 ? 'over 99 %' : percent(p);
}

/** Four digits are enough for a score: "0.9123". */
export function number(v: number): string {
  return String(Number(v.toPrecision(4)));
}

/** Small costs keep their digits: "$0", "$0.0004", "$1.20". */
export function money(usd: number): string {
  if (usd === 0) return '$0';
  return usd < 0.01 ? `$${usd.toPrecision(1)}` : `$${usd.toFixed(2)}`;
}

export function localTime(us: Usec): string {
  return new Date(us / 1000).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** "14:05:09", with the day before it when that is not the day of `nowUs`. */
export function clockTime(us: Usec, nowUs: Usec): string {
  const at = new Date(us / 1000);
  const time = at.toLocaleTimeString(undefined, { hour12: false });
  if (at.toDateString() === new Date(nowUs / 1000).toDateString()) return time;
  return `${at.toLocaleDateString(undefined, { month: 'short', day: 'numeric' })}, ${time}`;
}

/** Exact, for hovering: "2026-01-02 03:04:05.678901 UTC". */
export function utcTime(us: Usec): string {
  const iso = new Date(Math.floor(us / 1000)).toISOString();
  const micros = String(((us % 1000) + 1000) % 1000).padStart(3, '0');
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)}${micros} UTC`;
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** Output of commands as plain text: terminal colours and other control sequences mean nothing here. */
export function plainText(text: string): string {
  return text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(\u0007|\u001b\\)|[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
}

function trim(n: number, digits: number): string {
  return String(Number(n.toFixed(digits)));
}
