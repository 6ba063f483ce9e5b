// Methods, media types, statuses: GraphQL over HTTP.
import { GUARDED, RESPONSE, ask, check, checkRefusal, data, main, same, send, strictly, test } from './lib.mjs';

const JSON_TYPE = 'application/json; charset=utf-8';
const TINY = '{ __typename }';
const get = (query, options) => send('GET', `/graphql?query=${encodeURIComponent(query)}`, undefined, options);
const post = (body, headers = {}) => send('POST', '/graphql', body, { headers });

main(60, async () => {
  await test('the answer is of the type that was asked for', async () => {
    const types = [
      [undefined, JSON_TYPE],
      ['*/*', JSON_TYPE],
      ['application/*', JSON_TYPE],
      ['application/json', JSON_TYPE],
      ['application/json; charset=utf-8', JSON_TYPE],
      [RESPONSE, `${RESPONSE}; charset=utf-8`],
      [`${RESPONSE}, application/json`, `${RESPONSE}; charset=utf-8`],
      [`application/json, ${RESPONSE}`, `${RESPONSE}; charset=utf-8`],
      [`application/json, ${RESPONSE};q=0.5`, JSON_TYPE],
      [`${RESPONSE};q=0, application/json;q=0.2`, JSON_TYPE],
      ['text/html, */*;q=0.1', JSON_TYPE],
    ];
    for (const [Accept, wanted] of types) {
      const answer = await ask(TINY, undefined, { headers: { Accept } });
      same(answer.status, 200, `status for ${Accept}`);
      same(answer.headers['content-type'], wanted, `type for ${Accept}`);
      same(answer.json, { data: { __typename: 'Query' } });
    }
  });

  await test('who takes neither type is told so: 406', async () => {
    for (const Accept of ['text/html', 'application/json;q=0', 'application/graphql+json', '*/*;q=0']) {
      const answer = await ask(TINY, undefined, { headers: { Accept } });
      same(answer.status, 406, Accept);
      checkRefusal(answer, 'application/graphql-response+json', 'BAD_USER_INPUT');
    }
  });

  await test('a body that is not JSON in UTF-8 is refused: 415', async () => {
    for (const type of ['text/plain', 'application/graphql', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json; charset=utf-16', '']) {
      const answer = await post(JSON.stringify({ query: TINY }), { 'Content-Type': type });
      same(answer.status, 415, type);
      checkRefusal(answer, 'application/json', 'BAD_USER_INPUT');
    }
    for (const type of ['application/json', 'Application/JSON; Charset="UTF-8"', 'application/json;charset=utf8']) {
      same((await post(JSON.stringify({ query: TINY }), { 'Content-Type': type })).status, 200, type);
    }
  });

  await test('what is no GraphQL request is refused: 400, whatever the type', async () => {
    const bodies = [
      ['', 'no body'], ['{', 'JSON'], ['{"query":1}', '"query" must be a string, not number'], ['{"query":{}}', 'not object'], ['{"query":["{a}"]}', 'not array'],
      ['{}', '"query" is missing'], ['{"query":null}', '"query" is missing'], ['"{ __typename }"', 'not string'], ['null', 'not null'],
      [`{"query":"${TINY}","variables":"{}"}`, '"variables" must be an object'], [`{"query":"${TINY}","variables":[1]}`, '"variables" must be an object'],
      [`{"query":"${TINY}","operationName":7}`, '"operationName"'], [`{"query":"${TINY}","extensions":true}`, '"extensions"'],
      [`[{"query":"${TINY}"}]`, 'not enabled'],
    ];
    for (const Accept of ['application/json', RESPONSE]) {
      for (const [body, part] of bodies) {
        const answer = await post(body, { Accept });
        same(answer.status, 400, body);
        checkRefusal(answer, part, 'BAD_USER_INPUT');
        check(!('data' in answer.json), `data: ${answer.text}`);
      }
    }
  });

  await test('null stands for absent; unknown members and extensions are not looked at', async () => {
    for (const body of [{ query: TINY, variables: null, operationName: null, extensions: null }, { query: TINY, extensions: { a: { b: 1 } }, id: 7 }, { query: TINY, variables: { unused: 1 } }]) {
      same((await post(body)).json, { data: { __typename: 'Query' } });
    }
  });

  await test('the status says what became of it, to those who asked for that', async () => {
    const cases = [
      ['{', undefined, 400, 'Syntax Error', 'GRAPHQL_PARSE_FAILED'],
      ['{ nothing }', undefined, 400, 'Cannot query field "nothing" on type "Query"', 'GRAPHQL_VALIDATION_FAILED'],
      ['query ($id: UUID!) { company(filter: {id: {eq: $id}}) { id } }', {}, 400, '$id', 'BAD_USER_INPUT'],
      ['query A { __typename } query B { __typename }', undefined, 400, 'Must provide operation name', 'BAD_USER_INPUT'],
    ];
    for (const [query, variables, status, part, code] of cases) {
      const strict = await ask(query, variables, { headers: strictly });
      same(strict.status, status, query);
      checkRefusal(strict, part, code);
      check(!('data' in strict.json), `data: ${strict.text}`);
      const lax = await ask(query, variables);
      same(lax.status, 200, query);
      same(lax.json, strict.json);
    }
    const partly = await ask('{ a: __typename company(filter: {id: {eq: "00000000-0000-4000-8000-000000000000"}}) { id } }', undefined, { headers: strictly });
    same(partly.status, 200);
    same(partly.json.data, { a: 'Query', company: null });
  });

  await test('GET takes queries, and only those', async () => {
    for (const Accept of ['application/json', RESPONSE]) {
      same((await get(TINY, { headers: { Accept } })).json, { data: { __typename: 'Query' } });
    }
    const variables = encodeURIComponent(JSON.stringify({ n: 1 }));
    const path = `/graphql?query=${encodeURIComponent('query A { __typename } query B($n: Int) { companies(first: $n) { totalCount } }')}&operationName=B&variables=${variables}&extensions=%7B%7D`;
    const answer = await send('GET', path);
    check(answer.json.data.companies.totalCount >= 0, answer.text);
    const mutation = await get('mutation { createCompany(data: {name: "never"}) { id } }');
    same(mutation.status, 405);
    same(mutation.headers.allow, 'POST, OPTIONS');
    checkRefusal(mutation, 'A mutation can only be sent with POST', 'METHOD_NOT_ALLOWED');
    same((await data('{ companies(filter: {name: {eq: "never"}}) { totalCount } }')).companies.totalCount, 0);
    for (const [path, part] of [['/graphql', '"query" is missing'], ['/graphql?query={__typename}&variables={', '"variables"'], ['/graphql?query={__typename}&variables=1', 'must be an object'], ['/graphql?query=%zz', 'byte']]) {
      const refused = await send('GET', path);
      same(refused.status, 400, path);
      checkRefusal(refused, part, 'BAD_USER_INPUT');
    }
    same((await send('HEAD', `/graphql?query=${encodeURIComponent(TINY)}`)).text, '');
  });

  await test('other methods are refused: 405', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const answer = await send(method, '/graphql', { query: TINY });
      same(answer.status, 405, method);
      same(answer.headers.allow, 'GET, HEAD, POST, OPTIONS');
      checkRefusal(answer, 'POST', 'METHOD_NOT_ALLOWED');
    }
    same((await send('OPTIONS', '/graphql', undefined, { token: null })).status, 204);
    const preflight = await send('OPTIONS', '/graphql', undefined, { token: null, headers: { Origin: 'https://a.example', 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization, content-type' } });
    same(preflight.headers['access-control-allow-headers'], 'authorization, content-type');
  });

  await test('who is not let in reads it in the errors; the status says it to those who asked', async () => {
    for (const [token, code, status, part] of [[null, 'FORBIDDEN', 403, 'Missing authentication token'], ['nonsense', 'UNAUTHENTICATED', 401, 'Token invalid']]) {
      const lax = await ask(TINY, undefined, { token });
      same(lax.status, 200);
      checkRefusal(lax, part, code);
      check(!('data' in lax.json), lax.text);
      same((await ask(TINY, undefined, { token, headers: strictly })).status, status);
    }
  });

  await test('too many requests: the limit in the words of the contract', async () => {
    const options = { base: process.env.PORTTI_LIMITED_URL, token: process.env.PORTTI_LIMITED_KEY };
    let answer;
    for (let i = 0; i < 5; i++) answer = await ask(TINY, undefined, options);
    same(answer.status, 200);
    same(checkRefusal(answer, 'Limit reached (3 tokens per 60000 ms)', 'BAD_USER_INPUT').extensions.subCode, 'LIMIT_REACHED');
    check(Number(answer.headers['retry-after']) >= 1, 'Retry-After');
    same((await ask(TINY, undefined, { ...options, headers: strictly })).status, 429);
  });

  await test('a list of operations is a setting', async () => {
    const list = [{ query: TINY }, { query: '{' }, { query: 'query N { companies { totalCount } }', operationName: 'N' }];
    const answer = await send('POST', '/graphql', list, { base: GUARDED, headers: strictly });
    same(answer.status, 200);
    same(answer.json.length, 3);
    same(answer.json[0], { data: { __typename: 'Query' } });
    check(answer.json[1].errors[0].message.startsWith('Syntax Error'), answer.text);
    check(answer.json[2].data.companies.totalCount >= 0, answer.text);
    const many = await send('POST', '/graphql', [...list, ...list], { base: GUARDED });
    same(many.status, 400);
    checkRefusal(many, '6 of at most 3', 'BAD_USER_INPUT');
    same((await send('POST', '/graphql', [], { base: GUARDED })).status, 400);
    const keyed = await send('POST', '/graphql', list, { base: GUARDED, headers: { 'Idempotency-Key': 'of-a-list' } });
    same(keyed.status, 400);
    same(checkRefusal(keyed, 'A list of operations takes no Idempotency-Key', 'BAD_USER_INPUT').extensions.subCode, 'INVALID_IDEMPOTENCY_KEY');
  });

  await test('long answers are compressed for those who can read that', async () => {
    const answer = await send('GET', `/graphql?query=${encodeURIComponent('{ __schema { types { name } } }')}`, undefined, { headers: { 'Accept-Encoding': 'gzip' } });
    same(answer.headers['content-encoding'], 'gzip');
    same(answer.headers.vary, 'Accept-Encoding');
  });
});
