// All pipelines in lineage order: is anything wrong, and where does it come from?
import type { RefObject, VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Incident, Lineage, List, Pipeline, Run } from '../api';
import { nowUs } from '../clock';
import { count, duration, plural } from '../format';
import { feedersOf, feeds, lineageOrder } from '../lineage';
import { Health } from '../parts/badge';
import { Recent } from '../parts/recent';
import { Sparkline } from '../parts/sparkline';
import { Await, Empty } from '../parts/states';
import { Ago } from '../parts/time';
import { href } from '../router';
import { pipelineRuns } from '../runs';
import { kinds, useData } from '../state';

const WATCHED = kinds('pipeline', 'run', 'incident', 'finding', 'document');
const SPARK_STEP_RUNS = 100;

export function Pipelines(): VNode {
  const pipelines = useData<List<Pipeline>>('/pipelines?limit=200', WATCHED);
  const lineage = useData<Lineage>('/lineage', kinds('lineage', 'pipeline', 'document'));
  const open = useData<List<Incident>>('/incidents?state=active&limit=200', kinds('incident'));
  return (
    <>
      <h1 tabIndex={-1}>Pipelines</h1>
      <Await from={pipelines} what="pipelines" rows={4}>
        {(list) => <Rows pipelines={list.items} lineage={lineage.data} incidents={open.data?.items ?? []} />}
      </Await>
      <Recent />
    </>
  );
}

function Rows({ pipelines, lineage, incidents }: { pipelines: Pipeline[]; lineage: Lineage | undefined; incidents: Incident[] }): VNode {
  if (pipelines.length === 0) {
    return (
      <Empty title="No pipeline has been seen yet.">
        They register themselves at first sight. Try: <code>weir run --pipeline hello -- echo hello</code>
      </Empty>
    );
  }
  const fed = feeds(lineage?.edges ?? []);
  const byName = new Map(pipelines.map((p) => [p.name, p]));
  const order = lineageOrder([...byName.keys()], fed);
  return (
    <ul class="rows pipelines">
      {order.map(({ name, depth }) => (
        <Row
          key={name}
          pipeline={byName.get(name)!}
          depth={depth}
          feeders={feedersOf(name, fed)}
          incident={incidents.find((i) => i.pipeline === name)}
        />
      ))}
    </ul>
  );
}

interface RowProps {
  pipeline: Pipeline;
  depth: number;
  feeders: string[];
  incident: Incident | undefined;
}

function Row({ pipeline: p, depth, feeders, incident }: RowProps): VNode {
  const row = useRef<HTMLLIElement>(null);
  const path = `/pipelines/${encodeURIComponent(p.name)}/runs?limit=${SPARK_STEP_RUNS}`;
  const runs = useData<List<Run>>(useSeen(row) ? path : null, (e) => e.kind.startsWith('run.') && concernsPipeline(e.body, p.name));
  const grouped = pipelineRuns(runs.data?.items ?? []);
  const last = grouped[0];
  return (
    <li ref={row} class={`card row ${p.health}`} data-depth={Math.min(depth, 4)}>
      <div class="row-head">
        <a class="name" href={href('pipelines', p.name)}>
          {p.name}
        </a>
        <Health health={p.health} />
        {incident && (
          <a class="row-incident" href={href('incidents', incident.id)}>
            {incident.title}
          </a>
        )}
        <p class="sub">
          {isSchedule(p) ? 'a schedule of weir' : `${p.source || 'unknown source'} → ${p.destination || 'unknown destination'}`}
          {feeders.length > 0 && <span class="after">after {feeders.join(', ')}</span>}
        </p>
      </div>
      <dl class="row-facts">
        <div>
          <dt>Last run</dt>
          <dd>{last ? <LastRun state={last.state} us={last.ended ?? last.started} /> : runs.data ? 'none yet' : '…'}</dd>
        </div>
        <div>
          <dt>Took</dt>
          <dd>{last?.duration_us != null ? duration(last.duration_us) : '–'}</dd>
        </div>
        <div>
          <dt>Rows</dt>
          <dd>{last?.rows != null ? count(last.rows) : '–'}</dd>
        </div>
        <div>
          <dt>Next</dt>
          <dd>
            <Next pipeline={p} started={last?.started} />
          </dd>
        </div>
      </dl>
      <div class="row-spark">
        <Sparkline runs={grouped} />
      </div>
    </li>
  );
}

/** True from the moment the element comes near the screen: of hundreds of rows only those looked at ask for their runs. */
function useSeen(ref: RefObject<Element | null>): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver((all) => all.some((x) => x.isIntersecting) && setSeen(true), { rootMargin: '200px' });
    observer.observe(ref.current!);
    return () => observer.disconnect();
  }, []);
  return seen;
}

function LastRun({ state, us }: { state: Run['state']; us: number }): VNode {
  return (
    <>
      <span class={`run-${state}`}>{state}</span> <Ago us={us} />
    </>
  );
}

function Next({ pipeline, started }: { pipeline: Pipeline; started: number | undefined }): VNode {
  if (!pipeline.next && (pipeline.every_us === 0 || started === undefined)) return <>not scheduled</>;
  const due = pipeline.next || started! + pipeline.every_us;
  return due < nowUs() ? <span class="soon">due <Ago us={due} /></span> : <Ago us={due} />;
}

/** Whether the body of a run's entry names the pipeline. */
export function concernsPipeline(body: unknown, name: string): boolean {
  return typeof body === 'object' && body !== null && (body as { pipeline?: unknown }).pipeline === name;
}

/** A schedule of weir itself: they come from nowhere, and know when they are next. */
export function isSchedule(p: Pipeline): boolean {
  return p.next > 0 && !p.source && !p.destination;
}

/** For the page that has nothing to report. */
export function watchedText(n: number): string {
  return n === 0 ? 'No pipeline is watched yet.' : `${plural(n, 'pipeline')} watched.`;
}
