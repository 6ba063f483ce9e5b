// Writes of many records: limits, lists, races, revival, connect, merges; each with its events and exact counts.
import { check, create, createMany, ctl, eventsSince, expect, ids, liveRows, list, main, outboxMark, read, refused, same, sameKeys, send, sqlOne, test, until, uuid } from './lib.mjs';

const company = (extra = {}) => create('companies', extra);
const crowd = async (count, companyId, extra = {}) => {
  const people = [];
  while (people.length < count) people.push(...(await createMany('people', Array.from({ length: Math.min(60, count - people.length) }, () => ({ companyId, ...extra })))));
  return people;
};
const exact = async (...plurals) => {
  for (const plural of plurals) same((await list(plural, '?limit=1')).totalCount, liveRows(plural), `totalCount of ${plural}`);
};
const tag = () => uuid().slice(0, 8);
const mail = (name) => ({ primaryEmail: `${name}@writes.example` });
const quiet = async (work) => {
  const mark = outboxMark();
  await work();
  same(eventsSince(mark), [], 'events');
};
const deltas = (events) => events.reduce((sum, event) => sum + event.delta, 0);

async function lists() {
  await test('update a list: each its own values, in its order, one event each', async () => {
    const [a, b, c] = await createMany('people', [{ jobTitle: 'a', name: { firstName: 'A', lastName: 'Kept' } }, { jobTitle: 'b' }, { jobTitle: 'c' }]);
    const mark = outboxMark();
    const body = await expect(200, 'PATCH', '/rest/batch/people', [{ id: c.id, jobTitle: 'c2' }, { id: a.id, name: { firstName: 'A2' } }, { id: b.id, jobTitle: 'b' }]);
    sameKeys(body.data, ['updatePeople']);
    same(ids(body.data.updatePeople), [c.id, a.id, b.id]);
    same(body.data.updatePeople.map((record) => record.jobTitle), ['c2', 'a', 'b']);
    same(body.data.updatePeople[1].name, { firstName: 'A2', lastName: 'Kept' });
    for (const record of body.data.updatePeople) same(await read('people', record.id), record);
    same(body.data.updatePeople[2], b, 'the one that did not change');
    same(eventsSince(mark).map((event) => [event.id, event.action, event.fields]).sort(), [[c.id, 'updated', ['jobTitle']], [a.id, 'updated', ['name']]].sort());
  });
  await test('PUT, fields and depth with a list', async () => {
    const { id: companyId } = await company();
    const [person] = await crowd(1, companyId);
    const [after] = (await expect(200, 'PUT', '/rest/batch/people?fields=jobTitle,company&depth=1', [{ id: person.id, jobTitle: 'x' }])).data.updatePeople;
    same([after.jobTitle, after.company.id], ['x', companyId]);
  });
  await test('a list with an unknown id changes nothing, and says which', async () => {
    const [a] = await createMany('people', [{ jobTitle: 'a' }]);
    const nobody = uuid();
    for (const [method, body] of [['PATCH', [{ id: a.id, jobTitle: 'x' }, { id: nobody, jobTitle: 'y' }]], ['DELETE', [a.id, nobody]], ['DELETE', [{ id: a.id }, { id: nobody }]]]) {
      for (const query of method === 'DELETE' ? ['', '?soft_delete=true'] : ['']) {
        await quiet(() => refused(404, ['Record not found', nobody, 'record 2'], 'RECORD_NOT_FOUND', method, `/rest/batch/people${query}`, body));
      }
    }
    same(await read('people', a.id), a);
  });
  await test('a list with a deleted id', async () => {
    const [a] = await createMany('people', [{}]);
    await expect(200, 'DELETE', `/rest/people/${a.id}?soft_delete=true`);
    await refused(404, a.id, undefined, 'PATCH', '/rest/batch/people', [{ id: a.id, jobTitle: 'x' }]);
    await refused(404, a.id, undefined, 'DELETE', '/rest/batch/people?soft_delete=true', [a.id]);
  });
  await test('a value that is taken: which record of the list', async () => {
    const name = tag();
    const [, b, c] = await createMany('people', [{ emails: mail(name) }, {}, {}]);
    await quiet(() => refused(400, ['A duplicate entry was detected', 'record 2'], 'DUPLICATE_ENTRY_DETECTED', 'PATCH', '/rest/batch/people', [{ id: c.id, jobTitle: 'x' }, { id: b.id, emails: mail(name) }]));
    same(await read('people', c.id), c);
  });
  await test('bad lists', async () => {
    const { id } = await create('people', {});
    for (const [method, body, contains] of [
      ['PATCH', [{ id }, { jobTitle: 'x' }], 'record 2'], ['PATCH', [{ id }, { id }], 'record 1'], ['PATCH', [{ id: 'x' }], 'not a valid UUID'], ['PATCH', [{ id, nonsense: 1 }], 'nonsense'],
      ['PATCH', [], 'no record'], ['PATCH', {}, 'array'], ['PATCH', [1], 'record 1'], ['DELETE', [], 'no record'], ['DELETE', ['x'], 'not a valid UUID'], ['DELETE', [id, id], 'record 1'], ['DELETE', { ids: [id] }, 'array'],
      ['DELETE', undefined, undefined],
    ]) await quiet(() => refused(400, contains, undefined, method, '/rest/batch/people', body));
    await refused(400, 'Maximum number of records to upsert is 60', 'TOO_MANY_RECORDS_TO_UPDATE', 'PATCH', '/rest/batch/people', Array.from({ length: 61 }, () => ({ id: uuid() })));
    await refused(400, 'Maximum number of records to upsert is 60', 'TOO_MANY_RECORDS_TO_UPDATE', 'DELETE', '/rest/batch/people', Array.from({ length: 61 }, () => uuid()));
  });
  await test('soft delete, restore and destroy a list', async () => {
    const { id: companyId } = await company();
    const people = await crowd(60, companyId);
    const order = ids(people).reverse();
    let mark = outboxMark();
    same((await expect(200, 'DELETE', '/rest/batch/people?soft_delete=true', order)).data, { deletePeople: order.map((id) => ({ id })) });
    same(eventsSince(mark).map((event) => [event.id, event.action, event.delta]), ids(people).map((id) => [id, 'deleted', -1]));
    await exact('people');
    mark = outboxMark();
    same(ids((await expect(200, 'PATCH', '/rest/batch/people/restore', order)).data.restorePeople), order);
    same([eventsSince(mark).length, deltas(eventsSince(mark))], [60, 60]);
    await refused(404, order[0], undefined, 'PATCH', '/rest/batch/people/restore', order);
    await exact('people');
    mark = outboxMark();
    same(ids((await expect(200, 'DELETE', '/rest/batch/people', order)).data.deletePeople), order);
    same([eventsSince(mark).length, deltas(eventsSince(mark))], [60, -60]);
    same(sqlOne(`select count(*) from workspace.person where "companyId" = '${companyId}'`), '0');
    await exact('people');
  });
  await test('destruction of a list where the records are linked to each other and by others', async () => {
    const [one, two] = await createMany('companies', [{ name: 'one' }, { name: 'two' }]);
    const people = [...(await crowd(2, one.id)), ...(await crowd(2, two.id))];
    const note = await create('notes', {});
    await createMany('noteTargets', [{ noteId: note.id, targetCompanyId: one.id }, { noteId: note.id, targetCompanyId: two.id }]);
    const mark = outboxMark();
    await expect(200, 'DELETE', '/rest/batch/companies', [one.id, two.id]);
    const events = eventsSince(mark);
    const count = (name) => events.filter((event) => `${event.object}.${event.action}` === name).length;
    same([count('company.destroyed'), count('person.updated'), count('noteTarget.destroyed') + count('noteTarget.updated'), events.length], [2, 4, 2, 8]);
    for (const { id } of people) same((await read('people', id)).companyId, null);
    await exact('people', 'companies', 'noteTargets');
  });
}

