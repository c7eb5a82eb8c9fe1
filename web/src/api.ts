// The API as the page uses it: the shapes of src/edge/server/schemas.json, and one way to ask.
import type { Usec } from './format';

export type Severity = 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL';
export type Health = 'unknown' | 'ok' | 'warning' | 'failing';

export interface List<T> {
  items: T[];
  next_cursor: string | null;
}

export interface Me {
  name: string;
  role: string;
}

export interface Entry {
  seq: number;
  time: Usec;
  kind: string;
  subject: string;
  actor: string;
  correlation_id: string;
  cause_seq: number;
  body: unknown;
  /** The role from which on the entry is seen whole; there only when ours is below it. */
  withheld?: string;
  hash: string;
}

export type Ask = <T>(path: string, init?: RequestInit) => Promise<T>;

/** What the server answered when it did not do what was asked; status 0 means that it did not answer at all. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
  ) {
    super(detail || title);
  }
}

const TIMEOUT_MS = 15_000;

/** Ask the API. Errors are ApiError, also for a silent server; an abort by the caller stays an AbortError. */
export async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  let reply: Response;
  try {
    reply = await fetch(`/api/v1${path}`, { ...init, signal, headers: { accept: 'application/json', ...init.headers } });
  } catch (e) {
    if (init.signal?.aborted) throw e;
    throw new ApiError(0, 'No answer', 'The server does not answer.');
  }
  if (!reply.ok) throw await problem(reply);
  if (reply.status === 204) return undefined as T;
  return (await reply.json()) as T;
}

/** A change. The key makes a repeated click, or a retry after a lost answer, one change. */
export function send<T>(path: string, body: unknown, key: string = newKey()): Promise<T> {
  return ask<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(body),
  });
}

/** Not randomUUID(): browsers offer that only over HTTPS and on the machine itself. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
}

async function problem(reply: Response): Promise<ApiError> {
  try {
    const p = (await reply.json()) as { title?: string; detail?: string };
    return new ApiError(reply.status, p.title ?? reply.statusText, p.detail ?? '');
  } catch {
    return new ApiError(reply.status, reply.statusText || `HTTP ${reply.status}`, '');
  }
}

/* Rows, named as the columns of the store. Columns that hold JSON arrive as JSON. */

export interface Pipeline {
  name: string;
  source: string;
  destination: string;
  owner: string;
  tier: number;
  environment: string;
  every_us: Usec;
  next: Usec;
  first_seen: Usec;
  last_seen: Usec;
  health: Health;
}

export interface Run {
  id: string;
  pipeline: string;
  step: string;
  attempt: number;
  state: 'running' | 'ok' | 'failed';
  started: Usec;
  ended: Usec | null;
  duration_us: number | null;
  exit_code: number | null;
  signal: number | null;
  rows: number | null;
  bytes: number | null;
  peak_kb: number | null;
  effect: string;
  output: string;
  seq: number;
}

export interface LineageEdge {
  from: string; /* "pipeline:NAME" or "dataset:NAMESPACE/NAME" */
  to: string;
}

export interface Lineage {
  edges: LineageEdge[];
}

export interface Finding {
  id: string;
  seq: number;
  time: Usec;
  series: string;
  pipeline: string;
  step: string;
  run: string;
  kind: string;
  detector: string;
  severity: Severity;
  started: Usec;
  ended: Usec;
  value: number | null;
  low: number | null;
  high: number | null;
  score: number | null;
  summary: string;
  incident: string;
  suppressed: string;
}

/** What lists and details have in common. */
export interface Incident {
  id: string;
  seq: number;
  state: 'open' | 'diagnosed' | 'mitigating' | 'resolved';
  severity: Severity;
  pipeline: string;
  title: string;
  opened: Usec;
  updated: Usec;
  settled: Usec | null;
  resolved: Usec | null;
  reopened: number;
  cause: string;
  resolution: string;
  case_id: string;
}

export interface ListedIncident extends Incident {
  findings: number;
}

export interface Evidence {
  seq: number;
  text: string;
}

export interface Cause {
  rank: number;
  kind: string;
  subject: string;
  score: number;
  title: string;
  evidence: Evidence[];
}

export interface Proposal {
  id: string;
  seq: number;
  case_id: string;
  rank: number;
  remedy: string;
  pipeline: string;
  step: string;
  args: unknown;
  cause: string;
  confidence: number;
  cost_usd: number;
  leaves: 'nothing' | 'undoable' | 'lasting';
  summary: string;
}

export interface Decision {
  id: string;
  seq: number;
  time: Usec;
  proposal: string;
  verdict: 'execute' | 'escalate' | 'monitor' | 'deny';
  rule: string;
  because: string;
  confidence: number;
  cost_usd: number;
  facts: unknown;
}

export interface Approval {
  id: string;
  seq: number;
  decision: string;
  proposal: string;
  incident: string;
  state: 'pending' | 'approved' | 'rejected' | 'expired' | 'invalid';
  target_digest: string;
  requested: Usec;
  requested_by: string;
  expires: Usec;
  decided: Usec | null;
  decided_by: string;
  comment: string;
}

export interface Effect {
  id: string;
  seq: number;
  decision: string;
  kind: 'probe' | 'apply' | 'verify' | 'undo' | 'notify';
  remedy: string;
  target: string;
  state: 'pending' | 'started' | 'done' | 'failed' | 'unknown' | 'held';
  attempt: number;
  started: Usec | null;
  ended: Usec | null;
  outcome: { ok?: boolean; unknown?: boolean; summary?: string; digest?: string; detail?: unknown } | null; /* detail of a probe: precheck, dry_run */
}

