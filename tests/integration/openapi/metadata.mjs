// Every operation of the metadata document, as in operations.mjs.
import http from 'node:http';
import { check, expect, main, same, send, skip, test, until, uuid } from '../rest/lib.mjs';
import { Checker } from './checker.mjs';
import { sample } from './sample.mjs';

const document = await expect(200, 'GET', '/rest/open-api/metadata');
const checker = new Checker(document);
const schemas = document.components.schemas;
const expiresAt = '2099-01-01T00:00:00.000Z';

async function paging(id) {
  const page = await checker.call(id, { query: { limit: 1 }, status: 200 });
  await checker.call(id, { query: { limit: 1, starting_after: page.json.pageInfo.endCursor ?? uuid() }, status: 200 });
  await checker.call(id, { query: { limit: 1, ending_before: page.json.pageInfo.endCursor ?? uuid() }, status: 200 });
  await checker.call(id, { query: { limit: 'x' }, status: 400 });
  await checker.call(id, { query: { starting_after: uuid(), ending_before: uuid() }, status: 400 });
}

async function webhooks() {
  // Conditions and lists of names are about objects that there are, so the sample cannot make them up.
  const body = { ...sample(document, schemas.Webhook), operations: ['company.*'], retrySchedule: ['5s', '1m'], rateLimit: '100/s', filter: 'name[like]:%a%', fields: ['name'], headers: { 'X-Tenant': 'north' } };
  for (const pem of ['authorities', 'clientCertificate', 'clientKey']) delete body[pem];
  const made = (await checker.call('createOneWebhook', { body, status: 201 })).json;
  same([made.id, made.secret], [body.id, body.secret]);
  await checker.call('createOneWebhook', { raw: {}, status: 400 });
  await paging('findManyWebhooks');
  await checker.call('findOneWebhook', { path: { id: made.id }, status: 200 });
  await checker.call('findOneWebhook', { path: { id: uuid() }, status: 200 });
  await checker.call('findOneWebhook', { path: { id: 'x' }, status: 400 });
  await checker.call('updateOneWebhook', { path: { id: made.id }, body: { description: null }, status: 200 });
  await checker.call('updateOneWebhook', { path: { id: uuid() }, body: {}, status: 404 });
  await checker.call('updateOneWebhook', { path: { id: made.id }, body: { order: null, filter: null, signature: 'v1a', paused: false }, status: 200 });
  await checker.call('pauseWebhook', { path: { id: made.id }, status: 200 });
  await checker.call('resumeWebhook', { path: { id: made.id }, status: 200 });
  await checker.call('rotateWebhookSecret', { path: { id: made.id }, body: { secret: null, overlap: '1h' }, status: 200 });
  await checker.call('rotateWebhookSecret', { path: { id: made.id }, raw: { overlap: 'long' }, status: 400 });
  await checker.call('replayWebhook', { path: { id: made.id }, body: { ...schemas.ReplayInput.examples[0], undelivered: true }, status: 202 });
  await checker.call('findWebhookReplays', { path: { id: made.id }, status: 200 });
  await checker.call('cancelWebhookReplay', { path: { id: made.id }, status: 200 });
  await checker.call('replayWebhook', { path: { id: made.id }, raw: {}, status: 400 });
  for (const id of ['testWebhook', 'pauseWebhook', 'resumeWebhook', 'rotateWebhookSecret']) await checker.call(id, { path: { id: uuid() }, status: 404 });
  await checker.call('deleteOneWebhook', { path: { id: made.id }, status: 200 });
  await checker.call('deleteOneWebhook', { path: { id: made.id }, status: 404 });
}

