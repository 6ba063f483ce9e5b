// `gateway model verify`: each thing that can be wrong is made wrong, and told; nothing else is.
import { spawn } from 'node:child_process';
import { check, includes, main, same, sleep, sql, sqlOne, test } from '../rest/lib.mjs';
import { databaseUrl, gateway } from './lib.mjs';

const verify = (...more) => gateway(['model', 'verify', ...more]);
function report(...more) {
  const ran = verify('--json', ...more);
  const json = JSON.parse(ran.out);
  same(ran.status, json.problems > 0 ? 1 : 0, 'exit status');
  same(json.ok, json.problems === 0);
  same(json.findings.filter(({ rank }) => rank === 'problem').length, json.problems);
  return json;
}
// Breaks, looks, repairs.
async function broken(name, breaking, repair, wanted, sentence) {
  await test(name, async () => {
    sql(...[breaking].flat());
    try {
      const found = report().findings.map(({ rank, kind, object, table, name: of }) => `${rank} ${kind} ${object ?? '-'} ${table ?? '-'} ${of ?? '-'}`);
      same(found, [wanted].flat());
      if (sentence) includes(verify().out, sentence);
    } finally {
      sql(...[repair].flat());
    }
    same(report().findings, []);
  });
}

main(120, async () => {
  await test('a fresh database agrees', async () => {
    const ran = verify();
    same([ran.status, ran.err], [0, '']);
    check(/^\d+ objects and \d+ tables agree\n$/.test(ran.out), ran.out);
    same(report().findings, []);
    same(report('--counts').findings, []);
  });
  const c = 'workspace.company';
  await broken('a missing column', `alter table ${c} rename column "annualRevenueAmountMicros" to "x y"`, `alter table ${c} rename column "x y" to "annualRevenueAmountMicros"`,
    [`problem missing_column company ${c} annualRevenueAmountMicros`, `problem orphan_column company ${c} x y`], `${c}: the column "annualRevenueAmountMicros" is missing`);
  await broken('a column of another type', `alter table ${c} alter column "annualRevenueAmountMicros" type bigint`, `alter table ${c} alter column "annualRevenueAmountMicros" type numeric`,
    `problem column_type company ${c} annualRevenueAmountMicros`, 'the column "annualRevenueAmountMicros" is bigint, the model says numeric');
  await broken('a column that may not be empty', `alter table ${c} alter column "deletedAt" set not null`, `alter table ${c} alter column "deletedAt" drop not null`, `problem column_nullability company ${c} deletedAt`, 'is NOT NULL, the model says NULL');
  await broken('a column that may be empty', `alter table ${c} alter column "createdAt" drop not null`, `alter table ${c} alter column "createdAt" set not null`, `problem column_nullability company ${c} createdAt`);
  await broken('another default', `alter table workspace.opportunity alter column stage set default 'LOST'`, `alter table workspace.opportunity alter column stage set default 'NEW'`,
    'problem column_default opportunity workspace.opportunity stage', `has the default 'LOST'::text, the model says 'NEW'::text`);
  await broken('a default that is gone', `alter table ${c} alter column id drop default`, `alter table ${c} alter column id set default gen_random_uuid()`, `problem column_default company ${c} id`, 'has the default none, the model says gen_random_uuid()');
  await broken('a column left over', `alter table ${c} add column leftover text`, `alter table ${c} drop column leftover`, `problem orphan_column company ${c} leftover`);
  await broken('a table left over', `create table workspace._ghost (id uuid primary key)`, `drop table workspace._ghost`, 'problem orphan_table - workspace._ghost -', 'workspace._ghost belongs to no object: left over');
  await broken('a missing table', `alter table workspace."noteTarget" rename to elsewhere`, `alter table workspace.elsewhere rename to "noteTarget"`, ['problem missing_table noteTarget - workspace.noteTarget', 'problem orphan_table - workspace.elsewhere -']);
  await broken('a view in place of a table', [`alter table workspace."noteTarget" rename to elsewhere`, `create view workspace."noteTarget" as select * from workspace.elsewhere`], [`drop view workspace."noteTarget"`, `alter table workspace.elsewhere rename to "noteTarget"`],
    ['problem not_a_table noteTarget workspace.noteTarget workspace.noteTarget', 'problem orphan_table - workspace.elsewhere -']);
  const unique = sqlOne(`select indexdef from pg_indexes where schemaname = 'workspace' and indexname = 'uniq_company_domainName'`);
  await broken('a missing index', `drop index workspace."uniq_company_domainName"`, unique, `problem missing_index company ${c} uniq_company_domainName`);
  await broken('an index of another shape', [`drop index workspace."uniq_company_domainName"`, `create index "uniq_company_domainName" on ${c} ("domainNamePrimaryLinkUrl")`], [`drop index workspace."uniq_company_domainName"`, unique], `problem index_shape company ${c} uniq_company_domainName`);
  await broken('an index among all records instead of the live ones', [`drop index workspace."uniq_company_domainName"`, `create unique index "uniq_company_domainName" on ${c} ("domainNamePrimaryLinkUrl")`], [`drop index workspace."uniq_company_domainName"`, unique], `problem index_shape company ${c} uniq_company_domainName`);
  await broken('an index of the model file', `drop index workspace."uniq_noteTarget_noteId_targetPersonId"`, `create unique index "uniq_noteTarget_noteId_targetPersonId" on workspace."noteTarget" ("noteId", "targetPersonId") where "deletedAt" is null`, 'problem missing_index noteTarget workspace.noteTarget uniq_noteTarget_noteId_targetPersonId');
  await broken("somebody's own index is a note", `create index mine on ${c} (lower(name))`, 'drop index workspace.mine', `note other_index company ${c} mine`, 'note: workspace.company: an index that the model does not know: "mine", btree (an expression)');
  await test('an index whose building was cut short', async () => {
    sql(`insert into ${c} (name) values ('twice'), ('twice')`);
    let failed = false;
    try { sql(`create unique index concurrently half on ${c} (name)`); } catch { failed = true; }
    check(failed, 'the index could be built');
    same(report().findings.map(({ kind, name }) => `${kind} ${name}`), ['invalid_index half']);
    includes(verify().out, 'DROP INDEX CONCURRENTLY removes it');
    sql('drop index concurrently workspace.half', `delete from ${c} where name = 'twice'`);
    same(report().findings, []);
  });
  const fk = 'fk_person_companyId';
  const back = `alter table workspace.person add constraint "${fk}" foreign key ("companyId") references ${c} (id) on delete set null`;
  const drop = `alter table workspace.person drop constraint "${fk}"`;
  await broken('a missing foreign key', drop, back, `problem missing_key person workspace.person ${fk}`);
  await broken('a foreign key that does something else', [drop, back.replace('set null', 'cascade')], [drop, back], `problem key_shape person workspace.person ${fk}`, 'on delete cascade, the model says (companyId) references workspace.company on delete set null');
  await broken('a foreign key to elsewhere', [drop, back.replace(`${c} (id)`, 'workspace.note (id)')], [drop, back], `problem key_shape person workspace.person ${fk}`);
  await broken('a foreign key that was never validated', [drop, `${back} not valid`], `alter table workspace.person validate constraint "${fk}"`, `problem unvalidated_key person workspace.person ${fk}`);
  await broken('no primary key', 'alter table workspace."noteTarget" drop constraint "noteTarget_pkey"', 'alter table workspace."noteTarget" add constraint "noteTarget_pkey" primary key (id)', 'problem missing_primary_key noteTarget workspace.noteTarget id');
  const company = sqlOne(`select id from core.object where name_singular = 'company'`);
  await broken('an object that is not counted', `delete from core.record_count where object_id = '${company}'`, `insert into core.record_count values ('${company}', 0)`, 'problem missing_count company - -');
  await broken('a count of nothing', `insert into core.record_count values ('00000000-0000-4000-8000-000000000000', 0)`, `delete from core.record_count where object_id = '00000000-0000-4000-8000-000000000000'`, 'problem orphan_count - - 00000000-0000-4000-8000-000000000000');
  await broken('a change that is not finished', `insert into core.model_work (statements) values ('{}')`, 'delete from core.model_work', 'problem unfinished_change - - -', '1 rows in core.model_work');
  await broken('a model that makes no sense', `update core.field set type = 'NONSENSE' where name = 'jobTitle' and object_id = (select id from core.object where name_singular = 'person')`, `update core.field set type = 'TEXT' where name = 'jobTitle' and type = 'NONSENSE'`, 'problem model_refused - - -');
  await test('counts, when asked for', async () => {
    sql(`update core.record_count set count = count + 5 where object_id = '${company}'`);
    same(report().findings, []);
    const found = report('--counts').findings;
    same(found.map(({ kind, object, expected, actual }) => [kind, object, expected, actual]), [['wrong_count', 'company', '5', '0']]);
    sql(`update core.record_count set count = count - 5 where object_id = '${company}'`);
    same(report('--counts').findings, []);
  });
  await test('it waits for a change that is under way', async () => {
    const holder = spawn('psql', ['-X', '-q', process.env.PORTTI_DATABASE_URL, '-c', 'select pg_advisory_lock(7077004)', '-c', 'select pg_sleep(1.5)'], { stdio: 'ignore' });
    await sleep(500);
    const began = Date.now();
    same(report().findings, []);
    check(Date.now() - began > 500, `it took ${Date.now() - began} ms`);
    await new Promise((resolve) => { holder.on('exit', resolve); });
  });
  await test('it leaves nothing behind', async () => {
    same(sql(`select relname from pg_class where relname like 'portti%'`), []);
    same(sql('select count(*) from pg_locks where locktype = \'advisory\' and objid = 7077004'), ['0']);
  });
  await test('a database that is none of ours: status 3', async () => {
    const ran = gateway(['model', 'verify'], { database: databaseUrl('strange') });
    same([ran.status, ran.out], [3, '']);
    includes(ran.err, 'gateway: ');
  });
  await test('usage', async () => {
    same(gateway(['model']).status, 2);
    same(gateway(['model', 'nonsense']).status, 2);
    same(gateway(['model', 'verify', 'x']).status, 2);
    includes(gateway(['--help']).out, 'model verify');
  });
});
