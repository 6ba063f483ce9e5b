// Bodies of requests, a line each, for graphql.lua: the same questions to the gateway and to PostGraphile.
// bodies.mjs FOLDER RECORDS
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';

const [folder, records] = [process.argv[2], Number(process.argv[3])];
const uuid = (text) => {
  const hex = createHash('md5').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};
const base64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64');
const picks = Array.from({ length: 2000 }, (_, i) => uuid(String(1 + ((i * 7919) % records))));

const COMPANY = `id createdAt updatedAt deletedAt createdBy { source workspaceMemberId name context } updatedBy { source workspaceMemberId name context } position
  name domainName { primaryLinkLabel primaryLinkUrl secondaryLinks } address { addressStreet1 addressStreet2 addressCity addressPostcode addressState addressCountry addressLat addressLng }
  linkedinLink { primaryLinkLabel primaryLinkUrl secondaryLinks } annualRevenue { amountMicros currencyCode } accountOwnerId`;
const ONE = `query One($id: UUID!) { company(filter: {id: {eq: $id}}) { ${COMPANY} } }`;
const LIST = `query List($after: String) { companies(first: 60, after: $after) { edges { node { ${COMPANY} } } pageInfo { hasNextPage endCursor } } }`;
const NESTED = `query Nested($after: String) { companies(first: 60, after: $after) { edges { node { id name people(first: 5) { edges { node { id jobTitle name { firstName lastName }
  pointOfContactForOpportunities(first: 3) { edges { node { id name stage } } } } } } } } pageInfo { hasNextPage endCursor } } }`;
const lines = (name, query, variables) => writeFileSync(`${folder}/${name}.bodies`, picks.map((id) => JSON.stringify({ query, variables: variables(id) })).join('\n'));
lines('one', ONE, (id) => ({ id }));
lines('list', LIST, (id) => ({ after: base64({ id }) }));
lines('nested', NESTED, (id) => ({ after: base64({ id }) }));

if (!process.env.BENCH_PEER_CURSOR) process.exit(0);
// PostGraphile: every column by its own name; its cursors name the order by a hash, which one of its own tells.
const [order] = JSON.parse(Buffer.from(process.env.BENCH_PEER_CURSOR, 'base64').toString());
const columns = process.env.BENCH_COLUMNS.split(' ').map((name) => (name === 'id' ? 'rowId' : name)).join(' ');
const cursor = (id) => base64([order, id]);
lines('peer_one', `query One($id: UUID!) { companyByRowId(rowId: $id) { ${columns} } }`, (id) => ({ id }));
lines('peer_list', `query List($after: Cursor) { allCompanies(first: 60, after: $after) { nodes { ${columns} } pageInfo { hasNextPage endCursor } } }`, (id) => ({ after: cursor(id) }));
lines('peer_nested', `query Nested($after: Cursor) { allCompanies(first: 60, after: $after) { nodes { rowId name peopleByCompanyId(first: 5) { nodes { rowId jobTitle nameFirstName nameLastName
  opportunitiesByPointOfContactId(first: 3) { nodes { rowId name stage } } } } } pageInfo { hasNextPage endCursor } } }`, (id) => ({ after: cursor(id) }));