async function webhookDeliveries() {
  const server = http.createServer((request, response) => { request.resume(); response.end('thanks'); });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  server.unref();
  const { id } = await expect(201, 'POST', '/rest/metadata/webhooks', { targetUrl: `http://127.0.0.1:${server.address().port}/`, operations: ['company.created'] });
  const sent = await checker.call('testWebhook', { path: { id }, status: 202 });
  await expect(201, 'POST', '/rest/companies', { name: 'Delivered' });
  await until(10, 'two deliveries', async () => (await checker.call('findManyWebhookDeliveries', { query: { webhook: id, status: 'delivered' }, status: 200 })).json.data.length === 2);
  const page = (await checker.call('findManyWebhookDeliveries', { query: { webhook: id, limit: 1, from: '2020-01-01T00:00:00.000Z' }, status: 200 })).json;
  await checker.call('findManyWebhookDeliveries', { query: { webhook: id, limit: 1, starting_after: page.pageInfo.endCursor }, status: 200 });
  const made = (await checker.call('findManyWebhookDeliveries', { query: { webhook: id, object: 'company', action: 'created' }, status: 200 })).json.data;
  same(made.length, 1);
  await checker.call('findManyWebhookDeliveries', { query: { record: made[0].recordId, event: made[0].eventId, to: '2099-01-01T00:00:00.000Z' }, status: 200 });
  const whole = (await checker.call('findOneWebhookDelivery', { path: { id: made[0].id }, status: 200 })).json;
  check(whole.attemptLog.length === 1 && whole.attemptLog[0].response === 'thanks', JSON.stringify(whole));
  await checker.call('resendWebhookDelivery', { path: { id: sent.json.id }, status: 202 });
  await checker.call('findOneWebhookDelivery', { path: { id: `${uuid()}_${uuid()}` }, status: 404 });
  await checker.call('resendWebhookDelivery', { path: { id: `${uuid()}_${uuid()}` }, status: 404 });
  await checker.call('findManyWebhookDeliveries', { query: { status: 'nonsense' }, status: 400 });
  await checker.call('deleteOneWebhook', { path: { id }, status: 200 });
}

async function apiKeys() {
  const role = (await expect(200, 'GET', '/rest/metadata/roles')).data.find(({ label }) => label === 'Admin');
  const made = (await checker.call('createOneApiKey', { body: { name: 'documented', expiresAt, roleId: role.id }, status: 201 })).json;
  const path = { id: made.id };
  await expect(200, 'GET', '/rest/companies', undefined, { token: made.token });
  await checker.call('createOneApiKey', { raw: { name: 'x' }, status: 400 });
  await paging('findManyApiKeys');
  await checker.call('findOneApiKey', { path, status: 200 });
  await checker.call('findOneApiKey', { path: { id: uuid() }, status: 200 });
  await checker.call('updateOneApiKey', { path, body: { name: 'renamed' }, status: 200 });
  await checker.call('generateApiKeyToken', { path, body: { expiresAt: null }, status: 201 });
  await checker.call('generateApiKeyToken', { path: { id: uuid() }, status: 404 });
  await checker.call('revokeOneApiKey', { path, status: 200 });
}

async function roles() {
  const made = (await checker.call('createOneRole', { body: { ...sample(document, schemas.Role), label: 'Documented' }, status: 201 })).json;
  const path = { id: made.id };
  await checker.call('createOneRole', { raw: {}, status: 400 });
  await paging('findManyRoles');
  await checker.call('findOneRole', { path, status: 200 });
  await checker.call('findOneRole', { path: { id: uuid() }, status: 404 });
  await checker.call('updateOneRole', { path, body: { description: 'text', canUpdateAllSettings: false }, status: 200 });
  await checker.call('updateOneRole', { path: { id: uuid() }, body: {}, status: 404 });
  await checker.call('deleteOneRole', { path, status: 200 });
  await checker.call('deleteOneRole', { path, status: 404 });
}

async function workspace() {
  const { displayName } = (await checker.call('findWorkspace', { status: 200 })).json;
  await checker.call('updateWorkspace', { body: { displayName }, status: 200 });
  await checker.call('updateWorkspace', { raw: { displayName: '' }, status: 400 });
}

