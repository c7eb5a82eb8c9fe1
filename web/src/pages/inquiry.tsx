// One inquiry: what was written, how it was read, why it went where it is, and what a person can do about it.
import type { ComponentChildren, VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Entry, InquiryDetail } from '../api';
import { useAct } from '../parts/act';
import { Meter } from '../parts/badge';
import { Await, Empty } from '../parts/states';
import { Ago, DateTime } from '../parts/time';
import { href } from '../router';
import { me, of, useCell, useData } from '../state';
import { Badges, CATEGORIES, options, Pick, SENTIMENTS, spaced, URGENCIES, where } from './inquiries';

export function InquiryPage({ id }: { id: string }): VNode {
  const mine = of(id);
  const one = useData<InquiryDetail>(`/inquiries/${encodeURIComponent(id)}`, (e: Entry) => mine(e));
  return (
    <Await from={one} what="inquiry" rows={5}>
      {(i) => <Shown inquiry={i} changed={one.reload} />}
    </Await>
  );
}

function Shown({ inquiry: i, changed }: { inquiry: InquiryDetail; changed: () => void }): VNode {
  const role = useCell(me)?.role ?? '';
  const works = ['operator', 'approver', 'admin'].includes(role);
  const over = i.state === 'closed' || i.state === 'duplicate';
  return (
    <>
      <h1 tabIndex={-1}>{i.erased ? '(erased)' : i.subject || '(no subject)'}</h1>
      <p class="sub">
        {i.id} · from {[i.sender_name, i.sender_email].filter(Boolean).join(', ') || 'somebody'} · by {i.channel} · <Ago us={i.received} />
      </p>
      <div class="row-badges">
        <Badges inquiry={i} />
      </div>
      <section aria-labelledby="text">
        <h2 id="text">Text</h2>
        {i.erased ? <Empty title="Erased: nobody can read it any more." /> : <pre class="card letter" dir="auto">{i.body}</pre>}
      </section>
      <section aria-labelledby="labels">
        <h2 id="labels">How it was read</h2>
        <Facts inquiry={i} />
      </section>
      <section aria-labelledby="why">
        <h2 id="why">Why it is here</h2>
        <ul class="plain card">
          {[...i.reason, ...i.words].map((w, n) => (
            <li key={n}>{w}</li>
          ))}
        </ul>
      </section>
      {works && <Work inquiry={i} over={over} changed={changed} />}
      {i.others.length > 1 && <Thread inquiry={i} />}
    </>
  );
}

function Facts({ inquiry: i }: { inquiry: InquiryDetail }): VNode {
  const label = (word: string, score: number, name: string): VNode => (
    <>
      {spaced(word)} <Meter value={score} label={`confidence of ${name}`} />
    </>
  );
  const rows: [string, ComponentChildren][] = [
    ['Category', label(i.category, i.category_score, 'category')],
    ['Sentiment', label(i.sentiment, i.sentiment_score, 'sentiment')],
    ['Urgency', label(i.urgency, i.urgency_score, 'urgency')],
    ['Where', where(i)],
    ['Priority', `${i.priority} of 100`],
    ['Answer due', i.due ? <DateTime us={i.due} /> : 'no clock runs'],
    ['Judged by', i.labelled_by ? `${i.labelled_by}, a person` : i.model],
  ];
  return (
    <dl class="facts card">
      {rows.map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  );
}

function Work({ inquiry: i, over, changed }: { inquiry: InquiryDetail; over: boolean; changed: () => void }): VNode {
  const { act, busy, outcome } = useAct(`/inquiries/${encodeURIComponent(i.id)}/`, changed);
  return (
    <section aria-labelledby="work">
      <h2 id="work">Your word</h2>
      <div class="card work">
        <Labels key={i.labelled_by + i.category + i.sentiment + i.urgency} inquiry={i} busy={busy} save={(b) => act('label', b, 'Labels kept.')} />
        {!over && (
          <form
            class="filters"
            onSubmit={(e) => {
              e.preventDefault();
              const department = String(new FormData(e.currentTarget).get('department') ?? '').trim();
              if (department) act('assign', { department }, 'Sent on.');
            }}
          >
            <label class="pick grow">
              Send to a department
              <input name="department" defaultValue={i.department} />
            </label>
            <button type="submit" disabled={busy}>
              Send
            </button>
          </form>
        )}
        {!over && (
          <div class="actions">
            {i.state !== 'answered' && (
              <button type="button" disabled={busy} onClick={() => act('answer', {}, 'Marked as answered.')}>
                It was answered
              </button>
            )}
            <button type="button" disabled={busy} onClick={() => act('close', {}, 'Closed.')}>
              Close it
            </button>
          </div>
        )}
        {outcome}
      </div>
    </section>
  );
}

type Given = Record<'category' | 'sentiment' | 'urgency', string>;

/** Correct a label, or confirm it as it is: both are what models learn from. */
function Labels({ inquiry: i, busy, save }: { inquiry: InquiryDetail; busy: boolean; save: (given: Given) => void }): VNode {
  const [given, setGiven] = useState<Given>({ category: i.category, sentiment: i.sentiment, urgency: i.urgency });
  const same = given.category === i.category && given.sentiment === i.sentiment && given.urgency === i.urgency;
  const known = Object.keys(i.scores.category ?? {});
  return (
    <form
      class="filters"
      onSubmit={(e) => {
        e.preventDefault();
        save(given);
      }}
    >
      <Pick
        label="Category"
        value={given.category}
        words={options([...new Set([...(known.length ? known : CATEGORIES), i.category])])}
        change={(category) => setGiven({ ...given, category })}
      />
      <Pick label="Sentiment" value={given.sentiment} words={options(SENTIMENTS)} change={(sentiment) => setGiven({ ...given, sentiment })} />
      <Pick label="Urgency" value={given.urgency} words={options(URGENCIES)} change={(urgency) => setGiven({ ...given, urgency })} />
      <button type="submit" class="primary" disabled={busy}>
        {same ? 'These are right' : 'Correct'}
      </button>
    </form>
  );
}

function Thread({ inquiry: i }: { inquiry: InquiryDetail }): VNode {
  return (
    <section aria-labelledby="thread">
      <h2 id="thread">The same thread</h2>
      <ul class="plain card">
        {i.others
          .filter((o) => o.seq !== i.seq)
          .map((o) => (
            <li key={o.seq}>
              <a href={href('inquiries', `inq-${o.seq}`)}>inq-{o.seq}</a> {spaced(o.category)}, {o.state} · <Ago us={o.received} />
            </li>
          ))}
      </ul>
    </section>
  );
}
