// Where findings belong on the charts of runs. Each detector speaks in its own unit; the charts in seconds and rows.
import type { Finding, Run } from './api';
import { count, duration } from './format';

interface Measure {
  chart: 'duration' | 'rows';
  scale: number; /* from the detector's unit to the chart's */
}

const MEASURES: Record<string, Measure> = {
  'run.duration': { chart: 'duration', scale: 1e-6 },
  'threshold.duration_ms': { chart: 'duration', scale: 1e-3 },
  'run.volume': { chart: 'rows', scale: 1 },
  'threshold.rows': { chart: 'rows', scale: 1 },
};

export interface RunMarks {
  duration: Finding[];
  rows: Finding[];
}

/** Findings about runs, moved to the end of their run. What measures neither time nor rows (an exit, say) marks the run's duration. */
export function runMarks(findings: Finding[], runs: Run[]): RunMarks {
  const byId = new Map(runs.map((r) => [r.id, r]));
  const out: RunMarks = { duration: [], rows: [] };
  for (const f of findings) {
    const run = byId.get(f.run);
    if (!run || run.ended === null || run.duration_us === null) continue;
    const m = MEASURES[f.detector];
    const scaled = (v: number | null): number | null => (m && v !== null ? v * m.scale : null);
    const value = m?.chart === 'rows' ? run.rows : run.duration_us / 1e6;
    out[m?.chart ?? 'duration'].push({ ...f, started: run.ended, ended: run.ended, value, low: scaled(f.low), high: scaled(f.high) });
  }
  return out;
}

/** "10 to 20", "at most 20", "" when no range was said. */
export function expected(f: Finding, format: (v: number) => string): string {
  if (f.low !== null && f.high !== null) return `${format(f.low)} to ${format(f.high)}`;
  if (f.high !== null) return `at most ${format(f.high)}`;
  return f.low === null ? '' : `at least ${format(f.low)}`;
}

/** The expected range in the unit people read, "" when the summary says it already. */
export function expectedText(f: Finding): string {
  if (f.summary.includes('expected')) return '';
  const m = MEASURES[f.detector];
  if (m?.chart === 'duration') return expected({ ...f, low: f.low || null }, (v) => duration(v * m.scale * 1e6));
  return expected(f, (v) => count(m ? Math.round(v) : v));
}
