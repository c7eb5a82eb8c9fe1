// Schedules: what runs by itself, when next, and how it went.
import type { VNode } from 'preact';
import type { List, Schedule, ScheduleRun } from '../api';
import { nowUs } from '../clock';
import { duration, plural } from '../format';
import { useAct } from '../parts/act';
import { Badge } from '../parts/badge';
import { EntryLink } from '../parts/entry_link';
import { Numbers } from '../parts/numbers';
import { usePages } from '../parts/pages';
import { Await, Empty } from '../parts/states';
import { Ago, DateTime } from '../parts/time';
import { href } from '../router';
import { kinds, works, useData } from '../state';

const CONCERNS = kinds('schedule', 'document');

export function Schedules(): VNode {
  const list = useData<List<Schedule>>('/schedules?limit=200', CONCERNS);
  return (
    <>
      <h1 tabIndex={-1}>Schedules</h1>
      <Await from={list} what="schedules">
        {(page) =>
          page.items.length ? (
            <ul class="rows">
              {page.items.map((s) => (
                <Row key={s.name} schedule={s} changed={list.reload} />
              ))}
            </ul>
          ) : (
            <Empty title="Nothing is scheduled.">
              Yours stand in weir.yaml under <code>schedules:</code>
            </Empty>
          )
        }
      </Await>
    </>
  );
}

type One = { schedule: Schedule; changed: () => void };

function Row({ schedule: s, changed }: One): VNode {
  const last = s.last;
  return (
    <li class={`card row incident-row ${last?.state === 'failed' ? 'failing' : last?.state ?? ''}`}>
      <div class="row-head">
        <a class="name" href={href('schedules', s.name)}>
          {s.name}
        </a>
        <p class="sub">
          <Times schedule={s} />
        </p>
        {last?.summary && <p class="sub">{last.summary}</p>}
        <Work schedule={s} changed={changed} />
      </div>
      <div class="row-badges">
        <Badges schedule={s} />
      </div>
      <div class="row-when">
        <Next schedule={s} />
        <span class="quiet">
          {last?.ended ? (
            <>
              <Ago us={last.ended} />{took(last)}
            </>
          ) : last ? '' : 'never ran'}
        </span>
      </div>
    </li>
  );
}

function Times({ schedule: s }: { schedule: Schedule }): VNode {
  return (
    <>
      <code>{s.cron}</code> {s.timezone}
      {s.does === 'command' ? '' : ' · built in'}
    </>
  );
}

function Badges({ schedule: s }: { schedule: Schedule }): VNode {
  return (
    <>
      {s.paused_by && <Badge word="paused" />}
      {s.last && <Run state={s.last.state} />}
    </>
  );
}

const WORDS: Record<string, string> = { due: 'waiting', again: 'tried again soon', dropped: 'left out' };

function Run({ state }: { state: string }): VNode {
  return <Badge word={WORDS[state] && state !== 'dropped' ? 'waiting' : state} label={WORDS[state] ?? state} />;
}

function Next({ schedule: s }: { schedule: Schedule }): VNode {
  if (s.paused_by) return <>{s.paused_by === 'weir.yaml' ? 'rests' : `paused by ${s.paused_by}`}</>;
  return s.next ? <>{s.next < nowUs() ? 'due' : 'next'} <Ago us={s.next} /></> : <>no next run</>;
}

/** ", took 4 s" */
function took(r: { started: number | null; ended: number | null }): string {
  return r.started && r.ended ? `, took ${duration(r.ended - r.started)}` : '';
}

function Work({ schedule: s, changed }: One): VNode | null {
  const { act, busy, outcome } = useAct(`/schedules/${encodeURIComponent(s.name)}/`, changed);
  const rests = s.paused_by !== '';
  if (!works()) return null;
  return (
    <div class="actions over">
      <button type="button" disabled={busy} aria-label={`Run ${s.name} now`} onClick={() => act('run', {}, 'It is due now.')}>
        Run now
      </button>
      <button
        type="button"
        disabled={busy}
        aria-label={`${rests ? 'Resume' : 'Pause'} ${s.name}`}
        onClick={() => act(rests ? 'resume' : 'pause', {}, rests ? 'It runs at its times again.' : 'It rests.')}
      >
        {rests ? 'Resume' : 'Pause'}
      </button>
      {outcome}
    </div>
  );
}

export function SchedulePage({ name }: { name: string }): VNode {
  const q = encodeURIComponent(name);
  const pages = usePages(name);
  const one = useData<Schedule>(`/schedules/${q}`, CONCERNS);
  const runs = useData<List<ScheduleRun>>(`/schedules/${q}/runs?limit=50${pages.cursor && `&cursor=${pages.cursor}`}`, kinds('schedule'));
  return (
    <>
      <p class="crumb">
        <a href={href('schedules')}>Schedules</a>
      </p>
      <Await from={one} what="schedule" rows={2}>
        {(s) => <Head schedule={s} changed={one.reload} />}
      </Await>
      {one.data && (
        <section aria-labelledby="runs">
          <h2 id="runs">Runs</h2>
          <Await from={runs} what="runs" rows={5}>
            {(page) => (
              <>
                {page.items.length ? <Runs runs={page.items} /> : <Empty title="It has not run yet." />}
                {pages.turn(page.next_cursor)}
              </>
            )}
          </Await>
        </section>
      )}
    </>
  );
}

function Head({ schedule: s, changed }: One): VNode {
  return (
    <>
      <h1 tabIndex={-1}>
        {s.name} <Badges schedule={s} />
      </h1>
      <p class="sub">
        <Times schedule={s} /> · its steps are runs of <a href={href('pipelines', s.name)}>the pipeline of that name</a>
      </p>
      <Numbers
        card="card"
        facts={[
          ['Next', s.next && !s.paused_by ? <DateTime us={s.next} /> : <Next schedule={s} />],
          ['Runs', s.runs],
          ['Failed', s.failed],
          ['Missed while down', s.missed],
          ['Left out, still running', s.skipped],
          ['Time limit', duration(s.timeout_us)],
          ['Retries', s.retries ? `${s.retries}, after ${duration(s.retry_us)}` : 'none'],
        ]}
      />
      <Work schedule={s} changed={changed} />
    </>
  );
}

function Runs({ runs }: { runs: ScheduleRun[] }): VNode {
  return (
    <ul class="plain card">
      {runs.map((r) => (
        <li key={r.id}>
          <Run state={r.state} />
          <span class="effect-what">
            {r.summary || r.id}
            <span class="effect-outcome">
              <Ago us={r.started ?? r.planned} />{took(r)} · by {r.asked_by || 'the clock'}
              {r.attempt > 1 && ` · ${plural(r.attempt, 'try', 'tries')}`}
            </span>
          </span>
          <EntryLink seq={r.seq} />
        </li>
      ))}
    </ul>
  );
}
