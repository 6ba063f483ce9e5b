// Live changes: subscriptions over server-sent events, with filters, relations, resuming, and all that may end them.
import http from 'node:http';
import { KEY, URL_BASE, ask, check, ctl, data, expect, fail, main, same, send, sleep, sqlOne, test, uuid } from './lib.mjs';

const ENDING = process.env.PORTTI_ENDING_URL;

// Opens an event stream. `events` grows; `status`, `headers` and `ended` tell the rest.
function listen(query, { variables, token = KEY, headers = {}, base = URL_BASE, method = 'POST', pause = false } = {}) {
  const stream = { events: [], comments: 0, status: 0, headers: {}, ended: false, cut: false, text: '' };
  const path = method === 'GET' ? `/graphql?${new URLSearchParams({ query })}` : '/graphql';
  const body = method === 'GET' ? undefined : JSON.stringify({ query, variables });
  stream.opened = new Promise((resolve, reject) => {
    const request = http.request(new URL(path, base), {
      method,
      agent: false,
      headers: { Authorization: `Bearer ${token}`, Accept: 'text/event-stream', ...(body ? { 'Content-Type': 'application/json' } : {}), ...headers },
    }, (response) => {
      Object.assign(stream, { status: response.statusCode, headers: response.headers, response });
      let left = '';
      response.setEncoding('utf8');
      response.on('data', (part) => {
        stream.text += stream.text.length < 4000 ? part : '';
        left += part;
        for (let at = left.indexOf('\n\n'); at >= 0; at = left.indexOf('\n\n')) {
          const block = left.slice(0, at);
          left = left.slice(at + 2);
          if (block === ':') stream.comments += 1;
          else stream.events.push(Object.fromEntries(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()])));
        }
        resolve(stream);
      });
      response.on('end', () => { stream.ended = true; resolve(stream); });
      response.on('error', () => { stream.ended = true; stream.cut = true; });
      if (pause) response.pause();
      if (pause) setTimeout(() => resolve(stream), 200);
    });
    request.on('error', reject);
    request.end(body);
    stream.close = () => request.destroy();
  });
  return stream;
}

async function opened(query, options) {
  const stream = listen(query, options);
  await stream.opened;
  check(stream.status === 200, `status ${stream.status}: ${stream.text}`);
  same(stream.headers['content-type'], 'text/event-stream; charset=utf-8');
  return stream;
}

async function until(condition, what, seconds = 8) {
  for (let i = 0; i < seconds * 50; i += 1) {
    if (condition()) return;
    await sleep(20);
  }
  fail(`not within ${seconds} s: ${what}`);
}
const replies = (stream) => stream.events.filter(({ event }) => event === 'next').map(({ data: text }) => JSON.parse(text));
const count = (stream, n) => until(() => replies(stream).length >= n, `${n} events; there are ${replies(stream).length}: ${stream.text.slice(0, 600)}`);
const create = (values) => expect(201, 'POST', '/rest/companies', { id: uuid(), ...values }).then((answer) => answer.data.createCompany);
const named = () => `live ${uuid()}`;

