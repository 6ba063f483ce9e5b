'use strict';
// Companies whose ids are md5 of 1, 2, 3 …, so that pgbench can draw one at random without a table of them.
const crypto = require('crypto');
const { expect, inParallel } = require('../e2e/lib/api');

function id(number) {
  const hex = crypto.createHash('md5').update(String(number)).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function company(number) {
  return {
    id: id(number),
    name: `Company ${number}`,
    domainName: { primaryLinkUrl: `https://c${number}.import.example` },
    address: {
      addressStreet1: `${number % 300} High Street`,
      addressCity: 'Tampere',
      addressPostcode: '33100',
      addressCountry: 'Finland',
    },
    annualRevenue: { amountMicros: number * 1000000, currencyCode: 'EUR' },
  };
}

(async () => {
  const total = Number(process.env.BENCH_RECORDS);
  const starts = Array.from({ length: Math.ceil(total / 60) }, (_, index) => index * 60 + 1);
  const begin = Date.now();
  await inParallel(6, starts, async (start) => {
    const count = Math.min(60, total - start + 1);
    await expect(201, 'POST', '/rest/batch/companies', Array.from({ length: count }, (_, at) => company(start + at)));
  });
  console.log(`  ${Math.round(total / ((Date.now() - begin) / 1000))} records/s`);
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
