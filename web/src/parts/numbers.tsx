// Figures beside each other, each under its name.
import type { ComponentChildren, VNode } from 'preact';

export function Numbers({ facts, card = '' }: { facts: [string, ComponentChildren][]; card?: string }): VNode {
  return (
    <dl class={`numbers ${card}`}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
