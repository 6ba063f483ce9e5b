// kill -9 in the middle of 200 random changes of the model: afterwards the tables and the metadata agree, whatever was
// answered is there, and the next change is made.
import { execFileSync } from 'node:child_process';
import { FIELDS, OBJECTS, agent, check, ctl, expect, main, makeField, makeObject, objectOf, remove, same, send, sqlOne, test, until } from './lib.mjs';

const SEED = Number(process.env.PORTTI_TEST_SEED ?? 20260901);
let state = SEED;
const random = (n) => {
  state = (state * 1103515245 + 12345) % 2147483648;
  return Math.floor((state / 2147483648) * n);
};
const verify = () => {
  try {
    return execFileSync(new URL('../rest/ctl', import.meta.url).pathname, [process.env.PORTTI_TEST_DATA, 'gateway_tool', 'model', 'verify'], { encoding: 'utf8' });
  } catch (error) {
    throw new Error(`the model and the tables disagree: ${error.stdout} ${error.stderr}`);
  }
};
const types = ['TEXT', 'NUMBER', 'BOOLEAN', 'EMAILS', 'FULL_NAME', 'CURRENCY', 'DATE_TIME', 'ARRAY', 'RAW_JSON', 'ADDRESS'];

main(180, async () => {
  await test(`200 random changes, with the gateway killed on the way (seed ${SEED})`, async () => {
    const objects = new Map(); // id -> fields that were answered: id -> name
    let number = 0;
    let done = 0;
    let kills = 0;
    let lost = 0;
    const change = async () => {
      number += 1;
      const mine = number;
      const ids = [...objects.keys()];
      const pick = random(10);
      if (ids.length < 2 || pick === 0) {
        const answer = await send('POST', OBJECTS, { nameSingular: `crash${mine}`, namePlural: `crashes${mine}`, labelSingular: 'c', labelPlural: 'cs' });
        if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text.slice(0, 200)}`);
        objects.set(answer.json.data.createOneObject.id, new Map());
        return;
      }
      const object = ids[random(ids.length)];
      const fields = objects.get(object);
      if (pick === 1 && ids.length > 3) {
        objects.delete(object); // and its fields, whatever comes of it
        await send('DELETE', `${OBJECTS}/${object}`);
      } else if (pick === 2 && fields.size > 0) {
        const field = [...fields.keys()][random(fields.size)];
        fields.delete(field);
        await send('DELETE', `${FIELDS}/${field}`);
      } else if (pick === 3) {
        await send('PATCH', `${OBJECTS}/${object}`, { nameSingular: `moved${mine}`, namePlural: `moveds${mine}` });
      } else if (pick === 4 && fields.size > 0) {
        const field = [...fields.keys()][random(fields.size)];
        fields.set(field, null);
        const answer = await send('PATCH', `${FIELDS}/${field}`, { name: `renamed${mine}` });
        if (fields.has(field)) fields.set(field, answer.status === 200 ? `renamed${mine}` : null); // null: not known
      } else if (pick === 5) {
        const target = ids[random(ids.length)];
        await send('POST', FIELDS, { objectMetadataId: object, type: 'RELATION', name: `rel${mine}`, label: 'r', relationCreationPayload: { type: random(2) ? 'MANY_TO_ONE' : 'ONE_TO_MANY', targetObjectMetadataId: target, targetFieldLabel: `Back ${mine}` } });
      } else {
        const type = types[random(types.length)];
        const answer = await send('POST', FIELDS, { objectMetadataId: object, type, name: `f${mine}`, label: 'f', isUnique: type === 'TEXT' && random(3) === 0 });
        if (answer.status === 201) fields.set(answer.json.data.createOneField.id, `f${mine}`);
      }
    };
    while (done < 200) {
      const victim = kills < 6 && done >= 25 * (kills + 1);
      const running = Array.from({ length: victim ? 10 : 4 }, () => change().catch(() => { lost += 1; }));
      done += running.length;
      if (victim) {
        await new Promise((resolve) => setTimeout(resolve, 10 + random(50)));
        process.kill(Number(ctl('part_pid', 'gateway')), 'SIGKILL');
        kills += 1;
        await Promise.all(running);
        agent.destroy();
        ctl('gateway_start', 'gateway', 'rate_limit=off', 'workers=2');
        ctl('gateway_wait', 'gateway');
        await until(10, 'nothing is left to be tidied', () => sqlOne('select count(*) from core.model_work') === '0');
        verify();
      } else {
        await Promise.all(running);
      }
    }
    console.log(`# ${done} changes, ${kills} kills, ${lost} without an answer, ${objects.size} objects`);
    verify();
    for (const [id, fields] of objects) {
      const answer = await send('GET', `${OBJECTS}/${id}`);
      if (answer.status !== 200) throw new Error(`an object that was answered is gone: ${id}`);
      const names = new Map(answer.json.data.object.fields.map((field) => [field.id, field.name]));
      for (const [field, name] of fields) check(names.has(field) && (name === null || names.get(field) === name), `field ${name} of ${id} is ${names.get(field)}`);
    }
    for (const id of objects.keys()) await remove(OBJECTS, id);
    for (const object of (await expect(200, 'GET', `${OBJECTS}?limit=200`)).data.objects) if (/^(crash|moved)/.test(object.nameSingular)) await remove(OBJECTS, object.id);
    same((await expect(200, 'GET', `${OBJECTS}?limit=1`)).totalCount, 8);
    await makeField((await objectOf('company')).id, 'TEXT', 'afterwards');
    const after = await makeObject('aftermath');
    await remove(OBJECTS, after.id);
  });
});
