// One incident, told in the order people ask: what happened, why, what can be done, who decided, what came of it.
import type { VNode } from 'preact';
import type { CaseDetail, CaseFile, Cause, Decision, Effect, IncidentDetail, Proposal } from '../api';
import { duration, money, plural } from '../format';
import { ApprovalCard, Leaves } from '../parts/approval_card';
import { Badge, Meter } from '../parts/badge';
import { EntryLink, EvidencePath } from '../parts/entry_link';
import { Await, Empty } from '../parts/states';
import { Ago, Clock, DateTime } from '../parts/time';
import { href } from '../router';
import { of, useData } from '../state';
import { timeline } from '../timeline';

export function IncidentPage({ id }: { id: string }): VNode {
  const detail = useData<IncidentDetail>(`/incidents/${encodeURIComponent(id)}`, of(id));
  return (
    <>
      <p class="crumb">
        <a href={href('incidents')}>Incidents</a> / {id}
      </p>
      <Await from={detail} what="incident" rows={6}>
        {(d) => <Story detail={d} changed={detail.reload} />}
      </Await>
    </>
  );
}

function Story({ detail: d, changed }: { detail: IncidentDetail; changed: () => void }): VNode {
  const waiting = d.approvals.filter((a) => a.state === 'pending');
  const answered = d.approvals.filter((a) => a.state !== 'pending');
  const newest = [...d.cases].sort((a, b) => b.seq - a.seq)[0];
  return (
    <>
      <Head detail={d} />
      <div class="columns">
        <div>
          {waiting.map((a) => (
            <ApprovalCard key={a.id} approval={a} detail={d} changed={changed} />
          ))}
          <Causes causes={d.causes} diagnosed={d.cause !== ''} />
          {d.proposals.length > 0 && <Proposals proposals={d.proposals} decisions={d.decisions} />}
          {d.effects.length > 0 && <Effects effects={d.effects} />}
          {answered.map((a) => (
            <ApprovalCard key={a.id} approval={a} detail={d} changed={changed} />
          ))}
          {newest && <CaseSteps file={newest} incident={d.id} />}
        </div>
        <Timeline detail={d} />
      </div>
    </>
  );
}

function Head({ detail: i }: { detail: IncidentDetail }): VNode {
  return (
    <header class="page-head">
      <h1 tabIndex={-1}>{i.title}</h1>
      <p class="sub">
        <Badge word={i.severity} /> <Badge word={i.state} /> <a href={href('pipelines', i.pipeline)}>{i.pipeline}</a> · opened{' '}
        <Ago us={i.opened} />
        {i.resolved !== null && ` · resolved after ${duration(i.resolved - i.opened)}${i.resolution && `: ${i.resolution}`}`}
        {i.reopened > 0 && ` · reopened ${plural(i.reopened, 'time')}`}
      </p>
    </header>
  );
}