async function filters() {
  await test('max_mutation: more matches change nothing, as many as allowed are changed', async () => {
    ctl('gateway_start', 'spare', 'max_mutation=5', 'rate_limit=off', 'workers=1');
    try {
      const base = `http://127.0.0.1:${ctl('gateway_port', 'spare')}`;
      await until(20, 'the spare gateway answers', () => send('GET', '/readyz', undefined, { base }).then((answer) => answer.status === 200, () => false));
      const { id: companyId } = await company();
      const people = await crowd(6, companyId, { jobTitle: 'old' });
      const all = `filter=companyId[eq]:${companyId}`;
      for (const [method, path, body] of [['PATCH', `/rest/people?${all}`, { jobTitle: 'new' }], ['DELETE', `/rest/people?${all}&soft_delete=true`], ['DELETE', `/rest/people?${all}`]]) {
        await quiet(() => refused(400, ['5', 'max_mutation'], 'TOO_MANY_RECORDS_TO_UPDATE', method, path, body, { base }));
      }
      same(ids((await list('people', `?${all}`)).data.people).sort(), ids(people).sort());
      await expect(200, 'DELETE', `/rest/people/${people[0].id}`);
      const mark = outboxMark();
      same((await expect(200, 'PATCH', `/rest/people?${all}`, { jobTitle: 'new' }, { base })).data.updatePeople.length, 5);
      same(eventsSince(mark).length, 5);
      await expect(200, 'DELETE', `/rest/people?${all}&soft_delete=true`, undefined, { base });
      const fresh = await crowd(5, companyId);
      // Five live ones and five deleted ones match: a restore counts the deleted ones alone.
      same((await expect(200, 'PATCH', `/rest/people/restore?${all}`, undefined, { base })).data.restorePeople.length, 5);
      same((await list('people', `?${all}`)).totalCount, 5 + fresh.length);
      await exact('people');
    } finally {
      ctl('stop_part', 'spare');
    }
  });
  await test('1000 records at once, each with its event', async () => {
    const { id: companyId } = await company();
    await crowd(1000, companyId, { jobTitle: 'old' });
    const mark = outboxMark();
    same((await expect(200, 'PATCH', `/rest/people?filter=companyId[eq]:${companyId}&fields=id`, { jobTitle: 'new' })).data.updatePeople.length, 1000);
    const tally = () => sqlOne(`select count(*), sum(delta) from core.outbox where seq > ${mark}`);
    same(tally(), '1000|0');
    same((await expect(200, 'DELETE', `/rest/people?filter=companyId[eq]:${companyId}`)).data.deletePeople.length, 1000);
    same(tally(), '2000|-1000');
    await exact('people');
  });
  await test('through a relation; deleted ones only when they are named', async () => {
    const name = tag();
    const { id: companyId } = await company({ name });
    const [gone] = await crowd(3, companyId);
    await expect(200, 'DELETE', `/rest/people/${gone.id}?soft_delete=true`);
    same((await expect(200, 'PATCH', `/rest/people?filter=company.name[eq]:${name}`, { jobTitle: 'x' })).data.updatePeople.length, 2);
    await quiet(() => expect(200, 'DELETE', `/rest/people?filter=companyId[eq]:${companyId},deletedAt[is]:NOT_NULL&soft_delete=true`));
    const [touched] = (await expect(200, 'PATCH', `/rest/people?filter=companyId[eq]:${companyId},deletedAt[is]:NOT_NULL`, { jobTitle: 'y' })).data.updatePeople;
    same([touched.id, touched.jobTitle], [gone.id, 'y']);
    check(touched.deletedAt !== null, 'an update revives nobody');
    await exact('people');
  });
  await test('two that update and delete the same records at once leave exact counts', async () => {
    const { id: companyId } = await company();
    await crowd(60, companyId);
    const all = `filter=companyId[eq]:${companyId}`;
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, (_, index) => send('PATCH', `/rest/people?${all}`, { jobTitle: `t${index}` })),
      send('DELETE', `/rest/people?${all}&soft_delete=true`), send('DELETE', `/rest/people?${all}&soft_delete=true`),
    ]);
    same(answers.map((answer) => answer.status), Array(6).fill(200));
    same(answers[4].json.data.deletePeople.length + answers[5].json.data.deletePeople.length, 60);
    await exact('people');
  });
}

