// Facts of the contract's acceptance list about groups (G61 to G89), and aggregates of connections.
import { ask, check, checkRefusal, data, expect, main, same, test, uuid } from './lib.mjs';

const nodes = (connection) => connection.edges.map(({ node }) => node);
const createMany = async (Many, d, fields = 'id') => (await data(`mutation ($d: [${{ Companies: 'Company', People: 'Person', Opportunities: 'Opportunity' }[Many]}CreateInput!]!) { create${Many}(data: $d) { ${fields} } }`, { d }))[`create${Many}`];
const mark = uuid().slice(0, 8);
const values = (groups) => groups.map(({ groupByDimensionValues }) => groupByDimensionValues);

async function days() {
  const at = ['2025-01-02', '2025-01-08', '2025-03-01', '2025-03-02', '2025-03-03', '2025-03-04'];
  await createMany('Companies', at.map((day) => ({ name: `days ${mark}`, createdAt: `${day}T12:00:00.000Z` })));
  const by = async (how, fields = 'totalCount') => (await data(`{ companiesGroupBy(filter: {name: {eq: "days ${mark}"}}, groupBy: [{createdAt: {${how}}}]) { groupByDimensionValues ${fields} } }`)).companiesGroupBy;
  const first = (groups) => Object.fromEntries(groups.map(({ groupByDimensionValues: [value], totalCount }) => [value.slice(0, 10), totalCount]));
  await test('G63 months', async () => same(first(await by('granularity: MONTH, timeZone: "Europe/Paris"')), { '2025-01-01': 2, '2025-03-01': 4 }));
  await test('G64 weeks from Monday, with their records', async () => {
    const groups = await by('granularity: WEEK, timeZone: "Europe/Paris"', 'totalCount edges { node { id createdAt } }');
    same(first(groups), { '2024-12-30': 1, '2025-01-06': 1, '2025-02-24': 2, '2025-03-03': 2 });
    for (const group of groups) same(group.edges.length, group.totalCount);
  });
  await test('G65 weeks from Sunday', async () => same(first(await by('granularity: WEEK, weekStartDay: SUNDAY, timeZone: "Europe/Paris"')), { '2024-12-29': 1, '2025-01-05': 1, '2025-02-23': 1, '2025-03-02': 3 }));
  await test('G66 weeks from Saturday', async () => same(first(await by('granularity: WEEK, weekStartDay: SATURDAY, timeZone: "Europe/Paris"')), { '2024-12-28': 1, '2025-01-04': 1, '2025-03-01': 4 }));
  await test('a day begins where the zone says', async () => {
    await createMany('Companies', [{ name: `zone ${mark}`, createdAt: '2025-03-01T22:30:00.000Z' }, { name: `zone ${mark}`, createdAt: '2025-03-01T23:30:00.000Z' }]);
    const of = async (zone) => (await data(`{ companiesGroupBy(filter: {name: {eq: "zone ${mark}"}}, groupBy: [{createdAt: {granularity: DAY, timeZone: "${zone}"}}], orderBy: [{createdAt: {granularity: DAY, orderBy: AscNullsFirst}}]) { groupByDimensionValues } }`)).companiesGroupBy;
    same(values(await of('Europe/Paris')), [['2025-03-01'], ['2025-03-02']]);
    same(values(await of('UTC')), [['2025-03-01']]);
  });
  await test('quarters, years and those of every year', async () => {
    same(first(await by('granularity: QUARTER, timeZone: "UTC"')), { '2025-01-01': 6 });
    same(values(await by('granularity: QUARTER_OF_THE_YEAR')), [['Q1']]);
    same(values(await by('granularity: MONTH_OF_THE_YEAR')).flat().sort(), ['January', 'March']);
  });
  await test('a zone is needed, and must be one', async () => {
    const one = await ask('{ companiesGroupBy(groupBy: [{createdAt: {granularity: DAY}}]) { totalCount } }');
    same(checkRefusal(one, 'Time zone should be specified', 'BAD_USER_INPUT').extensions.subCode, 'MISSING_TIMEZONE_FOR_DATE_GROUP_BY');
    const unknown = checkRefusal(await ask('{ companiesGroupBy(groupBy: [{updatedAt: {granularity: DAY, timeZone: "Europe/Paris"}}, {createdAt: {granularity: DAY, timeZone: "Mars/Base"}}]) { totalCount } }'), 'Invalid timezone: Mars/Base', 'BAD_USER_INPUT');
    same([unknown.message, unknown.extensions.subCode], ['Invalid timezone: Mars/Base', 'INVALID_TIMEZONE']);
    const other = await ask('{ companiesGroupBy(groupBy: [{createdAt: {granularity: DAY, timeZone: "Mars/Base"}}]) { totalCount } }');
    same(checkRefusal(other, 'zone', 'BAD_USER_INPUT').extensions.subCode, 'INVALID_TIMEZONE');
  });
}

