// order_by and cursors both ways (contract 2.2, 2.5; R43–R58). On workspaceMembers, which nobody else here writes to.
import { check, create, createMany, expect, ids, list, main, q, refused, same, sameKeys, test, uuid } from './lib.mjs';

const directions = ['AscNullsFirst', 'AscNullsLast', 'DescNullsFirst', 'DescNullsLast'];
const member = (index, more = {}) => ({ userId: uuid(), position: index, jobTitle: ['b', 'a', 'd', 'c'][index], name: { firstName: ['Dan', 'Bea', 'Ann', 'Cid'][index], lastName: 'x' }, ...more });

// All pages in one direction; each must tell the same total. Forward from the start, or backward from the end.
async function pages(plural, query, limit, { backward = false, from } = {}) {
  const records = [];
  let cursor = from;
  for (let page = 0; page < 200; page++) {
    const place = cursor === undefined ? '' : `&${backward ? 'ending_before' : 'starting_after'}=${q(cursor)}`;
    const body = await list(plural, `?limit=${limit}${query}${place}`);
    const got = body.data[plural];
    check(got.length <= limit, `${got.length} records`);
    if (backward) records.unshift(...got);
    else records.push(...got);
    const more = backward ? body.pageInfo.hasPreviousPage : body.pageInfo.hasNextPage;
    if (cursor !== undefined) same(backward ? body.pageInfo.hasNextPage : body.pageInfo.hasPreviousPage, true, 'the way back');
    if (!more) return records;
    same(got.length, limit, 'a full page in the middle');
    cursor = backward ? body.pageInfo.startCursor : body.pageInfo.endCursor;
  }
  throw new Error('no end of pages');
}

