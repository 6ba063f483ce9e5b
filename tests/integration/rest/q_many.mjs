// Update, delete and restore many by filter (contract 1.6–1.8; R75, R77), and lists of ids.
import { check, create, createMany, eventsSince, expect, ids, list, liveRows, main, outboxMark, q, read, refused, same, sameKeys, send, sqlOne, test, uuid } from './lib.mjs';

const group = async (count = 3) => {
  const company = await create('companies', {});
  return { company, people: await createMany('people', Array.from({ length: count }, (_, index) => ({ companyId: company.id, jobTitle: 'many', position: index }))), filter: `filter=companyId[eq]:${company.id}` };
};
const exact = async (plural) => same((await list(plural, '?limit=1')).totalCount, liveRows(plural), `totalCount of ${plural}`);

main(120, async () => {
  await test('update many', async () => {
    const { people, filter } = await group();
    const other = await create('people', { jobTitle: 'other' });
    const mark = outboxMark();
    const body = await expect(200, 'PATCH', `/rest/people?${filter},position[gte]:1`, { jobTitle: 'changed' });
    sameKeys(body.data, ['updatePeople']);
    same(ids(body.data.updatePeople).sort(), ids(people.slice(1)).sort());
    for (const record of body.data.updatePeople) same([record.jobTitle, await read('people', record.id)], ['changed', record]);
    same((await read('people', people[0].id)).jobTitle, 'many');
    same((await read('people', other.id)).jobTitle, 'other');
    same(eventsSince(mark).map((event) => [event.action, event.fields]), [['updated', ['jobTitle']], ['updated', ['jobTitle']]]);
  });
  await test('PUT is PATCH; fields shape the answer', async () => {
    const { filter } = await group(1);
    sameKeys((await expect(200, 'PUT', `/rest/people?${filter}&fields=position`, { jobTitle: 'x' })).data.updatePeople[0], ['id', 'position']);
  });
  await test('update many that changes nothing for some', async () => {
    const { people, filter } = await group();
    await expect(200, 'PATCH', `/rest/people/${people[0].id}`, { jobTitle: 'same' });
    const mark = outboxMark();
    const body = await expect(200, 'PATCH', `/rest/people?${filter}`, { jobTitle: 'same' });
    same(body.data.updatePeople.length, 3);
    same(eventsSince(mark).map((event) => event.id).sort(), ids(people.slice(1)).sort());
  });
  await test('update many of nobody', async () => same((await expect(200, 'PATCH', `/rest/people?filter=companyId[eq]:${uuid()}`, { jobTitle: 'x' })).data.updatePeople, []));
  await test('update many that breaks uniqueness changes nothing', async () => {
    const { filter } = await group();
    const mark = outboxMark();
    await refused(400, 'A duplicate entry was detected', undefined, 'PATCH', `/rest/people?${filter}`, { jobTitle: 'x', emails: { primaryEmail: `${uuid()}@many.example` } });
    same(eventsSince(mark).length, 0);
    same((await list('people', `?${filter}`)).data.people.map((record) => record.jobTitle), ['many', 'many', 'many']);
  });
  await test('update many with a bad value or filter', async () => {
    const { filter } = await group();
    await refused(400, 'jobTitle', undefined, 'PATCH', `/rest/people?${filter}`, { jobTitle: 5 });
    await refused(400, undefined, undefined, 'PATCH', '/rest/people?filter=nonsense[eq]:1', { jobTitle: 'x' });
    await refused(400, undefined, undefined, 'PATCH', '/rest/people', { jobTitle: 'x' });
  });
  await test('R75 soft delete of many', async () => {
    const { people, filter } = await group();
    const mark = outboxMark();
    const body = await expect(200, 'DELETE', `/rest/people?${filter}&soft_delete=true`);
    sameKeys(body.data, ['deletePeople']);
    for (const record of body.data.deletePeople) sameKeys(record, ['id']);
    same(ids(body.data.deletePeople).sort(), ids(people).sort());
    same(eventsSince(mark).map((event) => [event.action, event.delta]), Array(3).fill(['deleted', -1]));
    for (const { id } of people) await refused(404, undefined, undefined, 'GET', `/rest/people/${id}`);
    await exact('people');
  });
  await test('destruction of many, and what refers to them', async () => {
    const { people, filter } = await group();
    const note = await create('notes', {});
    const target = await create('noteTargets', { noteId: note.id, targetPersonId: people[0].id });
    const opportunity = await create('opportunities', { pointOfContactId: people[1].id });
    const mark = outboxMark();
    const body = await expect(200, 'DELETE', `/rest/people?${filter}`);
    same(ids(body.data.deletePeople).sort(), ids(people).sort());
    const events = eventsSince(mark);
    same(events.map((event) => `${event.object}.${event.action}`).sort(), ['noteTarget.destroyed', 'opportunity.updated', 'person.destroyed', 'person.destroyed', 'person.destroyed']);
    check(events.some((event) => event.id === target.id) && events.some((event) => event.id === opportunity.id), 'the ids');
    same(sqlOne(`select count(*) from workspace.person where id in (${ids(people).map((id) => `'${id}'`)})`), '0');
    for (const plural of ['people', 'noteTargets', 'opportunities']) await exact(plural);
  });
  await test('delete many of nobody', async () => same((await expect(200, 'DELETE', `/rest/people?filter=companyId[eq]:${uuid()}`)).data.deletePeople, []));
  await test('emptying the bin', async () => {
    const { people, filter } = await group();
    await expect(200, 'DELETE', `/rest/people?${filter}&soft_delete=true`);
    const body = await expect(200, 'DELETE', `/rest/people?${filter},deletedAt[is]:NOT_NULL`);
    same(body.data.deletePeople.length, 3);
    same(sqlOne(`select count(*) from workspace.person where id = '${people[0].id}'`), '0');
    await exact('people');
  });
  await test('R77 restore many by id, without naming deletedAt', async () => {
    const { people, filter } = await group();
    await expect(200, 'DELETE', `/rest/people?${filter}&soft_delete=true`);
    const mark = outboxMark();
    const body = await expect(200, 'PATCH', `/rest/people/restore?filter=id[eq]:${people[0].id}&fields=id`);
    same(body, { data: { restorePeople: [{ id: people[0].id }] } });
    same((await expect(200, 'PATCH', `/rest/people/restore?${filter}`)).data.restorePeople.length, 2);
    same(eventsSince(mark).map((event) => [event.action, event.delta]), Array(3).fill(['restored', 1]));
    for (const { id } of people) same((await read('people', id)).jobTitle, 'many');
    await exact('people');
  });
  await test('the older path of restore many', async () => {
    const { filter } = await group(1);
    await expect(200, 'DELETE', `/rest/people?${filter}&soft_delete=true`);
    same((await expect(200, 'PATCH', `/rest/restore/people?${filter}`)).data.restorePeople.length, 1);
  });
  await test('restore many without a filter is refused', () => refused(400, undefined, undefined, 'PATCH', '/rest/people/restore'));
  await test('more records than a write may change: all, or a clear refusal and nothing', async () => {
    const company = await create('companies', {});
    for (let round = 0; round < 3; round++) await createMany('people', Array.from({ length: 60 }, () => ({ companyId: company.id, jobTitle: 'crowd' })));
    const answer = await send('PATCH', `/rest/people?filter=companyId[eq]:${company.id}`, { jobTitle: 'moved' });
    const moved = Number(sqlOne(`select count(*) from workspace.person where "companyId" = '${company.id}' and "jobTitle" = 'moved'`));
    if (answer.status === 200) same([answer.json.data.updatePeople.length, moved], [180, 180]);
    else check(answer.status === 400 && answer.json.code === 'TOO_MANY_RECORDS_TO_UPDATE' && moved === 0, `${answer.status} ${answer.text.slice(0, 200)} ${moved}`);
  });
  await test('by a list of ids', async () => {
    const { people } = await group();
    const body = await expect(200, 'DELETE', `/rest/people?filter=${q(`id[in]:[${ids(people).map((id) => `"${id}"`)}]`)}`);
    same(body.data.deletePeople.length, 3);
  });
});