async function orders() {
  const micros = (amount) => ({ amountMicros: amount, currencyCode: 'EUR' });
  const rows = [['Dallas', '2025-01-06', 2, 100], ['Anvers', '2025-01-06', 19, 100], ['Cuzco', '2025-01-06', 19, 105], ['Cuzco', '2025-01-06', 20, 100], ['Barcelona', '2025-01-08', 3, 100], ['Barcelona', '2025-01-08', 3, 100], ['Paris', '2025-01-09', 10, 100]];
  await createMany('Companies', rows.map(([addressCity, day, units, amount]) => ({ name: `orders ${mark}`, createdAt: `${day}T12:00:00.000Z`, address: { addressCity, addressLat: units }, annualRevenue: micros(amount) })));
  const dimensions = 'groupBy: [{address: {addressCity: true}}, {createdAt: {granularity: DAY_OF_THE_WEEK}}, {annualRevenue: {amountMicros: true}}, {address: {addressLat: true}}]';
  const filter = `filter: {name: {eq: "orders ${mark}"}}`;
  await test('G78 by a weekday, an aggregate and a city; amounts are text', async () => {
    const groups = (await data(`{ companiesGroupBy(${filter}, ${dimensions}, orderBy: [{createdAt: {granularity: DAY_OF_THE_WEEK, orderBy: AscNullsLast}}, {aggregate: {minAnnualRevenueAmountMicros: AscNullsLast}}, {address: {addressCity: AscNullsLast}}]) { groupByDimensionValues totalCount minAnnualRevenueAmountMicros } }`)).companiesGroupBy;
    same(groups.map(({ groupByDimensionValues: [city, day, amount], totalCount, minAnnualRevenueAmountMicros: min }) => [city, day, amount, totalCount, min]), [
      ['Anvers', 'Monday', '100', 1, 100], ['Cuzco', 'Monday', '100', 1, 100], ['Dallas', 'Monday', '100', 1, 100], ['Cuzco', 'Monday', '105', 1, 105],
      ['Barcelona', 'Wednesday', '100', 2, 100], ['Paris', 'Thursday', '100', 1, 100]]);
  });
  await test('G79 weekdays in their order, and back', async () => {
    const of = async (direction) => values((await data(`{ companiesGroupBy(${filter}, groupBy: [{createdAt: {granularity: DAY_OF_THE_WEEK}}], orderBy: [{createdAt: {granularity: DAY_OF_THE_WEEK, orderBy: ${direction}}}]) { groupByDimensionValues } }`)).companiesGroupBy).flat();
    same(await of('AscNullsLast'), ['Monday', 'Wednesday', 'Thursday']);
    same(await of('DescNullsLast'), ['Thursday', 'Wednesday', 'Monday']);
  });
  await test('G61 a limit', async () => same((await data(`{ companiesGroupBy(${filter}, groupBy: [{address: {addressCity: true}}], limit: 2) { groupByDimensionValues } }`)).companiesGroupBy.length, 2));
  const refusals = [
    ['G80', 'groupBy: [{name: true}], orderBy: [{linkedinLink: {primaryLinkUrl: AscNullsLast}}]', 'Cannot order by a field that is not an aggregate nor in groupBy criteria: linkedinLink.'],
    ['G81', 'groupBy: [{createdAt: {granularity: DAY_OF_THE_WEEK}}], orderBy: [{createdAt: {granularity: MONTH, orderBy: AscNullsLast}}]', 'Cannot order by a date granularity that is not in groupBy criteria: MONTH'],
    ['G82', 'groupBy: [{createdAt: {granularity: DAY_OF_THE_WEEK}}], orderBy: [{createdAt: {orderBy: AscNullsLast}}]', 'Cannot order by a field that is not in groupBy or that is not an aggregate field'],
    ['G83', 'groupBy: [{name: true}], orderBy: [{aggregate: {totalCount: AscNullsLast, countEmptyName: AscNullsLast}}]', 'Please provide aggregate criteria one by one in orderBy array'],
    ['G84', 'groupBy: [{name: true}], orderBy: [{name: AscNullsLast, address: {addressCity: AscNullsLast}}]', 'Please provide orderBy field criteria one by one in orderBy array'],
  ];
  for (const [fact, how, sentence] of refusals) {
    await test(`${fact} ${sentence}`, async () => {
      const answer = await ask(`{ companiesGroupBy(${how}) { groupByDimensionValues } }`);
      checkRefusal(answer, sentence, 'BAD_USER_INPUT');
      same(answer.json.errors.length, 1);
    });
  }
}

