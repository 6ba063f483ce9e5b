// Delete and restore one record (contract 1.7, 1.8; R70–R78). Many by filter: q_many.mjs.
import { check, create, expect, list, main, read, refused, same, sameKeys, send, sqlOne, test, uuid } from './lib.mjs';

const notFound = [404, 'Record not found', 'RECORD_NOT_FOUND'];
const rows = (id) => Number(sqlOne(`select count(*) from workspace.person where id = '${id}'`));

main(60, async () => {
  await test('R70 delete one is for good', async () => {
    const { id } = await create('people', {});
    const body = await expect(200, 'DELETE', `/rest/people/${id}`);
    same(body, { data: { deletePerson: { id } } });
    same(rows(id), 0);
    await refused(...notFound, 'GET', `/rest/people/${id}`);
    await refused(...notFound, 'PATCH', `/rest/people/${id}/restore`);
  });
  await test('soft_delete=true keeps the row', async () => {
    const { id } = await create('people', {});
    same(await expect(200, 'DELETE', `/rest/people/${id}?soft_delete=true`), { data: { deletePerson: { id } } });
    same(rows(id), 1);
    check(sqlOne(`select "deletedAt" from workspace.person where id = '${id}'`) !== '', 'deletedAt is not set');
    await refused(...notFound, 'GET', `/rest/people/${id}`);
  });
  await test('only the exact text true is soft', async () => {
    for (const soft of ['', 'false', '1', 'TRUE', 'True', 'yes', '%20true']) {
      const { id } = await create('people', {});
      await expect(200, 'DELETE', `/rest/people/${id}?soft_delete=${soft}`);
      same(rows(id), 0, `rows after soft_delete=${soft}`);
    }
  });
  await test('R71 a record that others refer to', async () => {
    const { id } = await create('people', {});
    const note = await create('notes', {});
    await create('noteTargets', { noteId: note.id, targetPersonId: id });
    await create('opportunities', { pointOfContactId: id });
    same((await expect(200, 'DELETE', `/rest/people/${id}`)).data.deletePerson, { id });
    await read('notes', note.id);
  });
  await test('R72 a record that is not there', async () => {
    await refused(...notFound, 'DELETE', `/rest/people/${uuid()}`);
    await refused(...notFound, 'DELETE', `/rest/people/${uuid()}?soft_delete=true`);
  });
  await test('twice', async () => {
    const { id } = await create('people', {});
    await expect(200, 'DELETE', `/rest/people/${id}?soft_delete=true`);
    await refused(...notFound, 'DELETE', `/rest/people/${id}?soft_delete=true`);
    await expect(200, 'DELETE', `/rest/people/${id}`); // from the bin, for good
    await refused(...notFound, 'DELETE', `/rest/people/${id}`);
    same(rows(id), 0);
  });
  await test('R73 soft delete of all', async () => {
    const before = (await list('people', '?limit=1')).totalCount;
    for (const query of ['soft_delete=true', 'soft_delete=true&filter=', 'soft_delete=true&filter=id[is]:NOT_NULL&filter=id[is]:NOT_NULL', 'soft_delete=true&filter[id]=1']) {
      await refused(400, 'Filters are mandatory for bulk delete operations', undefined, 'DELETE', `/rest/people?${query}`);
    }
    same((await list('people', '?limit=1')).totalCount, before);
  });
  await test('R74 destruction of all', async () => {
    for (const query of ['?soft_delete=false', '', '?filter=', '?filter=id[is]:NOT_NULL&filter=id[is]:NOT_NULL']) {
      await refused(400, 'Filters are mandatory for bulk destroy operations', undefined, 'DELETE', `/rest/people${query}`);
    }
  });
  await test('the filter is asked for before the object', () =>
    refused(400, 'Filters are mandatory for bulk destroy operations', undefined, 'DELETE', '/rest/spaceships'));
  await test('malformed ids; restore is a word for PATCH only', async () => {
    await refused(400, "'x' is not a valid UUID", undefined, 'DELETE', '/rest/people/x');
    await refused(400, "'restore' is not a valid UUID", undefined, 'DELETE', '/rest/people/restore');
    await refused(400, "'restore' is not a valid UUID", undefined, 'GET', '/rest/people/restore');
  });
  await test('a body of a DELETE is of no interest', async () => {
    const { id } = await create('people', {});
    await expect(200, 'DELETE', `/rest/people/${id}`, '{}');
  });

  await test('R76 restore one, fields=id', async () => {
    const { id } = await create('people', { jobTitle: 'kept' });
    await expect(200, 'DELETE', `/rest/people/${id}?soft_delete=true`);
    same(await expect(200, 'PATCH', `/rest/people/${id}/restore?fields=id`), { data: { restorePerson: { id } } });
    same((await read('people', id)).jobTitle, 'kept'); // R78
  });
  await test('restore returns the record', async () => {
    const { id } = await create('people', { jobTitle: 'kept' });
    await expect(200, 'DELETE', `/rest/people/${id}?soft_delete=true`);
    const body = await expect(200, 'PATCH', `/rest/people/${id}/restore`, {});
    sameKeys(body.data, ['restorePerson']);
    same([body.data.restorePerson.deletedAt, body.data.restorePerson.jobTitle], [null, 'kept']);
    same(await read('people', id), body.data.restorePerson);
  });
  await test('the older path of restore, and PUT', async () => {
    for (const [method, path] of [['PATCH', 'restore/people/'], ['PUT', 'people/']]) {
      const { id } = await create('people', {});
      await expect(200, 'DELETE', `/rest/people/${id}?soft_delete=true`);
      await expect(200, method, method === 'PATCH' ? `/rest/${path}${id}` : `/rest/${path}${id}/restore`);
      await read('people', id);
    }
  });
  await test('restore without a deletion, or without a record', async () => {
    const { id } = await create('people', {});
    await refused(...notFound, 'PATCH', `/rest/people/${uuid()}/restore`);
    await refused(400, 'is not a valid UUID', undefined, 'PATCH', '/rest/people/x/restore');
    await refused(...notFound, 'PATCH', `/rest/people/${id}/restore`);
    await refused(400, "'depth=2'", undefined, 'PATCH', `/rest/people/${id}/restore?depth=2`);
  });
  await test('restore many without a filter does nothing', async () => {
    const { id } = await create('people', {});
    await expect(200, 'DELETE', `/rest/people/${id}?soft_delete=true`);
    const answer = await send('PATCH', '/rest/people/restore');
    check([400, 501].includes(answer.status), `${answer.status} ${answer.text}`);
    await refused(...notFound, 'GET', `/rest/people/${id}`);
  });
});
