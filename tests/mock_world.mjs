// The world of the mock: customers feeds orders, orders feeds daily_report. The shop dropped a column, so orders fails at
// transform and daily_report is late. A retry did not help; a person is asked whether the last good file may be used.
import { createHash } from 'node:crypto';

const SECOND = 1e6;
const MINUTE = 60 * SECOND;
const RUN_EVERY = 5 * MINUTE;
const RUNS = 30;

function deskNumbers(inquiries) {
  const count = (key) => inquiries.reduce((all, i) => ({ ...all, [i[key]]: (all[i[key]] ?? 0) + 1 }), {});
  return { total: inquiries.length, confidence_mean: 0.82, escalation_rate: 0.5, held_rate: 0.5, state: count('state'), category: count('category') };
}

function inquiry(seq, received, what) {
  return {
    id: `inq-${seq}`, seq, received, updated: received, state: 'open', channel: 'api', person: 'per-1', language: 'en', model: 'words-1', category: 'billing', category_score: 0.93,
    sentiment: 'neutral', sentiment_score: 0.7, urgency: 'medium', urgency_score: 0.8, labelled_by: '', department: 'finance', consultant: 'chloe', priority: 30, due: received + 60 * MINUTE,
    level: 0, thread: seq, duplicate_of: 0, repeats: 0, topics: [], reason: ['category billing goes to finance', 'urgency medium 30 points, sentiment neutral 0'], words: ['category billing: invoice* (3.0)'],
    subject: 'Invoice for March', sender_email: 'ana@example.com', sender_name: 'Ana', erased: false, body: 'The invoice for March has not arrived.', sent: 0, others: [],
    scores: { category: { billing: 0.93, sales: 0.02 }, sentiment: { neutral: 0.7 }, urgency: { medium: 0.8 } },
    likely: { category: ['billing'], sentiment: ['neutral'], urgency: ['medium'] }, personal: [], entities: [], phrases: [], summary: [], ...what,
  };
}

/** A letter with an address in it, of which one cannot be sure; and one that is read from right to left. */
const LETTERS = [
  { category: 'technical_support', category_score: 0.52, urgency: 'critical', sentiment: 'negative', department: 'technical_support', state: 'review', consultant: '', priority: 100, level: 1,
    subject: 'a very long subject without any reason to be so long, which must not push anything off the screen of a telephone',
    body: 'Nothing works since this morning. ERR_TIMED_OUT on every page, order 4711 is lost.\nCall me: +49 30 1234567 or ana@example.com.',
    personal: [{ kind: 'phone', text: '+49 30 1234567' }, { kind: 'mail', text: 'ana@example.com' }], entities: [{ kind: 'error', text: 'ERR_TIMED_OUT' }, { kind: 'reference', text: 'order 4711' }],
    phrases: ['order 4711', 'every page'], summary: ['Nothing works since this morning.', 'ERR_TIMED_OUT on every page, order 4711 is lost.'],
    scores: { category: { technical_support: 0.52, billing: 0.45, sales: 0.03 }, sentiment: { negative: 0.97, neutral: 0.03 }, urgency: { critical: 0.6, high: 0.3, low: 0.1 } },
    likely: { category: ['technical_support', 'billing'], sentiment: ['negative'], urgency: ['critical', 'high', 'low'] } },
  { subject: '\u0641\u0627\u062a\u0648\u0631\u0629 \u0645\u0627\u0631\u0633 \u2013 INV-2024-17', body: '\u0644\u0645 \u062a\u0635\u0644 \u0627\u0644\u0641\u0627\u062a\u0648\u0631\u0629 INV-2024-17 \u0628\u0639\u062f.\n\u0634\u0643\u0631\u0627',
    sender_name: '\u0644\u064a\u0644\u0649', language: 'ar', summary: ['\u0644\u0645 \u062a\u0635\u0644 \u0627\u0644\u0641\u0627\u062a\u0648\u0631\u0629 INV-2024-17 \u0628\u0639\u062f.'], entities: [{ kind: 'reference', text: 'INV-2024-17' }] },
];

