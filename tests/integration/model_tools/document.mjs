// `gateway model export|diff|import`: a model as a document, from one server to another and back.
import fs from 'node:fs';
import { spawnSync } from 'node:child_process';
import { check, expect, includes, main, same, sql, sqlOne, test, until, send } from '../rest/lib.mjs';
import { databaseUrl, gateway } from './lib.mjs';

const SECOND = { database: databaseUrl('second') };
const folder = process.env.PORTTI_TEST_DATA;
const at = (name) => `${folder}/${name}.json`;
function succeeded(ran) {
  same(ran.status, 0, `status (${ran.out} ${ran.err})`);
  return ran.out;
}
const exported = (options) => succeeded(gateway(['model', 'export'], options));
const difference = (file, options) => { const ran = gateway(['model', 'diff', file], options); check(ran.status < 2, ran.err); same(ran.status === 1, ran.out !== ''); return ran.out.split('\n').filter(Boolean); };
const imported = (file, options, ...more) => succeeded(gateway(['model', 'import', file, '--yes', ...more], options));
const verified = (options) => { const ran = gateway(['model', 'verify'], options); same([ran.status, ran.err], [0, ''], ran.out); };
const psql = (database, text) => { const ran = spawnSync('psql', ['-XAtqv', 'ON_ERROR_STOP=1', database, '-c', text], { encoding: 'utf8' }); if (ran.status !== 0) throw new Error(ran.stderr); return ran.stdout.trim(); };
const write = (name, document) => { fs.writeFileSync(at(name), JSON.stringify(document)); return at(name); };
const change = (name, edit) => { const document = JSON.parse(exported()); edit(document, (object) => document.objects.find((one) => one.nameSingular === object)); return write(name, document); };
const field = (object, name) => object.fields.find((one) => one.name === name);

const ids = {};
async function object(singular, plural, more = {}) {
  const made = (await expect(201, 'POST', '/rest/metadata/objects', { nameSingular: singular, namePlural: plural, labelSingular: singular, labelPlural: plural, ...more })).data.createOneObject;
  ids[singular] = made.id;
}
const add = async (name, body) => (await expect(201, 'POST', '/rest/metadata/fields', { objectMetadataId: ids[name], label: body.name, ...body })).data.createOneField;
const patch = (kind, id, body) => expect(200, 'PATCH', `/rest/metadata/${kind}/${id}`, body);

