// Beyond the contract: strict, ETag, Idempotency-Key, NDJSON, problem+json, counts, compression, search.
import zlib from 'node:zlib';
import { check, create, createMany, eventsSince, ids, list, liveRows, main, outboxMark, q, read, refused, same, send, test, until, uuid } from './lib.mjs';

main(120, async () => {
  await test('strict=true refuses unknown parameters', async () => {
    await refused(400, 'cursor', undefined, 'GET', '/rest/people?strict=true&cursor=x');
    same((await send('GET', '/rest/people?strict=true&limit=1&depth=0')).status, 200);
    same((await send('GET', '/rest/people?cursor=x&limit=1')).status, 200);
  });
  await test('ETag and If-None-Match', async () => {
    const { id } = await create('people', {});
    const path = `/rest/people/${id}`;
    const one = await send('GET', path);
    check(/^(W\/)?"[^"]+"$/.test(one.headers.etag ?? ''), `${one.headers.etag}`);
    const same304 = await send('GET', path, undefined, { headers: { 'If-None-Match': one.headers.etag } });
    same([same304.status, same304.text], [304, '']);
    await send('PATCH', path, { jobTitle: 'changed' });
    const after = await send('GET', path, undefined, { headers: { 'If-None-Match': one.headers.etag } });
    check(after.status === 200 && after.headers.etag !== one.headers.etag, `${after.status}`);
  });
  await test('If-Match on an update', async () => {
    const { id } = await create('people', { jobTitle: 'a' });
    const { etag } = (await send('GET', `/rest/people/${id}`)).headers;
    same((await send('PATCH', `/rest/people/${id}`, { jobTitle: 'b' }, { headers: { 'If-Match': etag } })).status, 200);
    same((await send('PATCH', `/rest/people/${id}`, { jobTitle: 'c' }, { headers: { 'If-Match': etag } })).status, 412);
    same((await read('people', id)).jobTitle, 'b');
  });
  await test('Idempotency-Key: the first answer again, one record', async () => {
    const headers = { 'Idempotency-Key': uuid() };
    const before = liveRows('people');
    const mark = outboxMark();
    const [one, two] = [await send('POST', '/rest/people', { jobTitle: 'once' }, { headers }), await send('POST', '/rest/people', { jobTitle: 'once' }, { headers })];
    same([one.status, two.status, two.json], [201, 201, one.json]);
    same([liveRows('people'), eventsSince(mark).length], [before + 1, 1]);
    const other = await send('POST', '/rest/people', { jobTitle: 'another body' }, { headers });
    check([400, 409, 422].includes(other.status), `another body: ${other.status}`);
  });
  await test('Idempotency-Key: ten at once make one record', async () => {
    const headers = { 'Idempotency-Key': uuid() };
    const before = liveRows('people');
    const answers = await Promise.all(Array.from({ length: 10 }, () => send('POST', '/rest/people', { jobTitle: 'race' }, { headers })));
    check(answers.every((answer) => [201, 409].includes(answer.status)) && answers.some((answer) => answer.status === 201), answers.map((answer) => answer.status).join());
    same(new Set(answers.filter((answer) => answer.status === 201).map((answer) => answer.json.data.createPerson.id)).size, 1);
    same(liveRows('people'), before + 1);
  });
  await test('problem+json when asked for', async () => {
    const answer = await send('GET', `/rest/people/${uuid()}`, undefined, { headers: { Accept: 'application/problem+json' } });
    same(answer.status, 404);
    check(answer.headers['content-type'].startsWith('application/problem+json'), answer.headers['content-type']);
    const body = JSON.parse(answer.text);
    same(body.status, 404);
    check(typeof body.title === 'string', answer.text);
  });
  await test('NDJSON: all records, one a line', async () => {
    const company = await create('companies', {});
    for (let round = 0; round < 5; round++) await createMany('people', Array.from({ length: 60 }, () => ({ companyId: company.id })));
    const answer = await send('GET', `/rest/people?limit=all&filter=companyId[eq]:${company.id}`, undefined, { headers: { Accept: 'application/x-ndjson' } });
    same(answer.status, 200);
    check(answer.headers['content-type'].startsWith('application/x-ndjson'), answer.headers['content-type']);
    const records = answer.text.trim().split('\n').map((line) => JSON.parse(line));
    same([records.length, new Set(ids(records)).size], [300, 300]);
    same(records[0], await read('people', records[0].id));
  });
  await test('gzip by Accept-Encoding', async () => {
    const plain = await send('GET', '/rest/people?limit=60');
    const { default: http } = await import('node:http');
    const packed = await new Promise((resolve, reject) => {
      http.get(new URL('/rest/people?limit=60', process.env.PORTTI_URL), { headers: { Authorization: `Bearer ${process.env.PORTTI_API_KEY}`, 'Accept-Encoding': 'gzip' } }, (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () => resolve({ headers: response.headers, bytes: Buffer.concat(parts) }));
      }).on('error', reject);
    });
    same(packed.headers['content-encoding'], 'gzip');
    check(/accept-encoding/i.test(packed.headers.vary ?? ''), `Vary: ${packed.headers.vary}`);
    same(JSON.parse(zlib.gunzipSync(packed.bytes)), plain.json);
    check(!('content-encoding' in plain.headers), 'unasked');
  });
  await test('count=none, estimated, exact', async () => {
    const exact = await list('people', '?limit=1&count=exact');
    same(exact.totalCount, liveRows('people'));
    const none = await list('people', '?limit=1&count=none');
    check(none.totalCount === undefined || none.totalCount === null, `${none.totalCount}`);
    same((await send('GET', '/rest/people?limit=1&count=estimated')).status, 200);
    await refused(400, undefined, undefined, 'GET', '/rest/people?count=some');
  });
  await test('search', async () => {
    const word = `Word${uuid().slice(0, 8)}`;
    const [person, company] = [await create('people', { name: { firstName: word } }), await create('companies', { name: `${word} Ltd` })];
    let answer;
    await until(3, 'both are found', async () => {
      answer = await send('GET', `/rest/search?searchInput=${word.toLowerCase()}&query=${q(word)}&limit=10`);
      return answer.status !== 200 || (answer.text.includes(person.id) && answer.text.includes(company.id));
    });
    same(answer.status, 200);
    await send('DELETE', `/rest/people/${person.id}?soft_delete=true`);
    answer = await send('GET', `/rest/search?searchInput=${word}&query=${word}&limit=10`);
    check(!answer.text.includes(person.id) && answer.text.includes(company.id), 'a deleted record is found');
  });
});
