// What the test files share: a client, SQL, assertions, and one line a case.
import { execFileSync, spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import http from 'node:http';

const need = (name) => {
  if (!process.env[name]) throw new Error(`${name} is not set: start this through tests/integration/rest/run`);
  return process.env[name];
};
export const URL_BASE = need('PORTTI_URL');
export const KEY = need('PORTTI_API_KEY');

// ---- cases ----

let failures = 0;
const oneLine = (text) => String(text).replace(/\s+/g, ' ').slice(0, 600);

export async function test(name, body) {
  try {
    await body();
    console.log(`ok ${name}`);
  } catch (error) {
    failures += 1;
    if (!(error instanceof Mismatch)) console.log(`    ${String(error.stack).split('\n').slice(0, 4).join('\n    ')}`);
    console.log(`not ok ${name}: ${oneLine(error.message)}`);
  }
}

// What goes wrong before `main` is a failure as well.
process.on('uncaughtException', (error) => {
  console.log(`not ok ${process.argv[1].split('/').pop()} begins: ${oneLine(error.message)}`);
  process.exit(1);
});

export function skip(name, why) {
  console.log(`skip ${name}: ${why}`);
}

// Runs a file's cases; what hangs is a failure, too.
export function main(seconds, body) {
  const timer = setTimeout(() => {
    console.log(`not ok ${process.argv[1].split('/').pop()} ends: not within ${seconds} s`);
    process.exit(1);
  }, seconds * 1000);
  body()
    .catch((error) => {
      failures += 1;
      console.log(`not ok ${process.argv[1].split('/').pop()} ends: ${oneLine(error.stack)}`);
    })
    .finally(() => {
      clearTimeout(timer);
      process.exit(failures > 0 ? 1 : 0);
    });
}

// ---- assertions ----

class Mismatch extends Error {}
export function fail(text) {
  throw new Mismatch(text);
}
export function check(condition, text) {
  if (!condition) fail(text);
}
const sorted = (value) =>
  Array.isArray(value)
    ? value.map(sorted)
    : value !== null && typeof value === 'object'
      ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]))
      : value;
// Equal as JSON values: the order of keys does not count.
export function same(got, wanted, what = 'value') {
  const [left, right] = [JSON.stringify(sorted(got)), JSON.stringify(sorted(wanted))];
  if (left !== right) fail(`${what} is ${left} instead of ${right}`);
}
export function includes(text, part) {
  if (!String(text).includes(part)) fail(`"${text}" does not contain "${part}"`);
}
export function sameKeys(record, keys, what = 'keys') {
  same(Object.keys(record).sort(), [...keys].sort(), what);
}

// ---- HTTP ----

export const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });

// `body` is sent as JSON, a string or a Buffer as it stands. `token` null sends none.
export function send(method, path, body, { token = KEY, headers = {}, base = URL_BASE, use = agent } = {}) {
  const bytes = body === undefined ? undefined : Buffer.isBuffer(body) || typeof body === 'string' ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
  const all = { ...(token === null ? {} : { Authorization: `Bearer ${token}` }), ...headers };
  if (bytes !== undefined) {
    if (!Object.keys(all).some((name) => name.toLowerCase() === 'content-type')) all['Content-Type'] = 'application/json';
    all['Content-Length'] = bytes.length;
  }
  for (const name of Object.keys(all)) if (all[name] === undefined) delete all[name];
  return new Promise((resolve, reject) => {
    const request = http.request(new URL(path, base), { method, agent: use, headers: all }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8');
        let json;
        try {
          json = text === '' ? undefined : JSON.parse(text);
        } catch {
          json = undefined; // NDJSON and the like
        }
        resolve({ status: response.statusCode, headers: response.headers, text, json });
      });
    });
    request.setTimeout(30000, () => request.destroy(new Error(`${method} ${path}: no answer within 30 s`)));
    request.on('error', reject);
    request.end(bytes);
  });
}

// The same when only one status will do; resolves with the JSON body.
export async function expect(status, method, path, body, options) {
  const answer = await send(method, path, body, options);
  if (answer.status !== status) {
    fail(`${method} ${path}: ${answer.status} instead of ${status}: ${answer.text.slice(0, 300)}`);
  }
  if (status < 300 && answer.json) check(!answer.json.error && !answer.json.errors, 'a success has an "error"'); // R125
  return answer.json;
}

