// Facts of the contract's acceptance list about records: G1 to G59, G91 to G112.
import { ask, check, checkRefusal, data, main, same, test, uuid } from './lib.mjs';

const tag = () => uuid().slice(0, 8);
const ids = (records) => records.map(({ id }) => id);
const nodes = (connection) => connection.edges.map(({ node }) => node);
const people = async (data_, fields = 'id') => (await data(`mutation ($d: [PersonCreateInput!]!) { createPeople(data: $d) { ${fields} } }`, { d: data_ })).createPeople;
const person = async (data_, fields = 'id') => (await data(`mutation ($d: PersonCreateInput!) { createPerson(data: $d) { ${fields} } }`, { d: data_ })).createPerson;
const company = async (data_, fields = 'id') => (await data(`mutation ($d: CompanyCreateInput!) { createCompany(data: $d) { ${fields} } }`, { d: data_ })).createCompany;
// As the contract's suite asks: always a filter and an orderBy, the latter declared as a list and passed as an object.
const find = async (variables, fields = 'edges { node { id } }') =>
  (await data(`query ($filter: PersonFilterInput, $orderBy: [PersonOrderByInput], $after: String, $before: String, $first: Int, $last: Int, $offset: Int) {
    people(filter: $filter, orderBy: $orderBy, after: $after, before: $before, first: $first, last: $last, offset: $offset) { ${fields} } }`, { filter: {}, orderBy: {}, ...variables })).people;

