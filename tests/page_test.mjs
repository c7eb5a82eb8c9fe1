// The page in a real browser. Prints TAP; exit 0 all well or skipped (no browser, no node_modules), 1 a failure.
//   node tests/page_test.mjs --mock             against tests/mock_api.mjs
//   node tests/page_test.mjs --fixture PROGRAM  against the real server of tests/server_fixture.c
//   node tests/page_test.mjs --url URL --key K  against a running weir: what must hold on any data
//   --shots DIR                                 also write screenshots
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { KEY, startMock } from './mock_api.mjs';
import { emptyWorld, fullDesk } from './mock_world.mjs';
import { PAGES_HERE, contrastProblems, overflow, Tap } from './page_kit.mjs';

const args = process.argv.slice(2);
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const CHROMIUM = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

function skip(why) {
  console.log(`1..0 # SKIP ${why}`);
  process.exit(0);
}
if (!CHROMIUM) skip('no chromium (Debian: apt-get install chromium fonts-dejavu-core)');
let chromium;
try {
  ({ chromium } = createRequire(new URL('../web/package.json', import.meta.url))('playwright-core'));
} catch {
  skip('no playwright-core (npm ci in web/)');
}

const FIRST_MAX = 32 * 1024; // what every page loads
const SCRIPT_MAX = 52 * 1024; // with the drawing of charts
const tap = new Tap();
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
const WIDE = { viewport: { width: 1280, height: 900 }, colorScheme: 'light', reducedMotion: 'reduce' };
const PHONE = { ...WIDE, viewport: { width: 360, height: 740 }, hasTouch: true };

/** A page that remembers everything it should not have said. 401 is how the page learns that it has to ask for the key. */
async function open(url, options = WIDE, cookies = []) {
  const context = await browser.newContext(options);
  await context.addCookies(cookies);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.complaints = [];
  page.foreign = [];
  page.on('console', (m) => m.type() === 'error' && page.complaints.push(m.text()));
  page.on('pageerror', (e) => page.complaints.push(e.message));
  page.on('request', (r) => new URL(r.url()).origin !== new URL(url).origin.replace(/^ws/, 'http') && page.foreign.push(r.url()));
  await page.goto(url);
  return page;
}

