// What a part shows before, instead of, and beside its data. Stale data stays visible under an error: it is still the
// best there is.
import type { ComponentChildren, VNode } from 'preact';
import type { ApiError } from '../api';
import type { Loaded } from '../state';

export function Loading({ rows = 3, what }: { rows?: number; what: string }): VNode {
  return (
    <div class="loading" role="status">
      <span class="sr">Loading {what}…</span>
      {Array.from({ length: rows }, (_, i) => (
        <div class="bone" key={i} />
      ))}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }): VNode {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children && <p>{children}</p>}
    </div>
  );
}

export function Failure({ error, retry }: { error: ApiError; retry: () => void }): VNode {
  const said = error.status === 0 ? error.message : `${error.title}${error.detail ? `: ${error.detail}` : ''} (${error.status})`;
  return (
    <div class="failure" role="alert">
      <p>{error.status === 403 ? `Your key may not see this. ${said}` : said}</p>
      <button type="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}

interface AwaitProps<T> {
  from: Loaded<T>;
  what: string;
  rows?: number;
  children: (data: T) => ComponentChildren;
}

export function Await<T>({ from, what, rows = 3, children }: AwaitProps<T>): VNode {
  return (
    <>
      {from.error && <Failure error={from.error} retry={from.reload} />}
      {from.data !== undefined ? children(from.data) : !from.error && <Loading rows={rows} what={what} />}
    </>
  );
}
