// Light or dark: the system's choice until a person makes another. public/theme.js has set it before the first paint.
import { Cell } from './state';

export type Theme = 'light' | 'dark';
const KEY = 'weir.theme';
const system = matchMedia('(prefers-color-scheme: dark)');

/** What is on screen. */
export const theme = new Cell<Theme>(document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light');

system.addEventListener('change', () => {
  if (!chosen()) show(systemTheme());
});

/** The other one. Choosing what the system has anyway means following it again. */
export function toggleTheme(): void {
  const next = theme.get() === 'dark' ? 'light' : 'dark';
  try {
    if (next === systemTheme()) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
  show(next);
}

function systemTheme(): Theme {
  return system.matches ? 'dark' : 'light';
}

function chosen(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}

function show(next: Theme): void {
  document.documentElement.dataset['theme'] = next;
  theme.set(next);
}