function Causes({ causes, diagnosed }: { causes: Cause[]; diagnosed: boolean }): VNode {
  return (
    <section aria-labelledby="why">
      <h2 id="why">Why</h2>
      {causes.length === 0 && (
        <Empty title={diagnosed ? 'Unknown: the evidence names no cause.' : 'Not diagnosed yet.'}>
          {diagnosed ? 'weir names a cause only with entries that show it.' : 'An incident settles first, so that a first symptom is not taken for the cause.'}
        </Empty>
      )}
      <ol class="causes">
        {causes.map((c, n) => (
          <li key={c.rank} class="card">
            <details open={n === 0}>
              <summary>
                <span class="rank">{c.rank}</span>
                <span class="cause-title">
                  {c.title} <code class="quiet">{c.kind}</code>
                </span>
                <Meter value={c.score} label="score" />
              </summary>
              <EvidencePath evidence={c.evidence} />
            </details>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Proposals({ proposals, decisions }: { proposals: Proposal[]; decisions: Decision[] }): VNode {
  const orphans = decisions.filter((x) => !proposals.some((p) => p.id === x.proposal));
  return (
    <section aria-labelledby="what">
      <h2 id="what">What can be done, and what was decided</h2>
      <ol class="proposals">
        {proposals.map((p) => (
          <li key={p.id} class="card">
            <p class="proposal-title">
              <strong>{p.summary}</strong> <EntryLink seq={p.seq} />
            </p>
            <p class="proposal-facts">
              <code>{p.remedy}</code> <Meter value={p.confidence} label="confidence" /> <span>{money(p.cost_usd)}</span> <Leaves leaves={p.leaves} />
            </p>
            {decisions.filter((x) => x.proposal === p.id).map((x) => (
              <Verdict key={x.id} decision={x} />
            ))}
          </li>
        ))}
      </ol>
      {orphans.map((x) => (
        <Verdict key={x.id} decision={x} />
      ))}
    </section>
  );
}

function Verdict({ decision: x }: { decision: Decision }): VNode {
  return (
    <p class="verdict">
      <Badge word={x.verdict} />
      <span>
        {x.because} <span class="quiet">rule {x.rule || 'none matched'}</span>
      </span>
      <span class="quiet">
        <Clock us={x.time} /> <EntryLink seq={x.seq} />
      </span>
    </p>
  );
}

const EFFECT_TEXT: Record<Effect['kind'], string> = {
  probe: 'looked at', apply: 'applied to', verify: 'checked', undo: 'undone on', notify: 'told',
};

function Effects({ effects }: { effects: Effect[] }): VNode {
  return (
    <section aria-labelledby="done">
      <h2 id="done">What was done</h2>
      <ol class="rows plain effects">
        {effects.map((e) => (
          <li key={e.id}>
            <Badge word={e.state} label={e.state === 'unknown' ? 'outcome unknown' : e.state} />
            <span class="effect-what">
              <code>{e.remedy}</code> {EFFECT_TEXT[e.kind]} {e.target}
              {e.attempt > 1 && <span class="quiet"> attempt {e.attempt}</span>}
              {e.outcome?.summary && <span class="effect-outcome">{e.outcome.summary}</span>}
            </span>
            <span class="quiet">
              {e.started !== null && e.ended !== null && duration(e.ended - e.started)} <EntryLink seq={e.seq} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function CaseSteps({ file, incident }: { file: CaseFile; incident: string }): VNode {
  const detail = useData<CaseDetail>(`/cases/${encodeURIComponent(file.id)}`, of(incident));
  return (
    <section aria-labelledby="case">
      <h2 id="case">
        The case, step by step <Badge word={file.status} />
      </h2>
      <p class="quiet">
        {file.id}
        {file.waiting_for && ` · waiting for ${file.waiting_for}`}
        {file.forked_from && ` · forked from ${file.forked_from}`} · cost {money(file.cost_usd)}
      </p>
      <Await from={detail} what="steps of the case">
        {({ steps }) => (
          <ol class="steps">
            {steps.map((s) => (
              <li key={s.step}>
                <span class="step-agent">{s.agent}</span>
                <span class="step-text">{s.summary}</span>
                <span class="quiet">
                  {s.node !== s.agent && `${s.node} · `}
                  <Clock us={s.time} /> <EntryLink seq={s.seq} />
                </span>
              </li>
            ))}
          </ol>
        )}
      </Await>
    </section>
  );
}

function Timeline({ detail }: { detail: IncidentDetail }): VNode {
  return (
    <aside aria-labelledby="timeline">
      <h2 id="timeline">Timeline</h2>
      <p class="quiet">
        <DateTime us={detail.opened} />
      </p>
      <ol class="timeline">
        {timeline(detail).map((t) => (
          <li key={`${t.seq} ${t.text}`} class={t.tone}>
            <span class="timeline-when">+{duration(Math.max(0, t.time - detail.opened))}</span>
            <span>
              {t.text} {t.seq > 0 && <EntryLink seq={t.seq} />}
            </span>
          </li>
        ))}
      </ol>
    </aside>
  );
}
