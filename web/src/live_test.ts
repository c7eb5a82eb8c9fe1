import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from './api';
import { coalesce } from './coalesce';
import { Live, waitMs, type LiveState, type Wire, type WireEvents } from './live';

interface Opened {
  how: 'socket' | 'stream';
  after: number;
  on: WireEvents;
  closedByUs: boolean;
}

/** Connections and timers that do nothing by themselves: the test says what happens and when. */
class World {
  opened: Opened[] = [];
  timers: { ms: number; f: () => void }[] = [];
  seen: number[] = [];
  states: LiveState[] = [];
  live = new Live({
    socket: this.wire('socket'),
    stream: this.wire('stream'),
    later: (ms, f) => this.later(ms, f),
    random: () => 0,
  });

  constructor() {
    this.live.onEntry((e: Entry) => this.seen.push(e.seq));
    this.live.onState((s) => this.states.push(s));
  }

  wire(how: Opened['how']): Wire {
    return (after, on) => {
      const o: Opened = { how, after, on, closedByUs: false };
      this.opened.push(o);
      return () => (o.closedByUs = true);
    };
  }

  later(ms: number, f: () => void): () => void {
    const t = { ms, f };
    this.timers.push(t);
    return () => (this.timers = this.timers.filter((x) => x !== t));
  }

  get wireNow(): Opened {
    return this.opened.at(-1)!;
  }

  elapse(): number {
    const t = this.timers.shift();
    assert.ok(t, 'something is waiting');
    t.f();
    return t.ms;
  }

  send(seq: number): void {
    this.wireNow.on.message(JSON.stringify({ seq, kind: 'finding', body: {} }));
  }
}

test('entries arrive in order and once, and a new connection resumes after the last one', () => {
  const w = new World();
  w.live.start(40);
  assert.equal(w.wireNow.after, 40);
  w.wireNow.on.open();
  for (const seq of [41, 42, 42, 41, 43]) w.send(seq);
  w.wireNow.on.closed();
  assert.equal(w.live.state, 'waiting');
  w.elapse();
  assert.equal(w.wireNow.after, 43);
  w.wireNow.on.open();
  w.send(43);
  w.send(44);
  assert.deepEqual(w.seen, [41, 42, 43, 44]);
  assert.deepEqual(w.states, ['connecting', 'live', 'waiting', 'connecting', 'live']);
});

test('messages that are no entries are ignored', () => {
  const w = new World();
  w.live.start(0);
  w.wireNow.on.open();
  for (const text of ['', 'nonsense', 'null', '7', '{"seq":"1","kind":"x"}', '{"seq":1.5,"kind":"x"}', '{"seq":2}']) {
    w.wireNow.on.message(text);
  }
  assert.deepEqual(w.seen, []);
  assert.equal(w.live.last, 0);
});

test('sockets that never open lead to a stream, which stays preferred once it worked', () => {
  const w = new World();
  w.live.start(0);
  for (let i = 0; i < 2; i++) {
    w.wireNow.on.closed();
    w.elapse();
  }
  assert.deepEqual(
    w.opened.map((o) => o.how),
    ['socket', 'socket', 'stream'],
  );
  w.wireNow.on.open();
  w.send(5);
  w.wireNow.on.closed();
  w.elapse();
  assert.equal(w.wireNow.how, 'stream');
  assert.equal(w.wireNow.after, 5);
  w.wireNow.on.closed();
  w.elapse();
  assert.equal(w.wireNow.how, 'socket', 'when the stream fails too, the socket has its turn again');
});

test('waits double up to a bound and are drawn apart by chance', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 50].map((n) => waitMs(n, 0)),
    [500, 1000, 2000, 4000, 8000, 15000, 15000],
  );
  assert.equal(waitMs(3, 1), 2000);
  const w = new World();
  w.live.start(0);
  w.wireNow.on.closed();
  assert.equal(w.elapse(), 1000);
  w.wireNow.on.open();
  w.wireNow.on.closed();
  assert.equal(w.elapse(), 500, 'a connection that had opened is tried again soon');
});

test('kick tries at once, and only when it is waiting', () => {
  const w = new World();
  w.live.start(0);
  w.live.kick();
  assert.equal(w.opened.length, 1);
  w.wireNow.on.closed();
  w.live.kick();
  assert.equal(w.opened.length, 2);
  assert.equal(w.timers.length, 0, 'the timer it was waiting for is gone');
});

test('lose gives up a connection that still looks alive, and resumes later', () => {
  const w = new World();
  w.live.lose();
  assert.equal(w.live.state, 'stopped');
  w.live.start(3);
  const old = w.wireNow;
  old.on.open();
  w.live.lose();
  assert.ok(old.closedByUs);
  assert.equal(w.live.state, 'waiting');
  old.on.message('{"seq":4,"kind":"finding"}');
  assert.deepEqual(w.seen, []);
  w.elapse();
  assert.equal(w.wireNow.after, 3);
});

test('stop closes, and late events of an old connection are ignored', () => {
  const w = new World();
  w.live.start(0);
  const old = w.wireNow;
  old.on.open();
  w.live.stop();
  assert.ok(old.closedByUs);
  old.on.message('{"seq":1,"kind":"finding"}');
  old.on.closed();
  assert.deepEqual(w.seen, []);
  assert.equal(w.live.state, 'stopped');
  assert.equal(w.timers.length, 0);
});

test('whatever happens in whatever order: entries once, in order, one connection and one timer at most', () => {
  const seed = 1 + (Date.now() % 1_000_000);
  let x = seed;
  const next = (n: number): number => (x = (x * 16807) % 2147483647) % n;
  for (let round = 0; round < 200; round++) {
    const w = new World();
    let sent = 0;
    w.live.start(0);
    for (let i = 0; i < 60; i++) {
      const act = next(6);
      if (act === 0) w.wireNow.on.open();
      else if (act === 1) w.wireNow.on.closed();
      else if (act === 2 && w.timers.length) w.elapse();
      else if (act === 3) w.live.kick();
      else if (act === 5) w.live.lose();
      else if (w.live.state === 'live') w.send((sent = Math.max(1, w.wireNow.after, sent - next(2) + 1)));
      const told = `seed ${seed} round ${round} step ${i}`;
      assert.ok(w.timers.length <= 1, told);
      assert.ok(w.opened.filter((o) => !o.closedByUs).length <= 1, told);
      assert.ok(w.seen.every((seq, k) => k === 0 || seq > w.seen[k - 1]!), told);
      assert.equal(w.live.last, w.seen.at(-1) ?? 0, told);
    }
  }
});

test('coalesce: many calls, one run; a call during a run, one more', async () => {
  let runs = 0;
  let finish = (): void => {};
  const timers: (() => void)[] = [];
  const c = coalesce(
    150,
    () => {
      runs++;
      return new Promise((done) => (finish = done));
    },
    (_ms, f) => {
      timers.push(f);
      return () => timers.splice(timers.indexOf(f), 1);
    },
  );
  c.call();
  c.call();
  assert.equal(timers.length, 1);
  timers.shift()!();
  assert.equal(runs, 1);
  c.call();
  c.call();
  assert.equal(timers.length, 0, 'nothing is scheduled while the work runs');
  finish();
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(timers.length, 1);
  c.cancel();
  assert.equal(timers.length, 0);
  c.call();
  assert.equal(timers.length, 0, 'cancelled for good');
});
