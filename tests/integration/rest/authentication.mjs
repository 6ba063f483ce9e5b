// Keys and tokens (contract 3.5 and 4; R1–R6, permissions of a role).
import crypto from 'node:crypto';
import { KEY, check, checkError, create, expect, includes, main, refused, same, sameKeys, send, sleep, sql, sqlOne, test, until, uuid, ctl } from './lib.mjs';

const part = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const mac = (secret, text) => crypto.createHmac('sha256', secret).update(text).digest('base64url');
const header = { alg: 'HS256', typ: 'JWT' };
const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
const claims = claimsOf(KEY);
const signature = KEY.split('.')[2];
// What the server signs keys with: HKDF of its secret. Only to make tokens that are signed well and say odd things.
const signingKey = Buffer.from(crypto.hkdfSync('sha256', process.env.PORTTI_SECRET_KEY, '', 'api-key-token', 32));
const signed = (secret, head, body) => `${part(head)}.${part(body)}.${mac(secret, `${part(head)}.${part(body)}`)}`;

// The body of an authentication error has its code in place of the exception's name, and no "code" (3.5).
function checkRefusal(answer, status, error, sentence) {
  check(answer.status === status, `${answer.status} ${answer.text}`);
  same(answer.json, { statusCode: status, error, messages: [sentence] });
}
async function refusedToken(name, token, status, error, sentence, options = {}) {
  await test(name, async () => {
    for (const [method, path, body] of [['POST', '/rest/people', { jobTitle: 'x' }], ['GET', '/rest/people', undefined], ['GET', '/rest/metadata/webhooks', undefined]]) {
      checkRefusal(await send(method, path, body, { token, ...options }), status, error, sentence);
    }
  });
}
const missing = [403, 'FORBIDDEN_EXCEPTION', 'Missing authentication token'];
const invalid = [401, 'UNAUTHENTICATED', 'Token invalid.'];
const revoked = [403, 'FORBIDDEN_EXCEPTION', 'This API Key is revoked'];

