// Idempotency-Key: the first answer again, the write once.
import { spawn } from 'node:child_process';
import { check, create, eventsSince, includes, main, outboxMark, same, send, sql, sqlOne, test, until, uuid } from './lib.mjs';

const member = process.env.PORTTI_MEMBER_KEY;
const keyed = (key, method, path, body, options = {}) => send(method, path, body, { ...options, headers: { 'Idempotency-Key': key, ...options.headers } });

main(90, async () => {
  await test('an answer that is kept is sealed: a webhook\'s secret is nowhere to be read', async () => {
    const key = uuid();
    const body = { targetUrl: 'https://kept.example/', secret: 'a very quiet harbour' };
    const first = await send('POST', '/rest/metadata/webhooks', body, { headers: { 'Idempotency-Key': key } });
    const again = await send('POST', '/rest/metadata/webhooks', body, { headers: { 'Idempotency-Key': key } });
    same([first.status, again.status, again.headers['idempotency-replayed']], [201, 201, 'true']);
    same(again.text, first.text);
    includes(again.text, 'a very quiet harbour');
    same(sql(`select 1 from core.idempotency where key = '${key}' and body like '%quiet%'`), []);
    const id = first.json.id ?? first.json.data?.createOneWebhook?.id ?? first.json.data?.id;
    await send('DELETE', `/rest/metadata/webhooks/${id}`);
  });

  await test('a_create_is_done_once_and_answered_twice', async () => {
    const key = uuid();
    const mark = outboxMark();
    const first = await keyed(key, 'POST', '/rest/companies', { name: 'Once' });
    same([first.status, first.headers['idempotency-replayed']], [201, undefined]);
    const again = await keyed(key, 'POST', '/rest/companies', { name: 'Once' });
    same([again.status, again.headers['idempotency-replayed'], again.text], [201, 'true', first.text]);
    same(again.headers['content-type'], first.headers['content-type']);
    same(eventsSince(mark).length, 1, 'events');
    same(sqlOne(`select status || ' ' || (body is not null) from core.idempotency where key = '${key}'`), '201 true');
  });
  await test('every_kind_of_write_is_done_once', async () => {
    const { id } = await create('companies', { name: 'Kinds' });
    const base = `/rest/companies/${id}`;
    for (const [method, path, body] of [
      ['PATCH', base, { position: 3 }], ['PUT', base, { position: 4 }], ['DELETE', `${base}?soft_delete=true`], ['PATCH', `${base}/restore`],
      ['POST', '/rest/batch/companies', [{ name: 'A' }, { name: 'B' }]], ['DELETE', base],
    ]) {
      const key = uuid();
      const mark = outboxMark();
      const first = await keyed(key, method, path, body);
      check(first.status < 300, `${method} ${path}: ${first.status} ${first.text}`);
      const written = eventsSince(mark).length;
      check(written > 0, 'it writes');
      const again = await keyed(key, method, path, body);
      same([again.status, again.text, again.headers['idempotency-replayed']], [first.status, first.text, 'true'], `${method} ${path}`);
      same(eventsSince(mark).length, written, `events of ${method} ${path}`);
    }
  });
  await test('writes_of_many_are_done_once', async () => {
    const mark = uuid();
    const people = [];
    for (let i = 0; i < 3; i++) people.push(await create('people', { jobTitle: mark, position: i }));
    const filter = `?filter=jobTitle[eq]:"${mark}"`;
    for (const [method, path, body] of [
      ['PATCH', `/rest/people${filter}`, { position: 7 }], ['DELETE', `/rest/people${filter}&soft_delete=true`], ['PATCH', `/rest/people/restore${filter}`],
      ['PATCH', '/rest/batch/people', people.map(({ id }, i) => ({ id, position: 10 + i }))], ['POST', '/rest/batch/people?upsert=true', [{ id: people[0].id }, { jobTitle: mark }].map((one) => ({ ...one, position: 3 }))],
      ['PATCH', '/rest/people/merge', { ids: [people[0].id, people[1].id], conflictPriorityIndex: 0 }], ['DELETE', `/rest/people${filter}`],
    ]) {
      const key = uuid();
      const before = outboxMark();
      const first = await keyed(key, method, path, body);
      check(first.status < 300, `${method} ${path}: ${first.status} ${first.text}`);
      const written = eventsSince(before).length;
      check(written > 0, `${method} ${path} writes`);
      same(sqlOne(`select status from core.idempotency where key = '${key}'`), String(first.status));
      const again = await keyed(key, method, path, body);
      same([again.status, again.text, again.headers['idempotency-replayed']], [first.status, first.text, 'true'], `${method} ${path}`);
      same(eventsSince(before).length, written, `events of ${method} ${path}`);
    }
  });
  await test('an_answer_with_relations_or_fields_comes_again_whole', async () => {
    const company = await create('companies', { name: 'Related' });
    for (const query of ['?depth=1', '?fields=jobTitle', '?fields=jobTitle,company&depth=1']) {
      const key = uuid();
      const first = await keyed(key, 'POST', `/rest/people${query}`, { jobTitle: 'x', companyId: company.id });
      const again = await keyed(key, 'POST', `/rest/people${query}`, { jobTitle: 'x', companyId: company.id });
      same([again.status, again.text], [201, first.text], query);
    }
  });
  await test('another_request_under_the_key_is_refused', async () => {
    const key = uuid();
    same((await keyed(key, 'POST', '/rest/companies', { name: 'One' })).status, 201);
    for (const [method, path, body] of [['POST', '/rest/companies', { name: 'Two' }], ['POST', '/rest/companies?depth=1', { name: 'One' }], ['POST', '/rest/people', { name: 'One' }]]) {
      const answer = await keyed(key, method, path, path === '/rest/people' ? { jobTitle: 'x' } : body);
      same([answer.status, answer.json.error, answer.json.code], [422, 'UnprocessableEntityException', 'IDEMPOTENCY_KEY_REUSED'], path);
    }
    same((await keyed(key, 'POST', '/rest/companies', { name: 'One' })).headers['idempotency-replayed'], 'true', 'the first is still there');
  });
  await test('keys_belong_to_their_api_key', async () => {
    const key = uuid();
    const first = await keyed(key, 'POST', '/rest/companies', { name: 'Mine' });
    const other = await keyed(key, 'POST', '/rest/companies', { name: 'Mine' }, { token: member });
    same([other.status, other.headers['idempotency-replayed']], [201, undefined]);
    check(other.text !== first.text, 'another record');
  });
  await test('deterministic_refusals_are_kept_others_give_the_key_back', async () => {
    const key = uuid();
    const id = uuid();
    same((await keyed(key, 'PATCH', `/rest/companies/${id}`, { name: 'x' })).status, 404);
    await create('companies', { id, name: 'Late' });
    const again = await keyed(key, 'PATCH', `/rest/companies/${id}`, { name: 'x' });
    same([again.status, again.headers['idempotency-replayed']], [404, 'true']);
    const twice = uuid();
    same((await keyed(twice, 'POST', '/rest/companies', { id, name: 'Late' })).status, 400);
    same((await keyed(twice, 'POST', '/rest/companies', { id, name: 'Late' })).headers['idempotency-replayed'], 'true');
    const wrong = uuid();
    same((await keyed(wrong, 'POST', '/rest/companies', { nonsense: 1 })).status, 400);
    same((await keyed(wrong, 'POST', '/rest/companies', { name: 'Right' })).status, 201, 'what never began holds no key');
  });
  await test('bad_keys_are_refused', async () => {
    for (const key of ['', 'x'.repeat(256), 'caf\u00e9', 'a\tb']) {
      const answer = await keyed(key, 'POST', '/rest/companies', { name: 'Never' });
      same([answer.status, answer.json.code], [400, 'INVALID_IDEMPOTENCY_KEY'], JSON.stringify(key));
    }
    same((await keyed('x'.repeat(255), 'POST', '/rest/companies', { name: 'Long' })).status, 201);
    same((await keyed('', 'GET', '/rest/companies')).status, 200, 'reads take no notice');
  });
  await test('many_at_once_write_once', async () => {
    const key = uuid();
    const mark = outboxMark();
    const answers = await Promise.all([...Array(12)].map(() => keyed(key, 'POST', '/rest/companies', { name: 'Crowd' })));
    for (const { status, json } of answers) check(status === 201 || (status === 409 && json.code === 'IDEMPOTENCY_KEY_IN_USE'), `${status}`);
    same(eventsSince(mark).length, 1, 'events');
    same(new Set(answers.filter(({ status }) => status === 201).map(({ text }) => text)).size, 1, 'bodies');
  });
  await test('one_that_is_held_answers_409_and_one_that_is_left_is_taken_over', async () => {
    const key = uuid();
    const { id } = await create('companies', { name: 'Held' });
    // The first is held up at the record's lock.
    const psql = spawn('psql', ['-X', '-q', process.env.PORTTI_DATABASE_URL, '-c', `begin; select from workspace.company where id = '${id}' for update; select pg_sleep(1.5); commit`], { stdio: 'ignore' });
    await until(5, 'the lock is held', () => Number(sqlOne("select count(*) from pg_stat_activity where query like '%pg_sleep(1.5)%' and wait_event = 'PgSleep'")) > 0);
    const first = keyed(key, 'PATCH', `/rest/companies/${id}`, { position: 2 });
    await until(5, 'the claim is there', () => sqlOne(`select count(*) from core.idempotency where key = '${key}'`) === '1');
    const second = await keyed(key, 'PATCH', `/rest/companies/${id}`, { position: 2 });
    same([second.status, second.json.error, second.json.code], [409, 'ConflictException', 'IDEMPOTENCY_KEY_IN_USE']);
    check(second.headers['retry-after'], 'Retry-After');
    same((await first).status, 200);
    await new Promise((resolve) => psql.on('exit', resolve).exitCode !== null && resolve());
    same((await keyed(key, 'PATCH', `/rest/companies/${id}`, { position: 2 })).headers['idempotency-replayed'], 'true');
    // A holder that died before its commit.
    sql(`update core.idempotency set status = null, body = null, created_at = now() - interval '2 minutes' where key = '${key}'`);
    const taken = await keyed(key, 'PATCH', `/rest/companies/${id}`, { position: 9 });
    same([taken.status, taken.json.data.updateCompany.position], [200, 9]);
  });
  await test('a_holder_whose_key_was_taken_writes_nothing', async () => {
    const key = uuid();
    const { id } = await create('companies', { name: 'Robbed' });
    const psql = spawn('psql', ['-X', '-q', process.env.PORTTI_DATABASE_URL, '-c', `begin; select from workspace.company where id = '${id}' for update; select pg_sleep(1.6); commit`], { stdio: 'ignore' });
    await until(5, 'the lock is held', () => Number(sqlOne("select count(*) from pg_stat_activity where query like '%pg_sleep(1.6)%' and wait_event = 'PgSleep'")) > 0);
    const first = keyed(key, 'PATCH', `/rest/companies/${id}`, { position: 2 });
    await until(5, 'the claim is there', () => sqlOne(`select count(*) from core.idempotency where key = '${key}'`) === '1');
    sql(`update core.idempotency set token = gen_random_uuid() where key = '${key}'`);
    const answer = await first;
    same([answer.status, answer.json.code], [409, 'IDEMPOTENCY_KEY_IN_USE']);
    same(sqlOne(`select position <> 2 from workspace.company where id = '${id}'`), 't', 'nothing was written');
    psql.kill();
  });
  await test('old_rows_are_dropped', async () => {
    const key = uuid();
    same((await keyed(key, 'POST', '/rest/companies', { name: 'Old' })).status, 201);
    sql(`update core.idempotency set created_at = now() - interval '25 hours' where key = '${key}'`);
    const fresh = await keyed(key, 'POST', '/rest/companies', { name: 'Old' });
    same([fresh.status, fresh.headers['idempotency-replayed']], [201, undefined], 'a day later the key is free');
    sql(`update core.idempotency set created_at = now() - interval '25 hours' where key = '${key}'`);
    same(Number(sqlOne('select core.drop_idempotency()')) >= 1, true);
    same(sqlOne(`select count(*) from core.idempotency where key = '${key}'`), '0');
  });
  await test('webhooks_are_made_once', async () => {
    const key = uuid();
    const body = { targetUrl: 'https://example.com/once', operations: ['company.created'] };
    const first = await keyed(key, 'POST', '/rest/metadata/webhooks', body);
    const again = await keyed(key, 'POST', '/rest/metadata/webhooks', body);
    same([first.status, again.status, again.text, again.headers['idempotency-replayed']], [201, 201, first.text, 'true']);
    same((await send('DELETE', `/rest/metadata/webhooks/${first.json.id}`)).status, 200);
  });
});
