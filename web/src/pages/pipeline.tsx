// One pipeline: its charts with findings marked, and its runs with what they said.
import type { VNode } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Entry, Finding, Incident, List, Pipeline as PipelineRow, Run, Samples, Series } from '../api';
import { nowUs } from '../clock';
import { bytes, count, duration, plainText, plural, type Usec } from '../format';
import { expectedText, runMarks } from '../marks';
import { Badge, Health } from '../parts/badge';
import type { Line } from '../parts/chart';
import { Chart } from '../parts/chart_later';
import { EntryLink } from '../parts/entry_link';
import { Await, Empty } from '../parts/states';
import { Ago, Clock } from '../parts/time';
import { href } from '../router';
import { exitText, pipelineRuns, type PipelineRun } from '../runs';
import { kinds, useData } from '../state';
import { concernsPipeline, isSchedule } from './pipelines';

const STEP_RUNS = 200;
const SERIES_MAX = 12;
const POINTS = 600;
const WINDOW_US = 6 * 3600e6;
const SAMPLES_MS = 10_000;

export function Pipeline({ name }: { name: string }): VNode {
  const concerns = (e: Entry): boolean => e.subject === name || concernsPipeline(e.body, name);
  const q = encodeURIComponent(name);
  const pipeline = useData<PipelineRow>(`/pipelines/${q}`, kinds('pipeline', 'run', 'incident', 'finding'));
  const runs = useData<List<Run>>(`/pipelines/${q}/runs?limit=${STEP_RUNS}`, concerns);
  const findings = useData<List<Finding>>(`/findings?pipeline=${q}&limit=100`, concerns);
  const open = useData<List<Incident>>(`/incidents?state=active&pipeline=${q}`, kinds('incident'));
  return (
    <>
      <p class="crumb">
        <a href={href('pipelines')}>Pipelines</a>
      </p>
      <Await from={pipeline} what="pipeline" rows={2}>
        {(p) => <Head pipeline={p} incidents={open.data?.items ?? []} />}
      </Await>
      <Await from={runs} what="runs" rows={5}>
        {(list) => <Charts name={name} runs={list.items} findings={findings.data?.items ?? []} />}
      </Await>
      {findings.data && findings.data.items.length > 0 && <Findings findings={findings.data.items} />}
      {runs.data && (
        <section aria-labelledby="runs">
          <h2 id="runs">Runs</h2>
          <Runs runs={pipelineRuns(runs.data.items)} />
        </section>
      )}
    </>
  );
}

function Head({ pipeline: p, incidents }: { pipeline: PipelineRow; incidents: Incident[] }): VNode {
  return (
    <header class="page-head">
      <h1 tabIndex={-1}>
        {p.name} <Health health={p.health} />
      </h1>
      <p class="sub">
        {isSchedule(p) ? <a href={href('schedules', p.name)}>a schedule of weir</a> : `${p.source || 'unknown source'} → ${p.destination || 'unknown destination'}`} · tier {p.tier} · {p.environment}
        {p.owner && ` · ${p.owner}`}
        {p.every_us > 0 && ` · every ${duration(p.every_us)}`}
      </p>
      {incidents.map((i) => (
        <a key={i.id} class={`callout ${i.severity}`} href={href('incidents', i.id)}>
          <Badge word={i.severity} /> {i.title} <Badge word={i.state} />
        </a>
      ))}
    </header>
  );
}

function Charts({ name, runs, findings }: { name: string; runs: Run[]; findings: Finding[] }): VNode | null {
  const series = useData<List<Series>>(`/series?pipeline=${encodeURIComponent(name)}&limit=${SERIES_MAX}`, kinds('pipeline'));
  const durations = useMemo(() => lineOf(runs, (r) => (r.duration_us === null ? null : r.duration_us / 1e6)), [runs]);
  const rows = useMemo(() => lineOf(runs, (r) => r.rows), [runs]);
  const onRuns = useMemo(() => runMarks(findings, runs), [findings, runs]);
  if (durations.length === 0 && !series.data?.items.length) return null;
  return (
    <section class="charts" aria-label="Charts">
      {durations.length > 0 && (
        <Chart title="Duration per step" lines={durations} findings={onRuns.duration} format={(s) => duration(s * 1e6)} />
      )}
      {rows.length > 0 && <Chart title="Rows per step" lines={rows} findings={onRuns.rows} />}
      {series.data?.items.map((s) => (
        <SeriesChart key={s.id} series={s} findings={findings.filter((f) => f.series === s.id || f.series === s.name)} />
      ))}
    </section>
  );
}

/** One line per step, over the time each run ended. */
function lineOf(runs: Run[], value: (r: Run) => number | null): Line[] {
  const steps = new Map<string, Line['points']>();
  for (const r of [...runs].sort((a, b) => a.started - b.started)) {
    const v = value(r);
    if (v === null || r.ended === null) continue;
    const points = steps.get(r.step) ?? [];
    points.push({ time: r.ended, value: v });
    steps.set(r.step, points);
  }
  return [...steps].map(([label, points]) => ({ label, points }));
}

