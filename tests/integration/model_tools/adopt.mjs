// `gateway model adopt`: tables that were there before are served, their data unmoved, what cannot be mapped is listed.
import { check, eventsSince, expect, includes, main, outboxMark, same, send, sql, sqlOne, test, until, uuid } from '../rest/lib.mjs';
import { gateway } from './lib.mjs';

const adopt = (table, ...more) => gateway(['model', 'adopt', table, ...more]);
const names = (singular, plural) => ['--singular', singular, '--plural', plural];
function adopted(table, ...more) {
  const ran = adopt(table, ...more, '--yes');
  same([ran.status, ran.err], [0, ''], `adopt ${table}: ${ran.out}`);
  includes(ran.out, 'Adopted. Gateways serve it within a second.');
  return ran.out;
}
const verified = () => { const ran = gateway(['model', 'verify']); same([ran.status, ran.err], [0, ''], ran.out); };
const line = (out, column, text) => check(out.split('\n').some((each) => each.trim().startsWith(column) && each.includes(text)), `no line "${column} … ${text}" in ${out}`);
const reachable = (path) => until(2, `${path} is served`, async () => (await send('GET', path)).status === 200);
const columns = (table) => sql(`select column_name || ' ' || data_type from information_schema.columns where table_schema || '.' || table_name = '${table}' order by ordinal_position`);

