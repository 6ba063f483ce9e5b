// /rest/metadata/apiKeys and its older spelling /rest/apiKeys (contract metadata 1.1–1.6 and 6; facts M32–M36, M103–M113).
import http from 'node:http';
import { check, ctl, expect, ids, main, refused, same, sameKeys, send, sleep, sql, sqlOne, test, timePattern, until, uuid, uuidPattern } from '../rest/lib.mjs';

const path = '/rest/metadata/apiKeys';
const SECOND = process.env.PORTTI_SECOND_URL;
const keys = ['id', 'name', 'expiresAt', 'revokedAt', 'workspaceId', 'createdAt', 'updatedAt', 'roleId'];
const role = (label) => sqlOne(`select id from core.role where label = '${label}'`);
const [ADMIN, MEMBER] = [role('Admin'), role('Member')];
const until2099 = '2099-01-01T00:00:00.000Z';
const make = (body = {}) => expect(201, 'POST', path, { name: 'made', expiresAt: until2099, roleId: MEMBER, ...body });
const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
const status = async (token, base) => (await send('GET', '/rest/people?limit=1', undefined, { token, ...(base ? { base } : {}) })).status;
const row = ({ token, ...rest }) => rest;
const mine = claims(process.env.PORTTI_API_KEY).jti;

