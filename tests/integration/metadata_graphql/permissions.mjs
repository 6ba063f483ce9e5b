// Permissions of a role by object, by field and by setting: what is stored, and that every way to records and settings
// obeys (contract/metadata 7; facts M115, M126, M128, M129).
import { check, data, expect, main, MEMBER, refused, same, send, sqlOne, test, uuid } from './lib.mjs';

const OBJECTS = 'mutation($input: UpsertObjectPermissionsInput!) { upsertObjectPermissions(upsertObjectPermissionsInput: $input) { objectMetadataId canReadObjectRecords canUpdateObjectRecords canSoftDeleteObjectRecords canDestroyObjectRecords restrictedFields } }';
const FIELDS = 'mutation($input: UpsertFieldPermissionsInput!) { upsertFieldPermissions(upsertFieldPermissionsInput: $input) { id objectMetadataId fieldMetadataId roleId canReadFieldValue canUpdateFieldValue } }';
const FLAGS = 'mutation($input: UpsertPermissionFlagsInput!) { upsertPermissionFlags(upsertPermissionFlagsInput: $input) { roleId flag } }';
const DENIED = 'Entity performing the request does not have permission';

const { objects } = await data('{ objects(paging: {first: 1000}) { edges { node { id nameSingular fieldsList { id name } } } } }');
const models = Object.fromEntries(objects.edges.map(({ node }) => [node.nameSingular, node]));
const object = (name) => models[name].id;
const field = (of, name) => models[of].fieldsList.find((one) => one.name === name).id;

async function robot(flags) {
  const { createOneRole: role } = await data('mutation($input: CreateRoleInput!) { createOneRole(createRoleInput: $input) { id } }', { input: { label: `Robot ${uuid()}`, ...flags } });
  const made = await expect(201, 'POST', '/rest/metadata/apiKeys', { name: 'robot', expiresAt: '2099-01-01T00:00:00Z', roleId: role.id });
  return { role: role.id, key: made.id, as: { token: made.token } };
}
const everything = { canReadAllObjectRecords: true, canUpdateAllObjectRecords: true, canSoftDeleteAllObjectRecords: true, canDestroyAllObjectRecords: true };
const allow = (roleId, ...objectPermissions) => data(OBJECTS, { input: { roleId, objectPermissions } }).then((answer) => answer.upsertObjectPermissions);
const restrict = (roleId, ...fieldPermissions) => data(FIELDS, { input: { roleId, fieldPermissions } }).then((answer) => answer.upsertFieldPermissions);
const status = async (as, method, path, body, more) => (await send(method, path, body, { ...as, ...more })).status;
const records = (query, as, variables) => send('POST', '/graphql', { query, variables }, as);
async function recordsDenied(query, as, variables) {
  const answer = await records(query, as, variables);
  const error = answer.json?.errors?.[0];
  check(error?.extensions?.code === 'FORBIDDEN' && error.message === DENIED, `${query}: ${answer.text.slice(0, 300)}`);
}
async function recordsAllowed(query, as, variables) {
  const answer = await records(query, as, variables);
  check(answer.json?.data && !answer.json.errors, `${query}: ${answer.text.slice(0, 300)}`);
  return answer.json.data;
}