function SeriesChart({ series, findings }: { series: Series; findings: Finding[] }): VNode {
  const path = `/series/${encodeURIComponent(series.id)}/samples?points=${POINTS}${windowOf(series)}`;
  const samples = useData<Samples>(path, kinds('finding'));
  useEffect(() => {
    const id = setInterval(() => document.hidden || samples.reload(), SAMPLES_MS); /* samples are not in the journal */
    return () => clearInterval(id);
  }, [path]);
  const lines = useMemo<Line[]>(
    () => [{ label: series.name, points: (samples.data?.points ?? []).flatMap((p) => (p.avg === null ? [] : [{ time: p.time, value: p.avg }])) }],
    [samples.data],
  );
  return (
    <Await from={samples} what={series.name} rows={2}>
      {() => <Chart title={labelled(series)} lines={lines} findings={findings} />}
    </Await>
  );
}

/** A series that ended long ago is shown where it ended; the others up to now, which is what the server takes for granted. */
function windowOf(s: Series): string {
  const last = s.last_seen ?? nowUs();
  return last > nowUs() - WINDOW_US ? '' : `&from=${Math.max(0, last - WINDOW_US)}&to=${last}`;
}

function labelled(s: Series): string {
  const rest = Object.entries(s.labels ?? {}).filter(([k]) => k !== 'pipeline' && k !== '__name__' && k !== 'job');
  return rest.length ? `${s.name} · ${rest.map(([k, v]) => `${k}=${v}`).join(' ')}` : s.name;
}

const FINDINGS_SHOWN = 10;

function Findings({ findings }: { findings: Finding[] }): VNode {
  return (
    <section aria-labelledby="findings">
      <h2 id="findings">Findings</h2>
      <ul class="rows plain">
        {findings.slice(0, FINDINGS_SHOWN).map((f) => (
          <li key={f.id}>
            <Badge word={f.severity} /> <span>{f.summary}</span>
            {expectedText(f) && <span class="quiet">expected {expectedText(f)}</span>}
            <span class="quiet">
              <Ago us={f.time} /> <EntryLink seq={f.seq} />
            </span>
            {f.incident && <a href={href('incidents', f.incident)}>{f.incident}</a>}
          </li>
        ))}
      </ul>
      {findings.length > FINDINGS_SHOWN && <p class="quiet">and {plural(findings.length - FINDINGS_SHOWN, 'older finding')}</p>}
    </section>
  );
}

const RUNS_SHOWN = 15;

function Runs({ runs }: { runs: PipelineRun[] }): VNode {
  const [all, showAll] = useState(false);
  if (runs.length === 0) return <Empty title="No run has been seen yet." />;
  return (
    <>
      <RunRows runs={all ? runs : runs.slice(0, RUNS_SHOWN)} />
      {!all && runs.length > RUNS_SHOWN && (
        <button type="button" class="more" onClick={() => showAll(true)}>
          Show {plural(runs.length - RUNS_SHOWN, 'older run')}
        </button>
      )}
    </>
  );
}

function RunRows({ runs }: { runs: PipelineRun[] }): VNode {
  return (
    <ol class="rows runs">
      {runs.map((r) => (
        <li key={r.id}>
          <details class={`run ${r.state}`}>
            <summary>
              <Badge word={r.state} />
              <span class="run-when">
                <Clock us={r.started} /> <span class="quiet"><Ago us={r.started} /></span>
              </span>
              <span class="run-took">{r.duration_us === null ? 'running' : duration(r.duration_us)}</span>
              <span class="run-rows">{r.rows === null ? '' : `${count(r.rows)} rows`}</span>
              <span class={r.state === 'failed' ? 'run-why' : 'run-steps quiet'}>{r.state === 'failed' ? whyFailed(r) : stepTimes(r)}</span>
              {r.byWeir && <span class="by-weir">re-run by weir</span>}
            </summary>
            {r.steps.map((s) => (
              <Step key={s.id} run={s} />
            ))}
          </details>
        </li>
      ))}
    </ol>
  );
}

function whyFailed(r: PipelineRun): string {
  const failed = r.steps.filter((s) => s.state === 'failed').at(-1);
  return failed ? `${failed.step}: ${exitText(failed)}` : '';
}

function stepTimes(r: PipelineRun): string {
  return r.steps.map((s) => (s.duration_us === null ? s.step : `${s.step} ${duration(s.duration_us)}`)).join(' · ');
}

function Step({ run }: { run: Run }): VNode {
  const output = plainText(run.output).trimEnd();
  const facts: [string, number | null, (v: Usec) => string][] = [
    ['took', run.duration_us, duration],
    ['rows', run.rows, count],
    ['wrote', run.bytes, bytes],
    ['peak', run.peak_kb, (kb) => bytes(kb * 1024)],
  ];
  return (
    <div class="step">
      <p>
        <strong>{run.step}</strong> <Badge word={run.state} label={exitText(run)} />
        {run.attempt > 1 && <span class="quiet">attempt {run.attempt}</span>}
        {run.effect && <span class="quiet">as {run.effect}</span>}
        {facts.map(([label, v, text]) => v !== null && <span class="quiet">{label} {text(v)}</span>)}
        <EntryLink seq={run.seq} />
      </p>
      {output ? (
        <pre class="output" tabIndex={0} aria-label={`Output of ${run.step}`}>
          {output}
        </pre>
      ) : (
        <p class="quiet">It printed nothing.</p>
      )}
    </div>
  );
}