async function cycle() {
  const [a, b] = [uuid(), uuid()];
  const [one, two, fresh] = [tag(), tag(), tag()];
  await test('G1 createPeople', async () => {
    const keys = ['id', 'jobTitle', 'avatarUrl', 'avatarFile', 'searchVector', 'name', 'createdAt', 'deletedAt'];
    const made = await people([{ id: a, jobTitle: one }, { id: b, jobTitle: two }], keys.join(' '));
    same(made.map(({ id, jobTitle }) => [id, jobTitle]), [[a, one], [b, two]]);
    for (const record of made) same(Object.keys(record), keys);
  });
  await test('G2, G4 createPerson, person', async () => {
    const [id, title] = [uuid(), tag()];
    same(await person({ id, jobTitle: title }, 'id jobTitle'), { id, jobTitle: title });
    same((await data('query ($f: PersonFilterInput!) { person(filter: $f) { id } }', { f: { jobTitle: { eq: title } } })).person, { id });
  });
  await test('G5, G7 updatePeople, and both are found', async () => {
    const updated = await data('mutation ($d: PersonUpdateInput!, $f: PersonFilterInput!) { updatePeople(data: $d, filter: $f) { id jobTitle } }', { d: { jobTitle: fresh }, f: { id: { in: [a, b] } } });
    same(updated.updatePeople.map(({ jobTitle }) => jobTitle), [fresh, fresh]);
    same((await find({ filter: { jobTitle: { eq: fresh } } })).edges.length, 2);
  });
  await test('G8, G9, G10 deletePeople: gone, and there again for who asks', async () => {
    const deleted = (await data('mutation ($f: PersonFilterInput!) { deletePeople(filter: $f) { id deletedAt } }', { f: { id: { in: [a, b] } } })).deletePeople;
    check(deleted.length === 2 && deleted.every(({ deletedAt }) => deletedAt), JSON.stringify(deleted));
    same((await find({ filter: { id: { in: [a, b] } } })).edges, []);
    const missing = await ask('query ($f: PersonFilterInput!) { person(filter: $f) { id } }', { f: { id: { eq: a } } });
    same(missing.json.data, { person: null });
    checkRefusal(missing, 'Record not found', 'NOT_FOUND');
    const widened = { id: { in: [a, b] }, not: { deletedAt: { is: 'NULL' } } };
    same((await find({ filter: widened })).edges.length, 2);
    same((await data('query ($f: PersonFilterInput!) { person(filter: $f) { id } }', { f: { ...widened, id: { eq: a } } })).person, { id: a });
  });
  await test('a note takes its targets along, and back; not those that were taken away before', async () => {
    for (const [x, verbs] of [['note', ['delete', 'restore']], ['task', ['delete', 'restore']]]) {
      const X = x === 'note' ? 'Note' : 'Task';
      const made = await data(`mutation { ${x}: create${X}(data: {title: "t"}) { id } other: create${X}(data: {title: "o"}) { id } a: createPerson(data: {}) { id } b: createPerson(data: {}) { id } }`);
      const link = async (to, who) => (await data(`mutation { create${X}Target(data: {${x}Id: "${to}", targetPersonId: "${who}"}) { id } }`))[`create${X}Target`].id;
      const [first, taken, apart] = [await link(made[x].id, made.a.id), await link(made[x].id, made.b.id), await link(made.other.id, made.a.id)];
      await data(`mutation { delete${X}Target(id: "${taken}") { id } }`);
      const live = async () => (await data(`{ ${x}Targets(filter: {id: {in: ["${first}", "${taken}", "${apart}"]}}) { edges { node { id } } } }`))[`${x}Targets`].edges.map(({ node }) => node.id).sort();
      same(await live(), [first, apart].sort());
      await data(`mutation { ${verbs[0]}${X}(id: "${made[x].id}") { id } }`);
      same(await live(), [apart]);
      await data(`mutation { ${verbs[1]}${X}s(filter: {id: {eq: "${made[x].id}"}}) { id } }`);
      same(await live(), [first, apart].sort());
      await data(`mutation { destroy${X}(id: "${made[x].id}") { id } }`);
      same((await data(`{ ${x}Targets(filter: {id: {in: ["${first}", "${taken}"]}, or: [{deletedAt: {is: NULL}}, {deletedAt: {is: NOT_NULL}}]}) { totalCount } }`))[`${x}Targets`].totalCount, 0);
    }
  });
  await test('sentences to the letter: merges of what is not there, shares, empty relations, the search vector', async () => {
    const [{ id }] = await people([{}]);
    const cases = [
      [`mergePeople(ids: ["${id}", "${uuid()}"], conflictPriorityIndex: 0)`, 'One or more records not found', 'NOT_FOUND'],
      ['createPerson(data: {}, shareWith: [{accessLevel: READ}])', 'Invalid argument: "shareWith" must be an array of objects with an accessLevel and one of workspaceMemberId, roleId or everyone', 'BAD_USER_INPUT'],
      ['createPerson(data: {company: {}})', 'Relation "company" requires create, connect, or disconnect operation', 'BAD_USER_INPUT'],
      ['createPerson(data: {searchVector: "x"})', 'Field "searchVector" does not support write operations', 'BAD_USER_INPUT'],
    ];
    for (const [field, sentence, code] of cases) same(checkRefusal(await ask(`mutation { ${field} { id } }`), sentence, code).message, sentence);
    check((await data('mutation { createPerson(data: {}, shareWith: [{everyone: true, accessLevel: READ}]) { id } }')).createPerson.id, 'shared with everyone');
  });
  await test('a destroy shows what the record led to, and what led to it', async () => {
    const { id } = await company({ name: tag() });
    const [one, two] = await people([{ companyId: id, jobTitle: 'a' }, { companyId: id, jobTitle: 'b' }]);
    const related = 'id people(orderBy: [{jobTitle: AscNullsLast}]) { totalCount edges { node { id jobTitle company { id } } } }';
    const gone = (await data(`mutation ($id: UUID!) { destroyPerson(id: $id) { id company { id people { totalCount } } } }`, { id: one.id })).destroyPerson;
    same(gone, { id: one.id, company: { id, people: { totalCount: 2 } } });
    const { destroyCompanies } = await data(`mutation ($f: CompanyFilterInput!) { destroyCompanies(filter: $f) { ${related} } }`, { f: { id: { eq: id } } });
    same(destroyCompanies, [{ id, people: { totalCount: 1, edges: [{ node: { id: two.id, jobTitle: 'b', company: { id } } }] } }]);
    same((await data(`{ person(filter: {id: {eq: "${two.id}"}}) { companyId } }`)).person.companyId, null);
    const key = uuid();
    const { id: again } = await company({ name: tag() });
    const child = await person({ companyId: again });
    const asked = () => ask(`mutation { destroyCompany(id: "${again}") { ${related} } }`, undefined, { headers: { 'Idempotency-Key': key } });
    const first = await asked();
    same(first.json.data.destroyCompany.people.edges.map(({ node }) => node.id), [child.id]);
    same((await asked()).json, first.json);
  });
  await test('G12 destroyPeople finds what was deleted, and nobody finds it afterwards', async () => {
    const f = { id: { in: [a, b] } };
    same((await data('mutation ($f: PersonFilterInput!) { destroyPeople(filter: $f) { id } }', { f })).destroyPeople.length, 2);
    same((await find({ filter: { ...f, not: { deletedAt: { is: 'NULL' } } } })).edges, []);
    same((await find({ filter: f })).edges, []);
  });
  await test('G14, G15 the selections of companies and people', async () => {
    await company({ name: tag(), accountOwnerId: null });
    const c = nodes((await data('{ companies(first: 1) { edges { node { name position searchVector id createdAt updatedAt deletedAt accountOwnerId } } } }')).companies)[0];
    same(Object.keys(c), ['name', 'position', 'searchVector', 'id', 'createdAt', 'updatedAt', 'deletedAt', 'accountOwnerId']);
    await person({ jobTitle: tag() });
    const keys = ['position', 'searchVector', 'id', 'createdAt', 'updatedAt', 'deletedAt', 'companyId', 'jobTitle', 'avatarUrl', 'avatarFile'];
    same(Object.keys(nodes((await data(`{ people(first: 1) { edges { node { ${keys.join(' ').replace('avatarFile', 'avatarFile { fileId label extension url }')} } } } }`)).people)[0]), keys);
  });
  await test('G16 a hundred fields', () => data(`{ people(first: 1) { edges { node { ${Array.from({ length: 90 }, (_, i) => `f${i}: jobTitle`).join(' ')} } } } }`));
}

