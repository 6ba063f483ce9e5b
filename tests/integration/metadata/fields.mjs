// /rest/metadata/fields against its contract (metadata 4): types, options, defaults, uniqueness, restrictions.
import { FIELDS, OBJECTS, SECOND, check, ctl, expect, main, makeField, makeObject, objectOf, patchField, readField, refused, remove, reported, same, send, sql, sqlOne, test, until, uuid } from './lib.mjs';

const INPUT = 'INVALID_FIELD_INPUT';

main(120, async () => {
  const thing = await makeObject('thing');
  const post = (body) => ['POST', FIELDS, { objectMetadataId: thing.id, name: 'probe', label: 'Probe', type: 'TEXT', ...body }];
  const store = async (body) => (await expect(201, 'POST', '/rest/things', body)).data.createThing;
  const stored = async (id) => (await expect(200, 'GET', `/rest/things/${id}`)).data.thing;
  const column = (name) => sqlOne(`select format_type(atttypid, atttypmod) || case when attnotnull then ' not null' else '' end
    from pg_attribute where attrelid = 'workspace._thing'::regclass and attname = '${name}'`);

  await test('M23 M24 M25 lists and single fields', async () => {
    const list = await expect(200, 'GET', `${FIELDS}?limit=5`);
    same([list.data.fields.length, list.pageInfo.hasNextPage], [5, true]);
    const next = await expect(200, 'GET', `${FIELDS}?limit=5&starting_after=${list.pageInfo.endCursor}`);
    check(!next.data.fields.some(({ id }) => list.data.fields.some((field) => field.id === id)), 'pages overlap');
    const one = list.data.fields[0];
    same((await readField(one.id.toUpperCase())), one);
    same((await expect(200, 'GET', `${FIELDS}/${one.id}`, undefined, { base: SECOND })).objectMetadataId, one.objectMetadataId);
    await refused(404, 'not found', undefined, 'GET', `${FIELDS}/${uuid()}`);
    await refused(400, 'UUID', undefined, 'GET', `${FIELDS}/x`);
    await refused(400, 'Invalid cursor', undefined, 'GET', `${FIELDS}?ending_before=x`);
  });

  await test('M26 M29 M31 M68 create, rename, delete', async () => {
    const field = await makeField(thing.id, 'TEXT', 'nick', { label: ' Nick   name ', description: 'd', icon: 'IconX' });
    same([field.name, field.label, field.objectMetadataId, field.isLabelSyncedWithName, field.isNullable, field.isUnique, field.isActive], ['nick', 'Nick name', thing.id, false, true, false, true]);
    const record = await store({ nick: 'one' });
    same(record.nick, 'one');
    same((await patchField(field.id, { label: 'Other' })).label, 'Other');
    same((await expect(200, 'PUT', `${FIELDS}/${field.id}`, { label: 'Again', name: 'alias' })).data.updateOneField.name, 'alias');
    same((await stored(record.id)).alias, 'one');
    same(column('alias'), 'text');
    same((await remove(FIELDS, field.id)).deleteOneField.id, field.id);
    await refused(404, 'not found', undefined, 'GET', `${FIELDS}/${field.id}`);
    await refused(404, 'not found', undefined, 'DELETE', `${FIELDS}/${field.id}`);
    check(!('alias' in (await stored(record.id))), 'the value is gone');
    same(column('alias'), undefined);
  });

  await test('M30 an unknown field to update is a 400', () => refused(400, 'not found', undefined, 'PATCH', `${FIELDS}/${uuid()}`, { label: 'x' }));

  await test('M27 M28 M67 M69 M70 M96 names, types, objects', async () => {
    const field = await makeField(thing.id, 'TEXT', 'myField', { label: 'My field', isLabelSyncedWithName: true });
    same(field.isLabelSyncedWithName, true);
    await reported('fieldMetadata', [['NOT_AVAILABLE', 'Name "myField" is not available as it is already used by another field']], ...post({ name: 'myField' }));
    await refused(400, 'name should not be empty', undefined, ...post({ name: '' }));
    await refused(400, 'type must be a valid enum value', undefined, ...post({ type: 'WORD' }));
    await reported('fieldMetadata', [[INPUT, 'must start with lowercase letter']], ...post({ name: 'with space' }));
    for (const name of ['type', 'ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid']) {
      await reported('fieldMetadata', [[INPUT, 'This name is reserved']], ...post({ name }));
    }
    await reported('fieldMetadata', [['OBJECT_METADATA_NOT_FOUND', 'not found']], ...post({ objectMetadataId: uuid() }));
    const errors = await reported('fieldMetadata', [['NAME_NOT_SYNCED_WITH_LABEL', 'Name is not synced with label']], ...post({ isLabelSyncedWithName: true, label: 'Else' }));
    same(errors.length, 1);
    await reported('fieldMetadata', [[INPUT, 'NUMERIC is not supported for field creation. Use NUMBER instead.']], ...post({ type: 'NUMERIC' }));
    await reported('fieldMetadata', [[INPUT, 'POSITION is a system type']], ...post({ type: 'POSITION' }));
    await reported('fieldMetadata', [[INPUT, 'TS Vector is not supported']], ...post({ type: 'TS_VECTOR' }));
    await makeField(thing.id, 'EMAILS', 'contact');
    await reported('fieldMetadata', [['RESERVED_KEYWORD', 'Name "contactPrimaryEmail" is reserved composite field name']], ...post({ name: 'contactPrimaryEmail' }));
    await makeField(thing.id, 'TEXT', 'linkPrimaryLinkUrl');
    await reported('fieldMetadata', [['NOT_AVAILABLE', 'linkPrimaryLinkUrl']], ...post({ name: 'link', type: 'LINKS' }));
    await reported('fieldMetadata', [['FIELD_MUTATION_NOT_ALLOWED', 'Name is not synced with label.']], 'PATCH', `${FIELDS}/${field.id}`, { label: 'Elsewhere' });
  });

  await test('every creatable type makes a column that takes a value', async () => {
    const options = [{ value: 'ONE', label: 'One', color: 'red', position: 0 }, { value: 'TWO', label: 'Two', color: 'blue', position: 1 }];
    const cases = [
      ['UUID', uuid()], ['TEXT', 'text'], ['BOOLEAN', true], ['NUMBER', 1.5], ['DATE', '2024-02-29'], ['DATE_TIME', '2024-02-29T10:00:00.000Z'],
      ['RATING', 'RATING_3'], ['SELECT', 'ONE', { options }], ['MULTI_SELECT', ['ONE', 'TWO'], { options }], ['RAW_JSON', { a: [1] }],
      ['ARRAY', ['a', 'b']], ['FILES', [], { settings: { maxNumberOfValues: 2 } }], ['FULL_NAME', { firstName: 'A', lastName: 'B' }],
      ['EMAILS', { primaryEmail: 'a@b.co', additionalEmails: null }], ['PHONES', undefined], ['LINKS', undefined], ['ADDRESS', undefined],
      ['CURRENCY', { amountMicros: 1000000, currencyCode: 'EUR' }], ['ACTOR', undefined], ['RICH_TEXT', undefined],
    ];
    for (const [type, value, more] of cases) {
      const name = `of${type.replaceAll('_', '').toLowerCase()}`;
      const field = await makeField(thing.id, type, name, more);
      same([field.type, field.name], [type, name]);
      const record = await store(value === undefined ? {} : { [name]: value });
      if (value !== undefined && type !== 'FILES') same(record[name], value, type);
    }
    same(column('ofnumber'), 'double precision');
    const rating = await readField((await objectOf('thing')).fields.find(({ name }) => name === 'ofrating').id);
    same(rating.options.map(({ value, color }) => [value, color]), [1, 2, 3, 4, 5].map((n) => [`RATING_${n}`, null]).map(([v]) => [v, undefined]));
  });

  await test('defaults: written by the database, checked beforehand', async () => {
    const cases = [
      ['TEXT', "'abc'", 'abc', ['abc', 1]], ['BOOLEAN', true, true, ['true']], ['NUMBER', 5, 5, ["'5'"]],
      ['DATE', "'2024-01-02'", '2024-01-02', ['2024-01-02', "'soon'"]], ['ARRAY', ["'a'"], ['a'], ['a', ['a']]],
      ['CURRENCY', { amountMicros: 5, currencyCode: "'EUR'" }, { amountMicros: 5, currencyCode: 'EUR' }, [{ currencyCode: 'EUR' }, { color: "'red'" }]],
      ['RAW_JSON', { a: "it's" }, { a: "it's" }, []],
    ];
    for (const [type, value, expected, wrong] of cases) {
      for (const bad of wrong) await reported('fieldMetadata', [[INPUT, 'Default value']], ...post({ type, defaultValue: bad }));
      const name = `preset${type.replaceAll('_', '').toLowerCase()}`;
      const field = await makeField(thing.id, type, name, { defaultValue: value });
      same(field.defaultValue, value, type);
      same((await store({}))[name], expected, type);
    }
    const moment = await makeField(thing.id, 'DATE_TIME', 'since', { defaultValue: 'now' });
    check(Math.abs(Date.parse((await store({})).since) - Date.now()) < 60000, 'now');
    await patchField(moment.id, { defaultValue: null });
    same((await store({})).since, null);
  });

  await test('a default that no record could be created with is refused', async () => {
    const wrong = [
      ['RAW_JSON', "'x'", 'Invalid object value'], ['LINKS', { secondaryLinks: 'x' }, 'Invalid object value'], ['LINKS', { secondaryLinks: [{ url: 1 }] }, 'Invalid string value'],
      ['PHONES', { additionalPhones: [{ number: 1 }] }, 'Invalid string value'], ['EMAILS', { primaryEmail: "'nobody'" }, 'email field'],
      ['EMAILS', { additionalEmails: ['nobody'] }, 'email field'], ['ACTOR', { source: "'API'", name: "''", workspaceMemberId: "'x'" }, 'workspaceMemberId'],
    ];
    for (const [type, defaultValue, message] of wrong) await reported('fieldMetadata', [[INPUT, message]], ...post({ type, defaultValue }));
    await store({});
    const field = await makeField(thing.id, 'EMAILS', 'postbox', { defaultValue: { primaryEmail: "'a@example.com'" } });
    await reported('fieldMetadata', [[INPUT, 'email field']], 'PATCH', `${FIELDS}/${field.id}`, { defaultValue: { primaryEmail: "'nobody'" } });
    same((await store({})).postbox.primaryEmail, 'a@example.com');
    await remove(FIELDS, field.id);
  });

  await test('every type that may not be empty, and gets its default by itself, takes a record that does not name it', async () => {
    const types = ['TEXT', 'BOOLEAN', 'NUMBER', 'UUID', 'DATE', 'DATE_TIME', 'ARRAY', 'RAW_JSON', 'ACTOR', 'FULL_NAME', 'EMAILS', 'PHONES', 'LINKS', 'ADDRESS', 'CURRENCY', 'RICH_TEXT'];
    for (const type of types) {
      const field = await makeField(thing.id, type, 'needed', { isNullable: false });
      const record = await store({});
      check(record.needed !== null, type);
      if (type === 'RAW_JSON') same([record.needed, (await store({ needed: {} })).needed, (await stored(record.id)).needed], [{}, {}, {}]);
      await remove(FIELDS, field.id);
    }
  });

  await test('large numbers do not keep the model from being loaded', async () => {
    const made = [
      await makeField(thing.id, 'NUMBER', 'huge', { defaultValue: 1e308 }),
      await makeField(thing.id, 'RAW_JSON', 'hugeToo', { defaultValue: { a: 1e300, b: 12345678901234567890 } }),
      await makeField(thing.id, 'SELECT', 'farOff', { options: [{ value: 'B', label: 'b', position: 1e20 }, { value: 'A', label: 'a', position: -1.5 }] }),
    ];
    same((await store({})).huge, 1e308);
    ctl('gateway_tool', 'model', 'verify'); // throws when it disagrees
    await until(2, 'the other gateway knows them', async () => ((await send('GET', '/rest/things?limit=1', undefined, { base: SECOND })).json.data.things[0] ?? {}).huge !== undefined);
    for (const { id } of made) await remove(FIELDS, id);
  });

  await test('existing records get the default of a field that may not be empty', async () => {
    const before = await store({ name: 'before' });
    await makeField(thing.id, 'NUMBER', 'amount', { isNullable: false, defaultValue: 7 });
    same((await stored(before.id)).amount, 7);
    same(column('amount'), 'double precision not null');
    const text = await makeField(thing.id, 'TEXT', 'remark', { isNullable: false });
    same([text.defaultValue, column('remark')], ["''", 'text not null']);
  });

  await test('M71 M72 M73 M74 M77 options', async () => {
    const option = { id: uuid(), value: 'A', label: 'a', color: 'red', position: 0 };
    const refuse = (message, ...options) => reported('fieldMetadata', [[INPUT, message]], ...post({ type: 'SELECT', options }));
    for (const type of ['SELECT', 'MULTI_SELECT']) {
      await reported('fieldMetadata', [[INPUT, 'Options are required for enum fields']], ...post({ type, options: [] }));
      await reported('fieldMetadata', [[INPUT, 'Options are required for enum fields']], ...post({ type }));
    }
    for (const id of ['x', null, '', 1]) await refuse('Option id is invalid', { ...option, id });
    for (const key of ['label', 'value']) {
      for (const bad of [undefined, null]) await refuse(`Option ${key} is required`, { ...option, [key]: bad });
      for (const bad of ['', ' ', 1]) await refuse(`Option ${key} must be a string of at least one character`, { ...option, [key]: bad });
      await refuse(`Option ${key} exceeds 63 characters`, { ...option, [key]: 'A'.repeat(64) });
    }
    await refuse('Label must not contain a comma', { ...option, label: 'a,b' });
    await refuse('Value must be in UPPER_CASE and follow snake_case "notUpper"', { ...option, value: 'notUpper' });
    await refuse('Option color is invalid', { ...option, color: 'beige' });
    await refuse('Duplicated option value', option, { ...option, id: uuid(), value: ' A ', position: 1 });
    await refuse('Duplicated option id', option, { ...option, value: 'B', position: 1 });
    await refuse('Duplicated option position', option, { ...option, id: uuid(), value: 'B' });
    await reported('fieldMetadata', [[INPUT, 'Default value "\'B\'" must be one of the option values']], ...post({ type: 'SELECT', options: [option], defaultValue: "'B'" }));
    await reported('fieldMetadata', [[INPUT, 'Default value should be as quoted string']], ...post({ type: 'SELECT', options: [option], defaultValue: 'A' }));
    await reported('fieldMetadata', [[INPUT, 'Default value for select must be a string got number']], ...post({ type: 'SELECT', options: [option], defaultValue: 1 }));
    await reported('fieldMetadata', [[INPUT, 'Default value for multi-select must be an array']], ...post({ type: 'MULTI_SELECT', options: [option], defaultValue: "'A'" }));
    await reported('fieldMetadata', [[INPUT, 'at least one value']], ...post({ type: 'MULTI_SELECT', options: [option], defaultValue: [] }));
    await reported('fieldMetadata', [[INPUT, 'Default values must be unique']], ...post({ type: 'MULTI_SELECT', options: [option], defaultValue: ["'A'", "'A'"] }));
    const field = await makeField(thing.id, 'SELECT', 'spaced', { options: [{ value: ' AB ', label: ' a   b ', position: 0 }] });
    same([field.options[0].value, field.options[0].label, typeof field.options[0].color], ['AB', 'a b', 'string']);
  });

  await test('options that are renamed or dropped take the stored values along', async () => {
    const make = (...values) => values.map((value, position) => ({ value, label: value, color: 'red', position }));
    const select = await makeField(thing.id, 'SELECT', 'stage', { options: make('A', 'B', 'C'), defaultValue: "'A'" });
    const multi = await makeField(thing.id, 'MULTI_SELECT', 'tags', { options: make('A', 'B', 'C') });
    const records = {};
    for (const value of ['A', 'B', 'C']) records[value] = (await store({ stage: value, tags: [value, 'C'].filter((v, i, all) => all.indexOf(v) === i) })).id;
    // A and B change places, C goes.
    const swap = ([a, b]) => [{ ...a, value: 'B' }, { ...b, value: 'A' }];
    const changed = await patchField(select.id, { options: swap(select.options) });
    same(changed.defaultValue, "'B'", 'the default follows its option');
    await patchField(multi.id, { options: swap(multi.options) });
    const now = {};
    for (const value of ['A', 'B', 'C']) now[value] = await stored(records[value]);
    same([now.A.stage, now.B.stage, now.C.stage], ['B', 'A', null]);
    same([now.A.tags, now.B.tags, now.C.tags], [['B'], ['A'], []]);
    await reported('fieldMetadata', [[INPUT, 'must be one of the option values']], 'PATCH', `${FIELDS}/${select.id}`, { defaultValue: "'C'" });
    // Only the default: existing records stay.
    await patchField(select.id, { defaultValue: "'A'" });
    same((await stored(records.A)).stage, 'B');
    same((await store({})).stage, 'A');
    await patchField(select.id, { options: [{ value: 'B', label: 'B', color: 'red', position: 0 }] });
    same((await readField(select.id)).defaultValue, null, 'a default that is gone');
    same([(await stored(records.A)).stage, (await stored(records.B)).stage], ['B', null]);
  });

  await test('M80 uniqueness: real, refused over duplicates, and nothing is left behind', async () => {
    const code = await makeField(thing.id, 'TEXT', 'code', { isUnique: true });
    same(code.isUnique, true);
    const first = await store({ code: 'x' });
    same((await send('POST', '/rest/things', { code: 'x' })).status, 400);
    await patchField(code.id, { isUnique: false });
    await store({ code: 'x' });
    const answer = await refused(400, 'Cannot make "code" unique: some records have the same value', undefined, 'PATCH', `${FIELDS}/${code.id}`, { isUnique: true, label: 'Changed' });
    check(answer.code === INPUT, JSON.stringify(answer));
    same([(await readField(code.id)).isUnique, (await readField(code.id)).label], [false, 'code']);
    same(sqlOne(`select count(*) from pg_indexes where indexname in ('uniq_thing_code', 'gone_thing_code')`), '0');
    await expect(200, 'DELETE', `/rest/things/${first.id}?soft_delete=true`);
    same((await patchField(code.id, { isUnique: true })).isUnique, true, 'deleted records do not count');
    await reported('fieldMetadata', [[INPUT, 'Unique field cannot have a default value']], 'PATCH', `${FIELDS}/${code.id}`, { defaultValue: "'a'" });
    await reported('fieldMetadata', [[INPUT, 'Unique field cannot have a default value']], ...post({ isUnique: true, defaultValue: "'a'" }));
    await reported('fieldMetadata', [[INPUT, 'Unique index cannot be created for field probe of type ADDRESS']], ...post({ type: 'ADDRESS', isUnique: true }));
    same((await makeField(thing.id, 'EMAILS', 'mail', { isUnique: true })).isUnique, true);
    await store({ mail: { primaryEmail: 'a@b.co' } });
    same((await send('POST', '/rest/things', { mail: { primaryEmail: 'A@b.co' } })).status, 400);
  });

  await test('nullability: refused while records have no value', async () => {
    const field = await makeField(thing.id, 'NUMBER', 'size');
    const empty = await store({ name: 'no size' });
    await reported('fieldMetadata', [[INPUT, 'Default value cannot be null for non-nullable fields']], 'PATCH', `${FIELDS}/${field.id}`, { isNullable: false });
    await refused(400, 'some records have no value in it', undefined, 'PATCH', `${FIELDS}/${field.id}`, { isNullable: false, defaultValue: 1 });
    same((await readField(field.id)).isNullable, true);
    sql('update workspace._thing set size = 1 where size is null');
    same((await patchField(field.id, { isNullable: false, defaultValue: 1 })).isNullable, false);
    same(column('size'), 'double precision not null');
    same((await store({})).size, 1);
    // While it is inactive nobody writes it.
    await patchField(field.id, { isActive: false });
    const meanwhile = await store({ name: 'meanwhile' });
    check(!('size' in meanwhile), 'an inactive field is not shown');
    sql(`update workspace._thing set size = null where id = '${meanwhile.id}'`);
    await patchField(field.id, { isActive: true });
    same([(await stored(meanwhile.id)).size, column('size')], [1, 'double precision not null']);
    same((await stored(empty.id)).size, 1);
    const text = await makeField(thing.id, 'TEXT', 'motto');
    same((await stored(empty.id)).motto, '', 'nothing reads as the empty text');
    same((await patchField(text.id, { isNullable: false, defaultValue: "''" })).isNullable, false, 'so it is one');
  });

  await test('M83 settings', async () => {
    for (const settings of [undefined, {}, { maxNumberOfValues: 0 }, { maxNumberOfValues: 11 }, { maxNumberOfValues: 'x' }]) {
      await reported('fieldMetadata', [[INPUT, 'maxNumberOfValues']], ...post({ type: 'FILES', settings }));
    }
    await reported('fieldMetadata', [[INPUT, 'Files field is not supported for unique fields']], ...post({ type: 'FILES', settings: { maxNumberOfValues: 1 }, isUnique: true }));
    for (const [type, settings] of [['NUMBER', { dataType: 'double' }], ['TEXT', { displayedMaxRows: -1 }], ['DATE', { displayFormat: 'x' }], ['LINKS', { type: 'x' }], ['ADDRESS', { subFields: ['x'] }], ['TEXT', 1]]) {
      await reported('fieldMetadata', [[INPUT, 'ettings']], ...post({ type, settings }));
    }
    const field = await makeField(thing.id, 'NUMBER', 'share', { settings: { dataType: 'int', decimals: 0, type: 'percentage' } });
    same(field.settings, { type: 'percentage', dataType: 'int', decimals: 0 });
    same((await patchField(field.id, { settings: { decimals: 2 } })).settings, { decimals: 2 });
  });

  await test('M86 M87 standard and system fields', async () => {
    const company = await objectOf('company');
    const field = (name) => company.fields.find((one) => one.name === name);
    await refused(403, 'Cannot edit standard field metadata properties: isLabelSyncedWithName, name', 'FIELD_MUTATION_NOT_ALLOWED', 'PATCH', `${FIELDS}/${field('name').id}`, { name: 'other', isLabelSyncedWithName: true });
    await reported('fieldMetadata', [['FIELD_MUTATION_NOT_ALLOWED', 'Cannot delete unique index that have not been created by the workspace custom application']], 'PATCH', `${FIELDS}/${field('domainName').id}`, { isUnique: false });
    await reported('fieldMetadata', [['FIELD_MUTATION_NOT_ALLOWED', 'System fields cannot be updated']], 'PATCH', `${FIELDS}/${field('createdAt').id}`, { label: 'x' });
    await reported('fieldMetadata', [['FIELD_MUTATION_NOT_ALLOWED', 'System fields cannot be deleted']], 'DELETE', `${FIELDS}/${field('createdAt').id}`);
    await reported('fieldMetadata', [[INPUT, "Standard Fields can't be deleted"]], 'DELETE', `${FIELDS}/${field('address').id}`);
    const changed = await patchField(field('address').id, { label: 'Where', isActive: false });
    same([changed.overrides, changed.label], [{ label: 'Where', isActive: false }, 'Where']);
    check(!('address' in (await expect(200, 'GET', '/rest/companies?limit=1')).data.companies), 'address');
    const back = await patchField(field('address').id, { label: 'Address', isActive: true });
    check(!('overrides' in back), 'overrides');
    const city = await makeField((await objectOf('person')).id, 'TEXT', 'city');
    same((await expect(201, 'POST', '/rest/people', { city: 'Turku' })).data.createPerson.city, 'Turku');
    await remove(FIELDS, city.id);
  });

  await test('what is searched follows the fields', async () => {
    const found = async (word) => JSON.stringify(await expect(200, 'GET', `/rest/search?searchInput=${word}`)).includes('zanzibar');
    const field = await makeField(thing.id, 'TEXT', 'place');
    await store({ name: 'x', place: 'zanzibar' });
    await store({ name: 'zanzibar' });
    same(await found('zanzibar'), true);
    same((await patchField(field.id, { isSearchable: true })).isSearchable, true);
    same(Number(sqlOne(`select count(*) from workspace._thing where "searchVector" @@ 'zanzibar'`)), 2);
    await patchField(field.id, { name: 'region' });
    await store({ name: 'y', region: 'zanzibar' });
    same(Number(sqlOne(`select count(*) from workspace._thing where "searchVector" @@ 'zanzibar'`)), 3);
    await remove(FIELDS, field.id);
    same(Number(sqlOne(`select count(*) from workspace._thing where "searchVector" @@ 'zanzibar'`)), 1);
  });

  await test('nothing that comes in makes an error of ours', async () => {
    for (const body of [[], 'x', 1, null, { objectMetadataId: thing.id, type: 'SELECT', name: 'z', label: 'z', options: 'x' }, { objectMetadataId: thing.id, type: 'RELATION', name: 'z', label: 'z', relationCreationPayload: [] },
      { objectMetadataId: thing.id, type: 'TEXT', name: 'z', label: 'z', defaultValue: { a: { b: [] } }, settings: [], options: {} }, { type: ['TEXT'], name: {}, label: [] }]) {
      for (const [method, path] of [['POST', FIELDS], ['POST', OBJECTS], ['PATCH', `${OBJECTS}/${thing.id}`]]) {
        const answer = await send(method, path, body);
        check(answer.status === 400 || (method === 'PATCH' && answer.status === 200), `${method} ${path} ${JSON.stringify(body)}: ${answer.status} ${answer.text}`);
      }
    }
    same((await send('POST', FIELDS, '{"name": ')).status, 400);
  });
  await remove(OBJECTS, thing.id);
});