main(60, async () => {
  await test('M102 the list: envelope, the keys of the command line, no secrets', async () => {
    const all = await expect(200, 'GET', path);
    sameKeys(all, ['data', 'pageInfo', 'totalCount']);
    sameKeys(all.pageInfo, ['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor']);
    same(all.totalCount, 2);
    same(all.data.map(({ name }) => name), ['admin', 'member']);
    for (const key of all.data) sameKeys(key, keys);
  });
  const first = await make({ name: '  first  ', expiresAt: '2099-05-01T12:00:00Z' });
  await test('M103 create answers with the key and, this once, a token', async () => {
    sameKeys(first, [...keys, 'token']);
    same([first.name, first.expiresAt, first.revokedAt, first.roleId], ['first', '2099-05-01T12:00:00.000Z', null, MEMBER]);
    check(uuidPattern.test(first.id) && timePattern.test(first.createdAt) && timePattern.test(first.updatedAt), JSON.stringify(first));
    const said = claims(first.token);
    same([said.jti, said.sub, said.workspaceId, said.type, said.exp], [first.id, first.workspaceId, first.workspaceId, 'API_KEY', Date.parse('2099-05-01T12:00:00Z') / 1000]);
  });
  await test('M106 reads answer with the same, without the token', async () => {
    same(await expect(200, 'GET', `${path}/${first.id}`), row(first));
    same(await expect(200, 'GET', `${path}/${first.id.toUpperCase()}`), row(first));
    same((await expect(200, 'GET', path)).data.find(({ id }) => id === first.id), row(first));
  });
  await test('a new key gets in with the very next request, at once on every connection', async () => {
    for (let round = 0; round < 20; round++) {
      const made = await make();
      same(await status(made.token), 200, `round ${round}`);
      const use = new http.Agent({ keepAlive: false });
      same((await Promise.all([1, 2, 3, 4].map(() => send('GET', '/rest/people?limit=1', undefined, { token: made.token, use })))).map((answer) => answer.status), [200, 200, 200, 200]);
      await expect(200, 'DELETE', `${path}/${made.id}`);
    }
  });
  await test('a new key gets in at another gateway within a second', async () => {
    const made = await make();
    await until(1, 'it gets in', async () => (await status(made.token, SECOND)) === 200);
    await expect(200, 'DELETE', `${path}/${made.id}`);
  });
  await test('revoked: refused by the next request here, within a second elsewhere; the list is without it', async () => {
    const made = await make();
    await until(1, 'it gets in', async () => (await status(made.token, SECOND)) === 200);
    const gone = await expect(200, 'DELETE', `${path}/${made.id}`);
    same({ ...gone, revokedAt: null, updatedAt: null }, { ...row(made), updatedAt: null });
    check(timePattern.test(gone.revokedAt), gone.revokedAt);
    same(await status(made.token), 403);
    await until(1, 'it is refused', async () => (await status(made.token, SECOND)) === 403);
    check(!ids((await expect(200, 'GET', path)).data).includes(made.id), 'it is listed');
    same((await expect(200, 'GET', `${path}/${made.id}`)).revokedAt, gone.revokedAt);
    same((await expect(200, 'DELETE', `${path}/${made.id}`)).revokedAt, gone.revokedAt, 'revoked twice');
    for (const revokedAt of [null, '']) {
      same((await expect(200, 'PATCH', `${path}/${made.id}`, { revokedAt })).revokedAt, null);
      same(await status(made.token), 200, 'un-revoked');
      same((await expect(200, 'PATCH', `${path}/${made.id}`, { revokedAt: '2026-01-01T00:00:00Z' })).revokedAt, '2026-01-01T00:00:00.000Z');
      same(await status(made.token), 403, 'revoked by hand');
    }
  });
  await test('rename, another expiry; what is not named stays', async () => {
    const renamed = await expect(200, 'PATCH', `${path}/${first.id}`, { name: 'renamed', unknown: 1 });
    same({ ...renamed, updatedAt: 0 }, { ...row(first), name: 'renamed', updatedAt: 0 });
    same((await expect(200, 'PATCH', `${path}/${first.id}`, { expiresAt: '2098-01-01' })).expiresAt, '2098-01-01T00:00:00.000Z');
    same((await expect(200, 'PATCH', `${path}/${first.id}`, {})).name, 'renamed');
  });
  await test('a shorter life counts for tokens that are out', async () => {
    const made = await make();
    same(await status(made.token), 200);
    await expect(200, 'PATCH', `${path}/${made.id}`, { expiresAt: new Date(Date.now() - 1000).toISOString() });
    const answer = await send('GET', '/rest/people', undefined, { token: made.token });
    same([answer.status, answer.json.messages], [401, ['Token has expired.']]);
  });
  await test('M113 the role of a key: as given, and another one', async () => {
    const made = await make();
    const settings = () => send('GET', '/rest/metadata/webhooks', undefined, { token: made.token });
    same((await settings()).status, 403);
    same((await expect(200, 'PATCH', `${path}/${made.id}`, { roleId: ADMIN })).roleId, ADMIN);
    same((await settings()).status, 200);
    same((await expect(200, 'PATCH', `${path}/${made.id}`, { roleId: MEMBER })).roleId, MEMBER);
    same((await settings()).status, 403);
  });
  await test('further tokens for a key', async () => {
    const made = await make({ expiresAt: '2050-01-01T00:00:00Z' });
    const more = await expect(201, 'POST', `${path}/${made.id}/token`, { expiresAt: '2040-01-01T00:00:00Z' });
    sameKeys(more, ['token']);
    same(claims(more.token).exp, Date.parse('2040-01-01T00:00:00Z') / 1000);
    same(await status(more.token), 200);
    same(claims((await expect(201, 'POST', `${path}/${made.id}/token`)).token).exp, Date.parse('2050-01-01T00:00:00Z') / 1000, 'as long as the key');
    same(claims((await expect(201, 'POST', `${path}/${made.id}/token`, { expiresAt: '2090-01-01' })).token).exp, Date.parse('2050-01-01T00:00:00Z') / 1000, 'never longer');
    await refused(400, 'expiresAt must be a date', 'INVALID_INPUT', 'POST', `${path}/${made.id}/token`, { expiresAt: 'soon' });
    await refused(400, 'This API Key has expired', 'API_KEY_EXPIRED', 'POST', `${path}/${made.id}/token`, { expiresAt: '2020-01-01' });
    const unknown = uuid();
    await refused(404, `API Key with id ${unknown} not found`, 'API_KEY_NOT_FOUND', 'POST', `${path}/${unknown}/token`, {});
    await expect(200, 'DELETE', `${path}/${made.id}`);
    await refused(403, 'This API Key is revoked', 'API_KEY_REVOKED', 'POST', `${path}/${made.id}/token`, {});
  });
  await test('a key that is made expired or revoked has no token', async () => {
    same((await make({ expiresAt: '2020-01-01T00:00:00Z' })).token, null);
    same((await make({ revokedAt: '2020-01-01T00:00:00Z' })).token, null);
  });
  await test('an unknown key: 200 and an empty body', async () => {
    for (const [method, body] of [['GET'], ['DELETE'], ['PATCH', { name: 'x' }]]) {
      const answer = await send(method, `${path}/${uuid()}`, body);
      same([answer.status, answer.text], [200, ''], method);
    }
  });
  await test('a chosen id; taken once', async () => {
    const id = uuid();
    same((await make({ id })).id, id);
    await refused(400, undefined, 'DUPLICATE_ENTRY_DETECTED', 'POST', path, { id, name: 'x', expiresAt: until2099, roleId: MEMBER });
  });
  await test('what is wrong is told', async () => {
    const good = { name: 'x', expiresAt: until2099, roleId: MEMBER };
    const count = sqlOne('select count(*) from core.api_key');
    for (const [change, sentence] of [
      [{ name: '' }, 'name should not be empty'], [{ name: '  ' }, 'name should not be empty'], [{ name: undefined }, 'name should not be empty'], [{ name: null }, 'name should not be empty'],
      [{ name: 5 }, 'name must be a string'], [{ name: 'x'.repeat(256) }, 'at most 255'],
      [{ expiresAt: undefined }, 'expiresAt should not be empty'], [{ expiresAt: '' }, 'expiresAt should not be empty'], [{ expiresAt: 'tomorrow' }, 'expiresAt must be a date'], [{ expiresAt: 5 }, 'expiresAt must be a date'],
      [{ roleId: undefined }, 'roleId should not be empty'], [{ roleId: 'x' }, 'roleId must be a UUID'], [{ revokedAt: 'x' }, 'revokedAt must be a date'], [{ id: 'x' }, 'id must be a UUID'],
    ]) await refused(400, sentence, 'INVALID_INPUT', 'POST', path, { ...good, ...change });
    const unknown = uuid();
    await refused(400, `Role with id ${unknown} not found`, 'ROLE_NOT_FOUND', 'POST', path, { ...good, roleId: unknown });
    await refused(400, 'not found', 'ROLE_NOT_FOUND', 'PATCH', `${path}/${first.id}`, { roleId: unknown });
    for (const body of ['[]', 'null', '"x"', '{', '']) await refused(400, undefined, undefined, 'POST', path, body);
    for (const body of [{ name: '' }, { expiresAt: 'x' }, { roleId: 5 }, { revokedAt: 5 }]) await refused(400, undefined, 'INVALID_INPUT', 'PATCH', `${path}/${first.id}`, body);
    for (const method of ['GET', 'PATCH', 'DELETE']) await refused(400, "'nonsense' is not a valid UUID", null, method, `${path}/nonsense`);
    await refused(400, 'is not a valid UUID', null, 'POST', `${path}/nonsense/token`);
    same(sqlOne('select count(*) from core.api_key'), count, 'keys');
  });
  await test('a role that keys may not have', async () => {
    const office = await expect(201, 'POST', '/rest/metadata/roles', { label: 'Office', canBeAssignedToApiKeys: false });
    await refused(400, 'cannot be assigned to API keys', 'ROLE_CANNOT_BE_ASSIGNED_TO_API_KEYS', 'POST', path, { name: 'x', expiresAt: until2099, roleId: office.id });
    await refused(400, 'cannot be assigned to API keys', 'ROLE_CANNOT_BE_ASSIGNED_TO_API_KEYS', 'PATCH', `${path}/${first.id}`, { roleId: office.id });
  });
  await test('methods', async () => {
    for (const [method, where, allow] of [['PUT', path, 'GET, HEAD, POST, OPTIONS'], ['DELETE', path, 'GET, HEAD, POST, OPTIONS'], ['PUT', `${path}/${first.id}`, 'GET, HEAD, PATCH, DELETE, OPTIONS'], ['POST', `${path}/${first.id}`, 'GET, HEAD, PATCH, DELETE, OPTIONS'], ['GET', `${path}/${first.id}/token`, 'POST, OPTIONS']]) {
      const answer = await send(method, where, method === 'GET' ? undefined : {});
      same([answer.status, answer.headers.allow], [405, allow], `${method} ${where}`);
    }
    same((await send('OPTIONS', path)).headers.allow, 'GET, HEAD, POST, OPTIONS');
  });
  await test('M110 a key whose role may not change settings is refused all of it', async () => {
    const token = process.env.PORTTI_MEMBER_KEY;
    for (const [method, where, body] of [['GET', path], ['POST', path, { name: 'x', expiresAt: until2099, roleId: ADMIN }], ['GET', `${path}/${first.id}`], ['PATCH', `${path}/${first.id}`, { roleId: ADMIN }], ['DELETE', `${path}/${first.id}`], ['POST', `${path}/${first.id}/token`, {}], ['GET', '/rest/apiKeys']]) {
      await refused(403, 'Entity performing the request does not have permission', 'PERMISSION_DENIED', method, where, body, { token });
    }
    const stranger = await send('GET', path, undefined, { token: null });
    same([stranger.status, stranger.json.error], [403, 'FORBIDDEN_EXCEPTION']);
  });
  await test('tokens are not kept: no Idempotency-Key where one is shown', async () => {
    const headers = { 'Idempotency-Key': 'once' };
    await refused(400, 'takes no Idempotency-Key', 'INVALID_IDEMPOTENCY_KEY', 'POST', path, { name: 'x', expiresAt: until2099, roleId: MEMBER }, { headers });
    await refused(400, 'takes no Idempotency-Key', 'INVALID_IDEMPOTENCY_KEY', 'POST', `${path}/${first.id}/token`, {}, { headers });
    same((await expect(200, 'PATCH', `${path}/${first.id}`, { name: 'once' }, { headers })).name, 'once');
    same((await send('PATCH', `${path}/${first.id}`, { name: 'once' }, { headers })).headers['idempotency-replayed'], 'true');
    same(sql(`select 1 from core.idempotency where body like '%eyJ%'`), []);
    same(sql(`select 1 from core.api_key k where k::text like '%eyJ%'`), []);
  });
  await test('M34–M36 the old alias: a bare array, and where to go', async () => {
    const answer = await send('GET', '/rest/apiKeys');
    check(Array.isArray(answer.json) && answer.json.length > 2, answer.text);
    same([answer.headers.deprecation, answer.headers.link], ['@1786320000', '</rest/metadata/apiKeys>; rel="successor-version"']);
    const one = await send('GET', `/rest/apiKeys/${first.id}`);
    same([one.json.id, one.headers.link], [first.id, `</rest/metadata/apiKeys/${first.id}>; rel="successor-version"`]);
    const made = await expect(201, 'POST', '/rest/apiKeys', { name: 'alias', expiresAt: until2099, roleId: MEMBER });
    same(await status(made.token), 200);
    check(timePattern.test((await expect(200, 'DELETE', `/rest/apiKeys/${made.id}`)).revokedAt), 'not revoked');
  });
  await test('M32, M33 pages', async () => {
    const all = await expect(200, 'GET', path);
    const page1 = await expect(200, 'GET', `${path}?limit=2`);
    same([page1.data.length, page1.totalCount, page1.pageInfo.hasNextPage, page1.pageInfo.hasPreviousPage], [2, all.totalCount, true, false]);
    const page2 = await expect(200, 'GET', `${path}?limit=2&starting_after=${page1.pageInfo.endCursor}`);
    same([...ids(page1.data), ...ids(page2.data)], ids(all.data).slice(0, 4));
    const back = await expect(200, 'GET', `${path}?limit=2&ending_before=${page2.pageInfo.startCursor}`);
    same([ids(back.data), back.pageInfo.hasNextPage, back.pageInfo.hasPreviousPage], [ids(page1.data), true, false]);
    const none = await expect(200, 'GET', `${path}?starting_after=${uuid()}`);
    same([none.data, none.pageInfo.startCursor, none.pageInfo.endCursor], [[], null, null]);
    for (const limit of ['x', '-1', '1.5']) await refused(400, `limit '${limit}' is invalid. Should be an integer`, undefined, 'GET', `${path}?limit=${limit}`);
    await refused(400, 'Invalid cursor: x', undefined, 'GET', `${path}?starting_after=x`);
    await refused(400, "'starting_after' and 'ending_before' cannot be used together.", undefined, 'GET', `${path}?starting_after=${uuid()}&ending_before=${uuid()}`);
  });

  const locked = (method, where, body) => refused(400, 'everybody would be locked out', 'LAST_SETTINGS_KEY', method, where, body);
  await test('the last key that may change settings cannot be taken away', async () => {
    await locked('DELETE', `${path}/${mine}`);
    await locked('PATCH', `${path}/${mine}`, { revokedAt: '2026-01-01' });
    await locked('PATCH', `${path}/${mine}`, { expiresAt: '2020-01-01' });
    await locked('PATCH', `${path}/${mine}`, { roleId: MEMBER });
    same((await expect(200, 'GET', `${path}/${mine}`)).revokedAt, null);
    same(sqlOne(`select count(*) from core.api_key where id = '${mine}' and revoked_at is null and role_id = '${ADMIN}' and expires_at > now()`), '1');
  });
  await test('two that take each other away at once: one of them stays', async () => {
    for (let round = 0; round < 10; round++) {
      const [one, two] = [await make({ name: 'one', roleId: ADMIN }), await make({ name: 'two', roleId: ADMIN })];
      const three = await make({ name: 'three', roleId: ADMIN });
      sql(`update core.api_key set revoked_at = now() where id in ('${mine}', '${three.id}')`);
      const answers = await Promise.all([
        send('DELETE', `${path}/${two.id}`, undefined, { token: one.token }),
        send('DELETE', `${path}/${one.id}`, undefined, { token: two.token, base: SECOND }),
      ]);
      const left = sqlOne(`select count(*) from core.api_key k join core.role r on r.id = k.role_id where r.can_update_all_settings and k.revoked_at is null and k.expires_at > now()`);
      sql(`update core.api_key set revoked_at = null where id = '${mine}'`, `update core.api_key set revoked_at = now() where id in ('${one.id}', '${two.id}')`);
      same(left, '1', `left in round ${round}, after ${answers.map((answer) => answer.status)}`);
      await until(1, 'the key is back', async () => (await send('GET', path)).status === 200);
    }
  });
  await test('the command line knows the keys that the API made, and the other way round', async () => {
    const made = await make({ name: 'seen by both' });
    check(ctl('gateway_tool', 'apikey', 'list').split('\n').some((line) => line.includes(made.id) && line.includes('seen by both')), 'not listed');
    ctl('gateway_tool', 'apikey', 'revoke', made.id);
    await until(1, 'it is refused', async () => (await status(made.token)) === 403);
    await sleep(1);
    check((await expect(200, 'GET', `${path}/${made.id}`)).revokedAt !== null, 'not revoked');
  });
});