async function upserts() {
  await test('eight writers, one address: one record, every writer answered', async () => {
    for (let round = 0; round < 5; round++) {
      const name = `race-${tag()}`;
      const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => send('POST', '/rest/people?upsert=true', { emails: mail(name), jobTitle: `w${index}` })));
      same(answers.map((answer) => answer.status), Array(8).fill(201), answers.map((answer) => answer.text.slice(0, 100)).join());
      same(new Set(answers.map((answer) => answer.json.data.createPerson.id)).size, 1);
      same(sqlOne(`select count(*) from workspace.person where "emailsPrimaryEmail" = '${name}@writes.example'`), '1');
    }
    await exact('people');
  });
  await test('eight batches over the same ten addresses, in different orders', async () => {
    const names = Array.from({ length: 10 }, () => `batch-${tag()}`);
    const mark = outboxMark();
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => {
      const turned = [...names.slice(index), ...names.slice(0, index)];
      return send('POST', '/rest/batch/people?upsert=true', turned.map((name) => ({ emails: mail(name), jobTitle: `b${index}` })));
    }));
    same(answers.map((answer) => answer.status), Array(8).fill(201), answers.map((answer) => answer.text.slice(0, 200)).join());
    for (const name of names) same(sqlOne(`select count(*) from workspace.person where "emailsPrimaryEmail" = '${name}@writes.example'`), '1');
    same(deltas(eventsSince(mark).filter((event) => event.object === 'person')), 10);
    await exact('people');
  });
  await test('a revived record: event, delta, and its old values', async () => {
    const name = tag();
    const made = await create('people', { emails: mail(name), jobTitle: 'old', createdBy: { source: 'IMPORT' } });
    await expect(200, 'DELETE', `/rest/people/${made.id}?soft_delete=true`);
    const mark = outboxMark();
    const after = (await expect(201, 'POST', '/rest/people?upsert=true', { emails: mail(name) })).data.createPerson;
    same([after.id, after.jobTitle, after.deletedAt, after.createdBy.source, after.createdAt], [made.id, 'old', null, 'IMPORT', made.createdAt]);
    same(eventsSince(mark).map((event) => [event.action, event.delta]), [['restored', 1]]);
    await exact('people');
  });
  await test('revive=false: a deleted match is refused by name, a live one is updated', async () => {
    const name = tag();
    const made = await create('people', { emails: mail(name) });
    await expect(201, 'POST', '/rest/people?upsert=true&revive=false', { emails: mail(name), jobTitle: 'x' });
    await expect(200, 'DELETE', `/rest/people/${made.id}?soft_delete=true`);
    await quiet(() => refused(400, made.id, undefined, 'POST', '/rest/people?upsert=true&revive=false', { emails: mail(name) }));
    await quiet(() => refused(400, [made.id, 'record 2'], undefined, 'POST', '/rest/batch/people?upsert=true&revive=false', [{}, { id: made.id }]));
    same(sqlOne(`select "deletedAt" is not null from workspace.person where id = '${made.id}'`), 't');
  });
  await test('a live record stands before a deleted one with the same value', async () => {
    const name = tag();
    const gone = await create('people', { emails: mail(name) });
    await expect(200, 'DELETE', `/rest/people/${gone.id}?soft_delete=true`);
    const live = await create('people', { emails: mail(name) });
    same((await expect(201, 'POST', '/rest/people?upsert=true', { emails: mail(name), jobTitle: 'x' })).data.createPerson.id, live.id);
    await quiet(() => refused(400, 'Multiple records found', 'UPSERT_MULTIPLE_MATCHING_RECORDS_CONFLICT', 'POST', '/rest/people?upsert=true', { id: gone.id, emails: mail(name) }));
  });
  await test('two deleted ones with the same value are a conflict', async () => {
    const name = tag();
    for (let i = 0; i < 2; i++) {
      const { id } = await create('people', { emails: mail(name) });
      await expect(200, 'DELETE', `/rest/people/${id}?soft_delete=true`);
    }
    await quiet(() => refused(400, 'Multiple records found', 'UPSERT_MULTIPLE_MATCHING_RECORDS_CONFLICT', 'POST', '/rest/people?upsert=true', { emails: mail(name) }));
  });
  await test('the same record twice in one batch', async () => {
    const name = tag();
    await create('people', { emails: mail(name) });
    await quiet(() => refused(400, 'A duplicate entry was detected', 'DUPLICATE_ENTRY_DETECTED', 'POST', '/rest/batch/people?upsert=true', [{ emails: mail(name), jobTitle: 'a' }, { emails: mail(name.toUpperCase()), jobTitle: 'b' }]));
    await quiet(() => refused(400, 'A duplicate entry was detected', 'DUPLICATE_ENTRY_DETECTED', 'POST', '/rest/batch/people?upsert=true', [{ emails: mail(`${name}-new`) }, { emails: mail(`${name}-new`) }]));
  });
  await test('defaults fill new records only', async () => {
    const code = tag();
    const made = (await expect(201, 'POST', '/rest/specimens?upsert=true', { code, greeting: 'moi' })).data.createSpecimen;
    same([made.greeting, made.mandatory], ['moi', 'given']);
    const after = (await expect(201, 'POST', '/rest/specimens?upsert=true', { code, text: 'x' })).data.createSpecimen;
    same([after.id, after.greeting, after.text, after.token, after.position], [made.id, 'moi', 'x', made.token, made.position]);
  });
  await test('an upsert by id takes the new value of a unique field', async () => {
    const [one, two] = [tag(), tag()];
    const made = await create('people', { emails: mail(one) });
    same((await expect(201, 'POST', '/rest/people?upsert=true', { id: made.id, emails: mail(two) })).data.createPerson.emails.primaryEmail, `${two}@writes.example`);
  });
}