main(120, async () => {
  sql(`create schema "Sales dept"`, `create table "Sales dept".client (
      client_id uuid primary key default gen_random_uuid(),
      "Full name" text not null,
      vat_number varchar(20),
      vip boolean not null default false,
      visits integer not null default 1,
      lifetime bigint,
      credit numeric(10,2),
      rating double precision,
      born date,
      tags text[] not null default '{}',
      extra jsonb,
      mood text not null default 'it''s fine',
      type text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      deleted_at timestamptz,
      number serial,
      local_time timestamp,
      upper_name text generated always as (upper("Full name")) stored,
      "größe" text)`,
    `create table "Sales dept".purchase (
      id uuid primary key default gen_random_uuid(),
      client_id uuid not null references "Sales dept".client on delete cascade,
      wholesaler_id uuid references "Sales dept".client on delete set null,
      amount numeric not null,
      old_position integer)`,
    `insert into "Sales dept".client ("Full name", visits, lifetime, credit) select 'client ' || i, i, 9007199254740993, 1.50 from generate_series(1, 100) i`);

  await test('without --yes the plan is shown, and nothing done', async () => {
    const before = [columns('Sales dept.client'), sqlOne('select count(*) from core.object')];
    const ran = adopt('Sales dept.client', ...names('client', 'clients'), '--add-system-columns');
    same([ran.status, ran.err], [0, '']);
    includes(ran.out, 'Nothing has been changed. --yes does it.');
    same([columns('Sales dept.client'), sqlOne('select count(*) from core.object')], before);
  });
  await test('what is missing is told, and --yes does nothing then', async () => {
    const ran = adopt('Sales dept.client', ...names('client', 'clients'), '--yes');
    same(ran.status, 1);
    includes(ran.out, 'It cannot be adopted as it is:');
    for (const name of ['createdBy', 'updatedBy', 'position']) includes(ran.out, `${name} is missing: --add-system-columns adds it`);
    check(!ran.out.includes('createdAt is missing'), ran.out);
    same(sql(`select 1 from core.object where name_singular = 'client'`), []);
  });
  const rows = sql('select md5(c::text) from (select client_id, "Full name", visits, lifetime, credit, created_at, number from "Sales dept".client) c order by 1');
  const file = () => sqlOne(`select pg_relation_filenode('"Sales dept".client')`);
  const node = file();
  await test('a table is adopted; its rows stay where they are', async () => {
    const out = adopted('Sales dept.client', ...names('client', 'clients'), '--add-system-columns');
    for (const [column, text] of [['client_id', 'field id, UUID'], ['Full name', 'field fullName, TEXT'], ['vat_number', 'field vatNumber, TEXT'], ['visits', 'field visits, NUMBER'], ['lifetime', 'field lifetime, NUMERIC'], ['created_at', 'field createdAt, DATE_TIME'], ['type', 'field typeCustom, TEXT'], ['createdBy', 'ACTOR: added'], ['position', 'added'],
      ['number', 'its default is something that PostgreSQL alone can compute'], ['local_time', 'a time whose zone is not said'], ['upper_name', 'PostgreSQL alone writes it'], ['größe', '--map FIELD=COLUMN gives one'], ['credit', 'PostgreSQL rounds what is written to numeric(10,2)']]) line(out, column, text);
    includes(out, 'what other programs write has none');
    same(file(), node, 'the table was rewritten');
    same(sql('select md5(c::text) from (select client_id, "Full name", visits, lifetime, credit, created_at, number from "Sales dept".client) c order by 1'), rows, 'the rows');
    verified();
  });
  await test('REST serves the rows that were there', async () => {
    await reachable('/rest/clients');
    const page = await expect(200, 'GET', '/rest/clients?limit=5&order_by=visits');
    same(page.totalCount, 100);
    const first = page.data.clients[0];
    same([first.fullName, first.visits, first.lifetime, first.credit, first.vip, first.tags, first.mood, first.deletedAt, first.position], ['client 1', 1, '9007199254740993', '1.50', false, [], "it's fine", null, 0].map((value, at) => (at === 3 ? first.credit : value)));
    same(Number(first.credit), 1.5);
    same(Object.keys(first).includes('number') || Object.keys(first).includes('upperName'), false);
    same((await expect(200, 'GET', '/rest/clients?filter=visits[gte]:98&order_by=visits[DescNullsLast]')).data.clients.map(({ visits }) => visits), [100, 99, 98]);
    same((await expect(200, 'GET', '/rest/clients?filter=lifetime[eq]:9007199254740993&limit=1')).totalCount, 100);
    same((await expect(200, 'GET', '/rest/clients?filter=fullName[ilike]:%25ENT%207')).data.clients.length, 1);
    const groups = await send('GET', `/rest/clients/groupBy?group_by=${encodeURIComponent('[{"vip":true}]')}&aggregate=${encodeURIComponent('["sumVisits","countNotEmptyId"]')}`);
    check(groups.status === 200, groups.text);
  });
  let made;
  await test('create, read, change, delete, restore, destroy; each with its event', async () => {
    const mark = outboxMark();
    made = (await expect(201, 'POST', '/rest/clients', { fullName: 'New', visits: 7, credit: 12.5, tags: ['a', 'b'], extra: { x: [1] }, typeCustom: 't', lifetime: '9007199254740995' })).data.createClient;
    same([made.fullName, made.visits, made.vip, made.mood, made.createdBy.source], ['New', 7, false, "it's fine", 'API']);
    same(sqlOne(`select "Full name" || '|' || visits || '|' || credit || '|' || tags::text || '|' || type || '|' || lifetime || '|' || (number is not null) || '|' || upper_name from "Sales dept".client where client_id = '${made.id}'`), 'New|7|12.50|{a,b}|t|9007199254740995|true|NEW');
    same((await expect(200, 'GET', `/rest/clients/${made.id}`)).data.client.lifetime, '9007199254740995');
    await expect(200, 'PATCH', `/rest/clients/${made.id}`, { visits: 8, vip: true });
    same(sqlOne(`select visits || ' ' || vip || ' ' || (updated_at > created_at) from "Sales dept".client where client_id = '${made.id}'`), '8 true true');
    await expect(200, 'DELETE', `/rest/clients/${made.id}?soft_delete=true`);
    check(sqlOne(`select deleted_at is not null from "Sales dept".client where client_id = '${made.id}'`) === 't', 'not deleted');
    same((await send('GET', `/rest/clients/${made.id}`)).status, 404);
    await expect(200, 'PATCH', `/rest/clients/${made.id}/restore`);
    same((await expect(200, 'GET', '/rest/clients?limit=1')).totalCount, 101);
    const other = (await expect(201, 'POST', '/rest/clients', { fullName: 'Gone' })).data.createClient;
    await expect(200, 'DELETE', `/rest/clients/${other.id}`);
    same(eventsSince(mark).map(({ object, action }) => `${object}.${action}`), ['client.created', 'client.updated', 'client.deleted', 'client.restored', 'client.created', 'client.destroyed']);
    same((await expect(201, 'POST', '/rest/batch/clients', [{ fullName: 'b1', visits: 2 }, { fullName: 'b2' }])).data.createClients.map(({ visits }) => visits), [2, 1]);
  });
  await test('what PostgreSQL would round or refuse is refused', async () => {
    for (const body of [{ fullName: 'x', visits: 1.5 }, { fullName: 'x', lifetime: '1.5' }, { fullName: 'x', visits: 3000000000 }, { fullName: 'x', vatNumber: 'x'.repeat(30) }, { visits: 1 }]) {
      const answer = await send('POST', '/rest/clients', body);
      check(answer.status === 400, `${JSON.stringify(body)}: ${answer.status} ${answer.text}`);
    }
  });
  await test("the total counts what other programs write", async () => {
    const before = (await expect(200, 'GET', '/rest/clients?limit=1')).totalCount;
    sql(`insert into "Sales dept".client ("Full name") values ('by hand')`);
    same((await expect(200, 'GET', '/rest/clients?limit=1')).totalCount, before + 1);
    same((await expect(200, 'GET', '/rest/clients?filter=fullName[eq]:"by hand"')).data.clients.length, 1);
  });
  await test('foreign keys to an object become relations, seen from both sides', async () => {
    const out = adopted('Sales dept.purchase', ...names('purchase', 'purchases'), '--add-system-columns', '--map', 'pile=old_position');
    line(out, 'client_id', 'field client, RELATION to "client", where it is purchases');
    line(out, 'wholesaler_id', 'field wholesaler, RELATION to "client", where it is purchasesByWholesaler');
    line(out, 'old_position', 'field pile, NUMBER');
    verified();
    await reachable('/rest/purchases');
    const bought = (await expect(201, 'POST', '/rest/purchases', { clientId: made.id, amount: 5, pile: 3 })).data.createPurchase;
    same([bought.clientId, bought.wholesalerId, bought.pile], [made.id, null, 3]);
    same(sqlOne(`select client_id || ' ' || old_position from "Sales dept".purchase`), `${made.id} 3`);
    const deep = (await expect(200, 'GET', `/rest/clients/${made.id}?depth=1`)).data.client;
    same([deep.purchases.map(({ id }) => id), deep.purchasesByWholesaler], [[bought.id], []]);
    same((await expect(200, 'GET', `/rest/purchases/${bought.id}?depth=1`)).data.purchase.client.fullName, 'New');
    same((await expect(200, 'GET', '/rest/purchases?filter=client.fullName[eq]:New')).data.purchases.length, 1);
    const graph = await expect(200, 'POST', '/graphql', { query: 'query ($id: UUID!) { client(filter: { id: { eq: $id } }) { fullName visits lifetime purchases { edges { node { pile client { vip } } } } } clients(first: 1, filter: { visits: { gte: 100 } }) { totalCount } }', variables: { id: made.id } });
    same([graph.data.client.fullName, graph.data.client.visits, graph.data.client.purchases.edges, graph.data.clients.totalCount], ['New', 8, [{ node: { pile: 3, client: { vip: true } } }], 1]);
    await expect(200, 'DELETE', `/rest/clients/${made.id}`);
    same(sql('select 1 from "Sales dept".purchase'), []);
    check((await send('POST', '/rest/purchases', { amount: 5 })).status === 400, 'a purchase without a client');
  });

  await test('a key that is no uuid: told; --add-id adds one beside it', async () => {
    sql('create table public.legacy (id serial primary key, name text, parent integer references public.legacy, position text, "createdAt" timestamp default now())', `insert into public.legacy (name) values ('one'), ('two')`);
    const asked = adopt('public.legacy', ...names('legacyItem', 'legacyItems'), '--add-system-columns');
    same(asked.status, 1);
    includes(asked.out, '--add-id adds one (PostgreSQL rewrites the table for it)');
    const out = adopted('public.legacy', ...names('legacyItem', 'legacyItems'), '--add-system-columns', '--add-id');
    for (const [column, text] of [['portti_id', 'field id, UUID: added'], ['portti_position', 'added'], ['portti_createdAt', 'added'], ['position', 'field positionCustom, TEXT'], ['createdAt', 'a time whose zone is not said'], ['parent', 'no relation']]) line(out, column, text);
    verified();
    await reachable('/rest/legacyItems');
    same((await expect(200, 'GET', '/rest/legacyItems?order_by=name')).data.legacyItems.map(({ name }) => name), ['one', 'two']);
    const item = (await expect(201, 'POST', '/rest/legacyItems', { name: 'three', positionCustom: 'front', parentCustom: undefined })).data.createLegacyItem;
    same(sqlOne(`select id || ' ' || position from public.legacy where portti_id = '${item.id}'`), '3 front');
    await expect(200, 'PATCH', `/rest/legacyItems/${item.id}`, { name: '3' });
    await expect(200, 'DELETE', `/rest/legacyItems/${item.id}`);
  });
  await test('what no record could be created in is refused', async () => {
    sql(`create type public.mood as enum ('good', 'bad')`, 'create table public.moody (id uuid primary key, mood public.mood not null)');
    const ran = adopt('public.moody', ...names('moody', 'moodies'), '--add-system-columns', '--yes');
    same(ran.status, 1);
    line(ran.out, 'mood', 'It is NOT NULL without a default, so no record could be created');
    sql(`alter table public.moody alter column mood set default 'good'`);
    line(adopted('public.moody', ...names('moody', 'moodies'), '--add-system-columns'), 'mood', 'an enumerated type');
    await reachable('/rest/moodies');
    await expect(201, 'POST', '/rest/moodies', {});
    verified();
  });
  await test('tables that are none', async () => {
    sql('create view public.seen as select 1 as id');
    for (const [table, name, sentence] of [['public.seen', 'seenThing', 'is no table'], ['public.nothing', 'x', 'there is no table public.nothing'], ['core.object', 'x', 'the schema core is not for records'], ['Sales dept.client', 'x', 'is the object "client" already'], ['workspace.company', 'x', 'is the object "company" already'], ['legacy', 'x', 'it wants SCHEMA.TABLE']]) {
      const ran = adopt(table, ...names(name, `${name}s`));
      check(ran.status === 1 && ran.err.includes(sentence), `${table}: ${ran.status} ${ran.err}`);
    }
  });
  await test('names', async () => {
    sql('create table public.plain (id uuid primary key)');
    for (const [more, sentence] of [[[], 'the object wants names'], [names('company', 'plains'), 'another object has this name'], [names('plain', 'people'), 'another object has this name'], [names('plain', 'plain'), 'must differ'], [names('Plain', 'plains'), 'Name is not valid'], [names('workspace', 'plains'), 'reserved'], [[...names('plain', 'plains'), '--map', 'x=y'], 'there is no such column'], [[...names('plain', 'plains'), '--map', 'x'], 'it wants FIELD=COLUMN']]) {
      const ran = adopt('public.plain', ...more);
      check(ran.status === 1 && ran.err.includes(sentence), `${more}: ${ran.status} ${ran.err}`);
    }
  });
  await test('without the right to write it is not adopted', async () => {
    sql('create table public.readonly (id uuid primary key)', 'revoke insert, delete on public.readonly from portti');
    const ran = adopt('public.readonly', ...names('readonly', 'readonlies'), '--add-system-columns', '--yes');
    same(ran.status, 1);
    includes(ran.out, 'no INSERT privilege');
    includes(ran.out, 'no DELETE privilege');
    check(!ran.out.includes('no SELECT privilege'), ran.out);
  });
  await test('a table in the schema of the records that nobody has can be adopted too', async () => {
    sql(`create table workspace.stray (id uuid primary key default gen_random_uuid(), "createdAt" timestamptz not null default now(), "updatedAt" timestamptz not null default now(), "deletedAt" timestamptz, name text)`);
    adopted('workspace.stray', ...names('stray', 'strays'), '--add-system-columns');
    verified();
    await reachable('/rest/strays');
    same((await expect(201, 'POST', '/rest/strays', { id: uuid(), name: 'x' })).data.createStray.name, 'x');
  });
});
