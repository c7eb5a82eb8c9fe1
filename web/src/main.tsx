// The page begins here: which page the address means, and what is shown when there is nothing to show.
import { Component, render, type ComponentChildren, type VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Approvals } from './pages/approvals';
import { EntryPage } from './pages/entry';
import { IncidentPage } from './pages/incident';
import { Incidents } from './pages/incidents';
import { Inquiries } from './pages/inquiries';
import { InquiryPage } from './pages/inquiry';
import { Journal } from './pages/journal';
import { Knowledge } from './pages/knowledge';
import { Login } from './pages/login';
import { ModelPage } from './pages/model';
import { Models } from './pages/models';
import { Pipeline } from './pages/pipeline';
import { Pipelines } from './pages/pipelines';
import { SchedulePage, Schedules } from './pages/schedules';
import { Head } from './parts/head';
import { Empty, Failure, Loading } from './parts/states';
import { href, route, type Route } from './router';
import { begin, session, startError, useCell } from './state';

const PAGES: Record<string, { title: string; list: () => VNode; one: (id: string) => VNode }> = {
  pipelines: { title: 'Pipelines', list: () => <Pipelines />, one: (id) => <Pipeline key={id} name={id} /> },
  incidents: { title: 'Incidents', list: () => <Incidents />, one: (id) => <IncidentPage key={id} id={id} /> },
  approvals: { title: 'Approvals', list: () => <Approvals />, one: () => <Approvals /> },
  inquiries: { title: 'Inquiries', list: () => <Inquiries />, one: (id) => <InquiryPage key={id} id={id} /> },
  knowledge: { title: 'Knowledge', list: () => <Knowledge />, one: () => <Knowledge /> },
  models: { title: 'Models', list: () => <Models />, one: (id) => <ModelPage key={id} name={id} /> },
  schedules: { title: 'Schedules', list: () => <Schedules />, one: (id) => <SchedulePage key={id} name={id} /> },
  journal: { title: 'Journal', list: () => <Journal />, one: (seq) => <EntryPage key={seq} seq={seq} /> },
};

function App(): VNode {
  const signed = useCell(session);
  const error = useCell(startError);
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <Head />
      {signed === 'out' && <Login />}
      {signed === 'checking' && (
        <main id="main">{error ? <Failure error={error} retry={() => void begin()} /> : <Loading what="weir" rows={4} />}</main>
      )}
      {signed === 'in' && <Page />}
    </>
  );
}

/* The address after the # is the router's, so the link moves the focus by hand. */
function skip(e: Event): void {
  e.preventDefault();
  document.querySelector<HTMLElement>('main h1')?.focus();
}

function Page(): VNode {
  const at = useCell(route);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const page = PAGES[at.page];
  useEffect(() => {
    document.title = [at.id, page?.title ?? 'Not found', 'weir'].filter(Boolean).join(' · ');
    if (!first.current) {
      scrollTo(0, 0);
      main.current?.focus({ preventScroll: true }); /* a screen reader starts at the new page */
    }
    first.current = false;
  }, [at.page, at.id]);
  return (
    <main id="main" ref={main} tabIndex={-1}>
      <Catch key={`${at.page}/${at.id}`}>{page ? shown(page, at) : <NotFound />}</Catch>
    </main>
  );
}

function shown(page: (typeof PAGES)[string], at: Route): VNode {
  return at.id ? page.one(at.id) : page.list();
}

function NotFound(): VNode {
  return (
    <>
      <h1 tabIndex={-1}>Not found</h1>
      <Empty title="There is no such page.">
        <a href={href('pipelines')}>Go to the pipelines</a>
      </Empty>
    </>
  );
}

/** A part that breaks takes its page with it, not the whole screen. */
class Catch extends Component<{ children: ComponentChildren }, { broke?: Error }> {
  static override getDerivedStateFromError(broke: Error): { broke: Error } {
    return { broke };
  }

  override render(): ComponentChildren {
    if (!this.state.broke) return this.props.children;
    return (
      <div class="failure" role="alert">
        <p>This page could not be shown: {this.state.broke.message}</p>
        <button type="button" onClick={() => location.reload()}>
          Reload
        </button>
      </div>
    );
  }
}

const root = document.getElementById('app')!;
root.replaceChildren();
render(<App />, root);
void begin();
