// One model: its versions beside each other, its trial, how each version came in use, and the way back.
import type { ComponentChildren, VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { ModelMove, ModelTrial, ModelVersion, RegisteredModelDetail } from '../api';
import { number, percent } from '../format';
import { useAct } from '../parts/act';
import { Badge } from '../parts/badge';
import { Confirm } from '../parts/confirm';
import { EntryLink } from '../parts/entry_link';
import { Numbers } from '../parts/numbers';
import { Await } from '../parts/states';
import { Ago } from '../parts/time';
import { href } from '../router';
import { kinds, me, useCell, useData } from '../state';
import { spaced } from './inquiries';

export function ModelPage({ name }: { name: string }): VNode {
  const one = useData<RegisteredModelDetail>(`/registry/${encodeURIComponent(name)}`, kinds('model'));
  return (
    <Await from={one} what="model" rows={5}>
      {(m) => <Shown model={m} changed={one.reload} />}
    </Await>
  );
}

function Shown({ model: m, changed }: { model: RegisteredModelDetail; changed: () => void }): VNode {
  const role = useCell(me)?.role ?? '';
  const champion = m.aliases.find((a) => a.alias === 'champion')?.version ?? 0;
  return (
    <>
      <p class="crumb">
        <a href={href('models')}>Models</a>
      </p>
      <h1 tabIndex={-1}>{m.name}</h1>
      {m.trial && <Trial trial={m.trial} />}
      {['approver', 'admin'].includes(role) && <Work model={m} champion={champion} changed={changed} />}
      <section aria-labelledby="versions">
        <h2 id="versions">Versions</h2>
        <ul class="rows">
          {m.versions.map((v) => (
            <Version key={v.version} version={v} names={m.aliases.filter((a) => a.version === v.version).map((a) => a.alias)} base={m.versions.find((x) => x.version === champion)} />
          ))}
        </ul>
      </section>
      {m.moves.length > 0 && <Moves moves={m.moves} />}
    </>
  );
}

/** A score, and beside it how far that is from the version in use, when both are of the same data. */
function score(value: number, base: number | undefined): ComponentChildren {
  const gain = value - (base ?? value);
  return (
    <>
      {number(value)} {gain !== 0 && <span class="quiet">{(gain > 0 ? '+' : '') + number(gain)}</span>}
    </>
  );
}

function Version({ version: v, names, base }: { version: ModelVersion; names: string[]; base: ModelVersion | undefined }): VNode {
  const same = base && base !== v && base.held_back && base.held_back === v.held_back;
  const made = [v.parent > 0 && `from version ${v.parent}`, v.code && `code ${v.code.slice(0, 12)}`, v.data && `data ${v.data.slice(0, 12)}`, ...v.sources, v.origin];
  return (
    <li class="card model-version">
      <p class="row-badges">
        <strong>Version {v.version}</strong>
        {names.map((n) => (
          <Badge key={n} word={n} />
        ))}
      </p>
      <p class="sub">
        <Ago us={v.time} /> by {v.actor} · {v.kind} <code title={v.digest}>{v.digest.slice(0, 12)}</code> <EntryLink seq={v.seq} />
      </p>
      <Numbers facts={Object.entries(v.metrics).map(([name, value]) => [name, score(value, same ? base.metrics[name] : undefined)])} />
      <p class="sub">{made.filter(Boolean).join(' · ')}</p>
      {v.comment && <p>{v.comment}</p>}
    </li>
  );
}

function Trial({ trial: t }: { trial: ModelTrial }): VNode {
  const facts: [string, string][] = [
    ['judged both', String(t.judged)],
    ['agreed', t.judged ? percent(t.agreed / t.judged) : '–'],
    ['labelled', String(t.labelled)],
    ['alone right', String(t.wins)],
    ['alone wrong', String(t.losses)],
  ];
  return (
    <section aria-labelledby="trial">
      <h2 id="trial">
        Version {t.version} on trial beside {t.champion}
      </h2>
      <div class="card">
        <Numbers facts={facts} />
        <p class="sub">
          {t.share > 0 ? `Its word counts in ${percent(t.share)} of the cases.` : 'A shadow: its word counts nowhere.'}
        </p>
      </div>
    </section>
  );
}

interface WorkProps {
  model: RegisteredModelDetail;
  champion: number;
  changed: () => void;
}

function Work({ model: m, champion, changed }: WorkProps): VNode | null {
  const [asked, ask] = useState(false);
  const { act, busy, outcome } = useAct(`/registry/${encodeURIComponent(m.name)}/`, changed);
  const candidate = m.trial?.version ?? m.versions[0]?.version ?? 0;
  const before = m.moves.find((x) => x.version === champion && x.how !== 'rolled_back')?.before ?? 0;
  return (
    <section aria-labelledby="work">
      <h2 id="work">Your word</h2>
      <div class="card">
        <div class="actions">
          {candidate !== champion && (
            <button type="button" disabled={busy} onClick={() => act('promote', { version: candidate, margin: 0.01 }, (r) => r.why ?? '')}>
              Use version {candidate} if it is better
            </button>
          )}
          {m.trial && (
            <button type="button" disabled={busy} onClick={() => act('trial', { version: 0 }, 'The trial is over.')}>
              End the trial
            </button>
          )}
          {before > 0 && (
            <button type="button" class="danger" onClick={() => ask(true)}>
              Back to version {before}
            </button>
          )}
        </div>
        {outcome}
      </div>
      {asked && (
        <Confirm
          title={`Put version ${before} back in use?`}
          yes="Put it back"
          danger
          answer={(yes) => {
            ask(false);
            if (yes) act('rollback', {}, `Version ${before} is in use again.`);
          }}
        >
          <p>Version {champion} stops judging at once.</p>
        </Confirm>
      )}
    </section>
  );
}

function Moves({ moves }: { moves: ModelMove[] }): VNode {
  return (
    <section aria-labelledby="moves">
      <h2 id="moves">How they came in use</h2>
      <ul class="plain card">
        {moves.map((v) => (
          <li key={v.seq}>
            <span>
              version {v.version}
              {v.before > 0 && ` after ${v.before}`}
            </span>
            <span class="effect-what">
              {spaced(v.how)}: {v.reason}
            </span>
            <span class="quiet">
              {v.actor} · <Ago us={v.time} /> <EntryLink seq={v.seq} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
