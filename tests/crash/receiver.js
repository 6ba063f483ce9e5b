// The receiver: remembers every request until the verdict, and answers as its path is meant to.
'use strict';
const crypto = require('node:crypto');
const http = require('node:http');

class Receiver {
  constructor(random) {
    this.random = random;
    this.calm = false;
    this.hooks = new Map(); // path -> requests, in the order of their arrival
    this.server = http.createServer((request, response) => this.take(request, response));
    this.server.keepAliveTimeout = 30000;
  }

  listen() {
    return new Promise((done) => this.server.listen(0, '127.0.0.1', () => done((this.port = this.server.address().port))));
  }

  of(path) {
    if (!this.hooks.has(path)) this.hooks.set(path, []);
    return this.hooks.get(path);
  }

  forget() {
    for (const list of this.hooks.values()) list.length = 0;
  }

  take(request, response) {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('error', () => {});
    response.on('error', () => {});
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const seen = {
        id: request.headers['webhook-id'],
        sequence: request.headers['x-portti-sequence'],
        hash: crypto.createHash('sha1').update(body).digest('base64'),
        body: undefined,
        acknowledged: false,
      };
      const list = this.of(request.url);
      list.push(seen);
      seen.body = body.toString('utf8');
      this.answer(request, response, seen);
    });
  }

  acknowledge(response, seen) {
    if (response.destroyed || response.socket === null || response.socket.destroyed) return;
    seen.acknowledged = true;
    response.writeHead(200, { 'content-length': '2' }).end('ok');
  }

  answer(request, response, seen) {
    const dice = this.random();
    switch (request.url) {
      case '/slow':
        setTimeout(() => this.acknowledge(response, seen), 5 + dice * 30);
        break;
      case '/flaky':
        if (this.calm || dice < 0.85) this.acknowledge(response, seen);
        else if (dice < 0.92) response.writeHead(dice < 0.9 ? 500 : 429).end();
        else if (dice < 0.97) request.socket.destroy();
        else setTimeout(() => request.socket.destroy(), 3000); // never answered
        break;
      default:
        this.acknowledge(response, seen);
    }
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

module.exports = { Receiver };
