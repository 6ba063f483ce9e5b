// Operators by field type (contract 2.1; R110–R117), and random filters against the same condition in SQL.
import { check, create, createMany, ids, list, main, q, refused, same, sql, test, until, send, uuid } from './lib.mjs';

let company;
const filtered = async (filter, more = '') => (await list('specimens', `?limit=200&filter=${q(`companyId[eq]:${company.id},${filter}`)}${more}`)).data.specimens;

// [field, operators, a value that fits the first record]
const id = uuid();
const first = {
  text: 'test', uuid: id, boolean: true, number: 5, numeric: '12.50', date: '2025-01-13', dateTime: '2025-01-13T10:00:00.000Z', rating: 'RATING_3',
  choice: 'OPTION_1', choices: ['OPTION_1', 'OPTION_2'], array: ['a', 'b'], json: { a: 'needle' }, files: [{ fileId: id, label: 'needle.pdf' }],
  fullName: { firstName: 'Ann', lastName: 'Lee' }, emails: { primaryEmail: 'ann@example.org', additionalEmails: ['other@example.org'] },
  phones: { primaryPhoneNumber: '612345678', primaryPhoneCountryCode: 'FR', primaryPhoneCallingCode: '+33', additionalPhones: [{ number: '777', countryCode: 'FR', callingCode: '+33' }] },
  links: { primaryLinkUrl: 'https://twenty.example', primaryLinkLabel: 'T', secondaryLinks: [{ url: 'https://twenty.example/2', label: '2' }] },
  address: { addressStreet1: '1', addressCity: 'Paris', addressLat: 48.8 }, currency: { amountMicros: 1000000, currencyCode: 'USD' }, richText: { markdown: 'some *text*' },
};
const second = {
  text: 'zest', uuid: uuid(), boolean: false, number: 6, numeric: '13', date: '2025-02-01', dateTime: '2025-02-01T00:00:00.000Z', rating: 'RATING_5', choice: 'OPTION_3',
  choices: ['OPTION_3'], array: ['c'], json: { b: 1 }, fullName: { firstName: 'Bea', lastName: 'Moe' }, currency: { amountMicros: 2000000, currencyCode: 'EUR' },
};
// [filter, which of: 1 the first record, 2 the second, 3 one with nothing set]
const cases = [
  ['text[eq]:"test"', 1], ['text[neq]:"test"', 2], ['text[gt]:"test"', 2], ['text[gte]:"test"', 1, 2], ['text[lt]:"zest"', 1], ['text[lte]:"test"', 1], ['text[in]:["test"]', 1],
  ['text[is]:"NOT_NULL"', 1, 2], ['text[is]:NULL', 3], ['text[like]:"%es%"', 1, 2], ['text[like]:"%ES%"'], ['text[ilike]:"%ES%"', 1, 2], ['text[startsWith]:"te"', 1], ['text[endsWith]:"st"', 1, 2], ['text[like]:"t_st"', 1],
  [`uuid[eq]:"${id}"`, 1], [`uuid[neq]:"${id}"`, 2], [`uuid[in]:["${id}"]`, 1], ['uuid[is]:NULL', 3], ['uuid[is]:"NOT_NULL"', 1, 2], ['uuid[gt]:"00000000-0000-0000-0000-000000000000"', 1, 2], ['uuid[lte]:"00000000-0000-0000-0000-000000000000"'],
  ['boolean[eq]:true', 1], ['boolean[eq]:false', 2], ['boolean[is]:NULL', 3], ['boolean[is]:NOT_NULL', 1, 2],
  ['number[eq]:5', 1], ['number[neq]:5', 2], ['number[gt]:5', 2], ['number[gte]:5', 1, 2], ['number[lt]:6', 1], ['number[lte]:5.0', 1], ['number[in]:[5,7]', 1], ['number[is]:NULL', 3], ['number[eq]:"5"', 1], ['number[gt]:-1e3', 1, 2],
  ['numeric[eq]:12.5', 1], ['numeric[gt]:12.5', 2], ['numeric[in]:[13]', 2], ['numeric[is]:NULL', 3], ['numeric[lte]:"12.50"', 1],
  ['date[eq]:"2025-01-13"', 1], ['date[neq]:"2025-01-13"', 2], ['date[gt]:"2025-01-13"', 2], ['date[gte]:"2025-01-13"', 1, 2], ['date[lt]:"2025-02-01"', 1], ['date[lte]:"2025-01-13"', 1], ['date[in]:["2025-02-01"]', 2], ['date[is]:NULL', 3], ['date[is]:"NOT_NULL"', 1, 2],
  ['dateTime[eq]:"2025-01-13T10:00:00.000Z"', 1], ['dateTime[eq]:"2025-01-13T12:00:00+02:00"', 1], ['dateTime[neq]:"2025-01-13T10:00:00.000Z"', 2], ['dateTime[gt]:"2025-01-13T10:00:00Z"', 2], ['dateTime[gte]:"2025-01-13"', 1, 2], ['dateTime[lt]:"2025-02-01"', 1], ['dateTime[lte]:"2025-01-13"'], ['dateTime[is]:NULL', 3], ['dateTime[is]:"NOT_NULL"', 1, 2],
  ['rating[eq]:RATING_3', 1], ['rating[neq]:RATING_3', 2], ['rating[in]:[RATING_3,RATING_5]', 1, 2], ['rating[is]:NULL', 3], ['rating[gt]:RATING_3', 2], ['rating[lte]:RATING_3', 1],
  ['choice[eq]:OPTION_1', 1], ['choice[neq]:OPTION_1', 2], ['choice[in]:[OPTION_1,OPTION_2]', 1], ['choice[containsAny]:[OPTION_3]', 2], ['choice[is]:NULL', 3], ['choice[is]:"NOT_NULL"', 1, 2], ['choice[gte]:OPTION_1', 1, 2],
  ['choices[containsAny]:[OPTION_1]', 1], ['choices[containsAny]:[OPTION_2,OPTION_3]', 1, 2], ['choices[is]:NULL', 3], ['choices[is]:NOT_NULL', 1, 2],
  ['array[is]:NOT_NULL', 1, 2], ['array[is]:NULL', 3],
  ['json[is]:NOT_NULL', 1, 2], ['json[is]:NULL', 3], ['json[like]:"%needle%"', 1], ['files[is]:NULL', 2, 3], ['files[like]:"%needle%"', 1],
  ['fullName.firstName[eq]:"Ann"', 1], ['fullName.lastName[ilike]:"%E%"', 1, 2], ['fullName.firstName[is]:NULL', 3],
  ['emails.primaryEmail[eq]:"ann@example.org"', 1], ['emails.primaryEmail[eq]:"ANN@EXAMPLE.org"', 1], ['emails.primaryEmail[like]:"%@example.org"', 1], ['emails.additionalEmails[is]:NULL', 2, 3], ['emails.additionalEmails[is]:NOT_NULL', 1], ['emails.additionalEmails[like]:"%other@%"', 1],
  ['phones.primaryPhoneNumber[eq]:"612345678"', 1], ['phones.primaryPhoneCallingCode[eq]:"+33"', 1], ['phones.primaryPhoneCountryCode[eq]:"FR"', 1], ['phones.additionalPhones[like]:"%777%"', 1], ['phones.additionalPhones[is]:NULL', 2, 3],
  ['links.primaryLinkUrl[eq]:"https://twenty.example"', 1], ['links.secondaryLinks[like]:"%twenty%"', 1], ['links.primaryLinkLabel[in]:["T"]', 1],
  ['currency.amountMicros[eq]:1000000', 1], ['currency.amountMicros[gt]:"1000000"', 2], ['currency.currencyCode[eq]:"USD"', 1], ['currency.amountMicros[is]:NULL', 3],
  ['address.addressCity[eq]:"Paris"', 1], ['address.addressLat[gt]:48', 1], ['address.addressStreet2[is]:NULL', 1, 2, 3], ['address.addressCity[is]:"NOT_NULL"', 1],
  ['richText.markdown[ilike]:"%TEXT%"', 1], ['createdBy.source[eq]:API', 1, 2, 3], ['createdBy.source[neq]:API'],
];
const bad = [
  ['text[containsAny]:[a]', 'Operator "containsAny" is not valid for field "text" of type TEXT'], ['number[like]:"%5%"', ['Operator "like" is not valid for field "number" of type NUMBER - Allowed operators: ', 'eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'in', 'is']],
  ['boolean[neq]:true', 'Operator "neq" is not valid for field "boolean" of type BOOLEAN'], ['boolean[in]:[true]', 'of type BOOLEAN'], ['date[like]:"2025%"', 'of type DATE'], ['uuid[like]:"a%"', 'of type UUID'], ['companyId[ilike]:"a%"', 'Operator "ilike" is not valid for field "company'],
  ['choice[like]:"O%"', 'of type SELECT'], ['choices[eq]:OPTION_1', 'of type MULTI_SELECT'], ['choices[in]:[OPTION_1]', 'of type MULTI_SELECT'], ['array[eq]:a', 'of type ARRAY'], ['json[eq]:"{}"', 'of type RAW_JSON'], ['rating[ilike]:"R%"', 'of type RATING'],
  ['number[eq]:x', 'Invalid number value NaN for field "number"'], ['boolean[eq]:yes', 'Invalid boolean value'], ['uuid[eq]:x', 'Invalid UUID value \'x\' for field "uuid"'], ['date[eq]:x', 'Invalid value \'x\' for date field "date". Expected format: \'YYYY-MM-DD\''], ['dateTime[eq]:2025', 'date-time field "dateTime"'],
  ['choice[eq]:FOO', ['FOO', '"choice"']], ['choice[in]:[OPTION_1,FOO]', 'FOO'], ['choices[containsAny]:[FOO]', 'FOO'], ['number[in]:[1,x]', 'for field "number"'], ['fullName.nonsense[eq]:1', 'Sub field "nonsense" not found for composite type: FULL_NAME'], ['currency.amountMicros[eq]:x', 'for field "currency.amountMicros"'],
];

// A small generator with a seed, so that a failure can be seen again.
function random(seed) {
  let state = seed;
  const next = () => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return state / 4294967296; };
  return { pick: (list) => list[Math.floor(next() * list.length)], below: (most) => Math.floor(next() * most), next };
}
const quoted = (value) => `'${String(value).replaceAll("'", "''")}'`;
// A random condition: [as a filter, as SQL].
function condition(dice, depth) {
  const kind = depth === 0 ? 'leaf' : dice.pick(['leaf', 'leaf', 'and', 'or', 'not']);
  if (kind === 'and' || kind === 'or') {
    const parts = Array.from({ length: 1 + dice.below(3) }, () => condition(dice, depth - 1));
    return [`${kind}(${parts.map((part) => part[0]).join(',')})`, `(${parts.map((part) => part[1]).join(` ${kind} `)})`];
  }
  if (kind === 'not') {
    const [text, clause] = condition(dice, depth - 1);
    return [`not(${text})`, `(not ${clause})`];
  }
  const [path, column, values, compare] = dice.pick([
    ['number', 'number', [-1, 0, 1, 2, 3], (value) => String(value)], ['text', 'text', ['a', 'b', 'c,d', "e'f", 'g)(h'], (value) => `"${value}"`],
    ['date', 'date', ['2025-01-01', '2025-01-02', '2025-01-03'], (value) => value], ['choice', 'choice', ['OPTION_1', 'OPTION_2', 'OPTION_3'], (value) => value],
    ['currency.amountMicros', '"currencyAmountMicros"', [1, 2.5, 1000000], (value) => String(value)], ['fullName.firstName', '"fullNameFirstName"', ['Ann', 'Bea'], (value) => `"${value}"`],
  ]);
  if (dice.below(5) === 0) return dice.below(2) ? [`${path}[is]:NULL`, `(${column} is null)`] : [`${path}[is]:NOT_NULL`, `(${column} is not null)`];
  const value = dice.pick(values);
  if (dice.below(5) === 0 && !/[,()]/.test(value)) {
    const other = dice.pick(values.filter((one) => !/[,()]/.test(one)));
    return [`${path}[in]:[${compare(value)},${compare(other)}]`, `(${column} in (${quoted(value)}, ${quoted(other)}))`];
  }
  const operators = path === 'choice' ? { eq: '=', neq: '<>' } : { eq: '=', neq: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' };
  const operator = dice.pick(Object.keys(operators));
  return [`${path}[${operator}]:${compare(value)}`, `(${column} ${operators[operator]} ${quoted(value)})`];
}

main(180, async () => {
  await until(2, 'the object is known', async () => (await send('GET', '/rest/specimens')).status === 200);
  company = await create('companies', { name: 'Filters by type' });
  const records = await createMany('specimens', [{ ...first, companyId: company.id }, { ...second, companyId: company.id }, { companyId: company.id }]);
  for (const [filter, ...numbers] of cases) {
    await test(`filter ${filter}`.replaceAll(id, '{id}'), async () => same(ids(await filtered(filter)).sort(), numbers.map((number) => records[number - 1].id).sort()));
  }
  for (const [filter, contains] of bad) {
    await test(`bad filter ${filter}`, () => refused(400, contains, undefined, 'GET', `/rest/specimens?filter=${q(filter)}`));
  }
  await test('R107 a condition on a one-to-many relation, or a clear refusal', async () => {
    const answer = await send('GET', `/rest/companies?filter=${q('specimens.text[eq]:test')}`);
    if (answer.status === 200) same(ids(answer.json.data.companies).includes(company.id), true);
    else check(answer.status === 400 && answer.json.messages[0].includes('specimens'), answer.text.slice(0, 200));
  });
  await test('300 random filters find what SQL finds', async () => {
    company = await create('companies', { name: 'Random filters' });
    const seed = Number(process.env.PORTTI_TEST_SEED ?? 20260301);
    const dice = random(seed);
    const maybe = (values) => (dice.below(4) === 0 ? null : dice.pick(values));
    await createMany('specimens', Array.from({ length: 60 }, () => ({
      companyId: company.id, number: maybe([-1, 0, 1, 2, 3]), text: maybe(['a', 'b', 'c,d', "e'f", 'g)(h']), date: maybe(['2025-01-01', '2025-01-02', '2025-01-03']),
      choice: maybe(['OPTION_1', 'OPTION_2', 'OPTION_3']), currency: { amountMicros: maybe([1, 2.5, 1000000]) }, fullName: { firstName: maybe(['Ann', 'Bea']) },
    })));
    const asked = Array.from({ length: 300 }, () => condition(dice, 3));
    const wanted = sql(`select ${asked.map(([, clause]) => `(select coalesce(string_agg(id::text, ',' order by id), '') from workspace._specimen where "companyId" = '${company.id}' and "deletedAt" is null and ${clause})`).join(" || '|' || ")}`)[0].split('|');
    for (const [index, [filter]] of asked.entries()) {
      same(ids(await filtered(filter)).join(','), wanted[index], `seed ${seed}: ${filter}`);
    }
  });
});
