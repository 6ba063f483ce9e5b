// Redis and PostgreSQL go away and come back (issue: writes go on without Redis; 503 with Retry-After without PostgreSQL,
// and no restart needed).
import { spawn } from 'node:child_process';
import http from 'node:http';
import { check, checkError, create, ctl, eventsSince, expect, list, liveRows, main, outboxMark, refused, same, send, sleep, sqlOne, test, until } from './lib.mjs';

const pid = Number(process.env.PORTTI_GATEWAY_PID);
const alive = () => { process.kill(pid, 0); return true; };
// redis-cli takes a URL without a user for one with the user "".
const redisUrl = process.env.PORTTI_REDIS_URL.replace('://:', '://default:');
const redis = (...args) => new Promise((resolve) => {
  const child = spawn('redis-cli', ['-u', redisUrl, '--no-auth-warning', ...args]);
  let out = '';
  child.stdout.on('data', (part) => { out += part; });
  child.on('close', () => resolve(out.trim()));
});

main(180, async () => {
  await test('an event comes to Redis after the commit', async () => {
    const before = Number(await redis('xlen', 'portti:events'));
    const { id } = await create('people', { jobTitle: 'streamed' });
    await until(2, 'it is in the stream', async () => Number(await redis('xlen', 'portti:events')) > before);
    check((await redis('xrevrange', 'portti:events', '+', '-', 'COUNT', '1')).includes(id), 'the last entry is another');
  });
  await test('Redis stopped: writes go on, as fast', async () => {
    ctl('redis_stop', 'KILL');
    const mark = outboxMark();
    for (let index = 0; index < 30; index++) {
      const begin = Date.now();
      const { id } = await create('people', { jobTitle: 'without Redis' });
      await expect(200, 'PATCH', `/rest/people/${id}`, { jobTitle: 'still' });
      check(Date.now() - begin < 1000, `${Date.now() - begin} ms`);
    }
    same(eventsSince(mark).length, 60, 'events in the outbox');
    same((await list('people', '?limit=1')).totalCount, liveRows('people'));
  });
  await test('Redis hung: writes go on', async () => {
    ctl('redis_start');
    await create('people', {});
    const hung = Number(ctl('part_pid', 'redis'));
    await sleep(500);
    process.kill(hung, 'SIGSTOP');
    for (let index = 0; index < 30; index++) {
      const begin = Date.now();
      await create('people', { jobTitle: 'Redis hangs' });
      check(Date.now() - begin < 1000, `${Date.now() - begin} ms`);
    }
    process.kill(hung, 'SIGCONT');
  });
  await test('Redis back: events flow again', async () => {
    await until(10, 'an event arrives', async () => {
      const before = Number(await redis('xlen', 'portti:events'));
      await create('people', {});
      await sleep(100);
      return Number(await redis('xlen', 'portti:events')) > before;
    });
  });

  const kept = await create('people', { jobTitle: 'before the outage' });
  const before = liveRows('people');
  for (const how of ['', 'immediate']) {
    await test(`PostgreSQL stopped ${how}: 503 with Retry-After within the deadline`, async () => {
      ctl('postgres_stop', ...(how ? [how] : []));
      const use = new http.Agent({ keepAlive: true, maxSockets: 300 });
      const asked = [['GET', `/rest/people/${kept.id}`], ['GET', '/rest/people'], ['POST', '/rest/people', {}], ['PATCH', `/rest/people/${kept.id}`, { jobTitle: 'lost' }], ['DELETE', `/rest/people/${kept.id}`], ['GET', '/rest/metadata/webhooks']];
      for (let index = 0; index < 200; index++) asked.push(['GET', `/rest/people/${kept.id}`]);
      await Promise.all(asked.map(async ([method, path, body]) => {
        const begin = Date.now();
        const answer = await send(method, path, body, { use });
        checkError(answer, 503);
        check(Number(answer.headers['retry-after']) >= 1, `Retry-After: ${answer.headers['retry-after']}`);
        check(Date.now() - begin < 5000, `${method} ${path}: ${Date.now() - begin} ms`);
      }));
      use.destroy();
    });
    await test('meanwhile: alive, not ready, and bad input is still told', async () => {
      alive();
      same((await send('GET', '/healthz')).status, 200);
      same((await send('GET', '/readyz')).status, 503);
      await refused(400, "limit 'x' is invalid", undefined, 'GET', '/rest/people?limit=x');
      same((await send('GET', '/rest/people', undefined, { token: 'x' })).status, 401);
    });
    await test('PostgreSQL back: it recovers by itself', async () => {
      ctl('postgres_start');
      await until(15, 'it is ready', async () => (await send('GET', '/readyz')).status === 200);
      await until(15, 'reads work', async () => (await send('GET', `/rest/people/${kept.id}`)).status === 200);
      same((await expect(200, 'GET', `/rest/people/${kept.id}`)).data.person.jobTitle, 'before the outage');
      same(liveRows('people'), before, 'rows');
      same((await list('people', '?limit=1')).totalCount, before, 'totalCount');
      await expect(200, 'PATCH', `/rest/people/${kept.id}`, { position: 1 });
    });
  }
  await test('killed connections: reads are tried again or told, writes are never applied twice', async () => {
    const mark = outboxMark();
    let going = true;
    const killer = (async () => {
      for (let round = 0; round < 10; round++) {
        sqlOne(`select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and application_name like 'portti-%'`);
        await sleep(150);
      }
      going = false;
    })();
    const answers = { 201: 0 };
    let asked = 0;
    await Promise.all(Array.from({ length: 8 }, async () => {
      while (going) {
        asked += 1;
        const answer = await send('POST', '/rest/people', { jobTitle: `survivor ${asked}` });
        check([201, 500, 503].includes(answer.status), `${answer.status} ${answer.text}`);
        answers[answer.status] = (answers[answer.status] ?? 0) + 1;
      }
    }));
    await killer;
    check(answers[201] > 0, JSON.stringify(answers));
    await until(10, 'it is ready', async () => (await send('GET', '/readyz')).status === 200);
    const titles = eventsSince(mark).map((event) => event.record.jobTitle);
    same(new Set(titles).size, titles.length, 'titles once each');
    check(titles.length >= answers[201] && titles.length <= asked, `${titles.length} events, ${JSON.stringify(answers)} of ${asked}`);
    same((await list('people', '?limit=1')).totalCount, liveRows('people'));
  });
  await test('a statement that hangs behind a lock: told within the deadline', async () => {
    const locker = spawn('psql', ['-X', '-q', process.env.PORTTI_DATABASE_URL, '-c', 'begin', '-c', 'lock table workspace.note', '-c', 'select pg_sleep(6)']);
    await until(3, 'the lock is held', async () => sqlOne("select count(*) from pg_locks where relation = 'workspace.note'::regclass and mode = 'AccessExclusiveLock' and granted") === '1');
    const begin = Date.now();
    const answer = await send('GET', '/rest/notes');
    check([503, 504].includes(answer.status), `${answer.status} ${answer.text.slice(0, 200)}`);
    check(Date.now() - begin < 5000, `${Date.now() - begin} ms`);
    await expect(200, 'GET', `/rest/people/${kept.id}`);
    await new Promise((resolve) => { locker.on('close', resolve); });
    await until(5, 'the notes are back', async () => (await send('GET', '/rest/notes')).status === 200);
  });
});