async function signIn(page, key = KEY) {
  await page.getByLabel('Key', { exact: true }).fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

async function inside(url, options = WIDE, key = KEY) {
  const page = await open(url, options);
  await signIn(page, key);
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  return page;
}

async function go(page, hash) {
  await page.evaluate((h) => (location.hash = h), hash);
}

function unexpected(page, allowed = /401/) {
  return page.complaints.filter((c) => !allowed.test(c));
}

/** Run one test with its own mock and page, whatever happens to them. */
async function withMock(name, options, body) {
  await tap.test(name, async (check) => {
    const mock = await startMock();
    let page;
    try {
      page = await body(mock, check, async () => (page = await open(mock.url, options, [mock.session()])));
    } finally {
      await page?.context().close();
      await mock.stop();
    }
  });
}

async function mockTests() {
  await tap.test('the script is small, and what is compiled in has its licence beside it', async (check) => {
    const folder = new URL('../web/dist/assets/', import.meta.url);
    const bytes = (f) => gzipSync(readFileSync(new URL(f, folder)), { level: 9 }).length;
    const sizes = Object.fromEntries(readdirSync(folder).filter((f) => f.endsWith('.js')).map((f) => [f, bytes(f)]));
    const [entry] = /app-[\w-]+\.js/.exec(readFileSync(new URL('../index.html', folder), 'utf8'));
    check.match(readFileSync(new URL('../licenses.txt', folder), 'utf8'), /preact[\s\S]*MIT[\s\S]*uplot[\s\S]*MIT/);
    const said = JSON.stringify(sizes);
    check.ok(sizes[entry] <= FIRST_MAX, `${said}: at most ${FIRST_MAX} for the first`);
    check.ok(Object.values(sizes).reduce((a, b) => a + b, 0) <= SCRIPT_MAX, `${said}: at most ${SCRIPT_MAX}`);
  });

  await withMock('a page without a session asks for the key, and a wrong one is refused', WIDE, async (mock, check) => {
    const page = await open(mock.url);
    await signIn(page, 'wrong');
    await page.getByRole('alert').getByText('does not know this key').waitFor();
    await signIn(page);
    await page.getByRole('heading', { name: 'Pipelines' }).waitFor();
    check.equal(await page.evaluate(() => document.cookie), '', 'the session is out of reach for scripts');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    check.equal(mock.sessions.size, 0, 'the server has forgotten the session too');
    await signIn(page);
    await page.locator('.pipelines .row').first().waitFor();
    mock.sessions.clear();
    mock.drop();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    check.equal(await page.getByText('orders').count(), 0, 'what was shown is gone with the session');
    return page;
  });

  await withMock('a weir that cannot work says so above everything', WIDE, async (mock, check, enter) => {
    mock.world.trouble = 'a write to disk failed';
    const page = await enter();
    await page.getByRole('alert').getByText('weir cannot work: a write to disk failed').waitFor();
    check.equal(await contrastProblems(page), []);
    check.equal(unexpected(page), []);
    return page;
  });

  await withMock('pipelines stand in lineage order with health, last run and counts in the head', WIDE, async (mock, check, enter) => {
    const page = await enter();
    const rows = page.locator('.pipelines .row');
    await rows.nth(2).waitFor();
    check.equal(await rows.locator('.name').allTextContents(), ['customers', 'orders', 'daily_report']);
    const orders = rows.nth(1);
    await orders.getByText('failed').first().waitFor();
    check.match(await orders.innerText(), /failing[\s\S]*transform fails, a column is missing[\s\S]*after customers/);
    check.match(await orders.getByRole('img').getAttribute('aria-label'), /Last 24 runs: 1 failed/);
    check.match(await page.getByRole('navigation', { name: 'Pages' }).innerText(), /1\s+failing[\s\S]*1\s+open[\s\S]*1\s+waiting/);
    check.match(await rows.nth(2).innerText(), /due \d+ min ago/);
    check.equal(unexpected(page), []);
    check.equal(page.foreign, [], 'nothing is loaded from elsewhere');
    return page;
  });

  await withMock('a pipeline shows charts with its findings marked, and what its runs printed', WIDE, async (mock, check, enter) => {
    const page = await enter();
    await page.getByRole('link', { name: 'orders', exact: true }).click();
    const chart = page.getByRole('img', { name: /queue_depth.*120 points/ });
    await chart.waitFor();
    check.equal(await page.locator('.chart canvas').count(), 3);
    check.ok(await paintedPixels(chart), 'the canvas is not empty');
    const box = await chart.locator('.u-over').boundingBox();
    await page.mouse.move(box.x + box.width * 0.9, box.y + box.height / 2);
    await chart.locator('.tip-range', { hasText: 'expected 20 to 90' }).waitFor();
    const failed = page.locator('details.run.failed').first();
    await failed.locator('summary').click();
    check.match(await failed.innerText(), /transform: exit 1[\s\S]*KeyError: 'unit_price'/);
    check.equal(unexpected(page), []);
    return page;
  });

  await withMock('an incident tells what, why, what was decided and done, and every claim leads to its entry', WIDE, async (mock, check, enter) => {
    const page = await enter();
    await page.getByRole('link', { name: /^Incidents/ }).click();
    const names = page.locator('.incidents .name');
    await names.nth(1).waitFor();
    check.match((await names.allTextContents())[0], /column is missing/, 'open ones come first');
    await names.first().click();
    await page.locator('.steps li').nth(3).waitFor();
    const text = await page.locator('main').innerText();
    for (const words of [/critical/, /unit_price is gone[\s\S]*94 %/, /Load orders from the last good file/, /83 %/, /\$0\.002/, /cannot be undone/,
      /escalate[\s\S]*What cannot be undone always needs a person[\s\S]*lasting-needs-a-person/, /Failed again/, /Optimizer/]) check.match(text, words);
    const evidence = page.locator('.causes .evidence').first().getByRole('link').first();
    const seq = (await evidence.textContent()).slice(1);
    await evidence.click();
    await page.getByRole('heading', { name: `#${seq} finding` }).waitFor();
    const entry = mock.world.journal[seq - 1];
    check.match(await page.locator('main').innerText(), new RegExp(entry.hash));
    check.match(await page.locator('pre.json').innerText(), /ended with exit 1/);
    check.equal(unexpected(page), []);
    return page;
  });

  await withMock('approving something lasting is asked twice, sent once, and its result appears by itself', WIDE, async (mock, check, enter) => {
    const page = await enter();
    await page.getByRole('link', { name: /^Approvals/ }).click();
    const card = page.locator('.approval');
    await card.getByText('would load 1,198 rows').waitFor();
    await card.getByLabel(/Comment/).fill('checked with the shop');
    await card.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    check.equal(mock.posts.length, 0, 'a cancelled question changes nothing');
    await card.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Approve for good' }).click();
    await card.getByText('by ada: “checked with the shop”').waitFor();
    check.equal(mock.posts.map((p) => [p.path, p.body]), [['/approvals/apr-40/approve', { comment: 'checked with the shop' }]]);
    check.match(mock.posts[0].key, /^[0-9a-f]{32}$/);
    await page.getByText('Nothing waits for you.').waitFor();
    await go(page, '#/incidents/inc-30');
    await page.getByText('command.run applied to orders/transform').waitFor();
    return page;
  });

  await withMock('rejecting asks nothing more, a refusal is shown, and a viewer has no buttons', WIDE, async (mock, check, enter) => {
    const page = await enter();
    await go(page, '#/approvals');
    mock.failing.set('/approvals/apr-40/reject', 409);
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.getByRole('alert').getByText('Injected failure').waitFor();
    mock.failing.clear();
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.getByText('Nothing waits for you.').waitFor();
    check.equal(mock.world.approvals[0].state, 'rejected');
    mock.world.approvals[0].state = 'pending';
    mock.role = 'viewer';
    await page.reload();
    await page.getByText('an approver has to answer this').waitFor();
    check.equal(await page.getByRole('button', { name: 'Approve' }).count(), 0);
    return page;
  });

  await withMock('the journal follows, filters, pauses and reads back', WIDE, async (mock, check, enter) => {
    const page = await enter();
    await go(page, '#/journal');
    const first = page.locator('.journal tbody tr').first();
    await first.waitFor();
    const e = mock.push({ kind: 'silence.added', subject: 'sil-1', actor: 'ada' });
    await first.getByText('silence.added').waitFor();
    check.match(await first.innerText(), new RegExp(`#${e.seq}[\\s\\S]*ada`));
    await page.getByLabel('Kind').selectOption('silence.added');
    check.equal(await page.locator('.journal tbody tr').count(), 1);
    await page.getByLabel('Kind').selectOption('');
    await page.getByRole('button', { name: 'Pause' }).click();
    mock.push({ kind: 'silence.ended', subject: 'sil-1' });
    mock.push({ kind: 'pipeline.registered', subject: 'late' });
    await page.getByRole('button', { name: 'Follow' }).click();
    await first.getByText('pipeline.registered').waitFor();
    for (let n = 0; n < 4 && (await page.getByRole('button', { name: 'Older entries' }).count()); n++) {
      const before = await page.locator('.journal tbody tr').count();
      await page.getByRole('button', { name: 'Older entries' }).click();
      await page.waitForFunction((b) => document.querySelectorAll('.journal tbody tr').length > b, before);
    }
    const seqs = (await page.locator('.journal .seq').allTextContents()).map((t) => Number(t.slice(1)));
    check.equal(seqs, Array.from({ length: mock.world.journal.length }, (_, i) => mock.world.journal.length - i), 'every entry once, newest first');
    return page;
  });

  await withMock('an inquiry is found, read and corrected, and who may not work on it gets no buttons', WIDE, async (mock, check, enter) => {
    const page = await enter();
    await page.getByRole('link', { name: /Inquiries/ }).click();
    await page.getByLabel('State').waitFor();
    await page.getByText('Invoice for March').waitFor();
    check.equal(await page.locator('.rows .name').count(), 3);
    await page.getByLabel('State').selectOption('review');
    await page.waitForFunction(() => document.querySelectorAll('.rows .name').length === 1);
    await page.locator('.rows .name').click();
    await page.locator('.letter').waitFor();
    check.match(await page.locator('main').innerText(), /suggested: technical support/);
    await page.locator('.work').getByLabel('Category').selectOption('billing');
    await page.getByRole('button', { name: 'Correct' }).click();
    await page.getByText('Labels kept.').waitFor();
    check.equal(mock.posts.at(-1).path, '/inquiries/inq-51/label');
    check.equal(mock.posts.at(-1).body, { category: 'billing', sentiment: 'negative', urgency: 'critical' });
    await page.getByRole('button', { name: 'These are right' }).waitFor();
    mock.role = 'viewer';
    await page.reload();
    await page.locator('.letter').waitFor();
    check.equal(await page.getByRole('button', { name: /right|Close it/ }).count(), 0);
    return page;
  });

  await withMock('an inquiry shows what it is about, what is personal in it, and how sure the desk is', WIDE, async (mock, check, enter) => {
    const page = await enter();
    await go(page, '#/inquiries/inq-51');
    await page.locator('.letter').waitFor();
    check.equal(await page.locator('.letter mark').allTextContents(), ['+49 30 1234567', 'ana@example.com']);
    check.match(await page.locator('.letter').innerText(), /order 4711 is lost\.\nCall me: \+49 30 1234567 or ana@example\.com\.$/);
    const shown = await page.locator('main').innerText();
    check.match(shown, /Phrases[\s\S]*order 4711[\s\S]*every page/i);
    check.match(shown, /ERR_TIMED_OUT error/);
    check.match(shown, /one of these 2, 95 %: technical support, billing/);
    check.match(shown, /it could be any/);
    check.match(shown, /Ran out\s+1 time/i);
    await go(page, '#/inquiries/inq-52');
    await page.locator('.letter').getByText('INV-2024-17').waitFor();
    const direction = (e) => getComputedStyle(e).direction;
    check.equal(await page.locator('.letter').evaluate(direction), 'rtl');
    check.equal(await page.locator('main h1').evaluate(direction), 'rtl');
    check.equal(await page.locator('.sub bdi').evaluate(direction), 'rtl');
    check.equal(await page.locator('main').evaluate(direction), 'ltr', 'the page itself stays as it is');
    check.equal(unexpected(page), []);
    return page;
  });

  await withMock('a thousand inquiries are turned page by page, and a filter begins at the first', WIDE, async (mock, check, enter) => {
    fullDesk(mock.world, 1000);
    const page = await enter();
    await go(page, '#/inquiries');
    await page.getByText('Letter 999').waitFor();
    check.equal(await page.locator('.rows .name').count(), 50);
    check.ok(await page.getByRole('button', { name: 'Newer' }).isDisabled(), 'nothing is newer');
    for (let n = 2; n <= 21; n++) {
      await page.getByRole('button', { name: 'Older' }).click();
      await page.getByText(`page ${n}`, { exact: true }).waitFor();
    }
    await page.waitForFunction(() => document.querySelectorAll('.rows .name').length === 3);
    check.ok(await page.getByRole('button', { name: 'Older' }).isDisabled(), 'nothing is older');
    await page.getByRole('button', { name: 'Newer' }).click();
    await page.getByText('Letter 0', { exact: true }).waitFor();
    await page.getByLabel('Search').fill('Letter 99');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('Letter 990').waitFor();
    check.equal(await page.locator('.rows .name').count(), 11);
    check.equal(await page.getByRole('navigation', { name: 'Pages of the list' }).count(), 0, 'one page needs no buttons');
    return page;
  });

  await withMock('the first run of a pipeline stands in the minute in which it was, not among years', WIDE, async (mock, check, enter) => {
    mock.world.runs = mock.world.runs.filter((r) => r.pipeline === 'customers' && r.step === 'load').slice(-1);
    mock.world.runs[0].effect = 'srn-7';
    const page = await enter();
    await go(page, '#/pipelines/customers');
    const over = page.locator('.chart .u-over').first();
    await over.waitFor();
    const box = await over.boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    const tip = page.locator('.chart .tip').first();
    await tip.locator('.tip-time').waitFor();
    const half = await tip.evaluate((e) => parseFloat(e.style.left));
    const point = await over.evaluate((e) => parseFloat(e.querySelector('.u-cursor-pt')?.style.transform.match(/[\d.]+/)?.[0] ?? '0'));
    check.ok(Math.abs(point - box.width / 2) < box.width / 10, `the point is in the middle: ${point} of ${box.width}, tip at ${half}`);
    check.equal(await page.getByText('re-run by weir').count(), 0, 'a run of a schedule is no remedy');
    return page;
  });

  await withMock('schedules are seen, run and paused by those who may, each with its runs', WIDE, async (mock, check, enter) => {
    const page = await enter();
    await page.getByRole('link', { name: 'Schedules' }).click();
    await page.getByText('the warehouse does not answer').waitFor();
    const rows = page.locator('.rows > li');
    check.match(await rows.nth(0).innerText(), /@hourly UTC · built in[\s\S]*✓\s+ok[\s\S]*next in[\s\S]*took 12 s/);
    check.match(await rows.nth(1).innerText(), /paused[\s\S]*rests[\s\S]*never ran/);
    check.match(await rows.nth(2).innerText(), /30 2 \* \* mon-fri Europe\/Berlin[\s\S]*failed/);
    await page.getByRole('button', { name: 'Run nightly_report now' }).click();
    await page.getByText('It is due now.').waitFor();
    check.equal(mock.posts.at(-1).path, '/schedules/nightly_report/run');
    await rows.nth(2).getByText('running').waitFor();
    await page.getByRole('button', { name: 'Pause nightly_report' }).click();
    await rows.nth(2).getByText('paused by ada').waitFor();
    await page.getByRole('link', { name: 'nightly_report' }).click();
    await page.getByText('by ada').nth(1).waitFor();
    check.equal(await page.locator('main .plain > li').count(), 50);
    await page.getByRole('button', { name: 'Older' }).click();
    await page.waitForFunction(() => document.querySelectorAll('main .plain > li').length === 10);
    await page.getByRole('button', { name: 'Resume nightly_report' }).click();
    await page.getByText('It runs at its times again.').waitFor();
    mock.failing.set('/schedules/nightly_report/run', 409);
    await page.getByRole('button', { name: 'Run nightly_report now' }).click();
    await page.getByRole('alert').getByText('Injected failure').waitFor();
    mock.failing.clear();
    check.equal(await page.getByRole('link', { name: 'the pipeline of that name' }).getAttribute('href'), '#/pipelines/nightly_report');
    mock.push({ kind: 'schedule.finished', subject: 'srn-99', correlation_id: 'srn-99', body: { ok: true } });
    await go(page, '#/journal');
    check.equal(await page.getByRole('link', { name: 'srn-99' }).getAttribute('href'), '#/schedules', 'the journal leads back');
    await go(page, '#/schedules/nightly_report');
    mock.role = 'viewer';
    await page.reload();
    await page.locator('main .plain > li').first().waitFor();
    check.equal(await page.getByRole('button', { name: /Run|Pause|Resume/ }).count(), 0);
    mock.world.schedules = [];
    await go(page, '#/schedules');
    await page.getByText('Nothing is scheduled.').waitFor();
    check.equal(unexpected(page, /401|409/), []);
    return page;
  });

  await withMock('documents are asked and judged, and a draft is decided on in a person\'s words', WIDE, async (mock, check, enter) => {
    const page = await enter();
    await page.getByRole('link', { name: /Knowledge/ }).click();
    await page.getByText('no route to host').waitFor();
    await page.getByLabel('Ask the documents').fill('which column is gone');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText(/because of column, likeness 0.61/).waitFor();
    await page.getByRole('button', { name: 'It helped' }).click();
    await page.getByText('Noted.').waitFor();
    check.equal(mock.posts.at(-1).body, { document: 'schema.md', question: 'which column is gone', used: true, worked: true, passage: 0 });
    await page.getByRole('button', { name: 'Read and decide' }).click();
    await page.getByLabel(/^Text/).fill('# Better words');
    check.equal(await contrastProblems(page), []);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('No draft waits.').waitFor();
    check.equal(mock.posts.at(-1).path, '/knowledge/drafts/draft-60/approve');
    check.equal(mock.posts.at(-1).body, { comment: '', text: '# Better words' });
    mock.role = 'viewer';
    await page.reload();
    await page.getByText('no route to host').waitFor();
    check.equal(await page.getByText('Drafts that wait').count(), 0);
    return page;
  });

  await withMock('a model is compared, kept when it is not better, and taken back after a question', WIDE, async (mock, check, enter) => {
    const page = await enter();
    await page.getByRole('link', { name: 'Models' }).click();
    await page.getByRole('link', { name: 'inquiry-category' }).click();
    await page.getByText('Version 3 on trial beside 2').waitFor();
    check.match(await page.locator('.model-version').first().innerText(), /challenger[^]*0\.91 \+0\.01/);
    check.match(await page.locator('main').innerText(), /alone right in 31 cases/);
    await page.getByRole('button', { name: 'Use version 3 if it is better' }).click();
    await page.getByText('not better by 0.01').waitFor();
    check.equal(mock.posts.at(-1).body, { version: 3, margin: 0.01 });
    await page.getByRole('button', { name: 'Back to version 1' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    check.equal(mock.posts.length, 1, 'no answer changes nothing');
    await page.getByRole('button', { name: 'Back to version 1' }).click();
    await page.getByRole('button', { name: 'Put it back' }).click();
    await page.getByText('Version 1 is in use again.').waitFor();
    check.equal(mock.posts.at(-1).path, '/registry/inquiry-category/rollback');
    mock.role = 'operator';
    await page.reload();
    await page.locator('.model-version').first().waitFor();
    check.equal(await page.getByRole('button', { name: /Back to|End the/ }).count(), 0);
    return page;
  });

  await withMock('a lost connection is said, taken up where it ended, and nothing is missed', WIDE, async (mock, check, enter) => {
    const page = await enter();
    await page.getByText('live', { exact: true }).waitFor();
    const last = mock.world.journal.length;
    check.equal(mock.opened, [{ how: 'socket', after: last }]);
    mock.websockets = false;
    mock.drop();
    await page.getByText('reconnecting…').waitFor();
    mock.world.pipelines[0].health = 'failing';
    mock.world.add({ kind: 'run.finished', subject: 'r', body: { pipeline: 'customers' } });
    await page.getByText('live', { exact: true }).waitFor();
    await page.getByText('2 failing').waitFor();
    check.equal(mock.opened.at(-1), { how: 'stream', after: last }, 'where sockets are refused, a stream of events does it');
    mock.world.pipelines[2].health = 'failing';
    mock.push({ kind: 'run.finished', subject: 'r', body: { pipeline: 'daily_report' } });
    await page.getByText('3 failing').waitFor();
    return page;
  });

  await withMock('without a network the page says so at once, and takes up the thread when it is back', WIDE, async (mock, check, enter) => {
    const page = await enter();
    await page.getByText('live', { exact: true }).waitFor();
    await page.context().setOffline(true);
    await page.getByText('reconnecting…').waitFor();
    check.equal(await page.locator('.pipelines .row').count(), 3, 'what was known stays');
    mock.world.pipelines[0].health = 'failing';
    mock.world.add({ kind: 'run.finished', subject: 'r', body: { pipeline: 'customers' } });
    await page.context().setOffline(false);
    await page.getByText('live', { exact: true }).waitFor();
    await page.getByText('2 failing').waitFor();
    return page;
  });

  await withMock('what weir did lately is told in sentences, as it happens', WIDE, async (mock, check, enter) => {
    const page = await enter();
    const told = page.locator('.recent li');
    await told.first().waitFor();
    check.match(await told.first().innerText(), /approval.requested[\s\S]*Load orders from the last good file[\s\S]*inc-30/);
    mock.push({ kind: 'run.started', subject: 'r', body: { pipeline: 'orders' } });
    mock.push({ kind: 'incident.resolved', subject: 'inc-30', correlation_id: 'inc-30', body: { how: 'command.run' } });
    await told.first().getByText('resolved: command.run').waitFor();
    return page;
  });

  await withMock('a world in which nothing happens is said in words', WIDE, async (mock, check, enter) => {
    mock.world = emptyWorld(Date.now() * 1000);
    const page = await enter();
    await page.getByText('No pipeline has been seen yet.').waitFor();
    await go(page, '#/incidents');
    await page.getByText('No incident is open.').waitFor();
    await page.getByText('No pipeline is watched yet.').waitFor();
    await go(page, '#/approvals');
    await page.getByText('Nothing waits for you.').waitFor();
    await go(page, '#/journal');
    await page.getByText('The journal is empty.').waitFor();
    await go(page, '#/nowhere');
    await page.getByText('There is no such page.').waitFor();
    check.equal(unexpected(page), []);
    return page;
  });

  await withMock('errors are shown with a way to go on, and what was known stays', WIDE, async (mock, check, enter) => {
    const page = await enter();
    await page.locator('.pipelines .row').first().waitFor();
    mock.failing.set('/incidents', 500);
    await go(page, '#/incidents');
    await page.getByRole('alert').first().getByText('Injected failure').waitFor();
    mock.failing.clear();
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await page.getByText('a column is missing').first().waitFor();
    await go(page, '#/incidents/inc-999');
    await page.getByRole('alert').getByText('There is no such thing').waitFor();
    await go(page, '#/pipelines');
    mock.failing.set('/pipelines', 503);
    mock.push({ kind: 'run.finished', subject: 'r', body: { pipeline: 'orders' } });
    await page.getByRole('alert').first().waitFor();
    check.equal(await page.locator('.pipelines .row').count(), 3, 'the last known rows stay');
    return page;
  });

  await withMock('a server that does not answer leaves a page that says so and recovers', WIDE, async (mock, check) => {
    mock.failing.set('/me', 503);
    const page = await open(mock.url);
    await page.getByRole('alert').waitFor();
    mock.failing.clear();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    check.ok(true);
    return page;
  });

  await withMock('text from outside is text', WIDE, async (mock, check, enter) => {
    const evil = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';
    mock.world.incidents[1].title = evil;
    mock.world.pipelines[0].source = evil;
    mock.world.findings[1].summary = evil;
    const page = await enter();
    for (const hash of ['#/pipelines', '#/pipelines/orders', '#/incidents', '#/incidents/inc-30', '#/approvals']) {
      await go(page, hash);
      await page.getByText('onerror').first().waitFor();
    }
    check.equal(await page.evaluate(() => window.pwned ?? 0), 0);
    check.equal(unexpected(page), []);
    return page;
  });

  await withMock('light and dark follow the system until a person chooses, and the choice stays', { ...WIDE, colorScheme: 'dark' }, async (mock, check, enter) => {
    const page = await enter();
    const shade = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await shade();
    await page.emulateMedia({ colorScheme: 'light' });
    await page.getByRole('button', { name: 'Switch to dark theme' }).waitFor();
    const light = await shade();
    check.ok(dark !== light, 'the two differ');
    await page.getByRole('button', { name: 'Switch to dark theme' }).click();
    check.equal(await shade(), dark);
    await page.reload();
    await page.getByRole('button', { name: 'Switch to light theme' }).click();
    check.equal(await shade(), light);
    return page;
  });

  await withMock('the keyboard reaches everything and the focus can be seen', WIDE, async (mock, check, enter) => {
    const page = await enter();
    await page.locator('.pipelines .row').nth(2).waitFor();
    await page.reload(); // the focus starts at the top again
    await page.locator('.row-incident').waitFor();
    const seen = [];
    for (let n = 0; n < 15; n++) {
      await page.keyboard.press('Tab');
      seen.push(await page.evaluate(() => {
        const e = document.activeElement;
        const ringed = (s) => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2;
        return { name: (e.getAttribute('aria-label') ?? e.textContent).trim(), ring: ringed(getComputedStyle(e)) || ringed(getComputedStyle(e, '::after')) };
      }));
    }
    const names = seen.map((s) => s.name).join('|');
    for (const want of ['Skip to the content', 'weir', 'Incidents', 'Approvals', 'Models', 'Schedules', 'Journal', 'live', 'Sign out', 'Switch to dark theme', 'customers', 'orders']) check.match(names, new RegExp(want));
    check.equal(seen.filter((s) => !s.ring).map((s) => s.name), [], 'without a ring');
    await page.keyboard.press('Escape');
    await go(page, '#/approvals');
    await page.getByRole('button', { name: 'Approve' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    check.equal(await page.evaluate(() => document.activeElement.textContent), 'Approve', 'the focus comes back');
    check.equal(mock.posts.length, 0);
    return page;
  });

  await withMock('no width of a phone is too narrow for the tabs and their numbers', PHONE, async (mock, check, enter) => {
    const page = await enter();
    for (let width = 320; width <= 480; width += 4) {
      await page.setViewportSize({ width, height: 700 });
      check.equal(await overflow(page), [], `${width} pixels`);
    }
    return page;
  });

  for (const [name, options] of [['light', WIDE], ['dark', { ...WIDE, colorScheme: 'dark' }], ['phone', PHONE]]) {
    await withMock(`every page fits and can be read: ${name}`, options, async (mock, check, enter) => {
      const page = await enter();
      for (const [hash, ready] of PAGES_HERE) {
        await go(page, hash);
        await page.locator(ready).first().waitFor();
        check.equal(await overflow(page), [], `${hash} is not wider than the screen`);
        check.equal(await contrastProblems(page), [], `${hash} has contrast AA`);
        if (option('--shots')) await page.screenshot({ path: `${option('--shots')}/${name}${hash.replace(/[#/]+/g, '_')}.png`, fullPage: true });
      }
      return page;
    });
  }
}

async function paintedPixels(chart) {
  return chart.locator('canvas').evaluate((c) => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v, i) => i % 4 === 3 && v > 0));
}

async function realTests(url, key) {
  await tap.test(`the page of the server at ${url}`, async (check) => {
    const page = await inside(url, WIDE, key);
    await page.getByText('live', { exact: true }).waitFor();
    for (const hash of ['#/pipelines', '#/incidents', '#/approvals', '#/schedules', '#/journal']) {
      await go(page, hash);
      await page.locator('main .rows, main .empty, main .journal, main .approval').first().waitFor();
      check.equal(await page.getByRole('alert').count(), 0, `${hash} shows no error`);
      check.equal(await overflow(page), [], `${hash} is not wider than the screen`);
      for (const link of (await page.locator('main .name, main .seq').evaluateAll((all) => all.map((a) => a.getAttribute('href')))).slice(0, 5)) {
        await go(page, link);
        await page.locator('main h1').first().waitFor();
        await page.waitForFunction(() => !document.querySelector('main .loading'));
        check.equal(await page.getByRole('alert').allInnerTexts(), [], `${link} shows no error`);
      }
      await go(page, hash);
    }
    check.equal(unexpected(page), []);
    check.equal(page.foreign, []);
    await page.context().close();
  });
}

/** The real server with its fixture's data: what the mock promises must be true there. */
async function fixtureTests(program) {
  const folder = mkdtempSync(join(tmpdir(), 'weir-page-'));
  const server = spawn(program, [folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const line = await new Promise((done, failed) => {
      createInterface({ input: server.stdout }).once('line', done);
      server.once('exit', (code) => failed(new Error(`the server ended with ${code}`)));
    });
    const { port, keys } = JSON.parse(line);
    await realTests(`http://127.0.0.1:${port}`, keys.admin);
  } finally {
    server.stdin.end(); // it ends with its input
    await new Promise((done) => (server.exitCode === null ? server.once('exit', done) : done()));
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  if (option('--fixture')) await fixtureTests(option('--fixture'));
  else if (option('--url')) await realTests(option('--url'), option('--key') ?? process.env.WEIR_KEY ?? '');
  else await mockTests();
} finally {
  await browser.close();
}
process.exit(tap.end());
