'use strict';
// Whatever a client sends: a clear answer in the 4xx, nothing half written, and a server that is there for the next one.
const net = require('net');
const { test, main, sleep, until } = require('./lib/report');
const { send, expect } = require('./lib/api');

const { hostname, port } = new URL(process.env.PORTTI_URL);
const authorization = `Authorization: Bearer ${process.env.PORTTI_API_KEY}\r\n`;

// Sends bytes as they are and resolves with all that came until the other side closed, or nothing came for a while.
function raw(bytes, { wait = 3000, leave = false } = {}) {
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), hostname);
    const parts = [];
    const end = () => {
      socket.destroy();
      resolve(Buffer.concat(parts).toString('latin1'));
    };
    socket.setTimeout(wait, end);
    socket.on('data', (part) => parts.push(part));
    socket.on('error', end);
    socket.on('close', end);
    socket.write(bytes, () => leave && socket.destroy());
  });
}

function post(path, body, headers = '') {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body, 'utf8');
  const head =
    `POST ${path} HTTP/1.1\r\nHost: ${hostname}\r\n${authorization}Content-Type: application/json\r\n` +
    `Content-Length: ${bytes.length}\r\nConnection: close\r\n${headers}\r\n`;
  return raw(Buffer.concat([Buffer.from(head, 'latin1'), bytes]));
}

const statusOf = (answer) => Number((/^HTTP\/1\.1 (\d{3}) /.exec(answer) || [])[1] || 0);

// An error in the contract's form: statusCode, error, messages, and none of our insides.
function checkError(answer, statuses) {
  const status = statusOf(answer);
  if (!statuses.includes(status)) throw new Error(`status ${status} instead of ${statuses}: ${answer.slice(0, 400)}`);
  const body = JSON.parse(Buffer.from(answer.slice(answer.indexOf('\r\n\r\n') + 4), 'latin1').toString('utf8'));
  if (body.statusCode !== status || !Array.isArray(body.messages) || body.messages.length === 0) {
    throw new Error(`not the form of an error: ${JSON.stringify(body)}`);
  }
  if (/insert into|select |postgres|libpq|\/home|\.c:\d/i.test(body.messages.join())) throw new Error(`it tells too much: ${body.messages}`);
  return body;
}

const many = (count, text) => text.repeat(count);
const record = (index) => `{"name":"Number ${index}"}`;
const companies = '/rest/companies';
const batch = '/rest/batch/companies';

// [what, path, body]
const refused = [
  ['no JSON', companies, 'hello'],
  ['an empty body', companies, ''],
  ['JSON that ends in the middle', companies, '{"name":"x'],
  ['something behind the JSON', companies, '{"name":"x"} {}'],
  ['a comma too many', companies, '{"name":"x",}'],
  ['single quotes', companies, "{'name':'x'}"],
  ['a number for the record', companies, '42'],
  ['null for the record', companies, 'null'],
  ['a list for the record', companies, '[{"name":"x"}]'],
  ['a record for the list', batch, '{"name":"x"}'],
  ['a list in a list', batch, '[[{"name":"x"}]]'],
  ['a null in the list', batch, '[null]'],
  ['a number for text', companies, '{"name":5}'],
  ['a record for text', companies, '{"name":{"a":1}}'],
  ['text for a composite', companies, '{"address":"Main Street 1"}'],
  ['a list for a composite', companies, '{"domainName":["https://a.example"]}'],
  ['an unknown field', companies, '{"name":"x","nonsense":1}'],
  ['an unknown sub-field', companies, '{"address":{"addressPlanet":"Mars"}}'],
  ['text for a number', companies, '{"annualRevenue":{"amountMicros":"a lot","currencyCode":"EUR"}}'],
  ['a number beyond all bounds', companies, '{"annualRevenue":{"amountMicros":1e400,"currencyCode":"EUR"}}'],
  ['a number of 300 digits', companies, `{"annualRevenue":{"amountMicros":${many(300, '9')},"currencyCode":"EUR"}}`],
  ['a bad option', '/rest/opportunities', '{"name":"x","stage":"NOWHERE"}'],
  ['a bad date', '/rest/opportunities', '{"name":"x","closeDate":"the day after tomorrow"}'],
  ['a bad id', companies, '{"id":"42","name":"x"}'],
  ['a bad id of a relation', '/rest/people', '{"companyId":"42"}'],
  ['a bad e-mail address', '/rest/people', '{"emails":{"primaryEmail":"not an address"}}'],
  ['a relation to nobody', '/rest/people', '{"companyId":"00000000-0000-4000-8000-000000000000"}'],
  ['a lone surrogate', companies, '{"name":"\\ud800"}'],
  ['an escaped NUL', companies, '{"name":"a\\u0000b"}'],
  ['a raw NUL', companies, Buffer.from('{"name":"a\0b"}')],
  ['a raw line break in text', companies, '{"name":"a\nb"}'],
  ['bytes that are no UTF-8', companies, Buffer.from([...Buffer.from('{"name":"'), 0xff, 0xfe, ...Buffer.from('"}')])],
  ['an overlong UTF-8 form', companies, Buffer.from([...Buffer.from('{"name":"'), 0xc0, 0x80, ...Buffer.from('"}')])],
  ['lists in lists, 100,000 deep', companies, many(100000, '[')],
  ['records in records, 20,000 deep', companies, many(20000, '{"a":') + '1' + many(20000, '}')],
  ['61 records', batch, `[${Array.from({ length: 61 }, (_, index) => record(index)).join()}]`],
  ['59 good records and a bad one', batch, `[${Array.from({ length: 59 }, (_, index) => record(index)).join()},{"name":7}]`],
  ['the same domain twice in a batch', batch, many(1, '[{"domainName":{"primaryLinkUrl":"https://twice.example"}},{"domainName":{"primaryLinkUrl":"https://twice.example"}}]')],
  ['the same id twice in a batch', batch, '[{"id":"11111111-1111-4111-8111-111111111111"},{"id":"11111111-1111-4111-8111-111111111111"}]'],
  ['an unknown object', '/rest/spaceships', '{"name":"x"}'],
  ['a webhook to nowhere', '/rest/metadata/webhooks', '{"targetUrl":"ftp://x.example/","operations":["*.*"]}'],
  ['a webhook without an address', '/rest/metadata/webhooks', '{"operations":["*.*"]}'],
];