main(120, async () => {
  await refusedToken('R1 an empty bearer', null, ...missing, { headers: { Authorization: 'Bearer ' } });
  await refusedToken('no header at all', null, ...missing);
  await refusedToken('another scheme than Bearer', null, ...missing, { headers: { Authorization: `Basic ${part('a:b')}` } });
  await refusedToken('R2 a well-formed token with a wrong signature', signed('not the secret', header, claims), ...invalid);
  await refusedToken('R3 invalid-token', 'invalid-token', ...invalid);
  await test('R4 an expired token', async () => {
    const token = ctl('gateway_tool', 'apikey', 'create', '--name', 'short', '--expires', new Date(Date.now() + 2500).toISOString());
    await until(2, 'the new key works', async () => (await send('GET', '/rest/people', undefined, { token })).status === 200);
    await sleep(Math.max(0, claimsOf(token).exp * 1000 - Date.now()) + 50);
    checkRefusal(await send('POST', '/rest/people', {}, { token }), 401, 'UNAUTHENTICATED', 'Token has expired.');
  });
  await test('R5 the token in the URL only', async () => {
    checkRefusal(await send('POST', `/rest/people?token=${KEY}`, {}, { token: null }), ...missing);
  });
  await test('R6 the OpenAPI document knows no token in the URL', async () => {
    const answer = await send('GET', `/rest/open-api/core?token=${KEY}`, undefined, { token: null });
    check(answer.status === 200 && !answer.json.paths['/people'], answer.text.slice(0, 200));
  });
  await test('a token has the claims that clients read', async () => {
    sameKeys(claims, ['sub', 'workspaceId', 'type', 'jti', 'iat', 'exp']);
    same(claims.type, 'API_KEY');
    same(claims.sub, claims.workspaceId);
    same(claims.sub, sqlOne('select id from core.workspace'));
    check(claims.exp - claims.iat > 99 * 365 * 86400, 'without an expiry, a hundred years');
  });

  const forged = {
    'signed with the server secret itself': signed(process.env.PORTTI_SECRET_KEY, header, claims),
    'signed with an empty secret': signed('', header, claims),
    'alg none, no signature': `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`,
    'alg none with the old signature': `${part({ alg: 'none' })}.${part(claims)}.${signature}`,
    'alg RS256': signed(process.env.PORTTI_SECRET_KEY, { alg: 'RS256', typ: 'JWT' }, claims),
    'later expiry, old signature': `${KEY.split('.')[0]}.${part({ ...claims, exp: claims.exp + 1 })}.${signature}`,
    'another key, old signature': `${KEY.split('.')[0]}.${part({ ...claims, jti: uuid() })}.${signature}`,
    'the signature cut short': KEY.slice(0, -4),
    'the signature with a tail': `${KEY}AAAA`,
    'a fourth part': `${KEY}.x`,
    'two parts': KEY.split('.').slice(0, 2).join('.'),
    'dots only': '..',
    'claims that are no JSON': signed('x', header, 'hello'),
    'a very long token': 'x'.repeat(9000),
    'a bit of the signature flipped': `${KEY.split('.').slice(0, 2).join('.')}.${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`,
  };
  for (const [name, token] of Object.entries(forged)) {
    await test(`forged: ${name}`, async () => checkRefusal(await send('GET', '/rest/people', undefined, { token }), ...invalid));
  }
  // Signed with the right key: what they say decides.
  const said = (changes, head = header) => signed(signingKey, head, { ...claims, ...changes });
  await test('a token signed by hand is as good as any', () => expect(200, 'GET', '/rest/people', undefined, { token: said({}) }));
  await test('a key of an older generation has neither type nor workspaceId', () =>
    expect(200, 'GET', '/rest/people', undefined, { token: said({ type: undefined, workspaceId: undefined }) }));
  await test('R4 an expiry in the past, signed by hand', async () => {
    checkRefusal(await send('POST', '/rest/people', {}, { token: said({ exp: Math.floor(Date.now() / 1000) - 1 }) }), 401, 'UNAUTHENTICATED', 'Token has expired.');
  });
  const odd = {
    'another workspace': said({ sub: uuid(), workspaceId: undefined }),
    'sub and workspaceId differ': said({ workspaceId: uuid() }),
    'another type of token': said({ type: 'ACCESS' }),
    'without an expiry': said({ exp: undefined }),
    'an expiry in words': said({ exp: 'never' }),
    'an id that is none': said({ jti: 'x' }),
    'not valid before tomorrow': said({ nbf: Math.floor(Date.now() / 1000) + 86400 }),
    'alg HS512 in the header': said({}, { alg: 'HS512', typ: 'JWT' }),
    'alg none in the header': said({}, { alg: 'none', typ: 'JWT' }),
    'an extension that must be understood': said({}, { ...header, crit: ['exp'] }),
  };
  for (const [name, token] of Object.entries(odd)) {
    await test(`signed, and yet refused: ${name}`, async () => checkRefusal(await send('GET', '/rest/people', undefined, { token }), ...invalid));
  }
  await test('signed, but no such key', async () => checkRefusal(await send('GET', '/rest/people', undefined, { token: said({ jti: uuid() }) }), ...revoked));

  await test('the scheme is read in any case', async () => {
    for (const scheme of ['bearer', 'BEARER', 'Bearer ']) {
      const answer = await send('GET', '/rest/people', undefined, { token: null, headers: { Authorization: `${scheme} ${KEY}` } });
      check(answer.status === 200, `${scheme}: ${answer.status}`);
    }
  });
  await test('a refusal says how to come in', async () => {
    const answer = await send('GET', '/rest/people', undefined, { token: 'invalid-token' });
    includes(answer.headers['www-authenticate'], 'Bearer');
  });
  await test('a bad path needs a key first', async () => {
    checkRefusal(await send('GET', '/rest/a/b/c/d', undefined, { token: null }), ...missing);
  });

  await test('a key that is not in the database', async () => {
    const token = ctl('gateway_tool', 'apikey', 'create', '--name', 'lost');
    await until(2, 'the new key works', async () => (await send('GET', '/rest/people', undefined, { token })).status === 200);
    sql(`delete from core.api_key where id = '${claimsOf(token).jti}'`);
    await until(1.2, 'it is refused', async () => (await send('GET', '/rest/people', undefined, { token })).status === 403);
    checkRefusal(await send('GET', '/rest/people', undefined, { token }), ...revoked);
  });
  await test('a key without a role', async () => {
    const token = ctl('gateway_tool', 'apikey', 'create', '--name', 'roleless');
    sql(`update core.api_key set role_id = null where id = '${claimsOf(token).jti}'`);
    await until(2, 'it is noticed', async () => (await send('GET', '/rest/people', undefined, { token })).json.code === 'API_KEY_ROLE_NOT_FOUND');
    const answer = await send('GET', '/rest/people', undefined, { token });
    check(answer.status === 500 && answer.json.error === 'InternalServerErrorException', answer.text);
  });

  // A role (section 4, last but one; 3.6).
  const reader = { token: process.env.PORTTI_READER_KEY };
  const person = await create('people', { jobTitle: 'guarded' });
  const denied = [403, 'Entity performing the request does not have permission', 'PERMISSION_DENIED'];
  await test('a role that only reads, reads', async () => {
    await expect(200, 'GET', `/rest/people/${person.id}`, undefined, reader);
    await expect(200, 'GET', '/rest/people', undefined, reader);
  });
  for (const [method, path, body] of [
    ['POST', '/rest/people', {}], ['POST', '/rest/batch/people', [{}]], ['PATCH', `/rest/people/${person.id}`, { jobTitle: 'y' }],
    ['DELETE', `/rest/people/${person.id}`], ['DELETE', `/rest/people/${person.id}?soft_delete=true`],
    ['PATCH', `/rest/people/${person.id}/restore`],
    ['GET', '/rest/metadata/webhooks'], ['POST', '/rest/metadata/webhooks', { targetUrl: 'http://x.example/', operations: ['*.*'] }],
  ]) {
    await test(`a role that only reads is refused: ${method} ${path.replace(person.id, '{id}')}`, () =>
      refused(...denied, method, path, body, reader));
  }
  await test('a member may write records and not see the settings', async () => {
    const member = { token: process.env.PORTTI_MEMBER_KEY };
    await expect(200, 'PATCH', `/rest/people/${person.id}`, { jobTitle: 'by a member' }, member);
    checkError(await send('GET', '/rest/metadata/webhooks', undefined, member), ...denied);
  });
  await test('the key names the actor', async () => {
    const made = (await expect(201, 'POST', '/rest/people', {}, { token: process.env.PORTTI_MEMBER_KEY })).data.createPerson;
    same(made.createdBy, { source: 'API', workspaceMemberId: null, name: 'member', context: null });
    const changed = (await expect(200, 'PATCH', `/rest/people/${made.id}`, { jobTitle: 'z' })).data.updatePerson;
    same(changed.createdBy.name, 'member');
    same(changed.updatedBy.name, 'admin');
  });
});
