// Light or dark: the system's choice until a person makes another.
import { Cell } from './state';

export type Theme = 'system' | 'light' | 'dark';
const KEY = 'weir.theme';
const system = matchMedia('(prefers-color-scheme: dark)');

function stored(): Theme {
  const t = document.documentElement.dataset['theme'];
  return t === 'light' || t === 'dark' ? t : 'system';
}

export const theme = new Cell<Theme>(stored());

/** What is on screen now. */
export function shownTheme(): 'light' | 'dark' {
  const t = theme.get();
  return t === 'system' ? (system.matches ? 'dark' : 'light') : t;
}

/** The other one. Choosing what the system has anyway means following it again. */
export function toggleTheme(): void {
  const next = shownTheme() === 'dark' ? 'light' : 'dark';
  const followed = next === (system.matches ? 'dark' : 'light');
  if (followed) delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = next;
  try {
    if (followed) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
  theme.set(followed ? 'system' : next);
}

/** For what does not follow style sheets by itself. */
export function onThemeChange(f: () => void): () => void {
  const off = theme.watch(f);
  system.addEventListener('change', f);
  return () => {
    off();
    system.removeEventListener('change', f);
  };
}
