// Facts of the contract's acceptance list about what may be done: G150, G151, G158, G159, and arguments that conflict.
import { ask, check, checkRefusal, data, main, same, test, uuid } from './lib.mjs';

const mark = uuid().slice(0, 8);
const create = async (count) => (await data('mutation ($d: [PersonCreateInput!]!) { createPeople(data: $d) { id } }', { d: Array.from({ length: count }, () => ({ jobTitle: mark })) })).createPeople;
const total = async () => (await data('query ($m: String) { people(filter: {jobTitle: {eq: $m}}) { totalCount } }', { m: mark })).people.totalCount;

main(120, async () => {
  await test('G150, G151 a role that only reads may write nothing, and nothing is written', async () => {
    const [{ id }] = await create(1);
    const filter = `filter: {id: {in: ["${id}"]}}`;
    const mutations = [`createPerson(data: {jobTitle: "${mark}"})`, `createPeople(data: [{jobTitle: "${mark}"}])`, `updatePerson(id: "${id}", data: {jobTitle: "x"})`, `updatePeople(${filter}, data: {jobTitle: "x"})`,
      ...['delete', 'destroy', 'restore'].flatMap((verb) => [`${verb}Person(id: "${id}")`, `${verb}People(${filter})`])];
    for (const mutation of mutations) {
      const answer = await ask(`mutation { ${mutation} { id } }`, undefined, { token: process.env.PORTTI_READER_KEY });
      same(answer.json.data, { [mutation.split('(')[0]]: null }, mutation);
      same(checkRefusal(answer, 'Entity performing the request does not have permission', 'FORBIDDEN').extensions.subCode, 'PERMISSION_DENIED');
    }
    same(await total(), 1);
    same((await ask('{ people { totalCount } }', undefined, { token: process.env.PORTTI_READER_KEY })).json.errors, undefined);
  });

  await test('G158 a filter that says nothing', async () => {
    const before = await total();
    for (const [verb, more] of [['destroy', ''], ['delete', ''], ['restore', ''], ['update', ', data: {jobTitle: "all"}']]) {
      for (const filter of ['{}', '{and: []}', '{or: []}', '{and: [{}]}', '{not: {}}', '{name: {}}', '{company: {}}', '{or: [{and: []}, {}]}']) {
        const answer = await ask(`mutation { ${verb}People(filter: ${filter}${more}) { id } }`);
        same(answer.json.data, { [`${verb}People`]: null }, filter);
        same(checkRefusal(answer, 'A non-empty filter is required for a bulk mutation', 'BAD_USER_INPUT').extensions.subCode, 'INVALID_ARGS_FILTER');
      }
    }
    same(await total(), before);
  });

  await test('arguments that conflict, and sizes that are none', async () => {
    const cases = [
      ['first: 1, last: 1', 'Cannot provide both first and last', 'ARGS_CONFLICT'], ['before: "x", after: "x"', 'Cannot provide both before and after', 'ARGS_CONFLICT'], ['before: "x", first: 1', 'Cannot provide both before and first', 'ARGS_CONFLICT'],
      ['after: "x", last: 1', 'Cannot provide both after and last', 'ARGS_CONFLICT'], ['first: -1', 'First argument must be non-negative', 'INVALID_ARGS_FIRST'], ['last: -1', 'Last argument must be non-negative', 'INVALID_ARGS_LAST'],
      ['after: "invalid-cursor"', 'Invalid cursor: invalid-cursor', 'INVALID_CURSOR'],
      ['after: "eyJpZCI6IjBhMGIwYzBkLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMSJ9", orderBy: {position: AscNullsLast}', 'Cursor is missing the value for orderBy field "position": it was encoded for a different orderBy. Restart pagination without a cursor.', 'INVALID_CURSOR'],
    ];
    for (const [args, sentence, subCode] of cases) {
      const answer = await ask(`{ people(${args}) { totalCount } }`);
      const error = checkRefusal(answer, sentence, 'BAD_USER_INPUT');
      same([answer.json.data, error.message, error.extensions.subCode], [{ people: null }, sentence, subCode]);
    }
    same((await data('{ people(first: 0, last: 1) { edges { node { id } } } }')).people.edges, []);
    checkRefusal(await ask('{ person(filter: {}) { id } }'), 'Missing filter argument', 'BAD_USER_INPUT');
  });

  await test('null is as if it had not been given', async () => {
    const answer = await data('query ($first: Int, $after: String, $filter: PersonFilterInput, $orderBy: [PersonOrderByInput]) { people(first: $first, last: null, after: $after, filter: $filter, orderBy: $orderBy) { totalCount edges { cursor } } }', { first: null, after: null, filter: null, orderBy: null });
    check(answer.people.totalCount > 0 && answer.people.edges.length > 0, JSON.stringify(answer));
  });

  await test('one that is not there: find, update, delete, destroy, restore', async () => {
    const id = uuid();
    for (const field of [`updatePerson(id: "${id}", data: {jobTitle: "x"})`, `deletePerson(id: "${id}")`, `destroyPerson(id: "${id}")`, `restorePerson(id: "${id}")`]) {
      const answer = await ask(`mutation { ${field} { id } }`);
      same(checkRefusal(answer, 'Record not found', 'NOT_FOUND').extensions.subCode, 'RECORD_NOT_FOUND', field);
    }
    const none = await data(`mutation { a: updatePeople(filter: {id: {eq: "${id}"}}, data: {jobTitle: "x"}) { id } b: deletePeople(filter: {id: {eq: "${id}"}}) { id } c: destroyPeople(filter: {id: {eq: "${id}"}}) { id } d: restorePeople(filter: {id: {eq: "${id}"}}) { id } }`);
    same(none, { a: [], b: [], c: [], d: [] });
  });
});
