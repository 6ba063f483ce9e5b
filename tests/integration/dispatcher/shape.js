// What a webhook may say about what it gets: filters, chosen fields, headers, keys, pause; and what is done with it:
// tests, replays, resends, disabling.
'use strict';
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const { Webhook } = require('standardwebhooks');
const t = require('./tools.js');
const { sql, sleep, until } = t;

const receiver = new t.Receiver();
const ids = (list) => list.map((seen) => seen.headers['webhook-id']);
const bodies = (hook) => receiver.of(hook.path).map((seen) => JSON.parse(seen.body));
const count = async (hook, table = 'pending') => Number(await sql(`select count(*) from core.${table} where webhook_id = '${hook.id}'`));
const quoted = (value) => String(value).replaceAll("'", "''");

function event(object, action, record, updatedFields) {
  return `insert into core.outbox (event_id, object_id, object_name, action, record_id, record, updated_fields, created_at)
    values (gen_random_uuid(), '${t.objectId}', '${object}', '${action}', '${record.id}', '${quoted(JSON.stringify(record))}',
    ${updatedFields ? `'${JSON.stringify(updatedFields)}'` : 'null'}, date_trunc('milliseconds', clock_timestamp()));`;
}
const company = (fields) => ({ id: crypto.randomUUID(), ...fields });
const resend = (hook, eventId) => sql(`insert into core.replay (id, webhook_id, event_id, from_at, to_at, seq, created_at)
  select gen_random_uuid(), '${hook.id}', event_id, created_at, created_at + interval '1 microsecond', seq - 1, now()
  from core.outbox where event_id = '${eventId}'`);
const replay = (hook, extra = {}) => {
  const columns = Object.entries(extra);
  return sql(`insert into core.replay (id, webhook_id, from_at, to_at, seq, created_at${columns.map(([name]) => `, ${name}`).join('')})
    values (gen_random_uuid(), '${hook.id}', '-infinity', now(), 0, now()${columns.map(([, value]) => `, '${value}'`).join('')}) returning id`);
};
const replayed = (id) => until('the replay is done', 20, async () => (await sql(`select finished_at is not null from core.replay where id = '${id}'`)) === 't');
const verify = (secret, seen) => new Webhook(Buffer.from(secret).toString('base64')).verify(seen.body, seen.headers);
const twenty = (secret, { headers, body }) => crypto.createHmac('sha256', secret)
  .update(`${headers['x-twenty-webhook-timestamp']}:${JSON.stringify(JSON.parse(body))}`).digest('hex') === headers['x-twenty-webhook-signature'];

