// The last runs of a pipeline as bars: height is duration, colour and a notch at the foot say which failed.
import type { VNode } from 'preact';
import type { PipelineRun } from '../runs';
import { duration, plural } from '../format';

const WIDTH = 132;
const HEIGHT = 28;
const SLOTS = 24;

/** `runs` newest first. */
export function Sparkline({ runs }: { runs: PipelineRun[] }): VNode | null {
  const ended = runs.filter((r) => r.duration_us !== null).slice(0, SLOTS);
  if (ended.length === 0) return null;
  const longest = Math.max(...ended.map((r) => r.duration_us!), 1);
  const failed = ended.filter((r) => r.state === 'failed').length;
  const slot = WIDTH / SLOTS;
  const text = `Last ${plural(ended.length, 'run')}: ${failed} failed, newest took ${duration(ended[0]!.duration_us!)}, longest ${duration(longest)}`;
  return (
    <svg class="spark" width={WIDTH} height={HEIGHT} role="img" aria-label={text}>
      <title>{text}</title>
      {ended.map((r, i) => {
        const h = Math.max(3, (r.duration_us! / longest) * (HEIGHT - 3));
        const bad = r.state === 'failed';
        return (
          <rect key={r.id} class={bad ? 'bad' : 'good'} x={WIDTH - (i + 1) * slot + 1} y={HEIGHT - h - (bad ? 0 : 1)} width={slot - 2} height={h} rx="1" />
        );
      })}
    </svg>
  );
}
