// Pages of relations: how many statements they take, nested windows, aliases; and that REST says the same.
import { readFileSync, statSync } from 'node:fs';
import { ask, check, checkRefusal, data, expect, main, q, same, sleep, test, uuid } from './lib.mjs';

const nodes = (connection) => connection.edges.map(({ node }) => node);
const ids = (records) => records.map(({ id }) => id);
const mark = uuid().slice(0, 8);

// ---- what PostgreSQL was asked, from its own log ----

const log = `${process.env.PORTTI_TEST_DATA}/log/postgres.log`;
// A line may be written a little after the answer; `execute` are those of programs, psql's are not.
async function statementsOf(work) {
  const from = statSync(log).size;
  const answer = await work();
  await sleep(150);
  const lines = readFileSync(log).subarray(from).toString().split('\n');
  return { answer, statements: lines.filter((line) => /LOG:\s+execute /.test(line) && line.includes('"workspace".')) };
}

let companies;
async function make() {
  const create = async (Many, One, d) => (await data(`mutation ($d: [${One}CreateInput!]!) { create${Many}(data: $d) { id } }`, { d }))[`create${Many}`];
  companies = await create('Companies', 'Company', Array.from({ length: 20 }, (_, i) => ({ name: `${mark} ${String(i).padStart(2, '0')}` })));
  for (const [index, { id }] of companies.entries()) {
    const people = await create('People', 'Person', Array.from({ length: 7 }, (_, i) => ({ companyId: id, jobTitle: `${mark} ${i}`, position: 100 - i, name: { firstName: `f${index}`, lastName: `l${i}` } })));
    if (index < 5) {
      await create('Opportunities', 'Opportunity', people.flatMap((person) => Array.from({ length: 4 }, (_, i) => ({ name: `o${i}`, pointOfContactId: person.id, companyId: id, stage: i % 2 ? 'NEW' : 'MEETING' }))));
    }
  }
}

const PAGE = `query ($f: CompanyFilterInput) { companies(first: 20, filter: $f, orderBy: [{name: AscNullsLast}]) { edges { node { id name
  people(first: 5, orderBy: [{position: AscNullsLast}]) { totalCount edges { node { id jobTitle
    pointOfContactForOpportunities(first: 3) { edges { node { id name company { id name } } } pageInfo { hasNextPage } } } cursor } pageInfo { hasNextPage endCursor } } } } } }`;
const mine = { name: { startsWith: mark } };

async function statements() {
  await test('companies with people with opportunities with companies: a statement a level, one more for totals', async () => {
    const { answer, statements: made } = await statementsOf(() => data(PAGE, { f: mine }));
    same(made.length, 5, made.join('\n').slice(0, 2000));
    const found = nodes(answer.companies);
    same(found.length, 20);
    for (const company of found) {
      same([company.people.totalCount, company.people.edges.length, company.people.pageInfo.hasNextPage], [7, 5, true]);
      same(nodes(company.people).map(({ jobTitle }) => jobTitle), [6, 5, 4, 3, 2].map((n) => `${mark} ${n}`));
    }
    const deals = nodes(nodes(found[0].people)[0].pointOfContactForOpportunities);
    same([deals.length, deals[0].company.id, nodes(found[0].people)[0].pointOfContactForOpportunities.pageInfo.hasNextPage], [3, companies[0].id, true]);
  });
  await test('as many for one company as for twenty', async () => {
    const { statements: made } = await statementsOf(() => data(PAGE, { f: { id: { eq: companies[0].id } } }));
    same(made.length, 5);
  });
  await test('only a total: no records are read', async () => {
    const { answer, statements: made } = await statementsOf(() => data('query ($f: CompanyFilterInput) { companies(filter: $f) { totalCount } }', { f: mine }));
    same([answer.companies.totalCount, made.length, /count\(\*\)/.test(made[0])], [20, 1, true]);
  });
  await test('aliases of one relation: a statement each', async () => {
    const { answer, statements: made } = await statementsOf(() => data(`query ($f: CompanyFilterInput) { companies(filter: $f) { edges { node {
      first: people(first: 1, orderBy: [{position: AscNullsLast}]) { edges { node { jobTitle } } }
      last: people(first: 1, orderBy: [{position: DescNullsLast}]) { edges { node { jobTitle } } }
      count: people(filter: {jobTitle: {endsWith: "3"}}) { totalCount } } } } }`, { f: mine }));
    same(made.length, 4);
    for (const { first, last, count } of nodes(answer.companies)) same([nodes(first)[0].jobTitle, nodes(last)[0].jobTitle, count.totalCount], [`${mark} 6`, `${mark} 0`, 1]);
  });
}

