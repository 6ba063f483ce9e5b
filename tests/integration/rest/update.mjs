// Update one (contract 1.6; R64–R69).
import { check, create, eventsSince, expect, main, outboxMark, read, refused, same, sameKeys, send, sleep, sqlOne, test, uuid } from './lib.mjs';

main(120, async () => {
  const company = await create('companies', { name: 'Before' });

  await test('R64 update one', async () => {
    const { id, ...before } = await create('people', { jobTitle: 'a', position: 1 });
    await sleep(2);
    const body = await expect(200, 'PATCH', `/rest/people/${id}`, { jobTitle: 'b' });
    sameKeys(body.data, ['updatePerson']);
    const after = body.data.updatePerson;
    same([after.jobTitle, after.createdAt, after.createdBy, after.position], ['b', before.createdAt, before.createdBy, 1]);
    check(after.updatedAt > before.updatedAt, `${after.updatedAt} is not later than ${before.updatedAt}`);
    same(await read('people', id), after);
  });
  await test('R65 depth=0', async () => {
    const { id } = await create('people', {});
    const after = (await expect(200, 'PATCH', `/rest/people/${id}?depth=0`, { companyId: company.id })).data.updatePerson;
    same(after.companyId, company.id);
    check(!('company' in after), 'company is there');
  });
  await test('R67 depth=2', async () => {
    const { id } = await create('people', { jobTitle: 'same' });
    await refused(400, "'depth=2'", 'INVALID_DEPTH_QUERY_PARAM', 'PATCH', `/rest/people/${id}?depth=2`, { jobTitle: 'other' });
    same((await read('people', id)).jobTitle, 'same');
  });
  await test('R68 a record that is not there', async () => {
    await refused(404, 'Record not found', 'RECORD_NOT_FOUND', 'PATCH', `/rest/people/${uuid()}`, { jobTitle: 'x' });
    await refused(404, 'Record not found', 'RECORD_NOT_FOUND', 'PATCH', `/rest/people/${uuid()}`, {});
    await refused(404, 'Record not found', 'RECORD_NOT_FOUND', 'PATCH', `/rest/people/${uuid()}`);
  });
  await test('R69 one sub-field of a composite leaves the others', async () => {
    const { id } = await create('people', { name: { firstName: 'Ann', lastName: 'Lee' } });
    same((await expect(200, 'PATCH', `/rest/people/${id}`, { name: { firstName: 'Bea' } })).data.updatePerson.name, { firstName: 'Bea', lastName: 'Lee' });
    same((await expect(200, 'PATCH', `/rest/people/${id}`, { name: {} })).data.updatePerson.name, { firstName: 'Bea', lastName: 'Lee' });
    same((await expect(200, 'PATCH', `/rest/people/${id}`, { name: null })).data.updatePerson.name, { firstName: '', lastName: '' });
  });
  await test('PUT is PATCH', async () => {
    const { id } = await create('people', { jobTitle: 'a', name: { firstName: 'Ann' } });
    const after = (await expect(200, 'PUT', `/rest/people/${id}`, { jobTitle: 'b' })).data.updatePerson;
    same([after.jobTitle, after.name.firstName], ['b', 'Ann']);
  });
  await test('a relation is set, changed and cleared', async () => {
    const { id } = await create('people', { companyId: company.id });
    const other = await create('companies', {});
    same((await expect(200, 'PATCH', `/rest/people/${id}`, { companyId: other.id })).data.updatePerson.companyId, other.id);
    same((await expect(200, 'PATCH', `/rest/people/${id}`, { companyId: null })).data.updatePerson.companyId, null);
    await refused(400, undefined, undefined, 'PATCH', `/rest/people/${id}`, { companyId: uuid() });
    same((await read('people', id)).companyId, null);
  });
  await test('a change that changes nothing says nothing', async () => {
    const before = await create('people', { jobTitle: 'same', emails: { primaryEmail: 'nothing@example.org' }, companyId: company.id });
    const mark = outboxMark();
    for (const body of [{}, { jobTitle: 'same' }, { emails: { primaryEmail: 'NOTHING@example.org' } }, { companyId: company.id, name: null }, { phones: null }]) {
      const after = (await expect(200, 'PATCH', `/rest/people/${before.id}`, body)).data.updatePerson;
      same(after, before, JSON.stringify(body));
    }
    await expect(200, 'PATCH', `/rest/people/${before.id}`);
    same(eventsSince(mark).length, 0, 'events');
    same(sqlOne(`select to_char("updatedAt" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') from workspace.person where id = '${before.id}'`), before.updatedAt);
  });
  await test('fields shape the answer', async () => {
    const { id } = await create('people', {});
    same((await expect(200, 'PATCH', `/rest/people/${id}?fields=jobTitle`, { jobTitle: 'x', position: 7 })).data.updatePerson, { id, jobTitle: 'x' });
    same((await read('people', id)).position, 7);
  });
  await test('the body may repeat the id', async () => {
    const { id } = await create('people', {});
    same((await expect(200, 'PATCH', `/rest/people/${id}`, { id, jobTitle: 'x' })).data.updatePerson.id, id);
  });
  await test('a record sent back as it was read changes nothing, or what is read-only is named', async () => {
    const before = await create('people', { jobTitle: 'whole' });
    const answer = await send('PATCH', `/rest/people/${before.id}`, before);
    if (answer.status === 400) return; // updatedAt, createdBy and deletedAt are not a client's
    same(answer.json.data.updatePerson, before);
  });
  await test('a unique value that another record has', async () => {
    await create('people', { emails: { primaryEmail: 'taken@example.org' } });
    const { id } = await create('people', { jobTitle: 'other' });
    await refused(400, 'A duplicate entry was detected', undefined, 'PATCH', `/rest/people/${id}`, { emails: { primaryEmail: 'taken@example.org' }, jobTitle: 'changed' });
    same((await read('people', id)).jobTitle, 'other');
  });
  await test('the unique value of a deleted record is free', async () => {
    const gone = await create('people', { emails: { primaryEmail: 'free@example.org' } });
    await expect(200, 'DELETE', `/rest/people/${gone.id}?soft_delete=true`);
    const { id } = await create('people', { emails: { primaryEmail: 'free@example.org' } });
    await refused(400, 'A duplicate entry was detected', undefined, 'PATCH', `/rest/people/${gone.id}/restore`);
    await expect(200, 'DELETE', `/rest/people/${id}`);
    await expect(200, 'PATCH', `/rest/people/${gone.id}/restore`);
  });
  await test('a deleted record is not updated', async () => {
    const { id } = await create('people', {});
    await expect(200, 'DELETE', `/rest/people/${id}?soft_delete=true`);
    await refused(404, 'Record not found', undefined, 'PATCH', `/rest/people/${id}`, { jobTitle: 'x' });
  });
  await test('a malformed id, a bad body', async () => {
    const { id } = await create('people', {});
    await refused(400, "'x' is not a valid UUID", undefined, 'PATCH', '/rest/people/x', {});
    for (const body of ['[]', '1', 'null', '"x"', '{', '{"jobTitle":1}', '{"nonsense":1}']) {
      await refused(400, undefined, undefined, 'PATCH', `/rest/people/${id}`, body);
    }
  });
  await test('without a filter, update many is refused', async () => {
    const before = sqlOne('select count(*) from workspace.person where "jobTitle" = \'everybody\'');
    await refused(400, undefined, undefined, 'PATCH', '/rest/people', { jobTitle: 'everybody' });
    await refused(400, undefined, undefined, 'PATCH', '/rest/people?filter=', { jobTitle: 'everybody' });
    await refused(400, undefined, undefined, 'PUT', '/rest/people?filter=id[is]:NULL&filter=id[is]:NOT_NULL', { jobTitle: 'everybody' });
    same(sqlOne('select count(*) from workspace.person where "jobTitle" = \'everybody\''), before);
  });
  await test('fifty writers at one record: none is lost, each is told', async () => {
    const { id } = await create('people', {});
    const mark = outboxMark();
    await Promise.all(Array.from({ length: 50 }, (_, index) => expect(200, 'PATCH', `/rest/people/${id}`, { jobTitle: `w${index}` })));
    const events = eventsSince(mark);
    same(events.length, 50, 'events');
    same(events.at(-1).record.jobTitle, (await read('people', id)).jobTitle, 'the last event and the record');
  });
});
