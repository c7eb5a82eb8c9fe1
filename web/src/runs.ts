// What the server keeps is one run per step; people think in runs of the whole pipeline. A step that comes again, and not
// as a further attempt, begins the next one.
import type { Run } from './api';
import type { Usec } from './format';

export interface PipelineRun {
  id: string; /* of its first step's run */
  state: Run['state'];
  started: Usec;
  ended: Usec | null;
  duration_us: number | null; /* of the steps, without the waits between them */
  rows: number | null; /* of a whole run: what the last step that announced any said */
  byWeir: boolean; /* a remedy ran at least one of its steps */
  steps: Run[]; /* in the order they began, attempts included */
}

/** Pipeline runs, newest first, out of step runs in any order. */
export function pipelineRuns(runs: Run[]): PipelineRun[] {
  const groups: Run[][] = [];
  let attempts = new Map<string, number>();
  for (const run of [...runs].sort((a, b) => a.started - b.started || a.seq - b.seq)) {
    const before = attempts.get(run.step);
    const group = groups.at(-1);
    if (!group || (before !== undefined && run.attempt <= before)) {
      groups.push([run]);
      attempts = new Map();
    } else {
      group.push(run);
    }
    attempts.set(run.step, run.attempt);
  }
  return groups.map(summed).reverse();
}

function summed(steps: Run[]): PipelineRun {
  const last = new Map(steps.map((s) => [s.step, s])); /* only the last attempt of a step counts for the result */
  const ends = steps.map((s) => s.ended);
  const open = ends.includes(null);
  const state = open ? 'running' : [...last.values()].some((s) => s.state === 'failed') ? 'failed' : 'ok';
  return {
    id: steps[0]!.id,
    state,
    started: steps[0]!.started,
    ended: open ? null : Math.max(...(ends as number[])),
    duration_us: open ? null : steps.reduce((sum, s) => sum + (s.duration_us ?? 0), 0),
    rows: state === 'ok' ? [...last.values()].reduce<number | null>((rows, s) => s.rows ?? rows, null) : null,
    byWeir: steps.some((s) => s.effect !== '' && !s.effect.startsWith('srn-')) /* a schedule's own run is no remedy */,
    steps,
  };
}

/** How a step's run ended, in words: "exit 1", "killed by signal 9", "running". */
export function exitText(run: Run): string {
  if (run.state === 'running') return 'running';
  if (run.signal) return `killed by signal ${run.signal}`;
  return run.exit_code === null ? run.state : `exit ${run.exit_code}`;
}
