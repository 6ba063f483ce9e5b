// Thirty changes of the model at once while records are written and read: no error of ours, no lost field, nothing in
// the wrong place; the caller of a change sees it on its next request, another gateway within a second.
import { FIELDS, OBJECTS, SECOND, agent, check, expect, fail, main, makeField, makeObject, objectOf, patchField, patchObject, remove, relate, same, send, sleep, sql, sqlOne, test, until } from './lib.mjs';
import http from 'node:http';

const wide = new http.Agent({ keepAlive: true, maxSockets: 64 });

main(120, async () => {
  const board = await makeObject('board');
  await makeField(board.id, 'NUMBER', 'count');
  await makeField(board.id, 'SELECT', 'state', { options: ['A', 'B', 'C'].map((value, position) => ({ value, label: value, color: 'red', position })) });
  const seeds = [];
  for (let i = 0; i < 20; i += 1) seeds.push((await expect(201, 'POST', '/rest/boards', { name: `seed ${i}`, count: i })).data.createBoard.id);

  // Traffic: whatever the model is at that moment, an answer of 5xx is a failure, and so is a record that is not whole.
  const faults = [];
  const counts = {};
  let stop = false;
  const fault = (text) => faults.length < 20 && faults.push(text);
  const ask = async (base, query, key) => {
    const answer = await send('POST', '/graphql', { query }, { base, use: wide });
    counts[`graphql ${answer.status}`] = (counts[`graphql ${answer.status}`] ?? 0) + 1;
    if (answer.status !== 200 || answer.json.errors) fault(`${query}: ${answer.status} ${answer.text.slice(0, 200)}`);
    else if (typeof answer.json.data[key]?.count !== 'number') fault(`a board without its count: ${answer.text.slice(0, 200)}`);
  };
  const one = async (base) => {
    const pick = Math.random();
    if (pick > 0.9) {
      const which = seeds[Math.floor(Math.random() * seeds.length)];
      if (pick > 0.95) return ask(base, `{ board(filter: {id: {eq: "${which}"}}) { id name count } boards(first: 3) { edges { node { id name } } totalCount } }`, 'board');
      return ask(base, `mutation { updateBoard(id: "${which}", data: {name: "g"}) { id name count } }`, 'updateBoard');
    }
    const id = seeds[Math.floor(Math.random() * seeds.length)];
    const [method, path, body] =
      pick < 0.3 ? ['GET', `/rest/boards/${id}`] :
      pick < 0.5 ? ['GET', '/rest/boards?limit=20&depth=1'] :
      pick < 0.6 ? ['POST', '/rest/boards', { name: 'made', count: 1 }] :
      pick < 0.8 ? ['PATCH', `/rest/boards/${id}`, { name: `changed ${Math.random()}` }] :
      pick < 0.8 ? ['GET', '/rest/companies?limit=5&depth=1'] :
      pick < 0.85 ? ['GET', '/rest/search?searchInput=seed'] : ['POST', '/rest/notes', { title: 'x' }];
    const answer = await send(method, path, body, { base, use: wide });
    counts[answer.status] = (counts[answer.status] ?? 0) + 1;
    if (answer.status >= 400) fault(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 200)}`);
    const record = answer.json?.data?.board ?? answer.json?.data?.createBoard ?? answer.json?.data?.updateBoard;
    if (record && (typeof record.count !== 'number' || typeof record.name !== 'string' || !record.id)) fault(`a board without its count: ${answer.text.slice(0, 300)}`);
  };
  const traffic = Array.from({ length: 12 }, async (_, i) => {
    while (!stop) await one(i % 3 === 0 ? SECOND : undefined).catch((error) => fault(error.message));
  });

  await test('thirty changes at once, all of them made', async () => {
    const changes = [];
    for (let i = 0; i < 10; i += 1) {
      changes.push(async () => {
        const field = await makeField(board.id, i % 2 ? 'TEXT' : 'CURRENCY', `added${i}`);
        const record = (await expect(201, 'POST', '/rest/boards', { name: 'own', count: 2, [`added${i}`]: i % 2 ? 'v' : { amountMicros: 1, currencyCode: 'EUR' } })).data.createBoard;
        check(record[`added${i}`] !== undefined, `added${i} is not there at once`);
        return field.name;
      });
      changes.push(async () => {
        const object = await makeObject(`gadget${i}`);
        const made = (await expect(201, 'POST', `/rest/gadget${i}s`, { name: 'g' }))?.data;
        check(made, `gadget${i} cannot be used at once`);
        await relate(object.id, 'board', 'MANY_TO_ONE', board.id, `Gadgets ${i}`);
        if (i % 3 === 0) await remove(OBJECTS, object.id);
      });
      changes.push(async () => {
        const field = await makeField(board.id, 'TEXT', `passing${i}`, { isUnique: i % 2 === 0 });
        await patchField(field.id, { name: `renamed${i}` });
        await remove(FIELDS, field.id);
      });
    }
    await Promise.all(changes.map((change) => change()));
    const fields = (await objectOf('board')).fields.map(({ name }) => name);
    for (let i = 0; i < 10; i += 1) {
      check(fields.includes(`added${i}`), `added${i} is lost`);
      check(!fields.includes(`renamed${i}`) && !fields.includes(`passing${i}`), `passing${i} is still there`);
      check(fields.includes(`gadgets${i}`) === (i % 3 !== 0), `gadgets${i}`);
    }
  });

  await test('a field that is dropped and made anew with another type, again and again', async () => {
    for (let i = 0; i < 15; i += 1) {
      const field = await makeField(board.id, i % 2 ? 'TEXT' : 'NUMBER', 'chameleon');
      const value = i % 2 ? `text ${i}` : i;
      same((await expect(201, 'POST', '/rest/boards', { name: 'c', count: 3, chameleon: value })).data.createBoard.chameleon, value);
      await remove(FIELDS, field.id);
    }
  });

  await test('an object that is renamed to and fro', async () => {
    // Here a 400 for the name that is not the object's at the moment is right.
    const object = await makeObject('swing');
    let faulty = 0;
    let over = false;
    const rider = Array.from({ length: 4 }, async () => {
      while (!over) {
        const answer = await send('GET', Math.random() < 0.5 ? '/rest/swings' : '/rest/hammocks', undefined, { use: wide });
        if (answer.status !== 200 && answer.status !== 400) faulty += 1;
      }
    });
    for (let i = 0; i < 10; i += 1) {
      const name = i % 2 ? 'swing' : 'hammock';
      await patchObject(object.id, { nameSingular: name, namePlural: `${name}s` });
      await expect(200, 'GET', `/rest/${name}s`);
    }
    over = true;
    await Promise.all(rider);
    same(faulty, 0);
    await remove(OBJECTS, object.id);
  });

  await test('options are renamed under writers: no stored value is left that is no option', async () => {
    let field = (await objectOf('board')).fields.find(({ name }) => name === 'state');
    let over = false;
    const writers = Array.from({ length: 4 }, async () => {
      while (!over) await send('PATCH', `/rest/boards/${seeds[Math.floor(Math.random() * 20)]}`, { state: field.options[0].value }, { use: wide });
    });
    for (let i = 0; i < 8; i += 1) {
      const options = field.options.map((option) => ({ ...option, value: `${option.value[0]}${i}` }));
      field = await patchField(field.id, { options });
      await sleep(20);
    }
    over = true;
    await Promise.all(writers);
    const known = field.options.map(({ value }) => `'${value}'`).join(',');
    same(sqlOne(`select count(*) from workspace._board where state is not null and state not in (${known})`), '0');
  });

  await test('a long transaction holds a change up, not the records, and the change says so in the end', async () => {
    const { spawn } = await import('node:child_process');
    const holder = spawn('psql', ['-X', '-q', process.env.PORTTI_DATABASE_URL], { stdio: ['pipe', 'ignore', 'ignore'] });
    holder.stdin.write('begin; select count(*) from workspace._board;\n');
    await until(5, 'the table is held', () => sqlOne(`select count(*) from pg_locks where relation = 'workspace._board'::regclass and mode = 'AccessShareLock'`) !== '0');
    const waiting = send('POST', FIELDS, { objectMetadataId: board.id, type: 'TEXT', name: 'late', label: 'late' });
    await sleep(1000);
    const begun = Date.now();
    await expect(200, 'GET', `/rest/boards/${seeds[0]}`, undefined, { use: wide });
    check(Date.now() - begun < 1000, `a read took ${Date.now() - begun} ms meanwhile`);
    holder.stdin.end('commit;\n');
    same((await waiting).status, 201);
    same(sqlOne('select count(*) from core.model_work'), '0');
  });

  await test('another gateway follows within a second', async () => {
    const field = await makeField(board.id, 'TEXT', 'news');
    const begun = Date.now();
    await until(1, 'the second gateway takes the new field', async () => (await send('POST', '/rest/boards', { name: 'n', count: 1, news: 'x' }, { base: SECOND })).status === 201);
    console.log(`# it took ${Date.now() - begun} ms`);
    await remove(FIELDS, field.id);
  });

  stop = true;
  await Promise.all(traffic);
  await test('meanwhile no record was refused, none was without its fields', async () => {
    console.log(`# answers by status: ${JSON.stringify(counts)}`);
    check(counts[200] > 300, 'there was no traffic to speak of');
    if (faults.length > 0) fail(`${faults.length}: ${faults.slice(0, 4).join(' / ')}`);
    const counted = Number(sqlOne('select count(*) from workspace._board where "deletedAt" is null'));
    same((await expect(200, 'GET', '/rest/boards?limit=1')).totalCount, counted, 'totalCount');
  });
  for (const name of ['board', ...Array.from({ length: 10 }, (_, i) => `gadget${i}`)]) {
    const object = await objectOf(name);
    if (object) await remove(OBJECTS, object.id);
  }
  wide.destroy();
});