async function duplicateEntries() {
  const taken = 'A duplicate entry was detected';
  await test('a batch of creates fails: which record, which field, by whom', async () => {
    const name = tag();
    const held = await create('people', { emails: mail(name) });
    const gone = await create('people', { emails: mail(`${name}-gone`) });
    await expect(200, 'DELETE', `/rest/people/${gone.id}?soft_delete=true`);
    await quiet(() => refused(400, [taken, '"emails"', held.id, 'record 3'], 'DUPLICATE_ENTRY_DETECTED', 'POST', '/rest/batch/people', [{}, { emails: mail(`${name}-gone`) }, { emails: mail(name) }]));
    await quiet(() => refused(400, [taken, '"id"', gone.id, 'record 2'], 'DUPLICATE_ENTRY_DETECTED', 'POST', '/rest/batch/people', [{}, { id: gone.id }]));
    await quiet(() => refused(400, [taken, '"emails"', 'record 1', 'record 3'], 'DUPLICATE_ENTRY_DETECTED', 'POST', '/rest/batch/people', [{ emails: mail(`${name}-2`) }, {}, { emails: mail(`${name}-2`) }]));
    await quiet(() => refused(400, [taken, '"emails"', held.id], 'DUPLICATE_ENTRY_DETECTED', 'POST', '/rest/people', { emails: mail(name) }));
  });
  await test('a pair that must be unique', async () => {
    const [note, person] = [await create('notes', {}), await create('people', {})];
    await create('noteTargets', { noteId: note.id, targetPersonId: person.id });
    await refused(400, taken, 'DUPLICATE_ENTRY_DETECTED', 'POST', '/rest/noteTargets', { noteId: note.id, targetPersonId: person.id });
  });
}

