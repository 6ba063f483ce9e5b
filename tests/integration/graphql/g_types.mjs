// Facts of the contract's acceptance list about values: G115 to G149. Where the schema types an argument, what is wrong is
// told by GraphQL itself, before the contract's own check comes to it.
import { ask, check, data, main, same, test, uuid } from './lib.mjs';

const nodes = (connection) => connection.edges.map(({ node }) => node);
const mark = uuid().slice(0, 8);
const create = async (d, fields) => (await data(`mutation ($d: SpecimenCreateInput!) { createSpecimen(data: $d) { ${fields} } }`, { d })).createSpecimen;

// The first error has the contract's sentence, or one of GraphQL's own where the type says no already.
function checkSays(answer, ...sentences) {
  const error = answer.json?.errors?.[0];
  check(error && sentences.some((sentence) => error.message.includes(sentence)), `none of ${JSON.stringify(sentences)} in ${answer.text.slice(0, 300)}`);
  same(error.extensions.code, error.extensions.code === 'GRAPHQL_VALIDATION_FAILED' ? 'GRAPHQL_VALIDATION_FAILED' : 'BAD_USER_INPUT');
}

async function inputs() {
  const good = [
    ['text', 'test'], ['number', 1], ['number', null], ['whole', 7], ['numeric', 12.5], ['numeric', '12345678901234567890.5'], ['boolean', true], ['date', '2025-01-13'], ['dateTime', '2025-01-13T10:30:00.000Z'],
    ['uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'], ['uuid', null], ['rating', 'RATING_4'], ['choice', 'OPTION_1'], ['choices', ['OPTION_1', 'OPTION_3']], ['choices', []], ['json', { key: ['value', 1] }],
    ['array', ['a', 'b']], ['array', []], ['position', 1000], ['companyId', null],
  ];
  for (const [name, value] of good) {
    await test(`${name}: ${JSON.stringify(value)} comes back`, async () => same((await create({ [name]: value }, name))[name], value));
  }
  await test('G122 {} is nothing; a dateTime may be a date; a text may be JSON', async () => {
    same(await create({ json: {} }, 'json'), { json: null });
    same(await create({ dateTime: '2026-05-07' }, 'dateTime'), { dateTime: '2026-05-07T00:00:00.000Z' });
    same(await create({ json: '{"a":1}' }, 'json'), { json: { a: 1 } });
  });
  await test('G127, G128 composites', async () => {
    const d = {
      address: { addressStreet1: 'Street', addressCity: 'Helsinki', addressLat: 60.17 }, currency: { amountMicros: 1000000, currencyCode: 'USD' }, fullName: { firstName: 'Ann', lastName: 'Lee' },
      emails: { primaryEmail: `${mark}@types.example`, additionalEmails: ['a@types.example'] }, phones: { primaryPhoneNumber: '612345678', primaryPhoneCountryCode: 'FR', primaryPhoneCallingCode: '+33', additionalPhones: [{ number: '612345679', countryCode: 'FR', callingCode: '+33' }] },
      links: { primaryLinkUrl: 'https://twenty.com', primaryLinkLabel: 'T', secondaryLinks: [{ url: 'twenty.com', label: 'x' }] }, richText: { blocknote: '[{"type":"paragraph"}]', markdown: '# hi' },
    };
    const got = await create(d, 'address { addressStreet1 addressCity addressLat } currency { amountMicros currencyCode } fullName { firstName lastName } emails { primaryEmail additionalEmails } phones { primaryPhoneNumber primaryPhoneCountryCode primaryPhoneCallingCode additionalPhones { number countryCode callingCode } } links { primaryLinkUrl primaryLinkLabel secondaryLinks { url label } } richText { blocknote markdown }');
    same(got, d);
    const bare = await create(d, 'phones { additionalPhones } links { secondaryLinks } createdBy');
    same([bare.phones.additionalPhones, bare.createdBy.source], [d.phones.additionalPhones, 'API']);
  });
  await test('G130 positions', async () => {
    const [first, last, none] = [(await create({ position: 'first' }, 'position')).position, (await create({ position: 'last' }, 'position')).position, (await create({}, 'position')).position];
    check(first < 1000 && last > 1000 && typeof none === 'number', `${first} ${last} ${none}`);
  });
  const bad = [
    ['text', 1, 'Invalid string value', 'String cannot represent'], ['number', 'string', 'Invalid number value', 'Float cannot represent'], ['json', 'not-a-stringified-json', "Invalid object value 'not-a-stringified-json' for field \"json\""],
    ['uuid', 'x', "Invalid UUID value 'x' for field \"uuid\""], ['uuid', 2, 'Invalid UUID value'], ['companyId', 'non-uuid', "Invalid UUID value 'non-uuid' for field \"companyId\""], ['boolean', 1, 'Invalid boolean', 'Boolean cannot represent'],
    ['date', '2025-13-01', "Invalid value '2025-13-01' for date field \"date\". Expected format: 'YYYY-MM-DD'"], ['dateTime', 'never', "Invalid value 'never' for date-time field \"dateTime\". Expected format: 'YYYY-MM-DDTHH:mm:ssZ'"],
    ['choice', 'OPTION_9', 'does not exist in'], ['choices', ['OPTION_9'], 'does not exist in'], ['position', 'not-a-position', "Invalid position value 'not-a-position' for field \"position\""], ['position', null, 'Invalid position value'],
    ['fullName', 'x', 'Invalid object value', 'to be an object'], ['emails', { primaryEmail: 'not-an-email' }, "Invalid string value 'not-an-email' for email field \"emails.primaryEmail\""],
    ['emails', { primaryEmail: 'a@b.example', additionalEmails: ['x'] }, '"emails.additionalEmails"'], ['nonsense', 1, 'is not defined by type'], ['array', [1], 'Invalid value', 'String cannot represent'], ['numeric', 'x', 'Invalid number value'],
  ];
  for (const [name, value, ...sentences] of bad) {
    await test(`${name}: ${JSON.stringify(value)} is refused`, async () => checkSays(await ask('mutation ($d: SpecimenCreateInput!) { createSpecimen(data: $d) { id } }', { d: { [name]: value } }), ...sentences));
  }
}