/** A desk with much to do: `n` more inquiries, oldest first. */
export function fullDesk(world, n) {
  for (let k = 0; k < n; k++) world.inquiries.push(inquiry(1000 + k, world.now - (n - k) * MINUTE, { ...(k % 7 ? {} : LETTERS[1]), subject: `Letter ${k}` }));
}

function schedules(t) {
  const last = (n, state, summary) => ({ id: `srn-${n}`, state, planned: t(n), asked_by: '', attempt: 1, due: t(n), started: t(n), ended: state === 'running' ? null : t(n + 12), summary });
  const one = (name, what) => ({
    name, paused_by: '', next: t(3600), seq: 80, runs: 12, failed: 1, missed: 0, skipped: 0, does: 'command', cron: '30 2 * * mon-fri', timezone: 'Europe/Berlin', timeout_us: 3600 * SECOND,
    retries: 2, retry_us: 300 * SECOND, missed_runs: 'once', last: null, ...what,
  });
  return [
    one('batch_classify_inquiries', { does: 'batch_classify_inquiries', cron: '@hourly', timezone: 'UTC', last: last(-3000, 'ok', 'nothing is open that was judged by an older model') }),
    one('daily_ingestion', { does: 'daily_ingestion', cron: '@daily', timezone: 'UTC', paused_by: 'weir.yaml', next: 0 }),
    one('nightly_report', { last: last(-900, 'failed', 'report.py ended with exit 1: the warehouse does not answer') }),
  ];
}

/** Three versions of a classifier: one in use, one on trial. */
function classifier(t) {
  const version = (n, what) => ({
    version: n, seq: 60 + n, time: t(n), actor: 'ada', kind: 'text', digest: `${n}`.repeat(64), bytes: 91000, data: `${n}a`.repeat(32), code: 'b2f4c9d', held_back: 'h1', parent: n - 1,
    metrics: { accuracy: 0.88 + n / 100, macro_f1: 0.86 + n / 100 }, sources: ['mails'], origin: '', comment: '', ...what,
  });
  return {
    name: 'inquiry-category',
    aliases: [{ alias: 'challenger', version: 3, time: t(4) }, { alias: 'champion', version: 2, time: t(3) }],
    versions: [version(3, { comment: 'learned from the corrections of March' }), version(2, {}), version(1, { origin: 'http://mlflow.example.com:5000 models:/mails/7' })],
    moves: [
      { seq: 70, time: t(3), version: 2, before: 1, how: 'promoted', actor: 'ada', reason: 'accuracy 0.9 after 0.89: better by at least 0.01; alone right in 31 cases, alone wrong in 12' },
      { seq: 69, time: t(1), version: 1, before: 0, how: 'first', actor: 'ada', reason: 'accuracy 0.89; nothing was in use' },
    ],
    trial: { version: 3, champion: 2, share: 0.1, judged: 412, agreed: 371, began: t(4), labelled: 37, champion_right: 29, right: 31, wins: 5, losses: 3 },
  };
}

/** The same sequence for the same seed: screenshots compare. */
function chance(seed) {
  let x = seed;
  return () => (x = (x * 16807) % 2147483647) / 2147483647;
}

export function emptyWorld(now) {
  const world = {
    now, journal: [], pipelines: [], runs: [], findings: [], incidents: [], causes: [], proposals: [], decisions: [],
    approvals: [], effects: [], cases: [], steps: [], series: [], inquiries: [], drafts: [], models: [], schedules: [], lineage: { nodes: [], edges: [] },
  };
  world.add = (e) => add(world, e);
  world.stats = () => ({
    pipelines: world.pipelines.length,
    pipelines_failing: world.pipelines.filter((p) => p.health === 'failing').length,
    incidents_open: world.incidents.filter((i) => i.state !== 'resolved').length,
    approvals_pending: world.approvals.filter((a) => a.state === 'pending').length,
    trouble: world.trouble ?? '',
    last_seq: world.journal.length,
    inquiries: deskNumbers(world.inquiries),
  });
  world.incident = (id) => incidentDetail(world, id);
  world.caseFile = (id) => {
    const file = world.cases.find((c) => c.id === id);
    return file && { ...file, step_count: file.steps, steps: world.steps.filter((s) => s.case_id === id) };
  };
  world.samples = (id, points) => samples(world, id, points);
  world.answer = (approval, verdict, comment, by) => answer(world, approval, verdict, comment, by);
  return world;
}

