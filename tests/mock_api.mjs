// A server for the page's tests: the API of weir over a small world in memory, in which one column went missing upstream.
// It speaks HTTP, WebSocket and server-sent events, and can be told to misbehave. Also for working on the page:
//   node tests/mock_api.mjs [PORT]
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brokenWorld } from './mock_world.mjs';

const DIST = fileURLToPath(new URL('../web/dist/', import.meta.url));
const CSP = "default-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:";
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
export const KEY = 'weir-test-key';

export async function startMock({ port = 0 } = {}) {
  const mock = {
    world: brokenWorld(Date.now() * 1000),
    role: 'admin',
    failing: new Map(), // path prefix -> status: those requests fail
    websockets: true, // false: upgrades are refused
    posts: [], // {path, body, key} of every change asked for
    opened: [], // {how, after} of every live connection
    clients: new Set(),
    sessions: new Set(),
  };
  const server = http.createServer((req, res) => {
    answer(mock, req, res).catch((e) => res.writeHead(500).end(String(e)));
  });
  server.on('upgrade', (req, socket) => upgrade(mock, req, socket));
  await new Promise((done) => server.listen(port, '127.0.0.1', done));
  mock.url = `http://127.0.0.1:${server.address().port}`;
  /** The cookie of somebody who is signed in. */
  mock.session = () => {
    mock.sessions.add('known');
    return { name: 'weir_session', value: 'known', url: mock.url };
  };
  /** A new entry: kept, and sent to everybody who listens. */
  mock.push = (entry) => {
    const e = mock.world.add(entry);
    for (const c of mock.clients) c.send(e);
    return e;
  };
  /** Cut every live connection without a word. */
  mock.drop = () => {
    for (const c of mock.clients) c.socket.destroy();
    mock.clients.clear();
  };
  mock.stop = () => {
    mock.drop();
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  };
  return mock;
}

async function answer(mock, req, res) {
  const url = new URL(req.url, 'http://mock');
  if (!url.pathname.startsWith('/api/')) return file(url.pathname, res);
  const where = url.pathname.replace('/api/v1', '');
  for (const [prefix, status] of mock.failing) if (where.startsWith(prefix)) return problem(res, status, 'Injected failure');
  if (where === '/login' && req.method === 'POST') return login(mock, req, res);
  if (where === '/logout' && req.method === 'POST') return logout(mock, req, res);
  if (!known(mock, req)) return problem(res, 401, 'A key is needed');
  if (where === '/events/stream') return stream(mock, url, req, res);
  if (req.method === 'POST') return change(mock, where, req, res);
  const found = lookUp(mock, where, url.searchParams);
  return found === undefined ? problem(res, 404, 'There is no such thing', where) : json(res, 200, found);
}

function known(mock, req) {
  const session = /weir_session=(\w+)/.exec(req.headers.cookie ?? '')?.[1];
  return mock.sessions.has(session);
}

async function login(mock, req, res) {
  const { key } = JSON.parse(await body(req));
  if (key !== KEY) return problem(res, 401, 'No such key');
  const session = `s${mock.sessions.size + 1}`;
  mock.sessions.add(session);
  res.setHeader('set-cookie', `weir_session=${session}; HttpOnly; SameSite=Strict; Path=/`);
  return json(res, 200, { name: 'ada', role: mock.role });
}

function logout(mock, req, res) {
  mock.sessions.clear();
  res.setHeader('set-cookie', 'weir_session=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0');
  res.writeHead(204).end();
}

