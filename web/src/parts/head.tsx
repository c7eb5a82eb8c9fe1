// The head of every page: where am I, is it live, does anything need me.
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Stats } from '../api';
import { href, route } from '../router';
import { connection, kinds, live, me, session, signOut, useCell, useData } from '../state';
import { theme, toggleTheme } from '../theme';

interface Tab {
  page: string;
  label: string;
  tone: string;
  count: (s: Stats) => number;
  words: string; /* after the number */
}

const TABS: Tab[] = [
  { page: 'pipelines', label: 'Pipelines', tone: 'fail', count: (s) => s.pipelines_failing, words: 'failing' },
  { page: 'incidents', label: 'Incidents', tone: 'fail', count: (s) => s.incidents_open, words: 'open' },
  { page: 'approvals', label: 'Approvals', tone: 'warn', count: (s) => s.approvals_pending, words: 'waiting' },
  { page: 'inquiries', label: 'Inquiries', tone: 'warn', count: (s) => s.inquiries?.state?.review ?? 0, words: 'to decide' },
  { page: 'knowledge', label: 'Knowledge', tone: '', count: () => 0, words: '' },
  { page: 'models', label: 'Models', tone: '', count: () => 0, words: '' },
  { page: 'schedules', label: 'Schedules', tone: '', count: () => 0, words: '' },
  { page: 'journal', label: 'Journal', tone: '', count: () => 0, words: '' },
];

export function Head(): VNode {
  const signedIn = useCell(session) === 'in';
  return (
    <>
      <TopBar signedIn={signedIn} />
      {signedIn && <Trouble />}
    </>
  );
}

const LOOK_AGAIN_MS = 30_000; /* a weir that cannot write has no entries that would tell us */

/** What keeps weir from its work, above everything else. */
function Trouble(): VNode | null {
  const { data, reload } = useData<Stats>('/stats');
  useEffect(() => {
    const timer = setInterval(reload, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  return data?.trouble ? (
    <p class="trouble" role="alert">
      <strong>weir cannot work:</strong> {data.trouble}
    </p>
  ) : null;
}

function TopBar({ signedIn }: { signedIn: boolean }): VNode {
  return (
    <header class="head">
      <a class="brand" href={href('pipelines')}>
        <img src="/favicon.svg" alt="" width="26" height="26" /> weir
      </a>
      {signedIn && <Tabs />}
      <div class="head-end">
        {signedIn && <Connection />}
        {signedIn && <Who />}
        <ThemeButton />
      </div>
    </header>
  );
}

function Tabs(): VNode {
  const stats = useData<Stats>('/stats', kinds('incident', 'approval', 'run', 'pipeline', 'inquiry')).data;
  const here = useCell(route).page;
  return (
    <nav class="tabs" aria-label="Pages">
      {TABS.map((t) => {
        const n = stats ? t.count(stats) : 0;
        return (
          <a key={t.page} href={href(t.page)} aria-current={here === t.page ? 'page' : undefined}>
            {t.label}
            {n > 0 && (
              <span class={`count ${t.tone}`}>
                {n}
                <span class="count-words"> {t.words}</span>
              </span>
            )}
          </a>
        );
      })}
    </nav>
  );
}

const CONNECTION = {
  live: ['ok', 'live', 'New entries appear as they commit'],
  connecting: ['warn', 'connecting…', 'Connecting to the server'],
  waiting: ['fail', 'reconnecting…', 'The connection is lost; what you see may be old. Click to try now.'],
  stopped: ['mute', 'offline', 'Not connected'],
} as const;

function Connection(): VNode {
  const [tone, text, title] = CONNECTION[useCell(connection)];
  return (
    <button type="button" class={`connection ${tone}`} title={title} onClick={() => live.kick()}>
      <i aria-hidden="true" />
      <span role="status">{text}</span>
    </button>
  );
}

function Who(): VNode | null {
  const who = useCell(me);
  if (!who) return null;
  return (
    <>
      <span class="who" title={`Signed in as ${who.name}, role ${who.role}`}>
        {who.name}
      </span>
      <button type="button" class="plain-button" onClick={() => void signOut()}>
        Sign out
      </button>
    </>
  );
}

function ThemeButton(): VNode {
  const other = useCell(theme) === 'dark' ? 'light' : 'dark';
  return (
    <button type="button" class="icon" onClick={toggleTheme} aria-label={`Switch to ${other} theme`} title={`Switch to ${other} theme`}>
      {other === 'dark' ? '☾' : '☀'}
    </button>
  );
}