function add(world, { time, kind, subject = '', actor = 'weir', correlation_id = '', cause_seq = 0, body = {} }) {
  const seq = world.journal.length + 1;
  const e = { seq, time: time ?? world.now, kind, subject, actor, correlation_id, cause_seq, body };
  e.hash = createHash('sha256').update(JSON.stringify(e)).digest('hex');
  world.journal.push(e);
  return e;
}

function incidentDetail(world, id) {
  const incident = world.incidents.find((i) => i.id === id);
  const mine = (rows) => rows.filter((r) => r.incident === id);
  return incident && {
    ...incident, finding_count: incident.findings, findings: mine(world.findings), causes: mine(world.causes), proposals: mine(world.proposals),
    decisions: mine(world.decisions), approvals: mine(world.approvals), effects: mine(world.effects), cases: mine(world.cases),
  };
}

function samples(world, id, points) {
  const series = world.series.find((s) => s.id === id);
  if (!series) return undefined;
  const next = chance(5);
  const n = Math.min(points || 120, 120);
  const at = (i) => world.now - (n - 1 - i) * MINUTE;
  const value = (i) => 40 + 25 * Math.sin(i / 9) + next() * 8 + (i > n - 14 ? 260 : 0);
  return {
    id, name: series.name, pipeline: series.pipeline, unit: '',
    points: Array.from({ length: n }, (_, i) => value(i)).map((v, i) => ({ time: at(i), min: v, max: v, avg: v, count: 1 })),
  };
}

function answer(world, approval, verdict, comment, by) {
  const said = { correlation_id: approval.incident, time: world.now };
  const out = [world.add({ ...said, kind: 'approval.given', subject: approval.id, actor: by, body: { verdict, comment } })];
  Object.assign(approval, { state: verdict === 'approve' ? 'approved' : 'rejected', decided: world.now, decided_by: by, comment });
  if (verdict === 'approve') {
    out.push(world.add({ ...said, kind: 'effect.requested', subject: 'eff-90', body: { remedy: 'command.run' } }));
    world.effects.push(effect('eff-90', out.at(-1).seq, approval.decision, 'apply', 'command.run', 'orders/transform', 'started', world.now, null));
  }
  return out;
}

function effect(id, seq, decision, kind, remedy, target, state, started, ended, outcome = null) {
  return { id, seq, case_id: 'case-31', incident: 'inc-30', decision, kind, remedy, target, state, attempt: 1, started, ended, outcome };
}

const OUTPUT = [
  'reading landing/orders_2026-03-14.csv (1,204 lines)',
  'header: order_id,customer_id,currency,placed_at',
  'Traceback (most recent call last):',
  '  File "transform.py", line 41, in <module>',
  '    amount = float(row["unit_price"])',
  "KeyError: 'unit_price'",
].join('\n');

const PIPELINES = [
  { name: 'customers', source: 'CRM export', destination: 'warehouse.customers', tier: 2, health: 'ok', steps: ['extract', 'load'] },
  { name: 'orders', source: 'shop API', destination: 'warehouse.orders', tier: 1, health: 'failing', steps: ['extract', 'transform', 'load'] },
  { name: 'daily_report', source: 'warehouse.orders', destination: 'report.daily', tier: 2, health: 'warning', steps: ['aggregate', 'publish'] },
];