const exceptions = {
  400: 'BadRequestException', 403: 'ForbiddenException', 404: 'NotFoundException', 405: 'MethodNotAllowedException', 409: 'ConflictException',
  413: 'PayloadTooLargeException', 415: 'UnsupportedMediaTypeException', 429: 'TooManyRequestsException',
  503: 'ServiceUnavailableException',
};

// A refusal in the contract's form (3.1): `contains` is in messages[0]; `code` as given, null for none.
export function checkError(answer, status, contains, code) {
  const where = `${answer.status} ${answer.text.slice(0, 300)}`;
  check(answer.status === status, `${where}, instead of status ${status}`);
  const body = answer.json;
  check(body && body.statusCode === status, `statusCode: ${where}`);
  same(body.error, exceptions[status], `"error" of ${where}`);
  check(Array.isArray(body.messages) && body.messages.length === 1 && typeof body.messages[0] === 'string', `messages: ${where}`);
  for (const part of [contains].flat()) if (part !== undefined) includes(body.messages[0], part);
  if (code === null) check(!('code' in body), `there is a code: ${where}`);
  else if (code !== undefined) same(body.code, code, `"code" of ${where}`);
  check(!/insert into|select .+ from |postgres|libpq|\.c:\d/i.test(body.messages[0]), `it tells too much: ${where}`);
  return body;
}
export async function refused(status, contains, code, method, path, body, options) {
  return checkError(await send(method, path, body, options), status, contains, code);
}

// ---- records ----

export const uuid = () => crypto.randomUUID();
export const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
export const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
export const cap = (name) => name[0].toUpperCase() + name.slice(1);
export const singularOf = {
  people: 'person', companies: 'company', opportunities: 'opportunity', notes: 'note', tasks: 'task',
  noteTargets: 'noteTarget', taskTargets: 'taskTarget', workspaceMembers: 'workspaceMember', specimens: 'specimen',
};
export async function create(plural, record, query = '') {
  return (await expect(201, 'POST', `/rest/${plural}${query}`, record)).data[`create${cap(singularOf[plural])}`];
}
export async function createMany(plural, records, query = '') {
  return (await expect(201, 'POST', `/rest/batch/${plural}${query}`, records)).data[`create${cap(plural)}`];
}
export async function read(plural, id, query = '') {
  return (await expect(200, 'GET', `/rest/${plural}/${id}${query}`)).data[singularOf[plural]];
}
export async function list(plural, query = '') {
  return expect(200, 'GET', `/rest/${plural}${query}`);
}
export const ids = (records) => records.map((record) => record.id);
export const q = encodeURIComponent;

// ---- PostgreSQL and the other servers ----

// Rows of one column as an array of strings; several columns are joined with |.
export function sql(...commands) {
  const all = commands.flatMap((text) => ['-c', text]);
  const result = spawnSync('psql', ['-X', '-A', '-t', '-q', '-v', 'ON_ERROR_STOP=1', need('PORTTI_DATABASE_URL'), ...all], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`psql: ${result.stderr || result.error}`);
  return result.stdout.split('\n').filter((line) => line !== '');
}
export const sqlOne = (text) => sql(text)[0];
export const table = { people: 'person', companies: 'company', opportunities: 'opportunity', notes: 'note', noteTargets: 'noteTarget', specimens: '_specimen' };
export const liveRows = (plural) => Number(sqlOne(`select count(*) from workspace."${table[plural]}" where "deletedAt" is null`));

// The events written since `mark`, oldest first.
export const outboxMark = () => Number(sqlOne('select coalesce(max(seq), 0) from core.outbox'));
export function eventsSince(mark) {
  return sql(
    `select json_build_object('object', object_name, 'action', action, 'id', record_id, 'delta', delta,
       'record', record::json, 'fields', updated_fields::json, 'eventId', event_id) from core.outbox where seq > ${mark} order by seq`,
  ).map((line) => JSON.parse(line));
}

export function ctl(...args) {
  return execFileSync(new URL('ctl', import.meta.url).pathname, [need('PORTTI_TEST_DATA'), ...args], { encoding: 'utf8' }).trim();
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export async function until(seconds, what, condition) {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > end) fail(`not within ${seconds} s: ${what}`);
    await sleep(20);
  }
}

// `work(item)` for each item, up to `width` at a time.
export async function inParallel(width, items, work) {
  let next = 0;
  const one = async () => {
    while (next < items.length) {
      const mine = next++;
      await work(items[mine], mine);
    }
  };
  await Promise.all(Array.from({ length: width }, one));
}