async function connects() {
  const domain = `${tag()}.example`;
  const target = await company({ domainName: { primaryLinkUrl: domain } });
  const where = (value) => ({ company: { connect: { where: value } } });
  await test('connect in an upsert, a list, and by a filter', async () => {
    const name = tag();
    const person = await create('people', { emails: mail(name) });
    same((await expect(201, 'POST', '/rest/people?upsert=true', { emails: mail(name), ...where({ id: target.id }) })).data.createPerson.companyId, target.id);
    await expect(200, 'PATCH', `/rest/people/${person.id}`, { company: { disconnect: true } });
    same((await read('people', person.id)).companyId, null);
    same((await expect(200, 'PATCH', '/rest/batch/people', [{ id: person.id, ...where({ domainName: { primaryLinkUrl: domain } }) }])).data.updatePeople[0].companyId, target.id);
    await quiet(() => expect(200, 'PATCH', `/rest/people?filter=id[eq]:${person.id}`, where({ id: target.id })));
    await quiet(() => expect(200, 'PATCH', `/rest/people/${person.id}`, { company: { disconnect: false } }));
  });
  await test('one of a batch leads nowhere: which, and nothing is written', async () => {
    const before = liveRows('people');
    await quiet(() => refused(400, ['Expected 1 record to connect to company, but found 0 for domainNamePrimaryLinkUrl = nowhere.example', 'record 2'], 'CONNECT_RECORD_NOT_FOUND', 'POST', '/rest/batch/people', [where({ id: target.id }), where({ domainName: { primaryLinkUrl: 'nowhere.example' } })]));
    same(liveRows('people'), before);
  });
  await test('not to a deleted record', async () => {
    const gone = await company({ domainName: { primaryLinkUrl: `${tag()}.example` } });
    await expect(200, 'DELETE', `/rest/companies/${gone.id}?soft_delete=true`);
    for (const value of [{ id: gone.id }, { domainName: gone.domainName && { primaryLinkUrl: gone.domainName.primaryLinkUrl } }]) await refused(400, 'found 0', 'CONNECT_RECORD_NOT_FOUND', 'POST', '/rest/people', where(value));
  });
  await test('sixty connects of one batch', async () => {
    const companies = await createMany('companies', Array.from({ length: 60 }, () => ({ domainName: { primaryLinkUrl: `${tag()}.example` } })));
    const made = await createMany('people', companies.map(({ id, domainName }, index) => where(index % 2 ? { id } : { domainName: { primaryLinkUrl: domainName.primaryLinkUrl } })));
    same(made.map((record) => record.companyId), ids(companies));
  });
  await test('connect of two relations at once', async () => {
    const person = await create('people', { emails: mail(tag()) });
    const made = await create('opportunities', { ...where({ id: target.id }), pointOfContact: { connect: { where: { emails: { primaryEmail: person.emails.primaryEmail.toUpperCase() } } } } });
    same([made.companyId, made.pointOfContactId], [target.id, person.id]);
  });
  await test('on the side that has no column', () => refused(400, undefined, 'CONNECT_NOT_ALLOWED', 'POST', '/rest/companies', { people: { connect: { where: { id: uuid() } } } }));
  for (const value of [{}, { id: null }, { name: 'x' }, { id: target.id, name: 'x' }, { domainName: {} }, { domainName: domain }, { nonsense: 1 }]) {
    await test(`connect where ${JSON.stringify(value).slice(0, 40)}`, () => refused(400, 'Missing required fields', 'CONNECT_UNIQUE_CONSTRAINT_ERROR', 'POST', '/rest/people', where(value)));
  }
  for (const value of [null, 'x', {}, { connect: {} }, { connect: null }, { connect: { where: null } }, { connect: { where: {} }, disconnect: true }, { disconnect: 'yes' }]) {
    await test(`company: ${JSON.stringify(value)}`, () => refused(400, 'company', undefined, 'POST', '/rest/people', { company: value }));
  }
}

