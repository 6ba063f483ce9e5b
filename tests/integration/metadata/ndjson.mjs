// Imports that are under way while the model or their key changes: planned again batch by batch, or ended with a clear
// error at the line where that was noticed; what the report says is what is stored.
import { FIELDS, OBJECTS, SECOND, check, expect, main, makeField, makeObject, patchField, patchObject, remove, same, send, sqlOne, test, until } from './lib.mjs';

const LINES = 12000;
const body = (write) => [...Array(LINES).keys()].map((i) => JSON.stringify(write(i))).join('\n') + '\n';
const report = (answer) => answer.text.trim().split('\n').map((line) => JSON.parse(line));
const load = (plural, text, options) => send('POST', `/rest/batch/${plural}`, text, { headers: { 'Content-Type': 'application/x-ndjson' }, ...options });

// Runs `change` when some records are there, and the import is not over yet. (That it came in time shows in the report.)
async function during(plural, table, text, change, options) {
  let over = false;
  const running = load(plural, text, options).then((answer) => ((over = true), answer));
  await until(20, 'some records are there', () => Number(sqlOne(`select count(*) from workspace.${table}`)) > 200);
  check(!over, 'the import was over before the model changed: more LINES are needed');
  await change();
  const answer = await running;
  same(answer.status, 200);
  return report(answer);
}
const stored = (table) => Number(sqlOne(`select count(*) from workspace.${table}`));

main(120, async () => {
  await test('a field that is renamed meanwhile: its old name is refused from then on, line by line', async () => {
    const made = await makeObject('crate');
    const field = await makeField(made.id, 'NUMBER', 'weight');
    const lines = await during('crates', '_crate', body((i) => (i % 2 ? { name: `n${i}` } : { name: `n${i}`, weight: i })), () => patchField(field.id, { name: 'mass' }));
    same(lines.length, LINES);
    const bad = lines.filter(({ error }) => error);
    check(bad.length > 0 && bad.length < LINES / 2, `${bad.length} lines were refused`);
    for (const line of bad) check(line.line % 2 === 1 && JSON.stringify(line.error).includes('weight'), JSON.stringify(line));
    same(stored('_crate'), LINES - bad.length);
    same(sqlOne('select count(*) from workspace._crate where substr(name, 2)::int % 2 = 0 and mass is distinct from substr(name, 2)::float8'), '0');
    await remove(OBJECTS, made.id);
  });
  await test('an object that is renamed and gets a field with a default: nothing is lost', async () => {
    const made = await makeObject('barrel');
    const lines = await during('barrels', '_barrel', body((i) => ({ name: `n${i}` })), async () => {
      await makeField(made.id, 'TEXT', 'state', { defaultValue: "'full'" });
      await patchObject(made.id, { nameSingular: 'cask', namePlural: 'casks' });
    });
    same([lines.length, lines.filter(({ error }) => error)], [LINES, []]);
    same([stored('_cask'), sqlOne(`select count(*) from workspace._cask where state is distinct from 'full'`)], [LINES, '0']);
    await remove(OBJECTS, made.id);
  });
  await test('a change by another gateway', async () => {
    const made = await makeObject('sack');
    const field = await makeField(made.id, 'TEXT', 'kind');
    const lines = await during('sacks', '_sack', body((i) => ({ name: `n${i}`, kind: 'k' })), () => expect(200, 'DELETE', `${FIELDS}/${field.id}`, undefined, { base: SECOND }));
    same(lines.length, LINES);
    const bad = lines.filter(({ error }) => error);
    check(bad.length > 0 && bad.every((line) => JSON.stringify(line.error).includes('kind')), JSON.stringify(bad[0]));
    same(stored('_sack'), LINES - bad.length);
    await remove(OBJECTS, made.id);
  });
  await test('an object that is deleted meanwhile: one line says so, and is the last', async () => {
    const made = await makeObject('jar');
    const lines = await during('jars', '_jar', body((i) => ({ name: `n${i}` })), () => remove(OBJECTS, made.id));
    const bad = lines.filter(({ error }) => error);
    check(lines.length < LINES && bad.length > 0 && lines.at(-1) === bad.at(-1), `${lines.length} lines, ${bad.length} refused`);
    for (const line of bad) check(JSON.stringify(line.error).includes('deleted or deactivated while the import ran'), JSON.stringify(line));
  });
  await test('an object that is deactivated meanwhile', async () => {
    const made = await makeObject('vat');
    const lines = await during('vats', '_vat', body((i) => ({ name: `n${i}` })), () => patchObject(made.id, { isActive: false }));
    const good = lines.filter(({ error }) => !error);
    check(lines.length === good.length + 1 && JSON.stringify(lines.at(-1).error).includes('while the import ran'), JSON.stringify(lines.at(-1)));
    same(stored('_vat'), good.length);
    await remove(OBJECTS, made.id);
  });
  await test('a key that is revoked meanwhile', async () => {
    const made = await makeObject('urn');
    const member = sqlOne(`select id from core.role where label = 'Member'`);
    const key = await expect(201, 'POST', '/rest/metadata/apiKeys', { name: 'loader', expiresAt: '2099-01-01T00:00:00Z', roleId: member });
    const lines = await during('urns', '_urn', body((i) => ({ name: `n${i}` })), () => expect(200, 'DELETE', `/rest/metadata/apiKeys/${key.id}`), { token: key.token });
    check(lines.length < LINES && JSON.stringify(lines.at(-1).error).includes('revoked'), JSON.stringify(lines.at(-1)));
    same(stored('_urn'), lines.filter(({ error }) => !error).length);
    await remove(OBJECTS, made.id);
  });
  await test('keys that change meanwhile: each record says who made it', async () => {
    const made = await makeObject('flask');
    const member = sqlOne(`select id from core.role where label = 'Member'`);
    const key = await expect(201, 'POST', '/rest/metadata/apiKeys', { name: 'the loader of flasks', expiresAt: '2099-01-01T00:00:00Z', roleId: member });
    const lines = await during('flasks', '_flask', body((i) => ({ name: `n${i}` })), async () => {
      for (let i = 0; i < 5; i++) await expect(201, 'POST', '/rest/metadata/apiKeys', { name: `another ${i}`, expiresAt: '2099-01-01T00:00:00Z', roleId: member });
      await expect(200, 'PATCH', `/rest/metadata/apiKeys/${key.id}`, { name: 'the loader, renamed' });
    }, { token: key.token });
    same(lines.filter(({ error }) => error), []);
    same(sqlOne(`select count(*) from workspace._flask where "createdByName" in ('the loader of flasks', 'the loader, renamed')`), String(LINES));
    check(Number(sqlOne(`select count(*) from workspace._flask where "createdByName" = 'the loader, renamed'`)) > 0, 'the new name is nowhere: more LINES are needed');
    await remove(OBJECTS, made.id);
  });
});
