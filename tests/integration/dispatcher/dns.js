// A DNS server that lies: for names below "hostile", by what a table says of their first label.
'use strict';
const dgram = require('node:dgram');
const net = require('node:net');

const TYPES = { A: 1, CNAME: 5, AAAA: 28 };
const label = (text) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'latin1')]);
const name = (text) => Buffer.concat([...text.split('.').filter(Boolean).map(label), Buffer.from([0])]);

function ipv6(text) {
  const [front, back] = text.split('::');
  const groups = (part) => (part ?? '').split(':').filter(Boolean);
  const missing = 8 - groups(front).length - groups(back).length;
  const all = back === undefined ? groups(front) : [...groups(front), ...Array(missing).fill('0'), ...groups(back)];
  return Buffer.concat(all.map((group) => Buffer.from(group.padStart(4, '0'), 'hex')));
}

// A record is { type, data, name?, ttl? }: data is an address, or the name that a CNAME leads to.
function record(question, { type, data, name: owner, ttl = 0 }) {
  const bytes = type === 'A' ? Buffer.from(data.split('.').map(Number)) : type === 'AAAA' ? ipv6(data) : name(data);
  const head = Buffer.alloc(10);
  head.writeUInt16BE(TYPES[type], 0);
  head.writeUInt16BE(1, 2);
  head.writeUInt32BE(ttl, 4);
  head.writeUInt16BE(bytes.length, 8);
  return Buffer.concat([name(owner ?? question.name), head, bytes]);
}

function parse(packet) {
  const labels = [];
  let at = 12;
  while (packet[at] > 0) {
    labels.push(packet.toString('latin1', at + 1, at + 1 + packet[at]));
    at += 1 + packet[at];
  }
  const type = Object.keys(TYPES).find((key) => TYPES[key] === packet.readUInt16BE(at + 1)) ?? '?';
  return { id: packet.readUInt16BE(0), name: labels.join('.').toLowerCase(), type, raw: packet.subarray(12, at + 5) };
}

function reply(question, { records = [], code = 0, truncated = false, id = question.id }) {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(id, 0);
  head.writeUInt16BE(0x8180 | (truncated ? 0x0200 : 0) | code, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  return Buffer.concat([head, question.raw, ...records.map((one) => record(question, one))]);
}

// `zone[label](question, count, transport)` gives { records, code, truncated, id, raw, delay }, or null for no answer.
class HostileDns {
  constructor(zone) {
    this.zone = zone;
    this.counts = new Map();
    this.udp = dgram.createSocket('udp4');
    this.udp.on('message', (packet, peer) => this.answer(packet, 'udp', (bytes) => this.udp.send(bytes, peer.port, peer.address)));
    this.tcp = net.createServer((socket) => {
      socket.on('error', () => {});
      let waiting = Buffer.alloc(0);
      socket.on('data', (bytes) => { // both questions of a look-up come on one connection
        waiting = Buffer.concat([waiting, bytes]);
        while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
          const packet = waiting.subarray(2, 2 + waiting.readUInt16BE(0));
          waiting = waiting.subarray(2 + packet.length);
          this.answer(packet, 'tcp', (answer) => {
            const size = Buffer.alloc(2);
            size.writeUInt16BE(answer.length);
            socket.write(Buffer.concat([size, answer]));
          });
        }
      });
      socket.on('end', () => socket.end());
    });
  }

  answer(packet, transport, send) {
    const question = parse(packet);
    const [first, last] = [question.name.split('.')[0], question.name.split('.').at(-1)];
    const key = `${question.name} ${question.type}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    const rule = last === 'hostile' ? this.zone[first.replace(/-.*/, '')] : undefined;
    const answer = rule ? rule(question, this.counts.get(key), transport) : { code: 3 };
    if (answer === null) return;
    setTimeout(() => send(answer.raw ?? reply(question, answer)), answer.delay ?? 0);
  }

  async listen(address) {
    await new Promise((done, fail) => this.udp.once('error', fail).bind(53, address, done));
    await new Promise((done, fail) => this.tcp.once('error', fail).listen(53, address, done));
  }

  close() {
    this.udp.close();
    this.tcp.close();
  }
}

module.exports = { HostileDns };
