// What a person does on a page: one change at a time, and what became of it.
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { send, type ApiError } from '../api';
import { asError } from '../state';

export interface Act {
  busy: boolean;
  act: (rest: string, body: unknown, done: string | ((reply: { why?: string }) => string)) => void;
  outcome: VNode;
}

/** Changes under `path`; `changed` follows each that went through. */
export function useAct(path: string, changed: () => void): Act {
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState('');
  const run = async (...[rest, body, done]: Parameters<Act['act']>): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const reply = await send<{ why?: string }>(path + rest, body);
      setSaid(typeof done === 'string' ? done : done(reply));
      changed();
    } catch (e) {
      setError(asError(e));
    } finally {
      setBusy(false);
    }
  };
  return {
    busy,
    act: (...what) => void run(...what),
    outcome: (
      <>
        <p role="status">{said}</p>
        {error && (
          <p class="failure" role="alert">
            {error.detail || error.title}
          </p>
        )}
      </>
    ),
  };
}
