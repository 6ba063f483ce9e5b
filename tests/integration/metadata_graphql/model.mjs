// Objects, fields and relations over GraphQL (contract/metadata 2 to 4).
import { ask, check, data, expect, main, MEMBER, refused, reported, same, sameKeys, send, test, uuid, uuidPattern } from './lib.mjs';

const ALL = '{ objects(paging: {first: 1000}) { edges { node { id nameSingular namePlural isSystem isActive } } } }';
const objects = async () => (await data(ALL)).objects.edges.map(({ node }) => node);
const objectOf = async (name) => (await objects()).find(({ nameSingular }) => nameSingular === name);

const createObject = (object, selection = 'id') => data(`mutation($object: CreateObjectInput!) { createOneObject(input: {object: $object}) { ${selection} } }`, { object }).then((made) => made.createOneObject);
const CREATE_OBJECT = 'mutation($object: CreateObjectInput!) { createOneObject(input: {object: $object}) { id } }';
const CREATE_FIELD = 'mutation($field: CreateFieldInput!) { createOneField(input: {field: $field}) { id } }';
const createField = (field, selection = 'id') => data(CREATE_FIELD.replace('{ id }', `{ ${selection} }`), { field }).then((made) => made.createOneField);
const updateObject = (id, update, selection = 'id') => data(`mutation($id: UUID!, $update: UpdateObjectPayload!) { updateOneObject(input: {id: $id, update: $update}) { ${selection} } }`, { id, update }).then((made) => made.updateOneObject);
const updateField = (id, update, selection = 'id') => data(`mutation($id: UUID!, $update: UpdateFieldInput!) { updateOneField(input: {id: $id, update: $update}) { ${selection} } }`, { id, update }).then((made) => made.updateOneField);
const UPDATE_FIELD = 'mutation($id: UUID!, $update: UpdateFieldInput!) { updateOneField(input: {id: $id, update: $update}) { id } }';
const UPDATE_OBJECT = 'mutation($id: UUID!, $update: UpdateObjectPayload!) { updateOneObject(input: {id: $id, update: $update}) { id } }';
const deleteObject = (id) => data('mutation($id: UUID!) { deleteOneObject(input: {id: $id}) { id nameSingular } }', { id }).then((made) => made.deleteOneObject);
const named = (singular, more = {}) => ({ nameSingular: singular, namePlural: `${singular}s`, labelSingular: singular, labelPlural: `${singular}s`, ...more });

