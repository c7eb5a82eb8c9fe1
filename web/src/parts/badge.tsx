// Words of state as small labels. Shape and word carry the meaning; colour only repeats it.
import type { VNode } from 'preact';
import { sure } from '../format';

type Tone = 'ok' | 'warn' | 'fail' | 'critical' | 'info' | 'mute';

const TONES: Record<string, Tone> = {
  ok: 'ok', done: 'ok', resolved: 'ok', approved: 'ok', execute: 'ok',
  warning: 'warn', MEDIUM: 'warn', waiting: 'warn', pending: 'warn', escalate: 'warn', unknown: 'warn', held: 'warn', lasting: 'warn',
  champion: 'ok', challenger: 'info', failing: 'fail', failed: 'fail', HIGH: 'fail', deny: 'fail', rejected: 'fail', open: 'fail',
  CRITICAL: 'critical', critical: 'critical', high: 'fail', medium: 'warn',
  running: 'info', started: 'info', diagnosed: 'info', mitigating: 'info', monitor: 'info', undoable: 'info',
};

const MARKS: Record<Tone, string> = { ok: '✓', warn: '▲', fail: '✕', critical: '◆', info: '●', mute: '○' };

/** `tone` overrides the table, where one word means different things in different places. */
export function Badge({ word, tone = TONES[word] ?? 'mute', label = word }: { word: string; tone?: Tone; label?: string }): VNode {
  return (
    <span class={`badge ${tone}`}>
      <span aria-hidden="true">{MARKS[tone]}</span> {label.toLowerCase()}
    </span>
  );
}

const HEALTH_TEXT: Record<string, string> = { ok: 'healthy', unknown: 'no runs yet' };

export function Health({ health }: { health: string }): VNode {
  return <Badge word={health} tone={health === 'unknown' ? 'mute' : TONES[health] ?? 'mute'} label={HEALTH_TEXT[health] ?? health} />;
}

/** A share of one as a bar with its number: confidence, scores. */
export function Meter({ value, label }: { value: number; label: string }): VNode {
  const part = Math.max(0, Math.min(1, value)), shown = sure(part);
  return (
    <span class="meter" role="img" aria-label={`${label} ${shown}`} title={`${label} ${shown}`}>
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect class="meter-all" width="100" height="8" rx="4" />
        <rect class="meter-part" width={part * 100} height="8" rx="4" />
      </svg>
      <span aria-hidden="true">{shown}</span>
    </span>
  );
}