main(240, async () => {
  const members = await createMany('workspaceMembers', [0, 1, 2, 3].map((index) => member(index)));
  const plural = 'workspaceMembers';
  const positions = async (query) => (await list(plural, query)).data[plural].map((record) => record.position);
  const byId = ids(members).sort();

  await test('R42 without order_by: id ascending', async () => same(ids((await list(plural)).data[plural]), byId));
  await test('R44 position ascending, R45 descending', async () => {
    same(await positions('?order_by=position[AscNullsLast]'), [0, 1, 2, 3]);
    same(await positions('?order_by=position[DescNullsLast]'), [3, 2, 1, 0]);
    same(await positions('?order_by=position'), [0, 1, 2, 3], 'the default direction');
  });
  await test('R43 ending_before: the two before it, in forward order', async () => {
    const all = (await list(plural, '?limit=4')).data[plural];
    const end = (await list(plural, '?limit=4')).pageInfo.endCursor;
    const body = await list(plural, `?limit=2&ending_before=${q(end)}`);
    same(ids(body.data[plural]), ids(all.slice(1, 3)));
    same([body.pageInfo.hasNextPage, body.pageInfo.hasPreviousPage, body.totalCount], [true, true, 4]);
    const before = await list(plural, `?limit=2&ending_before=${q(body.pageInfo.startCursor)}`);
    same([ids(before.data[plural]), before.pageInfo.hasNextPage, before.pageInfo.hasPreviousPage], [ids(all.slice(0, 1)), true, false]);
    const none = await list(plural, `?limit=2&ending_before=${q(before.pageInfo.startCursor)}`);
    same([none.data[plural], none.pageInfo], [[], { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null }]);
  });
  await test('R47 descending, two pages', async () => {
    const one = await list(plural, '?order_by=position[DescNullsLast]&limit=2');
    same([one.data[plural].map((record) => record.position), one.pageInfo.hasNextPage], [[3, 2], true]);
    const two = await list(plural, `?order_by=position[DescNullsLast]&limit=2&starting_after=${q(one.pageInfo.endCursor)}`);
    same([two.data[plural].map((record) => record.position), two.pageInfo.hasNextPage], [[1, 0], false]);
  });
  await test('cursors hold the values of their order', async () => {
    const decode = async (query) => JSON.parse(Buffer.from((await list(plural, `?limit=1${query}`)).pageInfo.endCursor, 'base64').toString());
    const byPosition = await decode('&order_by=position[DescNullsLast]');
    same(byPosition, { position: 3, id: members[3].id });
    same(await decode('&order_by=name.firstName'), { name: { firstName: 'Ann' }, id: members[2].id });
    same(await decode(''), { id: byId[0] });
    same(await decode('&order_by=position[DescNullsLast]&fields=jobTitle'), byPosition);
  });
  await test('a cursor of an older generation: dotted keys', async () => {
    const old = q(Buffer.from(JSON.stringify({ 'name.firstName': 'Bea', id: members[1].id })).toString('base64'));
    same(await positions(`?order_by=name.firstName&starting_after=${old}`), [3, 0]);
  });
  await test('R49 a filter, an order and a limit', async () => {
    const body = await list(plural, `?filter=${q('position[gt]:0')}&order_by=jobTitle[AscNullsFirst]&limit=2`);
    same([body.data[plural].map((record) => record.jobTitle), body.totalCount], [['a', 'c'], 3]);
  });
  await test('composites by their sub-fields', async () => {
    same(await positions('?order_by=name.firstName[AscNullsFirst]'), [2, 1, 3, 0]);
    same(await positions('?order_by=name.firstName[DescNullsFirst]'), [0, 3, 1, 2]);
    same(await positions('?order_by=name.lastName,name.firstName[DescNullsLast]'), [0, 3, 1, 2]);
  });
  await test('a repeated path keeps its first occurrence; id may be ordered by', async () => {
    same(await positions('?order_by=position[DescNullsLast],position[AscNullsLast]'), [3, 2, 1, 0]);
    same(ids((await list(plural, '?order_by=id[DescNullsLast]')).data[plural]), [...byId].reverse());
  });
  await test('an empty or repeated order_by is none', async () => {
    for (const query of ['?order_by=', '?order_by=position[DescNullsLast]&order_by=jobTitle']) same(ids((await list(plural, query)).data[plural]), byId, query);
  });
  for (const [order, contains] of [
    ['name[AscNullsLast]', 'Composite field "name" requires subfield ordering'], ['nonsense', 'Field "nonsense" does not exist or is not sortable'], ['name.nonsense', 'nonsense'], ['position[Up]', ["'order_by' direction 'Up' invalid", 'AscNullsFirst', 'DescNullsLast']],
    ['position[asc]', "'order_by' direction 'asc' invalid"], ['assignedTasks', 'assignedTasks'], ['position[AscNullsFirst', undefined], ['searchVector', undefined],
  ]) {
    await test(`R50 bad order ${order}`, () => refused(400, contains, undefined, 'GET', `/rest/${plural}?order_by=${q(order)}`));
  }
  await test('a bare relation, to-many relations', async () => {
    for (const order of ['company', 'noteTargets', 'noteTargets.id']) await refused(400, undefined, undefined, 'GET', `/rest/people?order_by=${order}`);
  });
  await test('a cursor of another order, and forged ones', async () => {
    const { pageInfo } = await list(plural, '?limit=1');
    const forged = (value) => q(Buffer.from(JSON.stringify(value)).toString('base64'));
    await refused(400, 'Invalid cursor', 'INVALID_CURSOR', 'GET', `/rest/${plural}?order_by=position&starting_after=${q(pageInfo.endCursor)}`).catch(async (error) => {
      // Or it starts after that record's id: also sensible, but never an error of the server.
      if (!/^200/.test(error.message)) throw error;
    });
    for (const value of [{ position: 'x', id: byId[0] }, { position: {}, id: byId[0] }, { position: 1, id: 'x' }, { position: 1 }]) {
      await refused(400, 'Invalid cursor', 'INVALID_CURSOR', 'GET', `/rest/${plural}?order_by=position&starting_after=${forged(value)}`);
    }
    await refused(400, 'Invalid cursor', 'INVALID_CURSOR', 'GET', `/rest/${plural}?ending_before=invalid-cursor`);
  });
  await test('R58 an order by a field that is not selected', async () => {
    const records = await pages(plural, '&fields=jobTitle&order_by=position[AscNullsFirst]', 2);
    for (const record of records) sameKeys(record, ['id', 'jobTitle']);
    same(ids(records), ids(members));
  });

  // Through relations, and nulls.
  const tag = `order-${uuid()}`;
  const mine = `&filter=jobTitle[eq]:${tag}`;
  const companies = await createMany('companies', ['Cc', 'Aa', 'Bb'].map((name) => ({ name, domainName: { primaryLinkUrl: `${name}-${tag}.example` } })));
  const people = await createMany('people', [0, 1, 2, null].map((index) => ({ jobTitle: tag, companyId: index === null ? null : companies[index].id })));
  for (const depth of [1, 0]) {
    await test(`R5${depth ? 4 : 5} paging by company.name at depth ${depth}`, async () => {
      const records = await pages('people', `&order_by=company.name[AscNullsLast]&depth=${depth}${mine}`, 2);
      same(ids(records), [people[1].id, people[2].id, people[0].id, people[3].id]);
    });
  }
  await test('by company.domainName.primaryLinkUrl, and by the join column', async () => {
    same(ids(await pages('people', `&order_by=company.domainName.primaryLinkUrl[DescNullsFirst]${mine}`, 1)), [people[3].id, people[0].id, people[2].id, people[1].id]);
    same(ids(await pages('people', `&order_by=companyId[AscNullsFirst]${mine}`, 3)), [people[3].id, ...[...people.slice(0, 3)].sort((a, b) => (a.companyId < b.companyId ? -1 : 1)).map((record) => record.id)]);
  });
  await test('R56 paging by closeDate with undated ones', async () => {
    const company = await create('companies', {});
    const made = await createMany('opportunities', ['2025-03-01', null, '2025-01-01', null, '2025-02-01'].map((closeDate) => ({ closeDate, companyId: company.id })));
    const nulls = ids([made[1], made[3]]).sort();
    const wanted = { AscNullsLast: [...ids([made[2], made[4], made[0]]), ...nulls], AscNullsFirst: [...nulls, ...ids([made[2], made[4], made[0]])], DescNullsLast: [...ids([made[0], made[4], made[2]]), ...nulls], DescNullsFirst: [...nulls, ...ids([made[0], made[4], made[2]])] };
    for (const direction of directions) {
      for (const limit of [1, 2, 3, 5]) {
        same(ids(await pages('opportunities', `&order_by=closeDate[${direction}]&filter=companyId[eq]:${company.id}`, limit)), wanted[direction], `${direction}, ${limit} a page`);
      }
    }
  });
  await test('random data under random orders, forwards and backwards, is one sorted list', async () => {
    const company = await create('companies', {});
    let state = Number(process.env.PORTTI_TEST_SEED ?? 20260301);
    const below = (most) => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return Math.floor((state / 4294967296) * most); };
    const maybe = (values) => (below(4) === 0 ? null : values[below(values.length)]);
    const records = await createMany('specimens', Array.from({ length: 60 }, () => ({
      companyId: company.id, number: maybe([1, 2, 3]), text: maybe(['a', 'B', 'é', 'z']), dateTime: maybe(['2025-01-01T00:00:00.000Z', '2025-01-01T00:00:00.001Z']), boolean: maybe([true, false]),
      fullName: { lastName: maybe(['x', 'y']) }, currency: { amountMicros: maybe([1, 10, 9]) },
    })));
    const keys = { number: (record) => record.number, dateTime: (record) => record.dateTime, boolean: (record) => record.boolean, 'fullName.lastName': (record) => record.fullName.lastName || null, 'currency.amountMicros': (record) => (record.currency.amountMicros === null ? null : Number(record.currency.amountMicros)) };
    for (let round = 0; round < 25; round++) {
      const terms = Array.from({ length: 1 + below(3) }, () => [Object.keys(keys)[below(Object.keys(keys).length)], directions[below(4)]]);
      const wanted = [...records].sort((a, b) => {
        for (const [path, direction] of terms) {
          const [left, right] = [keys[path](a), keys[path](b)];
          if (left === right) continue;
          if (left === null || right === null) return (left === null) === direction.endsWith('First') ? -1 : 1;
          return left < right === direction.startsWith('Asc') ? -1 : 1;
        }
        return a.id < b.id ? -1 : 1;
      });
      const order = terms.map(([path, direction]) => `${path}[${direction}]`).join(',');
      const query = `&order_by=${q(order)}&filter=companyId[eq]:${company.id}&fields=number`;
      const limit = 1 + below(25);
      same(ids(await pages('specimens', query, limit)), ids(wanted), `forwards by ${order}, ${limit} a page`);
      const end = (await list('specimens', `?limit=60${query}`)).pageInfo.endCursor;
      same(ids(await pages('specimens', query, limit, { backward: true, from: end })), ids(wanted).slice(0, -1), `backwards by ${order}, ${limit} a page`);
    }
  });
  await test('rows that come and go do not move the others', async () => {
    const company = await create('companies', {});
    const made = await createMany('people', Array.from({ length: 6 }, (_, index) => ({ companyId: company.id, position: index })));
    const query = `?limit=2&order_by=position&filter=companyId[eq]:${company.id}`;
    const one = await list('people', query);
    await expect(200, 'DELETE', `/rest/people/${made[1].id}`);
    await create('people', { companyId: company.id, position: 0.5 });
    await create('people', { companyId: company.id, position: 2.5 });
    const two = await list('people', `${query}&starting_after=${q(one.pageInfo.endCursor)}`);
    same(two.data.people.map((record) => record.position), [2, 2.5]);
  });
  for (const { id } of members) await expect(200, 'DELETE', `/rest/${plural}/${id}`);
});
