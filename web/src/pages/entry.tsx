// One journal entry with everything that is hashed.
import type { VNode } from 'preact';
import type { Entry } from '../api';
import { About, EntryLink } from '../parts/entry_link';
import { Json } from '../parts/json';
import { Await } from '../parts/states';
import { Ago, DateTime } from '../parts/time';
import { href } from '../router';
import { live, useData } from '../state';

export function EntryPage({ seq }: { seq: string }): VNode {
  const entry = useData<Entry>(`/journal/${encodeURIComponent(seq)}`);
  return (
    <>
      <p class="crumb">
        <a href={href('journal')}>Journal</a> / #{seq}
      </p>
      <Await from={entry} what="entry" rows={5}>
        {(e) => <Fields entry={e} />}
      </Await>
    </>
  );
}

function Fields({ entry: e }: { entry: Entry }): VNode {
  return (
    <>
      <header class="page-head">
        <h1 tabIndex={-1}>
          #{e.seq} <span class="kind">{e.kind}</span>
        </h1>
        <nav class="toolbar" aria-label="Neighbouring entries">
          {e.seq > 1 && <a class="button" href={href('journal', e.seq - 1)}>← Before</a>}
          {e.seq < live.last && <a class="button" href={href('journal', e.seq + 1)}>After →</a>}
        </nav>
      </header>
      <dl class="facts card">
        <dt>Time</dt>
        <dd><DateTime us={e.time} /> <span class="quiet"><Ago us={e.time} /></span></dd>
        <dt>About</dt>
        <dd>{e.subject || <span class="quiet">{e.withheld ? 'kept back' : 'nothing in particular'}</span>}</dd>
        <dt>By</dt>
        <dd>{e.actor}</dd>
        {e.correlation_id && (
          <>
            <dt>Belongs to</dt>
            <dd><About entry={e} /></dd>
          </>
        )}
        <dt>Led to by</dt>
        <dd>{e.cause_seq ? <EntryLink seq={e.cause_seq} /> : <span class="quiet">the outside</span>}</dd>
        <dt>Hash</dt>
        <dd><code class="hash">{e.hash}</code></dd>
      </dl>
      <h2>Body</h2>
      {e.withheld ? <p class="quiet">Shown from the role {e.withheld} on. The hash is that of the whole entry.</p> : <Json value={e.body} />}
    </>
  );
}
