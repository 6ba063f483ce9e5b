// What a webhook may say about its deliveries, and what is refused (gateway/metadata/webhook.h).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check, checkError, expect, main, refused, same, send, sqlOne, test, uuid } from './lib.mjs';

const path = '/rest/metadata/webhooks';
const url = 'https://receiver.example/hook';
const make = (body = {}) => expect(201, 'POST', path, { targetUrl: url, operations: ['company.*'], ...body });
const bad = (contains, body) => refused(400, contains, 'INVALID_WEBHOOK_INPUT', 'POST', path, { targetUrl: url, operations: ['company.*'], ...body });
const patch = (hook, body) => expect(200, 'PATCH', `${path}/${hook.id}`, body);
const pick = (hook, ...keys) => Object.fromEntries(keys.map((key) => [key, hook[key]]));
const settings = ['order', 'retrySchedule', 'rateLimit', 'filter', 'fields', 'payload', 'headers', 'maxBytes', 'signature', 'publicKey', 'paused', 'status'];

main(60, async () => {
  const defaults = { order: 'record', retrySchedule: null, rateLimit: null, filter: null, fields: null, payload: 'full', headers: {}, maxBytes: null, signature: 'v1', publicKey: null, paused: false, status: 'active' };
  const all = { order: 'endpoint', retrySchedule: ['5s', '30m', '2h'], rateLimit: '90/min', filter: 'annualRevenue.amountMicros[gt]:10,updatedFields[containsAny]:[name,annualRevenue]', fields: ['name', 'address'], payload: 'thin', headers: { 'X-Tenant': 'north', Authorization: 'Bearer t0ken' }, maxBytes: 20000, signature: 'v1a', paused: true };

  await test('all of it has defaults', async () => same(pick(await make(), ...settings), defaults));
  await test('all of it can be set when it is made, and reads back', async () => {
    const made = await make(all);
    same(pick(made, ...Object.keys(all)), all);
    check(/^whpk_[A-Za-z0-9+/]{43}=$/.test(made.publicKey), made.publicKey);
    same(made.status, 'paused');
    same(await expect(200, 'GET', `${path}/${made.id}`), made);
  });
  await test('each can be changed by itself, and null brings the default back', async () => {
    const made = await make();
    for (const [key, value] of Object.entries(all)) {
      const changed = await patch(made, { [key]: value });
      same(changed[key], value, key);
      same(pick(await patch(made, { [key]: key === 'paused' ? false : null }), key)[key], defaults[key], key);
    }
  });
  await test('what is sealed does not stand in the table in clear', async () => {
    const made = await make(all);
    const row = sqlOne(`select row_to_json(w) from core.webhook w where id = '${made.id}'`);
    check(!row.includes('t0ken') && !row.includes('whsk_') && !row.includes(made.secret), row);
  });
  await test('a signing key is made once and shown while v1a is on', async () => {
    const made = await make({ signature: 'v1a' });
    same((await patch(made, { signature: 'v1' })).publicKey, null);
    same((await patch(made, { signature: 'v1a' })).publicKey, made.publicKey);
  });

  await test('bad values are refused with a sentence', async () => {
    await bad('order must be one of "none", "record", "endpoint"', { order: 'fifo' });
    for (const retrySchedule of ['5s', ['5'], ['5 s'], ['0s'], ['31d'], [5], Array(33).fill('1s'), {}]) await bad('retrySchedule must be', { retrySchedule });
    same((await make({ retrySchedule: [] })).retrySchedule, []);
    for (const rateLimit of ['', '5', '0/s', '5/day', 5, '-1/s']) await bad('rateLimit must be', { rateLimit });
    same((await make({ rateLimit: 'off' })).rateLimit, 'off');
    for (const fields of ['name', [1], [''], Array(201).fill('name')]) await bad('fields must be', { fields });
    await bad('payload must be one of "full", "thin"', { payload: 'slim' });
    for (const maxBytes of [1023, 16777217, '2000', 2000.5, true]) await bad('maxBytes must be a whole number from 1024 to 16777216', { maxBytes });
    await bad('signature must be one of "v1", "v1a"', { signature: 'v2' });
    await bad('paused must be true or false', { paused: 'yes' });
    for (const filter of [5, 'x'.repeat(8193)]) await bad('filter must be a string', { filter });
  });
  await test('headers: reserved, malformed and too many', async () => {
    for (const name of ['Host', 'content-length', 'Content-Type', 'Transfer-Encoding', 'Connection', 'Expect', 'User-Agent', 'webhook-id', 'Webhook-Signature', 'X-Twenty-Webhook-Signature', 'x-portti-sequence', 'Proxy-Authorization', 'TE', 'Upgrade']) {
      await bad([name, 'set by the server'], { headers: { [name]: 'x' } });
    }
    for (const name of ['', 'a b', 'a:b', 'ä', 'a\r\nb', 'a'.repeat(101)]) await bad('is no name of a header', { headers: { [name]: 'x' } });
    for (const value of ['', '  ', 'a\r\nX-Evil: 1', 'a\n', 'ä', 5, null, 'x'.repeat(2049)].filter((value) => value !== 'a\n')) {
      const answer = await send('POST', path, { targetUrl: url, headers: { 'X-Own': value } });
      checkError(answer, 400, 'the value of X-Own', 'INVALID_WEBHOOK_INPUT');
      check(!answer.text.includes('Evil'), 'it tells the value');
    }
    await bad('at most 20', { headers: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`X-${i}`, 'v'])) });
    await bad('twice', { headers: { 'X-A': '1', 'x-a': '2' } });
    await bad('headers must be an object', { headers: ['X-A'] });
  });

  await test('filters are checked against the objects of the operations', async () => {
    for (const filter of ['name[eq]:"A, (b)"', 'or(annualRevenue.amountMicros[gt]:10,name[ilike]:%x%)', 'not(address.addressCity[eq]:Turku)', 'createdAt[gte]:2026-01-01', 'accountOwnerId[is]:NULL', 'updatedFields[is]:NULL', 'updatedFields[containsAny]:[name]']) {
      same((await make({ filter })).filter, filter);
    }
    await bad(['nope', 'condition at byte 0', 'company'], { filter: 'nope[eq]:1' });
    await bad(['byte 13'], { filter: 'name[eq]:abc,nope[eq]:1' });
    await bad('regex', { filter: 'name[has]:x' });
    await bad('close bracket is missing', { filter: 'or(name[eq]:x' });
    await bad(['NaN', 'annualRevenue'], { filter: 'annualRevenue.amountMicros[gt]:many' });
    await bad('another record', { filter: 'accountOwner.name.firstName[eq]:x' });
    await bad('updatedFields: there is no field', { filter: 'updatedFields[containsAny]:[nam]' });
    await bad('updatedFields can be asked', { filter: 'updatedFields[eq]:name' });
    await bad('fields: there is no field "nope"', { fields: ['name', 'nope'] });
  });
  await test('options have no order here, and JSON no text', async () => {
    const opportunity = { operations: ['opportunity.updated'] };
    same((await make({ ...opportunity, filter: 'stage[in]:[NEW]' })).filter, 'stage[in]:[NEW]');
    await bad('options have no order', { ...opportunity, filter: 'stage[gt]:NEW' });
    await bad('is JSON', { operations: ['person.*'], filter: 'emails.additionalEmails[like]:%x%' });
  });
  await test('with "*" one object that has the fields is enough; named ones all must', async () => {
    same((await make({ operations: ['*.*'], filter: 'annualRevenue.amountMicros[gt]:1' })).filter, 'annualRevenue.amountMicros[gt]:1');
    await bad('No object can have that', { operations: ['*.updated'], filter: 'nope[eq]:1' });
    await bad('person', { operations: ['company.*', 'person.*'], filter: 'annualRevenue.amountMicros[gt]:1' });
    same((await make({ operations: ['nonsense.*'], filter: 'whatever[eq]:1' })).filter, 'whatever[eq]:1');
  });
  await test('a change is checked with what stays', async () => {
    const made = await make({ filter: 'annualRevenue.amountMicros[gt]:1' });
    await refused(400, 'person', 'INVALID_WEBHOOK_INPUT', 'PATCH', `${path}/${made.id}`, { operations: ['person.*'] });
    same((await patch(made, { operations: ['person.*'], filter: null })).filter, null);
    await refused(404, 'Webhook not found', undefined, 'PATCH', `${path}/${uuid()}`, { filter: 'annualRevenue.amountMicros[gt]:1' });
  });

  await test('authorities and a client certificate: checked, kept together, the key never shown', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'portti-tls-'));
    const pem = (name) => {
      execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`, '-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`), '-days', '2'], { stdio: 'ignore' });
      return ['pem', 'key'].map((end) => readFileSync(join(folder, `${name}.${end}`), 'utf8'));
    };
    const [[one, oneKey], [other, otherKey]] = [pem('one'), pem('other')];
    rmSync(folder, { recursive: true });
    const made = await make({ authorities: one + other, clientCertificate: one, clientKey: oneKey });
    same([made.authorities, made.clientCertificate, 'clientKey' in made], [one + other, one, false]);
    check(!sqlOne(`select client_key from core.webhook where id = '${made.id}'`).includes('PRIVATE'), 'the key stands there in clear');
    same((await patch(made, { clientCertificate: other, clientKey: otherKey })).clientCertificate, other);
    await bad('authorities', { authorities: 'no PEM' });
    await bad('authorities', { authorities: oneKey });
    await bad('set together', { clientCertificate: one });
    await bad('set together', { clientKey: oneKey });
    await bad('clientCertificate and clientKey', { clientCertificate: one, clientKey: otherKey });
    same(pick(await patch(made, { authorities: null, clientCertificate: null, clientKey: null }), 'authorities', 'clientCertificate'), { authorities: null, clientCertificate: null });
  });

  await test('pause, resume, and a change brings a disabled one back', async () => {
    const made = await make();
    same((await expect(200, 'POST', `${path}/${made.id}/pause`)).status, 'paused');
    same((await expect(200, 'POST', `${path}/${made.id}/pause`)).paused, true);
    same((await patch(made, { description: 'still' })).status, 'paused');
    same((await expect(200, 'POST', `${path}/${made.id}/resume`)).status, 'active');
    const disable = () => sqlOne(`update core.webhook set disabled_at = now(), disabled_reason = 'it failed' where id = '${made.id}' returning 1`);
    disable();
    const disabled = await expect(200, 'GET', `${path}/${made.id}`);
    same([disabled.status, disabled.disabledReason, typeof disabled.disabledAt], ['disabled', 'it failed', 'string']);
    await refused(400, 'disabled', 'INVALID_WEBHOOK_INPUT', 'POST', `${path}/${made.id}/test`);
    same((await expect(200, 'POST', `${path}/${made.id}/resume`)).status, 'active');
    disable();
    same((await patch(made, {})).status, 'active');
  });
  await test('rotateSecret: a new secret, the old one for a while', async () => {
    const made = await make({ secret: 'first', signature: 'v1a' });
    const rotated = await expect(200, 'POST', `${path}/${made.id}/rotateSecret`);
    check(/^[0-9a-f]{64}$/.test(rotated.secret) && rotated.publicKey !== made.publicKey, JSON.stringify(rotated));
    const left = Date.parse(rotated.oldSecretsUntil) - Date.now();
    check(left > 23 * 3600e3 && left <= 24 * 3600e3, rotated.oldSecretsUntil);
    same((await expect(200, 'POST', `${path}/${made.id}/rotateSecret`, { secret: 'mine', overlap: '0s' })).secret, 'mine');
    for (let i = 0; i < 3; i++) await expect(200, 'POST', `${path}/${made.id}/rotateSecret`);
    same(sqlOne(`select count(*) from unnest((select old_until from core.webhook where id = '${made.id}')) u where u > now()`), '4'); // what is over takes no place
    for (let i = 0; i < 2; i++) await expect(200, 'POST', `${path}/${made.id}/rotateSecret`);
    same(sqlOne(`select cardinality(old_secrets) || ' ' || cardinality(old_signing_keys) || ' ' || cardinality(old_until) from core.webhook where id = '${made.id}'`), '4 4 4');
    same((await patch(made, { secret: 'only this' })).oldSecretsUntil, null);
    for (const body of [{ overlap: '8d' }, { overlap: 5 }, { overlap: 'soon' }]) await refused(400, 'overlap', undefined, 'POST', `${path}/${made.id}/rotateSecret`, body);
    for (const secret of ['', 5, 'x'.repeat(257)]) await refused(400, 'secret', undefined, 'POST', `${path}/${made.id}/rotateSecret`, { secret });
  });

  await test('actions: unknown ones, other methods, unknown webhooks', async () => {
    const made = await make();
    await refused(404, 'test, pause', undefined, 'POST', `${path}/${made.id}/explode`);
    await refused(405, 'POST, OPTIONS', undefined, 'GET', `${path}/${made.id}/test`);
    await refused(405, 'GET, HEAD, POST, DELETE', undefined, 'PATCH', `${path}/${made.id}/replay`);
    for (const action of ['test', 'pause', 'resume', 'rotateSecret']) await refused(404, 'Webhook not found', undefined, 'POST', `${path}/${uuid()}/${action}`);
    await refused(400, 'not a valid UUID', undefined, 'POST', `${path}/x/test`);
  });
  await test('replay: what it takes', async () => {
    const made = await make();
    const at = `${path}/${made.id}/replay`;
    for (const [contains, body] of [['from is required', {}], ['from must be a time', { from: 'noon' }], ['before to', { from: '2026-02-01', to: '2026-01-01' }], ['operations must be', { from: '2026-01-01', operations: 'x' }], ['rate must be', { from: '2026-01-01', rate: 'fast' }], ['undelivered must be', { from: '2026-01-01', undelivered: 1 }], ['nope', { from: '2026-01-01', filter: 'nope[eq]:1' }], ['filter must be', { from: '2026-01-01', filter: 5 }]]) {
      await refused(400, contains, 'INVALID_WEBHOOK_INPUT', 'POST', at, body);
    }
    const job = await expect(202, 'POST', at, { from: '2026-01-01', to: '2026-02-01', operations: ['company.created'], filter: 'name[is]:NOT_NULL', undelivered: true, rate: '10/s' });
    same(pick(job, 'webhookId', 'from', 'to', 'operations', 'filter', 'undelivered', 'rate', 'status', 'eventsRead', 'deliveriesMade', 'finishedAt'), { webhookId: made.id, from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z', operations: ['company.created'], filter: 'name[is]:NOT_NULL', undelivered: true, rate: '10/s', status: 'running', eventsRead: 0, deliveriesMade: 0, finishedAt: null });
    await refused(409, 'A replay of this webhook is running', 'REPLAY_RUNNING', 'POST', at, { from: '2026-01-01' });
    same((await expect(200, 'GET', at)).data, [job]);
    same(await expect(200, 'DELETE', at), true);
    same((await expect(200, 'GET', at)).data[0].status, 'cancelled');
    same(await expect(200, 'DELETE', at), false);
  });
  await test('deliveries: an empty list, bad parameters, unknown ones', async () => {
    const at = '/rest/metadata/webhookDeliveries';
    same(await expect(200, 'GET', `${at}?webhook=${uuid()}`), { data: [], pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null } });
    for (const [query, contains] of [['webhook=x', 'UUID'], ['status=bad', 'delivered, retrying'], ['from=x', 'time'], ['limit=0', 'whole number'], ['starting_after=x', 'startCursor'], ['nonsense=1', 'There is no parameter']]) {
      await refused(400, contains, 'BAD_REQUEST', 'GET', `${at}?${query}`);
    }
    await refused(404, 'Delivery not found', undefined, 'GET', `${at}/${uuid()}_${uuid()}`);
    await refused(404, 'Delivery not found', undefined, 'POST', `${at}/${uuid()}_${uuid()}/resend`);
    await refused(400, 'no id of a delivery', undefined, 'GET', `${at}/${uuid()}`);
    await refused(405, 'POST, OPTIONS', undefined, 'GET', `${at}/${uuid()}_${uuid()}/resend`);
  });
  await test('none of it without the right to settings', async () => {
    const made = await make();
    for (const [method, at] of [['POST', `${path}/${made.id}/test`], ['POST', `${path}/${made.id}/rotateSecret`], ['GET', '/rest/metadata/webhookDeliveries'], ['GET', `${path}/${made.id}/replay`]]) {
      same((await send(method, at, undefined, { token: process.env.PORTTI_MEMBER_KEY })).status, 403, at);
    }
  });
});
