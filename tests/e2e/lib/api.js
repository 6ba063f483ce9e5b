'use strict';
// A client of the API, as an integrator would write one: keep-alive connections, JSON in and out.
const http = require('http');

const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });

function need(name) {
  if (!process.env[name]) throw new Error(`${name} is not set: source quickstart's env file first`);
  return process.env[name];
}

function send(method, path, body, headers = {}) {
  const url = new URL(path, need('PORTTI_URL'));
  const bytes = body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const request = http.request(
      url,
      {
        method,
        agent,
        headers: {
          Authorization: `Bearer ${need('PORTTI_API_KEY')}`,
          ...(bytes ? { 'Content-Type': 'application/json', 'Content-Length': bytes.length } : {}),
          ...headers,
        },
      },
      (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(parts).toString('utf8');
          let json;
          try {
            json = text === '' ? undefined : JSON.parse(text);
          } catch (error) {
            return reject(new Error(`${method} ${path}: the answer is not JSON: ${text.slice(0, 200)}`));
          }
          resolve({ status: response.statusCode, headers: response.headers, text, json });
        });
      },
    );
    request.setTimeout(30000, () => request.destroy(new Error(`${method} ${path}: no answer within 30 s`)));
    request.on('error', reject);
    request.end(bytes);
  });
}

// The same, when only one status will do.
async function expect(status, method, path, body) {
  const answer = await send(method, path, body);
  if (answer.status !== status) {
    throw new Error(`${method} ${path}: ${answer.status} instead of ${status}: ${answer.text.slice(0, 400)}`);
  }
  return answer.json;
}

// `work(item)` for each item, up to `width` at a time.
async function inParallel(width, items, work) {
  let next = 0;
  const one = async () => {
    while (next < items.length) {
      const mine = next++;
      await work(items[mine], mine);
    }
  };
  await Promise.all(Array.from({ length: width }, one));
}

function chunks(items, size) {
  const out = [];
  for (let at = 0; at < items.length; at += size) out.push(items.slice(at, at + size));
  return out;
}

// Every record of a list, page by page; each page must tell the same total.
async function readAll(plural, limit = 60) {
  const records = [];
  let after = '';
  let total;
  for (;;) {
    const page = await expect(200, 'GET', `/rest/${plural}?limit=${limit}${after && `&starting_after=${after}`}`);
    if (total !== undefined && page.totalCount !== total) throw new Error(`totalCount went from ${total} to ${page.totalCount}`);
    total = page.totalCount;
    records.push(...page.data[plural]);
    if (!page.pageInfo.hasNextPage) return { records, total };
    if (page.data[plural].length !== limit) throw new Error(`a page of ${page.data[plural].length} in the middle`);
    after = encodeURIComponent(page.pageInfo.endCursor);
  }
}

module.exports = { send, expect, inParallel, chunks, readAll };
