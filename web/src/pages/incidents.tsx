// Incidents, the open ones first.
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { List, ListedIncident, Stats } from '../api';
import { duration, plural } from '../format';
import { Badge } from '../parts/badge';
import { Await, Empty } from '../parts/states';
import { Ago } from '../parts/time';
import { href } from '../router';
import { kinds, useData } from '../state';
import { watchedText } from './pipelines';

const SEVERITIES = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];

export function Incidents(): VNode {
  const concerns = kinds('incident', 'case', 'decision', 'approval', 'effect');
  const [limit, setLimit] = useState(50);
  const open = useData<List<ListedIncident>>('/incidents?state=active&limit=200', concerns);
  const resolved = useData<List<ListedIncident>>(`/incidents?state=resolved&limit=${limit}`, concerns);
  const stats = useData<Stats>('/stats', kinds('pipeline'));
  return (
    <>
      <h1 tabIndex={-1}>Incidents</h1>
      <section aria-labelledby="open">
        <h2 id="open">Open</h2>
        <Await from={open} what="open incidents">
          {(list) =>
            list.items.length ? (
              <Rows incidents={[...list.items].sort(worstFirst)} />
            ) : (
              <Empty title="No incident is open.">{stats.data && watchedText(stats.data.pipelines)}</Empty>
            )
          }
        </Await>
      </section>
      <section aria-labelledby="resolved">
        <h2 id="resolved">Resolved</h2>
        <Await from={resolved} what="resolved incidents">
          {(list) => (
            <>
              {list.items.length ? <Rows incidents={list.items} /> : <Empty title="None so far." />}
              {list.next_cursor && limit < 200 && (
                <button type="button" onClick={() => setLimit(200)}>
                  Show more
                </button>
              )}
            </>
          )}
        </Await>
      </section>
    </>
  );
}

function worstFirst(a: ListedIncident, b: ListedIncident): number {
  return SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) || b.opened - a.opened;
}

function Rows({ incidents }: { incidents: ListedIncident[] }): VNode {
  return (
    <ul class="rows incidents">
      {incidents.map((i) => (
        <li key={i.id} class={`card row incident-row ${i.severity}`}>
          <div class="row-head">
            <a class="name" href={href('incidents', i.id)}>
              {i.title}
            </a>
            <p class="sub">
              {i.pipeline} · {plural(i.findings, 'finding')}
              {i.cause && ` · ${i.cause === 'unknown' ? 'cause unknown' : i.cause}`}
              {i.reopened > 0 && ` · reopened ${plural(i.reopened, 'time')}`}
            </p>
            {i.resolution && <p class="sub">ended by: {i.resolution}</p>}
          </div>
          <div class="row-badges">
            <Badge word={i.severity} />
            <Badge word={i.state} />
          </div>
          <div class="row-when">
            {i.resolved === null ? (
              <>opened <Ago us={i.opened} /></>
            ) : (
              <>
                resolved <Ago us={i.resolved} />
                <span class="quiet">after {duration(i.resolved - i.opened)}</span>
              </>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}
