// What the whole page shares: the session, the live connection and the counts in the head. Everything else belongs to
// the part that shows it.
import { useEffect, useState } from 'preact/hooks';
import { ask, ApiError, send, type Entry, type Me } from './api';
import { coalesce, timeoutLater } from './coalesce';
import { Live, socketWire, streamWire, type LiveState } from './live';

/** A value that can be watched. */
export class Cell<T> {
  private readonly listeners = new Set<(v: T) => void>();

  constructor(private value: T) {}

  get(): T {
    return this.value;
  }

  set(value: T): void {
    if (Object.is(value, this.value)) return;
    this.value = value;
    for (const f of [...this.listeners]) f(value);
  }

  watch(f: (v: T) => void): () => void {
    this.listeners.add(f);
    return () => this.listeners.delete(f);
  }
}

export function useCell<T>(cell: Cell<T>): T {
  const [value, set] = useState(() => cell.get());
  useEffect(() => {
    set(() => cell.get());
    return cell.watch((v) => set(() => v));
  }, [cell]);
  return value;
}

export const session = new Cell<'checking' | 'in' | 'out'>('checking');
export const me = new Cell<Me | undefined>(undefined);
export const connection = new Cell<LiveState>('stopped');
export const startError = new Cell<ApiError | undefined>(undefined);

export const live = new Live({ socket: socketWire, stream: streamWire, later: timeoutLater, random: Math.random });

live.onState((state) => {
  connection.set(state);
  if (state === 'waiting') void whoAmI(); /* the connection may have ended because the session did */
});
addEventListener('online', () => live.kick());
addEventListener('offline', () => live.lose());

interface Last {
  last_seq: number;
}

/** Find out who we are and begin to listen. Called at start, after a login, and by "Try again". */
export async function begin(): Promise<void> {
  startError.set(undefined);
  if (!(await whoAmI())) return;
  try {
    const { last_seq } = await ask<Last>('/stats');
    if (live.state === 'stopped') live.start(last_seq);
    session.set('in');
  } catch (e) {
    failed(e);
  }
}

async function whoAmI(): Promise<boolean> {
  try {
    me.set(await ask<Me>('/me'));
    return true;
  } catch (e) {
    failed(e);
    return false;
  }
}

function failed(e: unknown): void {
  const error = asError(e);
  if (error.status === 401) signedOut();
  else if (session.get() !== 'in') startError.set(error);
}

/** The server does not know us (any more): forget what we were shown and ask for the key. */
export function signedOut(): void {
  live.stop();
  cache.clear();
  me.set(undefined);
  session.set('out');
}

export async function signOut(): Promise<void> {
  try {
    await send('/logout', {});
  } finally {
    signedOut();
  }
}

export function asError(e: unknown): ApiError {
  return e instanceof ApiError ? e : new ApiError(0, 'Unexpected', String(e));
}

export interface Loaded<T> {
  data: T | undefined;
  error: ApiError | undefined;
  reload(): void;
}

/* What was shown last, so that going back shows it at once while it is asked for again. */
const cache = new Map<string, unknown>();
const CACHE_MAX = 64;
const REFETCH_MS = 150;

function remember(path: string, data: unknown): void {
  cache.delete(path);
  cache.set(path, data);
  if (cache.size > CACHE_MAX) cache.delete(cache.keys().next().value as string);
}

/** GET `path` (null: nothing), again whenever a journal entry concerns it, and after every reconnection. */
export function useData<T>(path: string | null, concerns: (e: Entry) => boolean = never): Loaded<T> {
  const [shown, show] = useState<{ path: string | null; data?: T | undefined; error?: ApiError | undefined }>({ path: null });
  const [round, setRound] = useState(0);

  useEffect(() => {
    if (path === null) return undefined;
    const abort = new AbortController();
    const load = async (): Promise<void> => {
      try {
        const data = await ask<T>(path, { signal: abort.signal });
        if (abort.signal.aborted) return;
        remember(path, data);
        show({ path, data });
      } catch (e) {
        if (abort.signal.aborted) return;
        const error = asError(e);
        if (error.status === 401) signedOut();
        else show((old) => ({ path, data: old.path === path ? old.data : undefined, error }));
      }
    };
    const refetch = coalesce(REFETCH_MS, load);
    const offEntry = live.onEntry((e) => concerns(e) && refetch.call());
    let lost = false;
    const offState = live.onState((s) => {
      if (s === 'live' && lost) refetch.call();
      lost = s !== 'live' && (lost || s === 'waiting');
    });
    void load();
    return () => {
      abort.abort();
      refetch.cancel();
      offEntry();
      offState();
    };
  }, [path, round]);

  const fresh = shown.path === path;
  return {
    data: fresh && shown.data !== undefined ? shown.data : path === null ? undefined : (cache.get(path) as T | undefined),
    error: fresh ? shown.error : undefined,
    reload: () => setRound((n) => n + 1),
  };
}

function never(): boolean {
  return false;
}

/** Entries whose kind begins with one of these words: "run" is run.started and run.finished. */
export function kinds(...words: string[]): (e: Entry) => boolean {
  return (e) => words.includes(e.kind.split('.', 1)[0]!);
}

/** Whether this person may work on things, not only look: for parts, as a hook. */
export function works(): boolean {
  return ['operator', 'approver', 'admin'].includes(useCell(me)?.role ?? '');
}

/** Entries that belong to an incident. */
export function of(incident: string): (e: Entry) => boolean {
  return (e) => e.correlation_id === incident || e.subject === incident;
}