const FULL = { text: 'test', uuid: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', boolean: true, number: 3, numeric: 2.5, date: '2025-01-13', dateTime: '2025-01-13T10:30:00.123Z', rating: 'RATING_2', choice: 'OPTION_2', choices: ['OPTION_2'], json: { a: 'test' }, array: ['a test'],
  fullName: { firstName: 'Ann', lastName: 'Lee' }, emails: { primaryEmail: `full-${mark}@types.example` }, phones: { primaryPhoneNumber: '612345678', primaryPhoneCountryCode: 'FR', primaryPhoneCallingCode: '+33', additionalPhones: [{ number: '612345679' }] },
  links: { primaryLinkUrl: 'twenty.com', primaryLinkLabel: 'T', secondaryLinks: [{ url: 'https://more.twenty.com' }] }, currency: { amountMicros: 1000000, currencyCode: 'EUR' }, address: { addressCity: 'Paris' }, richText: { markdown: 'a *test*' } };

async function filters() {
  const owner = (await data('mutation ($d: CompanyCreateInput!) { createCompany(data: $d) { id } }', { d: { name: mark } })).createCompany.id;
  const full = (await create({ ...FULL, mandatory: mark, companyId: owner }, 'id')).id;
  const empty = (await create({ mandatory: mark }, 'id')).id;
  const matched = async (filter) => nodes((await data('query ($f: SpecimenFilterInput) { specimens(filter: $f) { edges { node { id } } } }', { f: { and: [{ mandatory: { eq: mark } }, filter] } })).specimens).map(({ id }) => (id === full ? 'full' : id === empty ? 'empty' : id)).sort().join(' ');
  const cases = {
    full: [
      { uuid: { eq: FULL.uuid } }, { uuid: { in: [FULL.uuid] } }, { uuid: { gte: FULL.uuid } }, { uuid: { is: 'NOT_NULL' } }, { companyId: { is: 'NOT_NULL' } }, { companyId: { eq: owner } }, { companyId: { in: [owner] } }, { company: { name: { eq: mark } } },
      { text: { eq: 'test' } }, { text: { neq: 'x' } }, { text: { gt: 'tes' } }, { text: { lte: 'test' } }, { text: { in: ['test'] } }, { text: { startsWith: 'te' } }, { text: { endsWith: 'st' } }, { text: { like: '%es%' } }, { text: { ilike: '%ES%' } }, { text: { is: 'NOT_NULL' } }, { text: { neq: '' } },
      { dateTime: { eq: '2025-01-13T10:30:00.123Z' } }, { dateTime: { neq: '2025-01-14' } }, { dateTime: { gt: '2025-01-13' } }, { dateTime: { lt: '2025-01-14' } }, { dateTime: { in: ['2025-01-13T10:30:00.123Z'] } }, { date: { eq: '2025-01-13' } }, { date: { gte: '2025-01-13' } }, { date: { in: ['2025-01-13'] } }, { date: { is: 'NOT_NULL' } },
      { number: { eq: 3 } }, { number: { gt: 2.5 } }, { number: { in: [3, 4] } }, { number: { neq: 4 } }, { numeric: { eq: '2.5' } }, { numeric: { lt: 3 } }, { boolean: { eq: true } }, { boolean: { is: 'NOT_NULL' } },
      { rating: { eq: 'RATING_2' } }, { rating: { neq: 'RATING_1' } }, { rating: { in: ['RATING_2'] } }, { choice: { in: ['OPTION_2'] } }, { choices: { containsAny: ['OPTION_2', 'OPTION_3'] } },
      { array: { containsIlike: '%TEST%' } }, { json: { like: '%test%' } }, { json: { is: 'NOT_NULL' } },
      { phones: { primaryPhoneNumber: { eq: '612345678' } } }, { phones: { primaryPhoneCallingCode: { is: 'NOT_NULL' } } }, { phones: { additionalPhones: { is: 'NOT_NULL' } } }, { phones: { primaryPhoneCountryCode: { like: 'F%' } } }, { emails: { primaryEmail: { eq: `FULL-${mark}@Types.example` } } },
      { links: { primaryLinkUrl: { eq: 'twenty.com' } } }, { links: { secondaryLinks: { like: '%twenty%' } } }, { currency: { amountMicros: { eq: 1000000 } } }, { currency: { currencyCode: { eq: 'EUR' } } }, { fullName: { firstName: { eq: 'Ann' }, lastName: { eq: 'Lee' } } }, { address: { addressCity: { eq: 'Paris' } } }, { richText: { markdown: { ilike: '%TEST%' } } },
    ],
    empty: [
      { uuid: { is: 'NULL' } }, { companyId: { is: 'NULL' } }, { text: { eq: null } }, { text: { eq: '' } }, { text: { is: 'NULL' } }, { date: { is: 'NULL' } }, { number: { is: 'NULL' } }, { boolean: { is: 'NULL' } }, { rating: { is: 'NULL' } }, { choice: { is: 'NULL' } }, { choices: { is: 'NULL' } }, { choices: { isEmptyArray: true } },
      { array: { is: 'NULL' } }, { array: { isEmptyArray: true } }, { json: { is: 'NULL' } }, { files: { is: 'NULL' }, text: { is: 'NULL' } }, { emails: { primaryEmail: { is: 'NULL' } } }, { address: { addressCity: { eq: '' } } }, { not: { text: { is: 'NOT_NULL' } } },
    ],
    'empty full': [{ mandatory: { neq: '' } }, { text: { like: '' } , mandatory: { neq: 'x' } }, { or: [{ text: { is: 'NULL' } }, { text: { is: 'NOT_NULL' } }] }],
    '': [{ mandatory: { is: 'NULL' } }, { text: { gt: 'zzz' } }, { number: { lt: 0 } }, { company: { name: { eq: 'x' } } }],
  };
  cases['empty full'].splice(1, 1);
  for (const [wanted, filters_] of Object.entries(cases)) {
    await test(`${filters_.length} filters that find ${wanted || 'none'}`, async () => {
      for (const filter of filters_) same(await matched(filter), wanted, JSON.stringify(filter));
    });
  }
  await test('like of an empty pattern finds those without a text', async () => same(await matched({ text: { like: '' } }), 'empty'));
  const refused = [
    ['G143', '{company: {eq: "x"}}', 'is not defined by type'], ['G144', `{uuid: {eq: 2}}`, 'Invalid UUID value 2 for field "uuid"'], ['G144', `{uuid: {eq: "2025-01-01"}}`, "Invalid UUID value '2025-01-01' for field \"uuid\""], ['G144', '{companyId: {eq: "invalid-uuid"}}', "Invalid UUID value 'invalid-uuid' for field \"companyId\""],
    ['G146', '{date: {eq: "x"}}', 'Invalid value \'x\' for date field "date"'], ['G146', '{number: {eq: "not-a-number"}}', 'Float cannot represent'],
    ['G148', '{choices: {eq: OPTION_1}}', 'Operator "eq" is not valid for field "choices" of type MULTI_SELECT - Allowed operators: containsAny, is, isEmptyArray'],
    ['G149', '{json: {like: 2}}', 'String cannot represent'], ['', '{text: {regex: "x"}}', 'Operator "regex" is not valid for field "text" of type TEXT - Allowed operators:'], ['', '{text: {in: []}}', 'Invalid filter value for field text. Expected non-empty array'],
    ['', '{text: {eq: "x", neq: "y"}}', 'Filter for field "text" must have exactly one operator'],
  ];
  for (const [fact, filter, sentence] of refused) await test(`${fact} ${filter} is refused`, async () => checkSays(await ask(`{ specimens(filter: ${filter}) { totalCount } }`), sentence));
}