// [what, path]
const refusedReads = [
  ['an id that is none', `${companies}/42`],
  ['an id that is not there', `${companies}/00000000-0000-4000-8000-000000000000`],
  ['a limit that is no number', `${companies}?limit=many`],
  ['a negative limit', `${companies}?limit=-1`],
  ['a broken cursor', `${companies}?starting_after=%00%ff`],
  ['a filter that is none', `${companies}?filter=((`],
  ['a path in the path', `${companies}/../../etc/passwd`],
  ['an escape that is none', `${companies}/%zz`],
];

main(180, async () => {
  const before = (await expect(200, 'GET', `${companies}?limit=1`)).totalCount;
  const people = (await expect(200, 'GET', '/rest/people?limit=1')).totalCount;

  for (const [what, path, body] of refused) {
    await test(`refused: ${what}`, async () => {
      checkError(await post(path, body), [400, 404, 413]);
    });
  }
  for (const [what, path] of refusedReads) {
    await test(`refused: ${what}`, async () => {
      checkError(
        await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\n${authorization}Connection: close\r\n\r\n`),
        [400, 404, 501],
      );
    });
  }

  await test('nothing of what was refused has been written', async () => {
    const companiesNow = (await expect(200, 'GET', `${companies}?limit=1`)).totalCount;
    const peopleNow = (await expect(200, 'GET', '/rest/people?limit=1')).totalCount;
    if (companiesNow !== before || peopleNow !== people) throw new Error(`${before} -> ${companiesNow}, ${people} -> ${peopleNow}`);
  });

  await test('no key, a wrong key and a foreign key are refused as the contract says', async () => {
    for (const [headers, status, message] of [
      [{ Authorization: '' }, 403, 'Missing authentication token'],
      [{ Authorization: 'Bearer ' }, 403, 'Missing authentication token'],
      [{ Authorization: 'Bearer nonsense' }, 401, 'Token invalid.'],
      [{ Authorization: `Bearer ${process.env.PORTTI_API_KEY.slice(0, -4)}AAAA` }, 401, 'Token invalid.'],
    ]) {
      const answer = await send('GET', companies, undefined, headers);
      if (answer.status !== status || answer.json.messages[0] !== message || 'code' in answer.json) {
        throw new Error(`${JSON.stringify(headers)}: ${answer.status} ${answer.text}`);
      }
    }
  });

  await test('a method that is not there is refused, with those that are', async () => {
    const answer = await raw(`BREW ${companies} HTTP/1.1\r\nHost: x\r\n${authorization}Connection: close\r\n\r\n`);
    if (![405, 501].includes(statusOf(answer))) throw new Error(answer);
    if (statusOf(answer) === 405 && !/\r\nallow: .*GET/i.test(answer)) throw new Error(answer);
  });

  for (const [what, bytes, statuses] of [
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello', [400]],
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', [400]],
    ['a negative length', 'Content-Length: -5\r\n\r\n', [400]],
    ['a length beyond all bounds', 'Content-Length: 99999999999999999999999\r\n\r\n', [400, 413]],
    ['a body that is too large', 'Content-Length: 2000000000\r\n\r\n', [413]],
    ['a chunk that is too large', 'Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n', [400, 413]],
    ['headers without end', `X: ${many(200000, 'a')}\r\n\r\n`, [400, 431]],
    ['a thousand headers', `${many(5000, 'X-A: b\r\n')}\r\n`, [400, 431]],
    ['a NUL in a header', 'X: a\0b\r\n\r\n', [400]],
  ]) {
    await test(`refused by the server: ${what}`, async () => {
      const answer = await raw(`POST ${companies} HTTP/1.1\r\nHost: x\r\n${authorization}${bytes}`);
      if (!statuses.includes(statusOf(answer))) throw new Error(`${statusOf(answer)}: ${answer.slice(0, 300)}`);
    });
  }

  await test('a target without end is refused', async () => {
    const answer = await raw(`GET /${many(200000, 'a')} HTTP/1.1\r\nHost: x\r\n\r\n`);
    if (![400, 414, 431].includes(statusOf(answer))) throw new Error(answer.slice(0, 300));
  });

  await test('bytes that are no HTTP are refused', async () => {
    for (const bytes of ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', many(5000, '\0'), 'GET\r\n\r\n', many(100000, '\r\n')]) {
      const answer = await raw(Buffer.from(bytes, 'latin1'), { wait: 1000 });
      if (answer !== '' && ![400, 408, 414, 431, 501, 505].includes(statusOf(answer))) throw new Error(answer.slice(0, 300));
    }
  });

  await test('clients that leave in the middle leave nothing behind', async () => {
    const total = async () => (await expect(200, 'GET', '/rest/notes?limit=1')).totalCount;
    const notes = await total();
    const head = `POST /rest/batch/notes HTTP/1.1\r\nHost: x\r\n${authorization}Content-Type: application/json\r\n`;
    for (let index = 0; index < 100; index += 1) {
      // Some leave in the headers, some in the body, one byte before its end at the latest.
      const body = '[{"title":"half"}]';
      const whole = `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
      await raw(whole.slice(0, Math.floor(((whole.length - 1) * (index + 1)) / 100)), { leave: true });
    }
    await sleep(300);
    if ((await total()) !== notes) throw new Error(`${notes} -> ${await total()}`);
  });

  await test('clients that leave before their answer cost nobody else theirs', async () => {
    const get = `GET ${companies}?limit=60 HTTP/1.1\r\nHost: x\r\n${authorization}\r\n`;
    const leaving = Array.from({ length: 200 }, () => raw(many(5, get), { leave: true }));
    const staying = Array.from({ length: 20 }, () => expect(200, 'GET', `${companies}?limit=60`));
    await Promise.all([...leaving, ...staying]);
  });

  await test('200 slow clients cost nobody else a thing', async () => {
    const sockets = Array.from({ length: 200 }, () => {
      const socket = net.connect(Number(port), hostname);
      socket.on('error', () => {});
      socket.write(`POST ${companies} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n`);
      return socket;
    });
    const drip = setInterval(() => sockets.forEach((socket) => socket.writable && socket.write('X')), 200);
    try {
      await sleep(500);
      const begin = Date.now();
      for (let index = 0; index < 50; index += 1) await expect(200, 'GET', `${companies}?limit=1`);
      const took = Date.now() - begin;
      if (took > 5000) throw new Error(`50 reads took ${took} ms`);
    } finally {
      clearInterval(drip);
      sockets.forEach((socket) => socket.destroy());
    }
  });

  await test('a client that does not read its answers is borne', async () => {
    const socket = net.connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.pause();
    for (let index = 0; index < 200; index += 1) {
      socket.write(`GET ${companies}?limit=60 HTTP/1.1\r\nHost: x\r\n${authorization}\r\n`);
    }
    await sleep(500);
    for (let index = 0; index < 20; index += 1) await expect(200, 'GET', `${companies}?limit=1`);
    socket.destroy();
  });

  await test('the server is up, and is the same process', async () => {
    await until(5, 'not ready', async () => (await send('GET', '/readyz')).status === 200);
    process.kill(Number(process.env.PORTTI_GATEWAY_PID), 0);
  });
});