async function objects() {
  const made = (await checker.call('createOneObject', { body: schemas.Object.examples[0], status: 201 })).json.data.createOneObject;
  const path = { id: made.id };
  await checker.call('createOneObject', { raw: schemas.Object.examples[0], status: 400 });
  await checker.call('createOneObject', { raw: { nameSingular: '' }, status: 400 });
  await paging('findManyObjects');
  await checker.call('findOneObject', { path, status: 200 });
  await checker.call('findOneObject', { path: { id: uuid() }, status: 404 });
  await checker.call('updateOneObject', { path, body: { description: 'text', color: 'blue' }, status: 200 });
  await checker.call('replaceOneObject', { path, body: { labelSingular: 'Bill' }, status: 200 });
  await checker.call('updateOneObject', { path: { id: uuid() }, body: {}, status: 404 });
  return path;
}

async function fields({ id: objectMetadataId }) {
  const company = (await expect(200, 'GET', '/rest/metadata/objects?limit=200')).data.objects.find(({ nameSingular }) => nameSingular === 'company');
  const [select, relation] = schemas.Field.examples;
  const made = (await checker.call('createOneField', { body: { ...select, objectMetadataId }, status: 201 })).json.data.createOneField;
  const path = { id: made.id };
  await checker.call('createOneField', { body: { ...relation, objectMetadataId, relationCreationPayload: { ...relation.relationCreationPayload, targetObjectMetadataId: company.id } }, status: 201 });
  for (const type of schemas.Field.properties.type.enum.filter((one) => !['SELECT', 'MULTI_SELECT', 'FILES', 'RELATION', 'MORPH_RELATION'].includes(one))) {
    await checker.call('createOneField', { body: { type, name: `of${type.replace(/_/g, '').toLowerCase()}`, label: `Of ${type}`, objectMetadataId }, status: 201 });
  }
  await checker.call('createOneField', { raw: { ...select, objectMetadataId }, status: 400 });
  await checker.call('createOneField', { raw: {}, status: 400 });
  await paging('findManyFields');
  await checker.call('findOneField', { path, status: 200 });
  await checker.call('findOneField', { path: { id: uuid() }, status: 404 });
  await checker.call('updateOneField', { path, body: { description: 'text' }, status: 200 });
  await checker.call('replaceOneField', { path, body: { label: 'Condition' }, status: 200 });
  await checker.call('updateOneField', { path: { id: uuid() }, body: {}, status: 400 });
  await checker.call('deleteOneField', { path, status: 200 });
  await checker.call('deleteOneField', { path, status: 404 });
}

