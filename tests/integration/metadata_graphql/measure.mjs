import { data, sql, main, test, send, ask } from './lib.mjs';
const manyObjects = (count) => `
  with made as (
    insert into core.object (id, universal_id, name_singular, name_plural, label_singular, label_plural, table_name)
    select gen_random_uuid(), gen_random_uuid(), 'thing' || n, 'thing' || n || 's', 'Thing ' || n, 'Things ' || n, '_thing' || n
    from generate_series(1, ${count}) n returning id
  ), fields as (
    select f.*, copy from core.field f join core.object o on o.id = f.object_id cross join generate_series(1, 6) copy
    where o.name_singular = 'company' and f.type not in ('RELATION', 'MORPH_RELATION') and (copy = 1 or f.name in ('name', 'address', 'linkedinLink', 'annualRevenue'))
  )
  insert into core.field (id, universal_id, object_id, type, name, label, default_value, options, settings, is_system, is_nullable, is_unique, ordinal)
  select gen_random_uuid(), gen_random_uuid(), made.id, type, name || case copy when 1 then '' else copy::text end, label, default_value, options, settings, is_system,
         is_nullable, is_unique, ordinal + copy * 100
  from made cross join fields`;
main(120, async () => {
  sql(manyObjects(1000));
  for (let i = 0; i < 100; i++) { const a = await send('GET', '/rest/thing1000s?limit=0'); if (!a.text.includes('not found')) break; await new Promise(r => setTimeout(r, 100)); }
  const q = `{ objects(paging:{first:1000}) { edges { node { id universalIdentifier nameSingular namePlural labelSingular labelPlural description icon isActive isSystem createdAt updatedAt labelIdentifierFieldMetadataId
   indexMetadataList { id name isUnique indexFieldMetadataList { fieldMetadataId } }
   fieldsList { id universalIdentifier type name label description icon isActive isSystem isNullable isUnique createdAt updatedAt defaultValue options settings isLabelSyncedWithName relation { type targetObjectMetadata { id nameSingular } targetFieldMetadata { id name } } } } } } }`;
  for (const query of [q, '{ objects(paging:{first:1000}) { edges { node { id nameSingular } } } }', '{ fields(paging:{first:1000}) { edges { node { id name } } } }']) for (let i = 0; i < 3; i++) { const t = performance.now(); const a = await ask(query); console.log('#', a.status, (a.text.length/1e6).toFixed(2), 'MB', (performance.now()-t).toFixed(0), 'ms', a.text.slice(0, 80)); }
  await test('x', async () => {});
});
