// What the files of this theme share, on top of ../rest/lib.mjs.
import { check, fail, send } from '../rest/lib.mjs';

export * from '../rest/lib.mjs';
export const MEMBER = process.env.PORTTI_MEMBER_KEY;

export function ask(query, variables, options) {
  return send('POST', '/metadata', { query, ...(variables === undefined ? {} : { variables }) }, options);
}

// The data, when there must be no errors.
export async function data(query, variables, options) {
  const answer = await ask(query, variables, options);
  if (answer.status !== 200 || !answer.json || answer.json.errors) fail(`${query}: ${answer.status} ${answer.text.slice(0, 500)}`);
  return answer.json.data;
}

// 200, no data, and a first error of that code whose message contains `part`.
export async function refused(code, part, query, variables, options) {
  const answer = await ask(query, variables, options);
  const where = `${query} ${JSON.stringify(variables)}: ${answer.status} ${answer.text.slice(0, 500)}`;
  const error = answer.json?.errors?.[0];
  check(answer.status === 200 && error, `no error: ${where}`);
  check(error.extensions?.code === code, `the code is not ${code}: ${where}`);
  check(error.message.includes(part), `"${part}" is not in ${where}`);
  return error;
}

// A report: `wanted` are [code, part of the message] that its kind must have.
export async function reported(kind, wanted, query, variables) {
  const error = await refused('METADATA_VALIDATION_FAILED', '', query, variables);
  const where = JSON.stringify(error).slice(0, 500);
  const errors = (error.extensions.errors?.[kind] ?? []).flatMap((entry) => entry.errors);
  check(error.extensions.summary?.totalErrors >= 1 && error.extensions.summary[kind] >= 1, `summary: ${where}`);
  for (const [code, message] of wanted) check(errors.some((one) => one.code === code && one.message.includes(message)), `no ${code} ${message} in ${where}`);
  return errors;
}
