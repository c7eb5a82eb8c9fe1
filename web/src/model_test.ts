import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry, Finding, IncidentDetail, Run } from './api';
import { joined } from './entries';
import { gist } from './gist';
import { feedersOf, feeds, lineageOrder } from './lineage';
import { expectedText, runMarks } from './marks';
import { exitText, pipelineRuns } from './runs';
import { timeline } from './timeline';

function run(step: string, started: number, more: Partial<Run> = {}): Run {
  return {
    id: `${step}-${started}`, pipeline: 'orders', step, attempt: 1, state: 'ok', started, ended: started + 10, duration_us: 10,
    exit_code: 0, signal: null, rows: null, bytes: null, peak_kb: null, effect: '', output: '', seq: started, ...more,
  };
}

test('step runs become pipeline runs, newest first, whatever order they come in', () => {
  const steps = [run('load', 40, { rows: 7 }), run('extract', 100), run('extract', 0, { rows: 9 }), run('transform', 20)];
  const [second, first] = pipelineRuns(steps);
  assert.deepEqual(first!.steps.map((s) => s.step), ['extract', 'transform', 'load']);
  assert.equal(first!.duration_us, 30);
  assert.equal(first!.rows, 7);
  assert.equal(first!.ended, 50);
  assert.deepEqual(second!.steps.map((s) => s.step), ['extract']);
});

test('a further attempt belongs to its run, and the last attempt decides the result', () => {
  const failed = { state: 'failed', exit_code: 1 } as const;
  const [mended] = pipelineRuns([run('load', 0, failed), run('load', 50, { attempt: 2, effect: 'eff-9' })]);
  assert.equal(mended!.state, 'ok');
  assert.equal(mended!.byWeir, true);
  assert.equal(mended!.steps.length, 2);
  const all = pipelineRuns([run('load', 0, failed), run('load', 50, failed)]);
  assert.deepEqual(all.map((r) => r.state), ['failed', 'failed']);
});

test('a run with an open step is running and has no duration yet', () => {
  const [r] = pipelineRuns([run('extract', 0), run('load', 20, { state: 'running', ended: null, duration_us: null, exit_code: null })]);
  assert.equal(r!.state, 'running');
  assert.equal(r!.duration_us, null);
  assert.deepEqual(pipelineRuns([]), []);
});

test('exitText', () => {
  assert.equal(exitText(run('x', 0, { exit_code: 2, state: 'failed' })), 'exit 2');
  assert.equal(exitText(run('x', 0, { exit_code: 137, signal: 9, state: 'failed' })), 'killed by signal 9');
});

test('lineage goes through datasets, keeps chains together and survives cycles and strangers', () => {
  const edges = [
    ['pipeline:customers', 'dataset:shop/customers'],
    ['dataset:shop/customers', 'pipeline:orders'],
    ['pipeline:orders', 'pipeline:report'],
    ['pipeline:orders', 'pipeline:gone'],
    ['pipeline:a', 'pipeline:b'],
    ['pipeline:b', 'pipeline:a'],
  ].map(([from, to]) => ({ from: from!, to: to! }));
  const fed = feeds(edges);
  assert.deepEqual(feedersOf('orders', fed), ['customers']);
  const order = lineageOrder(['report', 'b', 'zebra', 'orders', 'a', 'customers', 'aardvark'], fed);
  assert.deepEqual(order.map((o) => `${o.name} ${o.depth}`), ['aardvark 0', 'customers 0', 'orders 1', 'report 2', 'zebra 0', 'a 0', 'b 0']);
});

test('lineageOrder names every pipeline once, and no feeder after what it feeds, on random graphs without cycles', () => {
  const seed = 1 + (Date.now() % 1_000_000);
  let x = seed;
  const next = (n: number): number => (x = (x * 16807) % 2147483647) % n;
  for (let round = 0; round < 100; round++) {
    const names = Array.from({ length: 1 + next(12) }, (_, i) => `p${i}`);
    const fed = new Map<string, Set<string>>();
    for (let i = 0; i < names.length; i++) {
      fed.set(names[i]!, new Set(names.slice(i + 1).filter(() => next(3) === 0)));
    }
    const got = lineageOrder([...names].reverse(), fed);
    const place = new Map(got.map((o, i) => [o.name, i]));
    assert.deepEqual([...place.keys()].sort(), [...names].sort(), `seed ${seed} round ${round}`);
    for (const [from, to] of fed) for (const t of to) assert.ok(place.get(from)! < place.get(t)!, `seed ${seed} round ${round}`);
  }
});

test('joined pieces of the journal hold each entry once and have no gap', () => {
  const piece = (...seqs: number[]): Entry[] => seqs.map((seq) => ({ seq }) as Entry);
  const rows: [number[], number[], number[]][] = [
    [[], [], []],
    [[5, 6], [], [5, 6]],
    [[5, 6], [3, 4, 5], [3, 4, 5, 6]],
    [[5, 6], [6, 7, 8], [5, 6, 7, 8]],
    [[5, 6], [8, 9], [8, 9]],
    [[8, 9], [1, 2], [8, 9]],
  ];
  for (const [a, b, want] of rows) assert.deepEqual(joined(piece(...a), piece(...b)).map((e) => e.seq), want);
});

