// /rest/metadata/roles and /rest/metadata/workspace (contract metadata 7 and 2.3; facts M119–M124). The routes are ours.
import { check, expect, ids, main, refused, same, sameKeys, send, sql, sqlOne, test, timePattern, uuid, uuidPattern } from '../rest/lib.mjs';

const path = '/rest/metadata/roles';
const flags = ['canBeAssignedToUsers', 'canBeAssignedToAgents', 'canBeAssignedToApiKeys', 'canUpdateAllSettings', 'canAccessAllTools', 'canReadAllObjectRecords', 'canUpdateAllObjectRecords', 'canSoftDeleteAllObjectRecords', 'canDestroyAllObjectRecords', 'canIntrospect'];
const keys = ['id', 'label', 'description', 'icon', 'isEditable', ...flags, 'createdAt', 'updatedAt'];
const role = (label) => sqlOne(`select id from core.role where label = '${label}'`);
const [ADMIN, MEMBER] = [role('Admin'), role('Member')];
const make = (body) => expect(201, 'POST', path, body);
const key = (roleId) => expect(201, 'POST', '/rest/metadata/apiKeys', { name: 'k', expiresAt: '2099-01-01', roleId });

main(60, async () => {
  await test('a workspace starts with Admin, which is not editable, and Member', async () => {
    const all = await expect(200, 'GET', path);
    check(ids(all.data).includes(ADMIN) && ids(all.data).includes(MEMBER), JSON.stringify(all));
    for (const one of all.data) sameKeys(one, keys);
    same(all.data.find(({ id }) => id === ADMIN).isEditable, false);
    same(all.totalCount, all.data.length);
  });
  const reader = await make({ label: ' Reader ', description: 'reads', icon: 'IconEye', canReadAllObjectRecords: true });
  await test('M119 create echoes all of it; what is not said is not allowed', async () => {
    sameKeys(reader, keys);
    check(uuidPattern.test(reader.id) && timePattern.test(reader.createdAt), JSON.stringify(reader));
    same([reader.label, reader.description, reader.icon, reader.isEditable], ['Reader', 'reads', 'IconEye', true]);
    same(flags.map((name) => reader[name]), [true, true, true, false, false, true, false, false, false, true]);
    same(await expect(200, 'GET', `${path}/${reader.id}`), reader);
    const all = Object.fromEntries(flags.map((name) => [name, true]));
    const made = await make({ label: 'Everything', ...all });
    same(flags.map((name) => made[name]), flags.map(() => true));
    same((await make({ id: uuid(), label: 'Plain', description: null })).description, null);
  });
  await test('M120 update: any subset; null clears a text', async () => {
    const changed = await expect(200, 'PATCH', `${path}/${reader.id}`, { label: 'Looks', description: null, unknown: 1 });
    same({ ...changed, updatedAt: 0 }, { ...reader, label: 'Looks', description: null, updatedAt: 0 });
    same((await expect(200, 'PATCH', `${path}/${reader.id}`, { label: 'Reader', icon: 'IconBook' })).icon, 'IconBook');
    same(await expect(200, 'PATCH', `${path}/${reader.id}`, { label: null, canAccessAllTools: null }).then(({ label }) => label), 'Reader');
  });
  await test('what a role allows counts for its keys from the next request on', async () => {
    const { token } = await key(reader.id);
    const write = () => send('POST', '/rest/people', { jobTitle: 'x' }, { token });
    same((await send('GET', '/rest/people?limit=1', undefined, { token })).status, 200);
    same((await write()).status, 403);
    await expect(200, 'PATCH', `${path}/${reader.id}`, { canUpdateAllObjectRecords: true });
    same((await write()).status, 201);
    await expect(200, 'PATCH', `${path}/${reader.id}`, { canUpdateAllObjectRecords: false });
    same((await write()).status, 403);
  });
  await test('writing needs reading, also when laid over what is stored', async () => {
    const tag = 'CANNOT_GIVE_WRITING_PERMISSION_WITHOUT_READING_PERMISSION';
    for (const name of flags.slice(6, 9)) {
      await refused(400, 'must be able to read', tag, 'POST', path, { label: 'w', [name]: true });
      await refused(400, 'must be able to read', tag, 'PATCH', `${path}/${reader.id}`, { canReadAllObjectRecords: false, [name]: true });
    }
    const writer = await make({ label: 'Writer', canReadAllObjectRecords: true, canUpdateAllObjectRecords: true });
    await refused(400, 'must be able to read', tag, 'PATCH', `${path}/${writer.id}`, { canReadAllObjectRecords: false });
    await expect(200, 'PATCH', `${path}/${writer.id}`, { canReadAllObjectRecords: false, canUpdateAllObjectRecords: false });
  });
  await test('a role is for somebody', async () => {
    const tag = 'ROLE_MUST_HAVE_AT_LEAST_ONE_TARGET';
    const none = Object.fromEntries(flags.slice(0, 3).map((name) => [name, false]));
    await refused(400, undefined, tag, 'POST', path, { label: 'nobody', ...none });
    await refused(400, undefined, tag, 'PATCH', `${path}/${reader.id}`, none);
  });
  await test('M121 Admin stays as it is', async () => {
    await refused(400, 'Role is not editable', 'ROLE_NOT_EDITABLE', 'PATCH', `${path}/${ADMIN}`, { label: 'x' });
    await refused(400, 'Role is not editable', 'ROLE_NOT_EDITABLE', 'DELETE', `${path}/${ADMIN}`);
  });
  await test('labels are unique', async () => {
    await refused(400, 'There is a role with the label "Reader"', 'ROLE_LABEL_ALREADY_EXISTS', 'POST', path, { label: 'Reader' });
    await refused(400, 'There is a role with the label "Member"', 'ROLE_LABEL_ALREADY_EXISTS', 'PATCH', `${path}/${reader.id}`, { label: 'Member' });
  });
  await test('what is wrong is told', async () => {
    for (const [body, sentence] of [[{}, 'label should not be empty'], [{ label: ' ' }, 'label should not be empty'], [{ label: 5 }, 'label must be a string'], [{ label: 'x'.repeat(64) }, 'at most 63'], [{ label: 'y', canReadAllObjectRecords: 'yes' }, 'canReadAllObjectRecords must be true or false'], [{ label: 'y', id: 'x' }, 'id must be a UUID']]) {
      await refused(400, sentence, 'INVALID_INPUT', 'POST', path, body);
    }
    for (const [method, body] of [['GET'], ['PATCH', { label: 'x' }], ['DELETE']]) await refused(404, undefined, 'ROLE_NOT_FOUND', method, `${path}/${uuid()}`, body);
    await refused(400, "'x' is not a valid UUID", null, 'GET', `${path}/x`);
  });
  await test('M124 delete: not the default role, not one that keys have', async () => {
    await refused(400, 'default role', 'DEFAULT_ROLE_CANNOT_BE_DELETED', 'DELETE', `${path}/${MEMBER}`);
    await refused(400, '1 API keys have it', 'ROLE_IN_USE', 'DELETE', `${path}/${reader.id}`);
    const { id } = await make({ label: 'short-lived' });
    const held = await key(id);
    await refused(400, '1 API keys have it', 'ROLE_IN_USE', 'DELETE', `${path}/${id}`);
    await expect(200, 'DELETE', `/rest/metadata/apiKeys/${held.id}`);
    same((await expect(200, 'DELETE', `${path}/${id}`)).label, 'short-lived');
    same((await send('GET', `${path}/${id}`)).status, 404);
    same((await expect(200, 'GET', `/rest/metadata/apiKeys/${held.id}`)).roleId, null);
  });
  await test('a role cannot lose the settings when only its keys may change them', async () => {
    const keeper = await make({ label: 'Keeper', canUpdateAllSettings: true });
    const { token } = await key(keeper.id);
    sql(`update core.api_key set revoked_at = now() where role_id = '${ADMIN}' and revoked_at is null and name = 'admin'`);
    const answer = await send('PATCH', `${path}/${keeper.id}`, { canUpdateAllSettings: false }, { token });
    sql(`update core.api_key set revoked_at = null where role_id = '${ADMIN}' and name = 'admin'`);
    same([answer.status, answer.json.code], [400, 'LAST_SETTINGS_KEY']);
    same(sqlOne(`select can_update_all_settings from core.role where id = '${keeper.id}'`), 't');
  });
  await test('a member is refused all of it', async () => {
    const options = { token: process.env.PORTTI_MEMBER_KEY };
    for (const [method, where, body] of [['GET', path], ['POST', path, { label: 'x' }], ['PATCH', `${path}/${MEMBER}`, { canUpdateAllSettings: true }], ['DELETE', `${path}/${reader.id}`], ['GET', '/rest/metadata/workspace'], ['PATCH', '/rest/metadata/workspace', { displayName: 'x' }]]) {
      await refused(403, undefined, 'PERMISSION_DENIED', method, where, body, options);
    }
  });

  const workspace = '/rest/metadata/workspace';
  await test('the workspace', async () => {
    const one = await expect(200, 'GET', workspace);
    same([one.id, one.displayName, one.activationStatus, one.defaultRole.label, one.isGoogleAuthEnabled], [sqlOne('select id from core.workspace'), 'Portti', 'ACTIVE', 'Member', false]);
    same(one.workspaceCustomApplicationId, sqlOne('select application_custom_id from core.workspace'));
    same(String(one.metadataVersion), sqlOne(`select version from core.version where kind = 'model'`));
  });
  await test('its name, logo and default role can be changed', async () => {
    const changed = await expect(200, 'PATCH', workspace, { displayName: 'Acme', logo: 'https://acme.example/logo.png', defaultRoleId: reader.id });
    same([changed.displayName, changed.logo, changed.defaultRole.id], ['Acme', 'https://acme.example/logo.png', reader.id]);
    await refused(400, 'default role', 'DEFAULT_ROLE_CANNOT_BE_DELETED', 'DELETE', `${path}/${reader.id}`);
    const back = await expect(200, 'PATCH', workspace, { logo: null, defaultRoleId: MEMBER });
    same([back.displayName, back.logo, back.defaultRole.id], ['Acme', null, MEMBER]);
    await refused(400, 'not found', 'ROLE_NOT_FOUND', 'PATCH', workspace, { defaultRoleId: uuid() });
    await refused(400, 'displayName should not be empty', 'INVALID_INPUT', 'PATCH', workspace, { displayName: '' });
  });
  await test('what nothing would follow is refused, unless it says what is', async () => {
    for (const [name, value] of [['isGoogleAuthEnabled', true], ['trashRetentionDays', 14], ['subdomain', 'acme'], ['allowImpersonation', true], ['aiChatModelTier', 'FAST'], ['editableProfileFields', ['email']], ['workspaceDiscoverability', 'PUBLIC']]) {
      await refused(400, `${name} cannot be changed`, 'NOT_CHANGEABLE', 'PATCH', workspace, { displayName: 'Nope', [name]: value });
    }
    const now = await expect(200, 'GET', workspace);
    same(now.displayName, 'Acme');
    const { defaultRole, updatedAt, ...rest } = now;
    same({ ...(await expect(200, 'PATCH', workspace, rest)), updatedAt: 0 }, { ...now, updatedAt: 0 });
  });
  await test('methods', async () => {
    for (const [method, where, allow] of [['POST', workspace, 'GET, HEAD, PATCH, OPTIONS'], ['PUT', `${path}/${reader.id}`, 'GET, HEAD, PATCH, DELETE, OPTIONS']]) {
      const answer = await send(method, where, {});
      same([answer.status, answer.headers.allow], [405, allow]);
    }
  });
});
