// A table that is not small (contract 5): indexes are built while records are written, checks are looked through without
// a lock, refusals leave nothing behind, and what a gateway that died has left is finished or taken back.
import { FIELDS, OBJECTS, agent, check, ctl, expect, main, makeField, makeObject, objectOf, patchField, readField, refused, relate, remove, same, send, sleep, sql, sqlOne, test, until } from './lib.mjs';

const index = (name) => sqlOne(`select i.indisvalid from pg_index i join pg_class c on c.oid = i.indexrelid where c.relname = '${name}'`);
const invalid = () => sqlOne('select count(*) from pg_index where not indisvalid');
const work = () => sqlOne('select count(*) from core.model_work');

main(120, async () => {
  const depot = await makeObject('depot');
  await makeField(depot.id, 'TEXT', 'code');
  const state = await makeField(depot.id, 'SELECT', 'state', { options: ['A', 'B', 'C'].map((value, position) => ({ value, label: value, color: 'red', position })) });
  sql(`insert into workspace._depot (id, name, code, state, "createdByName", "createdBySource", "updatedByName", "updatedBySource")
    select gen_random_uuid(), 'depot ' || i || repeat(' x', 20), 'code ' || i, (array['A', 'B', 'C'])[i % 3 + 1], 'a', 'API', 'a', 'API' from generate_series(1, 48000) i`);
  check(Number(sqlOne(`select pg_relation_size('workspace._depot')`)) > 8 * 1024 * 1024, 'the table is small');
  const node = sqlOne(`select pg_relation_filenode('workspace._depot')`);
  const some = sqlOne('select id from workspace._depot limit 1');

  // A writer that is held up longer than this has met a lock.
  let slowest = 0;
  let since = 0; // what began before was held up by the test itself
  const heldUp = async (what, work) => {
    [slowest, since] = [0, Date.now()];
    const result = await work();
    console.log(`# ${what}: the slowest write took ${slowest} ms`);
    check(slowest < 1500, `${what} held a writer up for ${slowest} ms`);
    return result;
  };
  let stop = false;
  const errors = [];
  const writers = Array.from({ length: 3 }, async (_, i) => {
    while (!stop) {
      const begun = Date.now();
      const answer = await send('PATCH', `/rest/depots/${some}`, { name: `by ${i} ${begun}` });
      if (begun >= since) slowest = Math.max(slowest, Date.now() - begun);
      if (answer.status !== 200) errors.push(`${answer.status} ${answer.text.slice(0, 200)}`);
    }
  });

  await test('a unique field, on what is there and new', async () => {
    const code = (await objectOf('depot')).fields.find(({ name }) => name === 'code');
    same((await heldUp('uniqueness', () => patchField(code.id, { isUnique: true }))).isUnique, true);
    same([index('uniq_depot_code'), index('gone_depot_code')], ['t', 't']);
    await heldUp('a new unique field', () => makeField(depot.id, 'EMAILS', 'mail', { isUnique: true }));
    same(index('uniq_depot_mail'), 't');
    same([invalid(), work()], ['0', '0']);
  });

  await test('a unique index that cannot be built leaves nothing behind', async () => {
    const name = await makeField(depot.id, 'TEXT', 'twice');
    sql(`update workspace._depot set twice = 'same' where id in (select id from workspace._depot limit 2)`);
    await refused(400, 'Cannot make "twice" unique: some records have the same value', undefined, 'PATCH', `${FIELDS}/${name.id}`, { isUnique: true });
    same([index('uniq_depot_twice'), index('gone_depot_twice'), (await readField(name.id)).isUnique], [undefined, undefined, false]);
    same([invalid(), work()], ['0', '0']);
    await remove(FIELDS, name.id);
  });

  await test('a relation: its index and its key are there in the end', async () => {
    const company = await objectOf('company');
    await heldUp('a relation', async () => {
      await relate(depot.id, 'owner', 'MANY_TO_ONE', company.id, 'Depots owned');
      await until(20, 'the index is built', () => index('idx_depot_ownerId') === 't' && work() === '0');
    });
    same(sqlOne(`select convalidated from pg_constraint where conname = 'fk_depot_ownerId'`), 't');
  });

  await test('a field that may not be empty', async () => {
    const size = await makeField(depot.id, 'NUMBER', 'size');
    await refused(400, 'some records have no value in it', undefined, 'PATCH', `${FIELDS}/${size.id}`, { isNullable: false, defaultValue: 1 });
    same([sqlOne(`select count(*) from pg_constraint where conname like 'nn%'`), work()], ['0', '0']);
    sql('update workspace._depot set size = 2');
    await heldUp('a field that may not be empty', () => patchField(size.id, { isNullable: false, defaultValue: 1 }));
    same(sqlOne(`select attnotnull from pg_attribute where attrelid = 'workspace._depot'::regclass and attname = 'size'`), 't');
    same(sqlOne(`select count(*) from pg_constraint where conname like 'nn%'`), '0');
    const constant = await heldUp('a new field with a default', () => makeField(depot.id, 'NUMBER', 'rank', { isNullable: false, defaultValue: 3 }));
    same((await expect(200, 'GET', `/rest/depots/${some}`)).data.depot.rank, 3);
    await remove(FIELDS, constant.id);
  });

  await test('options', async () => {
    const [a, b, c] = state.options;
    await patchField(state.id, { options: [{ ...a, value: 'AA' }, b] });
    await until(20, 'the constraint stands', () => work() === '0');
    same(sql('select distinct coalesce(state, $$none$$) from workspace._depot order by 1'), ['AA', 'B', 'none']);
    same(sqlOne(`select count(*) from pg_constraint where conname = 'opt_${state.id}'`), '1');
    check(c, 'c');
  });

  stop = true;
  await Promise.all(writers);
  await test('no writer was refused, and the table was never rewritten', async () => {
    same(errors, []);
    same(sqlOne(`select pg_relation_filenode('workspace._depot')`), node);
  });

  await test('what a gateway that died has left behind is taken back before the next change', async () => {
    sql(`alter table workspace._depot add column ghost text`, `create index uniq_depot_ghost on workspace._depot (ghost)`,
      `insert into core.model_work (statements) values (array['drop index concurrently if exists workspace.uniq_depot_ghost', 'alter table workspace._depot drop column if exists ghost', 'alter table workspace._nowhere drop column x'])`);
    await makeField(depot.id, 'TEXT', 'next');
    same([work(), index('uniq_depot_ghost'), sqlOne(`select count(*) from pg_attribute where attrelid = 'workspace._depot'::regclass and attname = 'ghost'`)], ['0', undefined, '0']);
  });

  await test('a gateway that is killed while it builds an index: the next one takes it back', async () => {
    const { spawn } = await import('node:child_process');
    // An old snapshot keeps CREATE INDEX CONCURRENTLY waiting.
    const holder = spawn('psql', ['-X', '-q', process.env.PORTTI_DATABASE_URL], { stdio: ['pipe', 'ignore', 'ignore'] });
    holder.stdin.write('begin isolation level repeatable read; select 1 from core.workspace;\n');
    await sleep(300);
    const lost = send('POST', FIELDS, { objectMetadataId: depot.id, type: 'TEXT', name: 'doomed', label: 'doomed', isUnique: true }).catch(() => 'lost');
    await until(10, 'the index is being built', () => work() === '1' && index('uniq_depot_doomed') === 'f');
    process.kill(Number(ctl('part_pid', 'gateway')), 'SIGKILL');
    await lost;
    agent.destroy(); // its connections are gone
    holder.stdin.end('commit;\n');
    ctl('gateway_start', 'gateway', 'rate_limit=off', 'workers=2');
    ctl('gateway_wait', 'gateway');
    await until(20, 'it is taken back', () => work() === '0');
    same([invalid(), index('uniq_depot_doomed'), sqlOne(`select count(*) from pg_attribute where attrelid = 'workspace._depot'::regclass and attname = 'doomed'`)], ['0', undefined, '0']);
    const again = await makeField(depot.id, 'TEXT', 'doomed', { isUnique: true });
    same(again.isUnique, true);
  });
  await remove(OBJECTS, depot.id);
});