main(150, async () => {
  succeeded(gateway(['migrate'], SECOND));
  for (const { id, nameSingular } of (await expect(200, 'GET', '/rest/metadata/objects?limit=200')).data.objects) ids[nameSingular] = id;

  await test('a fresh server has nothing to say', async () => {
    same(JSON.parse(exported()), { format: 1, objects: [] });
    fs.writeFileSync(at('empty'), exported());
    same([difference(at('empty')), difference(at('empty'), SECOND)], [[], []]);
    includes(imported(at('empty')), 'Nothing to do');
  });

  await object('pet', 'pets', { labelSingular: 'Pet', labelPlural: 'Pets', description: 'An animal', icon: 'IconPaw', color: 'green' });
  await object('vet', 'vets', { skipNameField: true });
  await object('visit', 'visits');
  const options = [{ label: 'Calm, no', value: 'CALM', color: 'green', position: 0 }, { label: 'Wild', value: 'WILD', color: 'red', position: 1 }].map((one) => ({ ...one, label: one.label.replace(',', '') }));
  await add('pet', { type: 'SELECT', name: 'temper', label: 'Temper', options, defaultValue: "'CALM'", isNullable: false });
  await add('pet', { type: 'MULTI_SELECT', name: 'likes', options, defaultValue: ["'WILD'"] });
  await add('pet', { type: 'NUMBER', name: 'weight', label: 'Weight in kg', settings: { dataType: 'float', decimals: 2, type: 'number' }, defaultValue: 1.5 });
  await add('pet', { type: 'TEXT', name: 'chip', isUnique: true });
  await add('pet', { type: 'EMAILS', name: 'mail', isUnique: true, settings: { maxNumberOfValues: 1 } });
  await add('pet', { type: 'CURRENCY', name: 'price', defaultValue: { amountMicros: null, currencyCode: "'EUR'" } });
  await add('pet', { type: 'RATING', name: 'stars' });
  await add('pet', { type: 'RAW_JSON', name: 'extra', defaultValue: { a: [1, 'x'] } });
  const born = await add('pet', { type: 'DATE', name: 'born' });
  await patch('fields', born.id, { isActive: false });
  await add('vet', { type: 'FULL_NAME', name: 'person' });
  const relation = (target, label, type = 'MANY_TO_ONE') => ({ relationCreationPayload: { type, targetObjectMetadataId: ids[target], targetFieldLabel: label, targetFieldIcon: 'IconPaw' } });
  const owner = await add('pet', { type: 'RELATION', name: 'owner', label: 'Owner', ...relation('person', 'Pets') });
  await add('visit', { type: 'RELATION', name: 'pet', ...relation('pet', 'Visits'), settings: { onDelete: 'CASCADE' } });
  await add('vet', { type: 'RELATION', name: 'seen', ...relation('visit', 'Doctor', 'ONE_TO_MANY') });
  await add('pet', { type: 'RELATION', name: 'parent', ...relation('pet', 'Children') });
  await add('visit', { type: 'MORPH_RELATION', name: 'payer', morphRelationsCreationPayload: [relation('person', 'Paid visits').relationCreationPayload, relation('pet', 'Paid visits').relationCreationPayload] });
  await add('company', { type: 'TEXT', name: 'slogan', isSearchable: true });
  const person = (await expect(200, 'GET', `/rest/metadata/objects/${ids.person}`)).data.object;
  await patch('fields', person.fields.find(({ name }) => name === 'jobTitle').id, { label: 'Profession', description: 'What they do' });
  await patch('objects', ids.opportunity, { labelSingular: 'Deal', labelPlural: 'Deals' });
  const mirror = (await expect(200, 'GET', `/rest/metadata/objects/${ids.person}`)).data.object.fields.find(({ name }) => name === 'pets');
  await patch('fields', mirror.id, { name: 'animals', label: 'Their animals' });

  await test('the document: names, not ids of this server; a fixed order; what is as it would be anyway is left out', async () => {
    fs.writeFileSync(at('a'), exported());
    const document = JSON.parse(exported());
    same(document.objects.map(({ nameSingular }) => nameSingular), ['company', 'opportunity', 'person', 'pet', 'vet', 'visit']);
    const pet = document.objects.find(({ nameSingular }) => nameSingular === 'pet');
    same(pet.fields.map(({ name }) => name), [...pet.fields.map(({ name }) => name)].sort());
    check(pet.fields.every(({ name }) => !['id', 'createdAt', 'position', 'noteTargets'].includes(name)), 'system fields');
    const { universalId, ...temper } = field(pet, 'temper');
    same(JSON.stringify(temper), JSON.stringify({ name: 'temper', type: 'SELECT', label: 'Temper', nullable: false, default: "'CALM'", options: options.map(({ value, label, color, position }) => ({ value, label, color, position })) }));
    const { universalId: own, ...kept } = field(pet, 'owner');
    same(kept, { name: 'owner', type: 'RELATION', label: 'Owner', relation: { target: 'person', onDelete: 'SET_NULL', inverse: { name: 'animals', label: 'Their animals', icon: 'IconPaw' } } });
    same(pet.labelIdentifier, 'name');
    const persons = document.objects.find(({ nameSingular }) => nameSingular === 'person');
    const [{ universalId: standard, ...job }] = persons.fields;
    same([persons.standard, persons.fields.length, job], [true, 1, { name: 'jobTitle', standard: true, label: 'Profession', description: 'What they do' }]);
    check(!exported().includes(ids.pet) && !exported().includes(owner.id), 'an id of this server');
    same(field(document.objects.find(({ nameSingular }) => nameSingular === 'visit'), 'payerPerson').relation.group, 'payer');
  });
  await test('here, it says nothing', async () => same(difference(at('a')), []));
  await test('for another server: the plan, and nothing done without --yes', async () => {
    const before = psql(SECOND.database, 'select version from core.version');
    const plan = difference(at('a'), SECOND);
    for (const line of ['+ object pet', '+ object vet', '+ object visit', '+ field company.slogan: TEXT', '~ object opportunity: labelSingular, labelPlural', '~ field person.jobTitle: label, description']) check(plan.includes(line), `no "${line}" in ${plan}`);
    includes(succeeded(gateway(['model', 'import', at('a')], SECOND)), 'Nothing has been changed. --yes does it.');
    includes(succeeded(gateway(['model', 'import', at('a'), '--yes', '--dry-run'], SECOND)), 'Nothing has been changed. --yes does it.');
    same(psql(SECOND.database, 'select version from core.version'), before);
  });
  await test('imported there: no difference, the same document byte for byte, tables and model agree', async () => {
    includes(imported(at('a'), SECOND), 'Done. Gateways follow within a second.');
    same(difference(at('a'), SECOND), []);
    same(exported(SECOND), fs.readFileSync(at('a'), 'utf8'));
    verified(SECOND);
    verified();
    same(psql(SECOND.database, 'select count(*) from core.model_work'), '0');
  });
  await test('twice changes nothing', async () => {
    const before = psql(SECOND.database, 'select version from core.version');
    includes(imported(at('a'), SECOND), 'Nothing to do: the model is as the document says.');
    same(psql(SECOND.database, 'select version from core.version'), before);
  });
  await test('a gateway serves what was imported, within a second', async () => {
    const document = { format: 1, objects: [...JSON.parse(exported()).objects, { nameSingular: 'gadget', namePlural: 'gadgets', labelSingular: 'Gadget', labelPlural: 'Gadgets', labelIdentifier: 'title', fields: [{ name: 'title', type: 'TEXT', label: 'Title', searchable: true }, { name: 'maker', type: 'RELATION', label: 'Maker', relation: { target: 'company', inverse: { name: 'gadgets', label: 'Gadgets' } } }] }] };
    imported(write('gadget', document));
    await until(1.5, 'it is served', async () => (await send('GET', '/rest/gadgets')).status === 200);
    const company = (await expect(201, 'POST', '/rest/companies', { name: 'Acme', slogan: 'more' })).data.createCompany;
    const made = (await expect(201, 'POST', '/rest/gadgets', { title: 'x', makerId: company.id })).data.createGadget;
    same((await expect(200, 'GET', `/rest/companies/${company.id}?depth=1`)).data.company.gadgets.map(({ id }) => id), [made.id]);
    verified();
  });
  await test('what destroys data wants to be told so', async () => {
    const without = at('a');
    same(difference(without), ['- object gadget: its records are destroyed']);
    const ran = gateway(['model', 'import', without, '--yes']);
    same(ran.status, 1);
    includes(ran.err, '1 of these steps destroy data: --allow-destructive lets them. Nothing has been changed');
    same(sqlOne('select count(*) from workspace._gadget'), '1');
    includes(imported(without, undefined, '--allow-destructive'), '- object gadget');
    same(sql(`select 1 from core.object where name_singular = 'gadget'`), []);
    same(difference(without), []);
    verified();
  });
  await test('renamed objects and fields stay the same ones, with their data', async () => {
    await until(2, 'pets are served', async () => (await send('GET', '/rest/pets')).status === 200);
    const made = (await expect(201, 'POST', '/rest/pets', { name: 'Rex', chip: 'c1', temper: 'WILD', likes: ['CALM'] })).data.createPet;
    const file = change('renamed', (document, of) => {
      Object.assign(of('pet'), { nameSingular: 'animal', namePlural: 'animals' });
      field(of('pet') ?? of('animal'), 'chip').name = 'tag';
      for (const one of document.objects) for (const each of one.fields) if (each.relation?.target === 'pet') each.relation.target = 'animal';
    });
    const plan = difference(file);
    check(plan.includes('~ object pet: nameSingular, namePlural') && plan.some((line) => line.startsWith('~ field animal.chip: name')), plan.join('\n'));
    check(!plan.some((line) => line.startsWith('-')), plan.join('\n'));
    imported(file);
    same(difference(file), []);
    verified();
    await until(2, 'animals are served', async () => (await send('GET', `/rest/animals/${made.id}`)).status === 200);
    const { animal } = (await expect(200, 'GET', `/rest/animals/${made.id}`)).data;
    same([animal.tag, animal.temper, animal.likes], ['c1', 'WILD', ['CALM']]);
    imported(at('a'));
    await until(2, 'pets are served again', async () => (await send('GET', `/rest/pets/${made.id}`)).status === 200);
  });
  await test('properties of fields: label, default, uniqueness, options, activity, relations', async () => {
    const file = change('props', (document, of) => {
      Object.assign(field(of('pet'), 'weight'), { label: 'Weight', default: 2, description: 'in kg' });
      Object.assign(field(of('pet'), 'chip'), { unique: undefined });
      delete field(of('pet'), 'chip').unique;
      delete field(of('pet'), 'born').active;
      field(of('pet'), 'likes').options.push({ value: 'BOTH', label: 'Both', color: 'blue', position: 2 });
      field(of('visit'), 'pet').relation.onDelete = 'SET_NULL';
      field(of('visit'), 'pet').relation.inverse.label = 'All visits';
      field(of('company'), 'slogan').searchable = false;
      delete field(of('company'), 'slogan').searchable;
      of('opportunity').labelSingular = 'Chance';
      of('person').fields = [];
    });
    const plan = difference(file);
    for (const line of ['~ field pet.weight: label, description, default', '~ field pet.chip: unique', '~ field pet.born: active', '~ field pet.likes: options', '~ field visit.pet: onDelete', '~ field pet.visits: label', '~ field company.slogan: searchable', '~ object opportunity: labelSingular', '~ field person.jobTitle: label, description']) check(plan.includes(line), `no "${line}" in ${plan.join('; ')}`);
    imported(file);
    same(difference(file), []);
    verified();
    imported(at('a'), undefined, '--allow-destructive'); // an option goes
    same(difference(at('a')), []);
    same(exported(), fs.readFileSync(at('a'), 'utf8'));
    verified();
  });
  await test('an option that goes and a field of another type are destructive', async () => {
    const file = change('destroys', (document, of) => {
      field(of('pet'), 'likes').options.shift();
      Object.assign(field(of('pet'), 'extra'), { type: 'TEXT' });
      delete field(of('pet'), 'extra').default;
      of('vet').fields = of('vet').fields.filter(({ name }) => name !== 'person');
    });
    const plan = difference(file);
    for (const part of ['records with an option that is gone lose it', '- field pet.extra: what is stored in it is destroyed', '+ field pet.extra: TEXT', '- field vet.person']) check(plan.some((line) => line.includes(part)), `no "${part}" in ${plan.join('; ')}`);
    same(gateway(['model', 'import', file, '--yes']).status, 1);
    imported(file, undefined, '--allow-destructive');
    same(difference(file), []);
    verified();
    imported(at('a'), undefined, '--allow-destructive');
    same(exported(), fs.readFileSync(at('a'), 'utf8'));
  });
  await test('what is wrong with a document is told, with its place', async () => {
    const pet = { nameSingular: 'thing', namePlural: 'things', labelSingular: 'Thing', labelPlural: 'Things' };
    for (const [document, sentence] of [
      [{}, 'it wants {"format": 1, "objects": […]}'], [{ format: 2, objects: [] }, 'it wants {"format": 1'], [{ format: 1, objects: [{}] }, 'a "nameSingular"'],
      [{ format: 1, objects: [], more: 1 }, 'unknown property "more"'], [{ format: 1, objects: [{ ...pet, colour: 'x' }] }, 'thing: unknown property "colour"'],
      [{ format: 1, objects: [{ ...pet, fields: [{ name: 'x', type: 'TEXT', label: 'X', lable: 'Y' }] }] }, 'thing.x: unknown property "lable"'],
      [{ format: 1, objects: [{ ...pet, fields: [{ name: 'x', type: 'NONSENSE', label: 'X' }] }] }, 'thing.x: "type" must be the name of a field type'],
      [{ format: 1, objects: [{ ...pet, fields: [{ name: 'x', type: 'RELATION', label: 'X' }] }] }, 'a relation wants "relation"'],
      [{ format: 1, objects: [{ ...pet, fields: [{ name: 'x', type: 'RELATION', label: 'X', relation: { target: 'nobody', inverse: { name: 'y', label: 'Y' } } }] }] }, 'there is no object "nobody"'],
      [{ format: 1, objects: [pet, pet] }, 'thing: it is there twice'], [{ format: 1, objects: [{ ...pet, labelIdentifier: 'nothing' }] }, '"labelIdentifier" names no field of it'],
      [{ format: 1, objects: [{ nameSingular: 'company', namePlural: 'companies', labelSingular: 'C', labelPlural: 'Cs' }] }, 'company: here, this is a standard object'],
      [{ format: 1, objects: [{ nameSingular: 'rocket', standard: true }] }, 'this server has no such standard object'],
      [{ format: 1, objects: [{ ...pet, active: 'yes' }] }, '"active" must be true or false'],
      [{ format: 1, objects: [{ ...pet, adopted: { schema: 's', table: 't' } }] }, 'its table s.t is not adopted on this server'],
    ]) {
      const ran = gateway(['model', 'diff', write('bad', document)]);
      check(ran.status === 3 && ran.err.includes(sentence), `${JSON.stringify(document)}: ${ran.status} ${ran.err}`);
    }
    fs.writeFileSync(at('bad'), '{');
    same(gateway(['model', 'diff', at('bad')]).status, 3);
    same(gateway(['model', 'diff', at('nothing')]).status, 3);
    same(gateway(['model', 'diff']).status, 2);
  });
  await test('what the rules refuse is refused as a whole, each fault a line', async () => {
    const file = change('refused', (document) => {
      document.objects.push({ nameSingular: 'workspace', namePlural: 'workspaces', labelSingular: 'W', labelPlural: 'Ws', fields: [] }, { nameSingular: 'good', namePlural: 'goods', labelSingular: 'G', labelPlural: 'Gs', fields: [{ name: 'choice', type: 'SELECT', label: 'Choice' }] });
    });
    const ran = gateway(['model', 'import', file, '--yes']);
    same(ran.status, 1);
    includes(ran.err, 'workspace: This name is reserved');
    includes(ran.err, 'choice: Options are required for enum fields');
    includes(ran.err, 'the change was refused, and nothing of it was done');
    same(difference(at('a')), []);
  });
  await test('a document by hand, without ids, from standard input', async () => {
    const document = { format: 1, objects: [...JSON.parse(exported()).objects.map(function strip(one) { const { universalId, ...rest } = one; return rest.fields ? { ...rest, fields: rest.fields.map(strip) } : rest; })] };
    const ran = gateway(['model', 'diff', '-'], { input: JSON.stringify(document) });
    same([ran.status, ran.out], [0, '']);
  });
  await test('an adopted table: in the document, and on another server only once it is adopted there', async () => {
    const table = 'create table public.ledger (id uuid primary key default gen_random_uuid(), amount integer not null default 0, note text)';
    sql(table);
    const adopt = ['model', 'adopt', 'public.ledger', '--singular', 'entry', '--plural', 'entries', '--add-system-columns', '--yes'];
    succeeded(gateway(adopt));
    fs.writeFileSync(at('adopted'), exported());
    same(difference(at('adopted')), []);
    const ran = gateway(['model', 'import', at('adopted'), '--yes'], SECOND);
    same(ran.status, 1);
    includes(ran.err, 'entry: its table public.ledger is not adopted on this server: `gateway model adopt` does it');
    psql(SECOND.database, table);
    succeeded(gateway(adopt, SECOND));
    imported(at('adopted'), SECOND);
    same(difference(at('adopted'), SECOND), []);
    // A field that is added later has a column of ours; an adopted one keeps its own, whatever it is called.
    await until(2, 'entries are served', async () => (await send('GET', '/rest/entries')).status === 200);
    ids.entry = sqlOne(`select id from core.object where name_singular = 'entry'`);
    await add('entry', { type: 'TEXT', name: 'memo' });
    const note = sqlOne(`select id from core.field where name = 'note' and object_id = '${ids.entry}'`);
    await patch('fields', note, { name: 'remark', settings: { columnName: 'amount' } });
    verified();
    same(sql(`select column_name from information_schema.columns where table_name = 'ledger' and column_name in ('note', 'remark', 'memo') order by 1`), ['memo', 'note']);
    same((await expect(201, 'POST', '/rest/entries', { remark: 'r', memo: 'm', amount: 3 })).data.createEntry.remark, 'r');
    await patch('objects', ids.entry, { nameSingular: 'booking', namePlural: 'bookings' });
    verified();
    same((await expect(200, 'GET', '/rest/bookings')).data.bookings.map(({ remark }) => remark), ['r']);
    await expect(200, 'DELETE', `/rest/metadata/objects/${ids.entry}`);
    same(sql('select note from public.ledger'), ['r']);
    verified();
  });
});
