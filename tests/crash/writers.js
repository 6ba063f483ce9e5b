// Writers over the REST API. Each write carries a marker that no other has; a write that was acknowledged is remembered
// by its marker, one that ended in any other way may or may not have happened.
'use strict';
const crypto = require('node:crypto');
const http = require('node:http');
const { sleep } = require('./parts.js');

const env = process.env;

class Writers {
  constructor(random, count, pauseMs) {
    this.random = random;
    this.count = count;
    this.pauseMs = pauseMs;
    this.acknowledged = [];
    this.tried = 0;
    this.refused = new Map(); // status -> how often, of those that are no outage
    this.serial = 0;
    // A few records that all writers change, so that order means something.
    this.hot = Array.from({ length: 12 }, () => crypto.randomUUID());
    this.agent = new http.Agent({ keepAlive: true, maxSockets: count });
  }

  send(method, path, body) {
    return new Promise((resolve) => {
      const text = JSON.stringify(body);
      const request = http.request({
        agent: this.agent, host: '127.0.0.1', port: env.CRASH_GATEWAY_PORT, method, path, timeout: 5000,
        headers: { authorization: `Bearer ${env.CRASH_API_KEY}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
      }, (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('error', () => resolve({ status: 0 }));
        answer.on('aborted', () => resolve({ status: 0 }));
        answer.on('end', () => resolve({ status: answer.statusCode, text: Buffer.concat(chunks).toString('utf8') }));
      });
      request.on('timeout', () => request.destroy());
      request.on('error', () => resolve({ status: 0 }));
      request.end(text);
    });
  }

  marker() {
    return `m-${this.serial++}-${crypto.randomBytes(4).toString('hex')}`;
  }

  async makeHot() {
    for (const id of this.hot) {
      for (;;) {
        const { status } = await this.send('POST', '/rest/companies', { id, name: this.marker() });
        if (status === 201 || status === 400) break; // made, now or by an attempt whose answer was lost
        await sleep(50);
      }
    }
  }

  async write(own) {
    const dice = this.random();
    const marker = this.marker();
    const markers = [marker];
    let answer;
    this.tried++;
    if (dice < 0.3) {
      own.push(crypto.randomUUID());
      answer = await this.send('POST', '/rest/companies', { id: own.at(-1), name: marker });
    } else if (dice < 0.35) {
      const records = Array.from({ length: 10 }, () => ({ name: this.marker() }));
      markers.splice(0, 1, ...records.map((record) => record.name));
      answer = await this.send('POST', '/rest/batch/companies', records);
    } else if (dice < 0.75 || own.length === 0) {
      const id = this.hot[Math.floor(this.random() * this.hot.length)];
      answer = await this.send('PATCH', `/rest/companies/${id}`, { name: marker });
    } else {
      answer = await this.send('PATCH', `/rest/companies/${own[Math.floor(this.random() * own.length)]}`, { name: marker });
    }
    if (answer.status === 200 || answer.status === 201) {
      this.acknowledged.push(...markers);
    } else if (answer.status !== 0 && answer.status < 500 && answer.status !== 400 && answer.status !== 404) {
      this.refused.set(answer.status, (this.refused.get(answer.status) ?? 0) + 1);
    } else if (answer.status === 500) {
      this.refused.set(500, (this.refused.get(500) ?? 0) + 1);
      this.sample = answer.text;
    }
    return answer.status === 200 || answer.status === 201;
  }

  async work() {
    const own = [];
    while (this.running) {
      const ok = await this.write(own);
      if (own.length > 50) own.shift();
      await sleep(ok ? this.random() * 2 * this.pauseMs : 50);
    }
  }

  start() {
    this.running = true;
    this.acknowledged = [];
    this.tried = 0;
    this.workers = Array.from({ length: this.count }, () => this.work());
  }

  async stop() {
    this.running = false;
    await Promise.all(this.workers);
  }
}

module.exports = { Writers };