export function brokenWorld(now) {
  const world = emptyWorld(now);
  world.lineage.edges = [
    { from: 'pipeline:customers', to: 'dataset:warehouse/customers', seq: 1 },
    { from: 'dataset:warehouse/customers', to: 'pipeline:orders', seq: 1 },
    { from: 'pipeline:orders', to: 'pipeline:daily_report', seq: 2 },
  ];
  const next = chance(11);
  for (const p of PIPELINES) addPipeline(world, p, next);
  while (world.journal.length < 25 * 10) world.add({ time: now - 20 * MINUTE, kind: 'run.finished', subject: 'run-x', actor: 'ingest', body: { pipeline: 'customers' } });
  addOldIncident(world);
  addIncident(world);
  world.series = [
    { id: '7', name: 'queue_depth', labels: { queue: 'orders' }, pipeline: 'orders', unit: '', first_seen: now - 86400 * SECOND, last_seen: now },
  ];
  return world;
}

function addPipeline(world, { steps, ...p }, next) {
  const first = world.now - RUNS * RUN_EVERY;
  world.add({ time: first, kind: 'pipeline.registered', subject: p.name, body: { source: p.source, destination: p.destination } });
  world.pipelines.push({
    ...p, owner: p.tier === 1 ? 'data platform' : '', environment: 'production', every_us: RUN_EVERY, next: 0, first_seen: first, last_seen: world.now, spec: {}, seq: world.journal.length,
  });
  for (let n = 0; n < RUNS; n++) {
    if (p.name === 'daily_report' && n === RUNS - 1) continue; // it waits for orders
    let at = first + n * RUN_EVERY + MINUTE;
    for (const step of steps) {
      const broken = p.name === 'orders' && n === RUNS - 1 && step === 'transform';
      const took = Math.round((step === 'load' ? 5 : 2) * SECOND * (0.9 + next() * 0.25));
      addRun(world, p.name, step, at, took, broken, 1200 + Math.round(next() * 90));
      at += took + 80_000;
      if (broken) break;
    }
  }
}

function addRun(world, pipeline, step, started, took, broken, rows) {
  const id = `run-${pipeline}-${step}-${started}`;
  const e = world.add({ time: started + took, kind: 'run.finished', subject: id, actor: 'ingest', body: { pipeline, step, exit_code: broken ? 1 : 0 } });
  world.runs.push({
    id, pipeline, step, attempt: 1, state: broken ? 'failed' : 'ok', started, ended: started + took, duration_us: took, exit_code: broken ? 1 : 0,
    signal: 0, rows: broken ? null : rows, bytes: broken ? null : rows * 64, peak_kb: 41_200, cpu_us: took / 3, sync_us: 900, effect: '',
    output: broken ? OUTPUT : `${step}: ${rows} rows\n`, detail: {}, seq: e.seq,
  });
}

function addOldIncident(world) {
  const at = world.now - 100 * MINUTE;
  const e = world.add({ time: at, kind: 'incident.opened', subject: 'inc-12', correlation_id: 'inc-12', body: { title: 'customers/extract timed out' } });
  world.incidents.push({
    id: 'inc-12', seq: e.seq, fingerprint: 'b2', state: 'resolved', severity: 'MEDIUM', pipeline: 'customers', title: 'customers: extract timed out',
    opened: at, updated: at, settled: at, resolved: at + 42 * SECOND, findings: 1, reopened: 0, cause: 'source.timeout', resolution: 'job.retry', case_id: '',
  });
}

