// Deliveries that wait in core.pending and not in memory: order, crashes, and many of them (PORTTI_TEST_FULL=1: a
// million).
'use strict';
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const t = require('./tools.js');
const { sql, sleep, until } = t;

const full = process.env.PORTTI_TEST_FULL === '1';
const receiver = new t.Receiver();
const number = (seen) => JSON.parse(seen.body).record.n;
const states = (hook) => sql(`select string_agg(state, ' ' order by seq) from core.pending where webhook_id = '${hook.id}'`);
const memory = (pid, name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

// Its rows are dropped in pieces, by what PostgreSQL says of the webhook; the dispatcher hears of it when it reads.
async function disabledHalfway(start, object, settings) {
  const many = 40000;
  const last = 100;
  const hook = await t.webhook(receiver, object, {});
  const beside = await t.webhook(receiver, `${object}beside`, {});
  await sql(`insert into core.pending select '${hook.id}', gen_random_uuid(), nextval('core.outbox_seq'), now(), gen_random_uuid(), 3, 'retry',
      now() + interval '1 hour', 500, null from generate_series(1, ${many});
    ${t.insertEvents(object, last)}
    insert into core.pending select '${hook.id}', event_id, seq, created_at, record_id, 1, 'retry', now() + interval '6 s', 500, null
      from core.outbox where object_name = '${object}';
    update core.cursor set snapshot = pg_current_snapshot();
    analyze core.pending;`);
  const dispatcher = await start(settings);
  await until('it has them all', 10, async () => (await dispatcher.metric('portti_deliveries_parked')) >= many + last);
  await sql(`update core.webhook set disabled_at = now() where id = '${hook.id}'; ${t.insertEvents(`${object}beside`, 1)}`);
  const left = () => sql(`select count(*) from core.pending where webhook_id = '${hook.id}'`).then(Number);
  await until('the first of its rows are gone', 3, async () => (await left()) < many);
  await sql(`update core.webhook set disabled_at = null where id = '${hook.id}'`);
  await until('the other has its event', 1, () => receiver.of(beside.path).length === 1);
  await until('the last ones come', 15, () => receiver.of(hook.path).length === last);
  const rest = await left();
  assert.ok(rest > 0, 'it was enabled in the middle of it');
  await until('the others are known again', 3, async () => (await dispatcher.metric('portti_deliveries_parked')) === rest);
  assert.equal(await sql(`select count(*) from core.attempt where webhook_id = '${hook.id}' and outcome = 'disabled' and response = 'the webhook was disabled'`), String(many - rest));
  await t.deleteWebhook(hook);
  await until('nothing waits', 15, async () => (await left()) === 0);
  assert.equal(await sql(`select count(*) from core.attempt where webhook_id = '${hook.id}' and response = 'the webhook was deleted'`), String(rest));
}

const cases = {
  async 'behind a parked retry its record waits, the others do not, over a kill'(start) {
    let dispatcher = await start({ retry_ahead: '300ms' });
    const hook = await t.webhook(receiver, 'parked', { columns: { retry_schedule: '3s' } });
    const record = `'${crypto.randomUUID()}'`;
    let failed = false;
    receiver.behaviours.set(hook.path, (response) => {
      response.writeHead(failed ? 200 : 503).end();
      failed = true;
    });
    const list = receiver.of(hook.path);
    const begun = Date.now();
    await sql(t.insertEvents('parked', 1, { recordId: record }));
    await until('it is parked', 2, async () => (await dispatcher.metric('portti_deliveries_parked')) === 1);
    await sql(t.insertEvents('parked', 100, { recordId: record, from: 2 }) + t.insertEvents('parked', 5, { from: 1000 }));
    await until('the others are here', 1, () => list.length === 6);
    await until('the later ones are parked, too', 1, async () => (await dispatcher.metric('portti_deliveries_parked')) === 101);
    assert.equal(await states(hook), `retry${' waiting'.repeat(100)}`);
    await dispatcher.stop('SIGKILL');
    dispatcher = await dispatcher.start();
    await until('all are here', 6, () => list.length >= 107);
    assert.ok(Date.now() - begun > 2900);
    assert.deepEqual(list.slice(1).map(number).filter((n) => n < 1000), [...Array(101).keys()].map((n) => n + 1));
    await until('nothing waits', 3, async () => await states(hook) === '');
    assert.equal(await dispatcher.metric('portti_deliveries_parked'), 0);
  },

  async 'a parked endpoint: everything waits, and comes in order'(start) {
    let dispatcher = await start({ retry_ahead: '300ms' });
    const hook = await t.webhook(receiver, 'line', { columns: { retry_schedule: '2s', delivery_order: 'endpoint' } });
    let failed = false;
    receiver.behaviours.set(hook.path, (response) => {
      response.writeHead(failed ? 200 : 503).end();
      failed = true;
    });
    const list = receiver.of(hook.path);
    await sql(t.insertEvents('line', 150));
    await until('all are parked', 3, async () => (await dispatcher.metric('portti_deliveries_parked')) === 150);
    assert.equal(list.length, 1);
    await dispatcher.stop('SIGKILL');
    dispatcher = await dispatcher.start();
    await sql(t.insertEvents('line', 10, { from: 151 }));
    await until('all are here', 6, () => list.length >= 161);
    assert.deepEqual(list.slice(1).map(number), [...Array(160).keys()].map((n) => n + 1));
    await until('nothing waits', 3, async () => await states(hook) === '');
  },

  async 'stopped while it asks what the last owner had decided: the cursor does not pass what it was about to read'(start) {
    const hook = await t.webhook(receiver, 'asking', {});
    let release;
    receiver.behaviours.set(hook.path, (response, seen, n) => { if (n === 1) release = () => response.writeHead(204).end(); else response.writeHead(204).end(); });
    // One that waits in core.pending keeps the dispatcher from ending at once; the others it reads from the outbox.
    await sql(t.insertEvents('asking', 1));
    await sql(`insert into core.pending select '${hook.id}', event_id, seq, created_at, record_id, 0, 'in_flight', now(), null, null from core.outbox where object_name = 'asking';
      update core.cursor set snapshot = pg_current_snapshot(), upper = null;`);
    await sql(t.insertEvents('asking', 20, { from: 2 }));
    const locked = sql('begin; lock table core.attempt in access exclusive mode; select pg_sleep(3); commit;');
    const activity = (condition) => sql(`select count(*) from pg_stat_activity where pid <> pg_backend_pid() and ${condition}`).then(Number);
    await until('the table is locked', 2, () => activity(`query like '%pg_sleep%' and wait_event = 'PgSleep'`));
    let dispatcher = await start({ delivery_timeout: '10s' });
    await until('the one is under way, and it asks', 2, async () => release && await activity(`wait_event_type = 'Lock' and query like 'select webhook_id, event_id from core.attempt%'`));
    const ended = dispatcher.stop();
    await locked;
    await sleep(300);
    release();
    assert.equal(await ended, 0);
    dispatcher = await start();
    await until('all are here', 3, () => receiver.of(hook.path).length >= 21);
    assert.deepEqual(receiver.of(hook.path).map(number).sort((a, b) => a - b), [...Array(21).keys()].map((n) => n + 1));
  },

  async 'an event that is gone is given up, and takes no other with it'(start) {
    const hook = await t.webhook(receiver, 'gone', { columns: { paused_at: 'now' } });
    let dispatcher = await start();
    // These are read back first: one alone, then the one that will be gone together with many others.
    const [alone, record] = [0, 1].map((n) => `00000000-0000-4000-8000-00000000000${n}`);
    await sql(t.insertEvents('gone', 1, { recordId: `'${alone}'` }) + t.insertEvents('gone', 2, { recordId: `'${record}'`, from: 2 }) + t.insertEvents('gone', 599, { from: 4 }));
    await until('all wait', 5, async () => Number(await sql(`select count(*) from core.pending where webhook_id = '${hook.id}'`)) === 602);
    await dispatcher.stop();
    await sql(`delete from core.outbox where object_name = 'gone' and record_id = '${record}' and record like '%"n":2}';
      update core.webhook set paused_at = null where id = '${hook.id}'`);
    dispatcher = await start();
    await until('nothing waits', 10, async () => Number(await sql(`select count(*) from core.pending where webhook_id = '${hook.id}'`)) === 0);
    const outcomes = t.lines(await sql(`select outcome || ' ' || coalesce(error || ' ', '') || count(*) from core.attempt where webhook_id = '${hook.id}' group by outcome, error order by 1`));
    assert.deepEqual(outcomes, ['delivered 601', 'gave_up lost 1']);
  },

  async 'large records for a receiver that hangs: memory has few of them, and all come in order over a kill'(start) {
    let dispatcher = await start({ retry_schedule: '300ms', delivery_timeout: '60s' });
    const size = 200000;
    const large = (count, extra) => t.insertEvents('large', count, extra).replace('<b>', `' || repeat('x', ${size}) || '`);
    const stuck = await t.webhook(receiver, 'large-stuck', { object: 'large' });
    const free = await t.webhook(receiver, 'large-free', { object: 'large' });
    const held = [];
    let open = false;
    receiver.behaviours.set(stuck.path, (response) => (open ? response.writeHead(200).end() : held.push(response)));
    const record = crypto.randomUUID();
    for (let i = 0; i < 15; i++) await sql(large(40, { from: 40 * i + 1, recordId: i % 5 === 0 ? `'${record}'` : 'gen_random_uuid()' }));
    const got = (hook) => new Set(receiver.of(hook.path).map((seen) => seen.headers['webhook-id'])).size;
    await until('the free one has all', 20, () => got(free) === 600);
    const keptMb = await dispatcher.metric('portti_delivery_event_bytes') / 1e6;
    assert.ok(keptMb > 10 && keptMb < 20, `${keptMb} MB wait`);
    await dispatcher.stop('SIGKILL');
    open = true;
    held.forEach((response) => response.destroy());
    const begun = receiver.of(stuck.path).length;
    dispatcher = await start({ retry_schedule: '300ms', delivery_timeout: '60s' });
    await until('the other one has all', 30, () => got(stuck) === 600);
    const numbers = receiver.of(stuck.path).slice(begun).map((seen) => JSON.parse(seen.body).record.n).filter((n) => (n - 1) % 200 < 40);
    const seen = numbers.filter((n, i) => numbers.indexOf(n) === i);
    assert.deepEqual(seen, [...seen].sort((a, b) => a - b));
    await until('nothing waits', 10, async () => Number(await sql(`select count(*) from core.pending where webhook_id = '${stuck.id}'`)) === 0);
  },

  async 'a webhook that is deleted takes its parked deliveries with it'(start) {
    const dispatcher = await start({ retry_ahead: '300ms' });
    const hook = await t.webhook(receiver, 'removed', { columns: { retry_schedule: '1h' } });
    receiver.behaviours.set(hook.path, (response) => response.writeHead(500).end());
    await sql(t.insertEvents('removed', 20));
    await until('they are parked', 3, async () => (await dispatcher.metric('portti_deliveries_parked')) >= 5);
    await t.deleteWebhook(hook);
    await until('nothing waits', 3, async () => await states(hook) === '');
    assert.equal(await dispatcher.metric('portti_deliveries_parked'), 0);
    // None of them says for ever that another attempt is to come.
    assert.equal(await sql(`select count(*) from (select distinct on (webhook_id, event_id) outcome from core.attempt where webhook_id = '${hook.id}' order by webhook_id, event_id, started_at desc) a where outcome = 'failed'`), '0');
  },

  async 'a webhook with many rows is disabled: others do not wait; enabled again meanwhile, the rest goes on'(start) {
    await disabledHalfway(start, 'halfway', {});
  },

  async 'the same, when the next piece finds it enabled before the dispatcher has heard of it'(start) {
    await disabledHalfway(start, 'heardlate', { poll_interval: '1s' });
  },

  async 'the time of day is the database\'s: whatever this machine\'s clock says, and how it jumps'(start) {
    if (!clock) return;
    const days = (n) => fs.writeFileSync(clock.file, `${n < 0 ? '' : '+'}${n * 86400}\n`);
    days(2);
    let dispatcher = await start({ retry_schedule: '2s,2s,2s,2s' }, clock.how);
    const hook = await t.webhook(receiver, 'clock', {});
    const list = receiver.of(hook.path);
    const answers = [{}, {}, { 'retry-after': () => new Date(Date.now() + 4000).toUTCString() }];
    receiver.behaviours.set(hook.path, (response, seen, n) => {
      const headers = Object.fromEntries(Object.entries(answers[n - 1] ?? {}).map(([name, value]) => [name, value()]));
      response.writeHead(n > answers.length ? 200 : 503, headers).end();
    });
    await sql(t.insertEvents('clock', 1));
    await until('the first try fails', 3, () => list.length === 1);
    days(-2);
    await until('the clock stepped back: the second try comes all the same', 4, () => list.length === 2);
    await dispatcher.stop();
    days(0);
    dispatcher = await start({ retry_schedule: '2s,2s,2s,2s' }, clock.how);
    await until('planned by another clock: the third', 6, () => list.length === 3);
    days(2);
    await until('after the date that it asked for: the fourth', 8, () => list.length === 4);
    const waits = list.slice(1).map((seen, i) => seen.at - list[i].at);
    assert.ok(waits.slice(0, 2).every((ms) => ms > 1900) && waits[2] > 2900, `${waits}`);
    for (const seen of list) assert.ok(Math.abs(Number(seen.headers['webhook-timestamp']) * 1000 - seen.at) < 2000, 'signed with the right time');
    assert.equal(await sql(`select bool_and(started_at between now() - interval '1 min' and now() and coalesce(next_at < now() + interval '10 s', true)) from core.attempt where webhook_id = '${hook.id}'`), 't');
  },

  async 'many pending retries: little memory, a quick start, and each in its time'(start) {
    const many = full ? 1000000 : 50000;
    const soon = 500;
    const hook = await t.webhook(receiver, 'many', {});
    await sql(`insert into core.pending select '${hook.id}', gen_random_uuid(), nextval('core.outbox_seq'), now(), gen_random_uuid(), 3, 'retry',
        now() + interval '1 hour' + random() * interval '20 hours', 500, null from generate_series(1, ${many});
      ${t.insertEvents('many', soon)}
      insert into core.pending select '${hook.id}', event_id, seq, created_at, record_id, 1, 'retry', now() + interval '${full ? 25 : 10} s' + random() * interval '5 s', 500, null
        from core.outbox where object_name = 'many';
      update core.cursor set snapshot = pg_current_snapshot();
      analyze core.pending;`);
    const due = new Map(t.lines(await sql(`select event_id || ' ' || (extract(epoch from next_at) * 1000)::bigint from core.pending
      where webhook_id = '${hook.id}' and attempt = 1`)).map((line) => line.split(' ')).map(([id, at]) => [id, Number(at)]));
    const list = receiver.of(hook.path);
    const begun = Date.now();
    const dispatcher = await start({ retry_ahead: '4s' });
    await until('it has them all', 20, async () => (await dispatcher.metric('portti_deliveries_parked')) >= many);
    const ready = Date.now() - begun;
    const idle = memory(dispatcher.child.pid, 'VmRSS');
    await sql(t.insertEvents('many', 1, { from: 7777 }));
    await until('a new one is not in their way', 2, () => list.length === 1 && number(list[0]) === 7777);
    await until('the ones that are due are here', 40, () => list.length === soon + 1);
    const late = list.slice(1).map((seen) => seen.at - due.get(seen.headers['webhook-id'])).sort((a, b) => a - b);
    const most = memory(dispatcher.child.pid, 'VmHWM');
    console.log(`# ${many} pending: ready after ${ready} ms, ${idle.toFixed(0)} MB, at most ${most.toFixed(0)} MB; due ones late by p50 ${late[soon / 2]} ms, p99 ${late[Math.floor(soon * 0.99)]} ms, at most ${late.at(-1)} ms`);
    assert.ok(ready < 3000 && most < 150, 'ready within 3 s, under 150 MB');
    assert.ok(late[0] >= -5 && late[Math.floor(soon * 0.99)] < 250, 'within 250 ms');
  },
};

// Debian's libfaketime moves the wall clock of one program, as a file says. It leaves files in /dev/shm: a mount of its own.
function fakeClock() {
  const library = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketimeMT.so.1`;
  const file = `${process.env.LOG_FOLDER}/clock`;
  const settings = `LD_PRELOAD=${library} FAKETIME_TIMESTAMP_FILE=${file} FAKETIME_CACHE_DURATION=1 FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1`;
  const wrap = ['unshare', '-m', 'sh', '-c', `mount -t tmpfs tmpfs /dev/shm && exec env ${settings} "$@"`, 'sh'];
  fs.writeFileSync(file, '+0\n');
  const tried = fs.existsSync(library) && spawnSync(wrap[0], [...wrap.slice(1), process.env.DISPATCHER, '--help'], { encoding: 'utf8' }).status === 0;
  if (!tried) console.log('skip the time of day: libfaketime is not installed, does not suit this program, or nothing may be mounted');
  return tried && { file, how: { wrap } };
}
const clock = fakeClock();

t.runCases(cases, receiver);