main(120, async () => {
  let pet;
  await test('M65 objects with paging 1000 are all there', async () => {
    const rest = (await expect(200, 'GET', '/rest/metadata/objects?limit=200')).data.objects;
    same((await objects()).map(({ id }) => id), rest.map(({ id }) => id));
  });
  await test('M140 at most 10 without paging, ids descending', async () => {
    const { objects: page } = await data('{ objects { edges { node { id } cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }');
    check(page.edges.length <= 10 && page.edges.length > 0, page.edges.length);
    const list = page.edges.map(({ node }) => node.id);
    same(list, [...list].sort().reverse());
    same(Buffer.from(page.edges[0].cursor, 'base64').toString(), `{"id":"${list[0]}"}`);
    same([page.pageInfo.startCursor, page.pageInfo.endCursor], [page.edges[0].cursor, page.edges.at(-1).cursor]);
    const { fields } = await data('{ fields { edges { node { id } } pageInfo { hasNextPage } } }');
    same([fields.edges.length, fields.pageInfo.hasNextPage], [10, true]);
  });
  await test('pages forward and backward', async () => {
    const page = async (paging) => (await data('query($paging: CursorPaging!) { fields(paging: $paging) { edges { node { id } cursor } pageInfo { hasNextPage hasPreviousPage } } }', { paging })).fields;
    const all = (await page({ first: 1000 })).edges;
    const second = await page({ first: 3, after: all[2].cursor });
    same(second.edges, all.slice(3, 6));
    same(second.pageInfo, { hasNextPage: true, hasPreviousPage: true });
    const back = await page({ last: 2, before: all[3].cursor });
    same(back.edges, all.slice(1, 3));
    same(back.pageInfo, { hasNextPage: true, hasPreviousPage: true });
    same((await page({ last: 2 })).edges, all.slice(-2));
    same((await page({ first: 0 })).edges, []);
    same((await page({ before: all[1].cursor })).edges, all.slice(0, 1));
  });
  await test('M141, M142 pages that cannot be', async () => {
    const cursor = Buffer.from(`{"id":"${uuid()}"}`).toString('base64');
    const page = (paging) => ['query($paging: CursorPaging!) { objects(paging: $paging) { edges { cursor } } }', { paging }];
    for (const paging of [{ first: 1, last: 1 }, { first: 1, before: cursor }, { last: 1, after: cursor }, { after: cursor, before: cursor }]) await refused('BAD_USER_INPUT', 'paging', ...page(paging));
    await refused('BAD_USER_INPUT', 'Requested page size of 1001 exceeds the maximum size of 1000', ...page({ first: 1001 }));
    await refused('BAD_USER_INPUT', 'Page size cannot be negative', ...page({ first: -1 }));
    for (const after of ['x', 'e30=', Buffer.from('{"id":"x"}').toString('base64'), 5]) await refused('BAD_USER_INPUT', 'Invalid cursor: ', ...page({ after }));
    await refused('BAD_USER_INPUT', 'exceeds the maximum', '{ objects { edges { node { fields(paging: {first: 1001}) { edges { cursor } } } } } }');
  });
  await test('filters', async () => {
    const all = await objects();
    const ids = async (filter) => (await data('query($filter: ObjectFilter!) { objects(filter: $filter, paging: {first: 1000}) { edges { node { id } } } }', { filter })).objects.edges.map(({ node }) => node.id);
    const of = (keep) => all.filter(keep).map(({ id }) => id);
    const [{ id }] = all;
    same(await ids({ isSystem: { is: false }, isActive: { is: true } }), of(({ isSystem, isActive }) => !isSystem && isActive));
    same(await ids({ isSystem: { isNot: false } }), of(({ isSystem }) => isSystem));
    same(await ids({ id: { eq: id } }), [id]);
    same(await ids({ id: { eq: id.toUpperCase() } }), [id]);
    same(await ids({ id: { neq: id } }), of((one) => one.id !== id));
    same(await ids({ id: { in: [id, uuid()] } }), [id]);
    same(await ids({ id: { notIn: [id] } }), of((one) => one.id !== id));
    same(await ids({ id: { lt: id } }), of((one) => one.id < id));
    same(await ids({ id: { gte: id } }), [id]);
    same(await ids({ id: { like: `${id.slice(0, 8)}%` } }), of((one) => one.id.startsWith(id.slice(0, 8))));
    same(await ids({ id: { eq: 'nonsense' } }), []);
    same(await ids({ or: [{ id: { eq: id } }, { isSystem: { is: true } }] }), of((one) => one.id === id || one.isSystem));
    same(await ids({ and: [{ isSystem: { is: true } }, { isSystem: { is: false } }] }), []);
    same(await ids({ and: [], or: [] }), of(() => true));
    same(await ids({ isRemote: { is: true } }), []);
    const company = await objectOf('company');
    const { fields } = await data('query($id: UUID) { fields(paging: {first: 1000}, filter: {objectMetadataId: {eq: $id}, isSystem: {is: false}}) { edges { node { objectMetadataId isSystem } } } }', { id: company.id });
    check(fields.edges.length > 4 && fields.edges.every(({ node }) => node.objectMetadataId === company.id && node.isSystem === false), JSON.stringify(fields).slice(0, 200));
  });
  await test('exact selection: aliases, __typename, nesting', async () => {
    const company = await objectOf('company');
    const { one } = await data('query($id: UUID!) { one: object(id: $id) { __typename key: nameSingular fieldsList { name again: name object { namePlural } } } }', { id: company.id });
    sameKeys(one, ['__typename', 'key', 'fieldsList']);
    same([one.__typename, one.key, one.fieldsList[0].object], ['Object', 'company', { namePlural: 'companies' }]);
    check(one.fieldsList.every((field) => field.name === field.again && Object.keys(field).length === 3), JSON.stringify(one.fieldsList[0]));
  });
  await test('an object says over GraphQL what it says over REST', async () => {
    const company = await objectOf('company');
    const scalars = 'id universalIdentifier applicationId nameSingular namePlural labelSingular labelPlural description icon color shortcut isRemote isActive isSystem isUIEditable isUICreatable isUIReadOnly isSearchable isLabelSyncedWithName openRecordIn readability writability labelIdentifierFieldMetadataId imageIdentifierFieldMetadataId duplicateCriteria createdAt updatedAt';
    const fieldScalars = 'id universalIdentifier label name objectMetadataId type defaultValue isActive isLabelSyncedWithName isSystem isUIEditable isUIReadOnly writability options createdAt updatedAt description icon isNullable isUnique isSearchable isAuditLogged settings morphId applicationId';
    const { object } = await data(`query($id: UUID!) { object(id: $id) { ${scalars} fieldsList { ${fieldScalars} } } }`, { id: company.id });
    const rest = (await expect(200, 'GET', `/rest/metadata/objects/${company.id}`)).data.object;
    const { fieldsList, ...own } = object;
    for (const [key, value] of Object.entries(own)) same(value, rest[key] ?? null, key);
    for (const field of fieldsList) {
      const other = rest.fields.find(({ id }) => id === field.id);
      for (const [key, value] of Object.entries(field)) same(value, other[key] ?? null, `${field.name}.${key}`);
    }
    same(fieldsList.length, rest.fields.length);
  });
  await test('unknown and malformed ids', async () => {
    const id = uuid();
    await refused('NOT_FOUND', `Unable to find ObjectMetadataEntity with id: ${id}`, 'query($id: UUID!) { object(id: $id) { id } }', { id });
    await refused('NOT_FOUND', `Unable to find FieldMetadataEntity with id: ${id}`, 'query($id: UUID!) { field(id: $id) { id } }', { id });
    await refused('BAD_USER_INPUT', "'x' is not a valid UUID", '{ object(id: "x") { id } }');
    await refused('NOT_FOUND', '', UPDATE_OBJECT, { id, update: { labelSingular: 'x' } });
    await refused('NOT_FOUND', '', 'mutation($id: UUID!) { deleteOneObject(input: {id: $id}) { id } }', { id });
  });
  await test('M63, M66 a new object, usable at once', async () => {
    pet = await createObject(named('pet', { labelSingular: 'Pet', labelPlural: 'Pets' }), 'id nameSingular labelIdentifierFieldMetadataId isActive applicationId fieldsList { id name type isSystem settings relation { type targetObjectMetadata { nameSingular } targetFieldMetadata { name type } } }');
    check(uuidPattern.test(pet.id) && pet.isActive === true, JSON.stringify(pet).slice(0, 200));
    const byName = Object.fromEntries(pet.fieldsList.map((field) => [field.name, field]));
    for (const name of ['id', 'createdAt', 'updatedAt', 'deletedAt', 'createdBy', 'updatedBy', 'position', 'searchVector']) same(byName[name].isSystem, true, name);
    same([byName.name.type, byName.name.isSystem, pet.labelIdentifierFieldMetadataId], ['TEXT', false, byName.name.id]);
    const relation = byName.noteTargets.relation;
    same(relation, { type: 'ONE_TO_MANY', targetObjectMetadata: { nameSingular: 'noteTarget' }, targetFieldMetadata: { name: 'targetPet', type: 'MORPH_RELATION' } });
    same((await send('GET', '/rest/pets')).status, 200);
    const made = await send('POST', '/graphql', { query: 'mutation { createPet(data: {name: "Rex"}) { id name } }' });
    same(made.json?.data?.createPet?.name, 'Rex', made.text);
  });
  await test('several metadata kinds in one request', async () => {
    const answer = await data('query($id: UUID!) { object(id: $id) { nameSingular } fields(paging: {first: 1}) { edges { node { id } } } webhooks { id } getRoles { label } apiKeys { name } currentWorkspace { id } objectRecordCounts { objectNamePlural totalCount } }', { id: pet.id });
    same([answer.object.nameSingular, answer.fields.edges.length, answer.webhooks], ['pet', 1, []]);
    check(answer.getRoles.length >= 2 && answer.apiKeys.length >= 2 && uuidPattern.test(answer.currentWorkspace.id), JSON.stringify(answer));
    same(answer.objectRecordCounts.find(({ objectNamePlural }) => objectNamePlural === 'pets'), { objectNamePlural: 'pets', totalCount: 1 });
    const both = await data('mutation($a: CreateObjectInput!, $b: CreateObjectInput!) { one: createOneObject(input: {object: $a}) { id } two: createOneObject(input: {object: $b}) { id nameSingular } }', { a: named('first'), b: named('second') });
    same(both.two.nameSingular, 'second');
    const half = await ask('mutation($a: CreateObjectInput!) { a: createOneObject(input: {object: $a}) { id } }', { a: named('first') });
    same(half.json.data, null);
    for (const { id } of Object.values(both)) await deleteObject(id);
  });
  await test('M45, M47, M50, M51 names and labels', async () => {
    await reported('objectMetadata', [['INVALID_OBJECT_INPUT', 'Name is not valid']], CREATE_OBJECT, { object: named('Not_Camel_Case') });
    const blank = await reported('objectMetadata', [['INVALID_OBJECT_INPUT', 'Name is too short']], CREATE_OBJECT, { object: named('x', { nameSingular: '   ' }) });
    check(blank.length >= 2, JSON.stringify(blank));
    await reported('objectMetadata', [['INVALID_OBJECT_INPUT', 'cannot be the same']], CREATE_OBJECT, { object: named('same', { namePlural: ' same ' }) });
    await reported('objectMetadata', [['INVALID_OBJECT_INPUT', 'Object label is too short']], CREATE_OBJECT, { object: named('short', { labelPlural: '   ' }) });
    await reported('objectMetadata', [['OBJECT_ALREADY_EXISTS', '']], CREATE_OBJECT, { object: named('pet') });
  });
  await test('M46 an empty name is no name', async () => {
    await refused('BAD_USER_INPUT', 'namePlural should not be empty', CREATE_OBJECT, { object: named('x', { namePlural: '' }) });
    await refused('BAD_USER_INPUT', 'nameSingular should not be empty', CREATE_OBJECT, { object: named('x', { nameSingular: '' }) });
  });
  await test('M52 label identifiers', async () => {
    const number = await createField({ type: 'NUMBER', name: 'age', label: 'Age', objectMetadataId: pet.id });
    for (const labelIdentifierFieldMetadataId of ['x', uuid(), number.id, null]) {
      const answer = await ask(UPDATE_OBJECT, { id: pet.id, update: { labelIdentifierFieldMetadataId } });
      check(answer.json.errors?.length > 0, `${labelIdentifierFieldMetadataId}: ${answer.text.slice(0, 200)}`);
    }
  });
  await test('M54 renaming takes the default relations along', async () => {
    const house = await updateObject(pet.id, named('house', { labelSingular: 'House', labelPlural: 'Houses' }), 'nameSingular namePlural labelSingular labelPlural fieldsList { name relation { targetFieldMetadata { name label settings } } }');
    same([house.nameSingular, house.namePlural, house.labelSingular], ['house', 'houses', 'House']);
    const { targetFieldMetadata: mirror } = house.fieldsList.find(({ name }) => name === 'noteTargets').relation;
    same([mirror.name, mirror.settings.joinColumnName], ['targetHouse', 'targetHouseId']);
    same((await send('GET', '/rest/houses')).status, 200);
    await updateObject(pet.id, named('pet', { labelSingular: 'Pet', labelPlural: 'Pets' }));
  });
  await test('M59 a standard object keeps its names and its label identifier', async () => {
    const company = await objectOf('company');
    await refused('BAD_USER_INPUT', 'Cannot edit standard object metadata properties', UPDATE_OBJECT, { id: company.id, update: { labelIdentifierFieldMetadataId: company.id } });
    const error = await refused('BAD_USER_INPUT', 'nameSingular', UPDATE_OBJECT, { id: company.id, update: { nameSingular: 'firm' } });
    same(error.extensions.subCode, 'INVALID_OBJECT_INPUT');
  });
  await test('updateManyObjects is all or nothing', async () => {
    const many = 'mutation($inputs: [UpdateOneObjectInput!]!) { updateManyObjects(inputs: $inputs) { id description } }';
    const company = await objectOf('company');
    const both = [{ id: pet.id, update: { description: 'A pet' } }, { id: company.id, update: { description: 'A firm' } }];
    same((await data(many, { inputs: both })).updateManyObjects, [{ id: pet.id, description: 'A pet' }, { id: company.id, description: 'A firm' }]);
    await refused('NOT_FOUND', '', many, { inputs: [{ id: pet.id, update: { description: 'other' } }, { id: uuid(), update: {} }] });
    same((await data('query($id: UUID!) { object(id: $id) { description } }', { id: pet.id })).object.description, 'A pet');
    same((await data(many, { inputs: [] })).updateManyObjects, []);
  });
  await test('M67, M68, M80 fields', async () => {
    const text = await createField({ type: 'TEXT', name: 'nickName', label: 'Nick name', isLabelSyncedWithName: true, objectMetadataId: pet.id }, 'id name type isLabelSyncedWithName isUnique isNullable');
    same([text.name, text.type, text.isLabelSyncedWithName, text.isUnique], ['nickName', 'TEXT', true, false]);
    same((await createField({ type: 'TEXT', name: 'colour', label: 'Color', objectMetadataId: pet.id }, 'isLabelSyncedWithName')).isLabelSyncedWithName, false);
    same((await createField({ type: 'TEXT', name: 'chip', label: 'Chip', isUnique: true, objectMetadataId: pet.id }, 'isUnique')).isUnique, true);
    const select = await createField({ type: 'SELECT', name: 'mood', label: 'Mood', objectMetadataId: pet.id, defaultValue: "'GOOD'", options: [{ label: ' Very   good ', value: ' GOOD ', position: 0, color: 'green' }, { label: 'Bad', value: 'BAD', position: 1, color: 'red' }] }, 'id defaultValue options');
    same(select.options.map(({ label, value }) => [label, value]), [['Very good', 'GOOD'], ['Bad', 'BAD']]);
    same((await updateField(select.id, { description: 'How it feels' }, 'description')).description, 'How it feels');
    const one = await data('query($id: UUID!) { object(id: $id) { indexMetadataList { name isUnique isCustom indexType indexWhereClause indexFieldMetadataList { fieldMetadataId order subFieldName } } } }', { id: pet.id });
    check(one.object.indexMetadataList.some(({ name, isUnique, isCustom }) => /chip/.test(name) && isUnique && isCustom), JSON.stringify(one));
  });
  await test('M69 to M74, M83 fields that cannot be', async () => {
    const objectMetadataId = pet.id;
    same((await reported('fieldMetadata', [['NAME_NOT_SYNCED_WITH_LABEL', 'Name is not synced with label']], CREATE_FIELD, { field: { type: 'TEXT', name: 'one', label: 'Other', isLabelSyncedWithName: true, objectMetadataId } })).length, 1);
    for (const type of ['NUMERIC', 'POSITION', 'TS_VECTOR']) await reported('fieldMetadata', [['INVALID_FIELD_INPUT', '']], CREATE_FIELD, { field: { type, name: 'wrong', label: 'Wrong', objectMetadataId } });
    const select = (options, more = {}) => reported('fieldMetadata', [['INVALID_FIELD_INPUT', '']], CREATE_FIELD, { field: { type: 'SELECT', name: 'wrong', label: 'Wrong', objectMetadataId, options, ...more } });
    const option = (more) => ({ label: 'A', value: 'A', position: 0, color: 'red', ...more });
    for (const options of [[], [option({ id: 'x' })], [option({ value: 'lower' })], [option({ label: 'a,b' })], [option(), option()], [option(), option({ value: ' A ', position: 1 })], [option({ label: undefined })], [option({ value: null })]]) await select(options);
    for (const settings of [undefined, { maxNumberOfValues: 0 }, { maxNumberOfValues: 11 }]) await reported('fieldMetadata', [['INVALID_FIELD_INPUT', '']], CREATE_FIELD, { field: { type: 'FILES', name: 'wrong', label: 'Wrong', objectMetadataId, settings } });
    await reported('fieldMetadata', [['NOT_AVAILABLE', 'already used by another field']], CREATE_FIELD, { field: { type: 'TEXT', name: 'chip', label: 'Chip', objectMetadataId } });
    check((await ask(CREATE_FIELD, { field: { type: 'NONSENSE', name: 'x', label: 'x', objectMetadataId } })).json.errors?.length > 0, 'an unknown type is taken');
  });
  await test('M86 standard fields keep their names', async () => {
    const company = await objectOf('company');
    const { fields } = await data('query($id: UUID!) { fields(paging: {first: 1000}, filter: {objectMetadataId: {eq: $id}}) { edges { node { id name } } } }', { id: company.id });
    const { id } = fields.edges.map(({ node }) => node).find(({ name }) => name === 'domainName');
    const error = await refused('FORBIDDEN', 'Cannot edit standard field metadata properties', UPDATE_FIELD, { id, update: { name: 'site' } });
    same(error.extensions.subCode, 'FIELD_MUTATION_NOT_ALLOWED');
  });
  await test('M90, M91 a relation and its mirror', async () => {
    const company = await objectOf('company');
    const side = 'id name type settings relation { type sourceObjectMetadata { id nameSingular } targetObjectMetadata { id nameSingular } sourceFieldMetadata { id name } targetFieldMetadata { id name settings object { nameSingular } } }';
    const made = await createField({ type: 'RELATION', name: 'sponsors', label: 'Sponsors', objectMetadataId: pet.id, relationCreationPayload: { type: 'ONE_TO_MANY', targetObjectMetadataId: company.id, targetFieldLabel: 'Mascot', targetFieldIcon: 'IconPaw' } }, side);
    same([made.relation.type, made.settings.joinColumnName ?? null, made.relation.sourceFieldMetadata.id], ['ONE_TO_MANY', null, made.id]);
    same(made.relation.targetFieldMetadata.settings.joinColumnName, 'mascotId');
    const { fields } = await data(`query($id: UUID!) { fields(filter: {id: {eq: $id}}) { edges { node { ${side} morphRelations { type } } } } }`, { id: made.relation.targetFieldMetadata.id });
    const [{ node: mirror }] = fields.edges;
    same([mirror.name, mirror.relation.type, mirror.relation.targetFieldMetadata.id, mirror.relation.targetObjectMetadata.id, mirror.morphRelations], ['mascot', 'MANY_TO_ONE', made.id, pet.id, null]);
    same((await data('mutation($id: UUID!) { deleteOneField(input: {id: $id}) { id name } }', { id: made.id })).deleteOneField, { id: made.id, name: 'sponsors' });
    await refused('NOT_FOUND', '', 'query($id: UUID!) { field(id: $id) { id } }', { id: mirror.id });
  });
  await test('a morph relation lists its targets', async () => {
    const [company, person] = [await objectOf('company'), await objectOf('person')];
    const payload = (target) => ({ type: 'MANY_TO_ONE', targetObjectMetadataId: target.id, targetFieldLabel: 'Pets', targetFieldIcon: 'IconPaw' });
    const made = await createField({ type: 'MORPH_RELATION', name: 'owner', label: 'Owner', objectMetadataId: pet.id, morphRelationsCreationPayload: [payload(company), payload(person)] }, 'type morphId relation { type } morphRelations { type targetObjectMetadata { nameSingular } sourceFieldMetadata { name } }');
    check(uuidPattern.test(made.morphId), JSON.stringify(made));
    same(made.relation, null);
    same(made.morphRelations.map((one) => [one.type, one.targetObjectMetadata.nameSingular, one.sourceFieldMetadata.name]).sort(), [['MANY_TO_ONE', 'company', 'ownerCompany'], ['MANY_TO_ONE', 'person', 'ownerPerson']]);
  });
  await test('M92 to M96 relations that cannot be', async () => {
    const company = await objectOf('company');
    const relation = (more, field = {}) => ({ field: { type: 'RELATION', name: 'boss', label: 'Boss', objectMetadataId: pet.id, relationCreationPayload: { type: 'MANY_TO_ONE', targetObjectMetadataId: company.id, targetFieldLabel: 'Minions', targetFieldIcon: 'IconX', ...more }, ...field } });
    for (const targetFieldLabel of ['', '   ', 'x'.repeat(64)]) await reported('fieldMetadata', [['INVALID_FIELD_INPUT', '']], CREATE_FIELD, relation({ targetFieldLabel }));
    for (const targetObjectMetadataId of [uuid(), 'x']) await reported('fieldMetadata', [['FIELD_METADATA_RELATION_MALFORMED', '']], CREATE_FIELD, relation({ targetObjectMetadataId }));
    for (const type of [undefined, 'wrong']) await reported('fieldMetadata', [['FIELD_METADATA_RELATION_MALFORMED', 'Relation creation payload is invalid']], CREATE_FIELD, relation({ type }));
    await reported('fieldMetadata', [['NOT_AVAILABLE', '']], CREATE_FIELD, relation({ targetFieldLabel: 'People' }));
    await reported('fieldMetadata', [['NOT_AVAILABLE', '']], CREATE_FIELD, relation({}, { name: 'chip' }));
  });
  await test('who may: reading the model wants a key, changing it settings', async () => {
    same((await data('{ objects(paging: {first: 1}) { edges { node { id } } } }', undefined, { token: MEMBER })).objects.edges.length, 1);
    for (const [query, variables] of [[CREATE_OBJECT, { object: named('x') }], [CREATE_FIELD, { field: { type: 'TEXT', name: 'x', label: 'x', objectMetadataId: pet.id } }], ['{ objectRecordCounts { totalCount } }']]) {
      const error = await refused('FORBIDDEN', 'Entity performing the request does not have permission', query, variables, { token: MEMBER });
      same(error.extensions.subCode, 'PERMISSION_DENIED');
    }
  });
  await test('M41 without a key', async () => {
    for (const [token, part] of [[null, 'Missing authentication token'], ['', 'Missing authentication token'], ['invalid-token', 'Token invalid.']]) {
      const answer = await ask('{ objects { edges { cursor } } }', undefined, { token });
      same([answer.status, answer.json.errors[0].extensions.code], [200, 'UNAUTHENTICATED'], answer.text);
      check(answer.json.errors[0].message === part, answer.text);
    }
  });
  await test('M56 deleting answers with the object', async () => {
    same(await deleteObject(pet.id), { id: pet.id, nameSingular: 'pet' });
    await refused('NOT_FOUND', '', 'query($id: UUID!) { object(id: $id) { id } }', { id: pet.id });
    check(!(await objects()).some(({ id }) => id === pet.id), 'it is still listed');
    const company = await objectOf('company');
    check((await ask('mutation($id: UUID!) { deleteOneObject(input: {id: $id}) { id } }', { id: company.id })).json.errors.length > 0, 'a standard object was deleted');
  });
});
