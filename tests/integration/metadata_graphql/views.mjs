// Views and what is in them, page layouts, over GraphQL and REST (contract/metadata 1.1, 2.1 to 2.3, 3 and 4).
import { ask, check, data, expect, main, MEMBER, refused, same, sameKeys, send, sqlOne, test, uuid } from './lib.mjs';

const REST = '/rest/metadata';
const OBJECT = 'mutation($object: CreateObjectInput!) { createOneObject(input: {object: $object}) { id } }';
const makeObject = async (singular) => (await data(OBJECT, { object: { nameSingular: singular, namePlural: `${singular}s`, labelSingular: singular, labelPlural: `${singular}s` } })).createOneObject.id;
const FIELD = 'mutation($field: CreateFieldInput!) { createOneField(input: {field: $field}) { id } }';
const makeField = async (objectMetadataId, type, name, more = {}) => (await data(FIELD, { field: { objectMetadataId, type, name, label: name, ...more } })).createOneField.id;
const updateField = (id, update) => data('mutation($id: UUID!, $update: UpdateFieldInput!) { updateOneField(input: {id: $id, update: $update}) { id } }', { id, update });
const deleteField = (id) => data('mutation($id: UUID!) { deleteOneField(input: {id: $id}) { id } }', { id });
const VIEW = 'id name type key icon position isCompact openRecordIn objectMetadataId isCustom kanbanAggregateOperation kanbanAggregateOperationFieldMetadataId mainGroupByFieldMetadataId calendarFieldMetadataId calendarEndFieldMetadataId calendarLayout visibility isActive deletedAt viewFields { id fieldMetadataId position size isVisible viewId } viewFilters { id } viewSorts { id } viewGroups { id fieldValue } viewFilterGroups { id } viewFieldGroups { id }';
const views = async (objectMetadataId) => (await data(`query($o: String) { getViews(objectMetadataId: $o) { ${VIEW} } }`, { o: objectMetadataId })).getViews;
const view = async (id) => (await data(`query($id: String!) { getView(id: $id) { ${VIEW} } }`, { id })).getView;
const CREATE = `mutation($input: CreateViewInput!) { createView(input: $input) { ${VIEW} } }`;
const createView = async (input) => (await data(CREATE, { input })).createView;
const fieldsOf = async (id) => (await expect(200, 'GET', `${REST}/objects/${id}`)).data.object.fields;
// Refused in a sentence with this part: the error's own, or one of its report's.
async function invalid(kind, part, query, variables) {
  const answer = await ask(query, variables);
  const [error] = answer.json?.errors ?? [];
  const sentences = [error?.message, ...(error?.extensions?.errors?.[kind] ?? []).flatMap((entry) => entry.errors.map(({ message }) => message))];
  check(sentences.some((one) => one?.includes(part)), `no "${part}" in ${answer.text.slice(0, 600)}`);
}