async function records() {
  const micros = (units) => ({ amountMicros: units * 1000000, currencyCode: 'USD' });
  const [one, two] = await createMany('Companies', [{ name: `A ${mark}` }, { name: `B ${mark}` }]);
  await createMany('Opportunities', [
    { name: 'Opportunity 1', stage: 'NEW', amount: micros(1000000), closeDate: '2025-01-01T12:00:00Z', companyId: one.id },
    { name: 'Opportunity 2', stage: 'NEW', amount: micros(2000000), closeDate: '2025-01-02T12:00:00Z', companyId: two.id },
    { name: 'Opportunity 3', stage: 'NEW', amount: micros(3000000), closeDate: '2025-01-02T12:00:00Z', companyId: one.id },
    { name: 'Opportunity 4', stage: 'SCREENING', amount: micros(4000000), closeDate: '2025-01-02T13:30:00Z', companyId: one.id },
  ]);
  const query = (more = '', fields = '') => `query ($f: OpportunityFilterInput, $o: [OpportunityOrderByInput]) { opportunitiesGroupBy(groupBy: [{closeDate: {granularity: DAY_OF_THE_WEEK}}, {stage: true}], filter: $f, orderByForRecords: $o${more}) {
    __typename groupByDimensionValues sumAmountAmountMicros totalCount ${fields} edges { node { __typename name amount { amountMicros } company { id name people { totalCount } } } cursor } pageInfo { hasNextPage endCursor } } }`;
  const mine = { company: { name: { like: `% ${mark}` } } };
  const group = (groups, ...wanted) => groups.find(({ groupByDimensionValues }) => JSON.stringify(groupByDimensionValues) === JSON.stringify(wanted));
  await test('G85 records of groups, with what they lead to', async () => {
    const groups = (await data(query(', limit: 3'), { f: mine, undeclared: 1 })).opportunitiesGroupBy;
    const wednesday = group(groups, 'Wednesday', 'NEW');
    same([wednesday.edges.length, wednesday.edges[0].node.amount.amountMicros, wednesday.sumAmountAmountMicros, wednesday.edges[0].node.__typename], [1, 1000000000000, 1000000000000, 'Opportunity']);
    const thursday = group(groups, 'Thursday', 'NEW');
    same([thursday.edges.length, thursday.sumAmountAmountMicros, nodes(thursday).map(({ company }) => company.id).sort()], [2, 5000000000000, [one.id, two.id].sort()]);
    same([group(groups, 'Thursday', 'SCREENING').edges.length, group(groups, 'Thursday', 'SCREENING').pageInfo.hasNextPage], [1, false]);
  });
  await test('G86 a filter removes a group', async () => same((await data(query(), { f: { ...mine, stage: { neq: 'SCREENING' } } })).opportunitiesGroupBy.length, 2));
  await test('G88, G89 records in an order, also across a relation', async () => {
    const of = async (o) => nodes(group((await data(query(), { f: mine, o })).opportunitiesGroupBy, 'Thursday', 'NEW')).map(({ name }) => name);
    same(await of([{ name: 'AscNullsLast' }]), ['Opportunity 2', 'Opportunity 3']);
    same(await of([{ name: 'DescNullsLast' }]), ['Opportunity 3', 'Opportunity 2']);
    same(await of([{ company: { name: 'AscNullsLast' } }]), ['Opportunity 3', 'Opportunity 2']);
    same(await of([{ company: { name: 'DescNullsLast' } }]), ['Opportunity 2', 'Opportunity 3']);
  });
  await test('offsetForRecords', async () => {
    const groups = (await data(query(', offsetForRecords: 1'), { f: mine, o: [{ name: 'AscNullsLast' }] })).opportunitiesGroupBy;
    same(nodes(group(groups, 'Thursday', 'NEW')).map(({ name }) => name), ['Opportunity 3']);
    same(group(groups, 'Wednesday', 'NEW').edges, []);
  });
  await test('G76, G87 across a relation; numbers are numbers', async () => {
    const groups = (await data(`{ opportunitiesGroupBy(groupBy: [{company: {name: true}}], filter: {company: {name: {like: "% ${mark}"}}}, orderBy: [{company: {name: AscNullsLast}}]) { groupByDimensionValues totalCount } }`)).opportunitiesGroupBy;
    same(groups, [{ groupByDimensionValues: [`A ${mark}`], totalCount: 3 }, { groupByDimensionValues: [`B ${mark}`], totalCount: 1 }]);
    const members = (await data('{ workspaceMembersGroupBy(groupBy: [{calendarStartDay: true}]) { groupByDimensionValues } }')).workspaceMembersGroupBy;
    for (const [value] of values(members)) check(value === null || typeof value === 'number', `${value}`);
  });
}