main(150, async () => {
  await test('each kind of change reaches its subscription, once and in order', async () => {
    const kinds = ['Create', 'Update', 'Delete', 'Restore', 'Destroy'];
    const streams = await Promise.all(kinds.map((kind) =>
      opened(`subscription { c: on${kind}Company { __typename eventId action occurredAt updatedFields record { id name __typename } } }`)));
    const company = await create({ name: named() });
    await expect(200, 'PATCH', `/rest/companies/${company.id}`, { name: 'second', address: { addressCity: 'Oulu' } });
    await expect(200, 'PATCH', `/rest/companies/${company.id}`, { name: 'second' }); // no change, no event
    await expect(200, 'DELETE', `/rest/companies/${company.id}?soft_delete=true`);
    await expect(200, 'PATCH', `/rest/restore/companies/${company.id}`);
    await expect(200, 'DELETE', `/rest/companies/${company.id}`);
    for (const [i, action] of ['CREATED', 'UPDATED', 'DELETED', 'RESTORED', 'DESTROYED'].entries()) {
      await count(streams[i], 1);
      const mine = replies(streams[i]).filter((reply) => reply.data.c.record.id === company.id);
      same(mine.length, 1, `events of on${kinds[i]}`);
      const event = mine[0].data.c;
      same(event.action, action);
      same([event.__typename, event.record.__typename], ['CompanyRecordEvent', 'Company']);
      check(/^[0-9a-f-]{36}$/.test(event.eventId) && event.occurredAt.endsWith('Z'), JSON.stringify(event));
      same(event.updatedFields, { UPDATED: ['name', 'address'], DELETED: ['deletedAt'], RESTORED: ['deletedAt'] }[action] ?? null, `updatedFields of ${action}`);
      same(event.record.name, action === 'CREATED' ? company.name : 'second');
      streams[i].close();
    }
  });

  await test('a filter holds as it does in a query', async () => {
    const base = named();
    const rows = [
      { name: `${base} Ä`, annualRevenue: { amountMicros: '1' } }, { name: `${base} b_%`, annualRevenue: { amountMicros: '20' }, domainName: { primaryLinkUrl: 'https://x.example' } },
      { name: base, address: { addressCity: 'Oulu' } }, { name: `${base} c`, annualRevenue: { amountMicros: '9007199254740993', currencyCode: 'EUR' } },
    ];
    const filters = [
      `{name: {eq: "${base}"}}`, `{name: {neq: "${base}"}}`, `{name: {ilike: "%ä"}}`, `{name: {like: "%b\\\\_\\\\%"}}`, `{name: {startsWith: "${base} "}}`,
      `{name: {endsWith: "c"}}`, `{name: {gt: "${base} b"}}`, `{annualRevenue: {amountMicros: {gt: 1}}}`, `{annualRevenue: {amountMicros: {lte: 3}}}`, '{annualRevenue: {amountMicros: {in: [1, 3]}}}',
      '{annualRevenue: {amountMicros: {is: NULL}}}', '{annualRevenue: {amountMicros: {is: NOT_NULL}}}', '{not: {annualRevenue: {amountMicros: {gt: 1}}}}', '{or: [{annualRevenue: {amountMicros: {eq: 1}}}, {annualRevenue: {amountMicros: {is: NULL}}}]}',
      '{and: [{annualRevenue: {amountMicros: {gte: 3}}}, {not: {annualRevenue: {amountMicros: {eq: 20}}}}]}', '{address: {addressCity: {eq: "Oulu"}}}', '{address: {addressCity: {is: NULL}}}',
      '{annualRevenue: {amountMicros: {gt: "9007199254740992"}}}', '{annualRevenue: {amountMicros: {eq: "9007199254740992"}}}',
      '{domainName: {primaryLinkUrl: {ilike: "%EXAMPLE%"}}}', '{createdAt: {gt: "2020-01-01T00:00:00Z"}}', '{deletedAt: {is: NULL}}',
      '{createdBy: {source: {in: [API]}}}', '{id: {in: ["00000000-0000-4000-8000-000000000000"]}}', '{}',
    ];
    const streams = await Promise.all(filters.map((filter) => opened(`subscription { e: onCreateCompany(filter: ${filter}) { record { name } } }`)));
    for (const row of rows) await create(row);
    const end = await opened('subscription { e: onCreateCompany { record { name } } }');
    await create({ name: 'the last one' });
    await count(end, 1);
    await sleep(100);
    for (const [i, filter] of filters.entries()) {
      const found = await data(`{ companies(filter: {and: [${filter}, {name: {startsWith: "${base}"}}]}, orderBy: {createdAt: AscNullsFirst}) { edges { node { name } } } }`);
      const live = replies(streams[i]).map((reply) => reply.data.e.record.name).filter((name) => name.startsWith(base));
      same(live, found.companies.edges.map(({ node }) => node.name), `live names for ${filter}`);
      streams[i].close();
    }
    end.close();
  });

  await test('relations of the record come along, as they are now', async () => {
    const company = await create({ name: named() });
    const stream = await opened(`subscription ($c: UUID!) { onCreatePerson(filter: {companyId: {eq: $c}}) {
      record { name { firstName } company { name people(first: 1) { totalCount edges { node { id } } } } } } }`, { variables: { c: company.id } });
    const ids = [];
    for (let i = 0; i < 30; i += 1) {
      ids.push(uuid());
      await expect(201, 'POST', '/rest/people', { id: ids[i], name: { firstName: `n${i}` }, companyId: company.id });
    }
    await count(stream, 30);
    same(replies(stream).map((reply) => reply.data.onCreatePerson.record.name.firstName), ids.map((_, i) => `n${i}`));
    for (const { data: { onCreatePerson: { record } } } of replies(stream)) {
      same(record.company.name, company.name);
      check(record.company.people.totalCount >= 1 && record.company.people.edges.length === 1, JSON.stringify(record));
    }
    stream.close();
  });

  await test('whoever comes back with Last-Event-ID has missed nothing and gets nothing twice', async () => {
    const base = named();
    const query = 'subscription { e: onCreateCompany { record { name } } }';
    let stream = await opened(query);
    const names = [];
    const seen = [];
    for (let round = 0; round < 6; round += 1) {
      for (let i = 0; i < 8; i += 1) {
        names.push(`${base} ${names.length}`);
        await create({ name: names.at(-1) });
      }
      await until(() => stream.events.some(({ data: text }) => text.includes(`"${names[names.length - 5]}"`)), 'the middle of the round');
      stream.close();
      const got = [...stream.events];
      seen.push(...got);
      names.push(`${base} ${names.length}`);
      await create({ name: names.at(-1) });
      stream = await opened(query, { headers: { 'Last-Event-ID': got.at(-1).id } });
    }
    await until(() => stream.events.some(({ data: text }) => text.includes(`"${names.at(-1)}"`)), 'the last one');
    seen.push(...stream.events);
    stream.close();
    same(seen.map(({ data: text }) => JSON.parse(text).data.e.record.name).filter((name) => name.startsWith(base)), names);
  });

  await test('what is wrong with the operation is told as an event; what is wrong with the request by its status', async () => {
    const bad = await opened('subscription { onCreateNothing { eventId } }');
    await until(() => bad.ended, 'the end');
    same(bad.events.map(({ event }) => event), ['next', 'complete']);
    check(replies(bad)[0].errors[0].message.includes('onCreateNothing'), bad.text);
    const through = await opened('subscription { onCreatePerson(filter: {company: {name: {eq: "x"}}}) { eventId } }');
    await until(() => through.ended, 'the end');
    check(replies(through)[0].errors[0].message.includes('looks at the record alone'), through.text);
    const twice = await opened('subscription { onCreatePerson { a: record { id } b: record { id } } }');
    await until(() => twice.ended, 'the end');
    check(replies(twice)[0].errors[0].message.includes('once only'), twice.text);
    const id = listen('subscription { onCreatePerson { eventId } }', { headers: { 'Last-Event-ID': 'yesterday' } });
    await id.opened;
    await until(() => id.ended, 'the end');
    check(id.text.includes('Last-Event-ID must be'), id.text);
    const unknown = listen('subscription { onCreatePerson { eventId } }', { token: 'x.y.z' });
    await unknown.opened;
    same(unknown.status, 401);
    const plain = await ask('subscription { onCreatePerson { eventId } }', undefined, { headers: { Accept: 'application/graphql-response+json' } });
    same(plain.status, 406);
    check(plain.json.errors[0].message.includes('text/event-stream'), plain.text);
    const missed = listen('subscription { onCreatePerson { eventId } }', { headers: { 'Last-Event-ID': '1-1' } });
    await missed.opened;
    await until(() => missed.ended, 'the end');
    check(missed.text.includes('EVENTS_MISSED') || missed.text.includes('Events may have been missed'), missed.text);
  });

  await test('queries and mutations are answered as events too; GET may subscribe', async () => {
    const query = await opened('{ companies(first: 1) { totalCount } }');
    await until(() => query.ended, 'the end');
    same(query.events.map(({ event }) => event), ['next', 'complete']);
    check(replies(query)[0].data.companies.totalCount > 0, query.text);
    const failed = await opened('{ nothing }');
    await until(() => failed.ended, 'the end');
    check(replies(failed)[0].errors.length === 1, failed.text);
    const get = await opened('subscription { onCreateCompany { eventId } }', { method: 'GET' });
    await create({ name: named() });
    await count(get, 1);
    get.close();
    const mutation = listen('mutation { createCompany(data: {name: "x"}) { id } }', { method: 'GET' });
    await mutation.opened;
    await until(() => mutation.ended, 'the end');
    check(mutation.text.includes('can only be sent with POST'), mutation.text);
  });

  await test('a key that is revoked hears no more within two seconds', async () => {
    const key = await expect(201, 'POST', '/rest/metadata/apiKeys', { name: 'live', expiresAt: '2099-01-01T00:00:00Z', roleId: sqlOne("select id from core.role where label = 'Admin'") });
    const { token } = await expect(201, 'POST', `/rest/metadata/apiKeys/${key.id}/token`, {});
    const stream = await opened('subscription { onCreateCompany { eventId } }', { token });
    await send('DELETE', `/rest/metadata/apiKeys/${key.id}`);
    await until(() => stream.ended, 'the end', 3);
    check(stream.events.at(-1).event === 'complete' && replies(stream).at(-1).errors.length === 1, stream.text);
  });

  await test('what a role may not read is not heard either, and a rule made meanwhile ends the stream', async () => {
    const metadata = async (query, variables) => {
      const answer = await send('POST', '/metadata', { query, variables });
      check(answer.json?.data && !answer.json.errors, answer.text.slice(0, 300));
      return answer.json.data;
    };
    const roleId = (await metadata('mutation($r: CreateRoleInput!) { createOneRole(createRoleInput: $r) { id } }', { r: { label: `ears ${uuid()}`, canReadAllObjectRecords: true } })).createOneRole.id;
    const { token } = await expect(201, 'POST', '/rest/metadata/apiKeys', { name: 'ears', expiresAt: '2099-01-01T00:00:00Z', roleId });
    const person = sqlOne("select id from core.object where name_singular = 'person'");
    const company = sqlOne("select id from core.object where name_singular = 'company'");
    const jobTitle = sqlOne(`select id from core.field where object_id = '${person}' and name = 'jobTitle'`);
    const hide = (fieldMetadataId, canReadFieldValue) => metadata('mutation($i: UpsertFieldPermissionsInput!) { upsertFieldPermissions(upsertFieldPermissionsInput: $i) { id } }', { i: { roleId, fieldPermissions: [{ objectMetadataId: person, fieldMetadataId, canReadFieldValue }] } });
    const denied = async (query) => {
      const stream = listen(query, { token });
      await stream.opened;
      await until(() => stream.ended || stream.text.includes('errors'), 'a refusal', 3);
      check(stream.text.includes('FORBIDDEN') || stream.text.includes('does not have permission'), stream.text.slice(0, 300));
      stream.close();
    };
    await hide(jobTitle, false);
    await denied('subscription { onCreatePerson { record { id jobTitle } } }');
    await denied('subscription { onUpdatePerson(filter: {jobTitle: {eq: "x"}}) { eventId } }');
    const allowed = await opened('subscription { onCreatePerson { record { id name { firstName } } } }', { token });
    await expect(201, 'POST', '/rest/people', { name: { firstName: 'Heard' }, jobTitle: 'unheard' });
    await count(allowed, 1);
    check(allowed.text.includes('Heard') && !allowed.text.includes('unheard'), allowed.text.slice(0, 300));
    await metadata('mutation($i: UpsertObjectPermissionsInput!) { upsertObjectPermissions(upsertObjectPermissionsInput: $i) { objectMetadataId } }', { i: { roleId, objectPermissions: [{ objectMetadataId: company, canReadObjectRecords: false }] } });
    await denied('subscription { onCreateCompany { eventId } }');
    await denied('subscription { onCreatePerson { record { id company { id } } } }');
    check(!allowed.ended, 'a rule about something else ended it');
    await metadata('mutation($i: UpsertObjectPermissionsInput!) { upsertObjectPermissions(upsertObjectPermissionsInput: $i) { objectMetadataId } }', { i: { roleId, objectPermissions: [{ objectMetadataId: person, canReadObjectRecords: false }] } });
    await until(() => allowed.ended, 'the end', 3);
    check(replies(allowed).at(-1).errors.length === 1, allowed.text.slice(-300));
  });

  await test('a slow client is dropped with an error, and costs others nothing', async () => {
    const slow = listen('subscription { onCreateCompany { record { id name address { addressStreet1 } } } }', { pause: true });
    await slow.opened;
    const quick = await opened('subscription { onCreateCompany { eventId } }');
    const addressStreet1 = 'x'.repeat(20000);
    for (let i = 0; i < 10; i += 1) {
      await expect(201, 'POST', '/rest/batch/companies', Array.from({ length: 60 }, () => ({ name: 'bulk', address: { addressStreet1 } })));
    }
    await count(quick, 600);
    quick.close();
    slow.response.resume();
    await until(() => slow.ended, 'the end');
    check(slow.events.at(-1)?.event === 'complete', `it ended with ${JSON.stringify(slow.events.at(-1)).slice(0, 200)}`);
    check(replies(slow).at(-1).errors[0].message.includes('faster than'), JSON.stringify(replies(slow).at(-1)).slice(0, 300));
  });

  await test('subscriptions that begin amid events, and clients that leave amid them', async () => {
    let feeding = true;
    const feed = (async () => {
      while (feeding) await expect(201, 'POST', '/rest/batch/companies', Array.from({ length: 20 }, () => ({ name: 'amid' })));
    })();
    const streams = [];
    for (let i = 0; i < 100; i += 1) {
      const related = i % 2 === 1 ? 'people { totalCount }' : '';
      const stream = listen(`subscription { onCreateCompany { record { name ${related} } } }`, { pause: i % 10 === 0 });
      stream.opened.catch(() => {});
      streams.push(stream);
      if (i >= 10) setTimeout(() => streams[i - 10].close(), 20 * Math.random());
      await sleep(10);
    }
    const last = await Promise.all(streams.slice(-5).map((stream) => stream.opened));
    for (const stream of last) {
      await count(stream, 20);
      check(stream.text.startsWith(':\n\nid: '), `it begins with ${stream.text.slice(0, 100)}`);
    }
    feeding = false;
    await feed;
    for (const stream of streams) stream.close();
    const zero = listen('subscription { onCreateCompany { eventId } }', { headers: { 'Last-Event-ID': '0-0' } });
    await zero.opened;
    await until(() => zero.ended, 'the end');
    check(zero.text.includes('Last-Event-ID must be'), zero.text);
  });

  await test('Redis lost: subscribers are told, and may subscribe again', async () => {
    const stream = await opened('subscription { onCreateCompany { record { name } } }');
    ctl('redis_stop');
    ctl('redis_start');
    await until(() => stream.ended, 'the end', 12);
    check(stream.text.includes('Events may have been missed'), stream.text);
    const again = await opened('subscription { onCreateCompany { record { name } } }');
    const name = named();
    for (let i = 0; i < 40 && replies(again).length === 0; i += 1) {
      await create({ name });
      await sleep(100);
    }
    check(replies(again)[0]?.data, `${again.text} ${sqlOne('select now()')}`);
    same(replies(again)[0].data.onCreateCompany.record.name, name);
    again.close();
  });

  await test('a server that goes down cuts its streams, so that clients come back', async () => {
    const streams = [];
    for (let i = 0; i < 4; i += 1) streams.push(await opened('subscription { onCreateCompany { eventId } }', { base: ENDING }).catch(() => null));
    const open = streams.filter((stream) => stream !== null);
    check(open.length > 0, 'none could be opened');
    const began = Date.now();
    ctl('stop_part', 'ending');
    await until(() => open.every((stream) => stream.ended || stream.cut), 'the end');
    check(Date.now() - began < 5000, 'it took long');
    check(open.every((stream) => !stream.events.some(({ event }) => event === 'complete')), 'they were told to be complete');
  });
});
