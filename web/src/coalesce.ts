// Many causes, few refetches: the first call starts the delay, calls during it are free, and a call while the work runs
// leads to one more run after it. A steady stream of calls therefore cannot starve the work, as a plain debounce would.

export interface Coalesced {
  call(): void;
  cancel(): void;
}

type Later = (ms: number, f: () => void) => () => void;

export const timeoutLater: Later = (ms, f) => {
  const id = setTimeout(f, ms);
  return () => clearTimeout(id);
};

/** `work` must not reject. */
export function coalesce(delayMs: number, work: () => Promise<void>, later: Later = timeoutLater): Coalesced {
  let cancelTimer: (() => void) | undefined;
  let running = false;
  let again = false;
  let ended = false;

  function schedule(): void {
    cancelTimer = later(delayMs, () => {
      cancelTimer = undefined;
      running = true;
      void work().then(() => {
        running = false;
        if (again && !ended) schedule();
        again = false;
      });
    });
  }
  return {
    call() {
      if (ended) return;
      if (running) again = true;
      else if (!cancelTimer) schedule();
    },
    cancel() {
      ended = true;
      cancelTimer?.();
    },
  };
}