async function windows() {
  await test('nested pages are walked with their cursors, forth and back', async () => {
    const seen = [];
    const page = async (args) => (await data(`query ($id: UUID!) { company(filter: {id: {eq: $id}}) { people(orderBy: [{jobTitle: DescNullsLast}], ${args}) { edges { node { id } cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`, { id: companies[0].id })).company.people;
    let one = await page('first: 3');
    same(one.pageInfo.hasPreviousPage, false);
    for (; ; one = await page(`first: 3, after: "${one.pageInfo.endCursor}"`)) {
      seen.push(...ids(nodes(one)));
      if (!one.pageInfo.hasNextPage) break;
    }
    same([seen.length, new Set(seen).size], [7, 7]);
    const back = await page(`last: 3, before: "${one.pageInfo.startCursor}"`);
    same([ids(nodes(back)), back.pageInfo.hasNextPage, back.pageInfo.hasPreviousPage], [seen.slice(3, 6), true, true]);
    same(ids(nodes(await page('first: 2, offset: 4'))), seen.slice(4, 6));
    same(ids(nodes(await page('first: 0'))), []);
  });
  await test('nested pages ordered across a relation have cursors too', async () => {
    const query = (args) => `query ($id: UUID!) { company(filter: {id: {eq: $id}}) { opportunities(orderBy: [{pointOfContact: {jobTitle: AscNullsLast}}, {name: AscNullsLast}], ${args}) { edges { node { id name pointOfContact { jobTitle } } cursor } pageInfo { hasNextPage endCursor } } } }`;
    const seen = [];
    for (let args = 'first: 5'; ;) {
      const page = (await data(query(args), { id: companies[1].id })).company.opportunities;
      seen.push(...nodes(page).map(({ name, pointOfContact }) => `${pointOfContact.jobTitle} ${name}`));
      if (!page.pageInfo.hasNextPage) break;
      args = `first: 5, after: "${page.pageInfo.endCursor}"`;
    }
    same([seen.length, seen], [28, [...seen].sort()]);
  });
  await test('a nested filter that names deletedAt finds the deleted ones', async () => {
    const person = (await data('mutation ($id: ID!) { createPerson(data: {companyId: $id, jobTitle: "gone"}) { id } }', { id: companies[19].id })).createPerson;
    await data('mutation ($id: UUID!) { deletePerson(id: $id) { id } }', { id: person.id });
    const found = (await data('query ($id: UUID!) { company(filter: {id: {eq: $id}}) { people { totalCount } gone: people(filter: {deletedAt: {is: NOT_NULL}}) { totalCount edges { node { id deletedAt } } } } }', { id: companies[19].id })).company;
    same([found.people.totalCount, found.gone.totalCount, ids(nodes(found.gone))], [7, 1, [person.id]]);
  });
  await test('a nested fault names its place, and fails its root alone', async () => {
    const answer = await ask('{ good: companies(first: 1) { totalCount } bad: companies(first: 1) { edges { node { people(after: "nonsense") { totalCount } } } } }');
    same([answer.json.data.bad, answer.json.data.good !== null], [null, true]);
    const error = checkRefusal(answer, 'Invalid cursor: nonsense', 'BAD_USER_INPUT');
    same([error.path, error.extensions.subCode], [['bad'], 'INVALID_CURSOR']);
  });
  await test('as deep as five relations, no deeper', async () => {
    const deep = '{ people(first: 1) { edges { node { company { accountOwner { ownedOpportunities { edges { node { company { accountOwner { id DEEPER } } } } } } } } } } }';
    await data(deep.replace('DEEPER', ''));
    checkRefusal(await ask(deep.replace('DEEPER', 'assignedTasks { totalCount }')), 'Maximum depth of 5 reached', 'BAD_USER_INPUT');
  });
}

