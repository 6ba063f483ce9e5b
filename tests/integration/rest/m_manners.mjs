// strict, problem+json, entity tags, compression, timing.
import zlib from 'node:zlib';
import { agent, check, checkError, create, createMany, expect, includes, main, q, refused, same, send, test, uuid, URL_BASE, KEY } from './lib.mjs';
import http from 'node:http';

const raw = (method, path, headers = {}) =>
  new Promise((resolve, reject) => {
    const request = http.request(new URL(path, URL_BASE), { method, agent, headers: { Authorization: `Bearer ${KEY}`, ...headers } }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, bytes: Buffer.concat(parts) }));
    });
    request.on('error', reject);
    request.end();
  });

main(60, async () => {
  const company = await create('companies', { name: 'Manners' });
  const path = `/rest/companies/${company.id}`;

  await test('unknown_parameters_are_ignored_by_default', async () => {
    await expect(200, 'GET', '/rest/companies?after=x&cursor=y');
    await expect(200, 'GET', '/rest/companies?after=x&strict=false', undefined, { headers: { Prefer: 'handling=strict' } });
  });
  await test('strict_names_unknown_parameters_and_the_nearest', async () => {
    await refused(400, ["'after'", "'starting_after'"], 'UNKNOWN_QUERY_PARAM', 'GET', '/rest/companies?strict=true&after=x');
    await refused(400, ["'limt'", "'limit'"], 'UNKNOWN_QUERY_PARAM', 'GET', '/rest/companies?limt=1', undefined, { headers: { Prefer: 'respond-async, handling=strict' } });
    await refused(400, "'orderBy'", 'UNKNOWN_QUERY_PARAM', 'POST', '/rest/companies?strict=true&orderBy=x', { name: 'Never' });
    await expect(200, 'GET', '/rest/companies?strict=true&limit=1&order_by=name&depth=0&fields=name&count=none&filter=' + q('name[eq]:"x"'));
  });

  await test('problem_json_when_accept_prefers_it', async () => {
    const headers = { Accept: 'application/problem+json, application/json;q=0.9', 'X-Request-Id': 'problem-1' };
    const answer = await send('GET', `/rest/companies/${uuid()}`, undefined, { headers });
    same(answer.status, 404);
    same(answer.headers['content-type'], 'application/problem+json');
    same(answer.json, { type: 'about:blank', title: 'Not Found', status: 404, detail: 'Record not found', code: 'RECORD_NOT_FOUND', requestId: 'problem-1' });
    const good = await send('GET', path, undefined, { headers });
    same(good.headers['content-type'], 'application/json; charset=utf-8');
    checkError(await send('GET', `/rest/companies/${uuid()}`, undefined, { headers: { Accept: 'application/json, */*' } }), 404, 'Record not found');
    checkError(await send('GET', `/rest/companies/${uuid()}`, undefined, { headers: { Accept: 'application/json, application/problem+json;q=0.5' } }), 404, 'Record not found');
  });

  await test('a_record_has_an_entity_tag_and_304', async () => {
    const first = await send('GET', path);
    check(/^"[0-9a-f]{16}-[0-9a-f]{16}"$/.test(first.headers.etag), `tag ${first.headers.etag}`);
    const again = await send('GET', path, undefined, { headers: { 'If-None-Match': `"other", ${first.headers.etag}` } });
    same([again.status, again.text, again.headers.etag], [304, '', first.headers.etag]);
    same((await send('GET', path, undefined, { headers: { 'If-None-Match': `W/${first.headers.etag}` } })).status, 304);
    same((await send('GET', path, undefined, { headers: { 'If-None-Match': '"other"' } })).status, 200);
    const narrow = await send('GET', `${path}?fields=name`);
    check(narrow.headers.etag !== first.headers.etag, 'another selection has another tag');
    same(narrow.headers.etag.split('-')[0], first.headers.etag.split('-')[0], 'version');
    await expect(200, 'PATCH', path, { position: 5 });
    const changed = await send('GET', path, undefined, { headers: { 'If-None-Match': first.headers.etag } });
    same(changed.status, 200);
    check(changed.headers.etag !== first.headers.etag, 'a change changes the tag');
  });
  await test('a_list_has_an_entity_tag_and_304', async () => {
    const first = await send('GET', '/rest/companies?limit=2');
    check(/^"[0-9a-f]{16}"$/.test(first.headers.etag), `tag ${first.headers.etag}`);
    same((await send('GET', '/rest/companies?limit=2', undefined, { headers: { 'If-None-Match': first.headers.etag } })).status, 304);
    const head = await send('HEAD', '/rest/companies?limit=2');
    same(head.headers.etag, first.headers.etag, 'tag of HEAD');
    check(!('etag' in (await send('GET', '/healthz', undefined, { token: null })).headers), 'health has no tag');
  });
  await test('if_match_guards_writes', async () => {
    const tag = (await send('GET', path)).headers.etag;
    const guarded = (method, body, match, query = '') => send(method, path + query, body, { headers: { 'If-Match': match } });
    same((await guarded('PATCH', { position: 6 }, tag)).status, 200);
    const late = await guarded('PATCH', { position: 7 }, tag);
    same([late.status, late.json.error, late.json.code], [412, 'PreconditionFailedException', 'PRECONDITION_FAILED']);
    same((await guarded('PUT', { position: 7 }, tag)).status, 412);
    same((await guarded('DELETE', undefined, tag)).status, 412);
    same((await guarded('DELETE', undefined, tag, '?soft_delete=true')).status, 412);
    same((await expect(200, 'GET', path)).data.company.position, 6);
    same((await guarded('PATCH', { position: 8 }, '*')).status, 200);
    const fresh = (await send('GET', `${path}?depth=1`)).headers.etag;
    same((await guarded('PATCH', { position: 9 }, `"x", ${fresh}`)).status, 200, 'a tag of depth 1');
    same((await guarded('DELETE', undefined, (await send('GET', path, undefined, { headers: { 'Accept-Encoding': 'gzip' } })).headers.etag)).status, 200);
    same((await guarded('PATCH', { position: 9 }, '*')).status, 404);
  });
  await test('of_two_writers_with_one_tag_one_wins', async () => {
    const { id } = await create('companies', { name: 'Race' });
    const tag = (await send('GET', `/rest/companies/${id}`)).headers.etag;
    const answers = await Promise.all([...Array(8).keys()].map((i) => send('PATCH', `/rest/companies/${id}`, { position: i + 1 }, { headers: { 'If-Match': tag } })));
    same(answers.map((answer) => answer.status).sort(), [200, ...Array(7).fill(412)]);
  });

  await test('large_answers_are_compressed_on_request', async () => {
    await createMany('companies', [...Array(20).keys()].map((i) => ({ name: `Zip ${i}` })));
    const plain = await raw('GET', '/rest/companies?limit=20&order_by=name');
    same([plain.headers['content-encoding'], plain.headers.vary], [undefined, 'Accept-Encoding']);
    const packed = await raw('GET', '/rest/companies?limit=20&order_by=name', { 'Accept-Encoding': 'deflate, gzip;q=0.8' });
    same([packed.headers['content-encoding'], packed.headers.vary], ['gzip', 'Accept-Encoding']);
    check(packed.bytes.length < plain.bytes.length / 3, `${packed.bytes.length} of ${plain.bytes.length} bytes`);
    same(zlib.gunzipSync(packed.bytes).toString(), plain.bytes.toString());
    same(packed.headers.etag, `W/${plain.headers.etag}`);
    same((await raw('GET', '/rest/companies?limit=20&order_by=name', { 'Accept-Encoding': 'gzip', 'If-None-Match': packed.headers.etag })).status, 304);
    same((await raw('GET', '/rest/companies?limit=20', { 'Accept-Encoding': 'gzip;q=0, *' })).headers['content-encoding'], undefined);
    const small = await raw('GET', `/rest/companies/${uuid()}`, { 'Accept-Encoding': 'gzip' });
    same([small.headers['content-encoding'], small.headers.vary], [undefined, undefined]);
    const head = await raw('HEAD', '/rest/companies?limit=20&order_by=name', { 'Accept-Encoding': 'gzip' });
    same([head.headers['content-length'], head.bytes.length], [packed.headers['content-length'], 0]);
  });

  await test('timing_is_told_on_request', async () => {
    const pattern = /^queue;dur=\d+\.\d{3}, db;dur=\d+\.\d{3}, total;dur=\d+\.\d{3}$/;
    for (const [method, where, body] of [['GET', '/rest/companies?timing=true'], ['POST', '/rest/companies?timing=true', { name: 'Timed' }], ['GET', '/rest/companies?depth=1&limit=3&timing=true']]) {
      const value = (await send(method, where, body)).headers['server-timing'];
      check(pattern.test(value), `${where}: ${value}`);
      const [queue, db, total] = value.match(/[\d.]+/g).map(Number);
      check(total >= db && total >= queue && total > 0, value);
    }
    includes((await send('GET', '/rest/companies', undefined, { headers: { Prefer: 'timing' } })).headers['server-timing'], 'total;dur=');
    same((await send('GET', '/rest/companies')).headers['server-timing'], undefined);
  });
});
