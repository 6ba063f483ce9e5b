// Values made from a schema: what a person would send who knows nothing but the document.
import crypto from 'node:crypto';

let counter = 0;

export const resolve = (document, schema) =>
  schema.$ref ? resolve(document, schema.$ref.slice(2).split('/').reduce((at, key) => at[key.replaceAll('~1', '/').replaceAll('~0', '~')], document)) : schema;

// Texts that must be more than texts, by what they are called.
function text(name) {
  counter += 1;
  if (/email/i.test(name)) return `someone${counter}@example.com`;
  if (/url/i.test(name)) return `https://example${counter}.com`;
  if (/countryCode/i.test(name)) return 'FR';
  if (/callingCode/i.test(name)) return '+33';
  if (/number$/i.test(name)) return `6123456${counter}`;
  if (/fileId/.test(name)) return crypto.randomUUID();
  return `text ${counter}`;
}

// Relations are left out: the document says what kind of record they lead to, but not which there are.
const isRelation = (schema) => schema.$ref === '#/components/schemas/RelationInput';

export function sample(document, schema, name = '', omit = () => false) {
  const whole = resolve(document, schema);
  if (whole.anyOf || whole.oneOf) return sample(document, (whole.anyOf ?? whole.oneOf)[0], name, omit);
  if (whole.allOf) return Object.assign({}, ...whole.allOf.map((part) => sample(document, part, name, omit)));
  if ('const' in whole) return whole.const;
  if (whole.enum) return whole.enum[0];
  if (whole.examples && !whole.properties) return whole.examples[0];
  const type = Array.isArray(whole.type) ? whole.type[0] : whole.type;
  switch (type) {
    case 'object': {
      const members = Object.entries(whole.properties ?? {}).filter(([key, member]) => !isRelation(member) && !omit(key, whole));
      return Object.fromEntries(members.map(([key, member]) => [key, sample(document, member, key, omit)]));
    }
    case 'array': return [sample(document, whole.items, name, omit)];
    case 'integer': return Math.max(1, whole.minimum ?? 1);
    case 'number': return 1.5;
    case 'boolean': return true;
    case 'string':
      if (whole.format === 'uuid') return crypto.randomUUID();
      if (whole.format === 'date') return '2026-03-01';
      if (whole.format === 'date-time') return '2026-03-01T09:30:00.000Z';
      return text(name);
    default: return { any: ['JSON', 1, null] };
  }
}
