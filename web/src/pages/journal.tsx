// The journal as it grows: newest first, filtered by kind, older ones on request.
import type { VNode } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { ask, type ApiError, type Entry, type List } from '../api';
import { joined } from '../entries';
import { plural } from '../format';
import { EntryLink } from '../parts/entry_link';
import { Empty, Failure, Loading } from '../parts/states';
import { Clock } from '../parts/time';
import { href } from '../router';
import { asError, live, signedOut } from '../state';

const PAGE = 100;
const KEPT_MAX = 1000; /* rows on the page; for more there is `weir audit show` */

export function Journal(): VNode {
  const [entries, setEntries] = useState<Entry[]>(); /* oldest first, no gaps */
  const [error, setError] = useState<ApiError>();
  const [paused, setPaused] = useState(false);
  const [kind, setKind] = useState('');

  const load = async (before: number): Promise<void> => {
    setError(undefined);
    try {
      const after = Math.max(0, before - 1 - PAGE);
      const { items } = await ask<List<Entry>>(`/journal?after=${after}&limit=${PAGE}`);
      setEntries((old) => joined(old ?? [], items).slice(-KEPT_MAX));
    } catch (e) {
      const failed = asError(e);
      if (failed.status === 401) signedOut();
      else setError(failed);
    }
  };
  useEffect(() => void load(live.last + 1), []);
  useEffect(() => {
    if (paused) return undefined;
    return live.onEntry((e) => setEntries((old) => old && joined(old, [e]).slice(-KEPT_MAX)));
  }, [paused]);

  const words = useMemo(() => [...new Set((entries ?? []).map((e) => e.kind))].sort(), [entries]);
  const shown = useMemo(() => (entries ?? []).filter((e) => !kind || e.kind === kind).reverse(), [entries, kind]);
  const first = entries?.[0]?.seq ?? 1;
  return (
    <>
      <h1 tabIndex={-1}>Journal</h1>
      <div class="toolbar">
        <label>
          Kind{' '}
          <select value={kind} onChange={(e) => setKind(e.currentTarget.value)}>
            <option value="">all</option>
            {words.map((w) => (
              <option key={w}>{w}</option>
            ))}
          </select>
        </label>
        <button type="button" aria-pressed={paused} onClick={() => { if (paused) void load(live.last + 1); setPaused(!paused); }}>
          {paused ? 'Follow' : 'Pause'}
        </button>
        <span class="quiet">{entries && `${plural(shown.length, 'entry', 'entries')} shown`}</span>
      </div>
      {error && <Failure error={error} retry={() => void load(live.last + 1)} />}
      {!entries && !error && <Loading what="journal" rows={8} />}
      {entries && shown.length === 0 && <Empty title={kind ? `No entry of kind ${kind} is loaded.` : 'The journal is empty.'} />}
      {shown.length > 0 && <Rows entries={shown} />}
      {entries && first > 1 && entries.length < KEPT_MAX && (
        <button type="button" onClick={() => void load(first)}>
          Older entries
        </button>
      )}
    </>
  );
}

function Rows({ entries }: { entries: Entry[] }): VNode {
  return (
    <table class="journal">
      <thead>
        <tr>
          <th scope="col">Entry</th>
          <th scope="col">Time</th>
          <th scope="col">Kind</th>
          <th scope="col">About</th>
          <th scope="col">By</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((e) => (
          <tr key={e.seq}>
            <td><EntryLink seq={e.seq} /></td>
            <td class="time"><Clock us={e.time} /></td>
            <td class="kind">{e.kind}</td>
            <td class="subject">
              {e.subject}
              {e.correlation_id && e.correlation_id !== e.subject && (
                <a class="quiet" href={href('incidents', e.correlation_id)}>{e.correlation_id}</a>
              )}
            </td>
            <td class="actor">{e.actor}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