// Null reads as [] in one protocol and as null in the other (contract 3.7 and rest-core 6.2).
const LISTS = ['additionalEmails', 'additionalPhones', 'secondaryLinks'];
const alike = (value) =>
  Array.isArray(value)
    ? value.map(alike)
    : value !== null && typeof value === 'object'
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, LISTS.includes(key) && inner === null ? [] : key === 'currencyCode' && inner === '' ? null : alike(inner)]))
      : value;

async function twins() {
  const fields = 'id createdAt updatedAt deletedAt createdBy { source workspaceMemberId name context } updatedBy { source workspaceMemberId name context } position name { firstName lastName } emails { primaryEmail additionalEmails } linkedinLink { primaryLinkLabel primaryLinkUrl secondaryLinks } jobTitle phones { primaryPhoneNumber primaryPhoneCountryCode primaryPhoneCallingCode additionalPhones } avatarUrl avatarFile companyId';
  const cases = [
    ['all of them', `filter=jobTitle[startsWith]:${mark}`, `filter: {jobTitle: {startsWith: "${mark}"}}`],
    ['an order and a limit', `filter=jobTitle[startsWith]:${mark}&order_by=name.lastName[DescNullsLast],position[AscNullsFirst]&limit=11`, `filter: {jobTitle: {startsWith: "${mark}"}}, orderBy: [{name: {lastName: DescNullsLast}}, {position: AscNullsFirst}], first: 11`],
    ['across a relation', `filter=company.name[like]:"${q(`${mark}%`)}"&order_by=company.name[DescNullsLast]&limit=30`, `filter: {company: {name: {like: "${mark}%"}}}, orderBy: [{company: {name: DescNullsLast}}], first: 30`],
    ['or and not', `filter=and(jobTitle[startsWith]:${mark},or(jobTitle[endsWith]:1,not(position[gt]:96)))`, `filter: {and: [{jobTitle: {startsWith: "${mark}"}}, {or: [{jobTitle: {endsWith: "1"}}, {not: {position: {gt: 96}}}]}]}`],
  ];
  for (const [name, rest, graphql] of cases) {
    await test(`REST and GraphQL return the same: ${name}`, async () => {
      const one = await expect(200, 'GET', `/rest/people?limit=60&${rest}`.replace(/limit=60&(.*limit=)/, '$1'));
      const other = (await data(`{ people(${graphql.includes('first') ? graphql : `${graphql}, first: 60`}) { totalCount edges { node { ${fields} } cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`)).people;
      same(alike(nodes(other)), alike(one.data.people));
      same([other.totalCount, other.pageInfo.hasNextPage, other.pageInfo.startCursor, other.pageInfo.endCursor], [one.totalCount, one.pageInfo.hasNextPage, one.pageInfo.startCursor, one.pageInfo.endCursor]);
      check(nodes(other).length > 0, 'nothing to compare');
    });
  }
  await test('a cursor of one protocol goes on in the other', async () => {
    const first = await expect(200, 'GET', `/rest/people?filter=jobTitle[startsWith]:${mark}&order_by=position&limit=5`);
    const next = (await data(`{ people(filter: {jobTitle: {startsWith: "${mark}"}}, orderBy: {position: AscNullsFirst}, first: 5, after: "${first.pageInfo.endCursor}") { edges { node { id } } } }`)).people;
    const rest = await expect(200, 'GET', `/rest/people?filter=jobTitle[startsWith]:${mark}&order_by=position&limit=5&starting_after=${first.pageInfo.endCursor}`);
    same(ids(nodes(next)), ids(rest.data.people));
  });
}

main(120, async () => {
  await make();
  await statements();
  await windows();
  await twins();
});
