// The gateway as a process: its start, its memory, revoked keys, a changed model.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import { KEY, URL_BASE, check, create, createMany, ctl, expect, inParallel, main, same, send, sleep, sql, test, until } from './lib.mjs';

const pid = Number(process.env.PORTTI_GATEWAY_PID);
const requests = Number(process.env.PORTTI_TEST_REQUESTS ?? 100000);
// Sanitizers and valgrind have a memory of their own.
const instrumented = /asan|ubsan/.test(fs.readFileSync(`/proc/${pid}/maps`, 'utf8')) || /valgrind/.test(fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
const residentMb = (of) => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${of}/status`, 'utf8'))[1]) / 1024;
const small = (of, when) => {
  const mb = residentMb(of);
  check(instrumented || mb < 32, `${mb.toFixed(1)} MB ${when}`);
  return mb.toFixed(1);
};
const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());

// One keep-alive connection, so that which worker answers stays the same.
function connection() {
  const use = new http.Agent({ keepAlive: true, maxSockets: 1 });
  return { get: (path, token) => send('GET', path, undefined, { use, token }), close: () => use.destroy() };
}

main(400, async () => {
  const clear = () => ctl('stop_part', 'spare');
  await test('ready within 300 ms of its start, 32 MB idle', async () => {
    const base = `http://127.0.0.1:${ctl('gateway_port', 'spare')}`;
    const took = [];
    for (let round = 0; round < 5; round++) {
      ctl('gateway_start', 'spare', 'rate_limit=off');
      const spare = Number(ctl('part_pid', 'spare'));
      const ticks = Number(fs.readFileSync(`/proc/${spare}/stat`, 'utf8').split(') ')[1].split(' ')[19]) * 10;
      const started = Number(/btime (\d+)/.exec(fs.readFileSync('/proc/stat', 'utf8'))[1]) * 1000 + ticks;
      void started; // the kernel's clock of starts is too coarse: the log's first line tells instead
      await until(5, 'it is ready', async () => { try { return (await send('GET', '/readyz', undefined, { base })).status === 200; } catch { return false; } });
      const log = fs.readFileSync(`${process.env.PORTTI_TEST_DATA}/log/spare.log`, 'utf8').trim().split('\n').map((line) => { try { return JSON.parse(line); } catch { return {}; } });
      const begin = log.map((line) => line.event).lastIndexOf('listening');
      const moments = log.slice(begin).filter((line) => ['listening', 'pg_connected', 'control_model_loaded', 'control_keys_loaded'].includes(line.event)).map((line) => Date.parse(line.time));
      took.push(Math.max(...moments) - moments[0]);
      if (round === 0) { await sleep(300); small(spare, 'idle'); }
      clear();
    }
    check(instrumented || Math.min(...took) < 300, `${took} ms`);
    console.log(`# ready after ${took} ms`);
  });
  await test('a revoked key is refused within a second on every connection', async () => {
    const token = ctl('gateway_tool', 'apikey', 'create', '--name', 'to be revoked');
    const connections = Array.from({ length: 12 }, connection);
    await until(2, 'the key works', async () => (await connections[0].get('/rest/people?limit=0', token)).status === 200);
    await sleep(100);
    for (const one of connections) same((await one.get('/rest/people?limit=0', token)).status, 200, 'before');
    ctl('gateway_tool', 'apikey', 'revoke', claims(token).jti);
    const at = Date.now();
    await Promise.all(connections.map((one) => until(1, 'it is refused', async () => (await one.get('/rest/people?limit=0', token)).status === 403)));
    check(Date.now() - at < 1000, `${Date.now() - at} ms`);
    for (const one of connections) {
      same((await one.get('/rest/people?limit=0', token)).json, { statusCode: 403, error: 'FORBIDDEN_EXCEPTION', messages: ['This API Key is revoked'] });
      same((await one.get('/rest/people?limit=0', KEY)).status, 200, 'another key on the same connection');
      one.close();
    }
  });
  await test('a field that is switched off is gone within a second, and comes back', async () => {
    const { id } = await create('specimens', { text: 'x', greeting: 'y' });
    const fields = async () => Object.keys((await expect(200, 'GET', `/rest/specimens/${id}`)).data.specimen);
    sql(`update core.field set is_active = false where name = 'greeting'`);
    await until(1, 'it is gone', async () => !(await fields()).includes('greeting'));
    same((await send('POST', '/rest/specimens', { greeting: 'z' })).status, 400);
    await expect(201, 'POST', '/rest/specimens', {});
    sql(`update core.field set is_active = true where name = 'greeting'`);
    await until(1, 'it is back', async () => (await fields()).includes('greeting'));
    same((await expect(200, 'GET', `/rest/specimens/${id}`)).data.specimen.greeting, 'y');
  });
  await test('an object that is switched off is not found', async () => {
    sql(`update core.object set is_active = false where name_singular = 'specimen'`);
    await until(1, 'it is gone', async () => (await send('GET', '/rest/specimens')).status === 400);
    sql(`update core.object set is_active = true where name_singular = 'specimen'`);
    await until(1, 'it is back', async () => (await send('GET', '/rest/specimens')).status === 200);
  });
  await test('a model that makes no sense changes nothing', async () => {
    sql(`update core.field set type = 'NONSENSE' where name = 'greeting'`);
    await sleep(700);
    await expect(200, 'GET', '/rest/specimens?limit=1&fields=greeting');
    sql(`update core.field set type = 'TEXT' where name = 'greeting'`);
  });
  await test(`memory stays under 32 MB after ${requests} requests`, async () => {
    const before = small(pid, 'before');
    const people = await createMany('people', Array.from({ length: 60 }, (_, index) => ({ jobTitle: `load ${index}` })));
    const paths = [`/rest/people/${people[0].id}`, '/rest/people?limit=20', '/rest/people?limit=5&fields=jobTitle', `/rest/people/${people[1].id}?fields=id`];
    try {
      execFileSync('wrk', ['--version'], { stdio: 'ignore' });
    } catch (error) {
      if (error.code === 'ENOENT') {
        await inParallel(16, Array.from({ length: requests }, (_, index) => index), async (index) => { const answer = await send('GET', paths[index % 4]); check(answer.status === 200, answer.text); });
        console.log(`# ${before} MB, then ${small(pid, `after ${requests} requests`)} MB`);
        return;
      }
    }
    let done = 0;
    while (done < requests) {
      for (const path of paths) {
        const out = execFileSync('wrk', ['-t', '1', '-c', '16', '-d', '2s', '-H', `Authorization: Bearer ${KEY}`, `${URL_BASE}${path}`], { encoding: 'utf8' });
        check(!/Non-2xx/.test(out), out);
        done += Number(/(\d+) requests in/.exec(out)[1]);
      }
      const body = Array.from({ length: 60 }, () => ({ jobTitle: 'batch' }));
      for (let index = 0; index < 20; index++) await expect(201, 'POST', '/rest/batch/people', body);
    }
    console.log(`# ${before} MB, then ${small(pid, `after ${done} requests`)} MB after ${done} requests`);
  });
});
