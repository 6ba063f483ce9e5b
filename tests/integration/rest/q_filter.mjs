// The grammar of `filter`, the meaning of its paths, and its errors (contract 2.1, 3.4; R40–R42). Types: q_filter_types.mjs.
import { check, create, createMany, expect, ids, list, main, q, refused, same, send, test, uuid } from './lib.mjs';

const [acme, apple] = [await create('companies', { name: "O'Brien, \"Sons\" (Ltd) & Co", domainName: { primaryLinkUrl: 'filter-acme.example' } }), await create('companies', { name: 'Apple' })];
const tag = `tag-${uuid()}`;
const people = await createMany('people', [
  { jobTitle: tag, position: 0, name: { firstName: 'Ann', lastName: 'Lee' }, companyId: acme.id, emails: { primaryEmail: `ann-${tag}@example.org` } },
  { jobTitle: tag, position: 1, name: { firstName: "O'Brien", lastName: 'a,b' }, companyId: apple.id },
  { jobTitle: tag, position: 2, name: { firstName: 'x)(y', lastName: '[z]' }, phones: { primaryPhoneNumber: '123' } },
  { jobTitle: tag, position: 3, name: { firstName: '100%', lastName: 'under_score' } },
]);
// Numbers of the people that a filter finds; they are always asked for inside this file's own.
async function found(filter, more = '') {
  const body = await list('people', `?filter=${q(`and(jobTitle[eq]:"${tag}",${filter})`)}${more}`);
  const numbers = body.data.people.map((record) => record.position).sort();
  same(body.totalCount, numbers.length, `totalCount of ${filter}`);
  return numbers;
}
const finds = (filter, ...numbers) => test(`filter ${filter}`.replaceAll(tag, 'TAG').replaceAll(acme.id, '{acme}').replaceAll(apple.id, '{apple}'), async () => same(await found(filter), numbers, filter));
const bad = (filter, contains, code) => test(`bad filter ${filter}`, () => refused(400, contains, code, 'GET', `/rest/people?filter=${q(filter)}`));

