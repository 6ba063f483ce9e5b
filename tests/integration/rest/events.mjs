// What a change leaves in the outbox, and the exactness of totalCount (contract webhooks; metadata 8).
import { check, create, createMany, eventsSince, expect, ids, inParallel, list, liveRows, main, outboxMark, read, refused, same, send, sql, sqlOne, test, until, uuid } from './lib.mjs';

const brief = (events) => events.map((event) => `${event.object}.${event.action}`);
const of = (events, id) => events.filter((event) => event.id === id);
const target = (query) => ({ soft: '?soft_delete=true', hard: '' })[query];

async function exact(plural) {
  same((await list(plural, '?limit=1')).totalCount, liveRows(plural), `totalCount of ${plural}`);
}

main(180, async () => {
  await test('created', async () => {
    const mark = outboxMark();
    const made = await create('people', { jobTitle: 'event', name: { firstName: 'E' } });
    const events = eventsSince(mark);
    same(brief(events), ['person.created']);
    same([events[0].id, events[0].delta, events[0].fields], [made.id, 1, null]);
    same(events[0].record, made, 'the record of the event');
    check(/^[0-9a-f]{8}-[0-9a-f]{4}-7/.test(events[0].eventId), `a UUID v7: ${events[0].eventId}`);
  });
  await test('created, fields=id: the event has the whole record', async () => {
    const mark = outboxMark();
    const { id } = await create('people', { jobTitle: 'whole' }, '?fields=id');
    same(eventsSince(mark)[0].record, await read('people', id));
  });
  await test('a batch: one event a record, in order', async () => {
    const mark = outboxMark();
    const made = await createMany('people', Array.from({ length: 60 }, (_, index) => ({ jobTitle: `b${index}` })));
    same(eventsSince(mark).map((event) => [event.action, event.id]), made.map((record) => ['created', record.id]));
  });
  await test('updated, with updatedFields', async () => {
    const company = await create('companies', {});
    const { id } = await create('people', {});
    const mark = outboxMark();
    const after = (await expect(200, 'PATCH', `/rest/people/${id}`, { jobTitle: 'x', name: { firstName: 'a', lastName: 'b' }, companyId: company.id, position: 5, phones: { primaryPhoneNumber: '' } })).data.updatePerson;
    const [event, ...more] = eventsSince(mark);
    same(more.length, 0, 'more events');
    same([event.action, event.delta], ['updated', 0]);
    same([...event.fields].sort(), ['companyId', 'jobTitle', 'name', 'position']);
    same(event.record, after);
  });
  await test('only what has changed is in updatedFields', async () => {
    const { id } = await create('people', { jobTitle: 'same', position: 3 });
    const mark = outboxMark();
    await expect(200, 'PATCH', `/rest/people/${id}`, { jobTitle: 'same', position: 4, name: { firstName: '' } });
    same(eventsSince(mark).map((event) => event.fields), [['position']]);
  });
  await test('no-ops, refusals and reads are silent', async () => {
    const { id } = await create('people', { jobTitle: 'same' });
    const mark = outboxMark();
    await expect(200, 'PATCH', `/rest/people/${id}`, { jobTitle: 'same' });
    await expect(200, 'PATCH', `/rest/people/${id}`, {});
    await send('PATCH', `/rest/people/${id}`, { nonsense: 1 });
    await send('PATCH', `/rest/people/${uuid()}`, { jobTitle: 'x' });
    await send('DELETE', `/rest/people/${uuid()}`);
    await send('POST', '/rest/people', { id });
    await list('people');
    same(eventsSince(mark).length, 0, 'events');
  });
  await test('deleted, restored, destroyed', async () => {
    const made = await create('people', { jobTitle: 'cycle' });
    const mark = outboxMark();
    await expect(200, 'DELETE', `/rest/people/${made.id}?soft_delete=true`);
    const restored = (await expect(200, 'PATCH', `/rest/people/${made.id}/restore`)).data.restorePerson;
    await expect(200, 'DELETE', `/rest/people/${made.id}`);
    const events = eventsSince(mark);
    same(events.map((event) => [event.action, event.delta, event.id]), [['deleted', -1, made.id], ['restored', 1, made.id], ['destroyed', -1, made.id]]);
    check(events[0].record.deletedAt !== null && events[0].record.jobTitle === 'cycle', 'deleted carries the record as it is now');
    same(events[1].record, restored);
    same(events[2].record, restored, 'destroyed carries the record as it was');
  });
  await test('destroying from the bin does not count twice', async () => {
    const { id } = await create('people', {});
    await expect(200, 'DELETE', `/rest/people/${id}?soft_delete=true`);
    const mark = outboxMark();
    await expect(200, 'DELETE', `/rest/people/${id}`);
    same(eventsSince(mark).map((event) => [event.action, event.delta]), [['destroyed', 0]]);
    await exact('people');
  });
  await test('destroying a company clears people.companyId, each with an event', async () => {
    const company = await create('companies', { name: 'doomed' });
    const people = await createMany('people', Array.from({ length: 5 }, () => ({ companyId: company.id })));
    const opportunity = await create('opportunities', { companyId: company.id });
    const binned = people[4].id;
    await expect(200, 'DELETE', `/rest/people/${binned}?soft_delete=true`);
    const mark = outboxMark();
    await expect(200, 'DELETE', `/rest/companies/${company.id}`);
    const events = eventsSince(mark);
    same(of(events, company.id).map((event) => [event.action, event.delta]), [['destroyed', -1]]);
    for (const { id } of [...people.slice(0, 4), opportunity]) {
      same(of(events, id).map((event) => [event.action, event.delta, event.fields, event.record.companyId]), [['updated', 0, ['companyId'], null]]);
    }
    for (const { id } of people.slice(0, 4)) same((await read('people', id)).companyId, null);
    same(sqlOne(`select count(*) from workspace.person where "companyId" = '${company.id}'`), '0');
    for (const plural of ['people', 'companies', 'opportunities']) await exact(plural);
  });
  await test('a soft-deleted company keeps its people', async () => {
    const company = await create('companies', {});
    const { id } = await create('people', { companyId: company.id });
    const mark = outboxMark();
    await expect(200, 'DELETE', `/rest/companies/${company.id}${target('soft')}`);
    same(brief(eventsSince(mark)), ['company.deleted']);
    same((await read('people', id)).companyId, company.id);
  });
  await test('destroying a note destroys its noteTargets', async () => {
    const note = await create('notes', { title: 'doomed' });
    const [person, company] = [await create('people', {}), await create('companies', {})];
    const targets = await createMany('noteTargets', [{ noteId: note.id, targetPersonId: person.id }, { noteId: note.id, targetCompanyId: company.id }]);
    await exact('noteTargets');
    const mark = outboxMark();
    await expect(200, 'DELETE', `/rest/notes/${note.id}`);
    const events = eventsSince(mark);
    same(brief(events).sort(), ['note.destroyed', 'noteTarget.destroyed', 'noteTarget.destroyed']);
    for (const { id } of targets) same(of(events, id).map((event) => [event.delta, event.record.noteId]), [[-1, note.id]]);
    same(sqlOne(`select count(*) from workspace."noteTarget" where "noteId" = '${note.id}'`), '0');
    for (const plural of ['notes', 'noteTargets', 'people']) await exact(plural);
  });
  await test('a chain: a company with people with notes', async () => {
    const company = await create('companies', {});
    const person = await create('people', { companyId: company.id });
    const note = await create('notes', {});
    const [one, two] = await createMany('noteTargets', [{ noteId: note.id, targetPersonId: person.id }, { noteId: note.id, targetCompanyId: company.id }]);
    const mark = outboxMark();
    await expect(200, 'DELETE', `/rest/companies/${company.id}`);
    same(brief(eventsSince(mark)).sort(), ['company.destroyed', 'noteTarget.destroyed', 'person.updated']);
    await read('noteTargets', one.id);
    await refused(404, undefined, undefined, 'GET', `/rest/noteTargets/${two.id}`);
    await exact('noteTargets');
  });
  await test('an object that was made later behaves the same', async () => {
    await until(2, 'it is known', async () => (await send('GET', '/rest/specimens')).status === 200);
    const company = await create('companies', {});
    const [one] = await createMany('specimens', [{ companyId: company.id }, {}]);
    const mark = outboxMark();
    await expect(200, 'DELETE', `/rest/companies/${company.id}`);
    same(of(eventsSince(mark), one.id).map((event) => [event.action, event.fields]), [['updated', ['companyId']]]);
    await exact('specimens');
  });
  await test('twenty hands in the same ten records: rows, counts and events agree', async () => {
    const before = { people: liveRows('people'), companies: liveRows('companies') };
    const mark = outboxMark();
    const companies = await createMany('companies', Array.from({ length: 10 }, () => ({})));
    const people = await createMany('people', Array.from({ length: 60 }, (_, index) => ({ companyId: companies[index % 10].id })));
    const jobs = Array.from({ length: 300 }, (_, index) => index);
    await inParallel(20, jobs, async (index) => {
      const { id } = people[(index * 7) % 60];
      const company = companies[(index * 3) % 10].id;
      const [method, path, body] = [
        ['PATCH', `/rest/people/${id}`, { jobTitle: `j${index}` }], ['DELETE', `/rest/people/${id}?soft_delete=true`], ['PATCH', `/rest/people/${id}/restore`],
        ['PATCH', `/rest/people/${id}`, { companyId: company }], ['POST', '/rest/people', { companyId: company }], index % 60 === 5 ? ['DELETE', `/rest/companies/${company}`] : ['GET', `/rest/people/${id}`],
      ][index % 6];
      const answer = await send(method, path, body);
      check([200, 201, 404, 400].includes(answer.status), `${method} ${path}: ${answer.status} ${answer.text}`);
    });
    await exact('people');
    await exact('companies');
    const events = eventsSince(mark);
    for (const [plural, object] of [['people', 'person'], ['companies', 'company']]) {
      const delta = events.filter((event) => event.object === object).reduce((sum, event) => sum + event.delta, 0);
      same(delta, liveRows(plural) - before[plural], `deltas of ${object}`);
    }
    // The last event of each record tells how it stands.
    for (const { id } of people) {
      const last = of(events, id).at(-1);
      same(last.record.updatedAt, sqlOne(`select to_char("updatedAt" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') from workspace.person where id = '${id}'`), id);
    }
    same(new Set(events.map((event) => event.eventId)).size, events.length, 'event ids');
  });
  await test('a write that commits just after the counts were folded is counted at once', async () => {
    const ghost = uuid();
    const write = `begin; select pg_current_xact_id(); insert into core.outbox (event_id, object_id, object_name, action, record_id, record, delta, created_at) values (gen_random_uuid(), '${ghost}', 'ghost', 'created', gen_random_uuid(), '{}', 1, now())`;
    const commands = Array.from({ length: 40 }, () => [write, 'select pg_sleep(0.05 + random() * 0.2)', 'commit', `select 'count ' || core.live_count('${ghost}')`]).flat();
    const lines = sql(`insert into core.record_count (object_id, count) values ('${ghost}', 0)`, ...commands).filter((line) => line.startsWith('count '));
    same(lines, Array.from({ length: 40 }, (_, index) => `count ${index + 1}`));
    sql(`delete from core.record_count where object_id = '${ghost}'`);
  });
  await test('every object counts exactly', async () => {
    for (const plural of ['people', 'companies', 'opportunities', 'notes', 'noteTargets', 'specimens']) await exact(plural);
    check(ids((await list('people', '?limit=1')).data.people).length === 1, 'records');
  });
});
