// Find one and find many without filters and orders (contract 1.1, 1.2, 2.3–2.6; R28–R39, R48, R57–R63).
import { check, create, createMany, expect, ids, list, liveRows, main, q, read, refused, same, sameKeys, send, sql, test, uuid } from './lib.mjs';

main(120, async () => {
  const company = await create('companies', { name: 'Acme' });
  const person = await create('people', { jobTitle: 'Reader', companyId: company.id, emails: { primaryEmail: 'reader@example.org' } });

  await test('R28 find one', async () => {
    const body = await expect(200, 'GET', `/rest/people/${person.id}`);
    sameKeys(body, ['data']);
    sameKeys(body.data, ['person']);
    same(body.data.person, person);
  });
  await test('R29 find one that is not there', () =>
    refused(404, 'Record not found', 'RECORD_NOT_FOUND', 'GET', `/rest/people/${uuid()}`));
  await test('the sentence is exactly that', async () => same((await send('GET', `/rest/people/${uuid()}`)).json.messages, ['Record not found']));
  await test('R30 a malformed id', () => refused(400, "'malformed-uuid' is not a valid UUID", undefined, 'GET', '/rest/people/malformed-uuid'));
  await test('other malformed ids', async () => {
    for (const id of ['1', person.id.slice(1), `${person.id}0`, person.id.replace('-', ''), `{${person.id}}`, '%20', 'x'.repeat(500)]) {
      await refused(400, 'is not a valid UUID', undefined, 'GET', `/rest/people/${encodeURI(id)}`);
    }
  });
  await test('R31 depth=0', async () => {
    const found = await read('people', person.id, '?depth=0');
    same(found, person);
    check(!('company' in found), 'company is there');
  });
  await test('R33 depth=2', async () => {
    for (const depth of ['2', '3', '-1', 'x', '00', '1.0', 'null']) {
      await refused(400, `'depth=${depth}' parameter invalid. Allowed values are 0, 1`, 'INVALID_DEPTH_QUERY_PARAM', 'GET', `/rest/people/${person.id}?depth=${depth}`);
    }
    await refused(400, "'depth=2' parameter invalid", 'INVALID_DEPTH_QUERY_PARAM', 'GET', '/rest/people?depth=2');
  });
  await test('an empty depth is none', async () => same(await read('people', person.id, '?depth='), person));
  await test('a deleted record is not found', async () => {
    const { id } = await create('people', {});
    await expect(200, 'DELETE', `/rest/people/${id}?soft_delete=true`);
    await refused(404, 'Record not found', undefined, 'GET', `/rest/people/${id}`);
  });

  // fields
  await test('R34 fields=jobTitle,emails', async () => {
    const answer = await send('GET', `/rest/people/${person.id}?fields=jobTitle,emails`);
    sameKeys(answer.json.data.person, ['id', 'jobTitle', 'emails']);
    same(answer.json.data.person.emails.primaryEmail, 'reader@example.org');
    check(!('x-twenty-fields-capped' in answer.headers), 'the capped header is there');
  });
  await test('fields: a relation gives its join column at depth 0', async () => {
    same(await read('people', person.id, '?fields=company'), { id: person.id, companyId: company.id });
    same(await read('people', person.id, '?fields=noteTargets'), { id: person.id });
  });
  await test('fields: pieces are trimmed, empty and repeated ones dropped, the parameter may be repeated', async () => {
    for (const fields of ['fields=%20jobTitle%20,,jobTitle,', 'fields=jobTitle&fields=jobTitle', 'fields=id,jobTitle', 'fields=jobTitle&fields=']) {
      sameKeys(await read('people', person.id, `?${fields}`), ['id', 'jobTitle'], fields);
    }
    sameKeys(await read('people', person.id, '?fields=jobTitle&fields=city&fields=phones'.replace('&fields=city', '')), ['id', 'jobTitle', 'phones']);
  });
  await test('fields: the join column is no field name', () =>
    refused(400, ["'fields' parameter invalid. Unknown or unreadable fields on 'person': ", 'companyId'], 'INVALID_FIELDS_QUERY_PARAM', 'GET', `/rest/people/${person.id}?fields=companyId`));
  await test('fields: a sub-field is no field name', () =>
    refused(400, 'emails.primaryEmail', 'INVALID_FIELDS_QUERY_PARAM', 'GET', '/rest/people?fields=emails.primaryEmail'));
  await test('R62 fields: unknown ones are listed', async () => {
    await refused(400, 'unknownField', 'INVALID_FIELDS_QUERY_PARAM', 'GET', '/rest/people?fields=jobTitle,unknownField');
    await refused(400, 'one, two', 'INVALID_FIELDS_QUERY_PARAM', 'GET', '/rest/people?fields=one,jobTitle,two');
    await refused(400, 'nothing', 'INVALID_FIELDS_QUERY_PARAM', 'POST', '/rest/people?fields=nothing', {});
  });
  await test('fields: the full-text column is not readable', () => refused(400, 'searchVector', 'INVALID_FIELDS_QUERY_PARAM', 'GET', '/rest/people?fields=searchVector'));
  await test('R63 fields: none', async () => {
    for (const value of ['', ',', '%20']) await refused(400, "'fields' parameter invalid", 'INVALID_FIELDS_QUERY_PARAM', 'GET', `/rest/people?fields=${value}`);
  });

  // Find many, on an object that the other files leave alone.
  const tasks = await createMany('tasks', Array.from({ length: 4 }, (_, index) => ({ title: `task ${index + 1}`, position: index })));
  const inOrder = ids(tasks).sort();
  await test('R38 find many', async () => {
    const body = await list('tasks');
    sameKeys(body, ['data', 'totalCount', 'pageInfo']);
    sameKeys(body.data, ['tasks']);
    same(ids(body.data.tasks), inOrder, 'ids in their order');
    same(body.totalCount, 4);
    sameKeys(body.pageInfo, ['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor']);
    same([body.pageInfo.hasNextPage, body.pageInfo.hasPreviousPage], [false, false]);
    same(JSON.parse(Buffer.from(body.pageInfo.startCursor, 'base64')), { id: inOrder[0] });
    same(JSON.parse(Buffer.from(body.pageInfo.endCursor, 'base64')), { id: inOrder[3] });
  });
  await test('R39 limit=3', async () => {
    const body = await list('tasks', '?limit=3');
    same([ids(body.data.tasks), body.totalCount, body.pageInfo.hasNextPage], [inOrder.slice(0, 3), 4, true]);
  });
  await test('limit=4 of 4 has no next page', async () => same((await list('tasks', '?limit=4')).pageInfo.hasNextPage, false));
  await test('limit=0 returns no records', async () => {
    const body = await list('tasks', '?limit=0');
    same([body.data.tasks, body.totalCount, body.pageInfo.startCursor, body.pageInfo.endCursor], [[], 4, null, null]);
  });
  await test('an object without records', async () => {
    const body = await list('taskTargets');
    same(body, { data: { taskTargets: [] }, totalCount: 0, pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null } });
  });
  await test('starting_after: page by page, each record once', async () => {
    const seen = [];
    let after = '';
    for (let page = 0; page < 4; page++) {
      const body = await list('tasks', `?limit=1${after}`);
      seen.push(...ids(body.data.tasks));
      same([body.totalCount, body.pageInfo.hasNextPage, body.pageInfo.hasPreviousPage], [4, page < 3, page > 0]);
      after = `&starting_after=${q(body.pageInfo.endCursor)}`;
    }
    same(seen, inOrder);
    const beyond = await list('tasks', `?limit=1${after}`);
    same([beyond.data.tasks, beyond.totalCount, beyond.pageInfo], [[], 4, { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null }]);
  });
  await test('a cursor need not point to a record that is still there', async () => {
    const { id } = await create('tasks', { id: `${inOrder[1].slice(0, -1)}${inOrder[1].endsWith('f') ? 'e' : 'f'}` });
    const cursor = q(Buffer.from(JSON.stringify({ id })).toString('base64'));
    const before = ids((await list('tasks', `?starting_after=${cursor}`)).data.tasks);
    await expect(200, 'DELETE', `/rest/tasks/${id}`);
    same(ids((await list('tasks', `?starting_after=${cursor}`)).data.tasks), before);
  });
  await test('cursors arrive unescaped, + as a space', async () => {
    const cursor = Buffer.from(JSON.stringify({ x: '\u00fb\u00ff>>>???', id: inOrder[0] })).toString('base64');
    same(ids((await list('tasks', `?starting_after=${cursor.replace(/\+/g, '%20')}`)).data.tasks), inOrder.slice(1));
    same(ids((await list('tasks', `?starting_after=${cursor}`)).data.tasks), inOrder.slice(1));
  });
  await test('R48 cursors that are none', async () => {
    for (const cursor of ['invalid-cursor', '!!!', Buffer.from('{}').toString('base64'), Buffer.from('{"id":"x"}').toString('base64'), Buffer.from('[]').toString('base64'), inOrder[0], 'A'.repeat(5000)]) {
      await refused(400, 'Invalid cursor', 'INVALID_CURSOR', 'GET', `/rest/tasks?starting_after=${q(cursor)}`);
    }
  });
  await test('both cursors together', async () => {
    const cursor = q(Buffer.from(JSON.stringify({ id: inOrder[0] })).toString('base64'));
    await refused(400, undefined, 'ARGS_CONFLICT', 'GET', `/rest/tasks?starting_after=${cursor}&ending_before=${cursor}`);
  });
  await test('an empty cursor is none', async () => same((await list('tasks', '?starting_after=&ending_before=')).data.tasks.length, 4));
  await test('limits that are none', async () => {
    for (const limit of ['x', '-1', '1x', '0x10', '%20', '-0', '+5'.replace('+', '%2B')]) {
      const answer = await send('GET', `/rest/tasks?limit=${limit}`);
      if ((limit === '%20' || limit === '-0' || limit === '%2B5') && answer.status === 200) continue; // undetermined
      check(answer.status === 400 && answer.json.messages[0].includes('is invalid. Should be an integer') && answer.json.code === 'INVALID_LIMIT_QUERY_PARAM', `${limit}: ${answer.status} ${answer.text.slice(0, 200)}`);
    }
    await refused(400, "limit 'many' is invalid. Should be an integer", 'INVALID_LIMIT_QUERY_PARAM', 'GET', '/rest/tasks?limit=many');
  });
  await test('an empty limit is the default', async () => same((await list('tasks', '?limit=')).data.tasks.length, 4));
  await test('60 by default, 200 at most', async () => {
    await Promise.all(Array.from({ length: 4 }, () => createMany('notes', Array.from({ length: 60 }, () => ({ title: 'n' })))));
    const all = liveRows('notes');
    const lengths = {};
    for (const limit of ['', '61', '200', '201', '100000', '99999999999999999999', '007']) {
      const body = await list('notes', limit && `?limit=${limit}`);
      same([body.totalCount, body.pageInfo.hasNextPage], [all, true]);
      lengths[limit] = body.data.notes.length;
    }
    same(lengths, { '': 60, 61: 61, 200: 200, 201: 200, 100000: 200, '99999999999999999999': 200, '007': 7 });
  });
  await test('R57 fields of a list', async () => {
    const answer = await send('GET', '/rest/tasks?fields=title,status');
    for (const record of answer.json.data.tasks) sameKeys(record, ['id', 'title', 'status']);
    check(!('x-twenty-fields-capped' in answer.headers) && !('x-twenty-fields-max' in answer.headers), 'the capped header is there');
  });
  await test('R59 fields=title,assignee at depth=0', async () => {
    for (const record of (await list('tasks', '?fields=title,assignee&depth=0')).data.tasks) sameKeys(record, ['id', 'title', 'assigneeId']);
  });
  await test('deleted records are not listed and not counted', async () => {
    await expect(200, 'DELETE', `/rest/tasks/${inOrder[0]}?soft_delete=true`);
    const body = await list('tasks');
    same([ids(body.data.tasks), body.totalCount], [inOrder.slice(1), 3]);
    await expect(200, 'PATCH', `/rest/tasks/${inOrder[0]}/restore`);
    same((await list('tasks')).totalCount, 4);
  });
  await test('unknown parameters are ignored', async () => {
    same((await list('tasks', '?after=x&cursor=y&nonsense=1&page[size]=2')).data.tasks.length, 4);
  });
  await test('records are listed in id order, as SQL has it', async () => {
    same(ids((await list('notes', '?limit=200')).data.notes), sql('select id from workspace.note where "deletedAt" is null order by id limit 200'));
  });
});
