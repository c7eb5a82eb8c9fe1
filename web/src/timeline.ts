// The events of an incident in one line of time.
import type { IncidentDetail } from './api';
import type { Usec } from './format';

export interface Moment {
  time: Usec;
  seq: number; /* of its journal entry, 0 = has none of its own */
  text: string;
  tone: 'fail' | 'ok' | 'warn' | 'info';
}

const FINDINGS_SHOWN = 12;

export function timeline(d: IncidentDetail): Moment[] {
  const out: Moment[] = [{ time: d.opened, seq: d.seq, text: 'Incident opened', tone: 'fail' }];
  const findings = [...d.findings].sort((a, b) => a.seq - b.seq);
  for (const f of findings.slice(0, FINDINGS_SHOWN)) out.push({ time: f.time, seq: f.seq, text: f.summary, tone: 'fail' });
  if (d.settled !== null) out.push({ time: d.settled, seq: 0, text: 'Settled, taken up for diagnosis', tone: 'info' });
  for (const x of d.decisions) out.push({ time: x.time, seq: x.seq, text: `Decided: ${x.verdict}`, tone: x.verdict === 'deny' ? 'fail' : 'info' });
  for (const a of d.approvals) {
    out.push({ time: a.requested, seq: a.seq, text: 'Asked a person', tone: 'warn' });
    if (a.decided !== null) out.push({ time: a.decided, seq: 0, text: `${a.state}${a.decided_by && ` by ${a.decided_by}`}`, tone: a.state === 'approved' ? 'ok' : 'warn' });
  }
  for (const e of d.effects) {
    if (e.kind === 'probe' || e.ended === null) continue;
    out.push({ time: e.ended, seq: e.seq, text: `${e.remedy} (${e.kind}): ${e.state}`, tone: e.state === 'done' ? 'ok' : 'fail' });
  }
  if (d.resolved !== null) out.push({ time: d.resolved, seq: 0, text: `Resolved${d.resolution && ` by ${d.resolution}`}`, tone: 'ok' });
  return out.sort((a, b) => a.time - b.time || a.seq - b.seq);
}
