// One chart: lines over time, with findings marked where they were raised and the expected range behind them. uPlot
// draws on a canvas, so everything it shows is also said in words: the label, and the list of findings under it.
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { Finding } from '../api';
import { nowUs } from '../clock';
import { clockTime, count, localTime, type Usec } from '../format';
import { expected } from '../marks';
import { theme } from '../theme';

export interface Line {
  label: string;
  points: { time: Usec; value: number }[]; /* in time order */
}

export interface ChartProps {
  title: string;
  lines: Line[];
  findings?: Finding[];
  format?: (v: number) => string;
}

const HEIGHT = 180;
const NEAR_PX = 14;

export function Chart({ title, lines, findings = [], format = count }: ChartProps): VNode {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const latest = useRef({ findings, format, lines });
  latest.current = { findings, format, lines };
  const shape = lines.map((l) => l.label).join('\n');

  useEffect(() => {
    const el = box.current!;
    const make = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(options(el.clientWidth, latest), table(latest.current.lines), el);
    };
    make();
    const resize = new ResizeObserver(() => plot.current?.setSize({ width: el.clientWidth, height: HEIGHT }));
    resize.observe(el);
    const off = theme.watch(make);
    return () => {
      off();
      resize.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [shape]);

  useEffect(() => plot.current?.setData(table(lines)), [lines, findings]);

  const newest = lines.flatMap((l) => l.points.slice(-1)).sort((a, b) => b.time - a.time)[0];
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{title}</span>
        {newest && <span class="chart-now">{format(newest.value)}</span>}
        {lines.length > 1 && <Legend lines={lines} />}
      </figcaption>
      <div ref={box} class="plot" role="img" aria-label={described(title, lines, findings, format)} />
    </figure>
  );
}

function Legend({ lines }: { lines: Line[] }): VNode {
  return (
    <span class="legend">
      {lines.map((l, i) => (
        <span key={l.label}>
          <i class={`swatch line-${i % LINES}`} /> {l.label}
        </span>
      ))}
    </span>
  );
}

function described(title: string, lines: Line[], findings: Finding[], format: (v: number) => string): string {
  const values = lines.flatMap((l) => l.points.map((p) => p.value));
  if (values.length === 0) return `${title}: no data`;
  const range = `${format(values.reduce((a, b) => Math.min(a, b)))} to ${format(values.reduce((a, b) => Math.max(a, b)))}`;
  return `${title}: ${values.length} points, ${range}, ${findings.length} findings`;
}

function table(lines: Line[]): uPlot.AlignedData {
  if (lines.length === 0) return [[]];
  const tables = lines.map((l): uPlot.AlignedData => [l.points.map((p) => p.time / 1e6), l.points.map((p) => p.value)]);
  return tables.length === 1 ? tables[0]! : uPlot.join(tables);
}

const LINES = 6;

interface Latest {
  current: { findings: Finding[]; format: (v: number) => string; lines: Line[] };
}

function options(width: number, latest: Latest): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const axis = { stroke: colour('muted'), grid: { stroke: colour('line'), width: 1 }, ticks: { show: false }, font: '11px system-ui, sans-serif' };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    padding: [10, 26, 0, 0], // half a label of the time axis
    cursor: { y: false, drag: { x: false }, points: { size: 7 } },
    scales: { x: { range: (u, min, max) => xRange(u.data[0], min, max) }, y: { range: (u, min, max) => yRange(u, min, max, latest.current.findings) } },
    axes: [
      { ...axis, space: 70, size: 28, values: (_u, ticks, _i, _s, step) => ticks.map((t) => tickText(t, step)) },
      { ...axis, size: 58, values: (_u, ticks) => ticks.map((t) => latest.current.format(t)) },
    ],
    series: [
      {},
      ...latest.current.lines.map((line, i): uPlot.Series => ({
        label: line.label,
        stroke: colour(`line-${i % LINES}`),
        width: 1.75,
        spanGaps: true,
        points: { show: line.points.length < 60, size: 5, fill: colour('surface') },
      })),
    ],
    plugins: [marks(latest, colour), tooltip(latest)],
  };
}

function tickText(t: number, stepS: number): string {
  const date = new Date(t * 1000);
  if (stepS >= 86400) return date.toLocaleDateString(undefined, { month: 'short', day: 'numeric' });
  return date.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', hour12: false, ...(stepS < 60 && { second: '2-digit' }) });
}

/* A little room on the right, so that the newest mark is whole; and some width for a single point. */
function xRange(times: ArrayLike<number>, min: number, max: number): uPlot.Range.MinMax {
  if (times.length === 1) min = max = times[0]!; /* left to itself, uPlot shows years around it */
  return max > min ? [min, max + (max - min) * 0.015] : [min - 60, max + 60];
}

