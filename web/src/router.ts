// Addresses after the #: the server needs to know one page only, and links can be copied.
import { Cell } from './state';

export interface Route {
  page: string; /* "pipelines", "incidents", "approvals", "inquiries", "knowledge", "models", "schedules", "journal", "cases" */
  id: string; /* "" = the list */
}

export function parseRoute(hash: string): Route {
  const [page = '', ...rest] = hash.replace(/^#\/?/, '').split('/');
  return { page: page || 'pipelines', id: decode(rest.join('/')) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function href(page: string, id: string | number = ''): string {
  return id === '' ? `#/${page}` : `#/${page}/${encodeURIComponent(id)}`;
}

export const route = new Cell<Route>(parseRoute(location.hash));
addEventListener('hashchange', () => route.set(parseRoute(location.hash)));
