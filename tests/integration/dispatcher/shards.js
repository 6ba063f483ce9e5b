// Several dispatchers share the work.
'use strict';
const assert = require('node:assert');
const crypto = require('node:crypto');
const net = require('node:net');
const { spawnSync } = require('node:child_process');
const t = require('./tools.js');
const { sleep, sql, until } = t;

const receiver = new t.Receiver();
const LEASE = { lease_time: '2s', max_in_flight: '48' };
let ports;

const freePort = () => new Promise((done) => {
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});
const listenThere = receiver.listen.bind(receiver);
receiver.listen = async () => {
  await listenThere();
  ports = [await freePort(), await freePort(), await freePort()];
};

function setShards(count) {
  return spawnSync(t.env.DISPATCHER, ['--set', `database_url=${t.env.DATABASE_URL}`, '--set', `secret_key=${t.serverSecret}`, '--set-shards', String(count)], { encoding: 'utf8' });
}
const startOne = (i, settings = {}) => new t.Dispatcher({ ...LEASE, admin_port: ports[i], ...settings }).start();
const owned = (dispatchers) => Promise.all(dispatchers.map((one) => one.metric('portti_shards')));
const total = async (dispatchers) => (await owned(dispatchers)).reduce((a, b) => a + b, 0);

async function withShards(count, run) {
  const set = setShards(count);
  assert.equal(set.status, 0, set.stderr);
  const all = [];
  try {
    await run(all);
    for (const one of all) assert.equal(await one.stop(), 0);
  } finally {
    for (const one of all) await one.stop('SIGKILL');
    await sql(`update core.cursor set lease_until = '-infinity'`);
    assert.equal(setShards(1).status, 0);
  }
}

// Nothing missing, each record in order; returns how many came twice.
function judge(hooks, expected) {
  let repeated = 0;
  for (const hook of hooks) {
    const list = receiver.of(hook.path);
    const newest = new Map();
    const seen = new Set();
    for (const { headers, body } of list) {
      const { record } = JSON.parse(body);
      repeated += seen.has(headers['webhook-id']) ? 1 : 0;
      const key = headers['x-record'] ?? record.id;
      if (!seen.has(headers['webhook-id'])) {
        assert.ok(record.n > (newest.get(key) ?? 0), `${hook.name}: ${record.n} behind ${newest.get(key)}`);
        newest.set(key, record.n);
      }
      seen.add(headers['webhook-id']);
    }
    assert.equal(seen.size, expected, hook.name);
  }
  return repeated;
}

// One record's changes, numbered on; every webhook of the object gets all of them.
async function write(object, from, count) {
  await sql(t.insertEvents(object, count, { from, recordId: `'${record}'` }));
}
const record = crypto.randomUUID();

const cases = {
  async 'three dispatchers share three shards; one is killed: the others take over within 5 s, in order, and give back'() {
    await withShards(3, async (all) => {
      all.push(await startOne(0));
      await until('the first has all', 10, async () => (await owned(all))[0] === 3);
      const hooks = [];
      for (let i = 0; i < 12; i++) hooks.push(await t.webhook(receiver, `shared-${i}`, { object: 'shared' }));
      all.push(await startOne(1), await startOne(2));
      await until('each has one', 15, async () => (await owned(all)).join() === '1,1,1');
      let written = 0;
      let writing = true;
      const writer = (async () => {
        while (writing) {
          await write('shared', written + 1, 10);
          written += 10;
          await sleep(30);
        }
      })();
      await sleep(700);
      const begun = Date.now();
      await all[1].stop('SIGKILL');
      const alive = [all[0], all[2]];
      await until('the others have all', 10, async () => await total(alive) === 3);
      const tookOver = Date.now() - begun;
      assert.ok(tookOver < 5000, `${tookOver} ms`);
      await sleep(500);
      await all[1].start();
      await until('each has one again', 15, async () => (await owned(all)).join() === '1,1,1');
      writing = false;
      await writer;
      await until('all are here', 20, () => hooks.every((hook) => new Set(receiver.of(hook.path).map((seen) => seen.headers['webhook-id'])).size >= written));
      await sleep(300);
      const repeated = judge(hooks, written);
      assert.ok(repeated <= 48 + 256, `${repeated} repeated`);
      console.log(`# ${written} events to 12 webhooks; taken over after ${tookOver} ms; ${repeated} came twice`);
    });
  },

  async 'a dispatcher that slept writes nothing for a shard that is another’s'() {
    await withShards(2, async (all) => {
      all.push(await startOne(0), await startOne(1));
      await until('each has one', 15, async () => (await owned(all)).join() === '1,1');
      const hooks = [];
      for (let i = 0; i < 6; i++) hooks.push(await t.webhook(receiver, `slept-${i}`, { object: 'slept' }));
      await write('slept', 1, 50);
      all[0].child.kill('SIGSTOP');
      await write('slept', 51, 50);
      await until('the other has both', 10, async () => await total([all[1]]) === 2);
      await until('all are here', 10, () => hooks.every((hook) => new Set(receiver.of(hook.path).map((seen) => seen.headers['webhook-id'])).size >= 100));
      all[0].child.kill('SIGCONT');
      await until('they share again', 15, async () => (await owned(all)).join() === '1,1');
      await write('slept', 101, 50);
      await until('all are here again', 10, () => hooks.every((hook) => new Set(receiver.of(hook.path).map((seen) => seen.headers['webhook-id'])).size >= 150));
      judge(hooks, 150);
    });
  },

  async 'the number of shards changes only while none runs, and retries are kept'() {
    await withShards(1, async (all) => {
      all.push(await startOne(0, { retry_schedule: '3s', retry_ahead: '100ms' }));
      await until('it works', 10, async () => (await owned(all))[0] === 1);
      const refused = setShards(4);
      assert.equal(refused.status, 2);
      assert.match(refused.stderr, /dispatchers are running/);
      const hooks = [];
      for (let i = 0; i < 8; i++) {
        hooks.push(await t.webhook(receiver, `resplit-${i}`, { object: 'resplit' }));
        receiver.behaviours.set(hooks[i].path, (response, seen, count) => response.writeHead(count === 1 ? 500 : 200).end());
      }
      await write('resplit', 1, 3);
      await until('all have failed once', 10, async () => Number(await sql('select count(*) from core.pending')) >= 8);
      assert.equal(await all[0].stop(), 0);
      assert.equal(setShards(4).status, 0);
      await all[0].start();
      all.push(await startOne(1));
      await until('they share', 15, async () => (await owned(all)).join() === '2,2');
      await until('all are here', 15, () => hooks.every((hook) => receiver.of(hook.path).length === 4));
      await sleep(300);
      for (const hook of hooks) assert.deepEqual(receiver.of(hook.path).map((seen) => JSON.parse(seen.body).record.n), [1, 1, 2, 3], hook.name);
    });
  },

  async 'a dispatcher that stands by ends when the shards have changed'() {
    await withShards(1, async (all) => {
      all.push(await startOne(0));
      await until('it works', 10, async () => (await owned(all))[0] === 1);
      const standby = await startOne(1);
      all[0].child.kill('SIGSTOP');
      process.kill(standby.child.pid, 'SIGSTOP');
      await sql(`update core.cursor set lease_until = '-infinity'`);
      assert.equal(setShards(2).status, 0);
      process.kill(standby.child.pid, 'SIGCONT');
      all[0].child.kill('SIGCONT');
      await until('both have ended', 10, () => all[0].how !== undefined && standby.how !== undefined);
      assert.deepEqual([all[0].how, standby.how], [0, 0]);
    });
  },
};

t.runCases(cases, receiver);
