// The gateway as a process: its start, its memory, revoked keys, a changed model.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import { KEY, check, create, createMany, ctl, expect, inParallel, main, same, send, sleep, sql, test, until } from './lib.mjs';

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
const wrk = () => spawnSync('wrk', ['--version'], { stdio: 'ignore' }).error === undefined;
const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());

// One keep-alive connection, so that which worker answers stays the same.
function connection() {
  const use = new http.Agent({ keepAlive: true, maxSockets: 1 });
  return { get: (path, token) => send('GET', path, undefined, { use, token }), close: () => use.destroy() };
}

// A gateway of this test's own, timed from its start.
async function spare() {
  const port = ctl('gateway_port', 'spare');
  const base = `http://127.0.0.1:${port}`;
  const begin = performance.now();
  const child = spawn(process.env.PORTTI_GATEWAY, ['serve', '--set', `port=${port}`, '--set', 'admin_port=0', '--set', 'rate_limit=off', '--set', 'access_log=off'], { stdio: 'ignore' });
  let ready = false;
  while (!ready && performance.now() - begin < 10000) {
    await sleep(4);
    ready = await send('GET', '/readyz', undefined, { base, token: null }).then((answer) => answer.status === 200, () => false);
  }
  const took = Math.round(performance.now() - begin);
  const stop = () => new Promise((resolve) => { child.on('exit', (code) => resolve(code)); child.kill('SIGTERM'); });
  return { pid: child.pid, base, took, stop, ready };
}

main(400, async () => {
  await test('ready within 300 ms of its start, 32 MB idle, a clean end', async () => {
    const took = [];
    for (let round = 0; round < 5; round++) {
      const one = await spare();
      check(one.ready, 'it is not ready');
      took.push(one.took);
      if (round === 0) { await sleep(300); small(one.pid, 'idle'); }
      same(await one.stop(), 0, 'exit code');
    }
    console.log(`# ready after ${took} ms`);
    check(instrumented || Math.min(...took) < 300, `${took} ms`);
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
    const one = await spare();
    const use = new http.Agent({ keepAlive: true, maxSockets: 16 });
    const options = { base: one.base, use };
    const people = await createMany('people', Array.from({ length: 60 }, (_, index) => ({ jobTitle: `load ${index}` })));
    const paths = [`/rest/people/${people[0].id}`, '/rest/people?limit=20', '/rest/people?limit=5&fields=jobTitle', `/rest/people/${people[1].id}?fields=id`, '/rest/people', '/rest/people/x'];
    const batch = Array.from({ length: 60 }, () => ({ jobTitle: 'batch' }));
    const work = async (index) => {
      const answer = index % 500 === 0 ? await send('POST', '/rest/batch/people', batch, options)
        : index % 50 === 1 ? await send('PATCH', `/rest/people/${people[index % 60].id}`, { position: index }, options)
          : await send('GET', paths[index % 5 === 4 && index % 25 !== 4 ? 5 : index % 5], undefined, options);
      check([200, 201, 400].includes(answer.status), answer.text.slice(0, 200));
    };
    const before = residentMb(one.pid);
    if (wrk()) {
      let done = 0;
      while (done < requests) {
        for (const path of paths.slice(0, 5)) {
          const out = execFileSync('wrk', ['-t', '1', '-c', '32', '-d', '1s', '-H', `Authorization: Bearer ${KEY}`, `${one.base}${path}`], { encoding: 'utf8' });
          check(!/Non-2xx/.test(out), out);
          done += Number(/(\d+) requests in/.exec(out)[1]);
        }
        await inParallel(16, Array.from({ length: 1000 }, (_, index) => index), work);
      }
    } else {
      await inParallel(16, Array.from({ length: requests }, (_, index) => index), work);
    }
    use.destroy();
    console.log(`# ${before.toFixed(1)} MB idle, ${residentMb(one.pid).toFixed(1)} MB after the requests`);
    try {
      small(one.pid, `after ${requests} requests`);
    } finally {
      await one.stop();
    }
  });
  await test('memory that a few large requests took is given back', async () => {
    const one = await spare();
    for (let round = 0; round < 4; round++) {
      await send('POST', '/rest/specimens', JSON.stringify({ text: 'x'.repeat(4_000_000) }), { base: one.base });
      await send('POST', '/rest/specimens', `{"json":[${'0,'.repeat(150000)}0],"nonsense":1}`, { base: one.base });
    }
    await sleep(500);
    const mb = residentMb(one.pid);
    console.log(`# ${mb.toFixed(1)} MB after large requests`);
    await one.stop();
    check(instrumented || mb < 64, `${mb.toFixed(1)} MB`);
  });
});
