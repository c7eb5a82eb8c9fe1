// The newest part of the journal, kept up to date.
import { useEffect, useState } from 'preact/hooks';
import { ask, type ApiError, type Entry, type List } from './api';
import { joined } from './entries';
import { asError, live, signedOut } from './state';

const PAGE = 100;

export interface Tail {
  entries: Entry[] | undefined; /* oldest first, without gaps */
  error: ApiError | undefined;
  older(): void; /* load some more of the past */
  reload(): void;
}

/** At most `max` entries; while `paused` nothing new is added. */
export function useTail(max: number, paused = false): Tail {
  const [entries, setEntries] = useState<Entry[]>();
  const [error, setError] = useState<ApiError>();

  const load = async (before: number): Promise<void> => {
    setError(undefined);
    try {
      const after = Math.max(0, before - 1 - PAGE);
      const { items } = await ask<List<Entry>>(`/journal?after=${after}&limit=${PAGE}`);
      setEntries((old) => joined(old ?? [], items).slice(-max));
    } catch (e) {
      const failed = asError(e);
      if (failed.status === 401) signedOut();
      else setError(failed);
    }
  };
  const newest = (): void => void load(live.last + 1);

  useEffect(() => {
    if (paused) return undefined;
    newest(); /* what came before, or during the pause */
    return live.onEntry((e) => setEntries((old) => old && joined(old, [e]).slice(-max)));
  }, [paused]);
  return { entries, error, older: () => void load(entries?.[0]?.seq ?? 1), reload: newest };
}
