import type { VNode } from 'preact';
import { nowUs, useAgo } from '../clock';
import { clockTime, localTime, utcTime, type Usec } from '../format';

function exact(us: Usec): { dateTime: string; title: string } {
  return { dateTime: new Date(us / 1000).toISOString(), title: `${localTime(us)}\n${utcTime(us)}` };
}

/** "3 min ago", ticking; the exact time on hover. */
export function Ago({ us }: { us: Usec }): VNode {
  return <time {...exact(us)}>{useAgo(us)}</time>;
}

/** "14:05:09"; exact on hover. */
export function Clock({ us }: { us: Usec }): VNode {
  return <time {...exact(us)}>{clockTime(us, nowUs())}</time>;
}

/** Date and time in full. */
export function DateTime({ us }: { us: Usec }): VNode {
  return <time {...exact(us)}>{localTime(us)}</time>;
}