function addIncident(world) {
  const failed = world.runs.find((r) => r.state === 'failed');
  const at = failed.ended + 200_000;
  const t = (s) => at + s * SECOND;
  const add_ = (e) => world.add({ correlation_id: 'inc-30', ...e });
  const schema = world.add({ time: t(-2), kind: 'change.seen', subject: 'orders', actor: 'ingest', body: { kind: 'schema', summary: 'unit_price is gone from shop/orders' } });
  const found = add_({ time: t(0), kind: 'finding', subject: 'f1', body: { kind: 'exit', summary: 'orders/transform ended with exit 1' } });
  const opened = add_({ time: t(0), kind: 'incident.opened', subject: 'inc-30', cause_seq: found.seq, body: { title: 'orders/transform ended with exit 1', pipeline: 'orders', severity: 'CRITICAL' } });
  const volume = add_({ time: t(3), kind: 'finding', subject: 'f2', body: { kind: 'anomaly', summary: 'queue_depth{queue="orders"} is 318, expected 20 to 90' } });
  const finding = (id, seq, more) => ({
    id, seq, pipeline: 'orders', step: 'transform', run: '', series: '', detector: 'exit', severity: 'CRITICAL', score: 1, value: null, low: null, high: null,
    evidence: {}, incident: 'inc-30', suppressed: '', ...more,
  });
  world.findings.push(
    finding('f1', found.seq, { kind: 'exit', run: failed.id, time: t(0), started: failed.started, ended: failed.ended, summary: 'orders/transform ended with exit 1' }),
    finding('f2', volume.seq, { kind: 'anomaly', step: '', series: '7', detector: 'adaptive', severity: 'HIGH', time: t(3), started: world.now - 13 * MINUTE, ended: world.now - 9 * MINUTE,
      value: 318, low: 20, high: 90, summary: 'queue_depth of orders is 318, far above its usual level' }),
  );
  world.incidents.push({
    id: 'inc-30', seq: opened.seq, fingerprint: 'a1', state: 'diagnosed', severity: 'CRITICAL', pipeline: 'orders', title: 'orders: transform fails, a column is missing',
    opened: t(0), updated: t(14), settled: t(10), resolved: null, findings: 2, reopened: 0, cause: 'schema.missing_column', resolution: '', case_id: 'case-31',
  });
  world.causes.push(
    { incident: 'inc-30', rank: 1, kind: 'schema.missing_column', subject: 'orders/transform', score: 0.94, title: 'The column unit_price is gone from the shop API', evidence: [
      { seq: found.seq, text: 'orders/transform ended with exit 1' },
      { seq: failed.seq, text: "its output ends with KeyError: 'unit_price'" },
      { seq: schema.seq, text: 'the header of orders_2026-03-14.csv has no unit_price; the one before had' },
    ] },
    { incident: 'inc-30', rank: 2, kind: 'code.error', subject: 'orders/transform', score: 0.21, title: "The step's own code failed", evidence: [{ seq: failed.seq, text: 'a Python traceback in its output' }] },
  );
  addCase(world, t, add_);
}

