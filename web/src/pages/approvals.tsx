// Questions that wait for a person, and the last answers.
import type { VNode } from 'preact';
import type { Approval, Entry, IncidentDetail, List } from '../api';
import { ApprovalCard } from '../parts/approval_card';
import { Await, Empty } from '../parts/states';
import { kinds, of, useData } from '../state';

const ANSWERED_SHOWN = 10;

export function Approvals(): VNode {
  const approvals = useData<List<Approval>>('/approvals?limit=100', kinds('approval'));
  return (
    <>
      <h1 tabIndex={-1}>Approvals</h1>
      <Await from={approvals} what="approvals">
        {(list) => <Cards approvals={list.items} changed={approvals.reload} />}
      </Await>
    </>
  );
}

function Cards({ approvals, changed }: { approvals: Approval[]; changed: () => void }): VNode {
  const newestFirst = [...approvals].sort((a, b) => b.seq - a.seq);
  const waiting = newestFirst.filter((a) => a.state === 'pending').sort((a, b) => a.expires - b.expires);
  const answered = newestFirst.filter((a) => a.state !== 'pending').slice(0, ANSWERED_SHOWN);
  return (
    <>
      <section aria-label="Waiting for an answer">
        {waiting.length === 0 && <Empty title="Nothing waits for you.">A remedy that policy does not allow by itself is asked about here.</Empty>}
        {waiting.map((a) => (
          <Card key={a.id} approval={a} changed={changed} />
        ))}
      </section>
      {answered.length > 0 && (
        <section aria-labelledby="answered">
          <h2 id="answered">Answered</h2>
          {answered.map((a) => (
            <Card key={a.id} approval={a} changed={changed} />
          ))}
        </section>
      )}
    </>
  );
}

function Card({ approval, changed }: { approval: Approval; changed: () => void }): VNode {
  const ofIncident = of(approval.incident);
  const detail = useData<IncidentDetail>(`/incidents/${encodeURIComponent(approval.incident)}`, (e: Entry) => ofIncident(e));
  return (
    <Await from={detail} what="approval" rows={2}>
      {(d) => <ApprovalCard approval={approval} detail={d} changed={changed} withIncident />}
    </Await>
  );
}
