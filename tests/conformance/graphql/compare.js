// Our GraphQL language beside graphql-js: the introspection reply must make a schema that it finds valid, and random
// documents must get the same verdict from both: the same rules at the same places.
//
//   node compare.js PROGRAM [DOCUMENTS] [SEED]
//
// PROGRAM is graphql_validate. Lines are tests: "ok …" and "not ok …".
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { buildClientSchema, parse, specifiedRules, validate, validateSchema } from 'graphql';
import { Writer, dice } from './random.js';

const [program, documents = '6000', seed = '1'] = process.argv.slice(2);
if (!program) {
  console.error('usage: node compare.js PROGRAM [DOCUMENTS] [SEED]');
  process.exit(2);
}

class Ours {
  constructor(which) {
    this.child = spawn(program, [which], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async line() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error('the program ended');
    return JSON.parse(value);
  }

  async ask(document) {
    this.child.stdin.write(`${JSON.stringify(document)}\n`);
    return (await this.line()).errors;
  }

  end() {
    this.child.stdin.end();
  }
}

// Each rule signs what it reports.
const signed = specifiedRules.map((rule) => (context) => {
  const name = rule.name.replace(/Rule$/, '');
  const own = Object.create(context);
  own.reportError = (error) => context.reportError(Object.assign(error, { rule: name }));
  return rule(own);
});
const unconditional = signed.filter((_, i) => specifiedRules[i].name !== 'SingleFieldSubscriptionsRule');
const place = (at) => `${at.line}:${at.column}`;

// graphql-js 16 evaluates @skip and @include of a subscription's root without its variables, and throws. September 2025
// forbids both there, and that is what we say. So the rule is compared only where neither is used.
const conditional = (text) => /subscription/.test(text) && /@\s*(skip|include)/.test(text);

function theirs(schema, text) {
  let document;
  try {
    document = parse(text);
  } catch (error) {
    return [{ rule: 'Syntax', message: error.message, at: (error.locations ?? []).map(place).join(' ') }];
  }
  const errors = validate(schema, document, conditional(text) ? unconditional : signed, { maxErrors: 10000 });
  return errors.map(({ rule, message, locations }) => ({ rule, message, at: (locations ?? []).map(place).join(' ') }));
}

const key = (error) => `${error.rule} at ${error.at}`;
const keys = (errors) => errors.map(key).sort();

// Rules that only one side has, or has differently, each with its reason.
// KnownOperationTypes is of September 2025, and graphql-js 16 has it at execution only. MaxErrors is where a list ends.
function comparable(errors, text) {
  // A type system is refused as such: what graphql-js thinks of its inside is no concern of ours.
  const refused = errors.filter(({ rule }) => rule === 'ExecutableDefinitions');
  if (refused.length) return refused;
  return errors.filter(({ rule }) => rule !== 'KnownOperationTypes' && rule !== 'MaxErrors' && !(rule === 'SingleFieldSubscriptions' && conditional(text)));
}

async function verdicts(ours, schema, text) {
  const mine = (await ours.ask(text)).map((error) => ({ ...error, at: error.locations.map(([line, column]) => `${line}:${column}`).join(' ') }));
  return { mine: comparable(mine, text), yours: comparable(theirs(schema, text), text), full: mine.length > 100 };
}

const differ = ({ mine, yours, full }) => !full && keys(mine).join('\n') !== keys(yours).join('\n');

// The shortest document that both still see differently, by leaving out runs of tokens.
async function minimise(ours, schema, text) {
  let tokens = text.match(/\s+|"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|\.\.\.|\w+|./gu) ?? [];
  for (let size = Math.ceil(tokens.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < tokens.length; ) {
      const fewer = [...tokens.slice(0, at), ...tokens.slice(at + size)];
      if (differ(await verdicts(ours, schema, fewer.join('')))) tokens = fewer;
      else at += size;
    }
  }
  return tokens.join('');
}

async function compare(which) {
  const ours = new Ours(which);
  const reply = await ours.line();
  const schema = buildClientSchema(reply.data);
  const problems = validateSchema(schema);
  console.log(`${problems.length ? 'not ok' : 'ok'} ${which}: the introspection reply builds a valid client schema of ${Object.keys(schema.getTypeMap()).length} types`);
  for (const problem of problems) console.log(`  ${problem.message}`);

  const random = dice(Number(seed) * 7919 + which.length);
  const writer = new Writer(schema, random);
  const rulesSeen = new Map();
  const wording = new Map();
  let valid = 0;
  let full = 0;
  let differences = 0;
  let sameWords = 0;
  let words = 0;
  for (let i = 0; i < Number(documents) + full; i++) {
    const text = writer.document();
    // A list of a hundred errors ends there: such a document is replaced by another one.
    const result = await verdicts(ours, schema, text);
    if (result.full) {
      full++;
      continue;
    }
    if (result.yours.length === 0) valid++;
    for (const error of result.yours) rulesSeen.set(error.rule, (rulesSeen.get(error.rule) ?? 0) + 1);
    if (differ(result)) {
      differences++;
      if (differences <= 5) {
        const small = await minimise(ours, schema, text);
        const again = await verdicts(ours, schema, small);
        console.log(`  differ: ${JSON.stringify(small)}`);
        for (const error of again.mine) console.log(`    ours:   ${key(error)}: ${error.message}`);
        for (const error of again.yours) console.log(`    theirs: ${key(error)}: ${error.message}`);
      }
      continue;
    }
    for (const error of result.yours) {
      words++;
      const same = result.mine.some((mine) => key(mine) === key(error) && mine.message === error.message);
      if (same) sameWords++;
      else if (!wording.has(error.rule)) wording.set(error.rule, [error.message, result.mine.find((mine) => key(mine) === key(error)).message]);
    }
  }
  ours.end();
  console.log(`${differences ? 'not ok' : 'ok'} ${which}: ${documents} documents (${valid} valid, ${Number(documents) - valid} invalid), ${differences} judged differently`);
  console.log(`  messages: ${sameWords} of ${words} in the same words; rules: ${[...rulesSeen].sort().map(([rule, count]) => `${rule} ${count}`).join(', ')}`);
  for (const [rule, [yours, mine]] of wording) console.log(`  worded differently: ${rule}\n    theirs: ${yours}\n    ours:   ${mine}`);
  return problems.length + differences;
}

const failures = (await compare('zoo')) + (await compare('core'));
process.exit(failures ? 1 : 0);
