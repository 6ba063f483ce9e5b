// Documents that were seen before: the cache, persisted queries, introspection.
import { spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import { GUARDED, ask, check, checkRefusal, expect, main, same, send, sql, strictly, test, until } from './lib.mjs';

const hash = (text) => crypto.createHash('sha256').update(text).digest('hex');
const persisted = (query, sha256Hash, more = {}, options = {}) =>
  send('POST', '/graphql', { query, extensions: { persistedQuery: { version: 1, sha256Hash } }, ...more }, options);

main(60, async () => {
  await test('automatic persisted queries: unknown, taught, known by every worker', async () => {
    const query = `{ __typename t${Date.now()}: __typename }`;
    const unknown = await persisted(undefined, hash(query));
    same(unknown.status, 200);
    same(unknown.json, { errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] });
    same((await persisted(query, hash(query))).json.data.__typename, 'Query');
    for (let i = 0; i < 8; i++) {
      // A connection of its own each time: whichever worker gets it.
      const answer = await persisted(undefined, i % 2 ? hash(query) : hash(query).toUpperCase(), {}, { use: undefined, headers: { Connection: 'close' } });
      same(answer.json.data?.__typename, 'Query');
    }
    const path = `/graphql?extensions=${encodeURIComponent(JSON.stringify({ persistedQuery: { version: 1, sha256Hash: hash(query) } }))}`;
    same((await send('GET', path)).json.data.__typename, 'Query');
  });

  await test('a hash that is not the document\'s, or of another version, is refused', async () => {
    checkRefusal(await persisted('{ __typename }', hash('{ other }')), 'provided sha does not match query', 'BAD_USER_INPUT');
    const version = await send('POST', '/graphql', { query: '{ __typename }', extensions: { persistedQuery: { version: 2, sha256Hash: 'x' } } });
    same(version.status, 400);
    checkRefusal(version, 'Unsupported persisted query version', 'BAD_USER_INPUT');
  });

  await test('what is not valid is not learnt', async () => {
    const query = '{ nothing }';
    await persisted(query, hash(query));
    checkRefusal(await persisted(undefined, hash(query)), 'PersistedQueryNotFound', 'PERSISTED_QUERY_NOT_FOUND');
  });

  await test('they can be turned off', async () => {
    checkRefusal(await persisted(undefined, hash('{ __typename }'), {}, { base: GUARDED }), 'PersistedQueryNotSupported', 'PERSISTED_QUERY_NOT_SUPPORTED');
    same((await persisted('{ __typename }', hash('{ __typename }'), {}, { base: GUARDED })).json.data.__typename, 'Query');
  });

  await test('a document is looked up the second time, and its variables and operation are chosen anew', async () => {
    const query = 'query A($n: Int = 1) { a: companies(first: $n) { totalCount } } query B { b: __typename }';
    for (let i = 0; i < 3; i++) {
      check('a' in (await send('POST', '/graphql', { query, operationName: 'A', variables: { n: i } })).json.data, 'A');
      check('b' in (await send('POST', '/graphql', { query, operationName: 'B' })).json.data, 'B');
    }
    checkRefusal(await send('POST', '/graphql', { query, operationName: 'C' }), 'Unknown operation named "C"', 'BAD_USER_INPUT');
    const flagged = 'query ($deep: Boolean!) { __type(name: "Company") { name kind @include(if: $deep) } }';
    same((await ask(flagged, { deep: true })).json.data, { __type: { name: 'Company', kind: 'OBJECT' } });
    same((await ask(flagged, { deep: false })).json.data, { __type: { name: 'Company' } });
    same((await ask(flagged, { deep: true })).json.data, { __type: { name: 'Company', kind: 'OBJECT' } });
  });

  await test('introspection beside records, and the same bytes every time', async () => {
    const query = '{ __schema { queryType { name } types { name kind fields { name } } } }';
    const first = await ask(query);
    check(first.json.data.__schema.types.some(({ name }) => name === 'Company'), 'there is no Company');
    same((await ask(query)).text, first.text);
    const mixed = (await ask('{ __type(name: "PersonEdge") { fields { name } } companies { totalCount } }')).json.data;
    same(mixed.__type.fields.map(({ name }) => name).sort(), ['cursor', 'node']);
    check(mixed.companies.totalCount >= 0, 'totalCount');
  });

  await test('introspection is for those who may, and others get no suggestions', async () => {
    const asMember = { base: GUARDED, token: process.env.PORTTI_MEMBER_KEY, headers: strictly };
    const asAdmin = { base: GUARDED, headers: strictly };
    same((await ask('{ __type(name: "Company") { name } }', undefined, asAdmin)).json.data.__type.name, 'Company');
    const refused = await ask('{ __type(name: "Company") { name } }', undefined, asMember);
    same(refused.status, 400);
    checkRefusal(refused, 'introspection is not allowed', 'GRAPHQL_VALIDATION_FAILED');
    same((await ask('{ __typename }', undefined, asMember)).json.data.__typename, 'Query');
    check((await ask('{ compnies { totalCount } }', undefined, asAdmin)).text.includes('Did you mean'), 'suggestions');
    check(!(await ask('{ compnies { totalCount } }', undefined, asMember)).text.includes('Did you mean'), 'no suggestions');
  });

  await test('a role that may not introspect: not in any form, from the next request on', async () => {
    const [role] = (await expect(200, 'GET', '/rest/metadata/roles')).data.filter(({ label }) => label === 'Reader');
    const token = process.env.PORTTI_READER_KEY;
    const typeOf = `{ __type(name: "Company") { name } companies { totalCount } t${Date.now()}: __typename }`;
    const asReader = (query, path = '/graphql') => send('POST', path, { query }, { token, headers: strictly });
    const both = ['/graphql', '/metadata'];
    const queries = [...both.map((path) => [path, '{ __schema { queryType { name } } }']), ['/metadata', '{ __type(name: "Role") { name } }'], ['/graphql', typeOf], ['/graphql', '{ ...f } fragment f on Query { __schema { queryType { name } } }']];
    same((await persisted(typeOf, hash(typeOf))).status, 200);
    for (const [path, query] of queries) check((await asReader(query, path)).json.data, `before: ${path} ${query}`);
    same((await expect(200, 'PATCH', `/rest/metadata/roles/${role.id}`, { canIntrospect: false })).canIntrospect, false);
    try {
      for (const [path, query] of queries) {
        const refused = await asReader(query, path);
        same([refused.status, refused.json.data], [400, undefined], query);
        checkRefusal(refused, 'introspection is not allowed', 'GRAPHQL_VALIDATION_FAILED');
      }
      checkRefusal(await persisted(undefined, hash(typeOf), {}, { token }), 'introspection is not allowed', 'GRAPHQL_VALIDATION_FAILED');
      checkRefusal(await send('GET', `/graphql?query=${encodeURIComponent(typeOf)}`, undefined, { token }), 'introspection is not allowed', 'GRAPHQL_VALIDATION_FAILED');
      for (const path of both) same((await asReader('{ __typename }', path)).json.data.__typename, 'Query');
      check(!(await asReader('{ compnies { totalCount } }')).text.includes('Did you mean'), 'no suggestions');
      check((await ask(typeOf)).json.data.__type, 'other roles still may');
    } finally {
      await expect(200, 'PATCH', `/rest/metadata/roles/${role.id}`, { canIntrospect: true });
    }
    check((await asReader(typeOf)).json.data.__type, 'again');
  });

  await test('`gateway graphql schema` prints what introspection tells', async () => {
    const tool = (...args) => spawnSync(process.env.PORTTI_GATEWAY, ['graphql', 'schema', ...args], { encoding: 'utf8', maxBuffer: 1 << 26 });
    const printed = tool();
    same(printed.status, 0, printed.stderr);
    const names = [...printed.stdout.matchAll(/^(?:type|input|enum|scalar) (\w+)/gm)].map(([, name]) => name).sort();
    const builtIn = ['String', 'Int', 'Float', 'Boolean', 'ID'];
    const { types } = (await ask('{ __schema { types { name } } }')).json.data.__schema;
    same(names, types.map(({ name }) => name).filter((name) => !name.startsWith('__') && !builtIn.includes(name)).sort());
    const unknown = tool('/nowhere');
    same(unknown.status, 1);
    check(unknown.stderr.includes('no GraphQL endpoint at /nowhere'), unknown.stderr);
  });

  await test('a changed model has its schema at once, and old documents are judged anew', async () => {
    const query = '{ __type(name: "Specimen") { description } specimens { totalCount } }';
    check((await ask(query)).json.data.specimens, 'before');
    sql(`update core.object set is_active = false where name_singular = 'specimen'`);
    try {
      await until(5, 'specimens are gone', async () => (await ask(query)).json.errors?.[0]?.message.includes('Cannot query field "specimens"'));
    } finally {
      sql(`update core.object set is_active = true where name_singular = 'specimen'`);
    }
    await until(5, 'specimens are back', async () => (await ask(query)).json.data?.specimens);
  });
});