/* What a record leads to is created with it: one transaction, the targets' events first. */
async function creates() {
  const made = (domain, more = {}) => ({ company: { create: { name: 'Made', domainName: { primaryLinkUrl: domain }, ...more } } });
  await test('created along: a company, and its owner', async () => {
    const domain = `${tag()}.example`;
    const mark = outboxMark();
    const person = await create('people', { jobTitle: 'along', ...made(domain, { accountOwner: { create: { userId: uuid() } } }) });
    const target = await read('companies', person.companyId);
    same([target.name, target.domainName.primaryLinkUrl], ['Made', domain]);
    same(eventsSince(mark).map((event) => [event.object, event.action]), [['workspaceMember', 'created'], ['company', 'created'], ['person', 'created']]);
    same((await read('workspaceMembers', target.accountOwnerId)).id, target.accountOwnerId);
    await exact('companies');
    await expect(200, 'DELETE', `/rest/workspaceMembers/${target.accountOwnerId}`); // other files count the members
  });
  await test('created along in a batch, each its own', async () => {
    const people = await createMany('people', [1, 2, 3].map((n) => made(`${n}-${tag()}.example`)));
    same(new Set(people.map((person) => person.companyId)).size, 3);
  });
  await test('created along in updates and upserts', async () => {
    const name = tag();
    const person = await create('people', { emails: mail(name) });
    const updated = (await expect(200, 'PATCH', `/rest/people/${person.id}`, made(`${tag()}.example`))).data.updatePerson;
    same((await read('companies', updated.companyId)).name, 'Made');
    const upserted = (await expect(201, 'POST', '/rest/batch/people?upsert=true', [{ emails: mail(name), ...made(`${tag()}.example`) }, { emails: mail(tag()), ...made(`${tag()}.example`) }])).data.createPeople;
    same([upserted[0].id, upserted[0].companyId === updated.companyId, new Set(upserted.map((record) => record.companyId)).size], [person.id, false, 2]);
  });
  await test('created along, and connected inside', async () => {
    const owner = await create('workspaceMembers', { userId: uuid() });
    const person = await create('people', made(`${tag()}.example`, { accountOwner: { connect: { where: { id: owner.id } } } }));
    same((await read('companies', person.companyId)).accountOwnerId, owner.id);
    await expect(200, 'DELETE', `/rest/workspaceMembers/${owner.id}`);
  });
  await test('all or nothing', async () => {
    const domain = `${tag()}.example`;
    await company({ domainName: { primaryLinkUrl: domain } });
    const before = [liveRows('people'), liveRows('companies')];
    await quiet(() => refused(400, 'duplicate', 'DUPLICATE_ENTRY_DETECTED', 'POST', '/rest/people', made(domain)));
    await quiet(() => refused(404, undefined, undefined, 'PATCH', `/rest/people/${uuid()}`, made(`${tag()}.example`)));
    await quiet(() => refused(400, 'of accountOwner', 'INVALID_ARGS_DATA', 'POST', '/rest/people', made(`${tag()}.example`, { accountOwner: { create: {} } })));
    same([liveRows('people'), liveRows('companies')], before);
  });
  await test('no more than 200', async () => {
    const four = Array.from({ length: 51 }, () => ({ pointOfContact: { create: made(`${tag()}.example`) }, company: { create: { accountOwner: { create: { userId: uuid() } } } } }));
    await quiet(() => refused(400, 'Maximum number of nested records to create is 200.', 'INVALID_ARGS_DATA', 'POST', '/rest/batch/opportunities', four));
  });
}