main(120, async () => {
  await test('R40 position[lte]:1 without a group is and(...)', async () => {
    const body = await list('people', `?filter=${q(`jobTitle[eq]:${tag},position[lte]:1`)}`);
    same([body.data.people.length, body.totalCount, body.pageInfo.hasNextPage], [2, 2, false]);
  });
  await test('a filter with a limit counts all that match', async () => {
    const body = await list('people', `?limit=2&filter=jobTitle[eq]:${tag}`);
    same([body.data.people.length, body.totalCount, body.pageInfo.hasNextPage], [2, 4, true]);
    const next = await list('people', `?limit=2&filter=jobTitle[eq]:${tag}&starting_after=${q(body.pageInfo.endCursor)}`);
    same([next.data.people.length, next.totalCount, next.pageInfo.hasNextPage, next.pageInfo.hasPreviousPage], [2, 4, false, true]);
    same(ids([...body.data.people, ...next.data.people]), ids(people).sort());
  });
  await test('nothing matches', async () => {
    const body = await list('people', `?filter=jobTitle[eq]:${uuid()}`);
    same(body, { data: { people: [] }, totalCount: 0, pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null } });
  });
  await test('a repeated or bracketed filter is no filter', async () => {
    const all = (await list('people', '?limit=1')).totalCount;
    for (const query of [`filter=position[eq]:0&filter=position[eq]:1`, 'filter[position]=0', 'filter=']) same((await list('people', `?limit=1&${query}`)).totalCount, all, query);
  });

  // Groups.
  await finds('position[eq]:0', 0);
  await finds('and(position[gte]:1,position[lte]:2)', 1, 2);
  await finds('or(position[eq]:0,position[eq]:3)', 0, 3);
  await finds('not(position[eq]:0)', 1, 2, 3);
  await finds('or(and(position[gte]:0,position[lt]:1),not(position[lt]:3))', 0, 3);
  await finds('not(or(position[eq]:0,and(position[gt]:0,position[lt]:3)))', 3);
  await finds('or(position[eq]:0,position[eq]:1),not(position[eq]:1)', 0);
  await finds('and(and(and(and(position[eq]:2))))', 2);

  // Values and their quotes.
  await finds('name.firstName[eq]:Ann', 0);
  await finds('name.firstName[eq]:"Ann"', 0);
  await finds("name.firstName[eq]:'Ann'", 0);
  await finds('position[eq]:"2"', 2);
  await finds('name.firstName[eq]:"O\'Brien"', 1);
  await finds('name.firstName[eq]:"O\'Brien",name.lastName[eq]:"a,b"', 1);
  await finds('name.lastName[eq]:"a,b"', 1);
  await finds('name.firstName[eq]:"x)(y"', 2);
  await finds('name.lastName[eq]:"[z]"', 2);
  await finds('name.firstName[in]:["Ann","100%"]', 0, 3);
  await finds('name.firstName[in]:[Ann,Nobody]', 0);
  await finds('name.firstName[neq]:Ann', 1, 2, 3);
  await finds('name.firstName[like]:"A%"', 0);
  await finds('name.firstName[like]:"a%"');
  await finds('name.firstName[ilike]:"a__"', 0);
  await finds('name.firstName[startsWith]:"100%"', 3);
  await finds('name.firstName[startsWith]:"_"');
  await finds('name.lastName[endsWith]:"_score"', 3);
  await finds('name.lastName[endsWith]:"%"');
  await finds('name.firstName[gt]:"A"', 0, 1, 2);
  await finds('position[in]:[0,2]', 0, 2);

  // Paths.
  await finds(`id[eq]:${people[1].id}`, 1);
  await finds(`id[in]:["${people[1].id}","${people[2].id}"]`, 1, 2);
  await finds(`companyId[eq]:"${acme.id}"`, 0);
  await finds(`companyId[eq]:${acme.id.toUpperCase()}`, 0);
  await finds('companyId[is]:NULL', 2, 3);
  await finds('companyId[is]:NOT_NULL', 0, 1);
  await finds('companyId[is]:"NOT_NULL"', 0, 1);
  await finds(`companyId[neq]:${acme.id}`, 1); // SQL: null is not unequal
  await finds('company.name[eq]:Apple', 1);
  await finds('company.domainName.primaryLinkUrl[eq]:"filter-acme.example"', 0);
  await finds('company.domainName.primaryLinkUrl[eq]:"https://FILTER-acme.example/"', 0);
  await finds(`company.name[eq]:"O'Brien, 'Sons' (Ltd) & Co"`);
  await finds('or(company.name[eq]:Apple,position[eq]:3)', 1, 3);
  await finds('phones.primaryPhoneNumber[eq]:"123"', 2);
  await finds('createdBy.source[eq]:API', 0, 1, 2, 3);
  await finds('createdBy.source[in]:[EMAIL,IMPORT]');
  await finds(`emails.primaryEmail[eq]:"ANN-${tag.toUpperCase()}@Example.ORG"`, 0);
  await finds('createdAt[gte]:2020-01-01', 0, 1, 2, 3);
  await finds('createdAt[gt]:"2999-01-01T00:00:00Z"');

  // Null and "".
  await finds('phones.primaryPhoneNumber[is]:NULL', 0, 1, 3);
  await finds('phones.primaryPhoneNumber[is]:NOT_NULL', 2);
  await finds('phones.primaryPhoneNumber[neq]:"123"');

  await test('deleted records are found only when deletedAt is named', async () => {
    const [gone] = await createMany('people', [{ jobTitle: tag, position: 9 }]);
    await expect(200, 'DELETE', `/rest/people/${gone.id}?soft_delete=true`);
    same(await found('position[eq]:9'), []);
    same(await found('position[eq]:9,deletedAt[is]:NOT_NULL'), [9]);
    same(await found('or(position[eq]:9,deletedAt[gt]:2999-01-01)'), [9]);
    same(await found('position[eq]:9,deletedAt[is]:NULL'), []);
    check((await list('people', `?filter=${q('deletedAt[is]:NOT_NULL')}`)).data.people.every((record) => record.deletedAt !== null), 'the bin');
    await expect(200, 'DELETE', `/rest/people/${gone.id}`);
  });
  await test('fields and limit go with a filter', async () => {
    const body = await list('people', `?fields=position&limit=1&filter=${q(`jobTitle[eq]:${tag},position[gte]:2`)}`);
    same(Object.keys(body.data.people[0]).sort(), ['id', 'position']);
    same([body.data.people.length, body.totalCount], [1, 2]);
  });

  // Refusals.
  await bad('and(position[eq]:1', "'filter' invalid. 1 close bracket is missing in the query");
  await bad('and(or(position[eq]:1', "'filter' invalid. 2 close brackets are missing in the query");
  await bad('position[eq]:1)', "'filter' invalid. 1 open bracket is missing in the query");
  await bad('not(position[eq]:1,position[eq]:2)', "'not' conjunction should contain only 1 condition");
  await bad('position', "'filter' invalid for 'position'. eg: price[gte]:10");
  await bad('position[gte]', "'filter' invalid for 'position[gte]'. eg: price[gte]:10");
  await bad('position[gte]:', "'filter' invalid for 'position[gte]:'. eg: price[gte]:10");
  await bad('[gte]:1', 'invalid for');
  await bad('position=1', 'invalid for');
  await bad('jobTitle[regex]:x', 'comparator regex not in eq, neq, in');
  await bad('jobTitle[EQ]:x', ['comparator ', ' not in eq, neq, in']);
  await bad('position[in]:1', ["'filter' invalid for 'in' operator.", 'array value expected']);
  await bad('position[in]:[1', 'invalid');
  await bad('nonsense[eq]:1', 'Object person doesn\'t have any "nonsense" field.');
  await bad('emails.nonsense[eq]:1', 'Sub field "nonsense" not found for composite type: EMAILS');
  await bad('emails[eq]:1', undefined);
  await bad('position[like]:1', ['Operator "like" is not valid for field "position" of type POSITION', 'Allowed operators: ']);
  await bad('position[eq]:x', 'for field "position"');
  await bad('id[eq]:x', 'Invalid UUID value \'x\' for field "id"');
  await bad('companyId[eq]:x', 'Invalid UUID value \'x\' for field "companyId"');
  await bad('createdAt[gt]:tomorrow', 'Invalid value \'tomorrow\' for date-time field "createdAt". Expected format: \'YYYY-MM-DDTHH:mm:ssZ\'');
  await bad('company[eq]:1', 'Cannot filter by relation field "company": use "companyId" instead');
  await bad('createdBy.source[eq]:PIGEON', 'PIGEON');
  await bad('jobTitle[is]:MAYBE', undefined);
  await bad('searchVector[eq]:x', undefined);
  await bad(`${'and('.repeat(400)}position[eq]:1${')'.repeat(400)}`, undefined);
  await test('a one-to-many relation by itself, and more than one hop', async () => {
    for (const [filter, text] of [['noteTargets[eq]:1', 'Cannot filter by relation field "noteTargets"'], ['company.accountOwner.name.firstName[eq]:x', 'nesting deeper than 1 hop']]) {
      const answer = await send('GET', `/rest/people?filter=${q(filter)}`);
      if (answer.status === 200 && filter.includes('.')) continue; // this server may go further than one hop
      check(answer.status === 400 && answer.json.messages[0].includes(text), `${filter}: ${answer.status} ${answer.text.slice(0, 200)}`);
    }
  });
  await test('values are values, not SQL', async () => {
    for (const value of ["'; drop table workspace.person; --", "' or '1'='1", '\\', '$1', '%s', '{}', 'null', 'true']) {
      const answer = await send('GET', `/rest/people?filter=${q(`jobTitle[eq]:"${value} ${tag}"`)}`);
      check([200].includes(answer.status) && answer.json.totalCount === 0, `${value}: ${answer.status} ${answer.text.slice(0, 200)}`);
    }
    check((await list('people', '?limit=1')).totalCount > 0, 'people are still there');
  });
  await test('a parameter fault of the filter is told for an unknown object, too', async () => {
    const answer = await send('GET', `/rest/spaceships?filter=${q('and(x[eq]:1')}`);
    check(answer.status === 400, `${answer.status}`);
  });
});
