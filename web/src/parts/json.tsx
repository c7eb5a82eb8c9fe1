import type { VNode } from 'preact';

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const SHOWN_MAX = 200_000;

/** JSON for reading: indented, keys and values told apart. A body too large to read is cut, and says so. */
export function Json({ value }: { value: unknown }): VNode {
  const text = JSON.stringify(value, null, 2) ?? '';
  const cut = text.length > SHOWN_MAX;
  return (
    <pre class="json" tabIndex={0}>
      {colour(cut ? text.slice(0, SHOWN_MAX) : text)}
      {cut && `\n… ${text.length - SHOWN_MAX} more characters`}
    </pre>
  );
}

function colour(text: string): (VNode | string)[] {
  const out: (VNode | string)[] = [];
  let from = 0;
  for (const m of text.matchAll(TOKEN)) {
    out.push(text.slice(from, m.index));
    const [all, quoted, colon] = m;
    out.push(<span class={quoted ? (colon ? 'json-key' : 'json-text') : 'json-value'}>{colon ? quoted : all}</span>);
    if (colon) out.push(colon);
    from = m.index + all.length;
  }
  out.push(text.slice(from));
  return out;
}