async function emails() {
  await test('G160 to G163 one address in many spellings', async () => {
    const person = async (primaryEmail, additionalEmails) => ask('mutation ($d: PersonCreateInput!) { createPerson(data: $d) { id emails { primaryEmail additionalEmails } } }', { d: { emails: { primaryEmail, additionalEmails } } });
    const made = (await person(`  ANN.${mark}@Bücher。Example. `, ['BEA@Example.ORG'])).json.data.createPerson;
    same(made.emails, { primaryEmail: `ann.${mark}@xn--bcher-kva.example`, additionalEmails: ['bea@example.org'] });
    for (const spelling of [`ANN.${mark}@bücher.example`, `ann.${mark}@XN--BCHER-KVA.example`]) {
      const found = await data('query ($e: String, $l: [String!]) { a: people(filter: {emails: {primaryEmail: {eq: $e}}}) { totalCount } b: people(filter: {emails: {primaryEmail: {in: $l}}}) { totalCount } }', { e: spelling, l: [spelling] });
      same([found.a.totalCount, found.b.totalCount], [1, 1]);
      const again = await person(spelling, []);
      same([again.json.data, again.json.errors[0].message], [{ createPerson: null }, again.json.errors[0].message]);
      check(again.json.errors[0].message.includes('duplicate entry'), again.text);
    }
  });
}

main(120, async () => {
  await inputs();
  await filters();
  await emails();
});
