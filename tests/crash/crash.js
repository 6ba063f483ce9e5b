// Rounds of faults, each with a verdict. See README.md.
'use strict';
const crypto = require('node:crypto');
const { Faults } = require('./faults.js');
const { Disk, Program, Server, sleep, sql } = require('./parts.js');
const { Receiver } = require('./receiver.js');
const { judge, judgeWrites } = require('./verdict.js');
const { Writers } = require('./writers.js');

const env = process.env;
const MAX_IN_FLIGHT = 48;
const UNRECORDED_MOST = 256; // of the dispatcher: results that no transaction holds yet
const ROUND_MS = 60000;
const SETTLE_MS = 60000;
const hooks = ['plain', 'slow', 'flaky'];

// mulberry32: small, and the same everywhere.
function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function options(words) {
  const given = { seconds: 60, hours: 0, kills: 0, dispatchers: 2, seed: crypto.randomInt(2 ** 31) };
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i].replace(/^--/, '');
    const value = Number(words[i + 1]);
    if (!(name in given) || !words[i].startsWith('--') || !Number.isFinite(value) || value < 0) {
      console.error('usage: tests/crash/run [--seconds N] [--hours N] [--kills N] [--dispatchers N] [--seed N]');
      process.exit(2);
    }
    given[name] = value;
  }
  return given;
}

