// Values of every type, in and out (contract 6; R108, R121–R123), on the object of fixture.sql.
import { check, create, createMany, expect, main, read, same, send, test, uuid, until } from './lib.mjs';

const object = '/rest/specimens';
// [field, what is sent, what reads back]
const kept = (field, ...values) => values.map((value) => [field, value, value]);
const id = uuid();
const good = [
  ...kept('uuid', id, '00000000-0000-0000-0000-000000000000'),
  ['uuid', id.toUpperCase(), id],
  ...kept('text', 'test', '', ' spaces ', 'line\nbreak\ttab', '"quoted" \\ / \u2028', 'Zażółć gęślą jaźń', '漢字', '👩‍👩‍👧‍👦', "'; drop table person; --", '{}', 'x'.repeat(100000), '\u0001\u001f', '%_', 'null'),
  ['text', null, ''],
  ...kept('number', 0, 1, -1, 1.5, -0.001, 1e21, 1e-9, 123456789012, 9007199254740991, 1.7976931348623157e308, 5e-324, 0.1),
  ['number', -0, 0],
  ...kept('whole', 0, -5, 9007199254740991),
  ['whole', 7.0, 7],
  ...kept('boolean', true, false),
  ...kept('date', '2025-01-13', '0001-01-01', '9999-12-31', '2024-02-29'),
  ...kept('dateTime', '2025-01-13T10:11:12.345Z', '0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'),
  ...kept('rating', 'RATING_1', 'RATING_5'),
  ...kept('choice', 'OPTION_1', 'OPTION_3'),
  ...kept('choices', ['OPTION_1'], ['OPTION_3', 'OPTION_1'], []),
  ['choices', 'OPTION_2', ['OPTION_2']],
  ...kept('array', ['a'], ['a', 'a', '', 'null', 'with "quotes", {braces} and \\'], []),
  ['array', 'alone', ['alone']],
  ...kept('json', { a: 1, b: { c: [true, null, 'x'] } }, [1, 2], { 'a.b': '"\\' }, { '\u00e9': '\u0001' }),
  ['json', '{"a":1}', { a: 1 }],
  ['json', {}, null],
  ...kept('fullName', { firstName: 'Ann', lastName: 'Lee' }),
  ['fullName', { firstName: 'Ann' }, { firstName: 'Ann', lastName: '' }],
  ['emails', { primaryEmail: 'a@b.example' }, { primaryEmail: 'a@b.example', additionalEmails: null }],
  ...kept('emails', { primaryEmail: 'a@b.example', additionalEmails: ['c@d.example', 'e@f.example'] }),
  ...kept('phones', { primaryPhoneNumber: '612345678', primaryPhoneCountryCode: 'FR', primaryPhoneCallingCode: '+33', additionalPhones: [{ number: '12', countryCode: 'DE', callingCode: '+49' }] }),
  ...kept('links', { primaryLinkUrl: 'https://a.example/Path?Q=1#F', primaryLinkLabel: 'A', secondaryLinks: [{ url: 'https://b.example', label: 'B' }] }),
  ['links', { primaryLinkUrl: 'HTTPS://A.Example/Path' }, { primaryLinkUrl: 'https://a.example/Path', primaryLinkLabel: '', secondaryLinks: null }],
  ['site', { primaryLinkUrl: 'https://WWW.Site.Example/path/' }, { primaryLinkUrl: 'www.site.example', primaryLinkLabel: '', secondaryLinks: null }],
  ['site', { primaryLinkUrl: 'site.example' }, { primaryLinkUrl: 'site.example', primaryLinkLabel: '', secondaryLinks: null }],
  ...kept('address', { addressStreet1: '1', addressStreet2: '2', addressCity: 'c', addressPostcode: '00100', addressState: 's', addressCountry: 'Finland', addressLat: 60.17, addressLng: -24.94 }),
  ...kept('richText', { blocknote: '[{"type":"paragraph"}]', markdown: 'text' }),
  ['actor', { source: 'IMPORT' }, { source: 'IMPORT', workspaceMemberId: null, name: '', context: null }],
  ['actor', { source: 'EMAIL', context: { provider: 'google' } }, { source: 'EMAIL', workspaceMemberId: null, name: '', context: { provider: 'google' } }],
  ['files', [{ fileId: id, label: 'a.pdf' }], [{ fileId: id, label: 'a.pdf' }]],
];
// The same as numbers: whether they come as numbers or as text is not determined (contract 10.7).
const numeric = ['0', '1', '-1', '123.45', '0.1', '99999999999999999999.123456789', '-0.000000000000000000001', 1, -2.5, 123.45, 1000000000000];
const digits = (value) => (String(value).includes('e') ? String(value) : String(value).includes('.') ? String(value).replace(/0+$/, '').replace(/\.$/, '') : String(value));