/* Zero stays in sight where it means something: half of what people ask a chart is "how far from nothing?". */
function yRange(_u: uPlot, min: number | null, max: number | null, findings: Finding[]): uPlot.Range.MinMax {
  const values = findings.flatMap((f) => [f.value, f.low, f.high].filter((v): v is number => v !== null));
  const low = Math.min(min ?? 0, ...values);
  const high = Math.max(max ?? 1, ...values);
  const room = (high - low || Math.abs(high) || 1) * 0.12;
  return [low >= 0 && low < high * 0.6 ? 0 : low - room, high + room];
}

type Colour = (name: string) => string;

/** The expected range as a band, the window of the finding as a stripe, its value as a ring. */
function marks(latest: Latest, colour: Colour): uPlot.Plugin {
  const draw = (u: uPlot): void => {
    const { ctx, bbox } = u;
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    for (const f of latest.current.findings) {
      const from = u.valToPos(f.started / 1e6, 'x', true);
      const to = Math.max(u.valToPos(f.ended / 1e6, 'x', true), from + 2 * ratio);
      ctx.fillStyle = colour(f.severity === 'CRITICAL' ? 'critical' : f.severity === 'HIGH' ? 'fail' : 'warn');
      ctx.globalAlpha = 0.14;
      ctx.fillRect(from - 3 * ratio, bbox.top, to - from + 6 * ratio, bbox.height);
      if (f.low !== null || f.high !== null) band(u, f, from, to, colour);
      ctx.globalAlpha = 1;
      if (f.value !== null) ring(u, f, colour);
    }
    ctx.restore();
  };
  return { hooks: { draw } };
}

function band(u: uPlot, f: Finding, from: number, to: number, colour: Colour): void {
  const { ctx, bbox } = u;
  const top = f.high === null ? bbox.top : u.valToPos(f.high, 'y', true);
  const foot = f.low === null ? bbox.top + bbox.height : u.valToPos(f.low, 'y', true);
  const wide = Math.max(to - from, 24 * devicePixelRatio);
  ctx.globalAlpha = 0.3;
  ctx.fillStyle = colour('ok');
  ctx.fillRect(to - wide, Math.min(top, foot), wide, Math.max(Math.abs(foot - top), 2));
}

function ring(u: uPlot, f: Finding, colour: Colour): void {
  const { ctx } = u;
  ctx.strokeStyle = colour(f.severity === 'CRITICAL' ? 'critical' : 'fail');
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  ctx.arc(u.valToPos(f.ended / 1e6, 'x', true), u.valToPos(f.value!, 'y', true), 5.5 * devicePixelRatio, 0, 2 * Math.PI);
  ctx.stroke();
}

/** Values under the cursor, and the finding nearest to it with its expected range. Text only: names come from outside. */
function tooltip(latest: Latest): uPlot.Plugin {
  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.hidden = true;
  const move = (u: uPlot): void => {
    const { left, idx } = u.cursor;
    tip.hidden = left === undefined || left < 0 || idx == null;
    if (tip.hidden) return;
    tip.replaceChildren(...tipLines(u, idx!, left!, latest.current).map(([cls, text]) => textNode(cls, text)));
    const half = tip.offsetWidth / 2;
    tip.style.left = `${Math.max(half, Math.min(u.over.clientWidth - half, left!))}px`;
  };
  return {
    hooks: {
      init: (u) => {
        u.over.append(tip);
      },
      setCursor: move,
    },
  };
}

function textNode(cls: string, text: string): HTMLElement {
  const div = document.createElement('div');
  div.className = cls;
  div.textContent = text;
  return div;
}

function tipLines(u: uPlot, idx: number, left: number, { findings, format, lines }: Latest['current']): [string, string][] {
  const time = (u.data[0][idx] ?? 0) * 1e6;
  const out: [string, string][] = [['tip-time', localTime(time)]];
  lines.forEach((line, i) => {
    const v = u.data[i + 1]?.[idx];
    if (v != null) out.push(['', lines.length > 1 ? `${line.label}: ${format(v)}` : format(v)]);
  });
  const at = (us: Usec): number => u.valToPos(us / 1e6, 'x');
  const near = findings.filter((f) => left >= at(f.started) - NEAR_PX && left <= at(f.ended) + NEAR_PX).slice(-2);
  for (const f of near) {
    out.push(['tip-finding', f.summary]);
    const range = expected(f, format);
    if (range) out.push(['tip-range', `expected ${range} at ${clockTime(f.ended, nowUs())}`]);
  }
  return out;
}
