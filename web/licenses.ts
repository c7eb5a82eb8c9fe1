// What is compiled into the page keeps its licence beside it: dist/licenses.txt.
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const COMPILED_IN = ['preact', 'uplot'];

export function licenses(): Plugin {
  return {
    name: 'licenses',
    generateBundle() {
      const texts = COMPILED_IN.map((name) => `${name}\n\n${readFileSync(new URL(`node_modules/${name}/LICENSE`, import.meta.url), 'utf8').trim()}\n`);
      this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: texts.join('\n\n') });
    },
  };
}
