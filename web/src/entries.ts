// Pieces of the journal.
import type { Entry } from './api';

/** Two pieces as one, oldest first, each entry once. Seqs have no gaps, so after a gap only the newest part is kept. */
export function joined(a: Entry[], b: Entry[]): Entry[] {
  const all = [...new Map([...a, ...b].map((e) => [e.seq, e])).values()].sort((x, y) => x.seq - y.seq);
  let from = all.length - 1;
  while (from > 0 && all[from - 1]!.seq === all[from]!.seq - 1) from--;
  return all.slice(Math.max(from, 0));
}
