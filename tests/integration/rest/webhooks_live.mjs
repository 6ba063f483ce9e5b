// Webhooks from the API to the receiver and back: a dispatcher of its own beside the gateway. Filters mean here what they
// mean to GET /rest/{objects}?filter=.
import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { check, create, createMany, expect, fail, ids, list, main, q, refused, same, send, sleep, sql, sqlOne, test } from './lib.mjs';

const { Webhook } = createRequire(import.meta.url)('standardwebhooks');
const at = '/rest/metadata/webhooks';
const deliveries = '/rest/metadata/webhookDeliveries';
const build = path.dirname(path.resolve(process.env.PORTTI_GATEWAY));

// Resolves with what the condition gives.
async function until(seconds, what, condition) {
  for (const end = Date.now() + seconds * 1000; ;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) fail(`not within ${seconds} s: ${what}`);
    await sleep(20);
  }
}

// What came in, by path; `answers` has what a path is answered with.
const seen = new Map();
const answers = new Map();
const of = (name) => seen.get(name) ?? seen.set(name, []).get(name);
const receiver = http.createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const body = Buffer.concat(parts).toString('utf8');
    of(request.url.slice(1)).push({ headers: request.headers, body, json: JSON.parse(body), at: Date.now() });
    const answer = answers.get(request.url.slice(1)) ?? { status: 200, body: 'thank you' };
    response.writeHead(answer.status);
    response.end(answer.body);
  });
});