function addCase(world, t, add_) {
  const steps = [
    ['monitor', 'Monitor', 'Two findings on orders since its last good run; severity CRITICAL.'],
    ['analyze', 'Analyzer', 'schema.missing_column at 0.94, three entries show it.'],
    ['optimize', 'Optimizer', 'Two remedies fit: use the last good file, or retry.'],
    ['gate', 'Policy', 'Retry executed; the lasting one waits for a person.'],
  ];
  steps.forEach(([node, agent, summary], i) => {
    const e = add_({ time: t(10 + i / 10), kind: 'case.step', subject: 'case-31', actor: `agent:${node}`, body: { node, message: { from_agent: agent, content: summary } } });
    world.steps.push({ case_id: 'case-31', step: i + 1, node, agent, seq: e.seq, time: e.time, summary, state: {} });
  });
  world.cases.push({
    id: 'case-31', seq: world.steps[0].seq, incident: 'inc-30', graph: 'c0ffee', node: 'gate', status: 'waiting', waiting_for: 'apr-40', state: {}, steps: 4,
    started: t(10), ended: null, cost_usd: 0, forked_from: '',
  });
  const retry = add_({ time: t(10.2), kind: 'proposal.made', subject: 'pro-34', body: { remedy: 'job.retry', summary: 'Run transform again, then load' } });
  const lastGood = add_({ time: t(10.2), kind: 'proposal.made', subject: 'pro-35', body: { remedy: 'command.run', summary: 'Load orders from the last good file' } });
  const common = { case_id: 'case-31', incident: 'inc-30', pipeline: 'orders', step: 'transform', cause: 'schema.missing_column', plan_hash: 'ab12', args: {} };
  world.proposals.push(
    { ...common, id: 'pro-34', seq: retry.seq, rank: 1, remedy: 'job.retry', confidence: 0.34, cost_usd: 0, leaves: 'nothing', summary: 'Run transform again, then load' },
    { ...common, id: 'pro-35', seq: lastGood.seq, rank: 2, remedy: 'command.run', confidence: 0.83, cost_usd: 0.002, leaves: 'lasting', summary: 'Load orders from the last good file' },
  );
  const decide = (id, proposal, verdict, rule, because, confidence) => {
    const e = add_({ time: t(10.3), kind: 'decision.made', subject: id, body: { verdict, rule, because } });
    world.decisions.push({ id, seq: e.seq, time: e.time, case_id: 'case-31', incident: 'inc-30', proposal, verdict, rule, because, confidence, cost_usd: 0, facts: {}, policy: 'f00d' });
    return e;
  };
  decide('dec-36', 'pro-34', 'execute', 'retry-is-harmless', 'A repeatable step may be retried once.', 0.34);
  decide('dec-37', 'pro-35', 'escalate', 'lasting-needs-a-person', 'What cannot be undone always needs a person.', 0.83);
  const tried = add_({ time: t(12), kind: 'effect.outcome', subject: 'eff-38', actor: 'executor', body: { ok: false, summary: "Failed again: KeyError: 'unit_price'" } });
  world.effects.push(
    effect('eff-38', tried.seq, 'dec-36', 'apply', 'job.retry', 'orders/transform', 'failed', t(10.4), t(12.4), { ok: false, summary: "Failed again: KeyError: 'unit_price'" }),
    effect('eff-39', tried.seq, 'dec-37', 'probe', 'command.run', 'orders/transform', 'done', t(13), t(13.2), { ok: true, digest: '9f2c81d0aa77c0de', summary: 'would load 1,198 rows from orders_2026-03-13.csv; orders holds 34,120', detail: { precheck: 'ok' } }),
    effect('eff-41', tried.seq, 'dec-37', 'notify', 'slack', 'data-alerts', 'done', t(14), t(14.3), { ok: true, summary: 'posted' }),
  );
  const asked = add_({ time: t(14), kind: 'approval.requested', subject: 'apr-40', body: { summary: 'Load orders from the last good file' } });
  world.approvals.push({
    id: 'apr-40', seq: asked.seq, decision: 'dec-37', proposal: 'pro-35', case_id: 'case-31', incident: 'inc-30', state: 'pending', plan_hash: 'ab12',
    target_digest: '9f2c81d0aa77c0de', policy: 'f00d', requested: t(14), requested_by: 'agent:gate', expires: world.now + 55 * MINUTE, decided: null, decided_by: '', comment: '',
  });
  world.drafts.push({
    id: 'draft-60', seq: 60, time: t(15), incident: 'inc-30', pipeline: 'orders', cause: 'schema.missing_column', title: 'load of orders failed', state: 'waiting',
    text: '# load of orders failed\n\n## Symptom\n\n- a column is missing\n',
  });
  world.knowledge = {
    stats: { indexed: 12, feedback: 3, worked: 2, missed: 1, left_out: 0, reindexed: { time: t(1), reason: 'documents' }, sources: [{ name: 'guides', files: 4, problem: '' }, { name: 'book', files: 0, problem: 'no route to host' }] },
    search: { answered: true, hits: [{ document: 'schema.md', title: 'A column is gone', path: 'A column is gone', passage: 0, text: 'Ask who owns the source.\n', score: 0.97, similarity: 0.61, said: 0.02, why: [{ word: 'column', share: 1 }] }] },
  };
  world.models.push(classifier(t));
  world.inquiries.push(
    inquiry(50, t(2), {}),
    inquiry(51, t(3), LETTERS[0]),
    inquiry(52, t(4), LETTERS[1]),
  );
  world.schedules.push(...schedules(t));
}
