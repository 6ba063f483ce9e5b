// One measurement: delivery.js latency|backlog|tls|idle NAME [--rate N] [--seconds N] [--backlog N] [--handshakes N]
'use strict';
const { spawn, spawnSync } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const readline = require('node:readline');

const env = process.env;
const [kind, name, ...words] = process.argv.slice(2);
const given = { rate: 500, seconds: 10, backlog: 20000, handshakes: 3000 };
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

// The receiver in C: its port, and the time from the first to the last of `expected` requests, each time they have come.
async function sink(expected, ...certificate) {
  const child = spawn(`${env.PROGRAMS}/sink`, [String(expected), ...certificate], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const port = Number((await lines.next()).value);
  return { port, seconds: async () => Number((await lines.next()).value.split(' ')[1]), end: () => child.stdin.end() };
}

// A webhook with a secret, and so many events of 500 bytes of text that wait for it.
function fill(url, count) {
  const body = { id: crypto.randomUUID(), text: 'x'.repeat(500) };
  sql(`update core.webhook set deleted_at = now();
       insert into core.webhook (id, target_url, operations, secret, created_at, updated_at)
         values (gen_random_uuid(), '${url}', array['bulk.*'], '${env.SEALED}', now() - interval '1 minute', now());
       insert into core.outbox (event_id, object_id, object_name, action, record_id, record, created_at)
       select gen_random_uuid(), gen_random_uuid(), 'bulk', 'created', gen_random_uuid(), '${JSON.stringify(body)}', date_trunc('milliseconds', clock_timestamp())
       from generate_series(1, ${count}) n`);
}

function dispatcher(...settings) {
  const words = [`admin_port=${env.ADMIN}`, 'egress_allow=127.0.0.0/8', 'webhook_concurrency=64', ...settings];
  return spawn(env.DISPATCHER, words.flatMap((word) => ['--set', word]), { stdio: 'ignore' });
}
const stopped = (child) => new Promise((done) => { child.on('exit', done); child.kill('SIGTERM'); });
const memoryMb = (pid, name) => (Number(new RegExp(`${name}:\\s+(\\d+)`).exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024).toFixed(1);

// Bodies and headers of the same size, the same signatures, the same receiver; alone, so without a database beside it.
async function bare(receiver, count, inFlight, perSecond) {
  const words = [`http://127.0.0.1:${receiver.port}/`, count, inFlight, `${env.PROGRAMS}/body`, perSecond].map(String);
  fs.writeFileSync(`${env.PROGRAMS}/body`, JSON.stringify({ filler: 'x'.repeat(950) }));
  const answer = spawnSync(`${env.PROGRAMS}/bare`, words, { encoding: 'utf8' });
  if (answer.status !== 0) throw new Error(answer.stderr);
  const cpu = Number(answer.stdout.split(' ')[1]);
  return { rate: count / (await receiver.seconds()), cpuUs: (cpu * 1e6) / count };
}

async function backlog() {
  const receiver = await sink(given.backlog);
  const before = await bare(receiver, given.backlog, 16, 0);
  fill(`http://127.0.0.1:${receiver.port}/`, given.backlog);
  const child = dispatcher('redis_url=');
  const rate = given.backlog / (await receiver.seconds());
  await sleep(300);
  const cpuUs = (cpuMs(child.pid) * 1000) / given.backlog;
  const memory = memoryMb(child.pid, 'VmHWM');
  await stopped(child);
  const after = await bare(receiver, given.backlog, 16, 0);
  receiver.end();
  const peer = (before.rate + after.rate) / 2;
  console.log(`a backlog of ${given.backlog}, signed, results recorded: ${rate.toFixed(0)} deliveries/s, ${cpuUs.toFixed(0)} µs of CPU each, at most ${memory} MB; ` +
    `bare libcurl, same receiver: ${peer.toFixed(0)}/s, ${((before.cpuUs + after.cpuUs) / 2).toFixed(0)} µs; ratio ${(rate / peer).toFixed(2)}`);
}

async function slow() {
  const receiver = await sink(given.rate * 4);
  const { cpuUs } = await bare(receiver, given.rate * 4, 16, given.rate);
  receiver.end();
  console.log(`bare libcurl at ${given.rate}/s, when caches are cold: ${cpuUs.toFixed(0)} µs of CPU a delivery`);
}

// Each delivery is a connection of its own; the system's bundle of authorities and the test's are what it is checked by.
async function tls() {
  const receiver = await sink(given.handshakes, env.TLS_CERT, env.TLS_KEY);
  fill(`https://127.0.0.1:${receiver.port}/`, given.handshakes);
  const child = dispatcher('redis_url=', `ca_file=${env.TLS_BUNDLE}`);
  const seconds = await receiver.seconds();
  const cpu = cpuMs(child.pid) / 1000;
  console.log(`new TLS connections: ${(given.handshakes / cpu).toFixed(0)} per second of the dispatcher's CPU (${(given.handshakes / seconds).toFixed(0)}/s with the receiver on the same machine), at most ${memoryMb(child.pid, 'VmHWM')} MB`);
  await stopped(child);
  receiver.end();
}

async function idle() {
  const child = dispatcher();
  await sleep(3000);
  const before = cpuMs(child.pid);
  await sleep(5000);
  console.log(`idle: ${((cpuMs(child.pid) - before) / 50).toFixed(2)} % CPU, ${memoryMb(child.pid, 'VmRSS')} MB`);
  await stopped(child);
}

({ latency, backlog, slow, tls, idle })[kind]().catch((error) => {
  console.error(error);
  process.exit(1);
});
