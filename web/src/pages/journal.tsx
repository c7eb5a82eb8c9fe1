// The journal as it grows: newest first, filtered by kind, older ones on request.
import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { Entry } from '../api';
import { plural } from '../format';
import { gist } from '../gist';
import { About, EntryLink } from '../parts/entry_link';
import { Empty, Failure, Loading } from '../parts/states';
import { Clock } from '../parts/time';
import { useTail } from '../tail';

const KEPT_MAX = 1000; /* rows on the page; for more there is `weir audit show` */

export function Journal(): VNode {
  const [paused, setPaused] = useState(false);
  const [kind, setKind] = useState('');
  const { entries, error, older, reload } = useTail(KEPT_MAX, paused);

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
        <button type="button" aria-pressed={paused} onClick={() => setPaused(!paused)}>
          {paused ? 'Follow' : 'Pause'}
        </button>
        <span class="quiet">{entries && `${plural(shown.length, 'entry', 'entries')} shown`}</span>
      </div>
      {error && <Failure error={error} retry={reload} />}
      {!entries && !error && <Loading what="journal" rows={8} />}
      {entries && shown.length === 0 && <Empty title={kind ? `No entry of kind ${kind} is loaded.` : 'The journal is empty.'} />}
      {shown.length > 0 && <Rows entries={shown} />}
      {entries && first > 1 && entries.length < KEPT_MAX && (
        <button type="button" onClick={older}>
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
          <th scope="col">What</th>
          <th scope="col">By</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((e) => (
          <tr key={e.seq}>
            <td><EntryLink seq={e.seq} /></td>
            <td class="time"><Clock us={e.time} /></td>
            <td class="kind">{e.kind}</td>
            <td class="what">
              {gist(e) || e.subject} <About entry={e} />
            </td>
            <td class="actor">{e.actor}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
