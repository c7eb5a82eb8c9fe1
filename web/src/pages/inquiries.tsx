// What people wrote: what waits for a decision first, and the numbers of the desk.
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Inquiry, InquiryStats, List, Stats } from '../api';
import { nowUs } from '../clock';
import { percent, plural } from '../format';
import { Badge } from '../parts/badge';
import { Numbers } from '../parts/numbers';
import { usePages } from '../parts/pages';
import { Await, Empty } from '../parts/states';
import { Ago } from '../parts/time';
import { href } from '../router';
import { kinds, useData } from '../state';

export const CATEGORIES = ['technical_support', 'billing', 'sales', 'hr', 'legal', 'product_feedback'];
export const SENTIMENTS = ['negative', 'neutral', 'positive'];
export const URGENCIES = ['low', 'medium', 'high', 'critical'];
const STATES: Record<string, string> = {
  active: 'waiting', review: 'to decide', open: 'with somebody', answered: 'answered', closed: 'closed', duplicate: 'repeated', '': 'all',
};

export const spaced = (word: string): string => word.replaceAll('_', ' ');

interface Filter {
  state: string;
  category: string;
  urgency: string;
  q: string;
}

function path(f: Filter): string {
  const given = Object.entries(f).filter(([, v]) => v);
  return `/inquiries?${new URLSearchParams([['limit', '50'], ...given]).toString()}`;
}

export function Inquiries(): VNode {
  const [filter, setFilter] = useState<Filter>({ state: 'active', category: '', urgency: '', q: '' });
  const concerns = kinds('inquiry');
  const pages = usePages(path(filter));
  const list = useData<List<Inquiry>>(path(filter) + (pages.cursor && `&cursor=${pages.cursor}`), concerns);
  const stats = useData<Stats>('/stats', concerns).data?.inquiries;
  return (
    <>
      <h1 tabIndex={-1}>Inquiries</h1>
      {stats && stats.total > 0 && <Figures stats={stats} />}
      <Filters filter={filter} change={setFilter} categories={[...new Set([...CATEGORIES, ...Object.keys(stats?.category ?? {})])]} />
      <Await from={list} what="inquiries">
        {(page) => (
          <>
            {page.items.length ? <Rows inquiries={page.items} /> : <Empty title="Nothing here.">{emptyText(filter, stats)}</Empty>}
            {pages.turn(page.next_cursor)}
          </>
        )}
      </Await>
    </>
  );
}

function emptyText(f: Filter, stats: InquiryStats | undefined): string {
  if (!stats?.total) return 'Inquiries come in over the API, from files, a watched folder or a mailbox.';
  return f.q || f.category || f.urgency ? 'No inquiry fits.' : 'Nothing waits.';
}

function Figures({ stats }: { stats: InquiryStats }): VNode {
  const facts: [string, string][] = [
    ['arrived', String(stats.total)],
    ['mean confidence', percent(stats.confidence_mean)],
    ['escalated', percent(stats.escalation_rate)],
    ['held for a person', percent(stats.held_rate)],
  ];
  return (
    <>
      <Numbers facts={facts} card="card" />
      {stats.category && <Shares counts={stats.category} />}
    </>
  );
}

/** How often each word, as bars with their numbers. */
function Shares({ counts }: { counts: Record<string, number> }): VNode {
  const rows = Object.entries(counts).filter(([, n]) => n > 0).sort((a, b) => b[1] - a[1]).slice(0, 8);
  const most = rows[0]?.[1] ?? 1;
  return (
    <ul class="shares card" aria-label="By category">
      {rows.map(([word, n]) => (
        <li key={word}>
          <span class="shares-word">{spaced(word)}</span>
          <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            <rect class="meter-part" width={(100 * n) / most} height="8" />
          </svg>
          <span class="shares-n">{n}</span>
        </li>
      ))}
    </ul>
  );
}

interface PickProps {
  label: string;
  value: string;
  words: [string, string][];
  change: (word: string) => void;
}

export function Pick({ label, value, words, change }: PickProps): VNode {
  return (
    <label class="pick">
      {label}
      <select value={value} onChange={(e) => change(e.currentTarget.value)}>
        {words.map(([word, text]) => (
          <option key={word} value={word}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

export const options = (words: string[]): [string, string][] => words.map((w) => [w, spaced(w)]);

function Filters({ filter, change, categories }: { filter: Filter; change: (f: Filter) => void; categories: string[] }): VNode {
  const any: [string, string] = ['', 'any'];
  return (
    <form
      class="filters"
      role="search"
      onSubmit={(e) => {
        e.preventDefault();
        change({ ...filter, q: String(new FormData(e.currentTarget).get('q') ?? '').trim() });
      }}
    >
      <Pick label="State" value={filter.state} words={Object.entries(STATES)} change={(state) => change({ ...filter, state })} />
      <Pick label="Category" value={filter.category} words={[any, ...options(categories)]} change={(category) => change({ ...filter, category })} />
      <Pick label="Urgency" value={filter.urgency} words={[any, ...options(URGENCIES)]} change={(urgency) => change({ ...filter, urgency })} />
      <label class="pick grow">
        Search
        <input name="q" type="search" placeholder="words, or a sender" defaultValue={filter.q} />
      </label>
      <button type="submit">Search</button>
    </form>
  );
}

export function where(i: Inquiry): string {
  if (i.state === 'duplicate') return `repeats inq-${i.duplicate_of}`;
  if (i.state === 'review') return `suggested: ${spaced(i.department)}`;
  return i.consultant ? `${spaced(i.department)} · ${i.consultant}` : `${spaced(i.department)}, in the queue`;
}

/** The clock of its urgency. */
export function Due({ us }: { us: number }): VNode {
  return us < nowUs() ? <span class="soon">was due <Ago us={us} /></span> : <>due <Ago us={us} /></>;
}

const STATE_TONES = { review: 'warn', open: 'info', answered: 'ok', closed: 'mute', duplicate: 'mute' } as const;

export function Badges({ inquiry: i }: { inquiry: Inquiry }): VNode {
  return (
    <>
      <Badge word={i.urgency} />
      <Badge word={i.state} tone={STATE_TONES[i.state]} label={i.state === 'review' ? 'to decide' : i.state} />
    </>
  );
}

function Rows({ inquiries }: { inquiries: Inquiry[] }): VNode {
  return (
    <ul class="rows">
      {inquiries.map((i) => (
        <li key={i.id} class={`card row incident-row ${i.urgency.toUpperCase()}`}>
          <div class="row-head">
            <a class="name" href={href('inquiries', i.id)} dir="auto">
              {i.erased ? '(erased)' : i.subject || '(no subject)'}
            </a>
            <p class="sub">
              <bdi>{i.sender_name || i.sender_email || 'somebody'}</bdi> · {spaced(i.category)} · {where(i)}
              {i.repeats > 0 && ` · repeated ${plural(i.repeats, 'time')}`}
            </p>
          </div>
          <div class="row-badges">
            <Badges inquiry={i} />
          </div>
          <div class="row-when">
            <Ago us={i.received} />
            <span class="quiet">
              priority {i.priority}
              {i.due > 0 && (
                <>
                  {' '}· <Due us={i.due} />
                </>
              )}
            </span>
          </div>
        </li>
      ))}
    </ul>
  );
}
