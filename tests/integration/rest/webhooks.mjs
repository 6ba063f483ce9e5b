// /rest/metadata/webhooks and its older spelling /rest/webhooks (contract metadata 1.1–1.6 and 8).
import { check, expect, ids, main, q, refused, same, sameKeys, send, sql, sqlOne, test, timePattern, uuid, uuidPattern } from './lib.mjs';

const path = '/rest/metadata/webhooks';
const keys = ['id', 'targetUrl', 'operations', 'description', 'secret', 'applicationId', 'createdAt', 'updatedAt', 'deletedAt', 'order', 'retrySchedule', 'rateLimit', 'filter', 'fields', 'payload', 'headers', 'maxBytes', 'signature', 'publicKey', 'authorities', 'clientCertificate', 'paused', 'status', 'disabledAt', 'disabledReason', 'failingSince', 'oldSecretsUntil'];
const url = 'https://receiver.example/hook';
const make = (body = {}) => expect(201, 'POST', path, { targetUrl: url, operations: ['*.*'], ...body });

main(60, async () => {
  await test('an empty list', async () => {
    same(await expect(200, 'GET', path), { data: [], pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null }, totalCount: 0 });
    same(await expect(200, 'GET', '/rest/webhooks'), []);
  });
  const first = await make({ description: 'first', secret: 'my secret' });
  await test('create answers with the webhook, unwrapped', async () => {
    sameKeys(first, keys);
    same([first.targetUrl, first.operations, first.description, first.secret, first.deletedAt], [url, ['*.*'], 'first', 'my secret', null]);
    check(uuidPattern.test(first.id) && timePattern.test(first.createdAt) && timePattern.test(first.updatedAt), JSON.stringify(first));
    same(first.applicationId, sqlOne('select application_custom_id from core.workspace'));
  });
  await test('read one', async () => {
    same(await expect(200, 'GET', `${path}/${first.id}`), first);
    same(await expect(200, 'GET', `${path}/${first.id.toUpperCase()}`), first);
  });
  await test('an unknown one reads as nothing: 200, empty body', async () => same([(await send('GET', `${path}/${uuid()}`)).status, (await send('GET', `${path}/${uuid()}`)).text], [200, '']));
  await test('secrets are sealed at rest', async () => {
    const stored = sqlOne(`select secret from core.webhook where id = '${first.id}'`);
    check(stored.length > 20 && !stored.includes('my secret') && !Buffer.from(stored, 'base64').toString('latin1').includes('my secret'), stored);
  });
  await test('a secret is made when none is given, a different one each time', async () => {
    const [one, two] = [await make(), await make({ secret: null })];
    check(one.secret.length >= 32 && two.secret.length >= 32 && one.secret !== two.secret, `${one.secret} ${two.secret}`);
    for (const { id } of [one, two]) same(await expect(200, 'DELETE', `${path}/${id}`), true);
  });
  await test('the URL is trimmed and written anew', async () => {
    for (const [sent, wanted] of [['https://a.b', 'https://a.b/'], ['  HTTPS://A.Example:443/X?y=Z#f ', 'https://a.example/X?y=Z#f'], ['http://127.0.0.1:8080/x', 'http://127.0.0.1:8080/x'], ['http://localhost', 'http://localhost/'], ['http://[::1]:80/a', 'http://[::1]/a'], ['http://192.168.0.1/ä', 'http://192.168.0.1/%C3%A4']]) {
      const made = await make({ targetUrl: sent });
      same(made.targetUrl, wanted);
      await expect(200, 'DELETE', `${path}/${made.id}`);
    }
  });
  await test('bad URLs', async () => {
    for (const targetUrl of ['ftp://a.example/', 'a.example', 'javascript:alert(1)', 'http://', 'https:///x', '//a.example', 'not a url', 'http://a b/', 'file:///etc/passwd', 'http://a.example:99999/']) {
      await refused(400, 'Invalid target URL provided', undefined, 'POST', path, { targetUrl, operations: ['*.*'] });
    }
    for (const body of [{}, { targetUrl: '' }, { targetUrl: '  ' }, { targetUrl: null }, { targetUrl: 5 }]) {
      await refused(400, undefined, undefined, 'POST', path, { operations: ['*.*'], ...body });
    }
    await refused(400, 'Target URL is required', undefined, 'POST', path, { targetUrl: '', operations: ['*.*'] });
  });
  await test('bad operations, secrets, descriptions and bodies', async () => {
    for (const body of [{ operations: 'x' }, { operations: [1] }, { operations: {} }, { secret: 5 }, { description: 5 }, { id: 'x' }]) await refused(400, undefined, undefined, 'POST', path, { targetUrl: url, ...body });
    await refused(400, 'Secret is required', undefined, 'POST', path, { targetUrl: url, operations: ['*.*'], secret: '' });
    for (const body of ['[]', 'null', '"x"', '{', '']) await refused(400, undefined, undefined, 'POST', path, body);
  });
  await test('operations are kept as given, whatever the objects', async () => {
    const operations = ['company.created', '*.updated', 'nonsense.*', 'a b', '*.*', 'company.created'];
    const made = await make({ operations });
    same(made.operations, operations);
    await expect(200, 'DELETE', `${path}/${made.id}`);
  });
  await test('the caller may choose the id; not one that is taken', async () => {
    const id = uuid();
    same((await make({ id })).id, id);
    await refused(400, undefined, undefined, 'POST', path, { id, targetUrl: url, operations: ['*.*'] });
    await expect(200, 'DELETE', `${path}/${id}`);
  });
  await test('unknown properties are ignored', async () => {
    const made = await make({ nonsense: 1, createdAt: 'x' });
    await expect(200, 'DELETE', `${path}/${made.id}`);
  });
  await test('update takes any subset', async () => {
    const one = await make({ description: 'a' });
    const at = `${path}/${one.id}`;
    same((await expect(200, 'PATCH', at, { description: 'b' })).description, 'b');
    same((await expect(200, 'PATCH', at, { description: null })).description, null);
    same((await expect(200, 'PATCH', at, { operations: ['person.*'] })).operations, ['person.*']);
    same((await expect(200, 'PATCH', at, { targetUrl: 'https://b.example' })).targetUrl, 'https://b.example/');
    same((await expect(200, 'PATCH', at, { secret: 's2' })).secret, 's2');
    const now = await expect(200, 'PATCH', at, {});
    same([now.description, now.operations, now.targetUrl, now.secret, now.createdAt], [null, ['person.*'], 'https://b.example/', 's2', one.createdAt]);
    check(now.updatedAt >= one.updatedAt, 'updatedAt');
    for (const body of [{ targetUrl: 'x' }, { targetUrl: '' }, { operations: 'x' }, { secret: '' }]) await refused(400, undefined, undefined, 'PATCH', at, body);
    await expect(200, 'DELETE', at);
  });
  await test('unknown ids on update and delete, malformed ones', async () => {
    for (const [method, body] of [['PATCH', { description: 'x' }], ['DELETE']]) {
      const answer = await send(method, `${path}/${uuid()}`, body);
      check([400, 404].includes(answer.status), `${method}: ${answer.status}`);
    }
    for (const [method, body] of [['GET'], ['PATCH', {}], ['DELETE']]) await refused(400, 'not a valid UUID', undefined, method, `${path}/x`, body);
  });
  await test('delete answers true and forgets it', async () => {
    const { id } = await make();
    const answer = await send('DELETE', `${path}/${id}`);
    same([answer.status, answer.text], [200, 'true']);
    same((await send('GET', `${path}/${id}`)).text, '');
    check([400, 404].includes((await send('DELETE', `${path}/${id}`)).status), 'twice');
    check(!ids((await expect(200, 'GET', path)).data).includes(id), 'it is listed');
  });

  // Lists: oldest first, windows by id.
  const hooks = [first];
  for (let index = 1; index < 5; index++) hooks.push(await make({ description: `n${index}` }));
  const all = ids(hooks);
  const window = async (query) => {
    const body = await expect(200, 'GET', `${path}${query}`);
    same(body.totalCount, 5, 'totalCount');
    same([body.pageInfo.startCursor, body.pageInfo.endCursor], [body.data[0]?.id ?? null, body.data.at(-1)?.id ?? null], 'cursors');
    return [ids(body.data), body.pageInfo.hasNextPage, body.pageInfo.hasPreviousPage];
  };
  await test('the list is oldest first', async () => same(await window(''), [all, false, false]));
  await test('limit', async () => {
    same(await window('?limit=2'), [all.slice(0, 2), true, false]);
    same(await window('?limit=0'), [[], true, false]);
    same(await window('?limit=100000'), [all, false, false]);
    for (const limit of ['x', '-1', '1.5']) await refused(400, `limit '${limit}' is invalid. Should be an integer`, undefined, 'GET', `${path}?limit=${limit}`);
  });
  await test('starting_after', async () => {
    same(await window(`?limit=2&starting_after=${all[1]}`), [all.slice(2, 4), true, true]);
    same(await window(`?limit=2&starting_after=${all[3]}`), [all.slice(4), false, true]);
    same(await window(`?starting_after=${all[4]}`), [[], false, true]);
  });
  await test('ending_before', async () => {
    same(await window(`?limit=2&ending_before=${all[4]}`), [all.slice(2, 4), true, true]);
    same(await window(`?limit=2&ending_before=${all[2]}`), [all.slice(0, 2), true, false]);
    same(await window(`?ending_before=${all[0]}`), [[], true, false]);
  });
  await test('bad cursors', async () => {
    await refused(400, 'Invalid cursor: x', undefined, 'GET', `${path}?starting_after=x`);
    await refused(400, 'Invalid cursor: ', undefined, 'GET', `${path}?ending_before=${q('a b')}`);
    await refused(400, "'starting_after' and 'ending_before' cannot be used together.", undefined, 'GET', `${path}?starting_after=${all[0]}&ending_before=${all[1]}`);
  });
  await test('the older spelling: bare, and marked as deprecated', async () => {
    const answer = await send('GET', '/rest/webhooks?limit=1');
    same(ids(answer.json), all);
    same([answer.headers.deprecation, answer.headers.link], ['@1786320000', '</rest/metadata/webhooks>; rel="successor-version"']);
    const one = await send('GET', `/rest/webhooks/${all[0]}`);
    same(one.json, first);
    same(one.headers.link, `</rest/metadata/webhooks/${all[0]}>; rel="successor-version"`);
    const made = await expect(201, 'POST', '/rest/webhooks', { targetUrl: url, operations: ['*.*'] });
    same(await expect(200, 'DELETE', `/rest/webhooks/${made.id}`), true);
    check(!('deprecation' in (await send('GET', path)).headers), 'the new spelling is not');
  });
  await test('a change by hand brings a disabled webhook back', async () => {
    sql(`update core.webhook set disabled_at = now(), disabled_reason = 'gone' where id = '${all[0]}'`);
    await expect(200, 'PATCH', `${path}/${all[0]}`, { description: 'again' });
    same(sqlOne(`select disabled_at is null and disabled_reason is null from core.webhook where id = '${all[0]}'`), 't');
  });
  for (const id of all) await send('DELETE', `${path}/${id}`);
});
