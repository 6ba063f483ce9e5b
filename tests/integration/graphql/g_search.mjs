// searchVector: what it reads as (contract 2.4, G1), and the filter operator `search` (2.6).
import { ask, check, checkRefusal, data, main, q, refused, same, test, uuid } from './lib.mjs';

const mark = `zq${uuid().slice(0, 6)}`;
const made = (await data('mutation ($d: [PersonCreateInput!]!) { createPeople(data: $d) { id searchVector } }', {
  d: [
    { name: { firstName: 'José', lastName: 'García' }, jobTitle: `${mark} Naïve Müller` },
    { name: { firstName: 'Jose', lastName: 'Garcia' }, jobTitle: `${mark} plain` },
    { name: { firstName: 'Ann', lastName: 'O\'Neil' }, jobTitle: `${mark} 100%`, emails: { primaryEmail: `ann-${mark}@acme.example` } },
  ],
})).createPeople;
const [accents, plain, ann] = made.map(({ id }) => id);
const search = async (text, more = '') => (await data(`query ($s: String) { people(filter: {searchVector: {search: $s}${more}}, first: 60) { totalCount edges { node { id } } } }`, { s: text })).people;
const found = async (text, more) => (await search(text, more)).edges.map(({ node }) => node.id).sort();
const are = async (text, ...ids) => same(await found(text), ids.sort(), text);

main(60, async () => {
  await test('searchVector reads as PostgreSQL writes it: of created, read, nested and related records', async () => {
    for (const { searchVector } of made) check(searchVector.includes(`'${mark}':`), searchVector);
    check(made[1].searchVector.includes("'jose':"), made[1].searchVector);
    const ids = `{id: {in: ["${accents}", "${plain}", "${ann}"]}}`;
    const answer = await data(`{ people(filter: ${ids}) { edges { node { id searchVector again: searchVector } } } person(filter: {id: {eq: "${ann}"}}) { searchVector } }`);
    const vectors = Object.fromEntries(made.map(({ id, searchVector }) => [id, searchVector]));
    for (const { node } of answer.people.edges) same(node, { id: node.id, searchVector: vectors[node.id], again: vectors[node.id] });
    same(answer.person.searchVector, vectors[ann]);
    const company = (await data('mutation ($d: CompanyCreateInput!) { createCompany(data: $d) { id } }', { d: { name: mark } })).createCompany.id;
    const linked = await data(`mutation { updatePeople(filter: ${ids}, data: {companyId: "${company}"}) { searchVector company { searchVector people(first: 2) { edges { node { id searchVector } } } } } }`);
    same(linked.updatePeople.length, 3);
    for (const person of linked.updatePeople) {
      same(person.company.searchVector, `'${mark}':1`);
      same(person.company.people.edges.length, 2);
      for (const { node } of person.company.people.edges) same(node.searchVector, vectors[node.id]);
    }
    const groups = await data(`{ peopleGroupBy(groupBy: [{companyId: true}], filter: ${ids}) { edges { node { id searchVector } } } }`);
    for (const { node } of groups.peopleGroupBy[0].edges) same(node.searchVector, vectors[node.id]);
    const gone = (await data('mutation ($d: PersonCreateInput!) { createPerson(data: $d) { id searchVector } }', { d: { jobTitle: `gone${mark}` } })).createPerson;
    same((await data(`mutation { destroyPerson(id: "${gone.id}") { id searchVector } }`)).destroyPerson, gone);
  });

  await test('search: every word is a beginning, in any order, in any case', async () => {
    await are(mark, accents, plain, ann);
    await are(mark.slice(0, 5).toUpperCase(), accents, plain, ann);
    await are(`pla ${mark.slice(0, 4)}`, plain);
    await are(`${mark} nothing`);
    await are(`ann-${mark}`, ann);
  });

  await test('search: accents do not matter, on either side', async () => {
    await are(`${mark} jose garcia`, accents, plain);
    await are(`${mark} José Garcí`, accents, plain);
    await are(`${mark} naive muller`, accents);
  });

  await test('search: what was typed may stand anywhere in a word', async () => {
    await are(mark.slice(1), accents, plain, ann);
    await are(`${mark}@acme.exam`, ann);
    await are(`%${mark.slice(1)}`);
  });

  await test('search: signs are no operators, and no words are no restriction', async () => {
    await are(`${mark} & pla`, plain);
    for (const text of [`${mark}'`, `${mark} \\`, `${mark} :*`, `!${mark}`, `${mark} |`]) await search(text);
    const all = (await data('{ people { totalCount } }')).people.totalCount;
    for (const text of ['', '  ', '&|!']) same((await search(text)).totalCount, all, text);
  });

  await test('search beside other conditions, in a relation, under not, and of deleted records', async () => {
    same(await found(mark, ', jobTitle: {startsWith: "zq"}, name: {firstName: {eq: "Ann"}}'), [ann]);
    const nested = await data(`{ people(filter: {company: {searchVector: {search: "${mark}"}}}) { totalCount } rest: people(filter: {and: [{not: {searchVector: {search: "plain"}}}, {searchVector: {search: "${mark}"}}]}) { edges { node { id } } } }`);
    same(nested.people.totalCount, 3);
    same(nested.rest.edges.map(({ node }) => node.id).sort(), [accents, ann].sort());
    await data(`mutation { deletePerson(id: "${plain}") { id } }`);
    await are(mark, accents, ann);
    same(await found(mark, ', deletedAt: {is: NOT_NULL}'), [plain]);
  });

  await test('search is the only operator, and takes a text', async () => {
    checkRefusal(await ask('{ people(filter: {searchVector: {search: null}}) { totalCount } }'), 'Filter operator "search" requires a string value for field "searchVector"', 'BAD_USER_INPUT');
    checkRefusal(await ask('{ people(filter: {searchVector: {eq: "x"}}) { totalCount } }'), 'eq', 'GRAPHQL_VALIDATION_FAILED');
  });

  await test('REST has no such operator, and says so', async () => {
    await refused(400, 'search', undefined, 'GET', `/rest/people?filter=${q('searchVector[search]:x')}`);
    await refused(400, 'searchVector', undefined, 'GET', `/rest/people?filter=${q('searchVector[eq]:x')}`);
  });
});
