// Webhooks, keys, roles and the workspace over GraphQL (contract/metadata 2, 6 to 8).
import { ask, check, data, expect, main, MEMBER, refused, reported, same, send, test, timePattern, uuid } from './lib.mjs';

const WEBHOOK = 'id targetUrl operations description secret applicationId createdAt updatedAt deletedAt';
const ROLE = 'id label description icon isEditable canUpdateAllSettings canAccessAllTools canReadAllObjectRecords canUpdateAllObjectRecords canSoftDeleteAllObjectRecords canDestroyAllObjectRecords canBeAssignedToUsers canBeAssignedToAgents canBeAssignedToApiKeys canIntrospect';
const CREATE_KEY = 'mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { id name expiresAt revokedAt role { id label } } }';
const CREATE_ROLE = `mutation($input: CreateRoleInput!) { createOneRole(createRoleInput: $input) { ${ROLE} } }`;
const UPDATE_ROLE = `mutation($input: UpdateRoleInput!) { updateOneRole(updateRoleInput: $input) { ${ROLE} } }`;
const DELETE_ROLE = 'mutation($id: UUID!) { deleteOneRole(roleId: $id) }';
const expiresAt = '2099-01-01T00:00:00Z';

main(60, async () => {
  await test('M130, M131 webhooks', async () => {
    same((await data('{ webhooks { id } }')).webhooks, []);
    const input = { targetUrl: 'https://hooks.example/a', operations: ['company.*'], description: 'one', secret: 'my secret' };
    const { createWebhook: made } = await data(`mutation($input: CreateWebhookInput!) { createWebhook(input: $input) { ${WEBHOOK} } }`, { input });
    same([made.targetUrl, made.operations, made.description, made.secret, made.deletedAt], [input.targetUrl, input.operations, input.description, input.secret, null]);
    same((await expect(200, 'GET', `/rest/metadata/webhooks/${made.id}`)).id, made.id);
    same((await data(`{ webhooks { ${WEBHOOK} } }`)).webhooks, [made]);
    same((await data(`query($id: UUID!) { webhook(id: $id) { ${WEBHOOK} } }`, { id: made.id })).webhook, made);
    const { updateWebhook: changed } = await data(`mutation($input: UpdateWebhookInput!) { updateWebhook(input: $input) { ${WEBHOOK} } }`, { input: { id: made.id, update: { operations: ['*.created'] } } });
    same([changed.operations, changed.description, changed.secret], [['*.created'], 'one', 'my secret']);
    const { deleteWebhook: gone } = await data('mutation($id: UUID!) { deleteWebhook(id: $id) { id targetUrl } }', { id: made.id });
    same(gone, { id: made.id, targetUrl: input.targetUrl });
    same((await data('query($id: UUID!) { webhook(id: $id) { id } }', { id: made.id })).webhook, null);
    await refused('NOT_FOUND', 'not found', 'mutation($id: UUID!) { deleteWebhook(id: $id) { id } }', { id: made.id });
    await refused('NOT_FOUND', 'not found', 'mutation($id: UUID!) { updateWebhook(input: {id: $id, update: {}}) { id } }', { id: made.id });
  });
  await test('M132 a webhook with a bad URL', async () => {
    await reported('webhook', [['INVALID_TARGET_URL', 'Invalid target URL provided']], 'mutation { createWebhook(input: {targetUrl: "invalid-url", operations: ["*.*"]}) { id } }');
    await reported('webhook', [['INVALID_WEBHOOK_INPUT', 'Secret is required']], 'mutation { createWebhook(input: {targetUrl: "https://a.example", operations: ["*.*"], secret: ""}) { id } }');
  });
  let admin;
  let member;
  await test('roles are there', async () => {
    const { getRoles: roles, getApiKeyRoles: forKeys } = await data(`{ getRoles { ${ROLE} workspaceMembers { id } agents { id } apiKeys { id name revokedAt } permissionFlags { flag } objectPermissions { objectMetadataId } } getApiKeyRoles { id } }`);
    admin = roles.find(({ label }) => label === 'Admin');
    member = roles.find(({ label }) => label === 'Member');
    same([admin.isEditable, admin.canUpdateAllSettings, member.canUpdateAllSettings], [false, true, false]);
    check(admin.apiKeys.some(({ name }) => name === 'admin'), JSON.stringify(admin));
    same([admin.workspaceMembers, admin.agents], [[], []]);
    check(forKeys.some(({ id }) => id === admin.id), 'the admin role is not for keys');
    same((await data('query($id: UUID!) { getRole(id: $id) { label } }', { id: admin.id })).getRole.label, 'Admin');
    const error = await refused('NOT_FOUND', '', 'query($id: UUID!) { getRole(id: $id) { label } }', { id: uuid() });
    same(error.extensions.subCode, 'ROLE_NOT_FOUND');
  });
  let key;
  await test('M102, M103, M106, M113 keys', async () => {
    const { createApiKey: made } = await data(CREATE_KEY, { input: { name: 'robot', expiresAt, roleId: member.id } });
    key = made;
    same([made.name, made.expiresAt, made.revokedAt, made.role.id], ['robot', '2099-01-01T00:00:00.000Z', null, member.id]);
    same((await data('query($id: UUID!) { apiKey(input: {id: $id}) { id name expiresAt revokedAt role { id label } } }', { id: made.id })).apiKey, made);
    check((await data('{ apiKeys { id name } }')).apiKeys.some(({ id }) => id === made.id), 'it is not listed');
    same((await data('mutation($key: UUID!, $role: UUID!) { assignRoleToApiKey(apiKeyId: $key, roleId: $role) }', { key: made.id, role: admin.id })).assignRoleToApiKey, true);
    same((await data('query($id: UUID!) { apiKey(input: {id: $id}) { role { id } } }', { id: made.id })).apiKey.role.id, admin.id);
    same((await data('query($id: UUID!) { apiKey(input: {id: $id}) { id } }', { id: uuid() })).apiKey, null);
  });
  await test('a token works at once, and no more when the key is revoked', async () => {
    const { generateApiKeyToken: { token } } = await data('mutation($id: UUID!, $at: String!) { generateApiKeyToken(apiKeyId: $id, expiresAt: $at) { token } }', { id: key.id, at: expiresAt });
    await expect(200, 'GET', '/rest/companies', undefined, { token });
    same((await data('mutation($input: UpdateApiKeyInput!) { updateApiKey(input: $input) { name } }', { input: { id: key.id, name: 'android' } })).updateApiKey.name, 'android');
    const { revokeApiKey: revoked } = await data('mutation($id: UUID!) { revokeApiKey(input: {id: $id}) { id revokedAt } }', { id: key.id });
    check(revoked.id === key.id && timePattern.test(revoked.revokedAt), JSON.stringify(revoked));
    same((await send('GET', '/rest/companies', undefined, { token })).status, 403);
    const error = await refused('FORBIDDEN', 'This API Key is revoked', 'mutation($id: UUID!, $at: String!) { generateApiKeyToken(apiKeyId: $id, expiresAt: $at) { token } }', { id: key.id, at: expiresAt });
    same(error.extensions.subCode, 'API_KEY_REVOKED');
    same((await data('mutation($id: UUID!) { revokeApiKey(input: {id: $id}) { id } }', { id: uuid() })).revokeApiKey, null);
  });
  await test('M104 a key with a bad date', async () => {
    await refused('BAD_USER_INPUT', 'expiresAt', CREATE_KEY, { input: { name: 'x', expiresAt: 'tomorrow', roleId: member.id } });
  });
  await test('M108, M110, M115 who may not', async () => {
    const member_ = { token: MEMBER };
    for (const [query, variables] of [
      ['mutation($id: UUID!, $at: String!) { generateApiKeyToken(apiKeyId: $id, expiresAt: $at) { token } }', { id: key.id, at: expiresAt }],
      ['mutation($key: UUID!, $role: UUID!) { assignRoleToApiKey(apiKeyId: $key, roleId: $role) }', { key: key.id, role: admin.id }],
      ['{ getRoles { id } }'], ['{ apiKeys { id } }'], ['{ webhooks { id } }'], ['{ currentWorkspace { id } }'],
      [CREATE_ROLE, { input: { label: 'x' } }], [UPDATE_ROLE, { input: { id: member.id, update: {} } }],
    ]) {
      const error = await refused('FORBIDDEN', 'Entity performing the request does not have permission', query, variables, member_);
      same(error.extensions.subCode, 'PERMISSION_DENIED');
    }
  });
  await test('M119, M120 roles are made and changed', async () => {
    const input = { label: 'Reader', description: 'reads', icon: 'IconEye', canReadAllObjectRecords: true, canUpdateAllObjectRecords: false, canUpdateAllSettings: false, canAccessAllTools: true, canSoftDeleteAllObjectRecords: false, canDestroyAllObjectRecords: false, canBeAssignedToUsers: true, canBeAssignedToAgents: false, canBeAssignedToApiKeys: true, canIntrospect: false };
    const { createOneRole: made } = await data(CREATE_ROLE, { input });
    same({ ...made, id: undefined }, { ...input, isEditable: true });
    same((await data(UPDATE_ROLE, { input: { id: made.id, update: { label: 'Reads' } } })).updateOneRole.label, 'Reads');
    await reported('role', [['CANNOT_GIVE_WRITING_PERMISSION_WITHOUT_READING_PERMISSION', '']], UPDATE_ROLE, { input: { id: made.id, update: { canReadAllObjectRecords: false, canUpdateAllObjectRecords: true } } });
    same((await data(DELETE_ROLE, { id: made.id })).deleteOneRole, made.id);
  });
  await test('M121, M124 roles that stay as they are', async () => {
    await reported('role', [['ROLE_NOT_EDITABLE', '']], UPDATE_ROLE, { input: { id: admin.id, update: { label: 'Boss' } } });
    check((await ask(DELETE_ROLE, { id: admin.id })).json.errors.length > 0, 'Admin was deleted');
    check((await ask(DELETE_ROLE, { id: member.id })).json.errors.length > 0, 'the default role was deleted');
    await refused('NOT_FOUND', '', DELETE_ROLE, { id: uuid() });
  });
  await test('the workspace', async () => {
    const { currentWorkspace: one } = await data('{ currentWorkspace { id displayName logo activationStatus databaseSchema workspaceDiscoverability defaultRole { label apiKeys { name } } featureFlags { key value } workspaceUrls { customUrl subdomainUrl } installedApplications { id } workspaceCustomApplicationId metadataVersion } }');
    same([one.activationStatus, one.defaultRole.label, one.featureFlags, one.installedApplications], ['ACTIVE', 'Member', [], []]);
    same((await data('mutation { updateWorkspace(data: {displayName: "Firm"}) { displayName } }')).updateWorkspace.displayName, 'Firm');
    const error = await refused('BAD_USER_INPUT', 'isGoogleAuthEnabled cannot be changed', 'mutation { updateWorkspace(data: {isGoogleAuthEnabled: true}) { id } }');
    same(error.extensions.subCode, 'NOT_CHANGEABLE');
  });
  await test('an Idempotency-Key makes a key once', async () => {
    const headers = { 'Idempotency-Key': uuid() };
    const query = 'mutation { createWebhook(input: {targetUrl: "https://once.example", operations: ["*.*"]}) { id } }';
    const [first, second] = [await ask(query, undefined, { headers }), await ask(query, undefined, { headers })];
    same(first.json.data.createWebhook.id, second.json.data.createWebhook.id, second.text);
    same((await data('{ webhooks { id } }')).webhooks.length, 1);
  });
});
