// TLS: whom the dispatcher believes, and who it says it is.
'use strict';
const assert = require('node:assert');
const fs = require('node:fs');
const https = require('node:https');
const { execFileSync } = require('node:child_process');
const t = require('./tools.js');
const { sql, until } = t;

const folder = `${t.env.LOG_FOLDER}/tls`;
fs.mkdirSync(folder, { recursive: true });
const openssl = (...words) => execFileSync('openssl', words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
const read = (file) => fs.readFileSync(`${folder}/${file}`, 'utf8');

function authority(name) {
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.crt`);
  return read(`${name}.crt`);
}

// A certificate by that authority; `days` may be negative, which is one that has ended.
function issue(by, name, subjectAltName, days = 2) {
  fs.writeFileSync(`${folder}/${name}.ext`, `subjectAltName=${subjectAltName}\n`);
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
  openssl('x509', '-req', '-in', `${name}.csr`, '-CA', `${by}.crt`, '-CAkey', `${by}.key`, '-CAcreateserial', '-days', String(days), '-extfile', `${name}.ext`, '-out', `${name}.crt`);
  return { key: read(`${name}.key`), cert: read(`${name}.crt`) };
}

const ours = authority('ours');
const theirs = authority('theirs');
const good = issue('ours', 'good', 'IP:127.0.0.1');
const receiver = new t.Receiver();
const ports = {};

receiver.listen = async () => {
  const servers = {
    good, old: issue('ours', 'old', 'IP:127.0.0.1', -1), other: issue('ours', 'other', 'DNS:other.test'), foreign: issue('theirs', 'foreign', 'IP:127.0.0.1'),
    mutual: { ...good, ca: ours, requestCert: true, rejectUnauthorized: true },
    weak: { ...good, maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0', minVersion: 'TLSv1' },
  };
  for (const [name, options] of Object.entries(servers)) {
    const server = https.createServer(options, (request, response) => {
      request.peer = request.socket.getPeerCertificate().subject?.CN;
      receiver.take(request, response);
    });
    server.on('tlsClientError', () => {});
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    server.unref();
    ports[name] = server.address().port;
  }
};

const hookTo = (name, server, columns = {}) => t.webhook(receiver, name, { object: 'tls', url: `https://127.0.0.1:${ports[server]}/${name}`, columns });
const outcome = (hook) => sql(`select coalesce(error, status::text) from core.attempt where webhook_id = '${hook.id}' order by started_at, attempt limit 1`);
const pair = (name) => ({ client_certificate: read(`${name}.crt`), client_key: t.seal(read(`${name}.key`)) });

async function outcomes(hooks, expected) {
  await sql(t.insertEvents('tls', 1));
  for (const [name, hook] of Object.entries(hooks)) {
    await until(`${name} is recorded`, 20, async () => await outcome(hook) !== '');
    assert.equal(await outcome(hook), expected[name], name);
    const text = await sql(`select response from core.attempt where webhook_id = '${hook.id}' limit 1`);
    assert.ok(expected[name] !== 'tls' || text === 'no trusted TLS connection could be made', text);
  }
}

const cases = {
  async 'only a certificate that leads to a known authority, is in force and names the host'(start) {
    await start({ retry_schedule: '1h', delivery_timeout: '10s' });
    await outcomes({
      unknown: await hookTo('unknown', 'good'), own: await hookTo('own', 'good', { authorities: ours }), both: await hookTo('both', 'good', { authorities: theirs + ours }),
      wrong: await hookTo('wrong', 'good', { authorities: theirs }), old: await hookTo('old', 'old', { authorities: ours }), other: await hookTo('other', 'other', { authorities: ours }),
      foreign: await hookTo('foreign', 'foreign', { authorities: ours }), weak: await hookTo('weak', 'weak', { authorities: ours }),
      broken: await hookTo('broken', 'good', { authorities: 'no certificate' }), unknownStill: await hookTo('unknown2', 'good'),
    }, { unknown: 'tls', own: '204', both: '204', wrong: 'tls', old: 'tls', other: 'tls', foreign: 'tls', weak: 'tls', broken: 'tls', unknownStill: 'tls' });
  },

  async 'authorities for all, and a webhook of its own opinion'(start) {
    await start({ retry_schedule: '1h', delivery_timeout: '10s', ca_file: `${folder}/ours.crt` });
    await outcomes({ all: await hookTo('all', 'good'), strict: await hookTo('strict', 'good', { authorities: theirs }), foreign: await hookTo('foreign3', 'foreign') },
      { all: '204', strict: 'tls', foreign: 'tls' });
  },

  async 'a client certificate is shown by its webhook only'(start) {
    issue('ours', 'client', 'DNS:client.test');
    issue('theirs', 'stranger', 'DNS:client.test');
    await start({ retry_schedule: '1h', delivery_timeout: '10s', ca_file: `${folder}/ours.crt` });
    const hooks = { shown: await hookTo('shown', 'mutual', pair('client')), none: await hookTo('none', 'mutual'), stranger: await hookTo('stranger', 'mutual', pair('stranger')),
      mixed: await hookTo('mixed', 'mutual', { ...pair('client'), client_key: t.seal(read('stranger.key')) }),
      sealed: await hookTo('sealed', 'mutual', { ...pair('client'), client_key: t.seal(read('client.key'), 'another server secret') }),
      plain: await hookTo('plain', 'good', pair('client')) };
    await sql(t.insertEvents('tls', 1));
    const expected = { shown: /^204$/, none: /^(tls|reset)$/, stranger: /^(tls|reset)$/, mixed: /^tls$/, sealed: /^secret$/, plain: /^204$/ };
    for (const [name, hook] of Object.entries(hooks)) {
      await until(`${name} is recorded`, 20, async () => await outcome(hook) !== '');
      assert.match(await outcome(hook), expected[name], name);
    }
  },

  async 'new authorities are in force for the next delivery'(start) {
    await start({ retry_schedule: Array(32).fill('300ms').join(',') });
    const hook = await hookTo('turned', 'good', { authorities: theirs });
    await sql(t.insertEvents('tls', 1));
    await until('it fails', 15, async () => await outcome(hook) === 'tls');
    await sql(`update core.webhook set authorities = '${ours}' where id = '${hook.id}'`);
    await until('it is here', 15, () => receiver.of(hook.path).length === 1);
  },
};

t.runCases(cases, receiver);