main(120, async () => {
  let cat;
  let index;
  let fields;
  const field = (name) => fields.find((one) => one.name === name).id;
  await test('M60 a new object has a TABLE view with key INDEX and five visible view fields', async () => {
    cat = await makeObject('cat');
    const all = await views(cat);
    same(all.length, 1);
    [index] = all;
    fields = await fieldsOf(cat);
    same([index.type, index.key, index.objectMetadataId, index.visibility, index.isActive, index.deletedAt], ['TABLE', 'INDEX', cat, 'WORKSPACE', true, null]);
    same(index.viewFields.map(({ isVisible }) => isVisible), [true, true, true, true, true]);
    same(index.viewFields.map(({ position }) => position), [0, 1, 2, 3, 4]);
    same(index.viewFields[0].fieldMetadataId, field('name'), 'the label identifier comes first');
    for (const one of index.viewFields) check(fields.some(({ id }) => id === one.fieldMetadataId), 'a field of another object');
  });
  await test('each object that is not a system object has one such view, standard ones too', async () => {
    const { data: { objects } } = await expect(200, 'GET', `${REST}/objects?limit=200`);
    for (const one of objects.filter(({ isSystem }) => !isSystem)) {
      const of = (await views(one.id)).filter(({ key }) => key === 'INDEX');
      same([of.length, of[0]?.viewFields.length], [1, 5], one.nameSingular);
    }
  });
  await test('M61 a rename keeps the view and its fields', async () => {
    await data('mutation($id: UUID!, $update: UpdateObjectPayload!) { updateOneObject(input: {id: $id, update: $update}) { id } }', { id: cat, update: { nameSingular: 'feline', namePlural: 'felines', labelSingular: 'feline', labelPlural: 'felines' } });
    const [after] = await views(cat);
    same([after.id, after.viewFields.map(({ id }) => id)], [index.id, index.viewFields.map(({ id }) => id)]);
    check(after.name.includes('felines'), `the name is ${after.name}`);
  });
  await test('views: create with defaults and with all, read, list by object and type, update, delete, destroy', async () => {
    const made = await createView({ name: 'Mine', icon: 'IconX', objectMetadataId: cat });
    same([made.name, made.type, made.key, made.isCompact, made.openRecordIn, made.visibility, made.viewFields], ['Mine', 'TABLE', null, false, 'SIDE_PANEL', 'WORKSPACE', []]);
    same(await view(made.id), made);
    const id = uuid();
    const born = await makeField(cat, 'DATE', 'born');
    const full = await createView({ id, name: 'Births', objectMetadataId: cat, type: 'CALENDAR', icon: 'IconCake', position: 3.5, isCompact: true, openRecordIn: 'RECORD_PAGE', calendarLayout: 'MONTH', calendarFieldMetadataId: born, visibility: 'UNLISTED' });
    same([full.id, full.type, full.icon, full.position, full.isCompact, full.openRecordIn, full.calendarLayout, full.calendarFieldMetadataId, full.visibility], [id, 'CALENDAR', 'IconCake', 3.5, true, 'RECORD_PAGE', 'MONTH', born, 'UNLISTED']);
    const typed = (viewTypes) => data('query($o: String, $t: [ViewType!]) { getViews(objectMetadataId: $o, viewTypes: $t) { id } }', { o: cat, t: viewTypes }).then((got) => got.getViews.map((one) => one.id));
    same(await typed(['CALENDAR']), [id]);
    same((await typed(['CALENDAR', 'TABLE'])).length, 3);
    same(await typed([]), []);
    const changed = (await data(`mutation($id: String!, $input: UpdateViewInput!) { updateView(id: $id, input: $input) { ${VIEW} } }`, { id: made.id, input: { name: 'Ours', isCompact: true } })).updateView;
    same(changed, { ...made, name: 'Ours', isCompact: true });
    same((await data('mutation($id: String!) { deleteView(id: $id) }', { id: made.id })).deleteView, true);
    same(await view(made.id), null);
    same((await views(cat)).some((one) => one.id === made.id), false);
    same((await data('mutation($id: String!) { destroyView(id: $id) }', { id: made.id })).destroyView, true);
    same(sqlOne(`select count(*) from core.view where id = '${made.id}'`), '0');
  });
  await test('M85 deactivating the calendar field of a view deletes that view', async () => {
    const [calendar] = (await views(cat)).filter(({ type }) => type === 'CALENDAR');
    await updateField(calendar.calendarFieldMetadataId, { isActive: false });
    same(await view(calendar.id), null);
  });
  let status;
  await test('a kanban: its SELECT must be one; its groups follow the options; its sum is reset when the field goes', async () => {
    const options = [{ label: 'New', value: 'NEW', color: 'red', position: 0 }, { label: 'Old', value: 'OLD', color: 'blue', position: 1 }];
    status = await makeField(cat, 'SELECT', 'status', { options });
    const weight = await makeField(cat, 'NUMBER', 'weight');
    await invalid('view', 'a kanban\'s columns are the options of a SELECT', CREATE, { input: { name: 'K', icon: 'IconX', objectMetadataId: cat, type: 'KANBAN', mainGroupByFieldMetadataId: weight } });
    const kanban = await createView({ name: 'K', icon: 'IconX', objectMetadataId: cat, type: 'KANBAN', mainGroupByFieldMetadataId: status, kanbanAggregateOperation: 'SUM', kanbanAggregateOperationFieldMetadataId: weight });
    const groups = (await data('mutation($inputs: [CreateViewGroupInput!]!) { createManyViewGroups(inputs: $inputs) { id fieldValue position isVisible } }', { inputs: ['NEW', 'OLD'].map((fieldValue, position) => ({ viewId: kanban.id, fieldValue, position })) })).createManyViewGroups;
    same(groups.map(({ fieldValue }) => fieldValue), ['NEW', 'OLD']);
    const kept = fields.length && (await fieldsOf(cat)).find(({ name }) => name === 'status').options;
    await updateField(status, { options: [{ ...kept[0], value: 'FRESH' }] });
    same((await view(kanban.id)).viewGroups.map(({ fieldValue }) => fieldValue), ['FRESH']);
    await updateField(weight, { isActive: false });
    await deleteField(weight);
    const after = await view(kanban.id);
    same([after.kanbanAggregateOperation, after.kanbanAggregateOperationFieldMetadataId], ['COUNT', null]);
    await updateField(status, { isActive: false });
    same(await view(kanban.id), null);
  });
  const parts = [
    ['viewField', 'ViewField', () => ({ viewId: index.id, fieldMetadataId: field('deletedAt') }), { size: 90, isVisible: false }],
    ['viewFilter', 'ViewFilter', () => ({ viewId: index.id, fieldMetadataId: field('name'), operand: 'CONTAINS', value: 'a' }), { value: 'b', operand: 'IS' }],
    ['viewFilterGroup', 'ViewFilterGroup', () => ({ viewId: index.id, logicalOperator: 'AND' }), { logicalOperator: 'OR' }],
    ['viewSort', 'ViewSort', () => ({ viewId: index.id, fieldMetadataId: field('createdAt'), direction: 'ASC' }), { direction: 'DESC' }],
    ['viewGroup', 'ViewGroup', () => ({ viewId: index.id, fieldValue: 'X', isVisible: true }), { isVisible: false, position: 4 }],
    ['viewFieldGroup', 'ViewFieldGroup', () => ({ viewId: index.id, name: 'Basics' }), { name: 'All' }],
  ];
  for (const [name, type, make, change] of parts) {
    const path = `${name}s`;
    const keys = Object.keys(change).join(' ');
    await test(`${name}: create, read, list, update, delete, destroy over GraphQL`, async () => {
      const made = (await data(`mutation($input: Create${type}Input!) { create${type}(input: $input) { id viewId ${keys} } }`, { input: make() }))[`create${type}`];
      same(made.viewId, index.id);
      const read = async () => (await data(`query($id: String!) { get${type}(id: $id) { id viewId ${keys} } }`, { id: made.id }))[`get${type}`];
      same(await read(), made);
      const list = async () => (await data(`query($v: String!) { get${type}s(viewId: $v) { id } }`, { v: index.id }))[`get${type}s`].map(({ id }) => id);
      check((await list()).includes(made.id), 'it is not in the list');
      check((await view(index.id))[path].some(({ id }) => id === made.id), 'it is not in its view');
      const nested = name !== 'viewFilterGroup';
      const changed = nested
        ? (await data(`mutation($input: Update${type}Input!) { update${type}(input: $input) { id viewId ${keys} } }`, { input: { id: made.id, update: change } }))
        : (await data(`mutation($id: String!, $input: Update${type}Input!) { update${type}(id: $id, input: $input) { id viewId ${keys} } }`, { id: made.id, input: change }));
      same(changed[`update${type}`], { ...made, ...change });
      const boolean = ['viewFilterGroup', 'viewSort'].includes(name);
      const end = (verb) => nested
        ? data(`mutation($input: ${verb}${type}Input!) { ${verb.toLowerCase()}${type}(input: $input) ${boolean ? '' : '{ id }'} }`, { input: { id: made.id } })
        : data(`mutation($id: String!) { ${verb.toLowerCase()}${type}(id: $id) }`, { id: made.id });
      same((await end('Delete'))[`delete${type}`], boolean ? true : { id: made.id });
      check(!(await list()).includes(made.id), 'it is still in the list');
      same(await read(), null);
      same((await end('Destroy'))[`destroy${type}`], boolean ? true : { id: made.id });
      await refused('NOT_FOUND', 'not found', nested ? `mutation { destroy${type}(input: {id: "${made.id}"}) ${boolean ? '' : '{ id }'} }` : `mutation { destroy${type}(id: "${made.id}") }`);
    });
    await test(`${name}: the same over REST`, async () => {
      const made = await expect(201, 'POST', `${REST}/${path}`, make());
      same(made.viewId, index.id);
      same(await expect(200, 'GET', `${REST}/${path}/${made.id}`), made);
      const page = await expect(200, 'GET', `${REST}/${path}?viewId=${index.id}&limit=1`);
      sameKeys(page, ['data', 'pageInfo', 'totalCount']);
      same([page.data.length, page.pageInfo.startCursor], [1, page.data[0].id]);
      const { updatedAt, ...rest } = await expect(200, 'PATCH', `${REST}/${path}/${made.id}`, change);
      same(rest, { ...made, ...change, updatedAt: undefined });
      check(updatedAt >= made.updatedAt, 'updatedAt');
      same(await expect(200, 'DELETE', `${REST}/${path}/${made.id}`), { success: true });
      same((await send('GET', `${REST}/${path}/${made.id}`)).status, 404);
      same((await send('DELETE', `${REST}/${path}/${made.id}`)).status, 404);
    });
  }
  await test('views over REST; unknown and malformed ids; both cursors', async () => {
    const made = await expect(201, 'POST', `${REST}/views`, { name: 'R', icon: 'IconX', objectMetadataId: cat });
    same(made.name, 'R');
    same((await expect(200, 'PATCH', `${REST}/views/${made.id}`, { name: 'S' })).name, 'S');
    const of = await expect(200, 'GET', `${REST}/views?objectMetadataId=${cat}`);
    same([of.totalCount, of.data.map(({ objectMetadataId }) => objectMetadataId === cat).every(Boolean)], [2, true]);
    const first = await expect(200, 'GET', `${REST}/views?limit=3`);
    const second = await expect(200, 'GET', `${REST}/views?limit=3&starting_after=${first.pageInfo.endCursor}`);
    check(!second.data.some(({ id }) => first.data.some((one) => one.id === id)), 'the pages overlap');
    const back = await expect(200, 'GET', `${REST}/views?limit=3&ending_before=${second.pageInfo.startCursor}`);
    same(back.data.map(({ id }) => id), first.data.map(({ id }) => id));
    same((await send('GET', `${REST}/views?starting_after=x`)).status, 400);
    same((await send('GET', `${REST}/views?objectMetadataId=x`)).status, 400);
    same(await expect(200, 'DELETE', `${REST}/views/${made.id}`), { success: true });
    for (const id of [made.id, uuid()]) same((await send('GET', `${REST}/views/${id}`)).status, 404);
    same((await send('GET', `${REST}/views/x`)).status, 400);
    same((await send('PUT', `${REST}/views/${index.id}`, {})).status, 405);
  });
  await test('page layouts, tabs and widgets over REST', async () => {
    const layout = await expect(201, 'POST', `${REST}/pageLayouts`, { name: 'Board', type: 'DASHBOARD' });
    const tab = await expect(201, 'POST', `${REST}/pageLayoutTabs`, { title: 'One', pageLayoutId: layout.id });
    const widget = await expect(201, 'POST', `${REST}/pageLayoutWidgets`, { title: 'W', type: 'IFRAME', pageLayoutTabId: tab.id, gridPosition: { row: 0, column: 0, rowSpan: 1, columnSpan: 2 } });
    same((await expect(200, 'GET', `${REST}/pageLayoutTabs?pageLayoutId=${layout.id}`)).data.map(({ id }) => id), [tab.id]);
    same((await expect(200, 'GET', `${REST}/pageLayoutWidgets?pageLayoutTabId=${tab.id}`)).data.map(({ id }) => id), [widget.id]);
    same((await send('GET', `${REST}/pageLayoutTabs`)).status, 400);
    same((await send('POST', `${REST}/pageLayoutWidgets`, { title: 'W', type: 'IFRAME', pageLayoutTabId: tab.id, gridPosition: { row: 0 } })).status, 400);
    same((await expect(200, 'GET', `${REST}/pageLayouts?pageLayoutType=RECORD_PAGE`)).data, []);
    same(await expect(200, 'DELETE', `${REST}/pageLayouts/${layout.id}`), { success: true });
    for (const gone of [`pageLayoutTabs/${tab.id}`, `pageLayoutWidgets/${widget.id}`]) same((await send('GET', `${REST}/${gone}`)).status, 404, gone);
  });
  await test('what makes no sense is refused in words', async () => {
    const company = sqlOne("select id from core.object where name_singular = 'company'");
    const foreign = sqlOne(`select id from core.field where object_id = '${company}' and name = 'name'`);
    const CREATE_FIELD = 'mutation($input: CreateViewFieldInput!) { createViewField(input: $input) { id } }';
    await invalid('view', 'Object metadata not found', CREATE, { input: { name: 'x', icon: 'IconX', objectMetadataId: uuid() } });
    await invalid('view', 'should not be empty', CREATE, { input: { name: ' ', icon: 'IconX', objectMetadataId: cat } });
    await invalid('view', 'has an INDEX view already', CREATE, { input: { name: 'x', icon: 'IconX', objectMetadataId: cat, key: 'INDEX' } });
    await invalid('view', 'needs mainGroupByFieldMetadataId', CREATE, { input: { name: 'x', icon: 'IconX', objectMetadataId: cat, type: 'KANBAN' } });
    for (const [type, more] of [['ViewFilter', { value: 'x' }], ['ViewSort', {}]]) await invalid(`v${type.slice(1)}`, 'belongs to the object "company"', `mutation($input: Create${type}Input!) { create${type}(input: $input) { id } }`, { input: { viewId: index.id, fieldMetadataId: foreign, ...more } });
    await invalid('view', 'needs calendarFieldMetadataId', CREATE, { input: { name: 'x', icon: 'IconX', objectMetadataId: cat, type: 'CALENDAR' } });
    await invalid('viewField', 'belongs to the object "company"', CREATE_FIELD, { input: { viewId: index.id, fieldMetadataId: foreign } });
    await invalid('viewField', 'View not found', CREATE_FIELD, { input: { viewId: uuid(), fieldMetadataId: field('name') } });
    await invalid('viewField', 'already exists in the view', CREATE_FIELD, { input: { viewId: index.id, fieldMetadataId: field('name') } });
    await invalid('viewField', 'Field metadata not found', CREATE_FIELD, { input: { viewId: index.id, fieldMetadataId: uuid() } });
    await invalid('viewFilter', 'has no sub-field', 'mutation($input: CreateViewFilterInput!) { createViewFilter(input: $input) { id } }', { input: { viewId: index.id, fieldMetadataId: field('name'), value: 'a', subFieldName: 'nope' } });
    for (const [path, body] of [['views', {}], ['views', { name: 5, icon: 'IconX', objectMetadataId: cat }], ['views', { name: 'x', icon: 'IconX', objectMetadataId: cat, type: 'PIE' }], ['viewFields', { viewId: 'x', fieldMetadataId: field('name') }], ['viewSorts', { viewId: index.id, fieldMetadataId: field('name'), direction: 'UP' }], ['viewFilterGroups', { viewId: index.id, logicalOperator: 'XOR' }], ['views', [1]], ['views', { name: 'x', icon: 'IconX', objectMetadataId: cat, position: 'first' }]]) {
      const answer = await send('POST', `${REST}/${path}`, body);
      check(answer.status === 400 && (answer.json.messages?.[0] ?? answer.json.errors) !== undefined, `${path} ${JSON.stringify(body)}: ${answer.status} ${answer.text}`);
    }
    await refused('NOT_FOUND', 'View not found', `mutation { updateView(id: "${uuid()}", input: {name: "x"}) { id } }`);
    await refused('BAD_USER_INPUT', 'UUID', 'mutation { updateView(id: "x", input: {name: "x"}) { id } }');
    const groupId = (await expect(201, 'POST', `${REST}/viewFilterGroups`, { viewId: index.id })).id;
    await invalid('viewFilterGroup', 'a group cannot be within itself', `mutation { updateViewFilterGroup(id: "${groupId}", input: {parentViewFilterGroupId: "${groupId}"}) { id } }`);
  });
  await test('several at once are all or none', async () => {
    const before = sqlOne('select count(*) from core.view_group');
    const answer = await ask('mutation($inputs: [CreateViewGroupInput!]!) { createManyViewGroups(inputs: $inputs) { id } }', { inputs: [{ viewId: index.id, fieldValue: 'A' }, { viewId: uuid(), fieldValue: 'B' }] });
    check(answer.json.errors, answer.text);
    same(sqlOne('select count(*) from core.view_group'), before);
  });
  await test('a key that may not change settings reads views and changes none', async () => {
    same((await send('GET', `${REST}/views`, undefined, { token: MEMBER })).status, 200);
    same((await send('POST', `${REST}/views`, { name: 'x', icon: 'IconX', objectMetadataId: cat }, { token: MEMBER })).status, 403);
    await refused('FORBIDDEN', 'permission', CREATE, { input: { name: 'x', icon: 'IconX', objectMetadataId: cat } }, { token: MEMBER });
  });
  await test('a deleted field takes its view fields, filters and sorts along', async () => {
    const nick = await makeField(cat, 'TEXT', 'nick');
    await expect(201, 'POST', `${REST}/viewFields`, { viewId: index.id, fieldMetadataId: nick });
    await expect(201, 'POST', `${REST}/viewFilters`, { viewId: index.id, fieldMetadataId: nick, operand: 'IS', value: 'x' });
    await expect(201, 'POST', `${REST}/viewSorts`, { viewId: index.id, fieldMetadataId: nick, direction: 'ASC' });
    await updateField(nick, { isActive: false });
    await deleteField(nick);
    for (const table of ['view_field', 'view_filter', 'view_sort']) same(sqlOne(`select count(*) from core.${table} where field_id = '${nick}'`), '0', table);
  });
  await test('M62 deleting the object leaves no views of it', async () => {
    await data('mutation($id: UUID!) { deleteOneObject(input: {id: $id}) { id } }', { id: cat });
    same(await views(cat), []);
    same(sqlOne(`select count(*) from core.view where object_id = '${cat}'`), '0');
  });
});