async function aggregates() {
  const one = (await createMany('Companies', [{ name: `aggregates ${mark}` }]))[0].id;
  await createMany('People', [{ jobTitle: 'x', name: { firstName: 'Ann', lastName: 'Lee' } }, { jobTitle: 'x' }, { name: { firstName: 'Ann', lastName: 'Lee' } }, { jobTitle: 'y', name: { lastName: 'Lee' } }].map((record) => ({ ...record, companyId: one })));
  const fields = 'totalCount countEmptyJobTitle countNotEmptyJobTitle percentageEmptyJobTitle countUniqueValuesJobTitle countEmptyName countUniqueValuesName minCreatedAt countEmptySearchVector';
  const wanted = { totalCount: 4, countEmptyJobTitle: 1, countNotEmptyJobTitle: 3, percentageEmptyJobTitle: 0.25, countUniqueValuesJobTitle: 2, countEmptyName: 1, countUniqueValuesName: 2, countEmptySearchVector: 0 };
  const sameBut = (got) => {
    check(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(got.minCreatedAt), got.minCreatedAt);
    same({ ...got, minCreatedAt: undefined }, wanted);
  };
  await test('aggregates of a connection: over the filter, whatever the page', async () => {
    sameBut((await data(`{ people(first: 1, filter: {companyId: {eq: "${one}"}}) { ${fields} } }`)).people);
    const paged = (await data(`{ people(first: 1, filter: {companyId: {eq: "${one}"}}) { ${fields} edges { node { id } } } }`)).people;
    same(paged.edges.length, 1);
    delete paged.edges;
    sameBut(paged);
  });
  await test('aggregates of nested connections, under several names', async () => {
    const c = (await data(`{ company(filter: {id: {eq: "${one}"}}) { all: people { ${fields} } named: people(filter: {jobTitle: {is: NOT_NULL}}, first: 1) { totalCount edges { node { id } } } none: people(filter: {jobTitle: {eq: "z"}}) { totalCount countEmptyJobTitle percentageEmptyJobTitle edges { node { id } } } } }`)).company;
    sameBut(c.all);
    same([c.named.totalCount, c.named.edges.length], [3, 1]);
    same(c.none, { totalCount: 0, countEmptyJobTitle: null, percentageEmptyJobTitle: null, edges: [] });
  });
  await test('over nothing only the total is a number', async () => same((await data('{ people(filter: {jobTitle: {eq: "nobody has this"}}) { totalCount countEmptyName percentageNotEmptyName maxCreatedAt } }')).people, { totalCount: 0, countEmptyName: null, percentageNotEmptyName: null, maxCreatedAt: null }));
  await test('of money', async () => {
    await createMany('Companies', [1, 2, 4].map((n) => ({ name: `money ${mark}`, annualRevenue: { amountMicros: n * 1000000, currencyCode: 'EUR' } })));
    same((await data(`{ companies(filter: {name: {eq: "money ${mark}"}}) { sumAnnualRevenueAmountMicros minAnnualRevenueAmountMicros maxAnnualRevenueAmountMicros countUniqueValuesAnnualRevenue } }`)).companies, { sumAnnualRevenueAmountMicros: 7000000, minAnnualRevenueAmountMicros: 1000000, maxAnnualRevenueAmountMicros: 4000000, countUniqueValuesAnnualRevenue: 3 });
  });
}

