'use strict';
// Once more, with the dispatcher killed in the middle and started again through quickstart: nothing is missing, and
// what comes twice is the same to the byte.
const crypto = require('crypto');
const fs = require('fs');
const { spawn } = require('child_process');
const { test, main, sleep, until } = require('./lib/report');
const { expect, inParallel, chunks } = require('./lib/api');
const { Receiver } = require('./lib/receiver');
const { notes } = require('./lib/iso');
const { holds } = require('./lib/compare');

const data = process.env.E2E_DATA;
// What may be under way when the process dies: the window of the receiver, and results not yet written in a group.
const DUPLICATES_MAX = 600;

function quickstart() {
  return new Promise((resolve, reject) => {
    const child = spawn('./config/quickstart', ['--data', data, '--detach', '--no-demo'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (part) => (output += part));
    child.stderr.on('data', (part) => (output += part));
    child.on('exit', (code) => (code === 0 ? resolve(output) : reject(new Error(output))));
  });
}

function dispatcherPid() {
  return Number(/^PORTTI_DISPATCHER_PID=(\d+)$/m.exec(fs.readFileSync(`${data}/env`, 'utf8'))[1]);
}

main(240, async () => {
  const receiver = await new Receiver(`whsec_${crypto.randomBytes(24).toString('base64')}`).listen();
  const sent = notes();
  const made = [];
  await expect(201, 'POST', '/rest/metadata/webhooks', {
    targetUrl: receiver.url,
    operations: ['note.*'],
    secret: receiver.secret,
  });
  await sleep(1500);
  // A receiver that takes its time, so that deliveries are under way at any moment.
  receiver.answer = () => sleep(3).then(() => 204);

  await test('the dispatcher is killed in the middle of an import, and started again', async () => {
    const importing = inParallel(4, chunks(sent, 60), async (batch) => {
      const records = (await expect(201, 'POST', '/rest/batch/notes', batch)).data.createNotes;
      records.forEach((record, at) => holds(record, batch[at]));
      made.push(...records);
    });
    const some = Math.min(500, Math.floor(sent.length / 4));
    await until(60, () => `${receiver.byId.size} deliveries`, () => receiver.byId.size >= some);
    const before = dispatcherPid();
    process.kill(before, 'SIGKILL');
    await sleep(300);
    const atTheKill = receiver.byId.size;
    await quickstart();
    if (dispatcherPid() === before) throw new Error('quickstart did not start another');
    await importing;
    return `after ${atTheKill} of ${sent.length} events`;
  });

  await test('no event is missing', async () => {
    await until(120, () => `${receiver.byId.size} of ${sent.length}`, () => receiver.byId.size >= sent.length || receiver.problems.length);
    if (receiver.problems.length) throw new Error(receiver.problems.slice(0, 3).join('\n'));
    const told = new Set(receiver.events('note.created').map((payload) => payload.record.id));
    const missing = made.filter((record) => !told.has(record.id));
    if (missing.length || made.length !== sent.length) throw new Error(`${missing.length} missing of ${made.length}`);
  });

  await test('what came twice is bounded and the same to the byte', async () => {
    await sleep(1500);
    const twice = receiver.duplicates();
    if (receiver.byId.size !== sent.length) throw new Error(`${receiver.byId.size} ids for ${sent.length} events`);
    if (receiver.unequal().length) {
      const id = receiver.unequal()[0];
      throw new Error(receiver.deliveries.filter((one) => one.id === id).map((one) => one.raw).join('\n'));
    }
    if (twice > DUPLICATES_MAX) throw new Error(`${twice} came twice, more than ${DUPLICATES_MAX}`);
    return `${twice} of ${sent.length}`;
  });
});