async function pages() {
  const mark = tag();
  await people([['Alice', 'Brown'], ['Alice', 'Smith'], ['Bob', 'Johnson'], ['Bob', 'Williams'], ['Charlie', 'Davis']].map(([firstName, lastName]) => ({ jobTitle: mark, name: { firstName, lastName } })));
  const filter = { jobTitle: { eq: mark } };
  const orderBy = { name: { firstName: 'AscNullsLast', lastName: 'AscNullsLast' } };
  const fields = 'edges { node { name { firstName lastName } } cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount';
  const names = (page) => nodes(page).map(({ name }) => `${name.firstName} ${name.lastName}`);
  await test('G21 the first two', async () => {
    const page = await find({ filter, orderBy, first: 2 }, fields);
    same([names(page), page.pageInfo.hasNextPage, page.totalCount], [['Alice Brown', 'Alice Smith'], true, 5]);
    same([page.pageInfo.startCursor, page.pageInfo.endCursor], page.edges.map(({ cursor }) => cursor));
  });
  await test('G25 the last two before the very last, in their order', async () => {
    const all = await find({ filter, orderBy }, fields);
    const page = await find({ filter, orderBy, last: 2, before: all.edges[4].cursor }, fields);
    same([names(page), page.pageInfo.hasPreviousPage, page.pageInfo.hasNextPage], [['Bob Johnson', 'Bob Williams'], true, true]);
  });
  await test('G26 a walk by any order returns every record once', async () => {
    const made = await people(Array.from({ length: 23 }, (_, i) => ({ avatarUrl: mark, ...(i % 3 ? { jobTitle: `t${i % 4}` } : {}), ...(i % 5 ? { name: { firstName: `n${i % 2}` } } : {}) })));
    for (const [order, size] of [[[{ jobTitle: 'AscNullsFirst' }], 4], [[{ jobTitle: 'DescNullsLast' }, { name: { firstName: 'AscNullsLast' } }], 5], [{ company: { name: 'AscNullsLast' } }, 7], [[{ position: 'DescNullsLast' }], 6]]) {
      const seen = [];
      for (let after = null, more = true; more;) {
        const page = await find({ filter: { avatarUrl: { eq: mark } }, orderBy: order, first: size, after }, 'edges { node { id } } pageInfo { hasNextPage endCursor }');
        seen.push(...ids(nodes(page)));
        ({ hasNextPage: more, endCursor: after } = page.pageInfo);
      }
      same([seen.length, new Set(seen).size, [...seen].sort()], [23, 23, ids(made).sort()], JSON.stringify(order));
    }
  });
  await test('G27 first: 0 with a total', async () => same(await find({ filter, first: 0 }, 'totalCount edges { node { id } } pageInfo { startCursor endCursor }'), { totalCount: 5, edges: [], pageInfo: { startCursor: null, endCursor: null } }));
}