async function merges() {
  const merge = async (plural, body) => Object.values((await expect(200, 'PATCH', `/rest/${plural}/merge`, body)).data)[0];
  await test('three records: lists are united, no address, number or link is lost', async () => {
    const [b, c] = [tag(), tag()];
    const three = await createMany('people', [
      { name: { firstName: 'Ann' }, phones: { primaryPhoneNumber: '111', primaryPhoneCallingCode: '+1', additionalPhones: [{ number: '112', callingCode: '+1', countryCode: 'US' }] } },
      { emails: { ...mail(b), additionalEmails: [`x-${b}@writes.example`] }, jobTitle: 'second', phones: { primaryPhoneNumber: '222', primaryPhoneCallingCode: '+2' } },
      { emails: { ...mail(c), additionalEmails: [`x-${b}@writes.example`, `y-${c}@writes.example`] }, jobTitle: 'third', name: { firstName: 'Cyd', lastName: 'C' }, phones: { primaryPhoneNumber: '112', primaryPhoneCallingCode: '+1' } },
    ]);
    const mark = outboxMark();
    const merged = await merge('people', { ids: ids(three), conflictPriorityIndex: 0 });
    same([merged.id, merged.jobTitle, merged.name], [three[0].id, 'second', { firstName: 'Ann', lastName: '' }]);
    same(merged.emails, { primaryEmail: `${b}@writes.example`, additionalEmails: [`x-${b}@writes.example`, `${c}@writes.example`, `y-${c}@writes.example`] });
    same([merged.phones.primaryPhoneNumber, merged.phones.additionalPhones.map((phone) => phone.number)], ['111', ['112', '222']]);
    same(await read('people', merged.id), merged);
    const events = eventsSince(mark);
    same(events.map((event) => event.action), ['destroyed', 'destroyed', 'updated']);
    same(deltas(events), -2);
    same(events[2].record, merged);
    await exact('people');
  });
  await test('what refers is re-pointed, each with its event; a link that would be there twice goes', async () => {
    const [left, right] = await createMany('people', [{ jobTitle: 'l' }, { jobTitle: 'r' }]);
    const deals = await createMany('opportunities', [{ pointOfContactId: left.id }, { pointOfContactId: right.id }, { pointOfContactId: right.id }]);
    const [both, one] = await createMany('notes', [{}, {}]);
    const targets = await createMany('noteTargets', [{ noteId: both.id, targetPersonId: left.id }, { noteId: both.id, targetPersonId: right.id }, { noteId: one.id, targetPersonId: right.id }]);
    const gone = await create('opportunities', { pointOfContactId: right.id });
    await expect(200, 'DELETE', `/rest/opportunities/${gone.id}?soft_delete=true`);
    const mark = outboxMark();
    await merge('people', { ids: [left.id, right.id], conflictPriorityIndex: 0 });
    const events = eventsSince(mark);
    same(events.map((event) => `${event.object}.${event.action} ${event.id}`).sort(), [
      ...[deals[1], deals[2], gone].map(({ id }) => `opportunity.updated ${id}`), `noteTarget.updated ${targets[2].id}`, `noteTarget.destroyed ${targets[1].id}`, `person.destroyed ${right.id}`,
    ].sort());
    same(events[events.length - 1].object, 'person', 'the last event');
    for (const { id } of deals) same((await read('opportunities', id)).pointOfContactId, left.id);
    for (const event of events.filter((event) => event.object === 'opportunity')) same(event.record.pointOfContactId, left.id);
    same((await list('noteTargets', `?filter=targetPersonId[eq]:${left.id}`)).totalCount, 2);
    same(sqlOne(`select "pointOfContactId" from workspace.opportunity where id = '${gone.id}'`), left.id);
    await exact('people', 'opportunities', 'noteTargets');
  });
  await test('the survivor takes a unique value of a loser', async () => {
    const domain = `${tag()}.example`;
    const [left, right] = await createMany('companies', [{ name: 'left' }, { domainName: { primaryLinkUrl: domain } }]);
    const merged = await merge('companies', { ids: [left.id, right.id], conflictPriorityIndex: 0 });
    same([merged.name, merged.domainName.primaryLinkUrl], ['left', domain]);
    await refused(404, undefined, undefined, 'GET', `/rest/companies/${right.id}`);
  });
  await test('fields and depth shape the answer, not the merge', async () => {
    const { id: companyId } = await company();
    const [left, right] = await createMany('people', [{}, { companyId, jobTitle: 'kept' }]);
    const body = await expect(200, 'PATCH', '/rest/people/merge?fields=company&depth=1', { ids: [left.id, right.id], conflictPriorityIndex: 0 });
    sameKeys(body.data.mergePerson, ['id', 'companyId', 'company']);
    same([body.data.mergePerson.company.id, (await read('people', left.id)).jobTitle], [companyId, 'kept']);
  });
  await test('a merge that has nothing to take is one event', async () => {
    const [left, right] = await createMany('people', [{ jobTitle: 'x' }, { jobTitle: 'x' }]);
    const mark = outboxMark();
    same(await merge('people', { ids: [left.id, right.id], conflictPriorityIndex: 0 }), left);
    same(eventsSince(mark).map((event) => event.action), ['destroyed']);
  });
  await test('deleted records are not merged; nothing of it is', async () => {
    const [left, right] = await createMany('people', [{}, {}]);
    await expect(200, 'DELETE', `/rest/people/${right.id}?soft_delete=true`);
    for (const dryRun of [false, true]) await quiet(() => refused(404, right.id, 'RECORD_NOT_FOUND', 'PATCH', '/rest/people/merge', { ids: [left.id, right.id], conflictPriorityIndex: 0, dryRun }));
  });
  await test('ten are too many', () => refused(400, 'Maximum 9 records', 'INVALID_QUERY_INPUT', 'PATCH', '/rest/people/merge', { ids: Array.from({ length: 10 }, uuid), conflictPriorityIndex: 0 }));
  await test('the preview says that it is none', async () => {
    const [left, right] = await createMany('people', [{ jobTitle: 'l' }, { emails: mail(tag()) }]);
    const seen = await merge('people', { ids: [left.id, right.id], conflictPriorityIndex: 1, dryRun: true });
    check(seen.deletedAt !== null && ![left.id, right.id].includes(seen.id), JSON.stringify(seen));
    same([seen.jobTitle, seen.emails.primaryEmail], ['l', right.emails.primaryEmail]);
  });
  await test('two merges of the same records at once: one of them', async () => {
    const [left, right] = await createMany('people', [{}, {}]);
    const answers = await Promise.all([0, 1].map((conflictPriorityIndex) => send('PATCH', '/rest/people/merge', { ids: [left.id, right.id], conflictPriorityIndex })));
    same(answers.map((answer) => answer.status).sort(), [200, 404]);
    same(Number(sqlOne(`select count(*) from workspace.person where id in ('${left.id}', '${right.id}')`)), 1);
    await exact('people');
  });
}