async function change(mock, where, req, res) {
  const text = await body(req);
  const given = text ? JSON.parse(text) : {};
  mock.posts.push({ path: where, body: given, key: req.headers['idempotency-key'] });
  const [, id, verdict] = /^\/approvals\/([^/]+)\/(approve|reject)$/.exec(where) ?? [];
  const [, about, act] = /^\/inquiries\/([^/]+)\/(label|assign|answer|close)$/.exec(where) ?? [];
  const inquiry = mock.world.inquiries.find((i) => i.id === about);
  if (inquiry) return json(res, 200, Object.assign(inquiry, act === 'label' ? { ...given, labelled_by: 'ada', state: 'open' } : { state: act === 'close' ? 'closed' : inquiry.state }));
  const [, draft, decided] = /^\/knowledge\/drafts\/([^/]+)\/(approve|reject)$/.exec(where) ?? [];
  if (draft) mock.world.drafts.find((d) => d.id === draft).state = `${decided}d`.replace('td', 'ted');
  if (draft || where === '/knowledge/feedback') return json(res, 200, { seq: 99 });
  const [, name, move] = /^\/registry\/([^/]+)\/(promote|rollback|trial)$/.exec(where) ?? [];
  const model = mock.world.models.find((m) => m.name === name);
  if (model) return json(res, 200, moveModel(model, move));
  const [, schedule, wish] = /^\/schedules\/([^/]+)\/(run|pause|resume)$/.exec(where) ?? [];
  const planned = mock.world.schedules.find((s) => s.name === schedule);
  if (planned) return json(res, 200, wishSchedule(planned, wish));
  const approval = mock.world.approvals.find((a) => a.id === id);
  if (!approval) return problem(res, 404, 'There is no such thing', where);
  if (approval.state !== 'pending') return problem(res, 409, 'Already answered', `${id} is ${approval.state}.`);
  for (const e of mock.world.answer(approval, verdict, given.comment ?? '', 'ada')) for (const c of mock.clients) c.send(e);
  return json(res, 200, { seq: mock.world.journal.length });
}

const inUse = (model) => model.aliases.find((a) => a.alias === 'champion');

function registered(m) {
  const newest = m.versions[0];
  return { name: m.name, kind: newest.kind, newest: newest.version, time: newest.time, champion: inUse(m).version, challenger: m.trial?.version ?? 0, share: m.trial?.share ?? 0, metrics: newest.metrics };
}

function moveModel(model, move) {
  if (move === 'promote') return { seq: 1, promoted: false, why: 'accuracy 0.91 after 0.905: not better by 0.01' };
  if (move === 'trial') model.trial = null;
  else inUse(model).version = model.moves[0].before;
  return { seq: 1 };
}

function wishSchedule(schedule, wish) {
  if (wish === 'run') schedule.last = { ...schedule.last, id: 'srn-99', state: 'running', asked_by: 'ada', summary: '', ended: null };
  else schedule.paused_by = wish === 'pause' ? 'ada' : '';
  return { seq: 99, id: 'srn-99' };
}

/** Rows below the cursor, with the one after them. */
function paged(items, query) {
  const limit = Number(query.get('limit') ?? 50);
  const rest = items.filter((i) => i.seq < Number(query.get('cursor') ?? Infinity));
  return { items: rest.slice(0, limit), next_cursor: rest.length > limit ? String(rest[limit - 1].seq) : null };
}

