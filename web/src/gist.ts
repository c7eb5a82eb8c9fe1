// One line about an entry, out of its body: what a person wants to know without opening it. Bodies come from many places,
// so nothing in them is taken for granted.
import type { Entry } from './api';
import { duration } from './format';

type Body = Record<string, unknown>;

const GISTS: Record<string, (b: Body) => string> = {
  'run.started': (b) => `${place(b)} started`,
  'run.finished': (b) => `${place(b)} ${ended(b)}${took(b)}`,
  'incident.diagnosed': (b) => text(first(b['causes']), 'title') || 'cause unknown',
  'incident.moved': (b) => `${text(b, 'from')} → ${text(b, 'to')}`,
  'incident.resolved': (b) => `resolved: ${text(b, 'how')}`,
  'incident.reopened': (b) => `${text(b, 'pipeline')} fails again`,
  'case.step': (b) => text(object(b['message']), 'content'),
  'decision.made': (b) => `${text(b, 'verdict')}: ${text(b, 'because')}`,
  'approval.given': (b) => `${text(b, 'verdict')}${quoted(b)}`,
  'effect.requested': (b) => `${text(b, 'kind')} ${text(b, 'remedy')} on ${text(b, 'target')}`,
  'effect.outcome': (b) => text(b, 'summary') || (b['unknown'] ? 'outcome unknown' : b['ok'] ? 'done' : 'failed'),
  'outcome.counted': (b) => `${text(b, 'remedy')} ${b['worked'] ? 'helped' : 'did not help'} against ${text(b, 'cause')}`,
};

const SPEAKING = ['summary', 'title', 'because', 'why', 'comment', 'text'];
const LONGEST = 160;

export function gist(e: Entry): string {
  const b = object(e.body);
  const said = GISTS[e.kind]?.(b).trim() || SPEAKING.map((k) => text(b, k)).find(Boolean) || scalars(b);
  return said.length > LONGEST ? `${said.slice(0, LONGEST - 1)}…` : said;
}

/** Fields of what may be anything. */
export function object(v: unknown): Body {
  return typeof v === 'object' && v !== null && !Array.isArray(v) ? (v as Body) : {};
}

function first(v: unknown): Body {
  return object(Array.isArray(v) ? v[0] : undefined);
}

function text(b: Body, key: string): string {
  const v = b[key];
  return typeof v === 'string' || typeof v === 'number' ? String(v) : '';
}

function place(b: Body): string {
  return [text(b, 'pipeline'), text(b, 'step')].filter(Boolean).join('/');
}

function ended(b: Body): string {
  if (b['signal']) return `killed by signal ${text(b, 'signal')}`;
  return b['exit_code'] === 0 ? 'ok' : `exit ${text(b, 'exit_code')}`;
}

function took(b: Body): string {
  const from = b['started'];
  const to = b['ended'];
  return typeof from === 'number' && typeof to === 'number' && to >= from ? ` in ${duration(to - from)}` : '';
}

function quoted(b: Body): string {
  const comment = text(b, 'comment');
  return comment && `: “${comment}”`;
}

function scalars(b: Body): string {
  const shown = Object.keys(b).filter((k) => text(b, k) !== '').slice(0, 3);
  return shown.map((k) => `${k} ${text(b, k)}`).join(', ');
}
