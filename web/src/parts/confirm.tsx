// A question before something that cannot be taken back. The browser's own dialog keeps the focus inside, closes on
// Escape, and gives the focus back; so every way out goes through its close().
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface ConfirmProps {
  title: string;
  yes: string;
  danger?: boolean;
  children: ComponentChildren;
  answer: (yes: boolean) => void;
}

export function Confirm({ title, yes, danger = false, children, answer }: ConfirmProps): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = (said: string) => (): void => dialog.current?.close(said);
  return (
    <dialog ref={dialog} class="confirm" aria-labelledby="confirm-title" onClose={(e) => answer(e.currentTarget.returnValue === 'yes')}>
      <h2 id="confirm-title">{title}</h2>
      {children}
      <div class="actions">
        <button type="button" onClick={close('')}>
          Cancel
        </button>
        <button type="button" class={danger ? 'danger' : 'primary'} onClick={close('yes')}>
          {yes}
        </button>
      </div>
    </dialog>
  );
}
