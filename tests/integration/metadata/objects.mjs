// /rest/metadata/objects against its contract (metadata 1 and 3).
import { FIELDS, OBJECTS, SECOND, check, create, expect, includes, main, makeField, makeObject, objectOf, patchObject, read, readObject, refused, remove, reported, same, sameKeys, send, sql, sqlOne, test, timePattern, until, uuid, uuidPattern } from './lib.mjs';

const MEMBER = process.env.PORTTI_MEMBER_KEY;
const INPUT = 'INVALID_OBJECT_INPUT';
const names = (fields) => fields.map(({ name }) => name);

main(120, async () => {
  await test('M1 M2 M11 lists and single objects, in the older envelope', async () => {
    const list = await expect(200, 'GET', OBJECTS);
    check(Array.isArray(list.data.objects) && list.data.objects.length === 8, JSON.stringify(list).slice(0, 200));
    sameKeys(list.pageInfo, ['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor']);
    same(list.totalCount, 8);
    const company = list.data.objects.find(({ nameSingular }) => nameSingular === 'company');
    const one = (await expect(200, 'GET', `${OBJECTS}/${company.id}`)).data.object;
    same(one, company);
    check(one.fields.length > 10 && !('overrides' in one), 'company');
    same([one.isRemote, one.isActive, one.isSystem, one.isUIReadOnly, one.openRecordIn], [false, true, false, false, 'SIDE_PANEL']);
    same(one.duplicateCriteria, [['name'], ['domainNamePrimaryLinkUrl']]);
    check(timePattern.test(one.createdAt) && uuidPattern.test(one.applicationId) && uuidPattern.test(one.workspaceId), 'times and ids');
    const name = one.fields.find((field) => field.name === 'name');
    same([name.type, name.isNullable, name.isUnique, name.options, name.defaultValue], ['TEXT', true, false, null, null]);
  });

  await test('M1 M11 and in the newer one', async () => {
    const list = await expect(200, 'GET', OBJECTS, undefined, { base: SECOND });
    check(Array.isArray(list.data) && list.totalCount === 8, 'the list');
    const one = await expect(200, 'GET', `${OBJECTS}/${list.data[0].id}`, undefined, { base: SECOND });
    same(one.id, list.data[0].id);
  });

  await test('M5 M6 M7 M8 pages', async () => {
    const whole = (await expect(200, 'GET', OBJECTS)).data.objects.map(({ id }) => id);
    same(whole, [...whole].sort().reverse(), 'descending ids');
    const first = await expect(200, 'GET', `${OBJECTS}?limit=3`);
    same(first.data.objects.map(({ id }) => id), whole.slice(0, 3));
    same(first.pageInfo, { hasNextPage: true, hasPreviousPage: false, startCursor: whole[0], endCursor: whole[2] });
    const second = await expect(200, 'GET', `${OBJECTS}?limit=3&starting_after=${first.pageInfo.endCursor}`);
    same(second.data.objects.map(({ id }) => id), whole.slice(3, 6));
    same([second.pageInfo.hasPreviousPage, second.totalCount], [true, 8]);
    const back = await expect(200, 'GET', `${OBJECTS}?limit=2&ending_before=${second.pageInfo.startCursor}`);
    same(back.data.objects.map(({ id }) => id), whole.slice(1, 3));
    same(back.pageInfo.hasNextPage, true);
    const none = await expect(200, 'GET', `${OBJECTS}?starting_after=00000000-0000-0000-0000-000000000000`);
    same(none.pageInfo, { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null });
    await refused(400, 'cannot be used together', undefined, 'GET', `${OBJECTS}?starting_after=${uuid()}&ending_before=${uuid()}`);
    await refused(400, 'Invalid cursor: not-a-uuid', undefined, 'GET', `${OBJECTS}?starting_after=not-a-uuid`);
    for (const limit of ['x', '-1', '1.5']) await refused(400, `limit '${limit}' is invalid. Should be an integer`, undefined, 'GET', `${OBJECTS}?limit=${limit}`);
    same((await expect(200, 'GET', `${FIELDS}?limit=1000`)).data.fields.length, Math.min(200, (await expect(200, 'GET', `${FIELDS}?limit=1`)).totalCount));
  });

  await test('M12 M14 ids', async () => {
    const company = await objectOf('company');
    same((await readObject(company.id.toUpperCase())).id, company.id);
    await refused(404, 'not found', undefined, 'GET', `${OBJECTS}/${uuid()}`);
    for (const method of ['PATCH', 'PUT', 'DELETE']) await refused(404, 'not found', undefined, method, `${OBJECTS}/${uuid()}`, method === 'DELETE' ? undefined : { labelSingular: 'x' });
    await refused(400, 'UUID', undefined, 'GET', `${OBJECTS}/company`);
  });

  await test('only keys whose role has the settings may look and change', async () => {
    for (const [method, path] of [['GET', OBJECTS], ['GET', FIELDS], ['POST', OBJECTS]]) {
      await refused(403, 'Entity performing the request does not have permission', undefined, method, path, method === 'POST' ? {} : undefined, { token: MEMBER });
    }
  });

  let pet;
  await test('M66 a new object has the system fields, and is used on the very next request', async () => {
    pet = await makeObject('pet', 'pets', { labelSingular: 'Pet', labelPlural: 'Pets', description: '  a   friend ', icon: 'IconPaw', color: 'blue', shortcut: 'P' });
    same([pet.description, pet.icon, pet.color, pet.shortcut], ['a friend', 'IconPaw', 'blue', 'P']);
    same(names(pet.fields.filter(({ isSystem }) => isSystem)), ['id', 'createdAt', 'updatedAt', 'deletedAt', 'createdBy', 'updatedBy', 'position', 'searchVector']);
    const name = pet.fields.find((field) => field.name === 'name');
    same([name.type, name.label, name.icon, name.isNullable, pet.labelIdentifierFieldMetadataId], ['TEXT', 'Name', 'IconAbc', true, name.id]);
    same(pet.fields.find((field) => field.name === 'createdBy').defaultValue, { name: "''", source: "'MANUAL'" });
    const made = (await expect(201, 'POST', '/rest/pets', { name: 'Rex' })).data.createPet;
    same((await expect(200, 'GET', `/rest/pets/${made.id}`)).data.pet.name, 'Rex');
    await until(1, 'the other gateway knows it', async () => (await send('GET', `/rest/pets/${made.id}`, undefined, { base: SECOND })).status === 200);
    same((await expect(200, 'GET', '/rest/search?searchInput=rex')).data?.length ?? 1, 1);
  });

  await test('M63 its default relations', async () => {
    const note = await objectOf('noteTarget');
    for (const [forward, target] of [['noteTargets', 'noteTarget'], ['taskTargets', 'taskTarget']]) {
      const field = pet.fields.find(({ name }) => name === forward);
      same([field.type, field.settings], ['RELATION', { relationType: 'ONE_TO_MANY' }]);
      const back = (await objectOf(target)).fields.find(({ name }) => name === 'targetPet');
      same([back.type, back.settings, back.label], ['MORPH_RELATION', { relationType: 'MANY_TO_ONE', onDelete: 'CASCADE', joinColumnName: 'targetPetId' }, 'Pet']);
    }
    const [mine, theirs] = ['targetPet', 'targetPerson'].map((name) => note.fields.find((field) => field.name === name));
    same(mine.morphId, theirs.morphId);
    const record = await (await expect(201, 'POST', '/rest/pets', { name: 'Tom' })).data.createPet;
    const about = await create('notes', { title: 'about Tom' });
    const link = (await expect(201, 'POST', '/rest/noteTargets', { noteId: about.id, targetPetId: record.id })).data.createNoteTarget;
    same(link.targetPetId, record.id);
    same((await expect(200, 'GET', `/rest/pets/${record.id}?depth=1`)).data.pet.noteTargets.map(({ id }) => id), [link.id]);
  });

  await test('M16 M17 M45 M47 M50 M51 names and labels', async () => {
    const post = (body) => ['POST', OBJECTS, { nameSingular: 'thing', namePlural: 'things', labelSingular: 'Thing', labelPlural: 'Things', ...body }];
    await reported('objectMetadata', [['OBJECT_ALREADY_EXISTS', 'Object already exists']], ...post({ nameSingular: 'pet', namePlural: 'pets' }));
    await reported('objectMetadata', [['OBJECT_ALREADY_EXISTS', 'Object already exists']], ...post({ nameSingular: 'companies' }));
    await refused(400, 'nameSingular should not be empty', undefined, ...post({ nameSingular: '' }));
    const all = await refused(400, ['nameSingular should not be empty', 'labelPlural should not be empty', 'icon must be a string'], undefined, 'POST', OBJECTS, { icon: 1 });
    includes(all.messages[0], 'namePlural should not be empty');
    await reported('objectMetadata', [[INPUT, 'must start with lowercase letter']], ...post({ nameSingular: 'Not_Camel_Case' }));
    await reported('objectMetadata', [[INPUT, 'must start with lowercase letter']], ...post({ namePlural: 'Not_Camel_Case' }));
    await reported('objectMetadata', [[INPUT, 'Name is too short'], [INPUT, 'must start with lowercase letter']], ...post({ nameSingular: '   ' }));
    await reported('objectMetadata', [[INPUT, 'Name is too long']], ...post({ nameSingular: 'a'.repeat(64) }));
    await reported('objectMetadata', [[INPUT, 'This name is reserved']], ...post({ nameSingular: 'user' }));
    await reported('objectMetadata', [[INPUT, 'cannot be the same']], ...post({ namePlural: ' thing ' }));
    await reported('objectMetadata', [[INPUT, 'Object label is too short']], ...post({ labelPlural: '  ' }));
    await reported('objectMetadata', [[INPUT, 'Remote objects are not supported yet']], ...post({ isRemote: true }));
    await reported('objectMetadata', [[INPUT, 'Names are not synced with labels']], ...post({ isLabelSyncedWithName: true, labelPlural: 'Other' }));
    const errors = await reported('objectMetadata', [], ...post({ nameSingular: 'user', namePlural: 'X', labelSingular: ' ' }));
    check(errors.length === 3, `all failures at once: ${JSON.stringify(errors)}`);
    const synced = await makeObject('annualReport', 'annualReports', { labelSingular: 'Annual  réport', labelPlural: 'Annual réports', isLabelSyncedWithName: true });
    same([synced.isLabelSyncedWithName, synced.labelSingular], [true, 'Annual réport']);
    await remove(OBJECTS, synced.id);
  });

  await test('names may be as long as a name may be', async () => {
    const long = 'a'.repeat(63);
    const object = await makeObject(long, `b${long.slice(1)}`);
    await expect(201, 'POST', `/rest/b${long.slice(1)}`, { name: 'x' });
    same((await remove(OBJECTS, object.id)).deleteOneObject.id, object.id);
  });

  await test('an object that GraphQL could not serve is refused, and none is taken from it', async () => {
    const clash = (method, path, body) => refused(400, 'in GraphQL', 'INVALID_OBJECT_INPUT', method, path, body);
    const body = (nameSingular, namePlural) => ({ nameSingular, namePlural, labelSingular: 'x', labelPlural: 'xs' });
    for (const name of ['date', 'time', 'position', 'actor', 'float', 'query', 'companyEdge', 'companyDuplicates']) await clash('POST', OBJECTS, body(name, `${name}Kinds`));
    const made = await makeObject('personMoodEnum', 'personMoodEnums');
    const options = [{ value: 'A', label: 'a', position: 0 }];
    await clash('POST', FIELDS, { objectMetadataId: (await objectOf('person')).id, type: 'SELECT', name: 'mood', label: 'mood', options });
    await clash('PATCH', `${OBJECTS}/${made.id}`, { nameSingular: 'taskConnection' });
    await patchObject(made.id, { isActive: false, nameSingular: 'date' });
    await clash('PATCH', `${OBJECTS}/${made.id}`, { isActive: true });
    await remove(OBJECTS, made.id);
    const answer = await expect(200, 'POST', '/graphql', { query: '{people(first:1){totalCount} tasks(first:1){totalCount}}' });
    check(answer.data.people && answer.data.tasks, 'both are served');
  });

  await test('skipNameField', async () => {
    const object = await makeObject('nameless', 'namelesses', { skipNameField: true });
    check(!names(object.fields).includes('name'), 'there is a name');
    same(object.labelIdentifierFieldMetadataId, object.fields.find(({ name }) => name === 'id').id);
    await expect(201, 'POST', '/rest/namelesses', {});
    await remove(OBJECTS, object.id);
  });

  await test('M20 M54 M61 M101 a rename keeps the records and moves the names that follow it', async () => {
    const record = (await expect(201, 'POST', '/rest/pets', { name: 'Kept' })).data.createPet;
    const answer = await expect(200, 'PUT', `${OBJECTS}/${pet.id}`, { nameSingular: 'house', namePlural: 'houses', labelSingular: 'House', labelPlural: 'Houses' });
    const house = answer.data.updateOneObject;
    same([house.id, house.nameSingular, house.namePlural, house.labelSingular, house.labelPlural], [pet.id, 'house', 'houses', 'House', 'Houses']);
    same((await expect(200, 'GET', `/rest/houses/${record.id}`)).data.house.name, 'Kept');
    same((await send('GET', `/rest/pets/${record.id}`)).status, 400);
    const target = (await objectOf('noteTarget')).fields.filter(({ name }) => ['targetPet', 'targetHouse'].includes(name));
    same(target.map(({ name, label, settings }) => [name, label, settings.joinColumnName]), [['targetHouse', 'House', 'targetHouseId']]);
    same(sql(`select count(*) from pg_class where relname ~ 'pet' and relname !~ '_pkey$'`), ['0'], 'old names of tables and indexes');
    const again = await makeObject('pet', 'pets');
    await expect(201, 'POST', '/rest/pets', { name: 'another' });
    await remove(OBJECTS, again.id);
    await patchObject(pet.id, { nameSingular: 'pet', namePlural: 'pets', labelSingular: 'Pet', labelPlural: 'Pets' });
  });

  await test('M52 label and image identifiers', async () => {
    const patch = (body) => ['PATCH', `${OBJECTS}/${pet.id}`, body];
    const number = await makeField(pet.id, 'NUMBER', 'legs');
    const text = await makeField(pet.id, 'TEXT', 'nickname');
    await refused(400, 'labelIdentifierFieldMetadataId must be a UUID', undefined, ...patch({ labelIdentifierFieldMetadataId: 'x' }));
    await reported('objectMetadata', [[INPUT, 'not found']], ...patch({ labelIdentifierFieldMetadataId: uuid() }));
    await reported('objectMetadata', [[INPUT, 'not compatible']], ...patch({ labelIdentifierFieldMetadataId: number.id }));
    await reported('objectMetadata', [[INPUT, 'labelIdentifierFieldMetadataId cannot be null']], ...patch({ labelIdentifierFieldMetadataId: null }));
    same((await patchObject(pet.id, { labelIdentifierFieldMetadataId: text.id, imageIdentifierFieldMetadataId: number.id })).labelIdentifierFieldMetadataId, text.id);
    await reported('fieldMetadata', [['FIELD_MUTATION_NOT_ALLOWED', 'please update the label identifier field first']], 'DELETE', `${FIELDS}/${text.id}`);
    await reported('fieldMetadata', [['LABEL_IDENTIFIER_FIELD_METADATA_ID_NOT_FOUND', 'cannot be deactivated']], 'PATCH', `${FIELDS}/${text.id}`, { isActive: false });
    same((await patchObject(pet.id, { imageIdentifierFieldMetadataId: null })).imageIdentifierFieldMetadataId, undefined);
    await patchObject(pet.id, { labelIdentifierFieldMetadataId: pet.labelIdentifierFieldMetadataId });
  });

  await test('M59 standard objects: what may change is kept beside what the model says', async () => {
    const company = await objectOf('company');
    const at = `${OBJECTS}/${company.id}`;
    await refused(400, 'Cannot edit standard object metadata properties: labelIdentifierFieldMetadataId, nameSingular', undefined, 'PATCH', at, { nameSingular: 'firm', labelIdentifierFieldMetadataId: company.fields[0].id });
    let changed = await patchObject(company.id, { labelSingular: 'Firm', description: null, icon: 'IconX' });
    same([changed.labelSingular, changed.overrides], ['Firm', { labelSingular: 'Firm', description: null, icon: 'IconX' }]);
    check(!('description' in changed), 'description');
    changed = await patchObject(company.id, { labelSingular: 'Company', description: company.description, icon: company.icon });
    check(!('overrides' in changed) && changed.labelSingular === 'Company', 'the original value takes the override away');
    await reported('objectMetadata', [[INPUT, 'Standard objects cannot be deleted']], 'DELETE', at);
    const target = await objectOf('noteTarget');
    await reported('objectMetadata', [[INPUT, 'System objects cannot be deleted']], 'DELETE', `${OBJECTS}/${target.id}`);
    await reported('objectMetadata', [[INPUT, 'System objects cannot be updated directly']], 'PATCH', `${OBJECTS}/${target.id}`, { isSearchable: true });
  });

  await test('an inactive object is not served, and comes back with its records', async () => {
    const record = (await expect(201, 'POST', '/rest/pets', { name: 'Sleeper' })).data.createPet;
    same((await patchObject(pet.id, { isActive: false })).isActive, false);
    same((await send('GET', '/rest/pets')).status, 400);
    same((await readObject(pet.id)).isActive, false);
    await patchObject(pet.id, { isActive: true });
    same((await expect(200, 'GET', `/rest/pets/${record.id}`)).data.pet.name, 'Sleeper');
  });

  await test('M56 a deleted object takes its table and the fields that led to it along', async () => {
    const gone = await remove(OBJECTS, pet.id);
    same([gone.deleteOneObject.id, 'fields' in gone.deleteOneObject], [pet.id, false]);
    await refused(404, 'not found', undefined, 'GET', `${OBJECTS}/${pet.id}`);
    same((await send('GET', '/rest/pets')).status, 400);
    same(sqlOne(`select count(*) from pg_class where relname in ('_pet', '_house')`), '0');
    check(!names((await objectOf('noteTarget')).fields).includes('targetPet'), 'targetPet');
    same(sqlOne(`select count(*) from core.record_count where object_id = '${pet.id}'`), '0');
    const note = await create('notes', { title: 'still works' });
    same((await read('notes', note.id)).title, 'still works');
  });
});
