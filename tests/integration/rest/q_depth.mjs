// depth=1, alone and with fields (contract 2.4, 2.6; R13, R24, R32, R36, R60, R61, R66, R107).
import { check, create, createMany, expect, ids, list, main, q, read, same, sameKeys, send, test, uuid } from './lib.mjs';

const relations = { people: ['company', 'pointOfContactForOpportunities', 'taskTargets', 'noteTargets'], companies: ['accountOwner', 'people', 'opportunities', 'taskTargets', 'noteTargets'] };

main(120, async () => {
  const company = await create('companies', { name: 'Deep', domainName: { primaryLinkUrl: 'https://Deep.Example/' } });
  const person = await create('people', { jobTitle: 'diver', companyId: company.id });
  const checkCompany = (record, wanted = company) => {
    same([record.company.id, record.company.domainName.primaryLinkUrl], [wanted.id, 'deep.example']);
    for (const name of relations.companies) check(!(name in record.company), `company.${name} is there`);
    check('accountOwnerId' in record.company, 'the join column of the nested record');
  };
  await test('R13 create one at depth=1', async () => checkCompany(await create('people', { companyId: company.id }, '?depth=1')));
  await test('R24 create many at depth=1', async () => (await createMany('people', [{ companyId: company.id }, { companyId: company.id }], '?depth=1')).forEach((record) => checkCompany(record)));
  await test('R32 find one at depth=1', async () => {
    const found = await read('people', person.id, '?depth=1');
    checkCompany(found);
    same(found.companyId, company.id);
    for (const name of relations.people.slice(1)) check(Array.isArray(found[name]), `${name} is no array`);
  });
  await test('R66 update and restore at depth=1', async () => {
    checkCompany((await expect(200, 'PATCH', `/rest/people/${person.id}?depth=1`, { jobTitle: 'deeper' })).data.updatePerson);
    await expect(200, 'DELETE', `/rest/people/${person.id}?soft_delete=true`);
    checkCompany((await expect(200, 'PATCH', `/rest/people/${person.id}/restore?depth=1`)).data.restorePerson);
  });
  await test('an unset relation is null, an empty one an empty list', async () => {
    const { id } = await create('people', {});
    const found = await read('people', id, '?depth=1');
    same([found.company, found.companyId, found.noteTargets], [null, null, []]);
  });
  await test('R107 the other side holds the records, without relations of their own', async () => {
    const found = await read('companies', company.id, '?depth=1');
    check(ids(found.people).includes(person.id), 'the person is missing');
    for (const one of found.people) {
      for (const name of relations.people) check(!(name in one), `people[].${name} is there`);
      same(one.companyId, company.id);
    }
  });
  await test('deleted records are not among them', async () => {
    const owner = await create('companies', {});
    const [kept, gone] = await createMany('people', [{ companyId: owner.id }, { companyId: owner.id }]);
    await expect(200, 'DELETE', `/rest/people/${gone.id}?soft_delete=true`);
    same(ids((await read('companies', owner.id, '?depth=1')).people), [kept.id]);
    await expect(200, 'DELETE', `/rest/companies/${owner.id}?soft_delete=true`);
    const found = await read('people', kept.id, '?depth=1');
    check(found.company === null || found.company.deletedAt !== null, 'a deleted company must not look alive');
  });
  await test('nested lists are cut at 60', async () => {
    const owner = await create('companies', {});
    for (let round = 0; round < 2; round++) await createMany('people', Array.from({ length: 40 }, () => ({ companyId: owner.id })));
    const found = await read('companies', owner.id, '?depth=1');
    same(found.people.length, 60);
    same(new Set(ids(found.people)).size, 60);
  });
  await test('each parent of a list has its own 60', async () => {
    const tag = `depth-${uuid()}`;
    const owners = await createMany('companies', [{ name: tag }, { name: tag }, { name: tag }]);
    await createMany('people', Array.from({ length: 60 }, (_, index) => ({ companyId: owners[index % 2].id })));
    await createMany('people', Array.from({ length: 60 }, () => ({ companyId: owners[0].id })));
    const found = (await list('companies', `?depth=1&filter=name[eq]:${tag}`)).data.companies;
    same(owners.map(({ id }) => found.find((one) => one.id === id).people.length), [60, 30, 0]);
  });
  await test('join records come as themselves', async () => {
    const note = await create('notes', { title: 'joined' });
    const target = await create('noteTargets', { noteId: note.id, targetPersonId: person.id });
    const found = await read('people', person.id, '?depth=1');
    same(found.noteTargets.map((one) => [one.id, one.noteId, one.targetPersonId, 'note' in one]), [[target.id, note.id, person.id, false]]);
    const back = await read('noteTargets', target.id, '?depth=1');
    same([back.note.title, back.targetPerson.id, back.targetCompany], ['joined', person.id, null]);
  });
  await test('R36 fields=jobTitle,company at depth=1', async () => {
    const found = await read('people', person.id, '?fields=jobTitle,company&depth=1');
    same([found.jobTitle, found.company.id], ['deeper', company.id]);
    for (const name of relations.people.slice(1)) check(!(name in found), `${name} is there`);
  });
  await test('R60, R61 fields of a list at depth=1', async () => {
    const filter = `&filter=companyId[eq]:${company.id}`;
    for (const record of (await list('people', `?fields=jobTitle&depth=1${filter}`)).data.people) sameKeys(record, ['id', 'jobTitle']);
    for (const record of (await list('people', `?fields=jobTitle,company&depth=1${filter}`)).data.people) {
      same(record.company.id, company.id);
      for (const name of relations.people.slice(1)) check(!(name in record), `${name} is there`);
    }
  });
  await test('a list at depth=1 has the same order and pages as at depth=0', async () => {
    const query = `?limit=3&order_by=createdAt[DescNullsLast]&filter=${q(`companyId[eq]:${company.id}`)}`;
    const [flat, deep] = [await list('people', query), await list('people', `${query}&depth=1`)];
    same(ids(deep.data.people), ids(flat.data.people));
    same([deep.pageInfo, deep.totalCount], [flat.pageInfo, flat.totalCount]);
  });
  await test('depth=1 on an object that was made later', async () => {
    const { id } = await create('specimens', { companyId: company.id, text: 'deep' });
    same((await read('specimens', id, '?depth=1')).company.id, company.id);
    check(ids((await read('companies', company.id, '?depth=1')).specimens).includes(id), 'the mirror');
  });
  await test('delete answers with the id only, whatever the depth', async () => {
    const { id } = await create('people', { companyId: company.id });
    same((await expect(200, 'DELETE', `/rest/people/${id}?depth=1`)).data.deletePerson, { id });
  });
  await test('depth=2 is refused, unless the setting allows it', async () => check((await send('GET', '/rest/people?depth=2')).status === 400, 'status'));
});
