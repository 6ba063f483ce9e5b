// What a user writes who has types made from the document. What is wrong must not compile.
import createClient from 'openapi-fetch';
import type { components, paths } from './core.js';

declare const process: { env: Record<string, string | undefined> };

// Lists come as NDJSON as well, and errors as problem details: a client that takes JSON says so.
const client = createClient<paths, 'application/json'>({
  baseUrl: `${process.env.PORTTI_URL}/rest`,
  headers: { Authorization: `Bearer ${process.env.PORTTI_API_KEY}` },
});

function need<T>(value: T | undefined, what: unknown): T {
  if (value === undefined) throw new Error(JSON.stringify(what));
  return value;
}

const company: components['schemas']['Company'] = { name: 'Analytical Engines', domainName: { primaryLinkUrl: 'https://engines.example' } };
const created = await client.POST('/companies', { body: company });
const id: string = need(created.data, created.error).data.createCompany.id;

const person = await client.POST('/people', {
  body: { name: { firstName: 'Ada', lastName: 'Lovelace' }, emails: { primaryEmail: 'ada@engines.example' }, companyId: id },
  params: { query: { depth: 1 }, header: { 'Idempotency-Key': 'once' } },
});
const ada = need(person.data, person.error).data.createPerson;
const employer: string | undefined = ada.company?.name;
if (employer !== 'Analytical Engines') throw new Error(`the company is ${employer}`);

const deal = await client.POST('/opportunities', { body: { name: 'Engine', stage: 'NEW', amount: { amountMicros: 1500000000, currencyCode: 'EUR' }, companyId: id } });
const stage: 'NEW' | 'SCREENING' | 'MEETING' | 'PROPOSAL' | 'CUSTOMER' | undefined = need(deal.data, deal.error).data.createOpportunity.stage;
if (stage !== 'NEW') throw new Error(`the stage is ${stage}`);

const list = await client.GET('/people', { params: { query: { filter: `companyId[eq]:${id}`, order_by: 'createdAt[DescNullsLast]', limit: 10, fields: ['name', 'emails'] } } });
const page = need(list.data, list.error);
if (page.data.people.length !== 1 || page.pageInfo.hasNextPage || page.data.people[0]?.emails?.primaryEmail !== 'ada@engines.example') {
  throw new Error(JSON.stringify(page));
}

const groups = await client.GET('/opportunities/groupBy', { params: { query: { group_by: JSON.stringify([{ stage: true }]), filter: `companyId[eq]:${id}` } } });
if (need(groups.data, groups.error)[0]?.groupByDimensionValues[0] !== 'NEW') throw new Error(JSON.stringify(groups.data));

const changed = await client.PATCH('/people/{id}', { params: { path: { id: ada.id } }, body: { jobTitle: 'Mathematician' } });
if (need(changed.data, changed.error).data.updatePerson.jobTitle !== 'Mathematician') throw new Error(JSON.stringify(changed));

const missing = await client.GET('/people/{id}', { params: { path: { id: '00000000-0000-4000-8000-000000000000' } } });
if (missing.response.status !== 404 || missing.error === undefined || !('messages' in missing.error)) throw new Error(JSON.stringify(missing.error));

await client.DELETE('/people/{id}', { params: { path: { id: ada.id }, query: { soft_delete: true } } });
const restored = await client.PATCH('/people/{id}/restore', { params: { path: { id: ada.id } } });
if (need(restored.data, restored.error).data.restorePerson.id !== ada.id) throw new Error(JSON.stringify(restored));

// What is not so in the model is no code. Compiled, never called.
export async function wrong(): Promise<void> {
  // @ts-expect-error: there is no such path
  await client.GET('/nonsense');
  // @ts-expect-error: a person has no such field
  const person: components['schemas']['Person'] = { nonsense: 1 };
  // @ts-expect-error: no option of the field
  await client.POST('/opportunities', { body: { stage: 'NONSENSE' } });
  // @ts-expect-error: the server keeps it itself
  const update: components['schemas']['PersonForUpdate'] = { updatedAt: '2026-01-01T00:00:00.000Z' };
  // @ts-expect-error: many are deleted by a filter only
  await client.DELETE('/people', {});
  await client.POST('/people', { body: { ...person, ...update } });
}

console.log('done');