async function readsBack(field, sent, wanted) {
  const made = await create('specimens', { [field]: sent });
  same(made[field], wanted, `created ${field}`);
  same((await read('specimens', made.id))[field], wanted, `read ${field}`);
  const { id: other } = await create('specimens', {});
  same((await expect(200, 'PATCH', `${object}/${other}`, { [field]: sent })).data.updateSpecimen[field], wanted, `updated ${field}`);
  const [batched] = await createMany('specimens', [{ [field]: sent }, {}]);
  same((await read('specimens', batched.id))[field], wanted, `batched ${field}`);
}
const short = (value) => { const text = JSON.stringify(value); return text.length > 60 ? `${text.slice(0, 60)}… (${text.length})` : text; };

main(240, async () => {
  await until(2, 'the object is known', async () => (await send('GET', object)).status === 200);
  for (const [field, sent, wanted] of good) {
    await test(`R121 ${field}: ${short(sent)}`, () => readsBack(field, sent, wanted));
  }
  for (const value of numeric) {
    await test(`R121 numeric: ${short(value)} loses no digit`, async () => {
      const made = await create('specimens', { numeric: value, currency: { amountMicros: value, currencyCode: 'EUR' }, address: { addressLat: value } });
      for (const found of [made, await read('specimens', made.id)]) {
        same(digits(found.numeric), digits(value), 'numeric');
        same(digits(found.currency.amountMicros), digits(value), 'amountMicros');
        same(digits(found.address.addressLat), digits(value), 'addressLat');
        same(found.currency.currencyCode, 'EUR');
      }
    });
  }
  await test('R121 currency compared after conversion to number', async () => {
    const made = await create('specimens', { currency: { amountMicros: '1000000', currencyCode: 'USD' } });
    same([Number(made.currency.amountMicros), made.currency.currencyCode], [1000000, 'USD']);
  });

  const bare = await create('specimens', {});
  await test('what was never set', async () => {
    const nulls = ['uuid', 'boolean', 'number', 'whole', 'numeric', 'date', 'dateTime', 'rating', 'choice', 'json', 'companyId'];
    for (const field of nulls) same(bare[field], null, field);
    for (const field of ['choices', 'array', 'files']) check(bare[field] === null || (Array.isArray(bare[field]) && bare[field].length === 0), `${field}: ${JSON.stringify(bare[field])}`);
    same(bare.text, '');
    same(bare.fullName, { firstName: '', lastName: '' });
    same(bare.emails, { primaryEmail: '', additionalEmails: null });
    same(bare.phones, { primaryPhoneNumber: '', primaryPhoneCountryCode: '', primaryPhoneCallingCode: '', additionalPhones: null });
    same(bare.links, { primaryLinkUrl: '', primaryLinkLabel: '', secondaryLinks: null });
    same(bare.currency, { amountMicros: null, currencyCode: '' });
    same(bare.richText, { blocknote: '', markdown: '' });
    same(bare.address, { addressStreet1: '', addressStreet2: '', addressCity: '', addressPostcode: '', addressState: '', addressCountry: '', addressLat: null, addressLng: null });
  });
  await test('defaults', async () => {
    same([bare.greeting, bare.preset, bare.mandatory, bare.required], ['hello', 'OPTION_2', 'given', false]);
    check(/^[0-9a-f-]{36}$/.test(bare.token), `${bare.token}`);
    const other = await create('specimens', { greeting: null, preset: null, token: null });
    same([other.greeting, other.preset, other.token], ['', null, null], 'null is not the default');
  });
  for (const field of ['number', 'uuid', 'choice', 'companyId', 'json', 'array', 'rating', 'date', 'dateTime', 'boolean', 'numeric', 'choices', 'files']) {
    await test(`R122 null for ${field}`, async () => {
      const made = await create('specimens', { [field]: null });
      check(made[field] === null || (Array.isArray(made[field]) && made[field].length === 0), JSON.stringify(made[field]));
    });
  }
  await test('whole composites as null', async () => {
    for (const field of ['fullName', 'emails', 'phones', 'links', 'site', 'address', 'currency', 'richText']) {
      same((await create('specimens', { [field]: null }))[field], bare[field], field);
    }
  });
  await test('values go back to unset', async () => {
    const full = await create('specimens', { text: 'x', number: 1, date: '2025-01-01', choices: ['OPTION_1'], fullName: { firstName: 'a' }, json: { a: 1 }, currency: { amountMicros: 5, currencyCode: 'EUR' } });
    const after = (await expect(200, 'PATCH', `${object}/${full.id}`, { text: '', number: null, date: null, choices: null, fullName: null, json: {}, currency: null })).data.updateSpecimen;
    for (const field of ['text', 'number', 'date', 'fullName', 'json', 'currency']) same(after[field], bare[field], field);
  });
  await test('a field that may not be null', async () => {
    for (const body of [{ mandatory: null }, { required: null }]) {
      const answer = await send('POST', object, body);
      check(answer.status === 400 && /cannot be null/.test(answer.json.messages[0]), `${JSON.stringify(body)}: ${answer.status} ${answer.text.slice(0, 200)}`);
    }
    same((await create('specimens', { mandatory: '' })).mandatory, '');
  });

  const layouts = {
    '2025-01-13T10:11:12Z': '2025-01-13T10:11:12.000Z', '2025-01-13T10:11:12': '2025-01-13T10:11:12.000Z',
    '2025-01-13 10:11:12': '2025-01-13T10:11:12.000Z', '2025-01-13T10:11:12.5Z': '2025-01-13T10:11:12.500Z',
    '2025-01-13T10:11:12.123456Z': '2025-01-13T10:11:12.123Z', '2025-01-13T10:11:12+02:00': '2025-01-13T08:11:12.000Z',
    '2025-01-13T10:11:12-0530': '2025-01-13T15:41:12.000Z', '2025-01-13T10:11': '2025-01-13T10:11:00.000Z',
    '2025-01-13': '2025-01-13T00:00:00.000Z', 20250113: '2025-01-13T00:00:00.000Z', '2025/01/13': '2025-01-13T00:00:00.000Z',
    '01/13/2025': '2025-01-13T00:00:00.000Z', 'Jan 13, 2025': '2025-01-13T00:00:00.000Z', 'January 13, 2025': '2025-01-13T00:00:00.000Z',
    '13-Jan-2025': '2025-01-13T00:00:00.000Z', '13 Jan 2025': '2025-01-13T00:00:00.000Z',
  };
  for (const [text, wanted] of Object.entries(layouts)) {
    await test(`a date as ${text}`, async () => {
      const made = await create('specimens', { dateTime: text, date: text });
      same([made.dateTime, made.date], [wanted, wanted.slice(0, 10)]);
    });
  }

  // R108 and 6.4, on people as a client would.
  const canonical = {
    'ANN@Example.ORG': 'ann@example.org', 'Ann@München.DE': 'ann@xn--mnchen-3ya.de', 'ann@münchen。de': 'ann@xn--mnchen-3ya.de',
    'ANN@München．DE.': 'ann@xn--mnchen-3ya.de', 'ann2@i❤.ws': 'ann2@xn--i-7iq.ws', 'ann3@example.com.': 'ann3@example.com',
    'ann4@example｡com': 'ann4@example.com', 'ann+tag@example.com': 'ann+tag@example.com',
  };
  for (const [sent, wanted] of Object.entries(canonical)) {
    await test(`R108 the e-mail address ${sent}`, async () => {
      const made = await create('specimens', { emails: { primaryEmail: sent, additionalEmails: [sent] } });
      same(made.emails, { primaryEmail: wanted, additionalEmails: [wanted] });
      const changed = await expect(200, 'PATCH', `${object}/${bare.id}`, { emails: { primaryEmail: sent } });
      same(changed.data.updateSpecimen.emails.primaryEmail, wanted, 'on update');
    });
  }
});
