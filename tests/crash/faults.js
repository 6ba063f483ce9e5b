// The faults: each part has a loop of its own that waits, breaks it and makes it whole, so faults overlap as they like.
// The last of `most` kills ends them.
'use strict';
const { redis, sleep, sql } = require('./parts.js');

const HOUR = 3600;
const JUMPS = [-48 * HOUR, -HOUR, 0, HOUR, 48 * HOUR]; // of a wall clock, from the right time

class Faults {
  constructor(random, parts, most = Infinity) {
    this.random = random;
    this.parts = parts;
    this.most = most;
    this.kills = 0;
    this.counts = {};
    this.slept = 0; // how often a dispatcher was frozen
  }

  note(what) {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  // Counted before it is done, so that kills under way at the same moment are not more than were asked for.
  // False when there have been enough of them.
  async kill(what, part) {
    if (this.enough) return false;
    this.kills++;
    if (await part()) this.note(`${what} killed`);
    else this.kills--;
    return true;
  }

  get enough() {
    return this.kills >= this.most;
  }

  pause(mean) {
    return sleep(Math.min(-Math.log(1 - this.random()) * mean, 4 * mean));
  }

  async frozen(name, freeze, longest) {
    await freeze(true);
    this.note(`${name} frozen`);
    await sleep(50 + this.random() * longest);
    await freeze(false);
  }

  async program(part) {
    if (this.random() < 0.8) {
      await this.kill(part.program, () => part.kill());
    } else {
      if (part.program === 'dispatcher') this.slept++;
      await this.frozen(part.program, (stop) => part.freeze(stop), 2500);
    }
  }

  async redis(server) {
    const dice = this.random();
    if (dice < 0.4) {
      if (!(await this.kill('redis', () => server.signal('SIGKILL')))) return;
      await server.gone();
      await sleep(this.random() * 500);
      await server.start();
    } else if (dice < 0.6) {
      await this.frozen('redis', (stop) => server.signal(stop ? 'SIGSTOP' : 'SIGCONT'), 2000);
    } else if (dice < 0.8) {
      if (await redis('flushall')) this.note('redis flushed');
    } else if (dice < 0.9) {
      if (await redis('del', 'portti:events')) this.note('stream deleted');
    } else if (await redis('xtrim', 'portti:events', 'maxlen', '0')) this.note('stream trimmed');
  }

  async postgres(server, disks) {
    const dice = this.random();
    // The first of a run for certain, so that a short run has them, too.
    const disk = disks.find((one) => this.counts[one.name] === undefined) ??
      (disks.length > 0 && this.random() < 0.3 ? disks[Math.floor(this.random() * disks.length)] : undefined);
    if (disk) {
      await this.diskFull(server, disk);
    } else if (dice < 0.35) {
      if (!(await this.kill('postgres', () => server.signal('SIGKILL')))) return;
      await server.gone();
      await sleep(this.random() * 300);
      await server.start();
    } else if (dice < 0.55) {
      await server.stop();
      this.note('postgres stopped');
      await sleep(this.random() * 1500);
      await server.start();
    } else if (dice < 0.75) {
      await this.frozen('postgres', (stop) => server.signal(stop ? 'SIGSTOP' : 'SIGCONT'), 800);
    } else {
      // Their connections die, the server lives.
      await sql(`select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'portti%' and random() < 0.5`);
      this.note('connections cut');
    }
  }

  // A running program's wall clock jumps, or it comes back from a crash with another time of day.
  async clock(programs) {
    const part = programs[Math.floor(this.random() * programs.length)];
    const seconds = JUMPS[Math.floor(this.random() * JUMPS.length)];
    part.setClock(seconds);
    this.note(`clock ${seconds / HOUR} h`);
    if (this.random() < 0.5) await this.kill(part.program, () => part.kill());
  }

  // Without room for its data PostgreSQL refuses what would need some. Without room for its log it ends its connections
  // with a PANIC, and itself when it finds no room after that, either.
  async diskFull(server, disk) {
    this.note(disk.name);
    try {
      for (const end = Date.now() + 1000 + this.random() * 2500; Date.now() < end;) {
        disk.fill();
        await sleep(50);
      }
    } finally {
      disk.free();
    }
    for (const end = Date.now() + 30000; ;) {
      const up = await server.start().then(() => sql('select 1')).then(() => true, () => false);
      if (up) return;
      if (Date.now() > end) throw new Error('PostgreSQL has not come back after its disk was full');
      await sleep(100);
    }
  }

  async loop(mean, fault, first = mean) {
    for (let wait = first; this.running; wait = mean) {
      await this.pause(wait);
      if (this.running) await fault().catch((error) => this.problem(error));
    }
  }

  problem(error) {
    // psql may meet a server that another fault has just taken away.
    if (!/psql/.test(error.message)) this.failure ??= error;
  }

  start() {
    const { gateway, dispatchers, redisServer, postgresServer, disks, clocks } = this.parts;
    this.running = true;
    this.loops = [
      this.loop(1500, () => this.program(gateway)),
      ...dispatchers.map((one) => this.loop(2200, () => this.program(one))),
      this.loop(3000, () => this.redis(redisServer)),
      this.loop(9000, () => this.postgres(postgresServer, disks), disks.length > 0 ? 2000 : 9000),
      ...(clocks ? [this.loop(2500, () => this.clock([gateway, ...dispatchers]))] : []),
    ];
  }

  // What is being broken is made whole first.
  async stop() {
    this.running = false;
    await Promise.all(this.loops);
    // All clocks are right again: what was planned while one was days ahead must not wait for that day.
    if (this.parts.clocks) for (const one of [this.parts.gateway, ...this.parts.dispatchers]) one.setClock(0);
    if (this.failure) throw this.failure;
  }
}

module.exports = { Faults };
