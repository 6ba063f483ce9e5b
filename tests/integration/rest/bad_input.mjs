// What is refused, and in which words (contract 3.1, 3.4, R123). Faults of filters and orders: q_filter.mjs, q_order.mjs.
import { check, checkError, create, liveRows, main, outboxMark, refused, same, send, test, until, uuid } from './lib.mjs';

const object = '/rest/specimens';
// [field, value, what messages[0] contains]
const badValues = [
  ['text', 1, 'for field "text"'], ['text', true, 'for field "text"'], ['text', {}, 'for field "text"'], ['text', ['a'], 'for field "text"'],
  ['uuid', 'x', 'Invalid UUID value \'x\' for field "uuid"'], ['uuid', 5, 'for field "uuid"'], ['uuid', '', 'for field "uuid"'],
  ['boolean', 'true', 'for field "boolean"'], ['boolean', 1, 'for field "boolean"'], ['boolean', [], 'for field "boolean"'],
  ['number', '5', 'for field "number"'], ['number', true, 'for field "number"'], ['number', {}, 'for field "number"'],
  ['whole', 1.5, 'for field "whole"'],
  ['numeric', 'a lot', 'for field "numeric"'], ['numeric', 'NaN', 'for field "numeric"'], ['numeric', 'Infinity', 'for field "numeric"'], ['numeric', '1e', 'for field "numeric"'], ['numeric', '', 'for field "numeric"'],
  ['date', 'tomorrow', 'Invalid value \'tomorrow\' for date field "date". Expected format: \'YYYY-MM-DD\''],
  ['date', '2025-02-30', 'date field "date"'], ['date', '2025', 'date field "date"'], ['date', '2025-01', 'date field "date"'], ['date', 20250113, 'date field "date"'], ['date', '2025-13-01', 'date field "date"'],
  ['dateTime', 'now', 'Invalid value \'now\' for date-time field "dateTime". Expected format: \'YYYY-MM-DDTHH:mm:ssZ\''],
  ['dateTime', '2025-01-13T25:00:00Z', 'date-time field "dateTime"'], ['dateTime', 1736762400000, 'date-time field "dateTime"'], ['dateTime', '10000-01-01', 'date-time field "dateTime"'],
  ['rating', 'RATING_6', ['RATING_6', '"rating"']], ['rating', 3, '"rating"'],
  ['choice', 'FOO', 'Invalid value \'FOO\' for field "choice"'], ['choice', 'option_1', 'option_1'], ['choice', '', '"choice"'], ['choice', ['OPTION_1'], '"choice"'],
  ['choices', ['FOO'], ['FOO', '"choices"']], ['choices', 'FOO', ['FOO', '"choices"']], ['choices', [1], 'choices'], ['choices', 1, 'choices'], ['choices', ['OPTION_1', null], 'choices'],
  ['array', 1, 'Invalid value 1 for field "array - Array values need to be string"'], ['array', [1], 'Array values need to be string'], ['array', [null], 'Array values need to be string'], ['array', {}, 'array'],
  ['json', 'no json', 'json'],
  ['files', [{ label: 'a' }], 'files'], ['files', [{ fileId: uuid(), label: 'a', more: 1 }], 'more'], ['files', ['x'], 'files'], ['files', { a: 1 }, 'files'],
  ['fullName', 'Ann Lee', 'Invalid object value \'Ann Lee\' for field "fullName"'], ['fullName', [], 'fullName'], ['fullName', { first: 'x' }, 'Sub field "first" not found for composite type: FULL_NAME'], ['fullName', { firstName: 1 }, 'fullName.firstName'],
  ['emails', 'a@b.example', 'Invalid object value'], ['emails', { primaryEmail: 'x' }, 'Invalid string value \'x\' for email field "emails.primaryEmail"'],
  ['emails', { primaryEmail: 5 }, 'emails.primaryEmail'], ['emails', { primaryEmail: 'a@b@c.example' }, 'emails.primaryEmail'], ['emails', { primaryEmail: 'a b@c.example' }, 'emails.primaryEmail'], ['emails', { primaryEmail: '@b.example' }, 'emails.primaryEmail'], ['emails', { primaryEmail: 'a@' }, 'emails.primaryEmail'],
  ['emails', { additionalEmails: ['x'] }, 'emails.additionalEmails'], ['emails', { additionalEmails: { a: 'a@b.example' } }, 'emails.additionalEmails'], ['emails', { other: 'x' }, 'Sub field "other" not found for composite type: EMAILS'],
  ['phones', '+33', 'Invalid object value'], ['phones', { additionalPhones: ['+33'] }, 'phones.additionalPhones'], ['phones', { additionalPhones: [{ numero: '1' }] }, 'numero'], ['phones', { primaryPhoneNumber: 33 }, 'phones.primaryPhoneNumber'],
  ['links', 'https://a.example', 'Invalid object value'], ['links', { primaryLinkUrl: 5 }, 'links.primaryLinkUrl'], ['links', { secondaryLinks: [{ href: 'x' }] }, 'href'], ['links', { secondaryLinks: 'x' }, 'links.secondaryLinks'],
  ['site', { primaryLinkUrl: 'two words' }, 'site.primaryLinkUrl'],
  ['address', 'Main Street 1', 'Invalid object value'], ['address', { addressLat: 'north' }, 'address.addressLat'], ['address', { addressCity: 5 }, 'address.addressCity'], ['address', { city: 'x' }, 'Sub field "city" not found for composite type: ADDRESS'],
  ['currency', 5, 'Invalid object value'], ['currency', { amountMicros: 'much' }, 'currency.amountMicros'], ['currency', { currencyCode: 5 }, 'currency.currencyCode'], ['currency', { amountMicros: true }, 'currency.amountMicros'],
  ['richText', 'text', 'Invalid object value'], ['richText', { markdown: 5 }, 'richText.markdown'], ['richText', { html: 'x' }, 'Sub field "html" not found for composite type: RICH_TEXT'],
  ['actor', { source: 'PIGEON' }, ['PIGEON', 'actor.source']], ['actor', 'API', 'Invalid object value'],
  ['position', 'somewhere', ['Invalid position value', 'for field "position"']], ['position', null, ['Invalid position value', 'for field "position"']], ['position', '5', 'Invalid position value'],
  ['id', 'x', 'Invalid UUID value \'x\' for field "id"'], ['id', 5, 'for field "id"'],
  ['companyId', 'x', 'Invalid UUID value \'x\' for field "companyId"'], ['companyId', 5, 'companyId'],
  ['nonsense', 1, 'Object specimen doesn\'t have any "nonsense" field.'], ['', 1, 'doesn\'t have any "" field'], ['__proto__x', 1, 'doesn\'t have any'],
  ['company_id', 1, 'doesn\'t have any "company_id" field'], ['fullNameFirstName', 'x', 'doesn\'t have any "fullNameFirstName" field'],
  ['updatedAt', '2025-01-01', 'updatedAt'], ['deletedAt', null, 'deletedAt'], ['updatedBy', { source: 'API' }, 'updatedBy'],
  ['createdAt', 'x', 'date-time field "createdAt"'], ['createdBy', { source: 'x' }, 'createdBy.source'], ['createdBy', 'API', 'createdBy'],
];
const bodies = {
  'no body': '', 'white space': '  ', 'no JSON': 'hello', 'an unfinished object': '{"text":"x', 'something behind it': '{} {}', 'a comma too many': '{"text":"x",}',
  'single quotes': "{'text':'x'}", 'a number': '42', null: 'null', 'a list': '[{}]', 'a string': '"x"', 'a comment': '{} // x', 'NaN': '{"number":NaN}', 'hexadecimal': '{"number":0x10}',
  'a leading zero': '{"number":01}', 'a bare plus': '{"number":+1}', 'a lone surrogate': '{"text":"\\ud800"}', 'an escaped NUL': '{"text":"a\\u0000b"}', 'a raw NUL': Buffer.from('{"text":"a\0b"}'),
  'a raw line break': '{"text":"a\nb"}', 'no UTF-8': Buffer.from([...Buffer.from('{"text":"'), 0xff, ...Buffer.from('"}')]), 'a byte order mark': '\ufeff{}', 'an unknown escape': '{"text":"\\x41"}',
  'a huge exponent': '{"number":1e400}', 'very deep lists': '['.repeat(5000), 'deep beyond the limit': `{"json":${'['.repeat(200)}${']'.repeat(200)}}`,
};
// A key twice: JSON leaves it open; whatever happens is the server's to say, but not a crash.
const queries = ['limit=%zz', '%=1', 'fields=%ff', 'limit=%00', `${'a=1&'.repeat(300)}`];