// Views, page layouts and what is in them: each kind by all its operations.
async function pieces() {
  const { data: { objects: all } } = await expect(200, 'GET', '/rest/metadata/objects?limit=200');
  const company = all.find(({ nameSingular }) => nameSingular === 'company');
  const fieldMetadataId = company.fields.find(({ name }) => name === 'deletedAt').id;
  const grid = { row: 0, column: 0, rowSpan: 1, columnSpan: 1 };
  const kept = {};
  const kinds = [
    ['View', () => ({ name: 'Mine', icon: 'IconList', objectMetadataId: company.id }), { name: 'Ours' }, {}],
    ['ViewField', () => ({ viewId: kept.View, fieldMetadataId }), { size: 10 }, { viewId: uuid() }],
    ['ViewFilter', () => ({ viewId: kept.View, fieldMetadataId, value: { any: ['JSON'] } }), { operand: 'IS_EMPTY' }, { viewId: uuid() }],
    ['ViewFilterGroup', () => ({ viewId: kept.View }), { logicalOperator: 'NOT' }, { viewId: uuid() }],
    ['ViewSort', () => ({ viewId: kept.View, fieldMetadataId }), { direction: 'DESC' }, { viewId: uuid() }],
    ['ViewGroup', () => ({ viewId: kept.View, fieldValue: 'A' }), { isVisible: false }, { viewId: uuid() }],
    ['ViewFieldGroup', () => ({ viewId: kept.View, name: 'G' }), { name: 'H' }, { viewId: uuid() }],
    ['PageLayout', () => ({ name: 'Page', type: 'DASHBOARD' }), { name: 'Other' }, {}],
    ['PageLayoutTab', () => ({ title: 'Tab', pageLayoutId: kept.PageLayout }), { title: 'Other' }, () => ({ pageLayoutId: kept.PageLayout })],
    ['PageLayoutWidget', () => ({ title: 'W', type: 'IFRAME', pageLayoutTabId: kept.PageLayoutTab, gridPosition: grid }), { title: 'V' }, () => ({ pageLayoutTabId: kept.PageLayoutTab })],
  ];
  for (const [type, body, change, narrow] of kinds) {
    const made = (await checker.call(`createOne${type}`, { body: body(), status: 201 })).json;
    kept[type] = made.id;
    await checker.call(`createOne${type}`, { raw: '{}', status: 400 });
    const query = typeof narrow === 'function' ? narrow() : narrow;
    const page = await checker.call(`findMany${type}s`, { query: { ...query, limit: 1 }, status: 200 });
    await checker.call(`findMany${type}s`, { query: { ...query, starting_after: page.json.pageInfo.endCursor ?? uuid() }, status: 200 });
    await checker.call(`findMany${type}s`, { query: { ...query, limit: 'x' }, status: 400 });
    await checker.call(`findOne${type}`, { path: { id: made.id }, status: 200 });
    await checker.call(`findOne${type}`, { path: { id: uuid() }, status: 404 });
    const changed = (await checker.call(`updateOne${type}`, { path: { id: made.id }, body: change, status: 200 })).json;
    same(changed, { ...made, ...change, updatedAt: changed.updatedAt });
    await checker.call(`updateOne${type}`, { path: { id: uuid() }, body: change, status: 404 });
  }
  for (const [type] of kinds.reverse()) {
    await checker.call(`deleteOne${type}`, { path: { id: kept[type] }, status: 200 });
    await checker.call(`deleteOne${type}`, { path: { id: kept[type] }, status: 404 });
  }
}

main(120, async () => {
  let object;
  // What this server has no routes for answers 501, and is told, not passed over.
  const part = async (name, work) => {
    if ((await send('GET', `/rest/metadata/${name}`)).status === 501) skip(`metadata ${name}`, 'this server has no such routes');
    else await test(`metadata ${name}: operations and answers are as documented`, work);
  };
  await part('webhooks', webhooks);
  await part('webhookDeliveries', webhookDeliveries);
  await part('roles', roles);
  await part('apiKeys', apiKeys);
  await part('workspace', workspace);
  await part('objects', async () => { object = await objects(); });
  await part('fields', () => fields(object));
  await part('views', pieces);
  await part('objects', async () => {
    await checker.call('deleteOneObject', { path: object, status: 200 });
    await checker.call('deleteOneObject', { path: object, status: 404 });
  });
  const there = new Set();
  for (const name of ['webhooks', 'webhookDeliveries', 'roles', 'apiKeys', 'workspace', 'objects', 'fields', 'views', 'pageLayouts']) if ((await send('GET', `/rest/metadata/${name}`)).status !== 501) there.add(name);
  const ofThem = (id) => there.has(checker.operations.get(id).operation.tags[0]);
  await test('every metadata operation has been called', async () => same(checker.uncalled().filter(ofThem), []));
  await test('metadata refusals are as documented', async () => {
    for (const id of [...checker.operations.keys()].filter(ofThem)) {
      const { operation, path } = checker.operations.get(id);
      const common = { path: path.includes('{id}') ? { id: uuid() } : {} };
      await checker.call(id, { ...common, token: null, status: 403 });
      await checker.call(id, { ...common, token: 'invalid-token', status: 401 });
      if (operation.requestBody) await checker.call(id, { ...common, raw: 'x=y', headers: { 'Content-Type': 'text/plain' }, status: 415 });
    }
  });
});
