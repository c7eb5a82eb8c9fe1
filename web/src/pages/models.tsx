// Models: which version of each is in use, and which one is on trial.
import type { VNode } from 'preact';
import type { List, RegisteredModel } from '../api';
import { number } from '../format';
import { Badge } from '../parts/badge';
import { Await, Empty } from '../parts/states';
import { Ago } from '../parts/time';
import { href } from '../router';
import { kinds, useData } from '../state';

/** "accuracy 0.912, macro_f1 0.9". */
export function scoresText(metrics: Record<string, number>): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${number(value)}`)
    .join(', ');
}

export function Models(): VNode {
  const list = useData<List<RegisteredModel>>('/registry?limit=200', kinds('model'));
  return (
    <>
      <h1 tabIndex={-1}>Models</h1>
      <Await from={list} what="models">
        {(page) =>
          page.items.length ? (
            <ul class="rows">
              {page.items.map((m) => (
                <Row key={m.name} model={m} />
              ))}
            </ul>
          ) : (
            <Empty title="No model is registered.">
              <code>weir models register NAME FILE</code> brings one in.
            </Empty>
          )
        }
      </Await>
    </>
  );
}

function Row({ model: m }: { model: RegisteredModel }): VNode {
  return (
    <li class="card row incident-row">
      <div class="row-head">
        <a class="name" href={href('models', m.name)}>
          {m.name}
        </a>
        <p class="sub">{scoresText(m.metrics) || 'no scores'}</p>
      </div>
      <div class="row-badges">
        {m.champion > 0 && <Badge word="champion" label={`version ${m.champion} in use`} />}
        {m.challenger > 0 && <Badge word="challenger" label={`version ${m.challenger} on trial`} />}
      </div>
      <div class="row-when">
        <span>
          newest: {m.newest}, <Ago us={m.time} />
        </span>
      </div>
    </li>
  );
}