export interface CaseFile {
  id: string;
  seq: number;
  incident: string;
  node: string;
  status: 'running' | 'waiting' | 'done' | 'failed';
  waiting_for: string;
  started: Usec;
  ended: Usec | null;
  cost_usd: number;
  forked_from: string;
}

export interface CaseStep {
  step: number;
  node: string;
  agent: string;
  seq: number;
  time: Usec;
  summary: string;
}

export interface IncidentDetail extends Incident {
  finding_count: number;
  findings: Finding[];
  causes: Cause[];
  proposals: Proposal[];
  decisions: Decision[];
  approvals: Approval[];
  effects: Effect[];
  cases: CaseFile[];
}

export interface CaseDetail extends CaseFile {
  steps: CaseStep[];
}

export interface Series {
  id: string;
  name: string;
  labels?: Record<string, string>;
  pipeline: string;
  last_seen?: Usec;
}

export interface Samples {
  id: string;
  name: string;
  points: { time: Usec; min: number | null; max: number | null; avg: number | null }[];
}

export interface Stats {
  pipelines: number;
  pipelines_failing: number;
  incidents_open: number;
  approvals_pending: number;
  trouble: string /* what keeps weir from its work, "" = nothing */;
  last_seq: number;
  inquiries?: InquiryStats;
}

export interface Inquiry {
  id: string;
  seq: number;
  received: Usec;
  state: 'review' | 'open' | 'duplicate' | 'answered' | 'closed';
  channel: string;
  language: string;
  model: string;
  category: string;
  category_score: number;
  sentiment: string;
  sentiment_score: number;
  urgency: string;
  urgency_score: number;
  labelled_by: string;
  department: string;
  consultant: string /* "" = in the department's queue */;
  priority: number;
  due: Usec /* 0 = no clock runs */;
  level: number /* how often the clock ran out */;
  duplicate_of: number;
  repeats: number;
  reason: string[];
  subject: string;
  sender_email: string;
  sender_name: string;
  erased: boolean;
}

export interface InquiryDetail extends Inquiry {
  body: string;
  words: string[] /* phrases of the rules that spoke */;
  summary: string[];
  phrases: string[];
  entities: { kind: string; text: string }[];
  personal: { kind: string; text: string }[] /* none for those who see it masked */;
  likely: Record<'category' | 'sentiment' | 'urgency', string[]> /* the labels that share 95 % between them */;
  scores: Record<'category' | 'sentiment' | 'urgency', Record<string, number>>;
  others: { seq: number; received: Usec; state: string; category: string; department: string }[];
}

/** Counts since the beginning, by name and word. */
export interface InquiryStats {
  total: number;
  confidence_mean: number;
  escalation_rate: number;
  held_rate: number;
  state?: Record<string, number>;
  category?: Record<string, number>;
  urgency?: Record<string, number>;
  department?: Record<string, number>;
}

export interface ScheduleLast {
  id: string;
  state: 'due' | 'running' | 'again' | 'ok' | 'failed' | 'dropped';
  planned: Usec;
  asked_by: string /* "" = the clock */;
  attempt: number;
  started: Usec | null;
  ended: Usec | null;
  summary: string;
}

export interface ScheduleRun extends ScheduleLast {
  seq: number;
}

export interface Schedule {
  name: string;
  paused_by: string /* "" = it runs at its times */;
  next: Usec /* 0 = none */;
  runs: number;
  failed: number;
  missed: number;
  skipped: number;
  does: string /* "command", or a built-in work */;
  cron: string;
  timezone: string;
  timeout_us: number;
  retries: number;
  retry_us: number;
  last: ScheduleLast | null;
}

export interface FoundHit {
  document: string;
  title: string;
  path: string;
  passage: number;
  text: string;
  score: number;
  similarity: number | null;
  said: number;
  why: { word: string; share: number }[];
}

export interface Found {
  answered: boolean;
  hits: FoundHit[];
}

export interface Draft {
  id: string;
  seq: number;
  time: Usec;
  incident: string;
  pipeline: string;
  cause: string;
  title: string;
  state: 'waiting' | 'approved' | 'rejected';
}

export interface DraftDetail extends Draft {
  text: string;
}

export interface KnowledgeStats {
  indexed: number;
  feedback: number;
  worked: number;
  missed: number;
  left_out: number;
  reindexed: { time: Usec; reason: string } | null;
  sources: { name: string; files: number; problem: string }[];
}

export interface RegisteredModel {
  name: string;
  kind: string;
  newest: number;
  time: Usec;
  champion: number /* 0 = none */;
  challenger: number;
  share: number;
  metrics: Record<string, number>;
}

export interface ModelVersion {
  version: number;
  seq: number;
  time: Usec;
  actor: string;
  kind: string;
  digest: string;
  bytes: number;
  data: string;
  code: string;
  held_back: string;
  parent: number;
  metrics: Record<string, number>;
  sources: string[];
  origin: string;
  comment: string;
}

export interface ModelMove {
  seq: number;
  time: Usec;
  version: number;
  before: number;
  how: 'first' | 'promoted' | 'forced' | 'rolled_back';
  actor: string;
  reason: string;
}

export interface ModelTrial {
  version: number;
  champion: number;
  share: number;
  judged: number;
  agreed: number;
  began: Usec;
  labelled: number;
  champion_right: number;
  right: number;
  wins: number;
  losses: number;
}

export interface RegisteredModelDetail {
  name: string;
  aliases: { alias: string; version: number; time: Usec }[];
  versions: ModelVersion[];
  moves: ModelMove[];
  trial: ModelTrial | null;
}
