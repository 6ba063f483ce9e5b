// Cases against a running dispatcher. Each prints one line, "ok …" or "not ok …".
'use strict';
const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const crypto = require('node:crypto');
const net = require('node:net');
const { Webhook } = require('standardwebhooks');
const t = require('./tools.js');
const { sql, sleep, until } = t;

const receiver = new t.Receiver();
let dispatcher;

const redis = (...words) => execFileSync('redis-cli', ['-u', t.env.REDIS_URL.replace('://:', '://default:'), '--no-auth-warning', ...words]);
const ids = (list) => list.map((seen) => seen.headers['webhook-id']);
const attempts = async (hook) => t.lines(await sql(`select outcome || ' ' || coalesce(status::text, error, '') from core.attempt
  where webhook_id = '${hook.id}' order by started_at, attempt`));
const pending = async (hook) => Number(await sql(`select count(*) from core.pending where webhook_id = '${hook.id}'`));

// Every event was delivered, none more often than `most` times in all.
function assertDelivered(list, expected, mostExtra = 0) {
  const seen = new Set(ids(list));
  const missing = expected.filter((id) => !seen.has(id));
  assert.equal(missing.length, 0, `${missing.length} of ${expected.length} are missing`);
  assert.equal(seen.size, expected.length, 'something else was delivered');
  assert.ok(list.length - expected.length <= mostExtra, `${list.length - expected.length} were delivered twice`);
}

