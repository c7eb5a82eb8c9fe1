// The live tail of the journal. One connection; WebSocket first, server-sent events where something between browser and
// server breaks WebSockets. It resumes by seq, so a gap in the connection is never a gap in what the page has seen.
//
//   connecting ──open──▶ live ──closed──▶ waiting ──backoff──▶ connecting
import type { Entry } from './api';

export type LiveState = 'connecting' | 'live' | 'waiting' | 'stopped';

export interface WireEvents {
  open(): void;
  message(text: string): void;
  closed(): void;
}

/** Opens a connection that sends the entries after a seq; the function it gives closes it again. */
export type Wire = (after: number, on: WireEvents) => () => void;

export interface LiveDeps {
  socket: Wire;
  stream: Wire;
  later(ms: number, f: () => void): () => void;
  random(): number;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const SOCKET_TRIES = 2; /* sockets that never opened before streams are tried, in turns from then on */

export class Live {
  state: LiveState = 'stopped';
  last = 0; /* seq of the newest entry seen */
  private failures = 0; /* attempts in a row that never opened */
  private unwire: (() => void) | undefined;
  private unwait: (() => void) | undefined;
  private readonly entryListeners = new Set<(e: Entry) => void>();
  private readonly stateListeners = new Set<(s: LiveState) => void>();

  constructor(private readonly deps: LiveDeps) {}

  /** Begin after `seq`; what comes later arrives at the listeners, in order and once. */
  start(seq: number): void {
    this.stop();
    this.last = seq;
    this.failures = 0;
    this.connect();
  }

  stop(): void {
    this.drop();
    this.move('stopped');
  }

  /** Stop waiting and try now: the network came back, or a person asked. */
  kick(): void {
    if (this.state === 'waiting') this.connect();
  }

  /** The network is gone: say so now, not when the connection is found dead. */
  lose(): void {
    if (this.state === 'live' || this.state === 'connecting') this.wait();
  }

  onEntry(f: (e: Entry) => void): () => void {
    this.entryListeners.add(f);
    return () => this.entryListeners.delete(f);
  }

  onState(f: (s: LiveState) => void): () => void {
    this.stateListeners.add(f);
    return () => this.stateListeners.delete(f);
  }

  private connect(): void {
    this.drop();
    this.move('connecting');
    let current = true; /* late events of a dropped connection say nothing about the next one */
    const close = this.pick()(this.last, {
      open: () => current && this.opened(),
      message: (text) => current && this.take(text),
      closed: () => current && this.wait(),
    });
    this.unwire = () => {
      current = false;
      close();
    };
  }

  private pick(): Wire {
    const stream = this.failures >= SOCKET_TRIES && (this.failures - SOCKET_TRIES) % 2 === 0;
    return stream ? this.deps.stream : this.deps.socket;
  }

  private opened(): void {
    this.failures = this.pick() === this.deps.stream ? SOCKET_TRIES : 0; /* stay with what works */
    this.move('live');
  }

  private take(text: string): void {
    const entry = parseEntry(text);
    if (!entry || entry.seq <= this.last) return;
    this.last = entry.seq;
    for (const f of this.entryListeners) f(entry);
  }

  private wait(): void {
    const opened = this.state === 'live';
    if (!opened) this.failures++;
    this.drop();
    this.move('waiting');
    this.unwait = this.deps.later(waitMs(opened ? 0 : this.failures, this.deps.random()), () => this.connect());
  }

  private drop(): void {
    this.unwire?.();
    this.unwait?.();
    this.unwire = this.unwait = undefined;
  }

  private move(state: LiveState): void {
    if (this.state === state) return;
    this.state = state;
    for (const f of this.stateListeners) f(state);
  }
}

/** Doubling with up to a half taken off, so that a restarted server is not met by every page at once. */
export function waitMs(failures: number, random: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures, 10)) * (1 - random / 2);
}

function parseEntry(text: string): Entry | undefined {
  try {
    const e = JSON.parse(text) as Partial<Entry> | null;
    return e && Number.isSafeInteger(e.seq) && typeof e.kind === 'string' ? (e as Entry) : undefined;
  } catch {
    return undefined;
  }
}

export const socketWire: Wire = (after, on) => {
  const ws = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/v1/events?after=${after}`);
  ws.onopen = () => on.open();
  ws.onmessage = (m) => on.message(String(m.data));
  ws.onclose = () => on.closed();
  return () => ws.close();
};

export const streamWire: Wire = (after, on) => {
  const es = new EventSource(`/api/v1/events/stream?after=${after}`);
  es.onopen = () => on.open();
  es.onmessage = (m) => on.message(String(m.data));
  es.onerror = () => {
    es.close(); /* its own retry knows no backoff */
    on.closed();
  };
  return () => es.close();
};