async function relations() {
  const mark = tag();
  const companies = await Promise.all(['Beta', 'acme', 'ACME', 'Zebra'].map((name) => company({ name: `${name} ${mark}` }, 'id name')));
  await people(companies.map(({ id, name }) => ({ jobTitle: mark, companyId: id, name: { lastName: name } })));
  const filter = { jobTitle: { eq: mark } };
  const names = async (variables) => nodes(await find({ filter, ...variables }, 'edges { node { company { name } } }')).map(({ company: c }) => c.name.split(' ')[0].toLowerCase());
  await test('G28, G32 ordered by the company, whatever its case', async () => {
    same(await names({ orderBy: { company: { name: 'AscNullsLast' } } }), ['acme', 'acme', 'beta', 'zebra']);
    same(await names({ orderBy: [{ company: { name: 'DescNullsLast' } }] }), ['zebra', 'beta', 'acme', 'acme']);
  });
  await test('G30 with offset and first', async () => {
    const orderBy = { company: { name: 'AscNullsLast' } };
    const [one, two] = [await find({ filter, orderBy, first: 2 }), await find({ filter, orderBy, first: 2, offset: 2 })];
    same(new Set([...ids(nodes(one)), ...ids(nodes(two))]).size, 4);
    same(await names({ orderBy, first: 2, offset: 2 }), ['beta', 'zebra']);
  });
  await test('G31, G33 by the join column; with only the id', async () => {
    same((await find({ filter, orderBy: { companyId: 'AscNullsLast' } })).edges.length, 4);
    same((await find({ filter, orderBy: [{ company: { name: 'AscNullsLast' } }, { position: 'AscNullsLast' }] })).edges.length, 4);
  });
  await test('G34 to G37 filtered by the company', async () => {
    same((await find({ filter: { company: { name: { eq: `Beta ${mark}` } } } })).edges.length, 1);
    same((await find({ filter: { company: { name: { like: `%a ${mark}` } } } })).edges.length, 2);
    same((await find({ filter: { company: { name: { ilike: `acme ${mark}` } }, name: { lastName: { eq: `ACME ${mark}` } } } })).edges.length, 1);
    same((await find({ filter: { company: { name: { like: `% ${mark}` } } }, orderBy: { company: { name: 'AscNullsLast' } } })).edges.length, 4);
  });
  await test('G39 two hops', async () => checkRefusal(await ask('{ people(filter: {company: {accountOwner: {jobTitle: {eq: "x"}}}}) { totalCount } }'), 'Relation filter nesting deeper than 1 hop is not supported', 'BAD_USER_INPUT'));
  await test('G40 deletedAt of the relation reveals no deleted record', async () => {
    const gone = await person({ jobTitle: mark, companyId: companies[0].id });
    await data('mutation ($id: UUID!) { deletePerson(id: $id) { id } }', { id: gone.id });
    check(!ids(nodes(await find({ filter: { company: { id: { eq: companies[0].id }, deletedAt: { is: 'NULL' } } } }))).includes(gone.id), 'it is there');
  });
  await test('G41 a morph relation', async () => {
    const id = (await person({ jobTitle: mark })).id;
    await data('mutation ($id: ID!) { createNoteTarget(data: {targetPersonId: $id, note: {create: {title: "x"}}}) { id } }', { id });
    same((await data('query ($t: String!) { noteTargets(filter: {targetPerson: {jobTitle: {eq: $t}}}) { edges { node { targetPersonId targetPerson { id } } } } }', { t: mark })).noteTargets.edges.map(({ node }) => node.targetPersonId), [id]);
  });
  await test('G42 mutations through a relation hit those and no others', async () => {
    const f = { company: { name: { eq: `Zebra ${mark}` } } };
    const does = async (verb, rest = '') => ids((await data(`mutation ($f: PersonFilterInput!) { ${verb}People(filter: $f${rest}) { id } }`, { f }))[`${verb}People`]);
    const hit = await does('update', ', data: {avatarUrl: "hit"}');
    same(hit.length, 1);
    same(await does('delete'), hit);
    same(await does('restore'), hit);
    same(await does('destroy'), hit);
    same((await find({ filter: { company: { name: { like: `% ${mark}` } } } })).edges.length, 3);
  });
  await test('G43 sixty of a parent, its neighbour whole', async () => {
    const [many, few] = [await company({ name: 'many' }), await company({ name: 'few' })];
    for (const count of [60, 5]) await people(Array.from({ length: count }, () => ({ companyId: many.id })));
    await people(Array.from({ length: 3 }, () => ({ companyId: few.id })));
    const found = await data('query ($ids: [UUID]) { companies(filter: {id: {in: $ids}}) { edges { node { id people { totalCount edges { node { id } } pageInfo { hasNextPage } } } } } }', { ids: [many.id, few.id] });
    const of = (id) => nodes(found.companies).find((node) => node.id === id).people;
    same([of(many.id).edges.length, of(many.id).totalCount, of(many.id).pageInfo.hasNextPage], [60, 65, true]);
    same([of(few.id).edges.length, of(few.id).totalCount, of(few.id).pageInfo.hasNextPage], [3, 3, false]);
  });
  await test('G47 a deleted company reads as none, and comes back', async () => {
    const c = await company({ name: 'Comes back' });
    const p = await person({ companyId: c.id });
    const read = async () => (await data('query ($id: UUID!) { person(filter: {id: {eq: $id}}) { companyId company { id name } } }', { id: p.id })).person;
    same(await read(), { companyId: c.id, company: { id: c.id, name: 'Comes back' } });
    await data('mutation ($id: UUID!) { deleteCompany(id: $id) { id } }', { id: c.id });
    same(await read(), { companyId: null, company: null });
    await data('mutation ($id: UUID!) { restoreCompany(id: $id) { id } }', { id: c.id });
    same(await read(), { companyId: c.id, company: { id: c.id, name: 'Comes back' } });
  });
}

