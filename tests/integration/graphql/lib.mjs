// What the test files share: GraphQL over the client of the REST theme.
import { KEY, check, fail, send } from '../rest/lib.mjs';

export * from '../rest/lib.mjs';

const RESPONSE = 'application/graphql-response+json';
export const GUARDED = process.env.PORTTI_GUARDED_URL;

// The answer to one operation: { status, headers, text, json }.
export function ask(query, variables, { headers = {}, ...options } = {}) {
  return send('POST', '/graphql', { query, ...(variables === undefined ? {} : { variables }) }, { headers, ...options });
}

// Its data, when there must be no errors.
export async function data(query, variables, options) {
  const answer = await ask(query, variables, options);
  if (answer.status !== 200 || !answer.json || answer.json.errors) fail(`${query}: ${answer.status} ${answer.text.slice(0, 400)}`);
  return answer.json.data;
}

// The first error, whose message contains `part` and whose code is `code`.
export function checkRefusal(answer, part, code) {
  const error = answer.json?.errors?.[0];
  const where = `${answer.status} ${answer.text.slice(0, 400)}`;
  check(error, `there is no error: ${where}`);
  check(error.message.includes(part), `"${part}" is not in ${where}`);
  check(error.extensions?.code === code, `the code is not ${code}: ${where}`);
  return error;
}

export const strictly = { Accept: RESPONSE };
export { KEY, RESPONSE };
