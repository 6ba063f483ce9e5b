// One measurement: delivery.js latency|fill|backlog NAME [--rate N] [--seconds N] [--backlog N]
'use strict';
const { spawn, spawnSync } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');

const env = process.env;
const [kind, name, ...words] = process.argv.slice(2);
const given = { rate: 500, seconds: 10, backlog: 20000 };
for (let i = 0; i < words.length; i += 2) given[words[i].slice(2)] = Number(words[i + 1]);

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const now = () => performance.timeOrigin + performance.now();
const share = (list, part) => list[Math.min(list.length - 1, Math.floor(list.length * part))];
// Time on a CPU of all threads, in ms, by the scheduler's clock: utime and stime are counted in ticks.
const cpuMs = (pid) => fs.readdirSync(`/proc/${pid}/task`)
  .reduce((sum, task) => sum + Number(fs.readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6, 0);
const sql = (text) => {
  const result = spawnSync('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', env.DATABASE_URL], { input: text, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(result.stderr);
  return result.stdout.trim();
};

const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
function send(method, path, body) {
  return new Promise((resolve, reject) => {
    const text = JSON.stringify(body);
    const request = http.request({
      agent, host: '127.0.0.1', port: env.PORT, method, path,
      headers: { authorization: `Bearer ${env.API_KEY}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
    }, (answer) => {
      answer.resume();
      answer.on('end', () => (answer.statusCode < 300 ? resolve() : reject(new Error(`${method} ${path}: ${answer.statusCode}`))));
    });
    request.on('error', reject);
    request.end(text);
  });
}

// Answers from the first bytes on; the body is looked at only where the name is wanted.
function receive(onDelivery) {
  const server = http.createServer((request, response) => {
    const at = now();
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      response.writeHead(204).end();
      onDelivery(Buffer.concat(chunks), at);
    });
  });
  server.keepAliveTimeout = 60000;
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

async function latency() {
  const answered = new Map();
  const arrived = new Map();
  const server = await receive((body, at) => arrived.set(/"name":"(n-[0-9]+)"/.exec(body)[1], at));
  const id = crypto.randomUUID();
  await send('POST', '/rest/metadata/webhooks', { id, targetUrl: `http://127.0.0.1:${server.address().port}/`, operations: ['company.*'] });
  await sleep(500);
  const total = given.rate * given.seconds;
  const before = cpuMs(env.DISPATCHER_PID);
  const begun = now();
  const writes = [];
  for (let i = 0; i < total; i++) {
    const wait = begun + (i * 1000) / given.rate - now();
    if (wait > 1) await sleep(wait);
    const mark = `n-${i}`;
    writes.push(send('POST', '/rest/companies', { name: mark }).then(() => answered.set(mark, now())));
  }
  await Promise.all(writes);
  const took = (now() - begun) / 1000;
  for (let i = 0; i < 100 && arrived.size < total; i++) await sleep(50);
  const cpu = cpuMs(env.DISPATCHER_PID) - before;
  // The answer follows the commit at once, so a delivery may even overtake it.
  const waits = [...answered].filter(([mark]) => arrived.has(mark)).map(([mark, at]) => Math.max(0, arrived.get(mark) - at)).sort((a, b) => a - b);
  console.log(`${name}: ${(total / took).toFixed(0)} writes/s, ${arrived.size} of ${total} delivered; from the write's answer to the receiver p50 ${share(waits, 0.5).toFixed(1)} ms, ` +
    `p99 ${share(waits, 0.99).toFixed(1)} ms, most ${waits.at(-1).toFixed(1)} ms; dispatcher CPU ${((cpu * 1000) / total).toFixed(0)} µs a delivery`);
  await send('DELETE', `/rest/metadata/webhooks/${id}`, {});
  server.close();
  server.closeAllConnections();
}

async function fill() {
  sql(`insert into core.webhook (id, target_url, operations, secret, created_at, updated_at)
         values (gen_random_uuid(), 'http://127.0.0.1:${env.PORT}/nobody', array['bulk.*'], '', now() - interval '1 minute', now());
       insert into core.outbox (event_id, object_id, object_name, action, record_id, record, created_at)
       select gen_random_uuid(), gen_random_uuid(), 'bulk', 'created', gen_random_uuid(), '{"id":"' || n || '","text":"' || repeat('x', 500) || '"}', date_trunc('milliseconds', clock_timestamp())
       from generate_series(1, ${given.backlog}) n`);
}

async function backlog() {
  let count = 0;
  let first = 0;
  const server = await receive((_, at) => { count++; first ||= at; });
  sql(`update core.webhook set target_url = 'http://127.0.0.1:${server.address().port}/' where operations = array['bulk.*']`);
  const child = spawn(env.DISPATCHER, ['--set', `admin_port=${env.ADMIN}`, '--set', 'egress_allow=127.0.0.0/8', '--set', 'webhook_concurrency=64', '--set', 'redis_url='], { stdio: 'ignore' });
  while (count < given.backlog) await sleep(20);
  const took = (now() - first) / 1000;
  await sleep(300);
  const cpu = cpuMs(child.pid);
  const memory = /VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1] / 1024;
  console.log(`a backlog of ${given.backlog}: ${(given.backlog / took).toFixed(0)} deliveries/s into one Node receiver, dispatcher CPU ${((cpu * 1000) / given.backlog).toFixed(0)} µs a delivery, at most ${memory.toFixed(0)} MB`);
  await sleep(2000);
  const idle = cpuMs(child.pid);
  await sleep(5000);
  console.log(`idle: ${((cpuMs(child.pid) - idle) / 50).toFixed(1)} % CPU`);
  child.kill('SIGTERM');
  server.close();
  server.closeAllConnections();
}

({ latency, fill, backlog })[kind]().catch((error) => {
  console.error(error);
  process.exit(1);
});