main(240, async () => {
  await until(2, 'the object is known', async () => (await send('GET', object)).status === 200);
  const { id } = await create('specimens', { text: 'untouched' });
  const rows = liveRows('specimens');
  const mark = outboxMark();
  for (const [field, value, contains] of badValues) {
    const shown = JSON.stringify(value);
    await test(`refused: ${field} = ${shown.slice(0, 60)}`, async () => {
      const answer = await send('POST', object, { text: 'x', [field]: value });
      checkError(answer, 400, contains);
      const batch = await send('POST', '/rest/batch/specimens', [{}, { [field]: value }]);
      checkError(batch, 400, contains);
      if (field !== 'id') checkError(await send('PATCH', `${object}/${id}`, { text: 'x', [field]: value }), 400, ['createdAt', 'createdBy'].includes(field) ? field : contains);
    });
  }
  for (const [name, body] of Object.entries(bodies)) {
    await test(`refused body: ${name}`, async () => {
      await refused(400, undefined, undefined, 'POST', object, body);
      checkError(await send('POST', '/rest/batch/specimens', body === '[{}]' ? '[1]' : body), 400);
    });
  }
  await test('a key twice is no crash', async () => check([201, 400].includes((await send('POST', object, '{"text":"a","text":"b"}')).status), 'status'));
  for (const query of queries) {
    await test(`refused query: ${query.slice(0, 20)}`, async () => {
      const answer = await send('GET', `${object}?${query}`);
      check(answer.status === 400 || answer.status === 200, `${answer.status} ${answer.text}`);
      if (answer.status === 400) checkError(answer, 400);
    });
  }
  await test('nothing was written on the way', async () => {
    check(liveRows('specimens') - rows <= 1, 'rows');
    same((await send('GET', `${object}/${id}`)).json.data.specimen.text, 'untouched');
    check(outboxMark() - mark < 300, 'events');
  });

  // Objects and paths (1.1, 1.2).
  await test('an unknown object', async () => {
    for (const [method, path, body] of [['GET', 'spaceships'], ['GET', `spaceships/${id}`], ['POST', 'spaceships', {}], ['POST', 'batch/spaceships', [{}]], ['PATCH', `spaceships/${id}`, {}], ['DELETE', `spaceships/${id}`]]) {
      await refused(400, "object 'spaceships' not found. eg: companies", undefined, method, `/rest/${path}`, body);
    }
  });
  await test('a singular name', () => refused(400, "object 'person' not found. Did you mean 'people'?", undefined, 'GET', '/rest/person'));
  await test('names are exact', async () => {
    for (const name of ['People', 'PEOPLE', 'people%20', 'people%2F', 'person', '_specimen', 'core.object', 'pg_class', "people';--"]) {
      await refused(400, 'not found', undefined, 'GET', `/rest/${encodeURI(name)}`);
    }
  });
  await test('a parameter fault is told before the object', () => refused(400, "limit 'x' is invalid", undefined, 'GET', '/rest/spaceships?limit=x'));
  await test('bad paths', async () => {
    for (const [method, path] of [['GET', '/rest'], ['GET', '/rest/'], ['GET', '/rest//'], ['GET', '/rest/people/a/b'], ['GET', '/rest/a/b/c/d'], ['PATCH', `/rest/people/${id}/more`], ['PATCH', '/rest/people/a/b/restore'], ['POST', '/rest/batch/people/x'], ['DELETE', '/rest/people/x/restore']]) {
      const answer = await send(method, path, method === 'GET' || method === 'DELETE' ? undefined : {});
      checkError(answer, 400, ["Query path '", "invalid. Valid examples: "]);
    }
  });
  await test('empty segments are dropped', async () => {
    check((await send('GET', `/rest//specimens///${id}/`)).status === 200, 'status');
  });
  await test('batch alone is an object name', async () => check([400].includes((await send('GET', '/rest/batch')).status), 'status'));
  await test('GET batch/people, people/merge and people/duplicates are find many, or a clear refusal', async () => {
    for (const path of ['batch/people', 'people/merge', 'people/duplicates']) {
      const answer = await send('GET', `/rest/${path}`);
      check([200, 400, 405].includes(answer.status), `${path}: ${answer.status}`);
    }
  });
  await test('another path than /rest', async () => {
    for (const path of ['/', '/api', '/restaurant', '/REST/people']) checkError(await send('GET', path), 404);
  });
});