// An ed25519 key as "whsk_…", and what verifies with its public half.
function signingKey() {
  const { publicKey, privateKey } = crypto.generateKeyPairSync('ed25519');
  const [seed, open] = [privateKey, publicKey].map((key) => key.export({ format: 'der', type: key === privateKey ? 'pkcs8' : 'spki' }).subarray(-32));
  const text = `whsk_${Buffer.concat([seed, open]).toString('base64')}`;
  const verified = ({ headers, body }) => headers['webhook-signature'].split(' ').filter((one) => one.startsWith('v1a,'))
    .some((one) => crypto.verify(null, Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`), publicKey, Buffer.from(one.slice(4), 'base64')));
  return { text, verified };
}

const cases = {
  async 'filters: the record, and what was updated'(start) {
    await start();
    const big = await t.webhook(receiver, 'big', { object: 'shaped', columns: { filter: "size[gt]:10,or(name[startsWith]:A,name[eq]:\"x, (y)\")" } });
    const renamed = await t.webhook(receiver, 'renamed', { object: 'shaped', columns: { filter: 'updatedFields[containsAny]:[name]' } });
    const all = await t.webhook(receiver, 'unfiltered', { object: 'shaped' });
    await sql(event('shaped', 'created', company({ size: 11, name: 'Alpha' })) + event('shaped', 'created', company({ size: 9, name: 'Alpha' })) +
      event('shaped', 'updated', company({ size: 12, name: 'x, (y)' }), ['size']) + event('shaped', 'updated', company({ size: null, name: 'A' }), ['name', 'size']) +
      event('shaped', 'destroyed', company({ name: 'Alpha' })) + event('shaped', 'created', company({ size: 50, name: 'B' })));
    await until('the unfiltered one has all', 5, () => receiver.of(all.path).length === 6);
    await sleep(150);
    assert.deepEqual(bodies(big).map((body) => body.record.size).sort(), [11, 12]);
    assert.deepEqual(bodies(renamed).map((body) => body.updatedFields), [['name', 'size']]);
    assert.equal(await count(big, 'attempt'), 2, 'what is filtered out leaves no trace');
  },

  async 'chosen fields, thin bodies, and large ones'(start) {
    await start();
    const chosen = await t.webhook(receiver, 'chosen', { object: 'picked', columns: { fields: '{name,address,nothing}' } });
    const thin = await t.webhook(receiver, 'thin', { object: 'picked', columns: { payload: 'thin' } });
    const small = await t.webhook(receiver, 'small', { object: 'picked', columns: { max_bytes: 1024 } });
    const one = company({ name: 'Zoë "q"', n: 1.5, address: { addressCity: 'Turku', list: [1, { a: ']' }] } });
    const two = company({ name: 'x'.repeat(1200) });
    await sql(event('picked', 'updated', one, ['n']) + event('picked', 'created', two));
    await until('all are here', 5, () => [chosen, thin, small].every((hook) => receiver.of(hook.path).length === 2));
    const of = (hook, record) => bodies(hook).find((body) => body.record.id === record.id);
    assert.deepEqual(of(chosen, one).record, { id: one.id, name: one.name, address: one.address });
    assert.deepEqual(of(thin, one).record, { id: one.id });
    assert.deepEqual([of(thin, one).payload, of(chosen, one).payload, of(small, one).payload], ['thin', undefined, undefined]);
    assert.deepEqual(of(thin, one).updatedFields, ['n']);
    assert.deepEqual(of(small, one).record, one);
    assert.deepEqual([of(small, two).record, of(small, two).payload], [{ id: two.id }, 'thin']);
    for (const hook of [chosen, thin, small]) {
      for (const seen of receiver.of(hook.path)) {
        assert.equal(JSON.stringify(JSON.parse(seen.body)), seen.body, 'not a fixed point of JSON.stringify');
        verify(hook.secret, seen);
        assert.ok(twenty(hook.secret, seen));
      }
    }
  },

  async 'headers of its own, also when they change under way'(start) {
    await start({ delivery_timeout: '5s' });
    const sealed = (headers) => t.seal(JSON.stringify(headers));
    const hook = await t.webhook(receiver, 'headed', { columns: { headers: sealed({ Authorization: 'Bearer t0ken', 'X-Tenant': 'north' }) } });
    receiver.behaviours.set(hook.path, (response) => setTimeout(() => response.writeHead(204).end(), 300));
    await sql(t.insertEvents('headed', 1));
    await until('the first is here', 3, () => receiver.of(hook.path).length === 1);
    await sql(`update core.webhook set headers = '${sealed({ 'X-Tenant': 'south' })}' where id = '${hook.id}'; ` + t.insertEvents('headed', 1, { from: 2 }));
    await until('the second is here', 3, () => receiver.of(hook.path).length === 2);
    const [first, second] = receiver.of(hook.path).map((seen) => [seen.headers.authorization, seen.headers['x-tenant']]);
    assert.deepEqual([first, second], [['Bearer t0ken', 'north'], [undefined, 'south']]);
    await sql(`update core.webhook set headers = '${t.seal('{}', 'another secret for sealing')}' where id = '${hook.id}'; ` + t.insertEvents('headed', 1, { from: 3 }));
    await until('what cannot be read is not sent without', 3, async () => (await sql(`select error from core.attempt where webhook_id = '${hook.id}' and error is not null limit 1`)) === 'secret');
    assert.equal(receiver.of(hook.path).length, 2);
    const log = require('node:fs').readFileSync(`${t.env.LOG_FOLDER}/dispatcher.log`, 'utf8');
    assert.ok(!log.includes('t0ken') && !log.includes('north'), 'a header is in the log');
  },

  async 'ed25519, and two keys of each kind while a rotation lasts'(start) {
    await start();
    const [oldKey, newKey] = [signingKey(), signingKey()];
    const until_ = new Date(Date.now() + 1500).toISOString();
    const hook = await t.webhook(receiver, 'rotated', { secret: 'the new one', columns: { signature: 'v1a', signing_key: t.seal(newKey.text), old_secrets: `{${t.seal('the old one')},${t.seal('much older')}}`, old_signing_keys: `{${t.seal(oldKey.text)},""}`, old_until: `{${until_},2020-01-01}` } });
    await sql(t.insertEvents('rotated', 1));
    await until('the first is here', 3, () => receiver.of(hook.path).length === 1);
    const [during] = receiver.of(hook.path);
    assert.equal(during.headers['webhook-signature'].split(' ').length, 4);
    for (const secret of ['the new one', 'the old one']) verify(secret, during);
    assert.throws(() => verify('much older', during));
    assert.ok(newKey.verified(during) && oldKey.verified(during));
    assert.ok(twenty('the new one', during));
    await sleep(1600);
    await sql(t.insertEvents('rotated', 1, { from: 2 }));
    await until('the second is here', 3, () => receiver.of(hook.path).length === 2);
    const after = receiver.of(hook.path)[1];
    verify('the new one', after);
    assert.throws(() => verify('the old one', after));
    assert.ok(newKey.verified(after) && !oldKey.verified(after));
  },

  async 'paused: nothing is sent, everything is kept over a kill, and it goes on in order'(start) {
    let dispatcher = await start();
    const hook = await t.webhook(receiver, 'paused');
    const other = await t.webhook(receiver, 'unpaused', { object: 'paused' });
    const record = `'${crypto.randomUUID()}'`;
    await sql(t.insertEvents('paused', 3, { recordId: record }));
    await until('the first three are here', 3, () => receiver.of(hook.path).length === 3);
    await sql(`update core.webhook set paused_at = now() where id = '${hook.id}'; ` + t.insertEvents('paused', 300, { recordId: record, from: 4 }));
    await until('the other gets them', 5, () => receiver.of(other.path).length === 303);
    await until('they have rows', 3, async () => await count(hook) === 300);
    assert.equal(await dispatcher.metric('portti_lanes_paused'), 1);
    assert.equal(await dispatcher.metric('portti_deliveries_undecided'), 0, 'the cursor waits');
    await dispatcher.stop('SIGKILL');
    dispatcher = await dispatcher.start();
    await dispatcher.leads();
    await sql(t.insertEvents('paused', 5, { recordId: record, from: 304 }));
    await sleep(300);
    assert.equal(receiver.of(hook.path).length, 3);
    await sql(`update core.webhook set paused_at = null where id = '${hook.id}'`);
    await until('all are here', 10, () => receiver.of(hook.path).length >= 308);
    assert.deepEqual(bodies(hook).map((body) => body.record.n), [...Array(308).keys()].map((n) => n + 1));
    await until('no row is left', 3, async () => await count(hook) === 0);
  },

  async 'a test event is for that webhook alone, whatever it wants'(start) {
    await start();
    const hook = await t.webhook(receiver, 'tested', { operations: ['nothing.created'], columns: { filter: 'never[eq]:1' } });
    const others = [await t.webhook(receiver, 'everything', { operations: ['*.*'] }), await t.webhook(receiver, 'about', { operations: ['webhook.*'] })];
    await sql(event('webhook', 'test', { id: hook.id, targetUrl: hook.url }));
    await until('it is here', 3, () => receiver.of(hook.path).length === 1);
    assert.deepEqual([bodies(hook)[0].eventName, bodies(hook)[0].record.id], ['webhook.test', hook.id]);
    verify(hook.secret, receiver.of(hook.path)[0]);
    await sleep(150);
    assert.deepEqual(others.map((other) => receiver.of(other.path).length), [0, 0]);
  },

  async 'an attempt says what it was of, what came of it and how long its parts took'(start) {
    await start();
    const hook = await t.webhook(receiver, 'logged');
    receiver.behaviours.set(hook.path, (response) => {
      response.writeHead(200);
      response.end(Buffer.concat([Buffer.from([0xff, 0x00]), Buffer.from('x'.repeat(9000))]));
    });
    const record = company({});
    await sql(event('logged', 'created', record));
    const row = await until('it is recorded', 1, async () => {
      const text = await sql(`select row_to_json(a) from core.attempt a where webhook_id = '${hook.id}'`);
      return text && JSON.parse(text);
    });
    assert.deepEqual([row.object_name, row.action, row.record_id, row.outcome, row.status, row.error], ['logged', 'created', record.id, 'delivered', 200, null]);
    assert.equal(row.response, `\uFFFD\uFFFD${'x'.repeat(8190)}`);
    assert.ok(row.connect_us >= 0 && row.first_byte_us > 0 && row.duration_us >= row.first_byte_us && row.tls_us === null, JSON.stringify(row).slice(0, 300));
    await sql(t.insertEvents('logged', 1));
    await until('the second is recorded', 1, async () => await count(hook, 'attempt') === 2);
    assert.equal(await sql(`select connect_us is null from core.attempt where webhook_id = '${hook.id}' order by started_at desc limit 1`), 't', 'a kept connection');
  },

  async 'a replay: filtered, over a kill -9, at its rate'(start) {
    let dispatcher = await start();
    const hook = await t.webhook(receiver, 'history', { columns: { filter: 'n[lte]:280' } });
    await sql(t.insertEvents('history', 300));
    await until('the first time', 10, () => receiver.of(hook.path).length === 280);
    const expected = (await t.eventIds('history')).slice(0, 280);
    await until('all recorded', 3, async () => await count(hook, 'attempt') === 280);
    receiver.of(hook.path).length = 0;
    const begun = Date.now();
    const id = await replay(hook, { rate_limit: '200/s', filter: 'n[gt]:20' });
    await until('half of it', 5, () => receiver.of(hook.path).length > 100);
    await dispatcher.stop('SIGKILL');
    dispatcher = await dispatcher.start();
    await replayed(id);
    await until('all are here', 10, () => new Set(ids(receiver.of(hook.path))).size === 260);
    const took = Date.now() - begun;
    assert.deepEqual([...new Set(ids(receiver.of(hook.path)))].sort(), expected.slice(20).sort());
    assert.ok(took > 1200, `200/s: 300 in ${took} ms`);
    const doubles = receiver.of(hook.path).length - 260;
    assert.ok(doubles <= 100 + 16, `${doubles} came twice`);
    const job = JSON.parse(await sql(`select row_to_json(r) from core.replay r where id = '${id}'`));
    assert.deepEqual([job.read_count, job.sent_count], [300, 260]);
    await until('no row is left', 3, async () => await count(hook) === 0);
  },

  async 'a replay of what was never delivered, and of some operations'(start) {
    await start({ retry_schedule: '50ms' });
    const hook = await t.webhook(receiver, 'missed');
    receiver.behaviours.set(hook.path, (response, seen) => response.writeHead(JSON.parse(seen.body).record.n > 5 ? 500 : 200).end());
    await sql(t.insertEvents('missed', 10));
    await until('five are given up', 5, async () => (await sql(`select count(*) from core.attempt where webhook_id = '${hook.id}' and outcome = 'gave_up'`)) === '5');
    receiver.behaviours.delete(hook.path);
    receiver.of(hook.path).length = 0;
    await replayed(await replay(hook, { undelivered: true }));
    await until('those five', 3, () => receiver.of(hook.path).length === 5);
    assert.deepEqual(bodies(hook).map((body) => body.record.n).sort((a, b) => a - b), [6, 7, 8, 9, 10]);
    await replayed(await replay(hook, { operations: '{*.updated}' }));
    await sleep(150);
    assert.equal(receiver.of(hook.path).length, 5);
  },

  async 'a replay while another webhook, and the same one, get what happens now'(start) {
    await start();
    const hook = await t.webhook(receiver, 'busy');
    await sql(t.insertEvents('busy', 2000));
    await until('the first time', 10, () => receiver.of(hook.path).length === 2000);
    receiver.of(hook.path).length = 0;
    const id = await replay(hook);
    await until('it runs', 3, () => receiver.of(hook.path).length > 0);
    await sql(t.insertEvents('busy', 1, { from: 9999 }));
    await until('the new one does not wait behind it', 1, () => bodies(hook).some((body) => body.record.n === 9999));
    await replayed(id);
    await until('all are here', 10, () => new Set(ids(receiver.of(hook.path))).size === 2001);
  },

  async 'resend: what was delivered, what was given up, what waits for a retry'(start) {
    await start({ retry_schedule: '30s', retry_ahead: '5s' });
    const hook = await t.webhook(receiver, 'again');
    let answer = 200;
    receiver.behaviours.set(hook.path, (response) => response.writeHead(answer).end());
    await sql(t.insertEvents('again', 1));
    await until('delivered', 3, async () => await count(hook, 'attempt') === 1);
    const [first] = await t.eventIds('again');
    await resend(hook, first);
    await until('a second time', 3, () => receiver.of(hook.path).length === 2);
    assert.deepEqual([receiver.of(hook.path)[1].body, ids(receiver.of(hook.path))[1]], [receiver.of(hook.path)[0].body, first]);
    answer = 500;
    await sql(t.insertEvents('again', 1, { from: 2 }));
    await until('it is parked', 3, async () => (await sql(`select state from core.pending where webhook_id = '${hook.id}'`)) === 'retry');
    const second = (await t.eventIds('again'))[1];
    answer = 200;
    await resend(hook, second);
    await until('at once, not in 30 s', 3, () => receiver.of(hook.path).length === 4);
    await until('its row is gone', 3, async () => await count(hook) === 0);
    await until('the jobs are done', 3, async () => (await sql(`select count(*) from core.replay where webhook_id = '${hook.id}' and finished_at is null`)) === '0');
    await sql(`update core.webhook set operations = '{other.*}' where id = '${hook.id}'`);
    await resend(hook, second);
    await until('whatever it wants by now', 3, () => receiver.of(hook.path).length === 5);
  },

  async 'nothing but failures: others are told twice, then it is disabled'(start) {
    await start({ disable_after: '2s', retry_schedule: '100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms' });
    const hook = await t.webhook(receiver, 'hopeless', { operations: ['hopeless.*', 'webhook.*'] });
    const watcher = await t.webhook(receiver, 'watcher', { operations: ['webhook.failing', 'webhook.disabled'] });
    const records = await t.webhook(receiver, 'records', { operations: ['*.*'] });
    receiver.behaviours.set(hook.path, (response) => response.writeHead(500).end());
    await sql(t.insertEvents('hopeless', 2));
    await until('the watcher knows of the end', 8, () => bodies(watcher).some((body) => body.eventName === 'webhook.disabled'));
    const told = bodies(watcher);
    assert.deepEqual(told.map((body) => body.eventName), ['webhook.failing', 'webhook.failing', 'webhook.disabled']);
    assert.ok(told.every((body) => body.record.id === hook.id && body.record.targetUrl === new URL(hook.url).origin && body.record.failingSince && !('secret' in body.record)));
    assert.ok(told[0].record.disablesAt && told[2].record.disabledAt);
    assert.match(await sql(`select disabled_reason from core.webhook where id = '${hook.id}' and disabled_at is not null`), /nothing but failures/);
    const seen = receiver.of(hook.path).length;
    await sql(t.insertEvents('hopeless', 1));
    await sleep(300);
    assert.equal(receiver.of(hook.path).length, seen, 'a disabled one gets nothing, nor is it told of itself');
    assert.ok(bodies(records).every((body) => !body.eventName.startsWith('webhook.')), '*.* means records');
    await until('what waited says so', 3, async () => (await sql(`select count(*) from core.attempt where webhook_id = '${hook.id}' and outcome = 'disabled'`)) !== '0');
    receiver.behaviours.delete(hook.path);
    await sql(`delete from core.webhook_health where webhook_id = '${hook.id}'; update core.webhook set disabled_at = null where id = '${hook.id}'; ` + t.insertEvents('hopeless', 1, { from: 50 }));
    await until('it comes back', 3, () => bodies(hook).some((body) => body.record.n === 50));
  },

  async 'one success in between, and it is not disabled; a kill does not forget since when it fails'(start) {
    let dispatcher = await start({ disable_after: '3s', retry_schedule: '200ms,200ms,200ms,200ms,200ms,200ms,200ms,200ms,200ms,200ms,200ms,200ms,200ms,200ms,200ms,200ms,200ms,200ms,200ms,200ms,200ms' });
    const hook = await t.webhook(receiver, 'flaky', { columns: { delivery_order: 'none' } });
    const dead = await t.webhook(receiver, 'dead', { object: 'flaky' });
    receiver.behaviours.set(dead.path, (response) => response.writeHead(500).end());
    receiver.behaviours.set(hook.path, (response, seen, n) => response.writeHead(n % 4 === 0 ? 200 : 500).end());
    await sql(t.insertEvents('flaky', 3));
    const since = await until('that it fails is kept', 3, () => sql(`select failing_since from core.webhook_health where webhook_id = '${dead.id}'`));
    await dispatcher.stop('SIGKILL');
    dispatcher = await dispatcher.start();
    assert.equal(await sql(`select failing_since from core.webhook_health where webhook_id = '${dead.id}'`), since);
    await until('the dead one is disabled', 8, () => sql(`select id from core.webhook where id = '${dead.id}' and disabled_at is not null`));
    assert.equal(await sql(`select disabled_at is null from core.webhook where id = '${hook.id}'`), 't');
  },

  async '410 disables, and others are told'(start) {
    await start();
    const hook = await t.webhook(receiver, 'gone');
    const watcher = await t.webhook(receiver, 'gonewatcher', { operations: ['webhook.disabled'] });
    receiver.behaviours.set(hook.path, (response) => response.writeHead(410).end());
    await sql(t.insertEvents('gone', 3));
    await until('the watcher knows', 5, () => receiver.of(watcher.path).length === 1);
    assert.deepEqual([bodies(watcher)[0].record.id, bodies(watcher)[0].record.reason], [hook.id, 'The receiver answered 410 Gone.']);
  },

  async 'each webhook has its own series, as many as the setting says'(start) {
    const dispatcher = await start({ webhook_metrics: '2', delivery_timeout: '2s', retry_schedule: '1h' });
    const stuck = await t.webhook(receiver, 'series');
    const idle = await t.webhook(receiver, 'seriesidle');
    await t.webhook(receiver, 'seriesmore');
    receiver.behaviours.set(stuck.path, () => {});
    await sql(t.insertEvents('series', 60));
    await until('they are under way', 5, async () => await dispatcher.metric(`portti_webhook_in_flight{webhook="${stuck.id}"}`) >= 4);
    const { body } = await dispatcher.get('/metrics');
    const value = (name) => Number(body.split('\n').find((line) => line.startsWith(`portti_webhook_${name}{webhook="${stuck.id}"}`))?.split(' ')[1]);
    assert.equal(value('waiting') + value('in_flight'), 60);
    assert.ok(value('window') >= 4 && value('oldest_seconds') >= 0, body);
    const states = body.split('\n').filter((line) => line.startsWith('portti_webhook_state{'));
    assert.equal(states.length, 2);
    assert.match(states[0], new RegExp(`webhook="${stuck.id}",state="closed"} 1`));
    await sql(`update core.webhook set paused_at = now() where id = '${stuck.id}'`);
    await until('it is paused', 5, async () => (await dispatcher.get('/metrics')).body.includes(`webhook="${stuck.id}",state="paused"} 1`));
    assert.ok(idle.id);
  },

  async 'a webhook that is deleted with retries and a replay pending: nothing more comes'(start) {
    await start({ retry_schedule: '200ms,200ms,200ms,200ms,200ms,200ms' });
    const hook = await t.webhook(receiver, 'leaving');
    const stays = await t.webhook(receiver, 'stays', { object: 'leaving' });
    receiver.behaviours.set(hook.path, (response) => response.writeHead(500).end());
    await sql(t.insertEvents('leaving', 50));
    await until('retries wait', 5, async () => await count(hook) >= 40);
    await replay(hook, { rate_limit: '10/s' });
    await t.deleteWebhook(hook);
    await until('its rows are gone', 5, async () => await count(hook) === 0);
    await sleep(100);
    const seen = receiver.of(hook.path).length;
    await sql(t.insertEvents('leaving', 1, { from: 51 }));
    await until('the other goes on', 3, () => receiver.of(stays.path).length === 51);
    await sleep(500);
    assert.equal(receiver.of(hook.path).length, seen);
    assert.equal(await sql(`select count(*) from (select distinct on (webhook_id, event_id) outcome from core.attempt where webhook_id = '${hook.id}' order by webhook_id, event_id, started_at desc) a where outcome = 'failed'`), '0');
  },

  async 'ten thousand webhooks for one event: each gets it once'(start) {
    await start({ max_in_flight: '256', delivery_timeout: '30s', lease_time: '10s' });
    const path = '/crowd';
    const list = receiver.of(path);
    list.length = 0;
    await sql(`insert into core.webhook (id, target_url, operations, secret, created_at, updated_at)
      select gen_random_uuid(), 'http://127.0.0.1:${receiver.port}${path}', array['crowd.created'], '', date_trunc('milliseconds', clock_timestamp()), now()
      from generate_series(1, 10000); select pg_sleep(0.05);`);
    const begun = Date.now();
    await sql(t.insertEvents('crowd', 1));
    await until('all have it', 40, () => list.length >= 10000);
    const took = Date.now() - begun;
    await sleep(300);
    const hooks = new Set(list.map((seen) => JSON.parse(seen.body).webhookId));
    assert.equal(hooks.size, 10000);
    assert.equal(list.length, 10000);
    await until('all are recorded', 10, async () => (await sql("select count(*) from core.attempt where object_name = 'crowd' and outcome = 'delivered'")) === '10000');
    console.log(`# one event for 10,000 webhooks in ${took} ms`);
  },
};

t.runCases(cases, receiver);
