// What the cases share: SQL, a receiver, the dispatcher as a child process, and checks.
'use strict';
const { spawn } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');

const env = process.env;
const serverSecret = 'a secret for tests, long enough';

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function until(what, seconds, condition) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(20);
  }
}

// Asynchronous, as all of this: the receiver lives in this process and must go on answering.
function sql(text) {
  return new Promise((resolve, reject) => {
    const child = spawn('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', env.DATABASE_URL], { stdio: ['pipe', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(out.trim()) : reject(new Error(`psql ended with ${code}`))));
    child.stdin.end(text);
  });
}

// As common/crypto seals: AES-256-GCM under HKDF-SHA256(secret, info = purpose).
function seal(plain, secret = serverSecret) {
  if (plain === '') return '';
  const key = Buffer.from(crypto.hkdfSync('sha256', secret, '', 'webhook-secret', 32));
  const nonce = crypto.randomBytes(12);
  const cipher = crypto.createCipheriv('aes-256-gcm', key, nonce);
  const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return `v1.${Buffer.concat([nonce, text, cipher.getAuthTag()]).toString('base64url')}`;
}

// One server for all cases: each has a path of its own, and what it answers is up to `behaviours`.
class Receiver {
  constructor() {
    this.requests = new Map();
    this.behaviours = new Map();
    this.server = http.createServer((request, response) => this.take(request, response));
    this.server.keepAliveTimeout = 60000;
  }

  listen() {
    return new Promise((done) => this.server.listen(0, '127.0.0.1', () => done((this.port = this.server.address().port))));
  }

  take(request, response) {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('error', () => {});
    response.on('error', () => {});
    request.on('end', () => {
      const seen = { headers: request.headers, body: Buffer.concat(chunks).toString('utf8'), at: Date.now(), method: request.method };
      const list = this.of(request.url);
      list.push(seen);
      const behave = this.behaviours.get(request.url);
      if (behave) behave(response, seen, list.length, request);
      else response.writeHead(204).end();
    });
  }

  of(url) {
    if (!this.requests.has(url)) this.requests.set(url, []);
    return this.requests.get(url);
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

// A webhook of its own object for each case, so that cases do not hear each other.
async function webhook(receiver, name, options = {}) {
  const url = options.url ?? `http://127.0.0.1:${receiver.port}/${name}`;
  const hook = { id: crypto.randomUUID(), name, url, path: `/${name}`, secret: options.secret ?? 'f'.repeat(64) };
  const operations = options.operations ?? [`${options.object ?? name}.*`];
  const sealed = options.sealed ?? seal(hook.secret);
  const own = Object.entries(options.columns ?? {});
  await sql(`insert into core.webhook (id, target_url, operations, secret, created_at, updated_at${own.map(([name]) => `, ${name}`).join('')})
       values ('${hook.id}', '${url}', array[${operations.map((o) => `'${o}'`)}], '${sealed}',
               date_trunc('milliseconds', clock_timestamp()), now()${own.map(([, value]) => `, '${value}'`).join('')})`);
  return hook;
}

function deleteWebhook(hook) {
  return sql(`update core.webhook set deleted_at = now() where id = '${hook.id}'`);
}

const objectId = '370985db-22d8-4463-8e5f-2271d30913bd';
const insertEvents = (object, count, extra = {}) => `
  insert into core.outbox (event_id, object_id, object_name, action, record_id, record, updated_fields, created_at)
  select gen_random_uuid(), '${objectId}', '${object}', '${extra.action ?? 'created'}',
         ${extra.recordId ?? 'gen_random_uuid()'},
         '{"id":"20202020-3ec3-4fe3-8997-b76aa0bfa408","name":"Zoë & Co <b>","n":' || n || '}',
         ${extra.updatedFields ? `'${extra.updatedFields}'` : 'null'},
         date_trunc('milliseconds', clock_timestamp())
  from generate_series(${extra.from ?? 1}, ${(extra.from ?? 1) + count - 1}) n;`;

const lines = (text) => text.split('\n').filter(Boolean);
const eventIds = async (object) => lines(await sql(`select event_id from core.outbox where object_name = '${object}' order by seq`));

class Dispatcher {
  // `how.wrap`: words in front of the program, such as unshare; `how.env`: more variables for it.
  constructor(settings = {}, how = {}) {
    this.words = [...(how.wrap ?? []), env.DISPATCHER];
    this.env = { ...env, ...how.env };
    this.settings = {
      database_url: env.DATABASE_URL, redis_url: env.REDIS_URL, secret_key: serverSecret,
      admin_port: env.ADMIN_PORT, retry_schedule: '200ms,300ms,400ms', retry_jitter: '0', delivery_timeout: '1s',
      egress_allow: '127.0.0.0/8', lease_time: '1s', breaker_probe_interval: '300ms', ...settings,
    };
    this.admin = `http://127.0.0.1:${this.settings.admin_port}`;
    this.log = path.join(env.LOG_FOLDER, 'dispatcher.log');
  }

  async start() {
    const sets = Object.entries(this.settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    const log = fs.openSync(this.log, 'a');
    this.how = undefined;
    this.child = spawn(this.words[0], [...this.words.slice(1), ...sets], { stdio: ['ignore', log, log], env: this.env });
    fs.closeSync(log);
    this.ended = new Promise((done) => this.child.on('exit', (code, signal) => done(code ?? signal)));
    this.ended.then((how) => { this.how = how; });
    await until('the dispatcher is ready', 10, async () => {
      if (this.how !== undefined) throw new Error(`the dispatcher ended with ${this.how}`);
      return (await this.get('/readyz').catch(() => ({}))).status === 200;
    });
    return this;
  }

  async get(target) {
    const answer = await fetch(this.admin + target);
    return { status: answer.status, body: await answer.text() };
  }

  async metric(name) {
    const line = (await this.get('/metrics')).body.split('\n').find((l) => l.startsWith(`${name} `));
    return Number(line?.slice(name.length + 1));
  }

  leads() {
    return until('it holds the lease', 10, async () => (await this.metric('portti_leader')) === 1);
  }

  async stop(signal = 'SIGTERM') {
    if (this.how === undefined) this.child.kill(signal);
    return this.ended;
  }
}

// Each case starts dispatchers of its own by `start(settings)`; the last one must end well.
async function runCases(cases, receiver) {
  const wanted = process.argv.slice(2);
  const clean = () => sql('update core.webhook set deleted_at = now() where deleted_at is null; delete from core.pending');
  let failed = 0;
  await receiver.listen();
  await clean();
  for (const [name, run] of Object.entries(cases)) {
    if (wanted.length > 0 && !wanted.some((word) => name.includes(word))) continue;
    let dispatcher;
    try {
      await run(async (settings, how) => {
        dispatcher = await new Dispatcher(settings, how).start();
        await dispatcher.leads();
        return dispatcher;
      });
      const code = await dispatcher?.stop() ?? 0;
      if (code !== 0) throw new Error(`the dispatcher ends with ${code}`);
      console.log(`ok ${name}`);
    } catch (error) {
      failed++;
      console.log(`not ok ${name}\n# ${String(error.stack).split('\n').slice(0, 6).join('\n# ')}`);
      await dispatcher?.stop('SIGKILL');
    }
    await clean();
  }
  receiver.close();
  process.exit(failed > 0 ? 1 : 0);
}

module.exports = { Dispatcher, Receiver, deleteWebhook, env, eventIds, insertEvents, lines, objectId, runCases, seal, serverSecret, sleep, sql, until, webhook };
