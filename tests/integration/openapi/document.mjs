// The documents as files: valid for others, for the right eyes, and no burden.
import { Validator } from '@seriousme/openapi-schema-validator';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { check, expect, main, same, send, sql, sqlOne, test, until } from '../rest/lib.mjs';

const { createConfig, lintFromString } = createRequire(import.meta.url)('@redocly/openapi-core');
const core = '/rest/open-api/core';

async function isValid(text) {
  const { valid, errors } = await new Validator().validate(JSON.parse(text));
  check(valid, JSON.stringify(errors ?? '').slice(0, 500));
  const problems = await lintFromString({ source: text, config: await createConfig({ extends: ['recommended'] }) });
  const errorsFound = problems.filter(({ severity }) => severity === 'error').map(({ message, location }) => `${message} at ${location[0].pointer}`);
  check(errorsFound.length === 0, errorsFound.slice(0, 5).join('; '));
}

// Objects of 29 fields, made of the company's: rows of the model alone, since no record of them is asked for.
const manyObjects = (count) => `
  with made as (
    insert into core.object (id, universal_id, name_singular, name_plural, label_singular, label_plural, table_name)
    select gen_random_uuid(), gen_random_uuid(), 'thing' || n, 'thing' || n || 's', 'Thing ' || n, 'Things ' || n, '_thing' || n
    from generate_series(1, ${count}) n returning id
  ), fields as (
    select f.*, copy from core.field f join core.object o on o.id = f.object_id cross join generate_series(1, 6) copy
    where o.name_singular = 'company' and f.type not in ('RELATION', 'MORPH_RELATION') and (copy = 1 or f.name in ('name', 'address', 'linkedinLink', 'annualRevenue'))
  )
  insert into core.field (id, universal_id, object_id, type, name, label, default_value, options, settings, is_system, is_nullable, is_unique, ordinal)
  select gen_random_uuid(), gen_random_uuid(), made.id, type, name || case copy when 1 then '' else copy::text end, label, default_value, options, settings, is_system,
         is_nullable, is_unique, ordinal + copy * 100
  from made cross join fields`;

// Asks the same short question again and again, and tells the longest time that an answer took.
const asker = `
  const { parentPort, workerData } = require('node:worker_threads');
  let stopped = false, slowest = 0, count = 0;
  parentPort.on('message', () => { stopped = true; });
  (async () => {
    const options = { headers: { Authorization: 'Bearer ' + workerData.key } };
    for (let i = 0; i < 20; i++) await (await fetch(workerData.url, options)).text();
    parentPort.postMessage('started');
    while (!stopped) {
      const start = performance.now();
      await (await fetch(workerData.url, options)).text();
      slowest = Math.max(slowest, performance.now() - start);
      count += 1;
    }
    parentPort.postMessage({ slowest, count });
    process.exit();
  })();
`;

main(120, async () => {
  await test('the document of records is valid for both validators', async () => isValid((await send('GET', core)).text));
  await test('the base document is valid for both validators', async () => isValid((await send('GET', core, undefined, { token: null })).text));
  await test('the document of metadata is valid for both validators', async () => isValid((await send('GET', '/rest/open-api/metadata')).text));
  await test('R6: without a valid key there is no object in it', async () => {
    for (const options of [{ token: null }, { token: '' }, { token: 'invalid-token' }]) {
      const document = await expect(200, 'GET', core, undefined, options);
      same(Object.keys(document.paths), ['/open-api/core']);
      same('Person' in document.components.schemas, false);
    }
    const document = await expect(200, 'GET', `${core}?token=${process.env.PORTTI_API_KEY}`, undefined, { token: null });
    same('/people' in document.paths, false);
    check('/people' in (await expect(200, 'GET', core)).paths, 'with a key there is none either');
  });
  await test('gzip is the same document', async () => {
    const plain = await send('GET', core);
    const answer = await fetch(new URL(core, process.env.PORTTI_URL), { headers: { Authorization: `Bearer ${process.env.PORTTI_API_KEY}`, 'Accept-Encoding': 'gzip' } });
    same([answer.headers.get('content-encoding'), answer.headers.get('etag')], ['gzip', plain.headers.etag]);
    same(await answer.text(), plain.text);
  });
  await test('an entity tag spares sending it again', async () => {
    const { headers } = await send('GET', core);
    const again = await send('GET', core, undefined, { headers: { 'If-None-Match': headers.etag } });
    same([again.status, again.text, again.headers.etag], [304, '', headers.etag]);
    const other = await send('GET', core, undefined, { headers: { 'If-None-Match': headers.etag }, token: null });
    same(other.status, 200);
    check(other.headers.etag !== headers.etag && /Authorization/.test(headers.vary), JSON.stringify(headers));
  });
  await test('HEAD, other methods, other documents', async () => {
    const head = await send('HEAD', core);
    same([head.status, head.text], [200, '']);
    same([(await send('POST', core, {})).status, (await send('OPTIONS', core)).status], [405, 204]);
    same([(await send('GET', '/rest/open-api/nonsense')).status, (await send('GET', '/rest/open-api')).status], [404, 404]);
  });
  await test('it follows the model', async () => {
    const before = await send('GET', core);
    const field = sqlOne(`update core.field set label = 'Occupation' where name = 'jobTitle' and object_id = (select id from core.object where name_singular = 'person') returning id`);
    check(field, 'no field');
    await until(10, 'the new label', async () => {
      const { json } = await send('GET', core);
      return json.components.schemas.Person.properties.jobTitle.title === 'Occupation';
    });
    check((await send('GET', core)).headers.etag !== before.headers.etag, 'the tag is the same');
  });
  await test('1,000 objects more: made once, without holding up others', async () => {
    const objects = Number(sqlOne('select count(*) from core.object')) + 1000;
    sql(manyObjects(1000));
    await until(30, 'the large model', async () => !(await send('GET', '/rest/thing1000s?limit=0')).text.includes('not found'));
    // From a thread of its own, which the document's arrival does not hold up.
    const others = new Worker(asker, { eval: true, workerData: { url: new URL('/rest/companies?limit=1', process.env.PORTTI_URL).href, key: process.env.PORTTI_API_KEY } });
    await new Promise((started) => { others.once('message', started); });
    const began = performance.now();
    const answer = await fetch(new URL(core, process.env.PORTTI_URL), { headers: { Authorization: `Bearer ${process.env.PORTTI_API_KEY}`, 'Accept-Encoding': 'gzip' } });
    const text = Buffer.from(await answer.arrayBuffer()).toString('utf8');
    const took = performance.now() - began;
    const { slowest, count } = await new Promise((told) => { others.once('message', told); others.postMessage('stop'); });
    check(count > 20, `only ${count} other requests`);
    check(Object.keys(JSON.parse(text).paths).length > objects * 7, 'paths are missing');
    const second = performance.now();
    const { headers: { etag } } = await send('GET', core);
    console.log(`# ${(text.length / 1e6).toFixed(1)} MB, ${took.toFixed(0)} ms the first time, ${(performance.now() - second).toFixed(0)} ms again uncompressed; ${count} others waited ${slowest.toFixed(1)} ms at most`);
    check(slowest < Math.max(250, took / 5), `another request took ${slowest.toFixed(0)} ms`);
    same((await send('GET', core, undefined, { headers: { 'If-None-Match': etag } })).status, 304);
  });
});
