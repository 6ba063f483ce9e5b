// The processes of a run: our two kinds of programs as children, the two servers through `ctl`.
'use strict';
const { execFile, spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');

const env = process.env;
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// One at a time: the scripts keep notes in one folder.
let lastCtl = Promise.resolve();
function ctl(...words) {
  const run = () => new Promise((resolve, reject) => {
    execFile(path.join(__dirname, 'ctl'), [env.CRASH_DATA, ...words], { encoding: 'utf8' }, (error, out, errors) => {
      if (error) reject(new Error(`ctl ${words.join(' ')}: ${errors || error.message}`));
      else resolve(out.trim());
    });
  });
  const result = lastCtl.then(run);
  lastCtl = result.catch(() => {});
  return result;
}

function sql(text) {
  return new Promise((resolve, reject) => {
    const child = spawn('psql', ['-XqAt', '-F', '\t', '-v', 'ON_ERROR_STOP=1', env.CRASH_DATABASE_URL], { stdio: ['pipe', 'pipe', 'pipe'] });
    const out = [];
    let errors = '';
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => (errors += chunk));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(Buffer.concat(out).toString('utf8').trim()) : reject(new Error(`psql: ${errors}`))));
    child.stdin.on('error', () => {});
    child.stdin.end(text);
  });
}

function redis(...words) {
  return new Promise((resolve) => {
    execFile('redis-cli', ['-u', env.CRASH_REDIS_URL, '--no-auth-warning', ...words], { timeout: 2000 }, (error) => resolve(!error));
  });
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false; // it has ended meanwhile
  }
}

// One of our programs. It is started again whenever it ends; ending in any way that we did not ask for is noted.
class Program {
  constructor(name, program, port, settings) {
    this.name = name;
    this.program = program;
    this.port = port;
    this.settings = settings;
    this.surprises = [];
    this.wanted = false;
    this.clockFile = path.join(env.CRASH_DATA, 'run', `${name}.clock`);
    if (env.CRASH_CLOCK) this.setClock(0);
  }

  // The wall clock of this program, in seconds from the right one; of the one that runs (within a second) and of those
  // that are started after it. The monotonic clock stays as it is.
  setClock(seconds) {
    fs.writeFileSync(`${this.clockFile}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    fs.renameSync(`${this.clockFile}.new`, this.clockFile);
  }

  environment() {
    if (!env.CRASH_CLOCK) return env;
    return {
      ...env, LD_PRELOAD: env.CRASH_CLOCK, FAKETIME_TIMESTAMP_FILE: this.clockFile, FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1',
    };
  }

  start() {
    this.wanted = true;
    const sets = Object.entries(this.settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
    const log = fs.openSync(path.join(env.CRASH_DATA, 'log', `${this.name}.log`), 'a');
    const child = spawn(path.join(env.CRASH_BUILD, this.program), this.program === 'gateway' ? ['serve', ...sets] : sets, { stdio: ['ignore', log, log], env: this.environment() });
    fs.closeSync(log);
    this.child = child;
    this.ended = new Promise((done) => child.on('exit', (code, how) => {
      // 1 is a refusal to start, which is right while PostgreSQL is away; a signal that is not ours is a crash.
      if (how !== null && how !== this.sent) this.surprises.push(`${this.name} died of ${how}`);
      this.sent = undefined;
      done(code ?? how);
      if (this.wanted) setTimeout(() => this.wanted && this.child === child && this.start(), 50);
    }));
  }

  kill() {
    this.sent = 'SIGKILL';
    return signal(this.child.pid, 'SIGKILL');
  }

  freeze(stop) {
    return signal(this.child.pid, stop ? 'SIGSTOP' : 'SIGCONT');
  }

  abandon() {
    this.wanted = false;
    if (this.child) this.kill();
  }

  async stop() {
    this.wanted = false;
    this.sent = 'SIGTERM';
    signal(this.child.pid, 'SIGTERM');
    const killer = setTimeout(() => this.kill(), 20000);
    await this.ended;
    clearTimeout(killer);
  }

  ready() {
    return new Promise((resolve) => {
      const request = http.get({ host: '127.0.0.1', port: this.port, path: '/readyz', timeout: 1000 }, (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200);
      });
      request.on('timeout', () => request.destroy());
      request.on('error', () => resolve(false));
    });
  }
}

// PostgreSQL or Redis.
class Server {
  constructor(name) {
    this.name = name;
  }

  // 0 when it does not run. The scripts note the process that they started.
  async pid() {
    try {
      const pid = Number(fs.readFileSync(path.join(env.CRASH_DATA, 'run', `${this.name}.pid`), 'utf8').split(' ')[0]);
      const state = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /, '')[0];
      return state === 'Z' || state === 'X' ? 0 : pid;
    } catch {
      return 0;
    }
  }

  async signal(name) {
    const pid = await this.pid();
    return pid > 0 && signal(pid, name);
  }

  start() {
    return ctl(`${this.name}_start`);
  }

  stop() {
    return ctl('stop_part', this.name);
  }

  async gone() {
    while ((await this.pid()) > 0) await sleep(20);
  }
}

// A disk of the run's own, with a ballast on it, or without.
class Disk {
  constructor(name, folder) {
    this.name = name;
    this.folder = folder;
    this.file = path.join(folder, 'ballast');
  }

  // Takes all that is free at the moment: most of it unwritten, the rest in ever smaller pieces.
  fill() {
    const { bavail, bsize } = fs.statfsSync(this.folder);
    const most = Math.max(0, bavail * bsize - (1 << 22));
    const file = fs.openSync(this.file, 'a');
    try {
      if (most > 1 << 26) spawnSync('fallocate', ['-o', String(fs.fstatSync(file).size), '-l', String(most), this.file]);
      for (let size = 1 << 20; size >= 4096;) {
        try {
          if (fs.writeSync(file, Buffer.alloc(size)) < size) size /= 2;
        } catch (error) {
          if (error.code !== 'ENOSPC') throw error;
          size /= 2;
        }
      }
    } finally {
      fs.closeSync(file);
    }
  }

  free() {
    fs.rmSync(this.file, { force: true });
  }
}

module.exports = { Disk, Program, Server, redis, sleep, sql };
