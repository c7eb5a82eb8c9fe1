// The events of an incident in one line of time.
import type { IncidentDetail } from './api';
import type { Usec } from './format';

export interface Moment {
  time: Usec;
  seq: number; /* of its journal entry, 0 = has none of its own */
  text: string;
  tone: 'fail' | 'ok' | 'warn' | 'info';
}

/* Much of this commits in one transaction and so at one time: then it is told in the order in which it follows. */
type Phase = (d: IncidentDetail) => Moment[];
const PHASES: Phase[] = [begun, settled, decided, asked, answered, done, resolved];
const FINDINGS_SHOWN = 12;

export function timeline(d: IncidentDetail): Moment[] {
  const phased = PHASES.flatMap((phase, order) => phase(d).map((moment) => ({ moment, order })));
  phased.sort((a, b) => a.moment.time - b.moment.time || a.order - b.order || a.moment.seq - b.moment.seq);
  return phased.map((p) => p.moment);
}

function begun(d: IncidentDetail): Moment[] {
  const findings = [...d.findings].sort((a, b) => a.seq - b.seq).slice(0, FINDINGS_SHOWN);
  const opened: Moment = { time: d.opened, seq: d.seq, text: 'Incident opened', tone: 'fail' };
  return [...findings.map((f): Moment => ({ time: f.time, seq: f.seq, text: f.summary, tone: 'fail' })), opened];
}

function settled(d: IncidentDetail): Moment[] {
  return d.settled === null ? [] : [{ time: d.settled, seq: 0, text: 'Settled, taken up for diagnosis', tone: 'info' }];
}

function decided(d: IncidentDetail): Moment[] {
  return d.decisions.map((x) => ({ time: x.time, seq: x.seq, text: `Decided: ${x.verdict}`, tone: x.verdict === 'deny' ? 'fail' : 'info' }));
}

function asked(d: IncidentDetail): Moment[] {
  return d.approvals.map((a) => ({ time: a.requested, seq: a.seq, text: 'Asked a person', tone: 'warn' }));
}

function answered(d: IncidentDetail): Moment[] {
  return d.approvals.flatMap((a): Moment[] => {
    if (a.decided === null) return [];
    return [{ time: a.decided, seq: 0, text: `${a.state}${a.decided_by && ` by ${a.decided_by}`}`, tone: a.state === 'approved' ? 'ok' : 'warn' }];
  });
}

function done(d: IncidentDetail): Moment[] {
  return d.effects.flatMap((e): Moment[] => {
    if (e.kind === 'probe' || e.ended === null) return [];
    return [{ time: e.ended, seq: e.seq, text: `${e.remedy} (${e.kind}): ${e.state}`, tone: e.state === 'done' ? 'ok' : 'fail' }];
  });
}

function resolved(d: IncidentDetail): Moment[] {
  return d.resolved === null ? [] : [{ time: d.resolved, seq: 0, text: `Resolved${d.resolution && ` by: ${d.resolution}`}`, tone: 'ok' }];
}
