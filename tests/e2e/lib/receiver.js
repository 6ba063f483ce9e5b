'use strict';
// A receiver of webhooks, as careful as one can be: it verifies every delivery with the package `standardwebhooks` and
// with Twenty's documented recipe, which parses the body and serialises it again.
const http = require('http');
const crypto = require('crypto');
const { Webhook } = require('standardwebhooks');

// Secrets that begin with whsec_ are base64 behind it; any other is used as it stands.
function standardVerifier(secret) {
  return secret.startsWith('whsec_') ? new Webhook(secret) : new Webhook(Buffer.from(secret).toString('base64'));
}

function verify(secret, headers, raw) {
  standardVerifier(secret).verify(raw, {
    'webhook-id': headers['webhook-id'],
    'webhook-timestamp': headers['webhook-timestamp'],
    'webhook-signature': headers['webhook-signature'],
  });
  const payload = JSON.parse(raw);
  const timestamp = headers['x-twenty-webhook-timestamp'];
  const expected = crypto.createHmac('sha256', secret).update(`${timestamp}:${JSON.stringify(payload)}`).digest('hex');
  if (headers['x-twenty-webhook-signature'] !== expected) throw new Error('the X-Twenty-Webhook-Signature is wrong');
  if (!/^[0-9a-f]{32}$/.test(headers['x-twenty-webhook-nonce'] || '')) throw new Error('the nonce is not 32 hex digits');
  if (Math.abs(Date.now() - Number(timestamp)) > 60000) throw new Error(`the timestamp ${timestamp} is not of now`);
  if (headers['content-type'] !== 'application/json') throw new Error(`the content type is ${headers['content-type']}`);
  return payload;
}

class Receiver {
  constructor(secret) {
    this.secret = secret;
    this.deliveries = []; // in order of arrival: {id, raw, payload, status}
    this.byId = new Map(); // webhook-id -> deliveries that were answered with 2xx
    this.problems = [];
    this.answer = () => 200; // (delivery) -> status, or a promise of one
    this.server = http.createServer((request, response) => this.take(request, response));
    this.server.keepAliveTimeout = 60000;
  }

  async listen() {
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}/hook`;
    return this;
  }

  close() {
    this.server.close();
    this.server.closeAllConnections();
  }

  take(request, response) {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', async () => {
      const raw = Buffer.concat(parts).toString('utf8');
      const delivery = { id: request.headers['webhook-id'], raw, status: 0, at: Date.now() };
      try {
        if (request.method !== 'POST' || request.url !== '/hook') throw new Error(`${request.method} ${request.url}`);
        delivery.payload = verify(this.secret, request.headers, raw);
      } catch (error) {
        this.problems.push(`${delivery.id}: ${error.message}: ${raw.slice(0, 300)}`);
        response.writeHead(400).end();
        return;
      }
      this.deliveries.push(delivery);
      delivery.status = await this.answer(delivery);
      if (delivery.status >= 200 && delivery.status < 300) {
        if (!this.byId.has(delivery.id)) this.byId.set(delivery.id, []);
        this.byId.get(delivery.id).push(delivery);
      }
      response.writeHead(delivery.status).end();
    });
  }

  // Events, each once, as name + record id.
  events(name) {
    return [...this.byId.values()].map((list) => list[0].payload).filter((payload) => payload.eventName === name);
  }

  duplicates() {
    return [...this.byId.values()].reduce((sum, list) => sum + list.length - 1, 0);
  }

  // Ids whose deliveries differ in a byte.
  unequal() {
    return this.deliveries.filter((one) => this.byId.has(one.id) && this.byId.get(one.id)[0].raw !== one.raw).map((one) => one.id);
  }
}

module.exports = { Receiver };
