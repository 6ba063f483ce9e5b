// groupBy (contract 2.8; R93–R99).
import { check, create, createMany, main, q, refused, same, send, sameKeys, test } from './lib.mjs';

const json = (value) => q(JSON.stringify(value));
let company;
async function grouped(parameters, plural = 'opportunities') {
  const query = Object.entries({ filter: `companyId[eq]:${company.id}`, ...parameters }).map(([name, value]) => `${name}=${typeof value === 'string' ? q(value) : json(value)}`).join('&');
  const answer = await send('GET', `/rest/${plural}/groupBy?${query}`);
  check(answer.status === 200, `${answer.status} ${answer.text.slice(0, 300)}`);
  check(Array.isArray(answer.json), 'a bare array');
  return answer.json;
}
const by = (groups, ...values) => groups.find((group) => JSON.stringify(group.groupByDimensionValues) === JSON.stringify(values));
const table = (groups, key) => Object.fromEntries(groups.map((group) => [group.groupByDimensionValues.join('/'), group[key]]));

main(120, async () => {
  company = await create('companies', { name: 'Grouped' });
  const micros = (units) => ({ amountMicros: units * 1000000, currencyCode: 'USD' });
  await createMany('opportunities', [
    { name: 'Opportunity 1', stage: 'NEW', amount: micros(1000000), closeDate: '2025-01-01T12:00:00Z' }, // a Wednesday
    { name: 'Opportunity 2', stage: 'NEW', amount: micros(2000000), closeDate: '2025-01-02T12:00:00Z' },
    { name: 'Opportunity 3', stage: 'NEW', amount: micros(3000000), closeDate: '2025-01-02T12:00:00Z' },
    { name: 'Opportunity 4', stage: 'SCREENING', amount: micros(4000000), closeDate: '2025-01-02T23:30:00Z' },
  ].map((record) => ({ ...record, companyId: company.id })));
  const weekday = [{ closeDate: { granularity: 'DAY_OF_THE_WEEK' } }, { stage: true }];
  let groups = [];
  await test('R93 by weekday and stage', async () => {
    const bounds = `createdAt[gte]:'${new Date(Date.now() - 3600000).toISOString()}',createdAt[lte]:'${new Date(Date.now() + 3600000).toISOString()}'`;
    groups = await grouped({ group_by: weekday, aggregate: ['maxAmountAmountMicros'], filter: `companyId[eq]:${company.id},${bounds}`, include_records_sample: 'true', limit: '10' });
    same(groups.length, 3);
    for (const group of groups) check(Array.isArray(group.groupByDimensionValues) && Array.isArray(group.records), JSON.stringify(group));
  });
  await test('R94, R95, R96 the groups', async () => {
    const wednesday = by(groups, 'Wednesday', 'NEW');
    same([wednesday.maxAmountAmountMicros, wednesday.records.length, wednesday.records[0].name, wednesday.records[0].stage], ['1000000000000', 1, 'Opportunity 1', 'NEW']);
    const thursday = by(groups, 'Thursday', 'NEW');
    same([thursday.maxAmountAmountMicros, thursday.records.length, thursday.records.map((record) => record.companyId)], ['3000000000000', 2, [company.id, company.id]]);
    const screening = by(groups, 'Thursday', 'SCREENING');
    same([screening.maxAmountAmountMicros, screening.records.length], ['4000000000000', 1]);
  });
  await test('R97 without records', async () => {
    for (const group of await grouped({ group_by: weekday, aggregate: ['maxAmountAmountMicros'] })) sameKeys(group, ['groupByDimensionValues', 'maxAmountAmountMicros']);
  });
  for (const [direction, wanted] of [['AscNullsFirst', ['Opportunity 2', 'Opportunity 3']], ['DescNullsFirst', ['Opportunity 3', 'Opportunity 2']]]) {
    await test(`R98, R99 order_by_for_records=name[${direction}]`, async () => {
      const ordered = await grouped({ group_by: weekday, include_records_sample: 'true', order_by_for_records: `name[${direction}]` });
      same(by(ordered, 'Thursday', 'NEW').records.map((record) => record.name), wanted);
    });
  }
  await test('aggregates', async () => {
    const names = ['totalCount', 'countNotEmptyId', 'minAmountAmountMicros', 'maxAmountAmountMicros', 'sumAmountAmountMicros', 'avgAmountAmountMicros', 'countUniqueValuesStage', 'countEmptyCloseDate', 'percentageNotEmptyCloseDate'];
    const groups2 = await grouped({ group_by: [{ stage: true }], aggregate: names });
    const fresh = by(groups2, 'NEW');
    same([fresh.minAmountAmountMicros, fresh.maxAmountAmountMicros, fresh.sumAmountAmountMicros].map(Number), [1e12, 3e12, 6e12]);
    same(typeof fresh.sumAmountAmountMicros, 'string');
    same([Number(fresh.avgAmountAmountMicros), Number(fresh.totalCount), Number(fresh.countNotEmptyId), Number(fresh.countUniqueValuesStage), Number(fresh.countEmptyCloseDate)], [2e12, 3, 3, 1, 0]);
    check([1, 100].includes(Number(fresh.percentageNotEmptyCloseDate)), `${fresh.percentageNotEmptyCloseDate}`);
  });
  await test('booleans', async () => {
    await createMany('specimens', [true, true, false, null].map((boolean) => ({ boolean, choice: 'OPTION_1', companyId: company.id })));
    const [group] = await grouped({ group_by: [{ choice: true }], aggregate: ['countTrueBoolean', 'countFalseBoolean', 'countEmptyBoolean'] }, 'specimens');
    same([group.countTrueBoolean, group.countFalseBoolean, group.countEmptyBoolean].map(Number), [2, 1, 1]);
  });
  await test('a composite sub-field, and one hop', async () => {
    same(table(await grouped({ group_by: [{ amount: { currencyCode: true } }], aggregate: ['countNotEmptyId'] }), 'countNotEmptyId').USD == 4, true);
    same(table(await grouped({ group_by: [{ company: { name: true } }], aggregate: ['countNotEmptyId'] }), 'countNotEmptyId').Grouped == 4, true);
  });
  await test('granularities', async () => {
    for (const [granularity, count] of [['DAY', 2], ['WEEK', 1], ['MONTH', 1], ['YEAR', 1], ['QUARTER', 1], ['MONTH_OF_THE_YEAR', 1], ['QUARTER_OF_THE_YEAR', 1], ['DAY_OF_THE_WEEK', 2]]) {
      same((await grouped({ group_by: [{ closeDate: { granularity } }], aggregate: ['countNotEmptyId'] })).length, count, granularity);
    }
  });
  await test('a time zone', async () => {
    const inHelsinki = await grouped({ group_by: [{ closeDate: { granularity: 'DAY_OF_THE_WEEK', timeZone: 'Europe/Helsinki' } }], aggregate: ['countNotEmptyId'] });
    same(Object.fromEntries(Object.entries(table(inHelsinki, 'countNotEmptyId')).map(([day, count]) => [day, Number(count)])), { Wednesday: 1, Thursday: 2, Friday: 1 });
  });
  await test('order_by in its JSON form, and limit', async () => {
    const stages = async (order, more = {}) => (await grouped({ group_by: [{ stage: true }], aggregate: ['countNotEmptyId'], order_by: order, ...more })).map((group) => group.groupByDimensionValues[0]);
    same(await stages([{ aggregate: { countNotEmptyId: 'DescNullsLast' } }]), ['NEW', 'SCREENING']);
    same(await stages([{ aggregate: { countNotEmptyId: 'AscNullsLast' } }]), ['SCREENING', 'NEW']);
    same(await stages([{ stage: 'DescNullsLast' }]), ['SCREENING', 'NEW']);
    same(await stages([{ stage: 'AscNullsFirst' }], { limit: '1' }), ['NEW']);
    same((await grouped({ group_by: [{ closeDate: { granularity: 'DAY' } }], order_by: [{ closeDate: { orderBy: 'AscNullsFirst', granularity: 'DAY' } }], aggregate: ['countNotEmptyId'] })).map((group) => Number(group.countNotEmptyId)), [1, 3]);
  });
  await test('no groups', async () => same(await grouped({ group_by: [{ stage: true }], filter: `companyId[eq]:${company.id},name[eq]:nobody` }), []));
  const bad = (name, parameters, code) => test(`bad groupBy: ${name}`, () => refused(400, undefined, code, 'GET', `/rest/opportunities/groupBy?${Object.entries(parameters).map(([key, value]) => `${key}=${q(value)}`).join('&')}`));
  const stage = '[{"stage":true}]';
  await bad('no group_by', {}, 'INVALID_GROUP_BY_QUERY_PARAM');
  await bad('group_by is no JSON', { group_by: 'stage' }, 'INVALID_GROUP_BY_QUERY_PARAM');
  await bad('group_by is no list', { group_by: '{"stage":true}' }, 'INVALID_GROUP_BY_QUERY_PARAM');
  await bad('an unknown field', { group_by: '[{"nonsense":true}]' });
  await bad('a bare composite', { group_by: '[{"amount":true}]' });
  await bad('an unknown granularity', { group_by: '[{"closeDate":{"granularity":"FORTNIGHT"}}]' });
  await bad('an unknown time zone', { group_by: '[{"closeDate":{"granularity":"DAY","timeZone":"Mars/Base"}}]' });
  await bad('aggregate is no JSON', { group_by: stage, aggregate: 'x' }, 'INVALID_AGGREGATE_FIELDS_QUERY_PARAM');
  await bad('an unknown aggregate', { group_by: stage, aggregate: '["medianAmount"]' });
  await bad('order_by in brackets', { group_by: stage, order_by: 'stage[AscNullsFirst]' }, 'INVALID_ORDER_BY_WITH_GROUP_BY_QUERY_PARAM');
  await bad('a bad filter', { group_by: stage, filter: 'nonsense[eq]:1' });
  await bad('a bad limit', { group_by: stage, limit: 'x' }, 'INVALID_LIMIT_QUERY_PARAM');
});
