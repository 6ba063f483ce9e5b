// Create one and create many (contract 1.5; R8–R27).
import { check, create, createMany, eventsSince, expect, ids, liveRows, list, main, outboxMark, read, refused, same, sameKeys, send, sqlOne, test, timePattern, uuid, uuidPattern } from './lib.mjs';

const duplicate = [400, 'A duplicate entry was detected'];
const some = async (count) => createMany('people', Array.from({ length: count }, (_, index) => ({ jobTitle: `number ${index}` })));

main(120, async () => {
  const company = await create('companies', { name: 'Acme', domainName: { primaryLinkUrl: 'https://Create.Example/' } });

  await test('R8 create one echoes what was sent', async () => {
    const id = uuid();
    const answer = await send('POST', '/rest/people', { id, jobTitle: 'Digger', companyId: company.id });
    check(answer.status === 201, `${answer.status}`);
    check(answer.headers['content-type'].startsWith('application/json'), answer.headers['content-type']);
    same(Object.keys(answer.json), ['data'], 'envelope');
    sameKeys(answer.json.data, ['createPerson']);
    const made = answer.json.data.createPerson;
    same([made.id, made.jobTitle, made.companyId], [id, 'Digger', company.id]);
    same(await read('people', id), made, 'the record read back');
  });
  await test('every record has the system fields first', async () => {
    const made = await create('people', {});
    same(Object.keys(made).slice(0, 7), ['id', 'createdAt', 'updatedAt', 'deletedAt', 'createdBy', 'updatedBy', 'position']);
    check(uuidPattern.test(made.id) && timePattern.test(made.createdAt) && timePattern.test(made.updatedAt), JSON.stringify(made));
    same(made.deletedAt, null);
    same(typeof made.position, 'number');
    same([made.jobTitle, made.avatarUrl, made.companyId], ['', '', null], 'unset fields');
    same(made.name, { firstName: '', lastName: '' });
    check(!('searchVector' in made) && !('company' in made) && !('noteTargets' in made), 'it shows too much');
  });
  await test('an upper-case id is the same id in lower case', async () => {
    const id = uuid();
    same((await create('people', { id: id.toUpperCase() })).id, id);
    same((await read('people', id.toUpperCase())).id, id);
  });
  await test('createdAt and position may be given', async () => {
    const made = await create('people', { createdAt: '2020-02-03T04:05:06.007Z', position: 3.5 });
    same([made.createdAt, made.position], ['2020-02-03T04:05:06.007Z', 3.5]);
  });
  await test('position is filled in, and later records come later', async () => {
    const [one, two, three] = await some(3);
    check(one.position < two.position && two.position < three.position, `${one.position} ${two.position} ${three.position}`);
  });
  await test('position takes first and last', async () => {
    const last = await create('people', { position: 'last' });
    const first = await create('people', { position: 'first' });
    check(first.position < last.position, `${first.position} ${last.position}`);
  });
  await test('R9 an API key creates as API', async () => {
    const made = await create('people', {});
    same(made.createdBy, { source: 'API', workspaceMemberId: null, name: 'admin', context: null });
    same(made.updatedBy, { source: 'API', workspaceMemberId: null, name: 'admin', context: null });
  });
  await test('R10 createdBy.source is kept as sent', async () => {
    const made = await create('people', { createdBy: { source: 'EMAIL' } });
    same([made.createdBy.source, made.createdBy.workspaceMemberId], ['EMAIL', null]);
  });
  await test('an unknown createdBy.source', () => refused(400, ['PIGEON', 'createdBy'], undefined, 'POST', '/rest/people', { createdBy: { source: 'PIGEON' } }));
  await test('createdBy with its context', async () => {
    const made = await create('people', { createdBy: { source: 'CALENDAR', context: { provider: 'google' } } });
    same([made.createdBy.source, made.createdBy.context], ['CALENDAR', { provider: 'google' }]);
  });
  await test('R12 depth=0: the join column and no relation', async () => {
    const made = await create('people', { companyId: company.id }, '?depth=0');
    same(made.companyId, company.id);
    check(!('company' in made), 'company is there');
  });
  await test('R15 the same id twice', async () => {
    const id = uuid();
    await create('people', { id });
    const mark = outboxMark();
    await refused(...duplicate, undefined, 'POST', '/rest/people', { id });
    same(eventsSince(mark).length, 0, 'events');
  });
  await test('the same unique value twice, in any spelling', async () => {
    await create('people', { emails: { primaryEmail: 'twice@example.org' } });
    await refused(...duplicate, undefined, 'POST', '/rest/people', { emails: { primaryEmail: 'TWICE@Example.org' } });
    await refused(...duplicate, undefined, 'POST', '/rest/companies', { domainName: { primaryLinkUrl: 'http://create.example' } });
  });
  await test('the id of a deleted record is still taken', async () => {
    const { id } = await create('people', {});
    await expect(200, 'DELETE', `/rest/people/${id}?soft_delete=true`);
    await refused(...duplicate, undefined, 'POST', '/rest/people', { id });
  });
  await test('R17 a company by its domain', async () => {
    const id = uuid();
    const made = await create('companies', { id, domainName: { primaryLinkUrl: 'https://www.r17.example/path/' } });
    same(made.domainName, { primaryLinkUrl: 'www.r17.example', primaryLinkLabel: '', secondaryLinks: null });
  });
  await test('R18 fields=id shapes the answer and not the record', async () => {
    const id = uuid();
    const made = await create('people', { id, jobTitle: 'stored' }, '?fields=id');
    same(made, { id });
    same((await read('people', id)).jobTitle, 'stored');
  });
  await test('POST /rest/people/{id}: create one, or 405 with Allow', async () => {
    const answer = await send('POST', `/rest/people/${uuid()}`, { jobTitle: 'odd' });
    check(answer.status === 201 || (answer.status === 405 && /PATCH/.test(answer.headers.allow)), `${answer.status}`);
  });
  await test('a relation to a record that is not there', () =>
    refused(400, undefined, undefined, 'POST', '/rest/people', { companyId: uuid() }));
  await test('an id in companyId may be in upper case', async () => {
    same((await create('people', { companyId: company.id.toUpperCase() })).companyId, company.id);
  });

  await test('R19 create many, in input order', async () => {
    const wanted = [{ id: uuid(), jobTitle: 'one' }, { id: uuid(), jobTitle: 'two' }];
    const body = await expect(201, 'POST', '/rest/batch/people', wanted);
    sameKeys(body.data, ['createPeople']);
    same(body.data.createPeople.map(({ id, jobTitle }) => ({ id, jobTitle })), wanted);
    for (const { id, jobTitle } of wanted) same((await read('people', id)).jobTitle, jobTitle);
  });
  await test('60 records come back in input order, whatever their ids', async () => {
    const wanted = Array.from({ length: 60 }, (_, index) => ({ id: uuid(), jobTitle: `n${index}` }));
    const made = await createMany('people', wanted);
    same(ids(made), ids(wanted));
  });
  await test('a batch of one is answered as a list', async () => {
    same((await createMany('people', [{ jobTitle: 'alone' }])).map((record) => record.jobTitle), ['alone']);
  });
  await test('R20 each of a batch is by API', async () => {
    for (const made of await some(2)) same([made.createdBy.source, made.createdBy.workspaceMemberId], ['API', null]);
  });
  await test('R21 createdBy.source of each is kept', async () => {
    const made = await createMany('people', [{ createdBy: { source: 'EMAIL' } }, { createdBy: { source: 'MANUAL' } }]);
    same(made.map((record) => [record.createdBy.source, record.createdBy.workspaceMemberId]), [['EMAIL', null], ['MANUAL', null]]);
  });
  await test('records of a batch may differ in their fields', async () => {
    const made = await createMany('people', [{ jobTitle: 'a' }, { companyId: company.id }, { name: { lastName: 'c' } }, {}]);
    same(made.map((record) => [record.jobTitle, record.companyId, record.name.lastName]), [['a', null, ''], ['', company.id, ''], ['', null, 'c'], ['', null, '']]);
  });
  await test('R25 depth=2 is refused', async () => {
    await refused(400, "'depth=2' parameter invalid. Allowed values are 0, 1", 'INVALID_DEPTH_QUERY_PARAM', 'POST', '/rest/batch/people?depth=2', [{}]);
    await refused(400, "'depth=2' parameter invalid", 'INVALID_DEPTH_QUERY_PARAM', 'POST', '/rest/people?depth=2', {});
  });
  await test('R26 repeating a batch', async () => {
    const wanted = [{ id: uuid() }, { id: uuid() }];
    await createMany('people', wanted);
    await refused(...duplicate, undefined, 'POST', '/rest/batch/people', wanted);
  });
  await test('R27 a batch with fields=id', async () => {
    const id = uuid();
    same(await createMany('people', [{ id, jobTitle: 'hidden' }], '?fields=id'), [{ id }]);
  });
  await test('all or nothing: one bad record of three', async () => {
    const [one, three] = [uuid(), uuid()];
    const before = liveRows('people');
    const mark = outboxMark();
    const body = await refused(400, 'for field "stage"', undefined, 'POST', '/rest/batch/opportunities', [{ name: 'a' }, { stage: 'NOWHERE' }]);
    check(/2/.test(body.messages[0]), `which one? ${body.messages[0]}`);
    await refused(400, undefined, undefined, 'POST', '/rest/batch/people', [{ id: one }, { companyId: uuid() }, { id: three }]);
    await refused(400, undefined, undefined, 'POST', '/rest/batch/people', [{ id: one }, { id: one }]);
    same(liveRows('people'), before, 'rows');
    same(eventsSince(mark).length, 0, 'events');
    same((await list('people', '?limit=1')).totalCount, before, 'totalCount');
  });
  await test('a batch of nothing', async () => {
    const answer = await send('POST', '/rest/batch/people', []);
    check(answer.status === 400 || (answer.status === 201 && answer.json.data.createPeople.length === 0), `${answer.status} ${answer.text}`);
  });
  await test('61 records', async () => {
    const before = liveRows('people');
    await refused(400, 'Maximum number of records to upsert is 60', 'TOO_MANY_RECORDS_TO_UPDATE', 'POST', '/rest/batch/people', Array.from({ length: 61 }, () => ({})));
    same(liveRows('people'), before, 'rows');
  });
  await test('a thousand creates on sixteen connections are a thousand records', async () => {
    const before = liveRows('people');
    await Promise.all(Array.from({ length: 250 }, () => create('people', { jobTitle: 'crowd' })));
    await Promise.all(Array.from({ length: 25 }, () => some(30)));
    same(liveRows('people'), before + 1000, 'rows');
    same((await list('people', '?limit=1')).totalCount, before + 1000, 'totalCount');
    same(Number(sqlOne(`select count(*) from core.outbox where action = 'created' and object_name = 'person'`)) >= 1000, true);
  });
  await test('the Content-Type may have parameters or be absent; another one is refused', async () => {
    await expect(201, 'POST', '/rest/people', '{}', { headers: { 'Content-Type': 'application/json; charset=utf-8' } });
    await expect(201, 'POST', '/rest/people', '{}', { headers: { 'Content-Type': undefined } });
    await refused([415, 400].includes((await send('POST', '/rest/people', 'a=b', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })).status) ? 415 : 400,
      undefined, undefined, 'POST', '/rest/people', 'a=b', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
  });
});
