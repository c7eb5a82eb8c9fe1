import type { VNode } from 'preact';
import type { Entry, Evidence } from '../api';
import { href } from '../router';

/** A journal entry by its number: what is claimed can be looked up. */
export function EntryLink({ seq }: { seq: number }): VNode {
  return (
    <a class="seq" href={href('journal', seq)} aria-label={`Journal entry ${seq}`}>
      #{seq}
    </a>
  );
}

export function EvidencePath({ evidence }: { evidence: Evidence[] }): VNode {
  return (
    <ol class="evidence" aria-label="Evidence, from symptom to cause">
      {evidence.map((e) => (
        <li key={`${e.seq} ${e.text}`}>
          <EntryLink seq={e.seq} /> <span>{e.text}</span>
        </li>
      ))}
    </ol>
  );
}

/** The incident an entry belongs to. */
export function About({ entry: e }: { entry: Entry }): VNode | null {
  return e.correlation_id ? <a class="about" href={href('incidents', e.correlation_id)}>{e.correlation_id}</a> : null;
}
