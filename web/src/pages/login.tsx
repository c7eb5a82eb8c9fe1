import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { send } from '../api';
import { asError, begin } from '../state';

export function Login(): VNode {
  const [key, setKey] = useState('');
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState('');

  const submit = async (): Promise<void> => {
    setBusy(true);
    setFailed('');
    try {
      await send('/login', { key: key.trim() });
      setKey('');
      await begin();
    } catch (e) {
      const error = asError(e);
      setFailed(error.status === 401 || error.status === 403 ? 'The server does not know this key.' : error.message);
    }
    setBusy(false);
  };
  return (
    <main class="login" id="main">
      <form
        class="card"
        onSubmit={(e) => {
          e.preventDefault();
          void submit();
        }}
      >
        <h1 tabIndex={-1}>Sign in</h1>
        <label>
          Key
          <input type="password" autocomplete="current-password" required autofocus value={key} onInput={(e) => setKey(e.currentTarget.value)} aria-describedby="key-help" />
        </label>
        <p id="key-help" class="quiet">
          The first start wrote an admin key into the data folder; <code>weir keys add</code> makes more.
        </p>
        <button class="primary" disabled={busy || key.trim() === ''}>
          {busy ? 'Signing in…' : 'Sign in'}
        </button>
        {failed && (
          <p class="error-text" role="alert">
            {failed}
          </p>
        )}
      </form>
    </main>
  );
}
