// Methods, HEAD, OPTIONS and CORS, 405 with Allow, and the sizes that a client may send (contract 1, 5; RFC 9110).
import net from 'node:net';
import { URL_BASE, KEY, check, checkError, create, expect, fail, list, main, refused, same, send, test, uuid } from './lib.mjs';

// Bytes as they stand; resolves with all that came back until the other side closed or said nothing for a while.
// `then` is sent when the first bytes of an answer are here.
function raw(text, { wait = 3000, then } = {}) {
  const { hostname, port } = new URL(URL_BASE);
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), hostname);
    const parts = [];
    const end = () => { socket.destroy(); resolve(Buffer.concat(parts).toString('utf8')); };
    socket.setTimeout(wait, end);
    socket.on('data', (part) => { if (then && parts.length === 0) socket.write(then); parts.push(part); });
    socket.on('error', end);
    socket.on('close', end);
    socket.write(text);
  });
}
const head = (method, path, more = '') => `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${KEY}\r\n${more}`;
const allow = (answer) => (answer.headers.allow ?? '').split(',').map((word) => word.trim()).filter(Boolean).sort();
const statusOf = (text) => Number((/^HTTP\/1\.1 (\d{3})/.exec(text) ?? [])[1] ?? 0);

main(120, async () => {
  const { id } = await create('people', { jobTitle: 'methods' });
  const allowed = {
    '/rest/people': ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'],
    [`/rest/people/${id}`]: ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'PUT'],
    '/rest/batch/people': ['OPTIONS', 'POST'],
    '/rest/metadata/webhooks': ['GET', 'HEAD', 'OPTIONS', 'POST'],
    [`/rest/metadata/webhooks/${id}`]: ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH'],
  };
  for (const [path, methods] of Object.entries(allowed)) {
    const shown = path.replace(id, '{id}');
    await test(`405 and Allow: ${shown}`, async () => {
      for (const method of ['TRACE', 'PROPFIND', 'FOO']) {
        const answer = await raw(`${head(method, path)}Connection: close\r\n\r\n`);
        if (![405, 501].includes(statusOf(answer))) fail(`${method}: ${answer.slice(0, 200)}`);
        if (statusOf(answer) === 405) {
          const got = (/^allow: *(.*)$/im.exec(answer) ?? ['', ''])[1].trim().split(/ *, */).sort();
          for (const word of methods) check(got.includes(word), `${word} is not in ${got}`);
          same(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)).error, 'MethodNotAllowedException');
        }
      }
    });
    await test(`OPTIONS: ${shown}`, async () => {
      const answer = await send('OPTIONS', path, undefined, { token: null });
      check([200, 204].includes(answer.status), `${answer.status} ${answer.text}`);
      for (const word of methods) check(allow(answer).includes(word), `${word} is not in ${allow(answer)}`);
      same(answer.text, '');
    });
  }
  await test('a method that a path has not', async () => {
    for (const [method, path] of [['PUT', '/rest/batch/people'], ['DELETE', '/rest/batch/people'], ['PUT', '/rest/metadata/webhooks'], ['POST', `/rest/metadata/webhooks/${id}`]]) {
      const answer = await send(method, path, method === 'DELETE' ? undefined : {});
      check([405, 400].includes(answer.status), `${method} ${path}: ${answer.status} ${answer.text.slice(0, 200)}`);
      if (answer.status === 405) check(allow(answer).length > 0, 'Allow is missing');
    }
  });
  await test('HEAD is GET without the body', async () => {
    for (const path of [`/rest/people/${id}`, '/rest/people?limit=2', '/rest/metadata/webhooks', '/healthz', '/readyz', `/rest/people/${uuid()}`, '/rest/people?limit=x']) {
      const [get, answer] = [await send('GET', path), await send('HEAD', path)];
      same([answer.status, answer.text, answer.headers['content-type']], [get.status, '', get.headers['content-type']], path);
      if (!path.startsWith('/rest/people?limit=2')) same(answer.headers['content-length'], get.headers['content-length'], `content-length of ${path}`);
    }
  });
  await test('HEAD needs a key', async () => same((await send('HEAD', '/rest/people', undefined, { token: null })).status, 403));
  await test('health and readiness need no key', async () => {
    for (const path of ['/healthz', '/readyz']) same((await send('GET', path, undefined, { token: null })).json, { status: 'ok' });
  });

  await test('CORS: a preflight', async () => {
    const answer = await send('OPTIONS', '/rest/people', undefined, {
      token: null, headers: { Origin: 'https://app.example', 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization,content-type' },
    });
    check([200, 204].includes(answer.status), `${answer.status}`);
    check(['*', 'https://app.example'].includes(answer.headers['access-control-allow-origin']), answer.headers['access-control-allow-origin']);
    check(answer.headers['access-control-allow-methods'].includes('POST'), 'methods');
    check(/authorization/i.test(answer.headers['access-control-allow-headers']) && /content-type/i.test(answer.headers['access-control-allow-headers']), 'headers');
    check(!('access-control-allow-credentials' in answer.headers), 'no cookies here');
  });
  await test('CORS: answers and refusals may be read', async () => {
    const headers = { Origin: 'https://app.example' };
    for (const [path, token, status] of [['/rest/people', KEY, 200], ['/rest/people', 'x', 401], ['/rest/people/x', KEY, 400], ['/nowhere', KEY, 404]]) {
      const answer = await send('GET', path, undefined, { token, headers });
      same([answer.status, answer.headers['access-control-allow-origin']], [status, '*'], path);
    }
    check(!('access-control-allow-origin' in (await send('GET', '/rest/people')).headers), 'without an Origin it is not there');
  });
  await test('a request id is echoed or made', async () => {
    same((await send('GET', '/healthz', undefined, { headers: { 'X-Request-Id': 'my-request.1_2' } })).headers['x-request-id'], 'my-request.1_2');
    check(/^[0-9a-f-]{16,}$/.test((await send('GET', '/rest/people')).headers['x-request-id']), 'a made one');
    for (const bad of ['a b', '"x"', 'x'.repeat(65), '{}']) check((await send('GET', '/healthz', undefined, { headers: { 'X-Request-Id': bad } })).headers['x-request-id'] !== bad, bad);
  });
  await test('the answer is JSON in UTF-8', async () => {
    for (const path of ['/rest/people', '/rest/people/x', '/nowhere']) same((await send('GET', path)).headers['content-type'], 'application/json; charset=utf-8');
  });

  // Sizes.
  await test('a body of just under 10 MB is taken for what it is', async () => {
    const answer = await send('POST', '/rest/people', JSON.stringify({ jobTitle: 'x'.repeat(9_000_000) }));
    check([201, 400, 413].includes(answer.status), `${answer.status} ${answer.text.slice(0, 200)}`);
    if (answer.status === 201) await expect(200, 'DELETE', `/rest/people/${answer.json.data.createPerson.id}`);
  });
  await test('a longer body is refused before it is read', async () => {
    const answer = await raw(`${head('POST', '/rest/people', 'Content-Type: application/json\r\nContent-Length: 99000000\r\n')}\r\n{`);
    same(statusOf(answer), 413);
    const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));
    same([body.statusCode, body.error], [413, 'PayloadTooLargeException']);
  });
  await test('a chunked body that is too long', async () => {
    const chunk = `10000\r\n${'x'.repeat(65536)}\r\n`;
    same(statusOf(await raw(`${head('POST', '/rest/people', 'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n')}\r\n${chunk.repeat(165)}`)), 413);
  });
  await test('a chunked body', async () => {
    const answer = await raw(`${head('POST', '/rest/people', 'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n')}\r\n8\r\n{"jobTit\r\nb\r\nle":"chunk"\r\n1\r\n}\r\n0\r\n\r\n`);
    same(statusOf(answer), 201);
  });
  await test('a long path and a long header', async () => {
    check([414, 431, 400].includes(statusOf(await raw(`${head('GET', `/rest/people?x=${'y'.repeat(60000)}`)}\r\n`))), 'path');
    same(statusOf(await raw(`${head('GET', '/rest/people', `X-Long: ${'y'.repeat(60000)}\r\n`)}\r\n`)), 431);
  });
  await test('a path of 6,000 bytes is read', async () => {
    check([200].includes((await send('GET', `/rest/people?limit=1&x=${'y'.repeat(6000)}`)).status), 'status');
  });
  await test('JSON deeper than 64 levels', async () => {
    const deep = (levels) => `{"json":${'['.repeat(levels)}1${']'.repeat(levels)}}`;
    same((await send('POST', '/rest/specimens', deep(60))).status, 201);
    for (const levels of [64, 65, 1000, 100000]) await refused(400, undefined, undefined, 'POST', '/rest/specimens', deep(levels));
  });
  await test('more values than 200,000', () => refused(400, undefined, undefined, 'POST', '/rest/specimens', `{"json":[${'0,'.repeat(200001)}0]}`));
  await test('Expect: 100-continue', async () => {
    const answer = await raw(`${head('POST', '/rest/people', 'Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n')}\r\n`, { then: '{}' });
    check(/^HTTP\/1\.1 100 /.test(answer) && /HTTP\/1\.1 201 /.test(answer), answer.slice(0, 200));
  });
  await test('pipelined requests are answered in their order', async () => {
    const one = head('GET', '/rest/people?limit=0');
    const text = `${one}X-Request-Id: a1\r\n\r\n${head('GET', `/rest/people/${id}`)}X-Request-Id: a2\r\n\r\n${head('GET', '/healthz')}X-Request-Id: a3\r\n\r\n${head('GET', '/rest/people/x')}X-Request-Id: a4\r\nConnection: close\r\n\r\n`;
    const answer = await raw(text);
    same(answer.match(/HTTP\/1\.1 \d{3}/g), ['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 400']);
    same(answer.match(/x-request-id: \w+/gi).map((line) => line.slice(-2)), ['a1', 'a2', 'a3', 'a4']);
  });
  await test('a failed neighbour fails nobody else', async () => {
    const work = Array.from({ length: 200 }, (_, index) => index % 4 === 0 ? send('POST', '/rest/people', { id }) : index % 4 === 1 ? send('POST', '/rest/people', { jobTitle: `neighbour ${index}` }) : index % 4 === 2 ? send('GET', `/rest/people/${id}`) : send('POST', '/rest/people', { companyId: uuid() }));
    const wanted = [400, 201, 200, 400];
    (await Promise.all(work)).forEach((answer, index) => same(answer.status, wanted[index % 4], `${index}: ${answer.text.slice(0, 200)}`));
    check((await list('people', '?limit=1')).totalCount > 0, 'count');
  });
  await test('parts that come later say so', async () => {
    for (const path of ['/graphql', '/rest/metadata/objects']) {
      const answer = await send('GET', path);
      check([200, 400, 405, 501].includes(answer.status), `${path}: ${answer.status}`);
    }
    checkError(await send('GET', '/nowhere'), 404);
  });
});