function lookUp(mock, where, query) {
  const w = mock.world;
  const [, noun, id, part] = where.split('/').map(decodeURIComponent);
  const limit = Number(query.get('limit') ?? 50);
  const list = (items) => ({ items: items.slice(0, limit), next_cursor: items.length > limit ? 'more' : null });
  const newest = (items) => [...items].sort((a, b) => b.seq - a.seq);
  const named = (items) => items.filter((x) => !query.get('pipeline') || x.pipeline === query.get('pipeline'));
  switch (noun) {
    case 'me': return { name: 'ada', role: mock.role };
    case 'stats': return w.stats();
    case 'lineage': return w.lineage;
    case 'pipelines':
      if (!id) return list(w.pipelines);
      if (part === 'runs') return list(newest(w.runs.filter((r) => r.pipeline === id)));
      return w.pipelines.find((p) => p.name === id);
    case 'findings': return list(newest(named(w.findings)));
    case 'incidents': return id ? w.incident(id) : list(newest(named(w.incidents)).filter((i) => (query.get('state') === 'active') === (i.state !== 'resolved')));
    case 'cases': return w.caseFile(id);
    case 'inquiries':
      if (id) return w.inquiries.find((i) => i.id === id);
      return paged(newest(w.inquiries).filter((i) => ['active', i.state].includes(query.get('state') ?? i.state) && (query.get('category') ?? i.category) === i.category && i.subject.includes(query.get('q') ?? '')), query);
    case 'schedules':
      if (!id) return list(w.schedules);
      if (part === 'runs') return paged(w.schedules.filter((s) => s.name === id && s.last).flatMap((s) => Array.from({ length: 60 }, (_, n) => ({ ...s.last, id: `srn-${60 - n}`, seq: 60 - n, schedule: id }))), query);
      return w.schedules.find((s) => s.name === id);
    case 'knowledge':
      if (id !== 'drafts') return w.knowledge[id];
      return part ? w.drafts.find((d) => d.id === part) : list(w.drafts.filter((d) => d.state === query.get('state')));
    case 'registry': return id ? w.models.find((m) => m.name === id) : list(w.models.map(registered));
    case 'approvals': return list(newest(w.approvals));
    case 'series': return id ? w.samples(id, Number(query.get('points'))) : list(named(w.series));
    case 'journal':
      if (id) return w.journal.find((e) => e.seq === Number(id));
      return list(w.journal.filter((e) => e.seq > Number(query.get('after') ?? 0)));
    default: return undefined;
  }
}

// Live: both ways send what is missing first, then what comes.

function join(mock, how, after, socket, write) {
  mock.opened.push({ how, after });
  const client = { socket, send: (e) => write(JSON.stringify(e)) };
  for (const e of mock.world.journal) if (e.seq > after) client.send(e);
  mock.clients.add(client);
  socket.on('close', () => mock.clients.delete(client));
  socket.on('error', () => mock.clients.delete(client));
}

function stream(mock, url, req, res) {
  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  res.write(': hello\n\n');
  join(mock, 'stream', Number(url.searchParams.get('after') ?? 0), req.socket, (text) => res.write(`data: ${text}\n\n`));
}

function upgrade(mock, req, socket) {
  const url = new URL(req.url, 'http://mock');
  if (!mock.websockets || url.pathname !== '/api/v1/events' || !known(mock, req)) {
    mock.opened.push({ how: 'refused' });
    return socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  }
  const accept = createHash('sha1').update(`${req.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
  socket.on('data', (d) => (d[0] & 0x0f) === 8 && socket.end());
  join(mock, 'socket', Number(url.searchParams.get('after') ?? 0), socket, (text) => socket.write(frame(text)));
  return undefined;
}

/** One unmasked text frame. */
function frame(text) {
  const data = Buffer.from(text);
  const head = data.length < 126 ? Buffer.from([0x81, data.length]) : Buffer.alloc(data.length < 65536 ? 4 : 10);
  if (head.length === 4) {
    head.writeUInt16BE(0x817e, 0);
    head.writeUInt16BE(data.length, 2);
  } else if (head.length === 10) {
    head.writeUInt16BE(0x817f, 0);
    head.writeBigUInt64BE(BigInt(data.length), 2);
  }
  return Buffer.concat([head, data]);
}

// Plain HTTP.

async function file(name, res) {
  const wanted = path.join(DIST, name === '/' ? 'index.html' : path.normalize(name));
  try {
    const data = await readFile(wanted);
    res.writeHead(200, { 'content-type': TYPES[path.extname(wanted)] ?? 'application/octet-stream', 'content-security-policy': CSP, 'cache-control': 'no-cache' });
    res.end(data);
  } catch {
    problem(res, 404, 'No such page');
  }
}

function json(res, status, value) {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function problem(res, status, title, detail = '') {
  res.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ type: 'about:blank', status, title, detail }));
}

async function body(req) {
  const parts = [];
  for await (const p of req) parts.push(p);
  return Buffer.concat(parts).toString();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const mock = await startMock({ port: Number(process.argv[2] ?? 7420) });
  console.log(`${mock.url}  key: ${KEY}`);
}
