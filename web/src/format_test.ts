import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ago, bytes, count, duration, money, percent, plainText, plural, sure, utcTime } from './format';

const SECOND = 1e6;

function table(name: string, f: (n: number) => string, rows: [number, string][]): void {
  test(name, () => {
    for (const [input, want] of rows) assert.equal(f(input), want, `${name}(${input})`);
  });
}

table('duration', duration, [
  [0, '0 s'],
  [250, '250 µs'],
  [12_000, '12 ms'],
  [1.25 * SECOND, '1.3 s'],
  [9 * SECOND, '9 s'],
  [59.4 * SECOND, '59 s'],
  [125 * SECOND, '2 min 5 s'],
  [3600 * SECOND, '1 h'],
  [11_520 * SECOND, '3 h 12 min'],
  [90_000 * SECOND, '1 d 1 h'],
  [-5 * SECOND, '−5 s'],
]);

table('count', count, [
  [0, '0'],
  [950, '950'],
  [9_999, '9,999'],
  [12_400, '12.4k'],
  [999_960, '1M'],
  [3_000_000, '3M'],
  [123_456_789, '123M'],
  [0.1234, '0.12'],
]);

table('bytes', bytes, [
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [128 * 1024 * 1024, '128 MiB'],
]);

table('money', money, [
  [0, '$0'],
  [0.0004, '$0.0004'],
  [1.2, '$1.20'],
]);

table('percent', percent, [
  [0.836, '84 %'],
  [1, '100 %'],
]);

table('sure', sure, [
  [0.836, '84 %'],
  [0.9996, 'over 99 %'],
  [1, '100 %'],
]);

test('ago counts in both directions and in one unit', () => {
  const now = 1_700_000_000 * SECOND;
  const rows: [number, string][] = [
    [0, 'now'],
    [-12, '12 s ago'],
    [-119, '1 min ago'],
    [-3 * 3600, '3 h ago'],
    [-3 * 86400, '3 d ago'],
    [300, 'in 5 min'],
  ];
  for (const [offset, want] of rows) assert.equal(ago(now + offset * SECOND, now), want);
});

test('utcTime keeps the microseconds', () => {
  assert.equal(utcTime(1_700_000_000_123_456), '2023-11-14 22:13:20.123456 UTC');
});

test('plural', () => {
  assert.equal(plural(1, 'pipeline'), '1 pipeline');
  assert.equal(plural(0, 'pipeline'), '0 pipelines');
  assert.equal(plural(2, 'entry', 'entries'), '2 entries');
});

test('plainText drops what only a terminal understands and keeps lines and tabs', () => {
  assert.equal(plainText('\u001b[1;31merror\u001b[0m:\tx\r\n\u0007done\u001b]0;title\u0007'), 'error:\tx\ndone');
});