test('gist says what an entry is about, and survives any body', () => {
  const say = (kind: string, body: unknown): string => gist({ kind, body } as Entry);
  const rows: [string, unknown, string][] = [
    ['run.finished', { pipeline: 'orders', step: 'load', exit_code: 0, started: 0, ended: 2_000_000 }, 'orders/load ok in 2 s'],
    ['run.finished', { pipeline: 'orders', step: 'load', exit_code: 137, signal: 9 }, 'orders/load killed by signal 9'],
    ['decision.made', { verdict: 'escalate', because: 'it lasts' }, 'escalate: it lasts'],
    ['approval.given', { verdict: 'approve', comment: 'fine' }, 'approve: “fine”'],
    ['incident.diagnosed', { causes: [{ title: 'a column is gone' }] }, 'a column is gone'],
    ['incident.diagnosed', { causes: [] }, 'cause unknown'],
    ['case.step', { message: { content: 'two findings' } }, 'two findings'],
    ['effect.outcome', { ok: false }, 'failed'],
    ['finding', { summary: 'too slow', value: 3 }, 'too slow'],
    ['key.added', { role: 'viewer', hash: 'ab' }, 'role viewer, hash ab'],
    ['anything', null, ''],
    ['finding', { summary: 'x'.repeat(500) }, `${'x'.repeat(159)}…`],
  ];
  for (const [kind, body, want] of rows) assert.equal(say(kind, body), want, kind);
  const odd = [null, undefined, 3, 'text', [], [1], {}, { message: 3 }, { causes: 'x' }, { causes: [null] }, { summary: {} }];
  for (const kind of [...rows.map((r) => r[0]), 'effect.requested', 'outcome.counted', 'incident.moved']) for (const body of odd) assert.equal(typeof say(kind, body), 'string');
});

test('findings about runs stand at their run, in the unit of their chart', () => {
  const found = (more: Partial<Finding>): Finding => ({ run: 'load-0', summary: 'odd', value: 1, low: null, high: null, started: 0, ended: 5, ...more }) as Finding;
  const runs = [run('load', 0, { ended: 4_000_000, duration_us: 4_000_000, rows: 70 })];
  const { duration, rows } = runMarks(
    [
      found({ id: 'slow', detector: 'run.duration', value: 4_000_000, low: 0, high: 2_500_000 }),
      found({ id: 'limit', detector: 'threshold.duration_ms', value: 4000, high: 3000 }),
      found({ id: 'exit', detector: 'run.exit', value: null }),
      found({ id: 'few', detector: 'run.volume', value: 70, low: 100, high: 140 }),
      found({ id: 'gone', detector: 'run.exit', run: 'load-999' }),
    ],
    runs,
  );
  assert.deepEqual(duration.map((f) => [f.id, f.value, f.low, f.high, f.ended]), [
    ['slow', 4, 0, 2.5, 4_000_000],
    ['limit', 4, null, 3, 4_000_000],
    ['exit', 4, null, null, 4_000_000],
  ]);
  assert.deepEqual(rows.map((f) => [f.id, f.value, f.low, f.high]), [['few', 70, 100, 140]]);
  assert.equal(expectedText(found({ detector: 'run.duration', low: 0, high: 2_500_000 })), 'at most 2.5 s');
  assert.equal(expectedText(found({ detector: 'threshold.duration_ms', high: 3000 })), 'at most 3 s');
  assert.equal(expectedText(found({ detector: 'run.volume', low: 100.4, high: 139.8 })), '100 to 140');
  assert.equal(expectedText(found({ detector: 'run.volume', low: 1, high: 2, summary: 'few rows, expected 1 to 2' })), '');
  assert.equal(expectedText(found({ detector: 'threshold.rows', low: 10 })), 'at least 10');
  assert.equal(expectedText(found({ detector: 'run.exit' })), '');
});

test('what commits at one time is told in the order in which it follows', () => {
  const d = {
    seq: 11, opened: 5, settled: 5, resolved: 9, resolution: 'job.retry',
    findings: [{ seq: 10, time: 5, summary: 'it fails' }, { seq: 20, time: 7, summary: 'and that too' }],
    decisions: [{ seq: 14, time: 5, verdict: 'execute' }],
    approvals: [{ seq: 15, requested: 5, decided: 8, state: 'approved', decided_by: 'ada' }],
    effects: [
      { seq: 16, kind: 'probe', ended: 6 },
      { seq: 30, kind: 'apply', remedy: 'job.retry', state: 'done', ended: 9 },
      { seq: 31, kind: 'verify', remedy: 'job.retry', state: 'started', ended: null },
    ],
  } as unknown as IncidentDetail;
  assert.deepEqual(timeline(d).map((m) => m.text), [
    'it fails', 'Incident opened', 'Settled, taken up for diagnosis', 'Decided: execute', 'Asked a person', 'and that too', 'approved by ada',
    'job.retry (apply): done', 'Resolved by: job.retry',
  ]);
});
