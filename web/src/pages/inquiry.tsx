// One inquiry: what was written, how it was read, why it went where it is, and what a person can do about it.
import type { ComponentChildren, VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Entry, InquiryDetail, Stats } from '../api';
import { plural } from '../format';
import { useAct } from '../parts/act';
import { Meter } from '../parts/badge';
import { Await, Empty } from '../parts/states';
import { Ago, DateTime } from '../parts/time';
import { href } from '../router';
import { of, useData, works } from '../state';
import { Badges, CATEGORIES, Due, options, Pick, SENTIMENTS, spaced, URGENCIES, where } from './inquiries';

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
  const over = i.state === 'closed' || i.state === 'duplicate';
  return (
    <>
      <p class="crumb">
        <a href={href('inquiries')}>Inquiries</a>
      </p>
      <h1 tabIndex={-1} dir="auto">{i.erased ? '(erased)' : i.subject || '(no subject)'}</h1>
      <p class="sub">
        {i.id} · from <bdi>{i.sender_name || i.sender_email || 'somebody'}</bdi>{i.sender_name && i.sender_email && `, ${i.sender_email}`} · by {i.channel} · <Ago us={i.received} />
      </p>
      <div class="row-badges">
        <Badges inquiry={i} />
      </div>
      <section aria-labelledby="text">
        <h2 id="text">Text</h2>
        {i.erased ? <Empty title="Erased: nobody can read it any more." /> : <Letter inquiry={i} />}
      </section>
      {i.phrases.length + i.summary.length + i.entities.length > 0 && <About inquiry={i} />}
      <section aria-labelledby="labels">
        <h2 id="labels">How it was read</h2>
        <Facts inquiry={i} />
      </section>
      {works() && <Work inquiry={i} over={over} changed={changed} />}
      <section aria-labelledby="why">
        <h2 id="why">Why it is here</h2>
        <ul class="plain card">
          {i.reason.map((w, n) => (
            <li key={n}>{w}</li>
          ))}
        </ul>
      </section>
      {i.words.length > 0 && <Spoke words={i.words} />}
      {i.others.length > 1 && <Thread inquiry={i} />}
    </>
  );
}

/** What was written; what is somebody's own stands out, and says what it is. */
function Letter({ inquiry: i }: { inquiry: InquiryDetail }): VNode {
  const parts: ComponentChildren[] = [];
  let rest = i.body;
  for (const { kind, text } of i.personal) {
    const at = rest.indexOf(text);
    if (at < 0) continue;
    parts.push(rest.slice(0, at), <mark title={`personal: ${kind}`}>{text}</mark>);
    rest = rest.slice(at + text.length);
  }
  return (
    <>
      <pre class="card letter" dir="auto">{parts}{rest}</pre>
      {parts.length > 0 && <p class="quiet">Marked: personal data ({[...new Set(i.personal.map((p) => p.kind))].join(', ')}). Viewers see it masked.</p>}
    </>
  );
}

function chips(words: { text: string; kind?: string }[]): VNode {
  return (
    <ul class="chips">
      {words.map(({ text, kind }, n) => (
        <li key={n}>
          <bdi>{text}</bdi> {kind && <span class="quiet">{kind}</span>}
        </li>
      ))}
    </ul>
  );
}

/** Phrases of the rules with their points, "urgency low: not urgent (3.0)", under the label that each spoke for. */
function Spoke({ words }: { words: string[] }): VNode {
  const of = new Map<string, { text: string; kind: string }[]>();
  for (const w of words) {
    const [, label = '', text = w, kind = ''] = /^(.*?): (.*) \(([-\d.]+)\)$/.exec(w) ?? [];
    of.set(label, [...(of.get(label) ?? []), { text, kind }]);
  }
  return (
    <section aria-labelledby="spoke">
      <h2 id="spoke">Words that spoke</h2>
      <List rows={[...of].map(([label, said]) => [spaced(label), chips(said)])} />
    </section>
  );
}

function About({ inquiry: i }: { inquiry: InquiryDetail }): VNode {
  const rows: [string, ComponentChildren][] = [
    ['In short', i.summary.length > 0 && i.summary.map((s, n) => <p key={n} dir="auto">{s}</p>)],
    ['Phrases', i.phrases.length > 0 && chips(i.phrases.map((text) => ({ text })))],
    ['Named in it', i.entities.length > 0 && chips(i.entities)],
  ];
  return (
    <section aria-labelledby="about">
      <h2 id="about">What it is about</h2>
      <List rows={rows} />
    </section>
  );
}

function List({ rows }: { rows: [string, ComponentChildren][] }): VNode {
  return (
    <dl class="facts card">
      {rows.map(([name, value]) => value !== false && (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  );
}

/** "one of these two, 95 %: billing, sales", where one alone is not sure enough. */
function oneOf(labels: string[], all: number): ComponentChildren {
  if (labels.length < 2) return '';
  return <span class="quiet">{labels.length < all ? `one of these ${labels.length}, 95 %: ${labels.map(spaced).join(', ')}` : 'it could be any'}</span>;
}

function Facts({ inquiry: i }: { inquiry: InquiryDetail }): VNode {
  const label = (word: string, score: number, name: keyof InquiryDetail['scores']): VNode => (
    <>
      {spaced(word)} <Meter value={score} label={`confidence of ${name}`} />{' '}
      {!i.labelled_by && oneOf(i.likely[name], Object.keys(i.scores[name] ?? {}).length)}
    </>
  );
  const rows: [string, ComponentChildren][] = [
    ['Category', label(i.category, i.category_score, 'category')],
    ['Sentiment', label(i.sentiment, i.sentiment_score, 'sentiment')],
    ['Urgency', label(i.urgency, i.urgency_score, 'urgency')],
    ['Where', where(i)],
    ['Priority', `${i.priority} of 100`],
    [
      'Answer due',
      i.due ? (
        <>
          <DateTime us={i.due} /> <span class="quiet">(<Due us={i.due} />)</span>
        </>
      ) : 'no clock runs',
    ],
    ['Ran out', i.level > 0 && plural(i.level, 'time')],
    ['Repeats', i.duplicate_of > 0 && <a href={href('inquiries', `inq-${i.duplicate_of}`)}>inq-{i.duplicate_of}</a>],
    ['Repeated', i.repeats > 0 && plural(i.repeats, 'time')],
    ['Judged by', i.labelled_by ? `${i.labelled_by}, a person` : i.model],
  ];
  return <List rows={rows} />;
}

function Work({ inquiry: i, over, changed }: { inquiry: InquiryDetail; over: boolean; changed: () => void }): VNode {
  const { act, busy, outcome } = useAct(`/inquiries/${encodeURIComponent(i.id)}/`, changed);
  const departments = Object.keys(useData<Stats>('/stats').data?.inquiries?.department ?? {});
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
              <input name="department" list="departments" autocomplete="off" defaultValue={i.department} />
              <datalist id="departments">
                {departments.map((d) => (
                  <option key={d} value={d} />
                ))}
              </datalist>
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
