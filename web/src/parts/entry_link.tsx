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

/** What an entry belongs to: an incident, an inquiry, a model or a run of a schedule. */
export function About({ entry: e }: { entry: Entry }): VNode | null {
  const about = e.correlation_id;
  if (!about) return null;
  const to = about.startsWith('model/') ? href('models', about.slice(6)) : about.startsWith('srn-') ? href('schedules') : href(about.startsWith('inq-') ? 'inquiries' : 'incidents', about);
  return (
    <a class="about" href={to}>
      {about}
    </a>
  );
}
