// See ./run. Objects come over the API, most of their fields by SQL, since thirty thousand requests would take long.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { agent, ctl, expect, fail, main, send, sql, until } from '../../integration/rest/lib.mjs';

const OBJECTS = '/rest/metadata/objects';
const FIELDS = '/rest/metadata/fields';
const wanted = Number(process.argv[2]);
const EXTRA = 19; // with eight system fields, the name and two default relations: thirty
const now = () => Number(process.hrtime.bigint() / 1000n) / 1000;
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const pid = () => Number(ctl('part_pid', 'gateway'));
const memory = (key) => Math.round(Number(new RegExp(`${key}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid()}/status`, 'utf8'))[1]) / 1024);
const log = () => readFileSync(`${process.env.PORTTI_TEST_DATA}/log/gateway.log`, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));

async function reads(path, seconds) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  const times = [];
  const end = Date.now() + seconds * 1000;
  await Promise.all(Array.from({ length: 8 }, async () => {
    while (Date.now() < end) {
      const begun = now();
      const { status } = await send('GET', path, undefined, { use: agent });
      if (status !== 200) fail(`${path}: ${status}`);
      times.push(now() - begun);
    }
  }));
  agent.destroy();
  return median(times);
}

async function add(objectMetadataId, name) {
  const begun = now();
  await expect(201, 'POST', FIELDS, { objectMetadataId, type: 'TEXT', name, label: name });
  return now() - begun;
}

main(900, async () => {
  const make = async (i) => (await expect(201, 'POST', OBJECTS, { nameSingular: `object${i}`, namePlural: `objects${i}`, labelSingular: `Object ${i}`, labelPlural: `Objects ${i}` })).data.createOneObject;
  const first = await make(1);
  for (let i = 0; i < EXTRA; i += 1) await add(first.id, `extra${i}`);
  const record = (await expect(201, 'POST', '/rest/objects1', { name: 'r' })).data.createObject1;
  const company = (await expect(201, 'POST', '/rest/companies', { name: 'c' })).data.createCompany;
  const paths = { one: `/rest/objects1/${record.id}`, list: '/rest/companies?limit=20', note: '/rest/noteTargets?limit=20', deep: `/rest/companies/${company.id}?depth=1` };
  const small = {};
  await reads(paths.one, 1);
  for (const [name, path] of Object.entries(paths)) small[name] = await reads(path, 2);
  console.log(`with 9 objects: ${Object.entries(small).map(([name, ms]) => `${name} ${ms.toFixed(2)} ms`).join(', ')}; ${memory('VmRSS')} MB`);

  const took = [];
  for (let i = 2; i <= wanted; i += 1) {
    const begun = now();
    await make(i);
    took.push(now() - begun);
    if (i % 250 === 0) console.log(`# ${i} objects; the last 50 took ${median(took.slice(-50)).toFixed(0)} ms each`);
  }
  const columns = Array.from({ length: EXTRA }, (_, i) => `add column "extra${i}" text`).join(', ');
  sql(`do $$ declare t text; begin for t in select table_name from core.object where name_singular ~ '^object[0-9]+$' and name_singular <> 'object1' loop
         execute format('alter table workspace.%I ${columns}', t); commit; end loop; end $$`);
  sql(`insert into core.field (id, universal_id, object_id, type, name, label, ordinal)
       select gen_random_uuid(), gen_random_uuid(), o.id, 'TEXT', 'extra' || i, 'extra ' || i, 100 + i
       from core.object o, generate_series(0, ${EXTRA - 1}) i where o.name_singular ~ '^object[0-9]+$' and o.name_singular <> 'object1'`);
  agent.destroy(); // its connections end
  ctl('stop_part', 'gateway');
  ctl('gateway_start', 'gateway', 'rate_limit=off', 'workers=2');
  ctl('gateway_wait', 'gateway');
  const loaded = log().filter(({ event }) => event === 'control_model_loaded').at(-1);
  console.log(`catalogue of ${loaded.objects} objects, ${sql('select count(*) from core.field')[0]} fields: built in ${loaded.build_ms} ms (goal 500); ${memory('VmRSS')} MB after the start`);
  const times = [];
  for (let i = 0; i < 15; i += 1) times.push(await add(first.id, `more${i}`));
  console.log(`one field more: ${median(times).toFixed(0)} ms, at most ${Math.max(...times).toFixed(0)} ms (goal 200)`);
  const big = {};
  await until(5, 'the gateway answers', async () => (await send('GET', paths.one)).status === 200);
  await reads(paths.one, 1);
  for (const [name, path] of Object.entries(paths)) big[name] = await reads(path, 2);
  console.log(`with ${wanted} objects: ${Object.entries(big).map(([name, ms]) => `${name} ${ms.toFixed(2)} ms (${(ms / small[name]).toFixed(2)} times)`).join(', ')}`);
  console.log(`memory: ${memory('VmRSS')} MB, at most ${memory('VmHWM')} MB (goal 150)`);
});