async function upserts() {
  const mail = () => `${tag()}@graphql.example`;
  const upsert = async (d, fields = 'id deletedAt position jobTitle emails { primaryEmail }') => (await data(`mutation ($d: [PersonCreateInput!]!) { createPeople(data: $d, upsert: true) { ${fields} } }`, { d })).createPeople;
  await test('G50 an upsert that means two records', async () => {
    const [one, two] = await people([{ emails: { primaryEmail: mail() } }, { emails: { primaryEmail: mail() } }], 'id emails { primaryEmail }');
    const answer = await ask('mutation ($d: PersonCreateInput!) { createPerson(data: $d, upsert: true) { id } }', { d: { id: one.id, emails: { primaryEmail: two.emails.primaryEmail } } });
    same(checkRefusal(answer, 'Multiple records found with the same unique field values', 'BAD_USER_INPUT').extensions.subCode, 'UPSERT_MULTIPLE_MATCHING_RECORDS_CONFLICT');
  });
  await test('G51 to G54 a deleted record comes back; positions', async () => {
    const { id } = await person({ position: 7 });
    await data('mutation ($id: UUID!) { deletePerson(id: $id) { id } }', { id });
    same((await upsert([{ id }], 'id deletedAt position')), [{ id, deletedAt: null, position: 7 }]);
    same((await upsert([{ id, position: 5 }], 'position')), [{ position: 5 }]);
    check(typeof (await upsert([{ emails: { primaryEmail: mail() } }]))[0].position === 'number', 'a number');
  });
  await test('G55 a mixed batch', async () => {
    const known = mail();
    const { id } = await person({ emails: { primaryEmail: known } });
    const answer = await upsert([{ emails: { primaryEmail: known }, jobTitle: 'updated' }, { emails: { primaryEmail: mail() }, jobTitle: 'created' }]);
    same(answer.map((record) => [record.id === id, record.jobTitle]), [[true, 'updated'], [false, 'created']]);
  });
  await test('a batch of sixty, twice', async () => {
    const batch = Array.from({ length: 60 }, (_, i) => ({ emails: { primaryEmail: `${i}-${mail()}` }, jobTitle: `${i}` }));
    const [first, second] = [await upsert(batch), await upsert(batch.map((record) => ({ ...record, jobTitle: `again ${record.jobTitle}` })))];
    same(ids(second), ids(first));
    same(second.map(({ jobTitle }) => jobTitle), batch.map(({ jobTitle }) => `again ${jobTitle}`));
    checkRefusal(await ask('mutation ($d: [PersonCreateInput!]!) { createPeople(data: $d, upsert: true) { id } }', { d: Array.from({ length: 61 }, () => ({})) }), 'Maximum number of records to upsert is 60.', 'BAD_USER_INPUT');
  });
}

