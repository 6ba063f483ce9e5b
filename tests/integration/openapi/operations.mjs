// Every documented operation of every object is sent to the gateway, and the answer checked against its schema.
import http from 'node:http';
import { cap, check, expect, fail, main, same, send, test, until, uuid } from '../rest/lib.mjs';
import { Checker } from './checker.mjs';
import { sample } from './sample.mjs';

const document = await expect(200, 'GET', '/rest/open-api/core');
const checker = new Checker(document);
const ndjson = { Accept: 'application/x-ndjson' };

// The objects, by their paths; their singular names, by what their operations are called.
const objects = Object.keys(document.paths)
  .filter((path) => document.paths[`${path}/{id}`])
  .map((path) => {
    const plural = path.slice(1);
    const one = document.paths[`${path}/{id}`].get.operationId.slice('findOne'.length);
    return { plural, Plural: cap(plural), One: one, one: one[0].toLowerCase() + one.slice(1) };
  });

// Fields whose values other records may have, or that say who and when, are not part of a sample.
const omit = (key, schema) => schema.properties.createdAt !== undefined && ['id', 'createdAt', 'createdBy'].includes(key);
// Join columns lead to records that must be there.
const joins = ({ Schema }) => Object.keys(Schema.properties).filter((key) => key.endsWith('Id') && Schema.properties[key.slice(0, -2)]?.$ref);

function record(object, suffix = '') {
  const Schema = document.components.schemas[`${object.One}${suffix}`];
  const made = sample(document, Schema, '', omit);
  for (const key of [...joins({ Schema }), ...(suffix === 'ForUpdate' ? ['id'] : [])]) delete made[key];
  return made;
}

async function reads(object, id) {
  const { plural, Plural, One, one } = object;
  const found = await checker.call(`findOne${One}`, { path: { id }, query: { depth: 1 }, status: 200 });
  same(found.json.data[one].id, id);
  await checker.call(`findOne${One}`, { path: { id }, headers: { 'If-None-Match': found.headers.etag }, query: { depth: 1 }, status: 304 });
  await checker.call(`findOne${One}`, { path: { id }, query: { fields: 'createdAt', timing: true, strict: true }, status: 200 });
  await checker.call(`findOne${One}`, { path: { id: uuid() }, status: 404 });
  for (const query of [{}, { depth: 1, limit: 2 }, { order_by: 'createdAt[DescNullsLast]', filter: `id[eq]:${id}`, count: 'estimated' }, { count: 'none', limit: 0 }, { fields: 'createdAt,updatedAt', strict: true }]) {
    const list = await checker.call(`findMany${Plural}`, { query, status: 200 });
    check(Array.isArray(list.json.data[plural]), list.text);
  }
  const page = await checker.call(`findMany${Plural}`, { query: { limit: 1 }, status: 200 });
  await checker.call(`findMany${Plural}`, { query: { limit: 1, starting_after: page.json.pageInfo.endCursor }, status: 200 });
  await checker.call(`findMany${Plural}`, { query: { limit: 1, ending_before: page.json.pageInfo.endCursor }, status: 200 });
  const lines = await checker.call(`findMany${Plural}`, { query: { limit: 'all' }, headers: ndjson, status: 200 });
  const list = document.paths[`/${plural}`].get.responses['200'].content['application/json'].schema;
  for (const line of lines.text.trim().split('\n')) {
    checker.valid(list.properties.data.properties[plural].items.$ref.slice(2).split('/'), JSON.parse(line), 'a line of an export');
  }
  await checker.call(`groupBy${Plural}`, {
    query: { group_by: '[{"createdAt":{"granularity":"MONTH"}}]', aggregate: '["totalCount","maxPosition","countNotEmptyId","minCreatedAt"]', include_records_sample: true, order_by: '[{"aggregate":{"totalCount":"DescNullsLast"}}]', order_by_for_records: 'id', limit: 5 },
    status: 200,
  });
}

async function createsOne(object) {
  const made = await checker.call(`createOne${object.One}`, { body: record(object), query: { depth: 1 }, status: 201 });
  const one = made.json.data[`create${object.One}`];
  const again = await checker.call(`createOne${object.One}`, { raw: { ...record(object), id: one.id }, status: 400 });
  check(again.json.code !== undefined, again.text);
  await checker.call(`createOne${object.One}`, { body: { ...record(object), id: one.id }, query: { upsert: true, revive: false }, status: 201 });
  return one.id;
}