async function duplicates() {
  const find = async (plural, body, query = '') => (await expect(200, 'POST', `/rest/${plural}/duplicates${query}`, body)).data;
  await test('short values are no evidence', async () => {
    await createMany('people', [{ name: { firstName: 'Al', lastName: 'Doe' } }, { name: { firstName: 'Al', lastName: 'Doe' } }]);
    same((await find('people', { data: [{ name: { firstName: 'Al', lastName: 'Doe' } }] }))[0].totalCount, 0);
  });
  await test('depth, one page of many, cursors', async () => {
    const last = `Many${tag()}`;
    const { id: companyId } = await company();
    const made = await crowd(61, companyId, { name: { firstName: 'Ann', lastName: last } });
    const [entry] = await find('people', { ids: [made[0].id] }, '?depth=1&fields=company');
    same([entry.totalCount, entry.personDuplicates.length, entry.pageInfo.hasNextPage], [60, 60, false]);
    same(ids(entry.personDuplicates), ids(made.slice(1)), 'in their order');
    for (const record of entry.personDuplicates) same(record.company.id, companyId);
    check(typeof entry.pageInfo.startCursor === 'string' && typeof entry.pageInfo.endCursor === 'string', 'cursors');
  });
  await test('an unknown id', () => refused(404, 'record 1', 'RECORD_NOT_FOUND', 'POST', '/rest/people/duplicates', { ids: [uuid()] }));
  await test('61 inputs', () => refused(400, undefined, 'TOO_MANY_RECORDS_TO_UPDATE', 'POST', '/rest/people/duplicates', { data: Array.from({ length: 61 }, () => ({})) }));
  await test('an object without criteria has none', async () => same((await find('notes', { data: [{ title: 'same' }] }))[0].totalCount, 0));
}

main(300, async () => {
  await lists();
  await filters();
  await upserts();
  await duplicateEntries();
  await connects();
  await creates();
  await merges();
  await duplicates();
});
