// A list that does not end: one page of it at a time, so that a thousand rows cost no more than fifty.
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';

export interface Pages {
  cursor: string; /* of the page that is shown, "" = the first */
  first: boolean;
  turn: (next: string | null) => VNode | null; /* the buttons under it */
}

/** `list` names what is listed; another list begins at its first page. */
export function usePages(list: string): Pages {
  const [at, setAt] = useState<{ list: string; cursors: string[] }>({ list, cursors: [] });
  const cursors = at.list === list ? at.cursors : [];
  const go = (to: string[]): void => {
    setAt({ list, cursors: to });
    scrollTo(0, 0);
  };
  return {
    cursor: cursors.at(-1) ?? '',
    first: cursors.length === 0,
    turn: (next) =>
      next || cursors.length ? (
        <nav class="actions more" aria-label="Pages of the list">
          <button type="button" disabled={!cursors.length} onClick={() => go(cursors.slice(0, -1))}>
            Newer
          </button>
          <span class="quiet" role="status">page {cursors.length + 1}</span>
          <button type="button" disabled={!next} onClick={() => next && go([...cursors, next])}>
            Older
          </button>
        </nav>
      ) : null,
  };
}
