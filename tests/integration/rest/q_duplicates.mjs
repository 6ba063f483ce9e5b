// Duplicates and merge (contract 1.9, 1.10; R79–R92).
import { check, create, createMany, eventsSince, expect, ids, list, liveRows, main, outboxMark, read, refused, same, sameKeys, send, test, uuid } from './lib.mjs';

const find = async (plural, body, query = '') => (await expect(200, 'POST', `/rest/${plural}/duplicates${query}`, body)).data;

main(120, async () => {
  const last = `Doe${uuid().slice(0, 8)}`;
  const john = { name: { firstName: 'John', lastName: last } };
  const [one, two, mail, link] = await createMany('people', [john, john, { emails: { primaryEmail: `${last}@dup.example` } }, { linkedinLink: { primaryLinkUrl: `https://linkedin.example/in/${last}` } }]);
  await test('R84 by data', async () => {
    const data = await find('people', { data: [john] });
    same(data.length, 1);
    sameKeys(data[0], ['personDuplicates', 'totalCount', 'pageInfo']);
    same([ids(data[0].personDuplicates).sort(), data[0].totalCount], [ids([one, two]).sort(), 2]);
    sameKeys(data[0].pageInfo, ['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor']);
    same([data[0].pageInfo.hasNextPage, data[0].pageInfo.hasPreviousPage], [false, false]);
  });
  await test('R85 by id, without the record itself', async () => {
    const data = await find('people', { ids: [one.id, two.id] });
    same(data.map((entry) => [ids(entry.personDuplicates), entry.totalCount]), [[[two.id], 1], [[one.id], 1]]);
  });
  await test('R86 nobody', async () => {
    const data = await find('people', { data: [{ name: { firstName: 'Nobody', lastName: uuid() } }] });
    same(data, [{ personDuplicates: [], totalCount: 0, pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null } }]);
  });
  await test('criteria are alternatives: e-mail, LinkedIn', async () => {
    same(ids((await find('people', { data: [{ emails: { primaryEmail: `${last.toUpperCase()}@DUP.example` } }] }))[0].personDuplicates), [mail.id]);
    same(ids((await find('people', { data: [{ linkedinLink: { primaryLinkUrl: `https://linkedin.example/in/${last}` } }] }))[0].personDuplicates), [link.id]);
    same((await find('people', { data: [{ ...john, emails: { primaryEmail: `${last}@dup.example` } }] }))[0].totalCount, 3);
    same((await find('people', { data: [{ name: { firstName: 'John' } }] }))[0].totalCount, 0, 'half a name is none');
  });
  await test('companies by name or domain', async () => {
    const company = await create('companies', { name: `Inc ${last}`, domainName: { primaryLinkUrl: `${last}.example` } });
    for (const data of [{ name: `Inc ${last}` }, { domainName: { primaryLinkUrl: `https://${last}.example/x` } }]) same(ids((await find('companies', { data: [data] }))[0].companyDuplicates), [company.id]);
  });
  await test('several inputs, in order; fields', async () => {
    const data = await find('people', { data: [{ name: { firstName: 'Nobody', lastName: uuid() } }, john, {}] }, '?fields=jobTitle');
    same(data.map((entry) => entry.totalCount), [0, 2, 0]);
    for (const record of data[1].personDuplicates) sameKeys(record, ['id', 'jobTitle']);
  });
  await test('deleted records are none', async () => {
    const gone = await create('people', john);
    await expect(200, 'DELETE', `/rest/people/${gone.id}?soft_delete=true`);
    same((await find('people', { data: [john] }))[0].totalCount, 2);
  });
  await test('R88 no ids', async () => same(await find('people', { ids: [] }), []));
  for (const [name, body, contains] of [
    ['R87 no data', { data: [] }, 'The "data" condition can not be empty when "ids" input not provided'], ['R89 both', { data: [], ids: [] }, 'You cannot provide both "data" and "ids" arguments'],
    ['both, not empty', { data: [john], ids: [uuid()] }, 'You cannot provide both'], ['R90 neither', {}, 'You have to provide either "data" or "ids" argument'],
  ]) {
    await test(`duplicates: ${name}`, () => refused(400, contains, undefined, 'POST', '/rest/people/duplicates', body));
  }
  await test('duplicates: bad bodies, unknown ids', async () => {
    for (const body of ['[]', '"x"', '{"ids":["x"]}', '{"data":[1]}', '{"data":[{"nonsense":1}]}', '{"ids":"x"}']) await refused(400, undefined, undefined, 'POST', '/rest/people/duplicates', body);
    const answer = await send('POST', '/rest/people/duplicates', { ids: [uuid()] });
    check([200, 400, 404].includes(answer.status), `${answer.status}`);
  });
  await test('duplicates of an object without criteria', async () => {
    const answer = await send('POST', '/rest/notes/duplicates', { data: [{ title: 'x' }] });
    check(answer.status === 400 || (answer.status === 200 && answer.json.data[0].totalCount === 0), answer.text);
  });

  // Merge.
  const pair = async () => {
    const company = await create('companies', {});
    const left = await create('people', { jobTitle: 'left', name: { firstName: 'L' }, companyId: company.id });
    const right = await create('people', { jobTitle: 'right', name: { firstName: 'R', lastName: 'Right' }, phones: { primaryPhoneNumber: '555' }, emails: { primaryEmail: `${uuid()}@merge.example` } });
    return { company, left, right };
  };
  await test('R79 merge: the first survives, values of the others fill the gaps', async () => {
    const { company, left, right } = await pair();
    const opportunity = await create('opportunities', { pointOfContactId: right.id });
    const note = await create('notes', {});
    const target = await create('noteTargets', { noteId: note.id, targetPersonId: right.id });
    const mark = outboxMark();
    const body = await expect(200, 'PATCH', '/rest/people/merge', { ids: [left.id, right.id], conflictPriorityIndex: 0 });
    sameKeys(body.data, ['mergePerson']);
    const merged = body.data.mergePerson;
    same([merged.id, merged.jobTitle, merged.companyId, merged.phones.primaryPhoneNumber, merged.emails.primaryEmail], [left.id, 'left', company.id, '555', right.emails.primaryEmail]);
    same(await read('people', left.id), merged);
    await refused(404, undefined, undefined, 'GET', `/rest/people/${right.id}`); // R80
    same((await read('opportunities', opportunity.id)).pointOfContactId, left.id);
    same((await read('noteTargets', target.id)).targetPersonId, left.id);
    const events = eventsSince(mark).map((event) => `${event.object}.${event.action}`);
    for (const event of ['person.updated', 'opportunity.updated', 'noteTarget.updated']) check(events.includes(event), `${event} is not in ${events}`);
    check(events.includes('person.destroyed') || events.includes('person.deleted'), `${events}`);
    same((await list('people', '?limit=1')).totalCount, liveRows('people'));
  });
  await test('conflictPriorityIndex=1', async () => {
    const { left, right } = await pair();
    const merged = (await expect(200, 'PATCH', '/rest/people/merge', { ids: [left.id, right.id], conflictPriorityIndex: 1 })).data.mergePerson;
    same([merged.id, merged.jobTitle, merged.companyId], [right.id, 'right', left.companyId]);
  });
  await test('R82 dryRun writes nothing', async () => {
    const { left, right } = await pair();
    const mark = outboxMark();
    const merged = (await expect(200, 'PATCH', '/rest/people/merge', { ids: [left.id, right.id], conflictPriorityIndex: 0, dryRun: true })).data.mergePerson;
    check(merged.id !== left.id && merged.id !== right.id, 'a fresh id');
    same([merged.jobTitle, merged.phones.primaryPhoneNumber], ['left', '555']);
    same([await read('people', left.id), await read('people', right.id)], [left, right]);
    same(eventsSince(mark).length, 0);
  });
  await test('bad merges', async () => {
    const { left, right } = await pair();
    for (const body of [{ ids: [left.id], conflictPriorityIndex: 0 }, { ids: [], conflictPriorityIndex: 0 }, { ids: [left.id, right.id], conflictPriorityIndex: 2 }, { ids: [left.id, right.id], conflictPriorityIndex: -1 }, { ids: ['x', right.id], conflictPriorityIndex: 0 }, { conflictPriorityIndex: 0 }, { ids: [left.id, left.id], conflictPriorityIndex: 0 }]) {
      await refused(400, undefined, undefined, 'PATCH', '/rest/people/merge', body);
    }
    await refused(404, undefined, undefined, 'PATCH', '/rest/people/merge', { ids: [left.id, uuid()], conflictPriorityIndex: 0 });
    await refused(400, undefined, undefined, 'PATCH', '/rest/notes/merge', { ids: ids(await createMany('notes', [{}, {}])), conflictPriorityIndex: 0 });
    same(await read('people', left.id), left);
  });
});
