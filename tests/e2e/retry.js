'use strict';
// A receiver that fails at first gets its events later, the same to the byte and under the same id.
const crypto = require('crypto');
const { test, main, sleep, until } = require('./lib/report');
const { expect } = require('./lib/api');
const { Receiver } = require('./lib/receiver');

main(90, async () => {
  const receiver = await new Receiver(crypto.randomBytes(32).toString('hex')).listen();
  const seen = new Map();
  receiver.answer = ({ id }) => {
    seen.set(id, (seen.get(id) || 0) + 1);
    return seen.get(id) <= 2 ? 503 : 200;
  };
  await expect(201, 'POST', '/rest/metadata/webhooks', {
    targetUrl: receiver.url,
    operations: ['task.created'],
    secret: receiver.secret,
  });
  await sleep(1500);
  const titles = Array.from({ length: 20 }, (_, index) => ({ title: `Try again ${index}` }));
  await expect(201, 'POST', '/rest/batch/tasks', titles);

  await test('events that were refused twice are delivered at the third attempt', async () => {
    await until(45, () => `${receiver.byId.size} of 20`, () => receiver.byId.size >= 20 || receiver.problems.length);
    if (receiver.problems.length) throw new Error(receiver.problems[0]);
    await sleep(1000);
    const attempts = [...seen.values()];
    if (attempts.some((count) => count !== 3)) throw new Error(`attempts: ${attempts}`);
  });

  await test('each attempt has the same id and the same bytes', async () => {
    if (receiver.unequal().length) {
      const id = receiver.unequal()[0];
      throw new Error(receiver.deliveries.filter((one) => one.id === id).map((one) => one.raw).join('\n'));
    }
    if (seen.size !== 20) throw new Error(`${seen.size} ids for 20 events`);
  });
});
