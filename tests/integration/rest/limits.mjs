// The rate limit, on a gateway of its own with rate_limit=5/s,30/min and one worker (contract 5.1, 5.4).
import { KEY, check, checkError, main, same, send, sleep, test } from './lib.mjs';

const base = process.env.PORTTI_LIMITED_URL;
const limited = { base, token: process.env.PORTTI_LIMITED_KEY };

main(60, async () => {
  await test('429 after the fifth in a second', async () => {
    const statuses = [];
    let first;
    for (let index = 0; index < 8; index++) {
      const answer = await send('GET', '/rest/people?limit=0', undefined, limited);
      statuses.push(answer.status);
      if (answer.status === 429 && first === undefined) first = answer;
    }
    check(statuses.filter((status) => status === 200).length >= 5, `${statuses}`);
    check(first !== undefined, `${statuses}`);
    const body = checkError(first, 429, undefined, 'LIMIT_REACHED');
    check(/^Limit reached \(\d+ tokens per \d+ ms\)$/.test(body.messages[0]), body.messages[0]);
    same(body.messages[0], 'Limit reached (5 tokens per 1000 ms)');
    const retry = Number(first.headers['retry-after']);
    check(Number.isInteger(retry) && retry >= 1 && retry <= 2, `Retry-After: ${first.headers['retry-after']}`);
    for (const name of ['x-ratelimit-limit', 'x-ratelimit-remaining']) check(/^\d+$/.test(first.headers[name] ?? ''), `${name}: ${first.headers[name]}`);
  });
  await test('after Retry-After there is room again', async () => {
    await sleep(1100);
    same((await send('GET', '/rest/people?limit=0', undefined, limited)).status, 200);
  });
  await test('another key has its own budget', async () => same((await send('GET', '/rest/people?limit=0', undefined, { base, token: KEY })).status, 200));
  await test('a batch counts once', async () => {
    await sleep(1100);
    same((await send('POST', '/rest/batch/people', Array.from({ length: 60 }, () => ({})), limited)).status, 201);
    same((await send('GET', '/rest/people?limit=0', undefined, limited)).status, 200);
  });
  await test('the longer budget holds, too', async () => {
    let answer;
    for (let index = 0; index < 60; index++) {
      answer = await send('GET', '/rest/people?limit=0', undefined, limited);
      if (answer.status === 429 && answer.json.messages[0].includes('60000')) break;
      await sleep(210);
    }
    checkError(answer, 429, 'Limit reached (30 tokens per 60000 ms)', 'LIMIT_REACHED');
    check(Number(answer.headers['retry-after']) >= 1 && Number(answer.headers['retry-after']) <= 60, answer.headers['retry-after']);
  });
  await test('nobody is limited before they are known', async () => {
    const statuses = new Set();
    for (let index = 0; index < 20; index++) statuses.add((await send('GET', '/rest/people', undefined, { base, token: 'x' })).status);
    same([...statuses], [401]);
  });
  await test('health is not limited', async () => {
    for (let index = 0; index < 20; index++) same((await send('GET', '/healthz', undefined, { base, token: null })).status, 200);
  });
});