async function until(what, ms, condition) {
  const end = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${ms / 1000} s: ${what}`);
    await sleep(100);
  }
}

let failures = 0;
function check(name, complaints) {
  if (complaints.length === 0) {
    console.log(`ok ${name}`);
    return;
  }
  failures++;
  for (const complaint of complaints) console.log(`    ${complaint}`);
  console.log(`not ok ${name}`);
}

class Run {
  constructor(given) {
    this.given = given;
    this.random = seeded(given.seed);
    this.receiver = new Receiver(this.random);
    this.writers = new Writers(this.random, 8, 30);
    const dispatcher = (i) => new Program(`dispatcher${i}`, 'dispatcher', Number(env.CRASH_DISPATCHER_PORT) + i, {
      admin_port: Number(env.CRASH_DISPATCHER_PORT) + i, egress_allow: '127.0.0.0/8', lease_time: '1s', delivery_timeout: '1s',
      max_in_flight: MAX_IN_FLIGHT, webhook_share: 50, retry_ahead: '100ms', breaker_probe_interval: '500ms', retry_schedule: Array(32).fill('300ms').join(','), access_log: 'off',
    });
    this.parts = {
      gateway: new Program('gateway', 'gateway', Number(env.CRASH_GATEWAY_PORT), { port: env.CRASH_GATEWAY_PORT, admin_port: 0, rate_limit: 'off', access_log: 'off' }),
      dispatchers: [...Array(given.dispatchers).keys()].map(dispatcher),
      redisServer: new Server('redis'),
      postgresServer: new Server('postgres'),
      disks: [['log disk full', env.CRASH_LOG_DISK], ['data disk full', env.CRASH_DATA_DISK]]
        .filter(([, folder]) => folder).map(([name, folder]) => new Disk(name, folder)),
      clocks: env.CRASH_CLOCK !== '',
    };
    this.programs = [this.parts.gateway, ...this.parts.dispatchers];
    this.faults = new Faults(this.random, this.parts, given.kills > 0 ? given.kills : Infinity);
    this.totals = { events: 0, acknowledged: 0, repeated: 0, takeovers: 0, worst: 0 };
  }

  async start() {
    await this.receiver.listen();
    // Two: one works, one stands by. More: they share the work.
    if (this.given.dispatchers > 2) await sql(`select core.set_shards(${this.given.dispatchers})`);
    for (const program of this.programs) program.start();
    await this.everythingReady();
    for (const name of hooks) {
      const { status, text } = await this.writers.send('POST', '/rest/metadata/webhooks', { targetUrl: `http://127.0.0.1:${this.receiver.port}/${name}`, operations: ['company.*'] });
      if (status !== 201) throw new Error(`the webhook could not be made: ${status} ${text}`);
    }
    this.seq = Number(await sql('select coalesce(max(seq), 0) from core.outbox'));
    await this.writers.makeHot();
  }

  everythingReady() {
    return until('all programs are ready', SETTLE_MS, async () => (await Promise.all(this.programs.map((one) => one.ready()))).every(Boolean));
  }

  epoch() {
    return sql('select sum(epoch) from core.cursor').then(Number);
  }

  async committed() {
    const rows = new Map();
    const text = await sql(`select event_id, seq, record_id, record from core.outbox where seq > ${this.seq} order by seq`);
    for (const line of text === '' ? [] : text.split('\n')) {
      const [id, seq, recordId, record] = line.split('\t');
      rows.set(id, { seq: Number(seq), recordId, record });
    }
    return rows;
  }

  // Everything is whole again: what was committed must arrive.
  async settle(rows) {
    const arrived = (name) => new Set(this.receiver.of(`/${name}`).filter((seen) => seen.acknowledged).map((seen) => seen.id)).size;
    await until('everything is delivered', SETTLE_MS, () => hooks.every((name) => arrived(name) >= rows.size)).catch(() => {});
    await until('the cursor has passed everything', 10000, async () => await sql(`select count(*) from core.pending`) === '0').catch(() => {});
    await sleep(500); // what would come twice comes now
  }

  async round(ms, number) {
    const epochBefore = await this.epoch();
    const sleptBefore = this.faults.slept;
    const killsBefore = this.faults.kills;
    this.receiver.calm = false;
    this.writers.start();
    this.faults.start();
    for (const end = Date.now() + ms; Date.now() < end && !this.faults.enough;) await sleep(100);
    await this.faults.stop();
    await this.writers.stop();
    this.receiver.calm = true;
    await this.everythingReady();
    const rows = await this.committed();
    await this.settle(rows);
    this.verdict(number, rows, this.faults.kills - killsBefore, (await this.epoch()) - epochBefore, this.faults.slept - sleptBefore);
    this.seq = Math.max(this.seq, ...[...rows.values()].map((row) => row.seq));
    this.receiver.forget();
  }

  verdict(number, rows, kills, takeovers, slept) {
    const results = hooks.map((name) => judge(name, rows, this.receiver.of(`/${name}`)));
    const repeated = results.reduce((sum, { figures }) => sum + figures.repeated, 0);
    // Each takeover, and each sleep that time-outs may have passed in, repeats at most what was under way and what was
    // not recorded yet.
    const bound = (takeovers + slept) * (MAX_IN_FLIGHT + UNRECORDED_MOST);
    console.log(`# round ${number}: ${rows.size} events, ${this.writers.acknowledged.length} acknowledged writes, ${kills} kills, ` +
      `${takeovers} takeovers, ${repeated} deliveries repeated (bound ${bound}), requests ${results.map(({ figures }) => figures.requests)}`);
    check(`round ${number}: committed = delivered, same bytes, in order`, results.flatMap((one) => one.complaints));
    check(`round ${number}: every acknowledged write is there, once`, judgeWrites(rows, this.writers.acknowledged));
    check(`round ${number}: duplicates are bounded`, repeated <= bound ? [] : [`${repeated} repetitions, at most ${bound}`]);
    const surprises = this.programs.flatMap((one) => one.surprises.splice(0));
    if (this.writers.refused.size > 0) {
      console.log(`# answers that no outage explains: ${JSON.stringify([...this.writers.refused])} ${this.writers.sample ?? ''}`);
      this.writers.refused.clear();
    }
    check(`round ${number}: no program died by itself`, surprises);
    if (rows.size < 100) check(`round ${number}: something was written`, [`${rows.size} events`]);
    this.totals.events += rows.size;
    this.totals.acknowledged += this.writers.acknowledged.length;
    this.totals.repeated += repeated;
    this.totals.takeovers += takeovers;
    this.totals.worst = Math.max(this.totals.worst, takeovers > 0 ? repeated / takeovers : 0);
  }

  async stop() {
    await Promise.all(this.programs.filter((one) => one.child).map((one) => one.stop()));
    this.receiver.close();
  }
}

async function main() {
  const given = options(process.argv.slice(2));
  const run = new Run(given);
  const end = Date.now() + (given.hours > 0 ? given.hours * 3600 : given.seconds) * 1000;
  console.log(`# seed ${given.seed}`);
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(name, () => {
      for (const program of run.programs) program.abandon();
      process.exit(130);
    });
  }
  try {
    await run.start();
    const more = () => (given.kills > 0 ? !run.faults.enough : Date.now() < end - 5000);
    for (let number = 1; number === 1 || more(); number++) {
      await run.round(given.kills > 0 ? ROUND_MS : Math.max(5000, Math.min(ROUND_MS, end - Date.now() - 15000)), number);
    }
    console.log(`# faults: ${JSON.stringify(run.faults.counts)}`);
    console.log(`# in all: ${run.faults.kills} kills, ${JSON.stringify(run.totals)}, seed ${given.seed}`);
  } catch (error) {
    check('the run goes on to its end', [error.stack]);
  } finally {
    await run.stop();
  }
  process.exit(failures > 0 ? 1 : 0);
}

main();
