// One ticking clock for all relative times on the page.
import { useEffect, useState } from 'preact/hooks';
import { ago, agoValidMs, type Usec } from './format';

export function nowUs(): Usec {
  return Date.now() * 1000;
}

const tickers = new Set<() => void>();
setInterval(() => {
  if (!document.hidden) for (const f of tickers) f();
}, 1000);

/** Text of `us` relative to now, that stays true. */
export function useAgo(us: Usec): string {
  const [text, setText] = useState(() => ago(us, nowUs()));
  useEffect(() => {
    let due = 0;
    const tick = (): void => {
      if (Date.now() < due) return;
      const now = nowUs();
      due = Date.now() + agoValidMs(us, now) - 500;
      setText(ago(us, now));
    };
    tick();
    tickers.add(tick);
    return () => tickers.delete(tick);
  }, [us]);
  return text;
}
