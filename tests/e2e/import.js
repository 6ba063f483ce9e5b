'use strict';
// The main job: real data in over several connections, read back exactly, every event delivered once and signed.
const crypto = require('crypto');
const { test, main, sleep, until } = require('./lib/report');
const { send, expect, inParallel, chunks, readAll } = require('./lib/api');
const { Receiver } = require('./lib/receiver');
const { companies } = require('./lib/iso');
const { holds, same } = require('./lib/compare');

const byId = (records) => new Map(records.map((record) => [record.id, record]));

function deliveredOnce(receiver, name, records) {
  if (receiver.problems.length) throw new Error(receiver.problems.slice(0, 3).join('\n'));
  const events = receiver.events(name);
  if (events.length !== records.length) throw new Error(`${events.length} events ${name} for ${records.length} records`);
  if (receiver.duplicates()) throw new Error(`${receiver.duplicates()} were delivered twice`);
  const known = byId(events.map((payload) => payload.record));
  for (const record of records) same(known.get(record.id), record, `the event's record is not the answer's, ${record.id}`);
}

async function importAll(sent) {
  const made = new Array(sent.length);
  await inParallel(6, chunks([...sent.keys()], 60), async (indexes) => {
    const answer = await expect(201, 'POST', '/rest/batch/companies', indexes.map((index) => sent[index]));
    const records = answer.data.createCompanies;
    if (records.length !== indexes.length) throw new Error(`${records.length} records for ${indexes.length}`);
    indexes.forEach((index, at) => {
      holds(records[at], sent[index]);
      made[index] = records[at];
    });
  });
  return made;
}

main(240, async () => {
  const receiver = await new Receiver(`whsec_${crypto.randomBytes(32).toString('base64')}`).listen();
  const plain = await new Receiver(crypto.randomBytes(32).toString('hex')).listen();
  const sent = companies();
  // Every other record brings its own id, as an importer that must not write twice would.
  sent.forEach((record, index) => index % 2 && (record.id = crypto.randomUUID()));
  let made;
  let hook;

  await test('a webhook for every change is created and listed', async () => {
    hook = await expect(201, 'POST', '/rest/metadata/webhooks', {
      targetUrl: receiver.url,
      operations: ['*.*'],
      description: 'end to end',
      secret: receiver.secret,
    });
    holds(hook, { targetUrl: receiver.url, operations: ['*.*'], description: 'end to end', secret: receiver.secret });
    await expect(201, 'POST', '/rest/metadata/webhooks', {
      targetUrl: plain.url,
      operations: ['company.destroyed', '*.restored'],
      secret: plain.secret,
    });
    const list = await expect(200, 'GET', '/rest/metadata/webhooks');
    const listed = Array.isArray(list) ? list : list.data.webhooks || list.data;
    if (!listed.some((one) => one.id === hook.id)) throw new Error(JSON.stringify(list));
    // The dispatcher follows within a moment.
    await sleep(1500);
  });

  const begin = Date.now();
  await test(`${sent.length} records are imported in batches of 60 over 6 connections`, async () => {
    made = await importAll(sent);
    return `${Math.round(sent.length / ((Date.now() - begin) / 1000))} records/s`;
  });
  if (!made) return;

  await test('each record arrives exactly as it was sent, through the paged list', async () => {
    const { records, total } = await readAll('companies');
    if (total !== sent.length || records.length !== sent.length) throw new Error(`${total}, ${records.length}`);
    const known = byId(records);
    if (known.size !== sent.length) throw new Error('a record was listed twice');
    made.forEach((record, index) => {
      holds(known.get(record.id), sent[index]);
      same(known.get(record.id), record, 'the list differs from the answer to the creation');
    });
    for (let at = 1; at < records.length; at += 1) {
      if (records[at - 1].id >= records[at].id) throw new Error('the list is not in the order of ids');
    }
  });

  const told = await test('every event is delivered, once, with both signatures right', async () => {
    await until(90, () => `${receiver.byId.size} of ${sent.length}`, () => receiver.byId.size >= sent.length || receiver.problems.length);
    await sleep(500);
    deliveredOnce(receiver, 'company.created', made);
    return `${Math.round(sent.length / ((receiver.deliveries.at(-1).at - begin) / 1000))} events/s`;
  });

  if (!told) return;

  await test('the body of an event has its keys in order', async () => {
    const { payload } = receiver.deliveries[0];
    same(
      Object.keys(payload).join(' '),
      'targetUrl eventName objectMetadata workspaceId webhookId eventDate record',
      'keys',
    );
    same([payload.targetUrl, payload.webhookId, payload.objectMetadata.nameSingular], [receiver.url, hook.id, 'company'], 'values');
  });

  await test('changes, and only changes, are told: updated, deleted, restored, destroyed', async () => {
    const before = receiver.byId.size;
    const [one, two] = made;
    const updated = (await expect(200, 'PATCH', `/rest/companies/${one.id}`, { name: 'Renamed' })).data.updateCompany;
    await expect(200, 'PATCH', `/rest/companies/${one.id}`, { name: 'Renamed' }); // changes nothing: silent
    await expect(200, 'DELETE', `/rest/companies/${two.id}?soft_delete=true`);
    const gone = await send('GET', `/rest/companies/${two.id}`);
    if (gone.status !== 404) throw new Error(`a deleted record is still found: ${gone.status}`);
    const destroyed = (await expect(200, 'DELETE', `/rest/companies/${one.id}`)).data.deleteCompany;
    same(destroyed, { id: one.id }, 'the answer to DELETE');
    await until(20, () => `${receiver.byId.size - before} of 3`, () => receiver.byId.size >= before + 3);
    await sleep(500);
    same(receiver.byId.size - before, 3, 'the number of events');
    const [change] = receiver.events('company.updated');
    same(change.record, updated, 'the updated record');
    if (!change.updatedFields.includes('name')) throw new Error(JSON.stringify(change.updatedFields));
    const [trashed] = receiver.events('company.deleted');
    if (trashed.record.id !== two.id || !trashed.record.deletedAt) throw new Error(JSON.stringify(trashed));
    const [end] = receiver.events('company.destroyed');
    same([end.record.id, end.record.name, 'updatedFields' in end], [one.id, 'Renamed', false], 'destroyed');
  });

  await test('a webhook gets the operations that it asked for and no others', async () => {
    await until(10, 'nothing came', () => plain.byId.size >= 1 || plain.problems.length);
    if (plain.problems.length) throw new Error(plain.problems[0]);
    same([...plain.byId.values()].map((list) => list[0].payload.eventName), ['company.destroyed'], 'events');
  });

  await test('a deleted webhook is not called again', async () => {
    await expect(200, 'DELETE', `/rest/metadata/webhooks/${hook.id}`);
    await sleep(1500);
    const before = receiver.deliveries.length;
    await expect(200, 'DELETE', `/rest/companies/${made[2].id}`);
    await until(10, 'the other webhook got nothing', () => plain.byId.size >= 2);
    same(receiver.deliveries.length, before, 'deliveries');
  });
});
