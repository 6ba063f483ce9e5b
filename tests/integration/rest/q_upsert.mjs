// upsert=true and connect (contract 1.5, 2.7).
import { check, create, createMany, eventsSince, expect, ids, liveRows, list, main, outboxMark, read, refused, same, sameKeys, send, test, uuid } from './lib.mjs';

const mail = (name) => ({ primaryEmail: `${name}@upsert.example` });

main(120, async () => {
  await test('upsert of nothing that is there creates: 201, createPerson', async () => {
    const id = uuid();
    const body = await expect(201, 'POST', '/rest/people?upsert=true', { id, jobTitle: 'new' });
    sameKeys(body.data, ['createPerson']);
    same([body.data.createPerson.id, body.data.createPerson.jobTitle], [id, 'new']);
  });
  await test('by id: updated in place, 201, createdBy stays', async () => {
    const made = await create('people', { jobTitle: 'old', name: { firstName: 'Kept' }, createdBy: { source: 'EMAIL' } });
    const mark = outboxMark();
    const after = (await expect(201, 'POST', '/rest/people?upsert=true', { id: made.id, jobTitle: 'new' })).data.createPerson;
    same([after.id, after.jobTitle, after.name.firstName, after.createdBy.source, after.createdAt], [made.id, 'new', 'Kept', 'EMAIL', made.createdAt]);
    same(eventsSince(mark).map((event) => [event.action, event.fields, event.delta]), [['updated', ['jobTitle'], 0]]);
  });
  await test('by a unique field, in any spelling', async () => {
    const made = await create('people', { emails: mail('by-mail'), jobTitle: 'old' });
    const after = (await expect(201, 'POST', '/rest/people?upsert=true', { emails: { primaryEmail: 'BY-MAIL@Upsert.Example' }, jobTitle: 'new' })).data.createPerson;
    same([after.id, after.jobTitle], [made.id, 'new']);
    const company = await create('companies', { domainName: { primaryLinkUrl: 'upsert-company.example' } });
    same((await expect(201, 'POST', '/rest/companies?upsert=true', { domainName: { primaryLinkUrl: 'https://UPSERT-company.example/x' }, name: 'n' })).data.createCompany.id, company.id);
  });
  await test('an upsert that changes nothing is silent', async () => {
    const made = await create('people', { emails: mail('silent'), jobTitle: 'same' });
    const mark = outboxMark();
    await expect(201, 'POST', '/rest/people?upsert=true', { emails: mail('silent'), jobTitle: 'same' });
    same(eventsSince(mark).length, 0);
    same(await read('people', made.id), made);
  });
  await test('a deleted record is revived', async () => {
    const made = await create('people', { emails: mail('revived') });
    await expect(200, 'DELETE', `/rest/people/${made.id}?soft_delete=true`);
    const after = (await expect(201, 'POST', '/rest/people?upsert=true', { emails: mail('revived'), jobTitle: 'back' })).data.createPerson;
    same([after.id, after.deletedAt, after.jobTitle], [made.id, null, 'back']);
    same((await list('people', '?limit=1')).totalCount, liveRows('people'));
  });
  await test('several records match one input', async () => {
    const [one, two] = await createMany('people', [{ emails: mail('one') }, { emails: mail('two') }]);
    const before = await read('people', one.id);
    await refused(400, undefined, 'UPSERT_MULTIPLE_MATCHING_RECORDS_CONFLICT', 'POST', '/rest/people?upsert=true', { id: one.id, emails: mail('two') });
    same(await read('people', one.id), before);
    void two;
  });
  await test('upsert many: some new, some not, in input order', async () => {
    const made = await create('people', { emails: mail('many-1'), jobTitle: 'old' });
    const fresh = uuid();
    const mark = outboxMark();
    const after = await createMany('people', [{ id: fresh, jobTitle: 'a' }, { emails: mail('many-1'), jobTitle: 'b' }, { emails: mail('many-2'), jobTitle: 'c' }], '?upsert=true');
    same(after.map((record) => record.jobTitle), ['a', 'b', 'c']);
    same(ids(after).slice(0, 2), [fresh, made.id]);
    same(eventsSince(mark).map((event) => event.action).sort(), ['created', 'created', 'updated']);
  });
  await test('the whole batch fails together', async () => {
    const made = await create('people', { emails: mail('whole'), jobTitle: 'old' });
    await refused(400, undefined, undefined, 'POST', '/rest/batch/people?upsert=true', [{ emails: mail('whole'), jobTitle: 'new' }, { companyId: uuid() }]);
    same((await read('people', made.id)).jobTitle, 'old');
  });
  await test('61 records', () => refused(400, 'Maximum number of records to upsert is 60', 'TOO_MANY_RECORDS_TO_UPDATE', 'POST', '/rest/batch/people?upsert=true', Array.from({ length: 61 }, () => ({}))));
  await test('only the exact text true is an upsert', async () => {
    const { id } = await create('people', {});
    for (const value of ['', 'false', '1', 'TRUE', 'yes']) await refused(400, 'A duplicate entry was detected', undefined, 'POST', `/rest/people?upsert=${value}`, { id });
  });
  await test('upsert with fields and depth', async () => {
    const company = await create('companies', {});
    const made = (await expect(201, 'POST', '/rest/people?upsert=true&fields=jobTitle,company&depth=1', { jobTitle: 'x', companyId: company.id })).data.createPerson;
    same([made.jobTitle, made.company.id], ['x', company.id]);
  });
  await test('ten at once for the same address make one record', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => send('POST', '/rest/people?upsert=true', { emails: mail('race'), jobTitle: `r${index}` })));
    const made = answers.filter((answer) => answer.status === 201);
    check(made.length > 0 && answers.every((answer) => [201, 400, 409, 503].includes(answer.status)), answers.map((answer) => answer.status).join());
    same(new Set(made.map((answer) => answer.json.data.createPerson.id)).size, 1);
  });

  // connect.
  const company = await create('companies', { domainName: { primaryLinkUrl: 'connect.example' } });
  const connect = (where) => ({ company: { connect: { where } } });
  await test('connect by id', async () => same((await create('people', connect({ id: company.id }))).companyId, company.id));
  await test('connect by a unique field', async () => same((await create('people', connect({ domainName: { primaryLinkUrl: 'https://Connect.example' } }))).companyId, company.id));
  await test('connect in a batch and on update', async () => {
    same((await createMany('people', [connect({ id: company.id }), {}])).map((record) => record.companyId), [company.id, null]);
    const { id } = await create('people', {});
    same((await expect(200, 'PATCH', `/rest/people/${id}`, connect({ id: company.id }))).data.updatePerson.companyId, company.id);
  });
  await test('connect to nobody', () => refused(400, undefined, 'CONNECT_RECORD_NOT_FOUND', 'POST', '/rest/people', connect({ id: uuid() })));
  await test('connect by a field that is not unique', () => refused(400, undefined, 'CONNECT_UNIQUE_CONSTRAINT_ERROR', 'POST', '/rest/people', connect({ name: 'x' })));
  await test('connect on the wrong side', async () => {
    const answer = await send('POST', '/rest/companies', { people: { connect: { where: { id: uuid() } } } });
    check(answer.status === 400, `${answer.status}`);
  });
  await test('connect and the join column together', async () => check((await send('POST', '/rest/people', { ...connect({ id: company.id }), companyId: uuid() })).status === 400, 'status'));
});
