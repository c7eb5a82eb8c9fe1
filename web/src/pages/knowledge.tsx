// Documents: a search that says why, the drafts that wait for a person, and the numbers of what was learned.
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { send, type Draft, type DraftDetail, type Found, type FoundHit, type KnowledgeStats, type List } from '../api';
import { useAct } from '../parts/act';
import { Badge, Meter } from '../parts/badge';
import { Numbers } from '../parts/numbers';
import { Await, Empty } from '../parts/states';
import { Ago } from '../parts/time';
import { href } from '../router';
import { asError, kinds, me, useCell, useData, works } from '../state';

const LETTERS_SHOWN = 700; /* of a passage */

export function Knowledge(): VNode {
  const role = useCell(me)?.role ?? '';
  const [asked, ask] = useState('');
  const stats = useData<KnowledgeStats>('/knowledge/stats', kinds('knowledge'));
  return (
    <>
      <h1 tabIndex={-1}>Knowledge</h1>
      <form
        class="filters"
        role="search"
        onSubmit={(e) => {
          e.preventDefault();
          ask(String(new FormData(e.currentTarget).get('q') ?? '').trim());
        }}
      >
        <label class="pick grow">
          Ask the documents
          <input name="q" type="search" />
        </label>
        <button type="submit">Search</button>
      </form>
      {asked && <Results question={asked} />}
      {works() && <Drafts may={role !== 'operator'} />}
      <section aria-labelledby="learned">
        <h2 id="learned">Learned</h2>
        <Await from={stats} what="numbers" rows={1}>
          {(s) => <Learned stats={s} />}
        </Await>
      </section>
    </>
  );
}

function Results({ question }: { question: string }): VNode {
  const found = useData<Found>(`/knowledge/search?limit=5&q=${encodeURIComponent(question)}`);
  return (
    <section aria-labelledby="found">
      <h2 id="found">Found</h2>
      <Await from={found} what="documents">
        {(f) => (
          <>
            {!f.answered && <Empty title="Nothing answers it." />}
            {f.hits.map((h) => (
              <Hit key={h.document} hit={h} question={question} />
            ))}
          </>
        )}
      </Await>
    </section>
  );
}

function why(h: FoundHit): string {
  const parts = h.why.map((w) => w.word);
  if (h.similarity !== null) parts.push(`likeness ${h.similarity.toFixed(2)}`);
  if (h.said) parts.push(`${h.said.toFixed(3)} for what was said of it`);
  return parts.join(', ');
}

function Hit({ hit: h, question }: { hit: FoundHit; question: string }): VNode {
  return (
    <article class="card passage">
      <h3>{h.title}</h3>
      <p class="sub">
        {h.document}
        {h.path && ` · ${h.path}`}
      </p>
      <p>
        <Meter value={h.score} label="score" /> <span class="quiet">because of {why(h)}</span>
      </p>
      <pre class="letter">{h.text.length > LETTERS_SHOWN ? `${h.text.slice(0, LETTERS_SHOWN)} …` : h.text}</pre>
      <Judge hit={h} question={question} />
    </article>
  );
}

/** Did it help? Counts from the next re-index on. */
function Judge({ hit, question }: { hit: FoundHit; question: string }): VNode {
  const [said, say] = useState('');
  const role = useCell(me)?.role ?? '';
  const give = async (worked: boolean): Promise<void> => {
    try {
      const passage = hit.document.startsWith('runbook:') ? {} : { passage: hit.passage };
      await send('/knowledge/feedback', { document: hit.document, question, used: true, worked, ...passage });
      say('Noted.');
    } catch (e) {
      say(asError(e).message);
    }
  };
  if (said) return <p role="status">{said}</p>;
  if (role === 'viewer') return <></>;
  return (
    <div class="actions">
      <button type="button" onClick={() => void give(true)}>
        It helped
      </button>
      <button type="button" onClick={() => void give(false)}>
        It did not help
      </button>
    </div>
  );
}

function Drafts({ may }: { may: boolean }): VNode {
  const drafts = useData<List<Draft>>('/knowledge/drafts?state=waiting&limit=100', kinds('knowledge'));
  return (
    <section aria-labelledby="drafts">
      <h2 id="drafts">Drafts that wait for a person</h2>
      <Await from={drafts} what="drafts">
        {(list) => (
          <>
            {list.items.length === 0 && <Empty title="No draft waits.">Incidents leave them.</Empty>}
            {list.items.map((d) => (
              <DraftCard key={d.id} draft={d} may={may} changed={drafts.reload} />
            ))}
          </>
        )}
      </Await>
    </section>
  );
}

function DraftCard({ draft, may, changed }: { draft: Draft; may: boolean; changed: () => void }): VNode {
  const [open, setOpen] = useState(false);
  return (
    <article class="card passage">
      <h3>{draft.title}</h3>
      <p class="sub">
        {draft.cause} in {draft.pipeline}, from <a href={href('incidents', draft.incident)}>{draft.incident}</a> · <Ago us={draft.time} />
      </p>
      {open ? (
        <Decide id={draft.id} may={may} changed={changed} />
      ) : (
        <button type="button" onClick={() => setOpen(true)}>
          Read and decide
        </button>
      )}
    </article>
  );
}

function Decide({ id, may, changed }: { id: string; may: boolean; changed: () => void }): VNode {
  const detail = useData<DraftDetail>(`/knowledge/drafts/${encodeURIComponent(id)}`);
  return (
    <Await from={detail} what="draft" rows={2}>
      {(d) => (may ? <Answer draft={d} changed={changed} /> : <pre class="letter">{d.text}</pre>)}
    </Await>
  );
}

function Answer({ draft, changed }: { draft: DraftDetail; changed: () => void }): VNode {
  const [text, setText] = useState(draft.text);
  const [comment, setComment] = useState('');
  const { act, busy, outcome } = useAct(`/knowledge/drafts/${encodeURIComponent(draft.id)}/`, changed);
  return (
    <form class="answer" onSubmit={(e) => e.preventDefault()}>
      <label>
        Text <span class="quiet">(Markdown; it is stored as you leave it)</span>
        <textarea rows={14} value={text} onInput={(e) => setText(e.currentTarget.value)} />
      </label>
      <label>
        Comment <span class="quiet">(kept in the journal)</span>
        <input value={comment} maxLength={500} onInput={(e) => setComment(e.currentTarget.value)} />
      </label>
      <div class="actions">
        <button type="button" class="primary" disabled={busy || !text.trim()} onClick={() => act('approve', { comment, text }, 'Approved.')}>
          Approve
        </button>
        <button type="button" disabled={busy} onClick={() => act('reject', { comment }, 'Rejected.')}>
          Reject
        </button>
      </div>
      {outcome}
    </form>
  );
}

function Learned({ stats: s }: { stats: KnowledgeStats }): VNode {
  return (
    <>
      <Numbers
        card="card"
        facts={[
          ['documents', s.indexed],
          ['judgements', s.feedback],
          ['helped', s.worked],
          ['unanswered', s.missed],
        ]}
      />
      <p class="quiet">
        {s.reindexed ? (
          <>
            Indexed anew <Ago us={s.reindexed.time} /> ({s.reindexed.reason}).
          </>
        ) : (
          'Not indexed anew.'
        )}
        {s.left_out > 0 && ` ${s.left_out} documents do not fit in memory.`}
      </p>
      {s.sources.map((one) => (
        <p key={one.name} class="sub">
          <Badge word={one.problem ? 'failed' : 'ok'} label={one.name} /> {one.problem || `${one.files} documents`}
        </p>
      ))}
    </>
  );
}
