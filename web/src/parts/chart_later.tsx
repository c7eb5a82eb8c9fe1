// A chart whose drawing is asked for when the first one is wanted: nearly half of all the script is for that, and most
// pages have no chart.
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ChartProps } from './chart';

type Drawing = typeof import('./chart');
let drawing: Drawing | undefined;

export function Chart(props: ChartProps): VNode {
  const [known, setKnown] = useState<Drawing | undefined>(drawing);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (known) return;
    import('./chart').then(
      (it) => setKnown((drawing = it)),
      () => setFailed(true),
    );
  }, []);
  if (known) return <known.Chart {...props} />;
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{props.title}</span>
      </figcaption>
      <div class="plot">
        {failed && (
          <p class="quiet" role="alert">
            The drawing could not be loaded.{' '}
            <button type="button" onClick={() => location.reload()}>
              Reload
            </button>
          </p>
        )}
      </div>
    </figure>
  );
}