// Groups of what a saved view shows (G70, G71).
async function views() {
  const objects = (await expect(200, 'GET', '/rest/metadata/objects?limit=200')).data.objects;
  const objectOf = (name) => objects.find(({ nameSingular }) => nameSingular === name);
  const fieldOf = (name, object = 'person') => objectOf(object).fields.find((one) => one.name === name).id;
  const other = (await createMany('Companies', [{ name: `seen ${mark}` }]))[0].id;
  await createMany('People', [
    { jobTitle: `Lead 50%_x ${mark}`, name: { firstName: 'Ann', lastName: `V${mark}` }, companyId: other, position: 1 },
    { jobTitle: `Lead 50ZZx ${mark}`, name: { firstName: 'Bea', lastName: `V${mark}` }, linkedinLink: { primaryLinkUrl: 'https://oslo.example' }, position: 2 },
    { jobTitle: `Boss ${mark}`, name: { firstName: 'Cid', lastName: `V${mark}` }, linkedinLink: { primaryLinkLabel: `Bergen ${mark}`, primaryLinkUrl: 'https://x.example' }, position: 3 },
    { name: { firstName: 'Dot', lastName: `V${mark}` }, position: 4 },
  ]);
  const make = async (filters, more = {}, groups = []) => {
    const view = (await expect(201, 'POST', '/rest/metadata/views', { name: 'V', icon: 'IconList', objectMetadataId: objectOf('person').id, ...more })).id;
    for (const group of groups) await expect(201, 'POST', '/rest/metadata/viewFilterGroups', { viewId: view, ...group });
    for (const [field, operand, value, rest = {}] of filters) await expect(201, 'POST', '/rest/metadata/viewFilters', { viewId: view, fieldMetadataId: fieldOf(field), operand, value, ...rest });
    return view;
  };
  const query = (view) => `{ peopleGroupBy(filter: {name: {lastName: {eq: "V${mark}"}}}, groupBy: [{name: {firstName: true}}], orderBy: [{name: {firstName: AscNullsFirst}}], viewId: "${view}") { groupByDimensionValues totalCount } }`;
  const shown = async (...of) => values((await data(query(await make(...of)))).peopleGroupBy).map(([name]) => name);
  await test('G70 a view with a filter: only what it shows is grouped', async () => {
    same(await shown([['jobTitle', 'CONTAINS', 'lead']]), ['Ann', 'Bea']);
    same(await shown([['jobTitle', 'CONTAINS', '50%_x']]), ['Ann'], 'what is typed is no pattern');
    same(await shown([['jobTitle', 'DOES_NOT_CONTAIN', 'lead']]), ['Cid', 'Dot'], 'who has none does not contain it');
    same(await shown([['jobTitle', 'IS_EMPTY', '']]), ['Dot']);
    same(await shown([['jobTitle', 'IS_NOT_EMPTY', ''], ['position', 'GREATER_THAN_OR_EQUAL', '2']]), ['Bea', 'Cid']);
    same(await shown([['company', 'IS', JSON.stringify({ selectedRecordIds: [other], isCurrentWorkspaceMemberSelected: false })]]), ['Ann']);
    same(await shown([['company', 'IS', [other]]]), ['Ann']);
    same(await shown([['company', 'IS_NOT', JSON.stringify([other])]]), ['Bea', 'Cid', 'Dot']);
    same(await shown([['name', 'CONTAINS', 'be', { subFieldName: 'firstName' }]]), ['Bea']);
    same(await shown([['createdAt', 'IS_IN_PAST', '']]), ['Ann', 'Bea', 'Cid', 'Dot']);
    same(await shown([['createdAt', 'IS_AFTER', '2999-01-01T00:00:00.000Z']]), []);
    same(await shown([['jobTitle', 'CONTAINS', '']]), ['Ann', 'Bea', 'Cid', 'Dot'].slice(0, 3));
    same(await shown([]), ['Ann', 'Bea', 'Cid', 'Dot'], 'a view without filters shows all');
  });
  await test('G70 groups of filters', async () => {
    const [any, not] = [uuid(), uuid()];
    same(await shown([['position', 'IS', '1', { viewFilterGroupId: any }], ['position', 'IS', '3', { viewFilterGroupId: any }]], {}, [{ id: any, logicalOperator: 'OR' }]), ['Ann', 'Cid']);
    same(await shown([['position', 'IS', '1', { viewFilterGroupId: not }]], {}, [{ id: not, logicalOperator: 'NOT' }]), ['Bea', 'Cid', 'Dot']);
    same(await shown([], {}, [{ logicalOperator: 'OR' }]), ['Ann', 'Bea', 'Cid', 'Dot'], 'an empty group says nothing');
  });
  await test('G71 a view with an any-field search', async () => {
    same(await shown([], { anyFieldFilterValue: `bergen ${mark}` }), ['Cid']);
    same(await shown([['position', 'LESS_THAN_OR_EQUAL', 2]], { anyFieldFilterValue: 'LEAD' }), ['Ann', 'Bea']);
  });
  await test('each type of field by each operand that clients offer for it', async () => {
    const { id: objectMetadataId } = (await expect(201, 'POST', '/rest/metadata/objects', { nameSingular: 'gem', namePlural: 'gems', labelSingular: 'gem', labelPlural: 'gems' })).data.createOneObject;
    const options = ['RED', 'BLUE'].map((value, position) => ({ value, label: value, color: 'red', position }));
    for (const [name, type, more = {}] of [['cut', 'SELECT', { options }], ['hues', 'MULTI_SELECT', { options }], ['tags', 'ARRAY'], ['rare', 'BOOLEAN'], ['carat', 'NUMBER'], ['found', 'DATE'], ['price', 'CURRENCY'], ['mail', 'EMAILS'], ['site', 'LINKS'], ['phone', 'PHONES'], ['place', 'ADDRESS'], ['owner', 'FULL_NAME'], ['extra', 'RAW_JSON'], ['grade', 'RATING']]) {
      await expect(201, 'POST', '/rest/metadata/fields', { objectMetadataId, type, name, label: name, ...more });
    }
    const make1 = (d) => expect(201, 'POST', '/rest/gems', d);
    await make1({ name: 'a', cut: 'RED', hues: ['RED', 'BLUE'], tags: ['x'], rare: true, carat: 2, found: '2020-01-01', price: { amountMicros: 5, currencyCode: 'EUR' }, mail: { primaryEmail: 'a@b.c' }, site: { primaryLinkUrl: 'https://a.example' }, phone: { primaryPhoneNumber: '5551234' }, place: { addressCity: 'Oslo' }, owner: { firstName: 'Ann', lastName: '[x]' }, extra: { k: 1 }, grade: 'RATING_3' });
    await make1({ name: 'b', cut: 'BLUE', hues: ['BLUE'], tags: ['y', 'z'], rare: false, carat: 3, found: '2999-01-01', price: { amountMicros: 9, currencyCode: 'EUR' } });
    await make1({ name: 'c', hues: [], tags: [] });
    const fields = (await expect(200, 'GET', `/rest/metadata/objects/${objectMetadataId}`)).data.object.fields;
    const groups = async (field, operand, value, rest = {}) => {
      const view = (await expect(201, 'POST', '/rest/metadata/views', { name: 'V', icon: 'I', objectMetadataId })).id;
      await expect(201, 'POST', '/rest/metadata/viewFilters', { viewId: view, fieldMetadataId: fields.find(({ name }) => name === field).id, operand, value, ...rest });
      return values((await data(`{ gemsGroupBy(groupBy: [{name: true}], orderBy: [{name: AscNullsFirst}], viewId: "${view}") { groupByDimensionValues } }`)).gemsGroupBy).join('');
    };
    const cases = [
      ['cut', 'IS', '["RED"]', 'a'], ['cut', 'IS', '["RED","BLUE"]', 'ab'], ['cut', 'IS_NOT', '["RED"]', 'bc'], ['cut', 'IS_EMPTY', '', 'c'], ['cut', 'IS_NOT_EMPTY', '', 'ab'],
      ['hues', 'CONTAINS', '["RED"]', 'a'], ['hues', 'DOES_NOT_CONTAIN', '["RED"]', 'bc'], ['hues', 'IS_EMPTY', '', 'c'], ['hues', 'IS_NOT_EMPTY', '', 'ab'],
      ['tags', 'CONTAINS', '["y"]', 'b'], ['tags', 'IS_EMPTY', '', 'c'], ['rare', 'IS', 'true', 'a'], ['rare', 'IS', true, 'a'], ['rare', 'IS', 'false', 'b'], ['rare', 'IS_NOT', 'true', 'bc'],
      ['carat', 'GREATER_THAN_OR_EQUAL', '3', 'b'], ['carat', 'LESS_THAN_OR_EQUAL', 2, 'a'], ['carat', 'IS_EMPTY', '', 'c'], ['carat', 'IS_NOT_NULL', '', 'ab'],
      ['found', 'IS', '2020-01-01', 'a'], ['found', 'IS_BEFORE', '2021-01-01', 'a'], ['found', 'IS_IN_PAST', '', 'a'], ['found', 'IS_IN_FUTURE', '', 'b'], ['found', 'IS_EMPTY', '', 'c'],
      ['price', 'GREATER_THAN_OR_EQUAL', '9', 'b', { subFieldName: 'amountMicros' }], ['price', 'IS_EMPTY', '', 'c'], ['mail', 'CONTAINS', 'B.C', 'a'], ['mail', 'IS_EMPTY', '', 'bc'], ['site', 'IS_EMPTY', '', 'bc'], ['site', 'CONTAINS', 'a.ex', 'a'],
      ['phone', 'CONTAINS', '555', 'a'], ['phone', 'IS_EMPTY', '', 'bc'], ['place', 'CONTAINS', 'oslo', 'a'], ['place', 'IS_EMPTY', '', 'bc'], ['owner', 'CONTAINS', '[x]', 'a'], ['owner', 'DOES_NOT_CONTAIN', 'ann', 'bc'], ['owner', 'IS_EMPTY', '', 'bc'],
      ['extra', 'CONTAINS', 'k', 'a'], ['extra', 'IS_EMPTY', '', 'bc'], ['grade', 'IS', '["RATING_3"]', 'a'],
    ];
    const wrong = [];
    for (const [field, operand, value, wanted, rest] of cases) {
      const got = await groups(field, operand, value, rest).catch((error) => String(error.message).slice(-200));
      if (got !== wanted) wrong.push(`${field} ${operand} ${JSON.stringify(value)}: ${got} instead of ${wanted}`);
    }
    same(wrong, []);
    await expect(200, 'DELETE', `/rest/metadata/objects/${objectMetadataId}`);
  });
  await test('views that cannot be used are told', async () => {
    const refusedWith = async (view, part, code) => checkRefusal(await ask(query(view)), part, code);
    await refusedWith(uuid(), 'View not found', 'NOT_FOUND');
    const foreign = (await expect(200, 'GET', `/rest/metadata/views?objectMetadataId=${objectOf('company').id}`)).data[0].id;
    await refusedWith(foreign, 'the view is not of the object "person"', 'BAD_USER_INPUT');
    await refusedWith(await make([['createdAt', 'IS_RELATIVE', 'PAST_7_DAY']]), 'The view\'s filter on "createdAt" (IS_RELATIVE) cannot be used here', 'BAD_USER_INPUT');
    await refusedWith(await make([['position', 'IS', 'many']]), 'position', 'BAD_USER_INPUT');
  });
}

main(120, async () => {
  await days();
  await views();
  await orders();
  await records();
  await aggregates();
});
