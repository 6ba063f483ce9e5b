// Subscriptions as a client of the npm package graphql-sse sees them, whose protocol they speak.
import { createRequire } from 'node:module';
import path from 'node:path';
import { KEY, URL_BASE, check, expect, fail, main, same, skip, sleep, test, uuid } from './lib.mjs';

const require = createRequire(path.join(process.cwd(), 'tests/package.json'));
let createClient;
try {
  ({ createClient } = require('graphql-sse'));
} catch {
  skip('graphql-sse', 'the npm packages are not installed');
  process.exit(0);
}

const client = () => createClient({ url: `${URL_BASE}/graphql`, headers: { Authorization: `Bearer ${KEY}` }, retryAttempts: 0 });

main(60, async () => {
  await test('graphql-sse: a subscription brings results until it is left', async () => {
    const name = `sse ${uuid()}`;
    const got = [];
    const leave = client().subscribe(
      { query: 'subscription ($n: String) { onCreateCompany(filter: {name: {eq: $n}}) { action record { name } } }', variables: { n: name } },
      { next: (value) => got.push(value), error: (error) => got.push(error), complete: () => got.push('complete') },
    );
    for (let i = 0; i < 50 && got.length === 0; i += 1) {
      await sleep(100);
      await expect(201, 'POST', '/rest/companies', { name });
    }
    leave();
    check(got.length >= 1, 'nothing came');
    same(got[0], { data: { onCreateCompany: { action: 'CREATED', record: { name } } } });
  });

  await test('graphql-sse: queries, and what is wrong with one', async () => {
    const one = await new Promise((resolve, reject) => {
      let value;
      client().subscribe({ query: '{ companies(first: 1) { totalCount } }' }, { next: (next) => { value = next; }, error: reject, complete: () => resolve(value) });
    });
    check(one.data.companies.totalCount >= 0, JSON.stringify(one));
    const wrong = await new Promise((resolve, reject) => {
      let value;
      client().subscribe({ query: 'subscription { onCreateNothing { action } }' }, { next: (next) => { value = next; }, error: reject, complete: () => resolve(value) });
    });
    if (wrong?.errors?.length !== 1) fail(`the answer is ${JSON.stringify(wrong)}`);
  });
});