const cases = {
  async 'every event once, with the right bytes and signatures'() {
    const secret = crypto.randomBytes(32).toString('hex');
    const hook = await t.webhook(receiver, 'plain', { secret });
    await sql(t.insertEvents('plain', 300));
    await sql(t.insertEvents('plain', 1, { action: 'updated', updatedFields: '["name","n"]', from: 301 }));
    const list = receiver.of(hook.path);
    await until('all are here', 10, () => list.length >= 301);
    await sleep(200);
    assertDelivered(list, await t.eventIds('plain'));
    const workspace = await sql('select id from core.workspace');
    const sequences = new Map(t.lines(await sql("select event_id || ' ' || seq from core.outbox where object_name = 'plain'")).map((line) => line.split(' ')));
    for (const seen of list) {
      const { headers, body } = seen;
      assert.equal(headers['content-type'], 'application/json');
      assert.equal(JSON.stringify(JSON.parse(body)), body, 'not a fixed point of JSON.stringify');
      const stamp = headers['x-twenty-webhook-timestamp'];
      assert.ok(Math.abs(Number(stamp) - seen.at) < 5000);
      const mac = crypto.createHmac('sha256', secret).update(`${stamp}:${body}`).digest('hex');
      assert.equal(headers['x-twenty-webhook-signature'], mac);
      assert.match(headers['x-twenty-webhook-nonce'], /^[0-9a-f]{32}$/);
      assert.equal(headers['x-portti-sequence'], sequences.get(headers['webhook-id']));
      new Webhook(Buffer.from(secret).toString('base64')).verify(body, headers);
    }
    const byId = new Map(list.map((seen) => [seen.headers['webhook-id'], seen.body]));
    const rows = await sql(`select event_id || '|' || to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
      || '|' || record || coalesce(',"updatedFields":' || updated_fields, '') || '|' || action from core.outbox where object_name = 'plain'`);
    for (const [id, date, record, action] of rows.split('\n').map((row) => row.split('|'))) {
      assert.equal(byId.get(id), `{"targetUrl":"${hook.url}","eventName":"plain.${action}","objectMetadata":{"id":"${t.objectId}",` +
        `"nameSingular":"plain"},"workspaceId":"${workspace}","webhookId":"${hook.id}","eventDate":"${date}","record":${record}}`);
    }
    await until('the attempts are recorded', 2, async () => (await attempts(hook)).length === 301);
    assert.ok((await attempts(hook)).every((line) => line === 'delivered 204'));
    assert.equal(await pending(hook), 0);
  },

  async 'a whsec_ secret and no secret'() {
    const encoded = crypto.randomBytes(24).toString('base64');
    const standard = await t.webhook(receiver, 'whsec', { secret: `whsec_${encoded}` });
    const open = await t.webhook(receiver, 'unsigned', { secret: '', object: 'whsec' });
    await sql(t.insertEvents('whsec', 1));
    await until('both are here', 5, () => receiver.of(standard.path).length === 1 && receiver.of(open.path).length === 1);
    const [{ headers, body }] = receiver.of(standard.path);
    new Webhook(encoded).verify(body, headers);
    const stamp = headers['x-twenty-webhook-timestamp'];
    assert.equal(headers['x-twenty-webhook-signature'], crypto.createHmac('sha256', `whsec_${encoded}`).update(`${stamp}:${body}`).digest('hex'));
    const bare = receiver.of(open.path)[0].headers;
    assert.ok(!Object.keys(bare).some((name) => name.startsWith('x-twenty') || name === 'webhook-signature'));
    assert.equal(bare['webhook-id'], headers['webhook-id']);
  },

  async 'only matching operations, and nothing from before the webhook'() {
    await sql(t.insertEvents('early', 3));
    await sleep(5);
    const hook = await t.webhook(receiver, 'early', { operations: ['early.updated', '*.deleted'] });
    await sql(t.insertEvents('early', 2) + t.insertEvents('early', 2, { action: 'updated' }) + t.insertEvents('early', 1, { action: 'deleted' }));
    await until('three are here', 5, () => receiver.of(hook.path).length >= 3);
    await sleep(150);
    assert.deepEqual(receiver.of(hook.path).map((seen) => JSON.parse(seen.body).eventName).sort(), ['early.deleted', 'early.updated', 'early.updated']);
    await t.deleteWebhook(hook);
  },

  async 'number and not time decides what came before a webhook'() {
    const back = `date_trunc('milliseconds', clock_timestamp() - interval '2 days')`;
    const written = t.insertEvents('clocks', 1);
    const behind = written.replace(/date_trunc\('milliseconds', clock_timestamp\(\)\)/, back);
    assert.notEqual(behind, written);
    const id = crypto.randomUUID();
    await sql(`begin; ${written}; insert into core.webhook (id, target_url, operations, secret, created_at, updated_at)
      values ('${id}', 'http://127.0.0.1:${receiver.port}/clocks', array['clocks.*'], '', now() - interval '1 day', now()); ${behind}; commit`);
    await until('the one behind it is here', 5, () => receiver.of('/clocks').length >= 1);
    await sleep(300);
    assert.deepEqual(receiver.of('/clocks').map((seen) => seen.headers['webhook-id']), (await t.eventIds('clocks')).slice(1));
  },

  async 'an event right behind its webhook is not missed'() {
    for (let i = 0; i < 10; i++) {
      const id = crypto.randomUUID();
      const name = `fresh${i}`;
      await sql(`begin; insert into core.webhook (id, target_url, operations, secret, created_at, updated_at)
        values ('${id}', 'http://127.0.0.1:${receiver.port}/${name}', array['${name}.*'], '', date_trunc('milliseconds', clock_timestamp()), now()); commit;
        ${t.insertEvents(name, 1)}`);
    }
    await until('all ten are here', 5, () => [...Array(10).keys()].every((i) => receiver.of(`/fresh${i}`).length === 1));
  },

  async 'a receiver that fails three times gets it at the fourth'() {
    const hook = await t.webhook(receiver, 'flaky');
    receiver.behaviours.set(hook.path, (response, seen, count) => response.writeHead(count <= 3 ? 500 : 200).end('thanks'));
    await sql(t.insertEvents('flaky', 1));
    const list = receiver.of(hook.path);
    await until('the fourth attempt', 8, () => list.length === 4);
    assert.equal(new Set(ids(list)).size, 1);
    assert.equal(new Set(list.map((seen) => seen.body)).size, 1);
    [200, 300, 400].forEach((delay, i) => {
      const waited = list[i + 1].at - list[i].at;
      assert.ok(waited >= delay - 5 && waited < delay + 400, `${waited} ms instead of ${delay}`);
    });
    await until('it is recorded', 2, async () => (await attempts(hook)).length === 4);
    assert.deepEqual(await attempts(hook), ['failed 500', 'failed 500', 'failed 500', 'delivered 200']);
    assert.equal(await pending(hook), 0);
    assert.equal(await sql(`select response from core.attempt where webhook_id = '${hook.id}' and attempt = 4`), 'thanks');
  },

  async 'after the last retry it is given up; 3xx is a failure and not followed'() {
    const hook = await t.webhook(receiver, 'moved');
    const target = receiver.of('/moved-to');
    receiver.behaviours.set(hook.path, (response) => response.writeHead(302, { location: `http://127.0.0.1:${receiver.port}/moved-to` }).end());
    await sql(t.insertEvents('moved', 1));
    await until('it is given up', 8, async () => (await attempts(hook)).length === 4);
    assert.deepEqual(await attempts(hook), ['failed 302', 'failed 302', 'failed 302', 'gave_up 302']);
    assert.equal(target.length, 0);
    assert.equal(await pending(hook), 0);
  },

  async '410 disables the webhook and drops what waits'() {
    const hook = await t.webhook(receiver, 'gone');
    receiver.behaviours.set(hook.path, (response, seen, count) => response.writeHead(count <= 3 ? 500 : 410).end());
    await sql(t.insertEvents('gone', 3));
    await until('it is disabled', 8, async () => await sql(`select disabled_reason from core.webhook where id = '${hook.id}' and disabled_at is not null`) !== '');
    await until('nothing waits', 3, async () => await pending(hook) === 0 && (await attempts(hook)).filter((line) => line.startsWith('disabled')).length === 3);
    const before = receiver.of(hook.path).length;
    await sql(t.insertEvents('gone', 3));
    await sleep(400);
    assert.equal(receiver.of(hook.path).length, before);
  },

  async 'Retry-After is honoured'() {
    const hook = await t.webhook(receiver, 'later');
    receiver.behaviours.set(hook.path, (response, seen, count) => response.writeHead(count === 1 ? 429 : 200, { 'retry-after': '1' }).end());
    await sql(t.insertEvents('later', 1));
    const list = receiver.of(hook.path);
    await until('the second attempt', 5, () => list.length === 2);
    assert.ok(list[1].at - list[0].at >= 990);
  },

  async 'a receiver that never answers times out, and nobody else waits'() {
    const slow = await t.webhook(receiver, 'slow', { object: 'pace' });
    const fast = await t.webhook(receiver, 'fast', { object: 'pace' });
    receiver.behaviours.set(slow.path, () => {});
    await sql(t.insertEvents('pace', 100));
    const begun = Date.now();
    await until('the fast one has all', 5, () => receiver.of(fast.path).length === 100);
    assert.ok(Date.now() - begun < 900);
    await until('time-outs are recorded', 8, async () => (await attempts(slow)).some((line) => line === 'failed timeout'));
    assert.ok(receiver.of(slow.path).length >= 4);
    await t.deleteWebhook(slow);
    await until('nothing waits for a deleted webhook', 8, async () => await pending(slow) === 0);
  },

  async 'refused, blocked, unresolvable and garbage answers are told apart'() {
    const garbage = net.createServer((socket) => { socket.on('error', () => {}); socket.once('data', () => socket.end('hello there\r\n\r\n')); });
    const closing = net.createServer((socket) => { socket.on('error', () => {}); socket.once('data', () => socket.resetAndDestroy()); });
    await new Promise((done) => garbage.listen(0, '127.0.0.1', done));
    await new Promise((done) => closing.listen(0, '127.0.0.1', done));
    const urls = {
      refused: 'http://127.0.0.1:1/', blocked: 'http://10.1.2.3/', blocked2: 'http://[::ffff:169.254.169.254]/', dns: 'http://nobody.invalid/',
      protocol: `http://127.0.0.1:${garbage.address().port}/`, reset: `http://127.0.0.1:${closing.address().port}/`, tls: `https://127.0.0.1:${receiver.port}/`,
      url: 'http://[broken/',
    };
    const hooks = [];
    for (const [name, url] of Object.entries(urls)) hooks.push([name, await t.webhook(receiver, `odd-${name}`, { url, object: 'odd' })]);
    await sql(t.insertEvents('odd', 1));
    for (const [name, hook] of hooks) {
      await until(`${name} is recorded`, 8, async () => (await attempts(hook)).length > 0);
      assert.equal((await attempts(hook))[0], `failed ${name.replace('2', '')}`);
      assert.ok(!/\d+\.\d+\.\d+/.test(await sql(`select response from core.attempt where webhook_id = '${hook.id}' limit 1`)));
      await t.deleteWebhook(hook);
    }
    garbage.close();
    closing.close();
  },

  async 'an answer without end is cut off, and its status counts'() {
    const hook = await t.webhook(receiver, 'endless');
    receiver.behaviours.set(hook.path, (response) => {
      response.writeHead(200);
      const pump = () => { while (!response.destroyed && response.write(Buffer.alloc(65536, 'x'))); };
      response.on('drain', pump);
      pump();
    });
    await sql(t.insertEvents('endless', 1));
    await until('it is recorded', 5, async () => (await attempts(hook)).length === 1);
    assert.deepEqual(await attempts(hook), ['delivered 200']);
    assert.equal(await sql(`select length(response) from core.attempt where webhook_id = '${hook.id}'`), '8192');
  },

  async 'a secret that cannot be read sends nothing and loses nothing'() {
    const hook = await t.webhook(receiver, 'sealed', { sealed: t.seal('x', 'another server secret') });
    await sql(t.insertEvents('sealed', 1));
    await until('it waits', 5, async () => (await attempts(hook)).includes('failed secret'));
    assert.equal(receiver.of(hook.path).length, 0);
    await sql(`update core.webhook set secret = '${t.seal(hook.secret)}' where id = '${hook.id}'`);
    await until('it is delivered', 5, () => receiver.of(hook.path).length === 1);
  },

  async 'one record in order, also over failures'() {
    const hook = await t.webhook(receiver, 'order');
    const failed = new Set();
    receiver.behaviours.set(hook.path, (response, seen) => {
      const n = JSON.parse(seen.body).record.n;
      const fails = n % 7 === 0 && !failed.has(n);
      failed.add(n);
      seen.failed = fails;
      response.writeHead(fails ? 503 : 200).end();
    });
    const record = crypto.randomUUID();
    await sql(t.insertEvents('order', 30, { recordId: `'${record}'` }) + t.insertEvents('order', 100, { from: 1000 }));
    const list = receiver.of(hook.path);
    await until('all are here', 10, () => new Set(ids(list)).size === 130 && list.filter((seen) => !seen.failed).length === 130);
    const numbers = list.filter((seen) => !seen.failed).map((seen) => JSON.parse(seen.body).record.n).filter((n) => n <= 30);
    assert.deepEqual(numbers, [...Array(30).keys()].map((n) => n + 1));
    await until('nothing waits', 3, async () => await pending(hook) === 0);
  },

  async 'an entry in the stream rings the bell'() {
    await dispatcher.stop('SIGTERM');
    dispatcher = await new t.Dispatcher({ poll_interval: '30s' }).start();
    await dispatcher.leads();
    const hook = await t.webhook(receiver, 'bell');
    await sleep(300);
    await sql(t.insertEvents('bell', 1));
    await sleep(300);
    assert.equal(receiver.of(hook.path).length, 0);
    redis('xadd', 'portti:events', '*', 'id', 'x');
    await until('it is here', 1, () => receiver.of(hook.path).length === 1);
    await dispatcher.stop('SIGTERM');
    dispatcher = await new t.Dispatcher().start();
  },

  async 'Redis flushed and stopped: still delivered'() {
    const hook = await t.webhook(receiver, 'redis');
    const list = receiver.of(hook.path);
    redis('flushall');
    await sql(t.insertEvents('redis', 20));
    await until('all are here', 5, () => list.length === 20);
    process.kill(Number(t.env.REDIS_PID), 'SIGSTOP');
    try {
      await sql(t.insertEvents('redis', 20));
      await until('all are here again', 5, () => list.length === 40);
    } finally {
      process.kill(Number(t.env.REDIS_PID), 'SIGCONT');
    }
    process.kill(Number(t.env.REDIS_PID), 'SIGKILL');
    await sql(t.insertEvents('redis', 20));
    await until('all are here without Redis', 5, () => list.length === 60);
    assertDelivered(list, await t.eventIds('redis'));
  },

  async 'writers with random delays and rollbacks: nothing missed, nothing twice'() {
    const hook = await t.webhook(receiver, 'writers');
    const list = receiver.of(hook.path);
    const writer = (seed) => {
      let text = '';
      for (let i = 0; i < 60; i++) {
        const delay = ((seed * 7919 + i * 104729) % 8) / 1000;
        const end = (seed * 31 + i * 17) % 5 === 0 ? 'rollback' : 'commit';
        text += `begin; ${t.insertEvents('writers', 1 + ((seed + i) % 3))} select pg_sleep(${delay}); ${end};\n`;
      }
      return sql(text);
    };
    const open = sql(`begin; ${t.insertEvents('writers', 5)} select pg_sleep(3); commit;`);
    await Promise.all([...Array(8).keys()].map((i) => writer(i + 1)));
    const soon = await t.eventIds('writers');
    await until('those are here while a transaction is open', 2, () => new Set(ids(list)).size >= soon.length);
    await open;
    const expected = await t.eventIds('writers');
    await until('all are here', 5, () => new Set(ids(list)).size >= expected.length);
    await sleep(200);
    assertDelivered(list, expected);
  },

  async 'kill -9 in the middle of 2,000 events: none is missing, duplicates are bounded'() {
    const hook = await t.webhook(receiver, 'killed');
    const list = receiver.of(hook.path);
    receiver.behaviours.set(hook.path, (response) => setTimeout(() => response.writeHead(200).end(), 2));
    await sql(t.insertEvents('killed', 2000));
    const expected = await t.eventIds('killed');
    for (const limit of [300, 900]) {
      await until(`${limit} are here`, 10, () => list.length >= limit);
      await dispatcher.stop('SIGKILL');
      await dispatcher.start();
    }
    await until('all are here', 15, () => new Set(ids(list)).size >= expected.length);
    await sleep(300);
    // A crash repeats at most what was in flight (16) and one result group (256, and what came in while it was written).
    assertDelivered(list, expected, 2 * (16 + 2 * 256));
    for (const [id, bodies] of Object.entries(Object.groupBy ? Object.groupBy(list, (seen) => seen.headers['webhook-id']) : {})) {
      assert.equal(new Set(bodies.map((seen) => seen.body)).size, 1, id);
    }
    console.log(`# ${list.length - expected.length} of 2,000 were delivered twice over two kills`);
  },

  async 'a backlog of 20,000 is read in pieces'() {
    const hook = await t.webhook(receiver, 'backlog');
    const list = receiver.of(hook.path);
    await dispatcher.stop('SIGTERM');
    await sql(t.insertEvents('backlog', 20000));
    const begun = Date.now();
    await dispatcher.start();
    await until('all are here', 40, () => list.length >= 20000);
    console.log(`# 20,000 in ${((Date.now() - begun) / 1000).toFixed(1)} s`);
    await sleep(200);
    assertDelivered(list, await t.eventIds('backlog'));
    await until('the cursor has passed them', 5, async () => await sql('select bool_and(upper is null) from core.cursor') === 't');
    assert.equal(await pending(hook), 0);
  },

  async 'a lane that overflows waits in PostgreSQL and comes back in order'() {
    await dispatcher.stop('SIGTERM');
    dispatcher = await new t.Dispatcher({ lane_queue: '50', read_batch: '100', retry_schedule: Array(30).fill('500ms').join(',') }).start();
    const full = await t.webhook(receiver, 'full', { object: 'flow' });
    const free = await t.webhook(receiver, 'free', { object: 'flow' });
    let open = false;
    receiver.behaviours.set(full.path, (response) => (open ? response.writeHead(200).end() : setTimeout(() => response.writeHead(503).end(), 100)));
    const record = crypto.randomUUID();
    await sql(t.insertEvents('flow', 20, { recordId: `'${record}'` }) + t.insertEvents('flow', 1500, { from: 1000 }) + t.insertEvents('flow', 20, { from: 21, recordId: `'${record}'` }));
    await until('the free one has all', 10, () => receiver.of(free.path).length === 1540);
    await until('most wait in PostgreSQL', 5, async () => await pending(full) > 1000);
    await dispatcher.stop('SIGKILL');
    open = true;
    const list = receiver.of(full.path);
    const before = list.length;
    await dispatcher.start();
    await until('the full one has all', 20, () => new Set(ids(list.slice(before))).size >= 1540).catch(async (error) => { throw new Error(`${error.message}: ${new Set(ids(list.slice(before))).size}, ${await pending(full)} pending`); });
    const numbers = list.slice(before).map((seen) => JSON.parse(seen.body).record.n).filter((n) => n <= 40);
    assert.deepEqual(numbers, [...Array(40).keys()].map((n) => n + 1));
    await until('nothing waits', 5, async () => await pending(full) === 0);
    assertDelivered(receiver.of(free.path), await t.eventIds('flow'), 16 + 512);
  },

  async 'SIGTERM in the middle: what is under way ends, nothing comes twice'() {
    await dispatcher.stop('SIGTERM');
    dispatcher = await new t.Dispatcher().start();
    await dispatcher.leads();
    const hook = await t.webhook(receiver, 'drained');
    const list = receiver.of(hook.path);
    receiver.behaviours.set(hook.path, (response) => setTimeout(() => response.writeHead(200).end(), 30));
    await sql(t.insertEvents('drained', 1000));
    await until('200 are here', 5, () => list.length >= 200);
    const begun = Date.now();
    assert.equal(await dispatcher.stop('SIGTERM'), 0);
    assert.ok(Date.now() - begun < 1500);
    const then = list.length;
    await sleep(100);
    assert.equal(list.length, then);
    await dispatcher.start();
    await until('all are here', 10, () => list.length >= 1000);
    await sleep(200);
    assertDelivered(list, await t.eventIds('drained'));
  },

  async 'PostgreSQL restarts under it'() {
    const hook = await t.webhook(receiver, 'restart');
    const list = receiver.of(hook.path);
    receiver.behaviours.set(hook.path, (response) => setTimeout(() => response.writeHead(200).end(), 20));
    await sql(t.insertEvents('restart', 500));
    await until('100 are here', 5, () => list.length >= 100);
    await sql(`select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'portti-dispatcher%'`);
    await sleep(300);
    await sql(`select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'portti-dispatcher%'`);
    await until('all are here', 10, () => new Set(ids(list)).size === 500);
    await until('all are recorded once', 5, async () => (await attempts(hook)).length >= 500);
    await sleep(300);
    assertDelivered(list, await t.eventIds('restart'));
    assert.equal((await attempts(hook)).length, 500);
    assert.equal(dispatcher.how, undefined);
  },

  async 'a second dispatcher stands by and takes over'() {
    const second = await new t.Dispatcher({ admin_port: String(Number(t.env.ADMIN_PORT) + 1) }).start();
    try {
      assert.equal(await second.metric('portti_leader'), 0);
      assert.match((await second.get('/readyz')).body, /standby/);
      const hook = await t.webhook(receiver, 'second');
      process.kill(dispatcher.child.pid, 'SIGSTOP');
      await sql(t.insertEvents('second', 50));
      await until('the second delivers', 5, () => receiver.of(hook.path).length >= 50);
      process.kill(dispatcher.child.pid, 'SIGCONT');
      await sleep(1500);
      assertDelivered(receiver.of(hook.path), await t.eventIds('second'));
      assert.equal(await dispatcher.metric('portti_leader'), 0);
      assert.equal(await second.stop(), 0);
      await sql(t.insertEvents('second', 50));
      await until('the first delivers again', 5, () => receiver.of(hook.path).length >= 100);
    } finally {
      await second.stop('SIGKILL');
    }
  },

  async 'metrics, health and the command line'() {
    const { body } = await dispatcher.get('/metrics');
    for (const name of ['portti_deliveries_total{outcome="delivered"}', 'portti_delivery_attempts_total{class="2xx"}', 'portti_delivery_lag_seconds_count', 'portti_deliveries_queued']) {
      assert.ok(body.includes(`\n${name} `), name);
    }
    assert.equal((await dispatcher.get('/healthz')).status, 200);
    assert.equal((await dispatcher.get('/nothing')).status, 404);
    const run = (...args) => {
      try {
        return { code: 0, out: execFileSync(t.env.DISPATCHER, args, { encoding: 'utf8', stdio: 'pipe', env: { PATH: t.env.PATH } }) };
      } catch (error) {
        return { code: error.status, out: error.stderr };
      }
    };
    assert.equal(run('--help').code, 0);
    assert.match(run('--version').out, /^dispatcher \d/);
    assert.equal(run('--nonsense').code, 2);
    const given = ['--set', 'database_url=postgresql://x', '--set', 'secret_key=0123456789abcdef'];
    assert.equal(run('--check-config', ...given).code, 0);
    assert.ok(!run('--check-config', ...given).out.includes('0123456789abcdef'));
    for (const bad of ['retry_schedule=soon', 'egress_allow=10.0.0.1/8', 'secret_key=short', 'max_in_flight=0', 'unknown=1', 'poll_interval=1us']) {
      const result = run('--check-config', ...given, '--set', bad);
      assert.equal(result.code, 2, bad);
      assert.match(result.out, new RegExp(bad.split('=')[0]));
    }
  },
};

async function main() {
  const wanted = process.argv.slice(2);
  let failed = 0;
  await receiver.listen();
  dispatcher = await new t.Dispatcher().start();
  await dispatcher.leads();
  for (const [name, run] of Object.entries(cases)) {
    if (wanted.length > 0 && !wanted.some((word) => name.includes(word))) continue;
    const begun = Date.now();
    try {
      await run();
      console.log(`ok ${name}`);
      if (t.env.TIMES) console.log(`# ${Date.now() - begun} ms`);
    } catch (error) {
      failed++;
      console.log(`not ok ${name}\n# ${String(error.stack).split('\n').slice(0, 6).join('\n# ')}`);
      if (dispatcher.how !== undefined) await dispatcher.start().catch(() => {});
    }
  }
  const code = await dispatcher.stop();
  if (code !== 0) {
    failed++;
    console.log(`not ok the dispatcher ends with ${code}`);
  }
  receiver.close();
  process.exit(failed > 0 ? 1 : 0);
}

main().catch((error) => {
  console.log(`not ok ${error.stack}`);
  dispatcher?.child?.kill('SIGKILL');
  process.exit(1);
});