async function changesOne(object, id) {
  const { One } = object;
  const key = uuid();
  const body = record(object, 'ForUpdate');
  const first = await checker.call(`UpdateOne${One}`, { path: { id }, body, query: { depth: 1 }, headers: { 'Idempotency-Key': key }, status: 200 });
  const second = await checker.call(`UpdateOne${One}`, { path: { id }, body, query: { depth: 1 }, headers: { 'Idempotency-Key': key }, status: 200 });
  same([second.headers['idempotency-replayed'], second.json.data[`update${One}`].id], ['true', first.json.data[`update${One}`].id]);
  await checker.call(`UpdateOne${One}`, { path: { id }, body: {}, headers: { 'Idempotency-Key': key }, status: 422 });
  await checker.call(`UpdateOne${One}`, { path: { id }, body: {}, headers: { 'If-Match': '"0-0"' }, status: 412 });
  await checker.call(`UpdateOne${One}`, { path: { id: uuid() }, body: {}, status: 404 });
  await checker.call(`deleteOne${One}`, { path: { id }, query: { soft_delete: true }, status: 200 });
  await checker.call(`restoreOne${One}`, { path: { id }, query: { depth: 1 }, status: 200 });
  await checker.call(`deleteOne${One}`, { path: { id }, headers: { 'If-Match': '"0-0"' }, status: 412 });
  await checker.call(`deleteOne${One}`, { path: { id }, status: 200 });
  await checker.call(`restoreOne${One}`, { path: { id }, status: 404 });
}

async function changesMany(object) {
  const { Plural } = object;
  const made = await checker.call(`createMany${Plural}`, { body: [record(object), record(object)], query: { depth: 1 }, status: 201 });
  const ids = made.json.data[`create${Plural}`].map(({ id }) => id);
  const filter = `id[in]:[${ids}]`;
  const imported = await checker.call(`createMany${Plural}`, { raw: `${JSON.stringify(record(object))}\n{"nonsense":1}\n`, headers: { 'Content-Type': 'application/x-ndjson' }, status: 200 });
  for (const line of imported.text.trim().split('\n')) checker.valid(['components', 'schemas', 'ImportReport'], JSON.parse(line), 'a line of a report');
  await checker.call(`updateMany${Plural}`, { query: { filter }, body: { position: 2 }, status: 200 });
  await checker.call(`updateBatch${Plural}`, { body: ids.map((id) => ({ id, position: 3 })), query: { depth: 1 }, status: 200 });
  await checker.call(`updateBatch${Plural}`, { body: [{ id: uuid(), position: 3 }], status: 404 });
  await checker.call(`deleteBatch${Plural}`, { body: ids, query: { soft_delete: true }, status: 200 });
  await checker.call(`restoreBatch${Plural}`, { body: ids.map((id) => ({ id })), status: 200 });
  await checker.call(`deleteMany${Plural}`, { query: { filter, soft_delete: true }, status: 200 });
  await checker.call(`restoreMany${Plural}`, { query: { filter }, status: 200 });
  await checker.call(`find${object.One}Duplicates`, { body: { ids }, query: { depth: 1 }, status: 200 });
  await checker.call(`find${object.One}Duplicates`, { body: { data: [record(object, 'ForUpdate')] }, status: 200 });
  if (document.paths[`/${object.plural}/merge`]) {
    await checker.call(`mergeMany${Plural}`, { body: { ids, dryRun: true }, status: 200 });
    await checker.call(`mergeMany${Plural}`, { body: { ids, conflictPriorityIndex: 1 }, status: 200 });
    await checker.call(`deleteBatch${Plural}`, { body: [ids[1]], status: 200 });
  } else {
    await checker.call(`deleteBatch${Plural}`, { body: ids, status: 200 });
  }
  await checker.call(`deleteMany${Plural}`, { query: { filter }, status: 200 });
}

// What any operation may meet.
async function refusals(id) {
  const { operation, path } = checker.operations.get(id);
  const common = { path: path.includes('{id}') ? { id: uuid() } : {} };
  if (!operation.security) {
    await checker.call(id, { ...common, token: null, status: 403 });
    await checker.call(id, { ...common, token: 'invalid-token', status: 401 });
    const problem = await checker.call(id, { ...common, token: null, headers: { Accept: 'application/problem+json' }, status: 403 });
    same(problem.headers['content-type'].split(';')[0], 'application/problem+json');
  }
  if (operation.requestBody) {
    await checker.call(id, { ...common, raw: 'x=y', headers: { 'Content-Type': 'text/plain' }, status: 415 });
    await checker.call(id, { ...common, raw: '{', query: {}, status: 400 });
  }
}