let child;
async function dispatcher() {
  const port = await new Promise((done) => {
    const probe = http.createServer().listen(0, '127.0.0.1', () => { const { port } = probe.address(); probe.close(() => done(port)); });
  });
  const settings = {
    database_url: process.env.PORTTI_DATABASE_URL, redis_url: process.env.PORTTI_REDIS_URL, secret_key: process.env.PORTTI_SECRET_KEY,
    admin_port: port, egress_allow: '127.0.0.0/8', lease_time: '1s', retry_schedule: '200ms,60s', retry_jitter: 0, breaker_probe_interval: '300ms',
  };
  const log = fs.openSync(path.join(process.env.PORTTI_TEST_DATA, 'log', 'dispatcher.log'), 'a');
  child = spawn(path.join(build, 'dispatcher'), Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]), { stdio: ['ignore', log, log] });
  await until(10, 'the dispatcher leads', async () => (await fetch(`http://127.0.0.1:${port}/metrics`).then((answer) => answer.text()).catch(() => '')).includes('portti_leader 1'));
}
const make = (name, body = {}) => expect(201, 'POST', at, { targetUrl: `http://127.0.0.1:${receiver.address().port}/${name}`, operations: ['company.*'], ...body });
const verifyTwenty = (secret, { headers, json }) => crypto.createHmac('sha256', secret).update(`${headers['x-twenty-webhook-timestamp']}:${JSON.stringify(json)}`).digest('hex') === headers['x-twenty-webhook-signature'];
const verifyStandard = (secret, { headers, body }) => new Webhook(Buffer.from(secret).toString('base64')).verify(body, headers);
// Node's key object of a "whpk_…".
const publicKey = (text) => crypto.createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(text.slice(5), 'base64')]), format: 'der', type: 'spki' });
const verifyEd25519 = (key, { headers, body }) => headers['webhook-signature'].split(' ').some((one) => one.startsWith('v1a,') &&
  crypto.verify(null, Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`), publicKey(key), Buffer.from(one.slice(4), 'base64')));
const page = (query) => expect(200, 'GET', `${deliveries}?${query}`);
const deliveryOf = (hook, query = '') => until(2, 'the delivery is found', async () => (await page(`webhook=${hook.id}${query}`)).data[0]);

function random(seed) {
  let state = seed;
  const next = () => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return state / 4294967296; };
  return { pick: (values) => values[Math.floor(next() * values.length)], below: (most) => Math.floor(next() * most) };
}
function condition(dice, depth) {
  const kind = depth === 0 ? 'leaf' : dice.pick(['leaf', 'leaf', 'and', 'or', 'not']);
  if (kind === 'and' || kind === 'or') return `${kind}(${Array.from({ length: 1 + dice.below(3) }, () => condition(dice, depth - 1)).join(',')})`;
  if (kind === 'not') return `not(${condition(dice, depth - 1)})`;
  const compare = ['eq', 'neq', 'gt', 'gte', 'lt', 'lte'];
  const [field, operators, values] = dice.pick([
    ['number', compare, [-1, 0, 1, 2, 2.5, 1e3]], ['whole', compare, [1, 2, 3]], ['numeric', compare, ['1', '2.50', '12345678901234567890']],
    ['text', ['eq', 'neq', 'like', 'ilike', 'startsWith', 'endsWith'], ['"a"', '"b%"', '"c,d"', '"e\'f"', '"Ä%"', '"_"', '"g)(h"']],
    ['uuid', ['eq', 'neq'], ['0aaaaaaa-0000-4000-8000-000000000001', '0AAAAAAA-0000-4000-8000-000000000002']], ['boolean', ['eq'], ['true', 'false']],
    ['date', compare, ['2025-01-01', '2025-01-02']], ['dateTime', compare, ['2025-01-01T10:00:00Z', '2025-01-01T12:00:00.5+02:00']],
    ['choice', ['eq', 'neq'], ['OPTION_1', 'OPTION_2']], ['choice', ['in', 'containsAny'], ['[OPTION_1,OPTION_3]']],
    ['choices', ['containsAny', 'containsExactly'], ['[OPTION_1]', '[OPTION_1,OPTION_2]', '[OPTION_3]']], ['array', ['containsAny'], ['[a]', '[a,b]', '[z]']],
    ['array', ['isEmptyArray'], ['true']], ['array', ['containsIlike'], ['"A"', '"%B%"']],
    ['currency.amountMicros', compare, [1, 2.5, 1000000]], ['currency.currencyCode', ['eq', 'neq'], ['"USD"', '"EUR"']],
    ['fullName.firstName', ['eq', 'neq', 'ilike'], ['"Ann"', '"bea"']], ['emails.primaryEmail', ['eq', 'neq'], ['"ann@x.example"', '"BEA@x.example"']],
    ['address.addressCity', ['eq', 'startsWith'], ['"Turku"', '"T"']], ['address.addressLat', compare, [60.45]], ['richText.markdown', ['ilike'], ['"%TEXT%"']],
    ['createdBy.source', ['eq', 'neq'], ['API', 'MANUAL']], ['companyId', ['is'], ['NULL', 'NOT_NULL']],
    ...['number', 'text', 'choice', 'choices', 'array', 'dateTime', 'json', 'boolean'].map((name) => [name, ['is'], ['NULL', 'NOT_NULL']]),
  ]);
  return `${field}[${dice.pick(operators)}]:${dice.pick(values)}`;
}

main(150, async () => {
  await new Promise((done) => receiver.listen(0, '127.0.0.1', done));
  sql('update core.webhook set deleted_at = now() where deleted_at is null');
  await dispatcher();
  try {
    await test('all three signatures of one delivery verify', async () => {
      const hook = await make('signed', { signature: 'v1a' });
      await create('companies', { name: 'Zoë & Co <b>' });
      const [one] = await until(3, 'it is here', () => of('signed').length > 0 && of('signed'));
      same(one.json.record.name, 'Zoë & Co <b>');
      check(verifyTwenty(hook.secret, one), "Twenty's recipe");
      verifyStandard(hook.secret, one);
      check(verifyEd25519(hook.publicKey, one), 'ed25519');
      await expect(200, 'DELETE', `${at}/${hook.id}`);
    });
    await test('rotateSecret: both sign while it lasts', async () => {
      const hook = await make('rotating', { signature: 'v1a' });
      const rotated = await expect(200, 'POST', `${at}/${hook.id}/rotateSecret`, { overlap: '2s' });
      await create('companies', { name: 'during' });
      const during = await until(3, 'the first is here', () => of('rotating')[0]);
      for (const { secret, publicKey: key } of [hook, rotated]) {
        verifyStandard(secret, during);
        check(verifyEd25519(key, during), 'ed25519');
      }
      check(verifyTwenty(rotated.secret, during), "Twenty's recipe: the new secret");
      await sleep(2100);
      await create('companies', { name: 'after' });
      const after = await until(3, 'the second is here', () => of('rotating')[1]);
      verifyStandard(rotated.secret, after);
      try { verifyStandard(hook.secret, after); check(false, 'the old secret still signs'); } catch (error) { check(/No matching/.test(error.message), error.message); }
      await expect(200, 'DELETE', `${at}/${hook.id}`);
    });
    await test('filter, fields and headers, from the API to the wire', async () => {
      const hook = await make('shaped', { filter: 'updatedFields[containsAny]:[name],annualRevenue.amountMicros[gt]:5', fields: ['name'], headers: { 'X-Tenant': 'north' } });
      const company = await create('companies', { name: 'Before', annualRevenue: { amountMicros: 10, currencyCode: 'EUR' } });
      await expect(200, 'PATCH', `/rest/companies/${company.id}`, { domainName: { primaryLinkUrl: 'https://a.example' } });
      await expect(200, 'PATCH', `/rest/companies/${company.id}`, { name: 'After' });
      await expect(200, 'PATCH', `/rest/companies/${company.id}`, { name: 'Poor', annualRevenue: { amountMicros: 1 } });
      const [one] = await until(3, 'it is here', () => of('shaped').length > 0 && of('shaped'));
      await sleep(200);
      same(of('shaped').length, 1);
      same([one.json.record, one.json.updatedFields, one.headers['x-tenant']], [{ id: company.id, name: 'After' }, ['name'], 'north']);
      await expect(200, 'DELETE', `${at}/${hook.id}`);
    });
    await test('a test event, and what is said of its delivery', async () => {
      const hook = await make('tested', { operations: [] });
      const test_ = await expect(202, 'POST', `${at}/${hook.id}/test`);
      const [one] = await until(3, 'it is here', () => of('tested').length > 0 && of('tested'));
      same([one.json.eventName, one.json.record.id, one.headers['webhook-id'], test_.id], ['webhook.test', hook.id, test_.eventId, `${hook.id}_${test_.eventId}`]);
      check(!one.body.includes(hook.secret), 'the secret is in it');
      const delivery = await until(1, 'it can be found within a second', async () => { const answer = await send('GET', `${deliveries}/${test_.id}`); return answer.status === 200 && answer.json; });
      same([delivery.status, delivery.attempts, delivery.eventName, delivery.responseStatus, delivery.error], ['delivered', 1, 'webhook.test', 200, null]);
      const [log] = delivery.attemptLog;
      same([log.attempt, log.outcome, log.response, log.timings.tlsMs], [1, 'delivered', 'thank you', null]);
      check(log.timings.connectMs >= 0 && log.timings.firstByteMs > 0 && log.durationMs >= log.timings.firstByteMs, JSON.stringify(log));
    });

    const hook = await make('found');
    const [first, second] = [await create('companies', { name: 'good' }), await create('companies', { name: 'bad' })];
    await test('deliveries are found by webhook, status, object, action, record, event and time', async () => {
      await until(3, 'both are delivered', () => of('found').length === 2);
      answers.set('found', { status: 500, body: Buffer.from([0xff, 0x41]) });
      await expect(200, 'PATCH', `/rest/companies/${second.id}`, { name: 'worse' });
      const retrying = await until(3, 'it waits for its second retry', async () => (await page(`webhook=${hook.id}&status=retrying`)).data.find((one) => one.attempts === 2));
      same([retrying.recordId, retrying.object, retrying.action, retrying.responseStatus, retrying.eventName], [second.id, 'company', 'updated', 500, 'company.updated']);
      check(Date.parse(retrying.nextAttemptAt) > Date.now() + 50e3, retrying.nextAttemptAt);
      const all = await until(3, 'all three', async () => { const found = await page(`webhook=${hook.id}`); return found.data.length === 3 && found; });
      const only = async (query, wanted) => same((await page(`webhook=${hook.id}&${query}`)).data.map((one) => one.id).sort(), wanted.map((one) => one.id).sort(), query);
      await only('status=delivered', all.data.filter((one) => one.status === 'delivered'));
      await only(`record=${first.id}`, all.data.filter((one) => one.recordId === first.id));
      await only('object=person', []);
      await only('object=company&action=updated', [retrying]);
      await only(`event=${retrying.eventId}`, [retrying]);
      await only(`from=${q(new Date(Date.now() - 60e3).toISOString())}`, all.data);
      await only(`to=${q(new Date(Date.now() - 60e3).toISOString())}`, []);
      same(ids((await page('limit=200')).data.filter((one) => one.webhookId === hook.id)), ids(all.data), 'of all webhooks');
      same(ids((await page(`event=${retrying.eventId}`)).data.filter((one) => one.webhookId === hook.id)), [retrying.id]);
      same((await page(`record=${second.id}`)).data.filter((one) => one.webhookId === hook.id).length, 2);
      same((await expect(200, 'GET', `${deliveries}/${retrying.id}`)).attemptLog.map((one) => [one.outcome, one.response]), [['retrying', '\uFFFDA'], ['retrying', '\uFFFDA']]);
    });
    await test('resend brings a waiting retry forward', async () => {
      answers.delete('found');
      const retrying = await deliveryOf(hook, '&status=retrying');
      same((await expect(202, 'POST', `${deliveries}/${retrying.id}/resend`)).id, retrying.id);
      await until(3, 'it is delivered', async () => (await expect(200, 'GET', `${deliveries}/${retrying.id}`)).status === 'delivered');
      await expect(202, 'POST', `${deliveries}/${retrying.id}/resend`);
      await until(3, 'and again', async () => (await expect(200, 'GET', `${deliveries}/${retrying.id}`)).attempts === 4);
    });
    await test('pages by cursor, there and back', async () => {
      await createMany('companies', Array.from({ length: 25 }, (_, i) => ({ name: `page ${i}` })));
      const everything = await until(5, 'all are found', async () => { const found = await page(`webhook=${hook.id}&limit=200`); return found.data.length === 28 && found.data.map((one) => one.id); });
      const there = [];
      let last;
      for (let cursor = ''; ;) {
        last = await page(`webhook=${hook.id}&limit=10${cursor}`);
        there.push(...ids(last.data));
        if (!last.pageInfo.hasNextPage) break;
        cursor = `&starting_after=${last.pageInfo.endCursor}`;
      }
      same(there, everything);
      const back = await page(`webhook=${hook.id}&limit=10&ending_before=${last.pageInfo.startCursor}`);
      same([ids(back.data), back.pageInfo.hasNextPage, back.pageInfo.hasPreviousPage], [everything.slice(10, 20), true, true]);
    });
    await test('pause, resume and replay', async () => {
      of('found').length = 0;
      await expect(200, 'POST', `${at}/${hook.id}/pause`);
      await refused(400, 'paused', 'INVALID_WEBHOOK_INPUT', 'POST', `${at}/${hook.id}/test`);
      await create('companies', { name: 'while paused' });
      await sleep(400);
      same(of('found').length, 0);
      await expect(200, 'POST', `${at}/${hook.id}/resume`);
      await until(3, 'it comes', () => of('found').length === 1);
      const job = await expect(202, 'POST', `${at}/${hook.id}/replay`, { from: new Date(Date.now() - 3600e3).toISOString(), operations: ['company.created'], filter: 'name[startsWith]:"page 1"' });
      const done = await until(5, 'it is done', async () => { const [one] = (await expect(200, 'GET', `${at}/${hook.id}/replay`)).data; return one.id === job.id && one.status === 'done' && one; });
      await until(3, 'they come', () => of('found').length === 12);
      same(done.deliveriesMade, 11);
      check(of('found').slice(1).every((one) => one.json.record.name.startsWith('page 1')), 'something else came');
    });
    await test('410: disabled, another is told, and resume brings it back', async () => {
      await make('watching', { operations: ['webhook.disabled'] });
      answers.set('found', { status: 410 });
      await create('companies', { name: 'the last' });
      const [told] = await until(3, 'it is told', () => of('watching').length > 0 && of('watching'));
      same([told.json.eventName, told.json.record.id, told.json.record.reason], ['webhook.disabled', hook.id, 'The receiver answered 410 Gone.']);
      const disabled = await expect(200, 'GET', `${at}/${hook.id}`);
      same([disabled.status, disabled.disabledReason], ['disabled', 'The receiver answered 410 Gone.']);
      const delivery = await deliveryOf(hook);
      same(delivery.status, 'disabled');
      await refused(400, 'disabled', 'INVALID_WEBHOOK_INPUT', 'POST', `${deliveries}/${delivery.id}/resend`);
      await refused(400, 'disabled', 'INVALID_WEBHOOK_INPUT', 'POST', `${at}/${hook.id}/replay`, { from: '2026-01-01' });
      answers.delete('found');
      same((await expect(200, 'POST', `${at}/${hook.id}/resume`)).status, 'active');
      of('found').length = 0;
      await create('companies', { name: 'back' });
      await until(3, 'it gets events again', () => of('found').some((one) => one.json.record.name === 'back'));
      await expect(200, 'DELETE', `${at}/${hook.id}`);
      await refused(404, 'Webhook not found', undefined, 'POST', `${deliveries}/${delivery.id}/resend`);
    });

    const stopDispatcher = () => new Promise((done) => { child.on('exit', done); child.kill('SIGTERM'); });
    for (const [how, before, after] of [
      ['', () => {}, () => {}],
      [' while it is paused', (one) => expect(200, 'POST', `${at}/${one.id}/pause`), () => {}],
      [' while no dispatcher runs', stopDispatcher, dispatcher],
    ]) {
      await test(`a webhook that is deleted with retries pending${how}: the log says how they ended`, async () => {
        answers.set('deleted', { status: 500 });
        const doomed = await make('deleted');
        const company = await create('companies', { name: 'its first try fails' });
        await until(3, 'it waits for its second retry', async () => (await page(`webhook=${doomed.id}&status=retrying`)).data.find((one) => one.attempts === 2));
        for (const name of ['waits', 'waits too']) await expect(200, 'PATCH', `/rest/companies/${company.id}`, { name });
        await until(3, 'the others wait behind it', async () => sqlOne(`select count(*) from core.pending where webhook_id = '${doomed.id}'`) === '3');
        await before(doomed);
        await expect(200, 'DELETE', `${at}/${doomed.id}`);
        await after();
        const found = await until(5, 'all have ended', async () => { const { data } = await page(`webhook=${doomed.id}&object=company`); return data.length === 3 && data.every((one) => one.status === 'disabled') && data; });
        same([...new Set(found.map((one) => `${one.recordId} ${one.nextAttemptAt} ${one.eventName}`))].sort(), [`${company.id} null company.created`, `${company.id} null company.updated`]);
        for (const one of found) same((await expect(200, 'GET', `${deliveries}/${one.id}`)).attemptLog.at(-1).response, 'the webhook was deleted');
        same((await page(`webhook=${doomed.id}&status=retrying`)).data, []);
        same(sqlOne(`select count(*) from core.pending where webhook_id = '${doomed.id}'`), '0');
      });
    }

    await test('all of it over GraphQL, too', async () => {
      const ask = async (query, variables) => {
        const answer = (await send('POST', '/metadata', { query, variables })).json;
        check(!answer.errors, JSON.stringify(answer.errors));
        return answer.data;
      };
      const targetUrl = `http://127.0.0.1:${receiver.address().port}/asked`;
      const input = { targetUrl, operations: ['company.created'], filter: 'name[eq]:asked', fields: ['name'], headers: { 'X-Tenant': 'south' }, retrySchedule: ['1s'], maxBytes: 2000, signature: 'v1a' };
      const { createWebhook: asked } = await ask('mutation($input: CreateWebhookInput!) { createWebhook(input: $input) { id filter fields headers retrySchedule maxBytes publicKey status order } }', { input });
      same({ ...asked, id: 0, publicKey: 0 }, { id: 0, filter: input.filter, fields: input.fields, headers: input.headers, retrySchedule: input.retrySchedule, maxBytes: 2000, publicKey: 0, status: 'active', order: 'record' });
      const { id } = asked;
      const { updateWebhook: updated } = await ask('mutation($input: UpdateWebhookInput!) { updateWebhook(input: $input) { filter maxBytes } }', { input: { id, update: { filter: null, maxBytes: null } } });
      same(updated, { filter: null, maxBytes: null });
      const { testWebhook: tested } = await ask('mutation($id: UUID!) { testWebhook(id: $id) { id webhookId eventId } }', { id });
      await until(3, 'the test is here', () => of('asked').length === 1);
      const { webhookDelivery: delivery } = await until(2, 'it is found', async () => { const answer = await send('POST', '/metadata', { query: 'query($id: String!) { webhookDelivery(id: $id) { id status eventName attemptLog { outcome response timings { connectMs } } } }', variables: { id: tested.id } }); return answer.json.data?.webhookDelivery && answer.json.data; });
      same([delivery.id, delivery.status, delivery.eventName, delivery.attemptLog[0].response], [tested.id, 'delivered', 'webhook.test', 'thank you']);
      const { webhookDeliveries: found } = await ask('query($input: WebhookDeliveriesInput) { webhookDeliveries(input: $input) { data { id durationMs } pageInfo { hasNextPage endCursor } } }', { input: { webhook: id, status: 'delivered', limit: 5 } });
      same([ids(found.data), found.pageInfo.hasNextPage], [[tested.id], false]);
      same((await ask('query($input: WebhookDeliveriesInput) { webhookDeliveries(input: $input) { data { id } } }', { input: { webhook: id, startingAfter: found.pageInfo.endCursor } })).webhookDeliveries.data, []);
      same((await ask('mutation($id: String!) { resendWebhookDelivery(id: $id) { id } }', { id: tested.id })).resendWebhookDelivery.id, tested.id);
      await until(3, 'it is sent again', () => of('asked').length === 2);
      same((await ask('mutation($id: UUID!) { pauseWebhook(id: $id) { status } }', { id })).pauseWebhook.status, 'paused');
      same((await ask('mutation($id: UUID!) { resumeWebhook(id: $id) { status } }', { id })).resumeWebhook.status, 'active');
      const { rotateWebhookSecret: rotated } = await ask('mutation($id: UUID!, $input: RotateWebhookSecretInput) { rotateWebhookSecret(id: $id, input: $input) { secret publicKey oldSecretsUntil } }', { id, input: { secret: 'by GraphQL' } });
      same([rotated.secret, rotated.publicKey !== asked.publicKey], ['by GraphQL', true]);
      const { replayWebhook: job } = await ask('mutation($id: UUID!, $input: ReplayWebhookInput!) { replayWebhook(id: $id, input: $input) { id status rate } }', { id, input: { from: '2020-01-01', to: '2020-01-02', rate: '5/s' } });
      same((await ask('query($id: UUID!) { webhookReplays(id: $id) { id from } }', { id })).webhookReplays, [{ id: job.id, from: '2020-01-01T00:00:00.000Z' }]);
      check(typeof (await ask('mutation($id: UUID!) { cancelWebhookReplay(id: $id) }', { id })).cancelWebhookReplay === 'boolean', 'no boolean');
      const refusedBy = await send('POST', '/metadata', { query: 'mutation($input: UpdateWebhookInput!) { updateWebhook(input: $input) { id } }', variables: { input: { id, update: { filter: 'nope[eq]:1' } } } });
      check(refusedBy.text.includes('nope'), refusedBy.text);
    });

    await test('60 random filters let through what GET finds', async () => {
      const seed = Number(process.env.PORTTI_TEST_SEED ?? 20260302);
      const dice = random(seed);
      const maybe = (values) => (dice.below(4) === 0 ? null : dice.pick(values));
      const filters = Array.from({ length: 60 }, () => condition(dice, 2));
      for (const [index, filter] of filters.entries()) await make(`random${index}`, { operations: ['specimen.created'], filter });
      await make('every', { operations: ['specimen.created'] });
      const company = await create('companies', { name: 'Random filters of webhooks' });
      const made = await createMany('specimens', Array.from({ length: 50 }, () => ({
        companyId: maybe([company.id]), number: maybe([-1, 0, 1, 2, 2.5, 1000]), whole: maybe([1, 2, 3]), numeric: maybe(['1', '2.5', '12345678901234567890']),
        text: maybe(['a', 'b', 'c,d', "e'f", 'ä', 'g)(h']), uuid: maybe(['0aaaaaaa-0000-4000-8000-000000000001', '0aaaaaaa-0000-4000-8000-000000000002']), boolean: maybe([true, false]),
        date: maybe(['2025-01-01', '2025-01-02']), dateTime: maybe(['2025-01-01T10:00:00Z', '2025-01-01T10:00:00.500Z']), choice: maybe(['OPTION_1', 'OPTION_2', 'OPTION_3']),
        choices: maybe([['OPTION_1'], ['OPTION_1', 'OPTION_2'], []]), array: maybe([['a'], ['a', 'b'], []]), json: maybe([{ a: 1 }]),
        currency: { amountMicros: maybe([1, 2.5, 1000000]), currencyCode: maybe(['USD', 'EUR']) }, fullName: { firstName: maybe(['Ann', 'Bea']) },
        emails: { primaryEmail: maybe(['ann@x.example', 'bea@x.example']) }, address: { addressCity: maybe(['Turku', 'Oslo']), addressLat: maybe([60.45, 1]) }, richText: { markdown: maybe(['some text']) },
      })));
      await until(10, 'all are here', () => of('every').length === 50);
      await sleep(500);
      const wanted = new Set(ids(made));
      for (const [index, filter] of filters.entries()) {
        const found = (await list('specimens', `?limit=200&order_by=id[DescNullsLast]&filter=${q(filter)}`)).data.specimens.map((one) => one.id).filter((id) => wanted.has(id)).sort();
        same(of(`random${index}`).map((one) => one.json.record.id).sort(), found, `seed ${seed}: ${filter}`);
      }
    });
  } finally {
    child.kill('SIGTERM');
    await new Promise((done) => child.on('exit', done));
    receiver.closeAllConnections();
    receiver.close();
    sql('update core.webhook set deleted_at = now() where deleted_at is null');
  }
});
