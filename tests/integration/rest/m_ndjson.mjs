// Export and import as NDJSON.
import http from 'node:http';
import { readFileSync } from 'node:fs';
import { check, create, eventsSince, expect, ids, KEY, liveRows, main, outboxMark, q, refused, same, send, sleep, sql, sqlOne, test, until, uuid, URL_BASE } from './lib.mjs';

const ndjson = { Accept: 'application/x-ndjson' };
const lines = (answer) => answer.text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
const load = (body, query = '', headers = {}) =>
  send('POST', `/rest/batch/companies${query}`, body, { headers: { 'Content-Type': 'application/x-ndjson', ...headers } });

main(180, async () => {
  await test('an_export_has_all_that_match_in_order', async () => {
    const mark = uuid();
    sql(`insert into workspace.company (id, name, position, "createdAt", "updatedAt", "createdBySource", "createdByName", "updatedBySource", "updatedByName")
      select gen_random_uuid(), '${mark}', n % 7, now(), now(), 'API', 'x', 'API', 'x' from generate_series(1, 2500) n`);
    const filter = `filter=name[eq]:${q(`"${mark}"`)}`;
    const answer = await send('GET', `/rest/companies?${filter}`, undefined, { headers: ndjson });
    same([answer.status, answer.headers['content-type'], answer.headers['transfer-encoding']], [200, 'application/x-ndjson', 'chunked']);
    check(answer.headers['x-request-id'], 'request id');
    const got = ids(lines(answer));
    same(got.length, 2500);
    same(got, [...got].sort(), 'in id order');
    same(new Set(got).size, 2500);
    const ordered = lines(await send('GET', `/rest/companies?${filter}&order_by=position[DescNullsLast]&fields=position`, undefined, { headers: ndjson }));
    same(ordered.map(({ position }) => position), ordered.map(({ position }) => position).sort((a, b) => b - a));
    same([ordered.length, Object.keys(ordered[0]).sort()], [2500, ['id', 'position']]);
    const middle = got[1000];
    const list = await expect(200, 'GET', `/rest/companies/${middle}`);
    same(lines(answer)[1000], list.data.company, 'a line is the record as it is read');
    const page = await expect(200, 'GET', `/rest/companies?${filter}&limit=200`);
    const rest = lines(await send('GET', `/rest/companies?${filter}&starting_after=${q(page.pageInfo.endCursor)}`, undefined, { headers: ndjson }));
    same(ids(rest), got.slice(200));
    for (const [limit, count] of [['all', 2500], [0, 0], [1, 1], [124, 124], [125, 125], [126, 126], [1400, 1400], [2500, 2500], [9999, 2500]]) {
      same(ids(lines(await send('GET', `/rest/companies?${filter}&limit=${limit}`, undefined, { headers: ndjson }))), got.slice(0, count), `limit ${limit}`);
    }
    await refused(400, "limit 'all'", 'INVALID_LIMIT_QUERY_PARAM', 'GET', '/rest/companies?limit=all');
    same((await send('GET', `/rest/companies?filter=name[eq]:"nobody"`, undefined, { headers: ndjson })).text, '');
    sql(`delete from workspace.company where name = '${mark}'`);
  });
  await test('what_an_export_cannot_do_is_refused', async () => {
    await create('companies', { name: 'Something' });
    for (const query of ['depth=1', `ending_before=${q((await expect(200, 'GET', '/rest/companies?limit=1')).pageInfo.endCursor ?? '')}`]) {
      await refused(400, 'An export', 'INVALID_EXPORT', 'GET', `/rest/companies?${query}`, undefined, { headers: ndjson });
    }
    await refused(400, 'nonsense', undefined, 'GET', '/rest/companies?filter=nonsense[eq]:1', undefined, { headers: ndjson });
    same((await send('HEAD', '/rest/companies', undefined, { headers: ndjson })).text, '');
    same((await send('GET', '/rest/companies?limit=1', undefined, { headers: { Accept: 'application/json, */*' } })).headers['content-type'], 'application/json; charset=utf-8');
  });

  await test('an_import_reports_each_line', async () => {
    const before = liveRows('companies');
    const mark = outboxMark();
    const id = uuid();
    const body = ['{"name":"L1"}', '', '{"name":', '[1]', `{"id":"${id}","name":"L5"}`, '{"nonsense":1}', `{"id":"${id}","name":"twice"}`, '{"name":"L8"}'].join('\r\n');
    const answer = await load(body);
    same([answer.status, answer.headers['content-type']], [200, 'application/x-ndjson']);
    const report = lines(answer);
    same(report.map(({ line, error }) => [line, error?.statusCode ?? 0, error?.code ?? '']), [
      [1, 0, ''], [3, 400, 'BAD_REQUEST'], [4, 400, 'INVALID_ARGS_DATA'], [5, 0, ''], [6, 400, 'INVALID_ARGS_DATA'], [7, 400, 'DUPLICATE_ENTRY_DETECTED'], [8, 0, ''],
    ]);
    same(report[3].id, id);
    same(liveRows('companies') - before, 3);
    same(eventsSince(mark).map(({ action, id: of }) => [action, of]).sort(), [0, 3, 6].map((i) => ['created', report[i].id]).sort());
    same((await expect(200, 'GET', `/rest/companies/${report[0].id}`)).data.company.createdBy.source, 'API');
  });
  await test('a_large_import_goes_through_in_batches', async () => {
    const before = liveRows('companies');
    const answer = await load([...Array(3001).keys()].map((i) => JSON.stringify(i % 1000 === 999 ? { name: 5 } : { name: `Import ${i}` })).join('\n') + '\n');
    const report = lines(answer);
    same(report.map(({ line }) => line), [...Array(3001).keys()].map((i) => i + 1));
    same(report.filter(({ error }) => error).map(({ line }) => line), [1000, 2000, 3000]);
    same(liveRows('companies') - before, 2998);
  });
  await test('only_an_import_may_be_longer_than_max_body', async () => {
    const line = JSON.stringify({ name: 'x'.repeat(1000) }) + '\n';
    const long = line.repeat(11000);
    same((await send('POST', '/rest/batch/companies', long)).status, 413);
    const bad = `{"nonsense":"${'y'.repeat(5 << 20)}"}\n`;
    const report = lines(await load(bad.repeat(3)));
    same(report.map(({ error }) => error?.code), Array(3).fill('INVALID_ARGS_DATA'));
    same((await send('POST', '/rest/companies', '{}', { headers: { 'Content-Type': 'application/x-ndjson' } })).status, 415);
  });
  await test('what_an_import_cannot_do_is_refused', async () => {
    same((await load('{"name":"x"}', '', { 'Idempotency-Key': 'a' })).json.code, 'INVALID_IDEMPOTENCY_KEY');
    same((await load('')).text, '');
    same((await send('POST', '/rest/batch/companies', '{"name":"x"}', { token: process.env.PORTTI_READER_KEY, headers: { 'Content-Type': 'application/x-ndjson' } })).status, 403);
  });

  const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${process.env.PORTTI_GATEWAY_PID}/status`, 'utf8'))[1]) / 1024;
  await test('a_slow_reader_costs_no_memory_and_one_that_leaves_ends_the_export', async () => {
    const mark = uuid();
    sql(`insert into workspace.company (id, name, position, "createdAt", "updatedAt", "createdBySource", "createdByName", "updatedBySource", "updatedByName")
      select gen_random_uuid(), '${mark}', n, now(), now(), 'API', 'x', 'API', 'x' from generate_series(1, 60000) n`);
    await send('GET', `/rest/companies?limit=200`);
    const before = rss();
    let most = 0;
    const open = () =>
      new Promise((resolve, reject) => {
        const request = http.request(new URL('/rest/companies', URL_BASE), { agent: false, headers: { Authorization: `Bearer ${KEY}`, ...ndjson } }, resolve);
        request.on('error', reject);
        request.end();
      });
    const slow = await open();
    slow.pause();
    await sleep(1500);
    most = rss();
    slow.destroy();
    const all = await open();
    let count = 0;
    await new Promise((resolve, reject) => {
      all.on('data', (part) => {
        for (const byte of part) if (byte === 10) count += 1;
        most = Math.max(most, rss());
      });
      all.on('end', resolve);
      all.on('error', reject);
    });
    same(count, liveRows('companies'));
    const limit = process.env.ASAN_OPTIONS || /asan/.test(process.env.PORTTI_GATEWAY ?? '') ? 200 : 24;
    check(most - before < limit, `from ${before.toFixed(1)} to ${most.toFixed(1)} MiB`);
    await until(10, 'no statement is left', () => sqlOne("select count(*) from pg_stat_activity where application_name = 'portti-slow' and state = 'active'") === '0');
    sql(`delete from workspace.company where name = '${mark}'`);
    await create('companies', { name: 'Still there' });
  });
});