// Bodies that the document does not allow are not taken; otherwise it would hold back what there is.
async function wrongBodies(object) {
  const Schema = document.components.schemas[object.One];
  const id = `createOne${object.One}`;
  await checker.call(id, { raw: { ...record(object), nonsense: 1 }, status: 400 });
  for (const missing of Schema.required ?? []) {
    const body = record(object);
    delete body[missing];
    await checker.call(id, { raw: body, status: 400 });
  }
  for (const key of ['updatedAt', 'deletedAt', 'updatedBy'].filter((name) => !(name in Schema.properties))) {
    await checker.call(id, { raw: { ...record(object), [key]: null }, status: 400 });
  }
}

const receiver = { got: [] };
async function webhooks() {
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (part) => { body += part; });
    request.on('end', () => {
      receiver.got.push({ headers: request.headers, body: JSON.parse(body) });
      response.end();
    });
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  server.unref();
  return `http://127.0.0.1:${server.address().port}/`;
}

main(120, async () => {
  check(objects.length >= 8, `only ${objects.length} objects`);
  const targetUrl = await webhooks();
  const hook = await expect(201, 'POST', '/rest/metadata/webhooks', { targetUrl, operations: ['*.*', 'webhook.*'] });
  const thin = await expect(201, 'POST', '/rest/metadata/webhooks', { targetUrl, operations: ['company.*'], payload: 'thin', signature: 'v1a' });
  for (const object of objects) {
    await test(`${object.plural}: operations and answers are as documented`, async () => {
      const id = await createsOne(object);
      await reads(object, id);
      await changesOne(object, id);
      await changesMany(object);
      await wrongBodies(object);
    });
  }
  await test('search and the document itself', async () => {
    await checker.call('search', { query: { query: 'text', limit: 3 }, status: 200 });
    await checker.call('search', { query: { query: 'text', includedObjectNameSingulars: 'person,company' }, status: 200 });
    await checker.call('search', { query: {}, status: 400 });
    await checker.call('getOpenApiCore', { status: 200 });
  });
  await test('every operation has been called', async () => same(checker.uncalled(), []));
  await test('refusals are as documented', async () => {
    for (const id of checker.operations.keys()) await refusals(id);
  });
  await test('depth, a cut list and lists of all types', async () => {
    const company = (await expect(201, 'POST', '/rest/companies', { name: 'Large' })).data.createCompany.id;
    for (let i = 0; i < 62; i += 31) await expect(201, 'POST', '/rest/batch/people', Array.from({ length: 31 }, () => ({ companyId: company })));
    const cut = await checker.call('findOneCompany', { path: { id: company }, query: { depth: 1 }, status: 200 });
    same(cut.json.truncated?.[0].totalCount, 62);
    await checker.call('createOnePerson', { body: { company: { connect: { where: { id: company } } } }, query: { depth: 1 }, status: 201 });
  });
  await test('webhooks carry what is documented', async () => {
    await expect(202, 'POST', `/rest/metadata/webhooks/${hook.id}/test`);
    // These two take days.
    const wanted = new Set(Object.keys(document.webhooks).filter((name) => !['webhook.failing', 'webhook.disabled'].includes(name)));
    await until(20, 'an event of each kind', async () => {
      for (const { body } of receiver.got) wanted.delete(body.eventName);
      return wanted.size === 0;
    }).catch(() => fail(`no event for ${[...wanted].slice(0, 5)} (${wanted.size})`));
    for (const { headers, body } of receiver.got) {
      const { post } = document.webhooks[body.eventName];
      checker.valid(['webhooks', body.eventName, 'post', 'requestBody', 'content', 'application/json', 'schema'], body, body.eventName);
      for (const one of post.parameters.map((parameter) => checker.at(parameter.$ref))) check(headers[one.name.toLowerCase()], `${body.eventName} has no header ${one.name}`);
    }
  });
  for (const { id } of [hook, thin]) await send('DELETE', `/rest/metadata/webhooks/${id}`);
});