main(60, async () => {
  const company = await expect(201, 'POST', '/rest/companies', { name: 'Acme' }).then((answer) => answer.data.createCompany);
  const person = await expect(201, 'POST', '/rest/people', { name: { firstName: 'Ann', lastName: 'Lee' }, jobTitle: 'Smith', companyId: company.id }).then((answer) => answer.data.createPerson);

  await test('M126 permissions by object are stored and shown', async () => {
    const { role } = await robot(everything);
    same(await allow(role, { objectMetadataId: object('company'), canReadObjectRecords: true, canUpdateObjectRecords: false }),
      [{ objectMetadataId: object('company'), canReadObjectRecords: true, canUpdateObjectRecords: false, canSoftDeleteObjectRecords: null, canDestroyObjectRecords: null, restrictedFields: {} }]);
    // What is not named stays; null gives it back to the role.
    same((await allow(role, { objectMetadataId: object('company'), canDestroyObjectRecords: false }))[0].canUpdateObjectRecords, false);
    same((await allow(role, { objectMetadataId: object('company'), canUpdateObjectRecords: null }))[0].canUpdateObjectRecords, null);
    const { getRole: shown } = await data('query($id: UUID!) { getRole(id: $id) { objectPermissions { objectMetadataId canReadObjectRecords canDestroyObjectRecords rowLevelPermissionPredicates { id } } fieldPermissions { id } permissionFlags { flag } } }', { id: role });
    same(shown, { objectPermissions: [{ objectMetadataId: object('company'), canReadObjectRecords: true, canDestroyObjectRecords: false, rowLevelPermissionPredicates: [] }], fieldPermissions: [], permissionFlags: [] });
  });
  await test('permissions by object that cannot be', async () => {
    const { role } = await robot({ canReadAllObjectRecords: false });
    const admin = (await data('{ getRoles { id label } }')).getRoles.find(({ label }) => label === 'Admin').id;
    const one = (objectMetadataId, more) => [OBJECTS, { input: { roleId: role, objectPermissions: [{ objectMetadataId, ...more }] } }];
    const sub = async (wanted, code, ...rest) => same((await refused(code, '', ...rest)).extensions.subCode, wanted);
    await sub('CANNOT_GIVE_WRITING_PERMISSION_ON_NON_READABLE_OBJECT', 'BAD_USER_INPUT', ...one(object('company'), { canUpdateObjectRecords: true }));
    await sub('CANNOT_ADD_OBJECT_PERMISSION_ON_SYSTEM_OBJECT', 'FORBIDDEN', ...one(object('noteTarget'), { canReadObjectRecords: true }));
    await sub('OBJECT_METADATA_NOT_FOUND', 'NOT_FOUND', ...one(uuid(), { canReadObjectRecords: true }));
    await sub('ROLE_NOT_FOUND', 'NOT_FOUND', OBJECTS, { input: { roleId: uuid(), objectPermissions: [] } });
    same((await refused('FORBIDDEN', 'Role is not editable', OBJECTS, { input: { roleId: admin, objectPermissions: [{ objectMetadataId: object('company'), canReadObjectRecords: false }] } })).extensions.subCode, 'ROLE_NOT_EDITABLE');
    same(sqlOne(`select count(*) from core.object_permission where role_id in ('${role}', '${admin}')`), '0');
    await refused('FORBIDDEN', DENIED, OBJECTS, { input: { roleId: role, objectPermissions: [] } }, { token: MEMBER });
  });
  await test('an object that may not be read is closed from every side', async () => {
    const { role, as } = await robot(everything);
    same(await status(as, 'GET', '/rest/companies'), 200);
    await allow(role, { objectMetadataId: object('company'), canReadObjectRecords: false });
    for (const [method, path, body, headers] of [
      ['GET', '/rest/companies'], ['GET', `/rest/companies/${company.id}`], ['GET', '/rest/companies/groupBy?group_by=[{"name":true}]'],
      ['POST', '/rest/companies', { name: 'x' }], ['PATCH', `/rest/companies/${company.id}`, { name: 'x' }], ['DELETE', `/rest/companies/${company.id}`],
      ['POST', '/rest/batch/companies', [{ name: 'x' }]], ['POST', '/rest/companies/duplicates', { data: [{ name: 'Acme' }] }],
      ['GET', '/rest/people?filter=company.name[eq]:"Acme"'], ['GET', '/rest/people?order_by=company.name'], ['GET', '/rest/people?fields=company&depth=1'],
      ['GET', '/rest/companies', undefined, { Accept: 'application/x-ndjson' }], ['POST', '/rest/batch/companies', '{"name":"x"}\n', { 'Content-Type': 'application/x-ndjson' }],
    ]) same(await status(as, method, path, body, headers ? { headers } : {}), 403, `${method} ${path}`);
    const around = await expect(200, 'GET', `/rest/people/${person.id}?depth=1`, undefined, as);
    check(around.data.person.companyId === company.id && !('company' in around.data.person) && 'noteTargets' in around.data.person, JSON.stringify(around).slice(0, 300));
    const found = await expect(200, 'GET', '/rest/search?query=Acme', undefined, as);
    same(found.data.search.filter((one) => one.objectNameSingular === 'company'), []);
    check((await expect(200, 'GET', '/rest/search?query=Acme')).data.search.length > 0, 'search finds nothing at all');
    for (const query of [
      '{ companies { edges { node { id } } } }', '{ companies { totalCount } }', '{ people { edges { node { id company { id } } } } }', '{ people(filter: {company: {name: {eq: "Acme"}}}) { totalCount } }',
      '{ people(orderBy: [{company: {name: AscNullsFirst}}]) { edges { node { id } } } }', 'mutation { createCompany(data: {name: "x"}) { id } }',
      `mutation { updatePerson(id: "${person.id}", data: {company: {connect: {where: {id: "${company.id}"}}}}) { id } }`,
      'mutation { createPerson(data: {jobTitle: "x", company: {create: {name: "x"}}}) { id } }',
    ]) await recordsDenied(query, as);
    same((await recordsAllowed('{ people { edges { node { id companyId } } } }', as)).people.edges[0].node, { id: person.id, companyId: company.id });
    await allow(role, { objectMetadataId: object('company'), canReadObjectRecords: null });
    same(await status(as, 'GET', '/rest/companies'), 200);
  });
  await test('each right by itself, and a right that only one object has', async () => {
    const { role, as } = await robot({ canReadAllObjectRecords: false });
    same(await status(as, 'GET', '/rest/companies'), 403);
    same(await status(as, 'GET', '/rest/search?query=Acme'), 403);
    await allow(role, { objectMetadataId: object('company'), canReadObjectRecords: true });
    same([await status(as, 'GET', '/rest/companies'), await status(as, 'GET', '/rest/people'), await status(as, 'POST', '/rest/companies', { name: 'x' })], [200, 403, 403]);
    check((await expect(200, 'GET', '/rest/search?query=Acme', undefined, as)).data.search.every((one) => one.objectNameSingular === 'company'), 'search shows more');
    await allow(role, { objectMetadataId: object('company'), canUpdateObjectRecords: true });
    const made = (await expect(201, 'POST', '/rest/companies', { name: 'mine' }, as)).data.createCompany;
    const path = `/rest/companies/${made.id}`;
    same([await status(as, 'PATCH', path, { name: 'ours' }), await status(as, 'DELETE', `${path}?soft_delete=true`), await status(as, 'DELETE', path)], [200, 403, 403]);
    await allow(role, { objectMetadataId: object('company'), canSoftDeleteObjectRecords: true });
    same([await status(as, 'DELETE', `${path}?soft_delete=true`), await status(as, 'DELETE', path)], [200, 403]);
    await allow(role, { objectMetadataId: object('company'), canDestroyObjectRecords: true });
    same(await status(as, 'DELETE', path), 200);
  });
  await test('a field that may not be read', async () => {
    const { role, as } = await robot(everything);
    const [said] = await restrict(role, { objectMetadataId: object('person'), fieldMetadataId: field('person', 'jobTitle'), canReadFieldValue: false });
    same([said.fieldMetadataId, said.canReadFieldValue, said.canUpdateFieldValue, said.roleId], [field('person', 'jobTitle'), false, null, role]);
    const { getRole: shown } = await data('query($id: UUID!) { getRole(id: $id) { fieldPermissions { fieldMetadataId canReadFieldValue } objectPermissions { objectMetadataId restrictedFields } } }', { id: role });
    same(shown, { fieldPermissions: [{ fieldMetadataId: field('person', 'jobTitle'), canReadFieldValue: false }], objectPermissions: [{ objectMetadataId: object('person'), restrictedFields: { [field('person', 'jobTitle')]: { canRead: false, canUpdate: null } } }] });
    const hidden = (record) => check(record.id && 'name' in record && !('jobTitle' in record), JSON.stringify(record).slice(0, 300));
    hidden((await expect(200, 'GET', `/rest/people/${person.id}`, undefined, as)).data.person);
    for (const one of (await expect(200, 'GET', '/rest/people?depth=1', undefined, as)).data.people) hidden(one);
    for (const one of (await expect(200, 'GET', `/rest/companies/${company.id}?depth=1`, undefined, as)).data.company.people) hidden(one);
    hidden((await expect(200, 'PATCH', `/rest/people/${person.id}`, { name: { firstName: 'Anna' } }, as)).data.updatePerson);
    const made = (await expect(201, 'POST', '/rest/people', { name: { firstName: 'Bo' } }, as)).data.createPerson;
    hidden(made);
    for (const one of (await expect(201, 'POST', '/rest/batch/people', [{ name: { firstName: 'Cy' } }], as)).data.createPeople) hidden(one);
    for (const line of (await send('GET', '/rest/people', undefined, { ...as, headers: { Accept: 'application/x-ndjson' } })).text.trim().split('\n')) hidden(JSON.parse(line));
    const named = await send('GET', '/rest/people?fields=jobTitle', undefined, as);
    check(named.status === 400 && named.text.includes('jobTitle'), named.text);
    for (const path of ['filter=jobTitle[eq]:"Smith"', 'filter=or(jobTitle[eq]:"Smith",createdAt[is]:NULL)', 'order_by=jobTitle']) same(await status(as, 'GET', `/rest/people?${path}`), 403, path);
    same(await status(as, 'GET', '/rest/people/groupBy?group_by=[{"jobTitle":true}]'), 403);
    same(await status(as, 'GET', '/rest/companies?filter=people.jobTitle[eq]:"Smith"'), 403);
    same(await status(as, 'POST', '/rest/people/duplicates', { ids: [person.id] }), 403);
    same(await status(as, 'PATCH', '/rest/people/merge', { ids: [person.id, made.id], conflictPriorityIndex: 0 }), 403);
    check((await expect(200, 'GET', '/rest/search?query=Smith', undefined, as)).data.search.every((one) => one.objectNameSingular !== 'person'), 'search looks into it');
    for (const query of [
      '{ people { edges { node { jobTitle } } } }', '{ people(filter: {jobTitle: {eq: "Smith"}}) { totalCount } }', '{ people(filter: {not: {jobTitle: {eq: "Smith"}}}) { totalCount } }', '{ people(filter: {searchVector: {search: "Smith"}}) { totalCount } }', '{ people(orderBy: [{jobTitle: AscNullsFirst}]) { edges { node { id } } } }',
      '{ people { countUniqueValuesJobTitle } }', '{ companies { edges { node { people { edges { node { jobTitle } } } } } } }', '{ companies { edges { node { people(filter: {jobTitle: {eq: "x"}}) { totalCount } } } } }', `mutation { updatePerson(id: "${person.id}", data: {}) { jobTitle } }`,
    ]) await recordsDenied(query, as);
    await recordsAllowed('{ people { edges { node { id name { firstName } } } totalCount } }', as);
    same(await restrict(role, { objectMetadataId: object('person'), fieldMetadataId: field('person', 'jobTitle'), canReadFieldValue: null }), []);
    same((await expect(200, 'GET', `/rest/people/${person.id}`, undefined, as)).data.person.jobTitle, 'Smith');
  });
  await test('M128, M129 a field that may not be written', async () => {
    const { role, as } = await robot(everything);
    const one = { objectMetadataId: object('person'), fieldMetadataId: field('person', 'jobTitle') };
    await restrict(role, { ...one, canUpdateFieldValue: false });
    for (const [method, path, body] of [
      ['POST', '/rest/people', { jobTitle: 'x' }], ['POST', '/rest/batch/people', [{ name: { firstName: 'x' } }, { jobTitle: 'x' }]], ['PATCH', `/rest/people/${person.id}`, { jobTitle: 'x' }],
      ['POST', '/rest/people?upsert=true', { id: person.id, jobTitle: 'x' }], ['PATCH', `/rest/people?filter=id[eq]:"${person.id}"`, { jobTitle: 'x' }],
    ]) {
      const answer = await send(method, path, body, as);
      check(answer.status === 403 && answer.text.includes(DENIED), `${method} ${path}: ${answer.status} ${answer.text.slice(0, 200)}`);
    }
    const lines = (await send('POST', '/rest/batch/people', '{"name":{"firstName":"Di"}}\n{"jobTitle":"x"}\n', { ...as, headers: { 'Content-Type': 'application/x-ndjson' } })).text.trim().split('\n').map((line) => JSON.parse(line));
    check(lines[0].id && JSON.stringify(lines[1].error).includes(DENIED), JSON.stringify(lines));
    for (const query of ['mutation { createPerson(data: {jobTitle: "x"}) { id } }', `mutation { updatePerson(id: "${person.id}", data: {jobTitle: "x"}) { id } }`, 'mutation { createPeople(data: [{jobTitle: "x"}]) { id } }', 'mutation { updatePeople(filter: {jobTitle: {eq: "none"}}, data: {jobTitle: "x"}) { id } }']) await recordsDenied(query, as);
    same((await expect(200, 'PATCH', `/rest/people/${person.id}`, { name: { firstName: 'Annie' } }, as)).data.updatePerson.jobTitle, 'Smith');
    await recordsAllowed(`mutation { updatePerson(id: "${person.id}", data: {name: {firstName: "Ann"}}) { jobTitle } }`, as);
    await restrict(role, { ...one, canReadFieldValue: null, canUpdateFieldValue: null });
    same(await status(as, 'PATCH', `/rest/people/${person.id}`, { jobTitle: 'Smith' }), 200);
  });
  await test('a restricted relation is restricted from both sides', async () => {
    const { role, as } = await robot(everything);
    same((await restrict(role, { objectMetadataId: object('company'), fieldMetadataId: field('company', 'people'), canReadFieldValue: false })).length, 1);
    const around = await expect(200, 'GET', `/rest/people/${person.id}?depth=1`, undefined, as);
    check(!('companyId' in around.data.person) && !('company' in around.data.person), JSON.stringify(around).slice(0, 300));
    await recordsDenied('{ companies { edges { node { people { totalCount } } } } }', as);
    await recordsDenied('{ people { edges { node { companyId } } } }', as);
  });
  await test('restrictions that cannot be', async () => {
    const { role } = await robot({ canReadAllObjectRecords: true });
    const { role: blind } = await robot({});
    const one = (more, roleId = role) => [FIELDS, { input: { roleId, fieldPermissions: [{ objectMetadataId: object('person'), fieldMetadataId: field('person', 'jobTitle'), ...more }] } }];
    const sub = async (wanted, code, ...rest) => same((await refused(code, '', ...rest)).extensions.subCode, wanted);
    await sub('ONLY_FIELD_RESTRICTION_ALLOWED', 'BAD_USER_INPUT', ...one({ canReadFieldValue: true }));
    await sub('FIELD_RESTRICTION_ONLY_ALLOWED_ON_READABLE_OBJECT', 'BAD_USER_INPUT', ...one({ canReadFieldValue: false }, blind));
    await sub('FIELD_RESTRICTION_ON_UPDATE_ONLY_ALLOWED_ON_UPDATABLE_OBJECT', 'BAD_USER_INPUT', ...one({ canUpdateFieldValue: false }));
    await sub('FIELD_METADATA_NOT_FOUND', 'NOT_FOUND', ...one({ fieldMetadataId: uuid(), canReadFieldValue: false }));
    await sub('FIELD_METADATA_NOT_FOUND', 'NOT_FOUND', ...one({ fieldMetadataId: field('company', 'name'), canReadFieldValue: false }));
    await sub('INVALID_INPUT', 'BAD_USER_INPUT', ...one({ fieldMetadataId: field('person', 'id'), canReadFieldValue: false }));
    await sub('CANNOT_ADD_FIELD_PERMISSION_ON_SYSTEM_OBJECT', 'FORBIDDEN', ...one({ objectMetadataId: object('noteTarget'), fieldMetadataId: field('noteTarget', 'note'), canReadFieldValue: false }));
  });
  await test('flags open the settings one by one', async () => {
    const { role, as, key } = await robot({});
    const { getPermissionFlags: known } = await data('{ getPermissionFlags { id key label permissionType universalIdentifier applicationId createdAt } }');
    check(known.length === 26 && known.some((flag) => flag.key === 'DATA_MODEL' && flag.permissionType === 'SETTING'), JSON.stringify(known).slice(0, 200));
    const flags = (...permissionFlagKeys) => data(FLAGS, { input: { roleId: role, permissionFlagKeys } }).then((answer) => answer.upsertPermissionFlags.map(({ flag }) => flag));
    const may = async () => [await status(as, 'GET', '/rest/metadata/objects'), await status(as, 'GET', '/rest/metadata/webhooks'), await status(as, 'GET', '/rest/metadata/roles'), await status(as, 'GET', '/rest/metadata/workspace')];
    same(await may(), [403, 403, 403, 403]);
    same(await flags('DATA_MODEL', 'UPLOAD_FILE'), ['DATA_MODEL', 'UPLOAD_FILE']);
    same(await may(), [200, 403, 403, 403]);
    // Replaced, not added to.
    same(await flags('API_KEYS_AND_WEBHOOKS'), ['API_KEYS_AND_WEBHOOKS']);
    same(await may(), [403, 200, 403, 403]);
    // A key that could make keys for any role, or tokens for them, could do whatever they may.
    const other = (await expect(200, 'GET', '/rest/metadata/apiKeys')).data.find(({ name }) => name === 'admin');
    same(await status(as, 'POST', '/rest/metadata/apiKeys', { name: 'x', expiresAt: '2099-01-01T00:00:00Z', roleId: role }), 403);
    same(await status(as, 'POST', `/rest/metadata/apiKeys/${other.id}/token`, {}), 403);
    same(await status(as, 'PATCH', `/rest/metadata/apiKeys/${key}`, { roleId: other.roleId }), 403);
    same(await status(as, 'PATCH', `/rest/metadata/apiKeys/${key}`, { name: 'renamed' }), 200);
    await refused('FORBIDDEN', DENIED, 'mutation($id: UUID!, $at: String!) { generateApiKeyToken(apiKeyId: $id, expiresAt: $at) { token } }', { id: other.id, at: '2099-01-01T00:00:00Z' }, as);
    same(await flags('ROLES', 'WORKSPACE'), ['ROLES', 'WORKSPACE']);
    same(await may(), [403, 403, 200, 200]);
    await data('{ getRoles { id } currentWorkspace { id } }', undefined, as);
    await refused('FORBIDDEN', DENIED, '{ webhooks { id } }', undefined, as);
    await refused('FORBIDDEN', DENIED, 'mutation { createOneObject(input: {object: {nameSingular: "x", namePlural: "xs", labelSingular: "X", labelPlural: "Xs"}}) { id } }', undefined, as);
    for (const flag of ['NO_SUCH', 'drop "table"']) same((await refused('BAD_USER_INPUT', 'permission flag', FLAGS, { input: { roleId: role, permissionFlagKeys: [flag] } })).extensions.subCode, 'INVALID_SETTING');
    same(await flags(), []);
    same(await may(), [403, 403, 403, 403]);
  });
  await test('rules go with their role, their object and their field', async () => {
    const { role, key } = await robot(everything);
    const { createOneObject: pet } = await data('mutation { createOneObject(input: {object: {nameSingular: "pet", namePlural: "pets", labelSingular: "Pet", labelPlural: "Pets"}}) { id fieldsList { id name } } }');
    const name = pet.fieldsList.find((one) => one.name === 'name').id;
    await allow(role, { objectMetadataId: pet.id, canDestroyObjectRecords: false });
    await restrict(role, { objectMetadataId: pet.id, fieldMetadataId: name, canUpdateFieldValue: false });
    await data('mutation($id: UUID!) { deleteOneObject(input: {id: $id}) { id } }', { id: pet.id });
    const { getRole: shown } = await data('query($id: UUID!) { getRole(id: $id) { objectPermissions { objectMetadataId } fieldPermissions { id } } }', { id: role });
    same(shown, { objectPermissions: [], fieldPermissions: [] });
    await allow(role, { objectMetadataId: object('company'), canDestroyObjectRecords: false });
    await expect(200, 'DELETE', `/rest/metadata/apiKeys/${key}`);
    same((await data('mutation($id: UUID!) { deleteOneRole(roleId: $id) }', { id: role })).deleteOneRole, role);
  });
});
