// What weir itself did lately, in sentences: the journal without the coming and going of runs.
import type { VNode } from 'preact';
import type { Entry } from '../api';
import { gist, object } from '../gist';
import { useTail } from '../tail';
import { About, EntryLink } from './entry_link';
import { Clock } from './time';

const TOLD = ['finding', 'incident.opened', 'incident.diagnosed', 'incident.reopened', 'incident.resolved', 'decision.made', 'approval.requested',
  'approval.given', 'effect.outcome', 'outcome.counted', 'schema.changed', 'change.seen', 'silence.added'];
const SHOWN = 10;
const LOOKED_AT = 200;

function isTold(e: Entry): boolean {
  return TOLD.includes(e.kind) && !isProbe(e.body);
}

/** What a probe saw is of interest where it is judged, not here. */
function isProbe(body: unknown): boolean {
  return 'dry_run' in object(object(body)['detail']);
}

export function Recent(): VNode | null {
  const { entries } = useTail(LOOKED_AT);
  const told = (entries ?? []).filter(isTold).slice(-SHOWN).reverse();
  if (told.length === 0) return null;
  return (
    <section aria-labelledby="recent">
      <h2 id="recent">Lately</h2>
      <ol class="recent">
        {told.map((e) => (
          <li key={e.seq}>
            <span class="quiet"><Clock us={e.time} /></span>
            <span class="kind">{e.kind}</span>
            <span class="what">{gist(e) || e.subject}</span>
            <span class="quiet"><About entry={e} /> <EntryLink seq={e.seq} /></span>
          </li>
        ))}
      </ol>
    </section>
  );
}
