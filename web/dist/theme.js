// Runs before the first paint, so that the page never flashes in the other theme. src/theme.ts takes over from here.
let chosen = null;
try {
  chosen = localStorage.getItem('weir.theme');
} catch {
  // Storage is switched off: the system's theme it is.
}
if (chosen !== 'light' && chosen !== 'dark') chosen = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
document.documentElement.dataset.theme = chosen;