async function connects() {
  const domain = `${tag()}.example`;
  const target = await company({ domainName: { primaryLinkUrl: domain } });
  const where = { connect: { where: { domainName: { primaryLinkUrl: domain } } } };
  await test('G91 to G95 connect: create one and many, upsert, update one and many', async () => {
    same((await person({ company: where }, 'company { id }')).company.id, target.id);
    const both = await people([{ jobTitle: 'first', company: where }, { jobTitle: 'second', company: { connect: { where: { id: target.id } } } }], 'id jobTitle company { id }').catch((error) => error);
    same(both.map(({ jobTitle, company: c }) => [jobTitle, c.id]), [['first', target.id], ['second', target.id]]);
    const id = (await person({ jobTitle: 'kept' })).id;
    same((await data('mutation ($d: [PersonCreateInput!]!) { createPeople(data: $d, upsert: true) { id jobTitle company { id } } }', { d: [{ id, company: where }] })).createPeople, [{ id, jobTitle: 'kept', company: { id: target.id } }]);
    const plain = (await person({})).id;
    same((await data('mutation ($id: UUID!, $d: PersonUpdateInput!) { updatePerson(id: $id, data: $d) { company { id } } }', { id: plain, d: { company: where } })).updatePerson.company.id, target.id);
    same((await data('mutation ($f: PersonFilterInput!, $d: PersonUpdateInput!) { updatePeople(filter: $f, data: $d) { company { id } } }', { f: { id: { in: [plain, id] } }, d: { company: where } })).updatePeople.map(({ company: c }) => c.id), [target.id, target.id]);
  });
  await test('G97, G99, G100 what cannot be connected', async () => {
    const refused = async (relation, sentence) => {
      const answer = await ask('mutation ($d: PersonCreateInput!) { createPerson(data: $d) { id } }', { d: { company: relation } });
      same(checkRefusal(answer, sentence, 'BAD_USER_INPUT').message, sentence);
      same(answer.json.data, { createPerson: null });
    };
    await refused({ connect: { where: { domainName: { primaryLinkUrl: 'not-existing-company' } } } }, 'Expected 1 record to connect to company, but found 0 for domainNamePrimaryLinkUrl = not-existing-company');
    await refused({ connect: { where: {} } }, "Missing required fields: at least one unique constraint have to be fully populated for 'company'.");
    await refused({ ...where, disconnect: true }, 'Cannot have both connect and disconnect for the same field on undefined.');
  });
  await test('G101, G102 disconnect', async () => {
    const { id } = await person({ company: where });
    const update = async (disconnect) => (await data('mutation ($id: UUID!, $d: PersonUpdateInput!) { updatePerson(id: $id, data: $d) { company { id } } }', { id, d: { company: { disconnect } } })).updatePerson.company;
    same(await update(false), { id: target.id });
    same(await update(true), null);
  });
  await test('nested create: linked, in one reply, and nothing of it when it fails', async () => {
    const made = await person({ company: { create: { name: 'Along', accountOwner: { create: { userId: uuid(), name: { firstName: 'Ann' } } } } } }, 'companyId company { id name accountOwner { name { firstName } } }');
    same([made.company.id, made.company.name, made.company.accountOwner.name.firstName], [made.companyId, 'Along', 'Ann']);
    const name = tag();
    checkRefusal(await ask('mutation ($d: PersonCreateInput!) { createPerson(data: $d) { id } }', { d: { emails: { primaryEmail: 'x' }, company: { create: { name } } } }), 'Invalid string value', 'BAD_USER_INPUT');
    checkRefusal(await ask('mutation ($d: PersonCreateInput!) { createPerson(data: $d) { id } }', { d: { company: { create: { name, domainName: { primaryLinkUrl: domain } } } } }), 'A duplicate entry was detected', 'BAD_USER_INPUT');
    same((await data('query ($n: String) { companies(filter: {name: {eq: $n}}) { totalCount } }', { n: name })).companies.totalCount, 0);
  });
}

