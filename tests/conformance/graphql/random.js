// Random documents for a schema: valid by construction, then some of them broken in one way or more.
import { getNamedType, isEnumType, isInputObjectType, isListType, isNonNullType, isObjectType, isScalarType } from 'graphql';

// mulberry32: small, seeded, and the same everywhere.
export function dice(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    below: (n) => Math.floor(next() * n),
    chance: (p) => next() < p,
    pick: (list) => list[Math.floor(next() * list.length)],
  };
}

export class Writer {
  constructor(schema, random) {
    this.schema = schema;
    this.random = random;
    this.objects = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !type.name.startsWith('__'));
    this.inputs = Object.values(schema.getTypeMap()).filter((type) => !isObjectType(type));
  }

  document() {
    const { random } = this;
    this.fragments = [];
    this.operations = [];
    this.writing = -1;
    this.mistakes = random.chance(0.55) ? random.below(3) + 1 : 0;
    const count = random.chance(0.85) ? 1 : 2;
    for (let i = 0; i < count; i++) this.operations.push(this.operation(i, count));
    for (let i = 0; i < this.fragments.length && i < 8; i++) {
      const fragment = this.fragments[i];
      this.variables = null;
      this.writing = i;
      fragment.body ??= this.selection(fragment.type, 2);
    }
    const parts = [...this.operations, ...this.fragments.map((f) => this.fragment(f))];
    if (this.wrong(0.05)) parts.push(random.pick(['type T { a: Int }', 'extend schema @x', 'scalar S', 'enum E { A }', 'directive @d on FIELD', 'union U = A | B', '"d" input I { a: Int = 1 }', 'schema { query: Q }']));
    if (this.wrong(0.05)) parts.push(`fragment Unused on ${random.pick(this.objects).name} { __typename }`);
    if (this.wrong(0.1) && this.fragments.length) parts.push(this.fragment(this.fragments[0]));
    if (random.chance(0.3)) parts.reverse();
    let text = parts.join(random.pick(['\n', '\n\n', ' ', '\r\n', ' # ä 💩\n']));
    if (random.chance(0.15)) text = Buffer.from(this.damage(text)).toString();
    return text;
  }

  // Is a mistake to be made here?
  wrong(p) {
    if (this.mistakes === 0 || !this.random.chance(p)) return false;
    this.mistakes--;
    return true;
  }

  // One change to the bytes.
  damage(text) {
    const { random } = this;
    const at = random.below(text.length);
    const end = Math.min(text.length, at + 1 + random.below(3));
    const junk = random.pick(['{', '}', '(', ')', '"', '"""', '$', '...', '@', '!', ':', '01', '1.', '-', "'", '\\', '"\\x"', '"\\u{110000}"', '"\\uD800"', '.', '#', '%', 'ä', '\u0007', '&', '0x1', '"\n"', 'on', '1e', '[', ']', '=', '|', 'null', '"a" ', 'query']);
    return random.pick([text.slice(0, at) + text.slice(end), text.slice(0, at) + junk + text.slice(at), text.slice(0, at) + junk + text.slice(end), text.slice(0, at)]);
  }

  operation(index, count) {
    const { random } = this;
    const kind = random.pick(['query', 'query', 'query', 'query', 'mutation', 'subscription']);
    const root = { query: this.schema.getQueryType(), mutation: this.schema.getMutationType(), subscription: this.schema.getSubscriptionType() }[kind];
    const actual = root ? kind : 'query';
    this.variables = new Map();
    const body = actual === 'subscription' && !this.wrong(0.5) ? this.block(this.field(root, 2)) : this.selection(root ?? this.schema.getQueryType(), 3 + random.below(2));
    let name = random.chance(0.7) || count > 1 ? `Op${index}` : '';
    if (count > 1 && this.wrong(0.25)) name = random.pick(['', 'Op0']);
    const variables = [...this.variables].map(([key, type]) => this.variable(key, type));
    if (this.wrong(0.08)) variables.push(`$unused: ${random.pick(['Int', 'Int!', '[String]', 'Nope', this.objects[0].name])}`);
    if (this.wrong(0.05) && variables.length) variables.push(random.pick(variables));
    const directives = this.wrong(0.06) ? random.pick(['@skip(if: true)', '@nope', '@deprecated']) : '';
    const description = random.chance(0.05) ? random.pick(['"about" ', '"""\n  about\n    it\n""" ']) : '';
    if (!name && !variables.length && !directives && actual === 'query' && random.chance(0.6)) return this.wrong(0.1) ? `"no" ${body}` : body;
    return `${description}${actual} ${name}${variables.length ? `(${variables.join(', ')})` : ''} ${directives} ${body}`;
  }

  variable(key, type) {
    const { random } = this;
    let text = String(type);
    if (this.wrong(0.15)) text = random.pick([text.replace(/!$/, ''), `[${text}]`, 'String', 'Int', 'ID!', 'Nope', random.pick(this.inputs).name]);
    const plain = !text.endsWith('!');
    const initial = plain && random.chance(0.2) ? ` = ${this.value(type, 1, true)}` : '';
    const directive = this.wrong(0.03) ? ' @skip(if: true)' : '';
    return `$${key}: ${text}${initial}${directive}`;
  }

  fragment({ name, type, body }) {
    let on = type.name;
    if (this.wrong(0.06)) on = this.random.pick(['Nope', 'String', this.random.pick(this.objects).name, this.random.pick(this.inputs).name]);
    return `fragment ${name} on ${on} ${this.directives()}${body ?? '{ __typename }'}`;
  }

  block(...items) {
    const sep = this.random.pick([' ', ', ', '\n  ', '\n']);
    return `{${sep}${items.join(sep)}${sep}}`;
  }

  selection(type, depth) {
    const { random } = this;
    const items = [];
    const count = 1 + random.below(4);
    for (let i = 0; i < count; i++) {
      const roll = random.below(100);
      if (roll < 8 && depth > 0) items.push(this.inline(type, depth));
      else if (roll < 18) items.push(this.spread(type));
      else if (roll < 24) items.push(random.chance(0.5) ? '__typename' : 't: __typename');
      else items.push(this.field(type, depth));
    }
    if (type === this.schema.getQueryType() && random.chance(0.08)) items.push(this.introspection());
    if (random.chance(0.3)) items.push(random.pick(items));
    return this.block(...items);
  }

  introspection() {
    const { random } = this;
    const leaf = () => random.pick(['name', 'kind', 'name kind', 'description', 'ofType { name }', 'fields { name type { name } }', 'fields { type { fields { name } } }', 'fields { type { fields { type { fields { name } } } } }', 'inputFields { name defaultValue }', 'enumValues(includeDeprecated: true) { name }', 'isOneOf specifiedByURL']);
    return random.pick([
      () => `__schema { types { ${leaf()} } }`,
      () => `__schema { directives { name locations isRepeatable args { name } } queryType { ${leaf()} } }`,
      () => `__type(name: ${random.pick(['"Query"', '"Nope"', '1', '"String"'])}) { ${leaf()} }`,
      () => `__type { name }`,
    ])();
  }

  inline(type, depth) {
    const other = this.wrong(0.1) ? this.random.pick(['Nope', 'Int', this.random.pick(this.objects).name]) : type.name;
    return `...${this.random.chance(0.3) ? '' : ` on ${other}`} ${this.directives()}${this.selection(type, depth - 1)}`;
  }

  spread(type) {
    const { random } = this;
    // Later ones only: a fragment that is being written may come back to itself only by mistake.
    const known = this.fragments.filter((fragment, i) => (i > this.writing || this.wrong(0.03)) && (fragment.type === type || this.wrong(0.02)));
    let name = known.length && random.chance(0.6) ? random.pick(known).name : null;
    if (!name && this.fragments.length < 6) {
      name = `F${this.fragments.length}`;
      const fragment = { name, type };
      this.fragments.push(fragment);
      if (random.chance(0.5)) {
        const before = this.writing;
        this.writing = this.fragments.length - 1;
        fragment.body = this.selection(type, 1);
        this.writing = before;
      }
    }
    if (!name) return '__typename';
    if (this.wrong(0.04)) name = random.pick(['Missing', 'Query', 'String']);
    return `...${name} ${this.directives()}`;
  }

  directives() {
    const { random } = this;
    if (this.wrong(0.02)) return random.pick(['@nope ', '@skip ', '@include(if: 1) ', '@skip(if: true, if: false) ', '@skip(if: true) @skip(if: false) ', '@include(unless: true, if: true) ', '@deprecated(reason: "x") ', '@skip(if: $undefined) ', '@skip(if: null) ', '@specifiedBy(url: 1) ']);
    if (!random.chance(0.06)) return '';
    return `@${random.pick(['skip', 'include'])}(if: ${random.chance(0.5) || !this.variables ? 'true' : this.use('Boolean!')}) `;
  }

  use(type) {
    const key = this.random.pick(['a', 'b', 'c', 'd', 'e']) + String(type).replace(/\W/g, '_');
    if (!this.wrong(0.04)) this.variables.set(key, type);
    return `$${key}`;
  }

  field(type, depth) {
    const { random } = this;
    const fields = Object.values(type.getFields());
    let field = random.pick(fields);
    if (depth <= 0) field = random.pick(fields.filter((at) => !isObjectType(getNamedType(at.type)))) ?? field;
    const inner = getNamedType(field.type);
    let name = field.name;
    if (this.wrong(0.05)) name = random.pick(['nope', name.slice(1) || 'x', `${name}s`, random.pick(fields).name]);
    const alias = random.chance(0.3) ? `${random.pick(['x', 'y', 'z', 'u', 'v', 'w', random.pick(fields).name])}${random.chance(0.7) ? random.below(50) : ''}: ` : '';
    const body = isObjectType(inner) && depth > -3 ? this.selection(inner, depth - 1) : '';
    const wrongBody = this.wrong(0.04) ? (body ? '' : '{ a }') : body;
    return `${alias}${name}${this.arguments(field.args, depth)} ${this.directives()}${wrongBody}`.trim();
  }

  arguments(args, depth) {
    const { random } = this;
    const given = [];
    for (const arg of args) {
      const required = isNonNullType(arg.type) && arg.defaultValue === undefined;
      if (required ? !this.wrong(0.08) : random.chance(0.25)) given.push(this.argument(arg, depth));
    }
    if (this.wrong(0.04)) given.push(random.pick(['nope: 1', 'filtre: {}', 'first: "x"', 'first: 1']));
    if (given.length && this.wrong(0.04)) given.push(random.pick(given));
    if (given.length && random.chance(0.2)) given.reverse();
    return given.length ? `(${given.join(', ')})` : '';
  }

  argument(arg, depth) {
    if (this.variables && this.random.chance(0.2)) {
      let type = arg.type;
      if (this.wrong(0.1)) type = this.random.pick(['String', 'Int', '[Int!]', 'ID!', 'Boolean']);
      return `${arg.name}: ${this.use(type)}`;
    }
    return `${arg.name}: ${this.value(arg.type, Math.min(depth, 2), false)}`;
  }

  value(type, depth, constant) {
    const { random } = this;
    if (this.wrong(0.04)) return random.pick(['null', '1', '1.5', '"x"', 'true', 'NOPE', '[]', '{}', '[1, null]', '{ a: 1, a: 2 }', '3000000000', '-1', '[[[]]]', '"""b"""', ...(constant ? [] : ['$undefined'])]);
    if (isNonNullType(type)) return this.value(type.ofType, depth, constant);
    if (random.chance(0.04) && !isNonNullType(type)) return 'null';
    if (isListType(type)) {
      if (random.chance(0.2)) return this.value(type.ofType, depth, constant);
      return `[${Array.from({ length: random.below(3) }, () => this.value(type.ofType, depth - 1, constant)).join(', ')}]`;
    }
    if (isEnumType(type)) return random.pick(type.getValues()).name;
    if (isInputObjectType(type)) return this.object(type, depth, constant);
    if (isScalarType(type)) return this.scalar(type.name, constant);
    return 'null';
  }

  object(type, depth, constant) {
    const { random } = this;
    const fields = Object.values(type.getFields());
    const given = [];
    if (type.isOneOf) {
      const field = random.pick(fields.filter((at) => depth > 0 || !isInputObjectType(getNamedType(at.type))));
      const value = !constant && this.variables && random.chance(0.3) ? this.use(this.wrong(0.3) ? field.type : `${field.type}!`) : this.value(field.type, depth - 1, constant);
      given.push(`${field.name}: ${value === 'null' && !this.wrong(0.5) ? '"x"' : value}`);
      if (this.wrong(0.2)) given.push(`${random.pick(fields).name}: "y"`);
      return `{${given.join(' ')}}`;
    }
    for (const field of fields) {
      const required = isNonNullType(field.type) && field.defaultValue === undefined;
      const deep = isInputObjectType(getNamedType(field.type));
      if (required ? !this.wrong(0.1) : !(deep && depth <= 0) && random.chance(2 / (fields.length + 1))) {
        const asVariable = !constant && this.variables && random.chance(0.1);
        given.push(`${field.name}: ${asVariable ? this.use(field.type) : this.value(field.type, depth - 1, constant)}`);
      }
    }
    if (this.wrong(0.04)) given.push(random.pick(['nope: 1', 'nam: "x"', ...given]));
    return `{${given.join(', ')}}`;
  }

  scalar(name, constant) {
    const { random } = this;
    switch (name) {
      case 'Int': return random.pick(['0', '-1', '7', '2147483647', '-2147483648']);
      case 'Float': return random.pick(['0', '1.5', '-1e3', '12345678901', '1E-2']);
      case 'Boolean': return random.pick(['true', 'false']);
      case 'String': return random.pick(['""', '"a\\n\\u00e4\\u{1F4A9}"', '"ä💩"', '"""\n  block\n    string \\"""\n"""', '"\\uD83D\\uDCA9"']);
      case 'ID': return random.pick(['"x"', '12']);
      default: return random.pick(['1', '"x"', 'true', '1.5', 'ENUM', '[1, {a: "b"}]', `{ a: { b: [1${constant ? '' : `, ${this.variables && random.chance(0.2) ? this.use('Int') : '2'}`}] } }`]);
    }
  }
}
