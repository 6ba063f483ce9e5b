// PostgreSQL's 1600 columns: the last file, since columns that are gone count for ever. A clear refusal, nothing left.
import { FIELDS, OBJECTS, check, makeObject, objectOf, remove, same, send, sql, sqlOne, test, main } from './lib.mjs';

// Fills a table up with columns that come and go.
const fill = (table, left) => {
  const taken = Number(sqlOne(`select max(attnum) from pg_attribute where attrelid = 'workspace."${table}"'::regclass`));
  const names = [...Array(1600 - left - taken).keys()].map((i) => `filler${i}`);
  for (let i = 0; i < names.length; i += 400) {
    const some = names.slice(i, i + 400);
    sql(`alter table workspace."${table}" ${some.map((name) => `add column ${name} smallint`).join(', ')}`, `alter table workspace."${table}" ${some.map((name) => `drop column ${name}`).join(', ')}`);
  }
};

main(60, async () => {
  await test('a field that its table has no room for', async () => {
    const made = await makeObject('wide');
    fill('_wide', 1);
    const add = (name, type = 'TEXT') => send('POST', FIELDS, { objectMetadataId: made.id, type, name, label: name });
    const refused = await add('money', 'CURRENCY');
    check(refused.status === 400 && refused.text.includes('1600'), refused.text);
    same((await add('last')).status, 201);
    same((await add('more')).status, 400);
    same((await objectOf('wide')).fields.filter(({ name }) => ['money', 'more', 'last'].includes(name)).map(({ name }) => name), ['last']);
    await remove(OBJECTS, made.id);
  });
  await test('an object that the tables of links have no room for', async () => {
    fill('noteTarget', 0);
    const before = sqlOne('select version from core.version where kind = \'model\'');
    const answer = await send('POST', OBJECTS, { nameSingular: 'straw', namePlural: 'straws', labelSingular: 'Straw', labelPlural: 'Straws' });
    check(answer.status === 400 && answer.text.includes('1600') && answer.text.includes('note targets'), answer.text);
    same([await objectOf('straw'), sqlOne(`select to_regclass('workspace._straw') is null`), sqlOne('select version from core.version where kind = \'model\'')], [undefined, 't', before]);
  });
});
