// How the fields of an operation are executed: together or in order, each with its own outcome.
import { spawn } from 'node:child_process';
import { GUARDED, ask, check, checkRefusal, data, eventsSince, main, outboxMark, same, sleep, sql, strictly, test, until, uuid } from './lib.mjs';

const NOBODY = '00000000-0000-4000-8000-000000000000';

main(45, async () => {
  await test('fields keep their order and their aliases, whatever is ready first', async () => {
    const answer = await ask(`{ z: __typename slow: companies(filter: {name: {ilike: "%a%"}}) { totalCount }
      fast: people(first: 1) { edges { node { id } } } a: __typename slow2: companies(orderBy: {name: AscNullsFirst}) { totalCount } }`);
    same(Object.keys(answer.json.data), ['z', 'slow', 'fast', 'a', 'slow2']);
  });

  await test('one failed field is null, with path and place; the others stand', async () => {
    const answer = await ask(`{
  good: companies { totalCount }
  bad: company(filter: {id: {eq: "${NOBODY}"}}) { id }
  also: people { totalCount }
}`, undefined, { headers: strictly });
    same(answer.status, 200);
    same(answer.json.data.bad, null);
    check(answer.json.data.good.totalCount >= 0 && answer.json.data.also.totalCount >= 0, answer.text);
    same(answer.json.errors, [{
      message: answer.json.errors[0].message, locations: [{ line: 3, column: 3 }], path: ['bad'],
      extensions: { subCode: 'RECORD_NOT_FOUND', userFriendlyMessage: 'This record does not exist or has been deleted.', code: 'NOT_FOUND' },
    }]);
  });

  await test('several failed fields are told in their order', async () => {
    const one = (key) => `${key}: company(filter: {id: {eq: "${NOBODY}"}}) { id }`;
    const answer = await ask(`{ ${one('c')} ${one('a')} ${one('b')} }`);
    same(answer.json.data, { c: null, a: null, b: null });
    same(answer.json.errors.map(({ path }) => path[0]), ['c', 'a', 'b']);
  });

  await test('a nested argument that is wrong is pointed at', async () => {
    const answer = await ask('{ companies(first: 1) { edges { node { people(first: -1) { edges { node { id } } } } } } }');
    same(answer.json.data, { companies: null });
    same(answer.json.errors[0].locations[0].column, answer.json.errors[0].locations[0].column);
    check(answer.json.errors[0].locations[0].column > 30, `it points at the root: ${answer.text}`);
    same(answer.json.errors[0].path, ['companies']);
  });

  await test('mutations go in order, each by itself', async () => {
    const mark = outboxMark();
    const id = uuid();
    const answer = await ask(`mutation ($id: UUID!, $new: ID!) {
      one: createCompany(data: {id: $new, name: "first"}) { name }
      two: updateCompany(id: $id, data: {name: "second"}) { name }
      three: createCompany(data: {id: $new, name: "again"}) { name }
      four: updateCompany(id: $id, data: {name: "third"}) { name }
      five: deleteCompany(id: $id) { id deletedAt }
      six: destroyCompany(id: $id) { id name }
    }`, { id, new: id });
    check(answer.json.data, answer.text);
    const { one, two, three, four, five, six } = answer.json.data;
    same([one, two, three, four], [{ name: 'first' }, { name: 'second' }, null, { name: 'third' }]);
    check(five.id === id && five.deletedAt !== null, answer.text);
    same(six, { id, name: 'third' });
    same(answer.json.errors.length, 1);
    const error = checkRefusal(answer, 'A duplicate entry was detected', 'BAD_USER_INPUT');
    same(error.path, ['three']);
    same(error.extensions.conflictingRecordId, id);
    same(error.extensions.conflictingObjectNameSingular, 'company');
    same(eventsSince(mark).filter((event) => event.id === id).map(({ action }) => action), ['created', 'updated', 'updated', 'deleted', 'destroyed']);
  });

  await test('root __typename of both kinds, fragments at the root, @skip and @include', async () => {
    same(await data('mutation { __typename }'), { __typename: 'Mutation' });
    same(await data('query ($no: Boolean = false) { ...Root a: __typename @include(if: $no) b: __typename @skip(if: $no) } fragment Root on Query { c: __typename ... { d: __typename } }'),
      { c: 'Query', d: 'Query', b: 'Query' });
    same(await data('{ a: __typename @skip(if: true) }'), {});
  });

  await test('what a role may not do is null and says why', async () => {
    const answer = await ask('mutation { createCompany(data: {name: "x"}) { id } }', undefined, { token: process.env.PORTTI_READER_KEY });
    same(answer.json.data, { createCompany: null });
    same(checkRefusal(answer, 'permission', 'FORBIDDEN').extensions.subCode, 'PERMISSION_DENIED');
  });

  await test('an Idempotency-Key answers a mutation again without doing it again', async () => {
    const key = uuid();
    const send2 = (query, more = {}) => ask(query, undefined, { headers: { 'Idempotency-Key': key, ...more } });
    const query = 'mutation { createCompany(data: {name: "once"}) { id name } }';
    const first = await send2(query);
    const second = await send2(query);
    same(second.text, first.text);
    same(second.headers['idempotency-replayed'], 'true');
    same(second.headers['content-type'], first.headers['content-type']);
    same((await data('{ companies(filter: {name: {eq: "once"}}) { totalCount } }')).companies.totalCount, 1);
    same((await send2('mutation { createCompany(data: {name: "other"}) { id } }')).status, 422);
    same((await ask('{ __typename }', undefined, { headers: { 'Idempotency-Key': key } })).json.data.__typename, 'Query');
    const rows = sql(`select count(*) from core.idempotency where key = '${key}' and status = 200`);
    same(rows, ['1']);
  });

  await test('an Idempotency-Key over several mutations, with relations and a failure', async () => {
    const key = uuid();
    const query = `mutation { a: createCompany(data: {name: "twice"}) { id people { totalCount } } b: deleteCompany(id: "${NOBODY}") { id } }`;
    const options = { headers: { 'Idempotency-Key': key } };
    const first = await ask(query, undefined, options);
    same(first.json.data.b, null);
    same((await ask(query, undefined, options)).text, first.text);
    same((await data('{ companies(filter: {name: {eq: "twice"}}) { totalCount } }')).companies.totalCount, 1);
  });

  await test('twenty at once are answered alike', async () => {
    const query = '{ a: companies { totalCount } b: companies(first: 2) { edges { node { id people { totalCount edges { node { id } } } } } } }';
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(query)));
    for (const answer of answers) same(answer.json, answers[0].json);
  });

  await test('guards: depth, fields, root fields, aliases, tokens, complexity, size', async () => {
    const refusals = [
      ['{ companies { edges { node { people { edges { node { id } } } } } } }', 'depth'],
      [`{ companies { edges { node { ${Array.from({ length: 50 }, (_, i) => (i % 2 ? 'id' : 'name')).join(' ')} ...A ...B } } } } ${['A', 'B'].map((n) => `fragment ${n} on Company { ${Array.from({ length: 25 }, (_, i) => `x${n}${i}: id`).join(' ')} }`).join(' ')}`, 'aliases'],
      ['{ a: companies { totalCount } b: companies { totalCount } c: companies { totalCount } d: companies { totalCount } }', 'root'],
      [`{ __typename ${'__typename '.repeat(400)} }`, 'token'],
    ];
    for (const [query, word] of refusals) {
      const answer = await ask(query, undefined, { base: GUARDED, headers: strictly });
      same(answer.status, 400, word);
      check(answer.json.errors[0].message.toLowerCase().includes(word), `${word}: ${answer.text}`);
    }
    same((await ask('{ a: companies { totalCount } __typename }', undefined, { base: GUARDED })).json.errors, undefined);
    await data('mutation ($data: [CompanyCreateInput!]!) { createCompanies(data: $data) { id } }', { data: Array.from({ length: 60 }, (_, i) => ({ name: `wide ${i} ${'x'.repeat(2000)}` })) });
    const large = await ask('{ a: companies(filter: {name: {startsWith: "wide"}}) { edges { node { name } } } b: __typename }', undefined, { base: GUARDED });
    checkRefusal(large, 'longer than 65536 bytes', 'BAD_USER_INPUT');
    same(large.json.data, { a: null, b: 'Query' });
    const alone = await ask('{ companies(filter: {name: {startsWith: "wide"}}) { edges { node { name } } } }', undefined, { base: GUARDED });
    checkRefusal(alone, 'longer than 65536 bytes', 'BAD_USER_INPUT');
  });

  await test('guards: time', async () => {
    const held = spawn('psql', ['-X', '-q', process.env.PORTTI_DATABASE_URL, '-c', 'begin; lock table workspace.company in access exclusive mode; select pg_sleep(6); commit'], { stdio: 'ignore' });
    const gone = new Promise((resolve) => held.on('exit', resolve));
    await until(5, 'the lock is held', () => sql("select count(*) from pg_stat_activity where query like '%pg_sleep(6)%' and wait_event = 'PgSleep'")[0] === '1');
    const mutation = `mutation { a: updateCompany(id: "${NOBODY}", data: {name: "x"}) { id } b: createPerson(data: {jobTitle: "late"}) { id } }`;
    const began = Date.now();
    const answer = await ask(mutation, undefined, { base: GUARDED });
    check(Date.now() - began < 2500, `answered after ${Date.now() - began} ms`);
    same(answer.json.errors.map(({ extensions }) => extensions.code), ['TIMEOUT', 'TIMEOUT'], answer.text);
    // Reads and writes alike: what was being worked on is stopped, and connections serve on.
    const reads = await Promise.all(['{ companies { edges { node { id } } } }', '{ companies(filter: {name: {like: "%x%"}}) { totalCount } }', '{ people(filter: {company: {name: {like: "%x%"}}}) { edges { node { id } } } }'].map((query) => ask(query, undefined, { base: GUARDED })));
    for (const { json, text } of reads) check(json.errors.every(({ extensions }) => extensions.code === 'TIMEOUT'), text);
    await sleep(200);
    same(sql(`select query from pg_stat_activity where application_name like 'portti-%' and state <> 'idle' and wait_event_type = 'Lock'`), []);
    await gone;
    same((await ask('{ companies(first: 1) { totalCount } }', undefined, { base: GUARDED })).json.errors, undefined);
    same(answer.json.data, { a: null, b: null });
    same(answer.json.errors[1].extensions.code, 'TIMEOUT', answer.text);
    same((await data('{ people(filter: {jobTitle: {eq: "late"}}) { totalCount } }')).people.totalCount, 0);
  });
});