async function merges() {
  const make = () => people(['john', 'jane'].map((name) => ({ emails: { primaryEmail: `${name}-${tag()}@merge.example`, additionalEmails: [1, 2].map((n) => `${name}${n}-${tag()}@merge.example`) }, phones: { primaryPhoneNumber: name === 'john' ? '111111' : '222222', primaryPhoneCallingCode: '+1', primaryPhoneCountryCode: 'US', additionalPhones: [{ number: name === 'john' ? '111112' : '222223', callingCode: '+1', countryCode: 'US' }] } })), 'id emails { primaryEmail additionalEmails }');
  const query = 'mutation ($ids: [UUID!]!, $p: Int!, $dry: Boolean) { mergePeople(ids: $ids, conflictPriorityIndex: $p, dryRun: $dry) { id deletedAt emails { primaryEmail additionalEmails } phones { primaryPhoneNumber additionalPhones { number } } } }';
  await test('G105, G109 merge', async () => {
    const two = await make();
    const merged = (await data(query, { ids: ids(two), p: 0 })).mergePeople;
    same([merged.id, merged.emails.primaryEmail, [...merged.emails.additionalEmails].sort()], [two[0].id, two[0].emails.primaryEmail, [two[1].emails.primaryEmail, ...two[0].emails.additionalEmails, ...two[1].emails.additionalEmails].sort()]);
    same([merged.phones.primaryPhoneNumber, merged.phones.additionalPhones.length], ['111111', 3]);
    same((await find({ filter: { id: { in: ids(two) } } })).edges.length, 1);
  });
  await test('G108, G112 a dry run, by priority', async () => {
    const two = await make();
    const merged = (await data(query, { ids: ids(two), p: 1, dry: true })).mergePeople;
    same([merged.emails.primaryEmail, merged.emails.additionalEmails.length], [two[1].emails.primaryEmail, 5]);
    check(merged.deletedAt !== null && !ids(two).includes(merged.id), JSON.stringify(merged));
    same(nodes(await find({ filter: { id: { in: ids(two) } }, orderBy: { id: 'AscNullsFirst' } }, 'edges { node { id emails { primaryEmail additionalEmails } } }')), [...two].sort((x, y) => (x.id < y.id ? -1 : 1)));
  });
  await test('a dry run shows what leads to any of them as leading to the one', async () => {
    const name = tag();
    const [one, two] = [await company({ name }), await company({ name })];
    const made = await people([{ companyId: one.id, jobTitle: 'c' }, { companyId: two.id, jobTitle: 'b' }, { companyId: one.id, jobTitle: 'a' }, { companyId: two.id, jobTitle: 'd' }]);
    const field = (args, fields) => `people(${args}) { totalCount countUniqueValuesJobTitle ${fields} }`;
    const merge = async (dryRun) => (await data(`mutation { mergeCompanies(ids: ["${one.id}", "${two.id}"], conflictPriorityIndex: 1, dryRun: ${dryRun}) { id name all: ${field('orderBy: [{jobTitle: AscNullsLast}]', 'edges { node { id jobTitle } }')} two: ${field('first: 2, orderBy: [{jobTitle: DescNullsLast}]', 'edges { node { jobTitle } } pageInfo { hasNextPage }')} only: people(filter: {jobTitle: {in: ["a", "b"]}}) { totalCount } } }`)).mergeCompanies;
    const dry = await merge(true);
    same(nodes(dry.all).map(({ jobTitle }) => jobTitle), ['a', 'b', 'c', 'd']);
    same(ids(nodes(dry.all)).sort(), ids(made).sort());
    same([dry.all.totalCount, dry.all.countUniqueValuesJobTitle, dry.only.totalCount], [4, 4, 2]);
    same(dry.two, { totalCount: 4, countUniqueValuesJobTitle: 4, edges: [{ node: { jobTitle: 'd' } }, { node: { jobTitle: 'c' } }], pageInfo: { hasNextPage: true } });
    same({ ...(await merge(false)), id: '' }, { ...dry, id: '' });
  });
  await test('duplicates, a connection an input', async () => {
    const lastName = tag();
    const three = await people(Array.from({ length: 3 }, () => ({ name: { firstName: 'Twin', lastName } })));
    const found = (await data('query ($ids: [UUID]) { personDuplicates(ids: $ids) { totalCount edges { node { id name { firstName } } cursor } pageInfo { hasNextPage } } }', { ids: ids(three).slice(0, 2) })).personDuplicates;
    same(found.map(({ totalCount, edges }) => [totalCount, ids(edges.map(({ node }) => node)).sort()]), [[2, [three[1].id, three[2].id].sort()], [2, [three[0].id, three[2].id].sort()]]);
    same((await data('query ($d: [PersonCreateInput]) { personDuplicates(data: $d) { totalCount countUniqueValuesName percentageEmptyJobTitle minCreatedAt again: countNotEmptyName edges { node { id } } } }', { d: [{ name: { firstName: 'Nobody', lastName } }, { name: { firstName: 'Twin', lastName } }, { jobTitle: 'x' }] })).personDuplicates.map(({ minCreatedAt, edges, ...rest }) => [rest, minCreatedAt !== null, edges.length]), [
      [{ totalCount: 0, countUniqueValuesName: null, percentageEmptyJobTitle: null, again: null }, false, 0],
      [{ totalCount: 3, countUniqueValuesName: 1, percentageEmptyJobTitle: 1, again: 3 }, true, 3],
      [{ totalCount: 0, countUniqueValuesName: null, percentageEmptyJobTitle: null, again: null }, false, 0],
    ]);
    same((await data('query ($d: [PersonCreateInput]) { personDuplicates(data: $d) { totalCount } }', { d: [{ name: { firstName: 'Twin', lastName } }] })).personDuplicates, [{ totalCount: 3 }]);
  });
}

main(120, async () => {
  await cycle();
  await pages();
  await relations();
  await upserts();
  await connects();
  await merges();
});
