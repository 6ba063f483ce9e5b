// The document as a checker of requests and answers.
import { createRequire } from 'node:module';
import { check, fail, send } from '../rest/lib.mjs';

const require = createRequire(import.meta.url);
const Ajv = require('ajv/dist/2020').default;
const addFormats = require('ajv-formats').default;

// The same document, in which an object has no members but those that are named. Parts of allOf stay open: they name
// some of them each.
function closed(value, inAllOf = false) {
  if (Array.isArray(value)) return value.map((one) => closed(one));
  if (value === null || typeof value !== 'object') return value;
  const copy = {};
  for (const [key, member] of Object.entries(value)) {
    copy[key] = key === 'allOf' ? member.map((one) => closed(one, true)) : closed(member);
  }
  if (value.type === 'object' && value.properties && !('additionalProperties' in value) && !inAllOf) copy.additionalProperties = false;
  return copy;
}

export class Checker {
  constructor(document, { open = [] } = {}) {
    this.document = document;
    const strict = closed(document);
    for (const name of open) delete strict.components.schemas[name].additionalProperties;
    this.ajv = new Ajv({ strict: false, allErrors: false, validateFormats: true });
    addFormats(this.ajv);
    this.ajv.addSchema({ $id: 'document', ...strict });
    this.compiled = new Map();
    this.operations = new Map();
    this.called = new Set();
    for (const [path, item] of Object.entries(document.paths)) {
      for (const method of ['get', 'post', 'put', 'patch', 'delete']) {
        if (item[method]) this.operations.set(item[method].operationId, { path, method, item, operation: item[method], pointer: ['paths', path, method] });
      }
    }
  }

  resolve(value, pointer) {
    return value.$ref ? [this.at(value.$ref), value.$ref.slice(2).split('/')] : [value, pointer];
  }

  at(ref) {
    return ref.slice(2).split('/').reduce((here, key) => here[key.replaceAll('~1', '/').replaceAll('~0', '~')], this.document);
  }

  valid(pointer, value, what) {
    const id = `document#/${pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
    if (!this.compiled.has(id)) this.compiled.set(id, this.ajv.compile({ $ref: id }));
    const validate = this.compiled.get(id);
    if (!validate(value)) {
      const [error] = validate.errors;
      fail(`${what}: ${error.instancePath} ${error.message} ${JSON.stringify(error.params)} in ${JSON.stringify(value).slice(0, 300)}`);
    }
  }

  parameters({ item, operation }) {
    return [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((one) => this.resolve(one)[0]);
  }

  // Is the answer one that the document has for the operation?
  checkAnswer(id, answer) {
    const { operation, pointer } = this.operations.get(id);
    const what = `${id} answers ${answer.status}`;
    const key = String(answer.status) in operation.responses ? String(answer.status) : 'default';
    check(key !== 'default' || answer.status >= 500, `${what}, which is not documented: ${answer.text.slice(0, 200)}`);
    const [response, at] = this.resolve(operation.responses[key], [...pointer, 'responses', key]);
    for (const name of Object.keys(answer.headers)) {
      const documented = Object.keys(response.headers ?? {}).map((one) => one.toLowerCase());
      const everywhere = ['date', 'connection', 'keep-alive', 'content-length', 'content-type', 'content-encoding', 'transfer-encoding', 'vary', 'cache-control'];
      check(documented.includes(name) || everywhere.includes(name), `${what} with the header ${name}, which is not documented`);
    }
    if (answer.text === '') {
      check(!response.content || response.content['application/x-ndjson'] || response.description.includes('without a body'), `${what} without a body`);
      return;
    }
    const media = (answer.headers['content-type'] ?? '').split(';')[0];
    check(response.content?.[media], `${what} as ${media}, which is not documented`);
    if (media !== 'application/x-ndjson') this.valid([...at, 'content', media, 'schema'], answer.json, what);
  }

  checkBody(id, body) {
    const { operation, pointer } = this.operations.get(id);
    this.valid([...pointer, 'requestBody', 'content', 'application/json', 'schema'], body, `what is sent to ${id}`);
  }

  // Calls an operation and checks the answer against the document. `raw` is a body that need not be a good one.
  async call(id, { path = {}, query = {}, headers = {}, body, raw, token, status } = {}) {
    const found = this.operations.get(id);
    check(found, `the document has no operation ${id}`);
    const known = this.parameters(found);
    for (const name of Object.keys(query)) check(known.some((one) => one.in === 'query' && one.name === name), `${id} documents no parameter ${name}`);
    for (const one of known.filter((parameter) => parameter.in === 'path')) check(one.name in path, `${id} wants ${one.name}`);
    if (body !== undefined) this.checkBody(id, body);
    const filled = found.path.replace(/\{(\w+)\}/g, (whole, name) => encodeURIComponent(path[name]));
    const search = new URLSearchParams(query).toString();
    const base = this.document.servers[0].url;
    const answer = await send(found.method.toUpperCase(), `${base}${filled}${search === '' ? '' : `?${search}`}`, raw ?? body, { headers, ...(token === undefined ? {} : { token }) });
    if (status !== undefined) check(answer.status === status, `${id} answers ${answer.status} instead of ${status}: ${answer.text.slice(0, 300)}`);
    this.checkAnswer(id, answer);
    if (answer.status < 300) this.called.add(id);
    return answer;
  }

  uncalled() {
    return [...this.operations.keys()].filter((id) => !this.called.has(id));
  }
}
