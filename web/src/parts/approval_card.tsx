// One question to a person: what is to be done, why this, on what evidence, what it did before, and until when to answer.
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { send, type Approval, type Effect, type IncidentDetail, type Proposal } from '../api';
import { nowUs, useAgo } from '../clock';
import { money, utcTime } from '../format';
import { object } from '../gist';
import { href } from '../router';
import { asError, me, useCell } from '../state';
import { Badge, Meter } from './badge';
import { Confirm } from './confirm';
import { EntryLink, EvidencePath } from './entry_link';
import { Ago } from './time';

interface CardProps {
  approval: Approval;
  detail: IncidentDetail;
  changed: () => void;
  withIncident?: boolean; /* name the incident: not on the incident's own page */
}

export function ApprovalCard({ approval, detail, changed, withIncident = false }: CardProps): VNode {
  const proposal = detail.proposals.find((p) => p.id === approval.proposal);
  const decision = detail.decisions.find((d) => d.id === approval.decision);
  const cause = detail.causes.find((c) => c.kind === proposal?.cause) ?? detail.causes[0];
  return (
    <article class={`card approval ${approval.state}`} aria-labelledby={`${approval.id}-title`}>
      <header>
        <h2 id={`${approval.id}-title`}>{proposal?.summary ?? approval.proposal}</h2>
        <Badge word={approval.state} />
      </header>
      {withIncident && (
        <p class="sub">
          for <a href={href('incidents', approval.incident)}>{detail.title}</a> <Badge word={detail.severity} />
        </p>
      )}
      <dl class="facts">
        {proposal && <What proposal={proposal} />}
        {decision && (
          <>
            <dt>Why a person</dt>
            <dd>
              {decision.because} <span class="quiet">rule {decision.rule}</span> <EntryLink seq={decision.seq} />
            </dd>
          </>
        )}
        <dt>Last outcome</dt>
        <dd>{lastOutcome(detail.effects, proposal)}</dd>
        <Probed approval={approval} remedy={proposal?.remedy} effects={detail.effects} />
        <dt>{approval.state === 'pending' ? 'Expires' : 'Answered'}</dt>
        <dd>
          <Answered approval={approval} />
        </dd>
      </dl>
      {cause && (
        <details class="why" open={withIncident && approval.state === 'pending'}>
          <summary>
            Why this remedy: {cause.title} <Meter value={cause.score} label="score" />
          </summary>
          <EvidencePath evidence={cause.evidence} />
        </details>
      )}
      {approval.state === 'pending' && proposal && <Answer approval={approval} proposal={proposal} changed={changed} />}
    </article>
  );
}

function What({ proposal }: { proposal: Proposal }): VNode {
  return (
    <>
      <dt>Remedy</dt>
      <dd>
        <code>{proposal.remedy}</code> on {proposal.pipeline}
        {proposal.step && `/${proposal.step}`} <Leaves leaves={proposal.leaves} />
      </dd>
      <dt>Confidence</dt>
      <dd>
        <Meter value={proposal.confidence} label="confidence" /> <span class="quiet">cost {money(proposal.cost_usd)}</span>
      </dd>
    </>
  );
}

const LEAVES_TEXT = { nothing: 'leaves nothing behind', undoable: 'can be undone', lasting: 'cannot be undone' };

export function Leaves({ leaves }: { leaves: Proposal['leaves'] }): VNode {
  return <Badge word={leaves} tone={leaves === 'lasting' ? 'warn' : 'mute'} label={LEAVES_TEXT[leaves]} />;
}

function lastOutcome(effects: Effect[], proposal: Proposal | undefined): string {
  const past = effects.filter((e) => e.kind === 'apply' && e.remedy === proposal?.remedy && e.outcome).at(-1);
  return past?.outcome?.summary ?? 'not tried in this incident';
}

/** What the last probe of the target said: is the remedy possible, what exactly would it do, and in what state is the target. */
function Probed({ approval, remedy, effects }: { approval: Approval; remedy: string | undefined; effects: Effect[] }): VNode {
  const outcome = effects.filter((e) => e.kind === 'probe' && e.remedy === remedy && e.outcome).at(-1)?.outcome;
  const precheck = object(outcome?.detail)['precheck'];
  return (
    <>
      <dt>Dry run</dt>
      <dd>{outcome?.summary || 'none was made'}</dd>
      <dt>Target now</dt>
      <dd>
        {precheck === 'ok' ? 'ready' : typeof precheck === 'string' ? precheck : 'not looked at'}{' '}
        {approval.target_digest && (
          <span class="quiet">
            the approval holds while its state is <code title={approval.target_digest}>{approval.target_digest.slice(0, 12)}</code>
          </span>
        )}
      </dd>
    </>
  );
}

function Answered({ approval }: { approval: Approval }): VNode {
  if (approval.state === 'pending') return <Expiry us={approval.expires} />;
  return (
    <>
      {approval.decided === null ? approval.state : <Ago us={approval.decided} />}
      {approval.decided_by && ` by ${approval.decided_by}`}
      {approval.comment && `: “${approval.comment}”`}
    </>
  );
}

function Expiry({ us }: { us: number }): VNode {
  const text = useAgo(us);
  const soon = us - nowUs() < 5 * 60e6;
  return (
    <time class={soon ? 'soon' : ''} dateTime={new Date(us / 1000).toISOString()} title={utcTime(us)}>
      {text}
    </time>
  );
}

const MAY_ANSWER = ['approver', 'admin'];
type Verdict = 'approve' | 'reject';

function Answer({ approval, proposal, changed }: { approval: Approval; proposal: Proposal; changed: () => void }): VNode {
  const [comment, setComment] = useState('');
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState<Verdict>();
  const [failed, setFailed] = useState('');
  const role = useCell(me)?.role ?? '';

  const give = async (verdict: Verdict): Promise<void> => {
    setBusy(verdict);
    setFailed('');
    try {
      await send(`/approvals/${encodeURIComponent(approval.id)}/${verdict}`, { comment });
      changed();
    } catch (e) {
      setFailed(asError(e).message);
    }
    setBusy(undefined);
  };
  const approve = (): void => (proposal.leaves === 'lasting' ? setAsking(true) : void give('approve'));

  if (!MAY_ANSWER.includes(role)) return <p class="quiet">Your key has the role {role || 'viewer'}; an approver has to answer this.</p>;
  return (
    <form class="answer" onSubmit={(e) => e.preventDefault()}>
      <label>
        Comment <span class="quiet">(kept in the journal)</span>
        <input value={comment} maxLength={500} onInput={(e) => setComment(e.currentTarget.value)} />
      </label>
      <div class="actions">
        <button type="button" class="primary" disabled={busy !== undefined} onClick={approve}>
          {busy === 'approve' ? 'Approving…' : 'Approve'}
        </button>
        <button type="button" disabled={busy !== undefined} onClick={() => void give('reject')}>
          {busy === 'reject' ? 'Rejecting…' : 'Reject'}
        </button>
      </div>
      {failed && (
        <p class="error-text" role="alert">
          {failed}
        </p>
      )}
      {asking && (
        <Confirm
          title="This cannot be undone"
          yes="Approve for good"
          danger
          answer={(yes) => {
            setAsking(false);
            if (yes) void give('approve');
          }}
        >
          <p>
            {proposal.summary}. The remedy <code>{proposal.remedy}</code> leaves something behind on {proposal.pipeline} that weir cannot take back.
          </p>
        </Confirm>
      )}
    </form>
  );
}
