// Relations over /rest/metadata/fields (contract metadata 4.5; facts M90–M101).
import { FIELDS, OBJECTS, check, expect, main, makeField, makeObject, objectOf, patchField, patchObject, readField, remove, relate, reported, same, send, sqlOne, test, uuid } from './lib.mjs';

const MALFORMED = 'FIELD_METADATA_RELATION_MALFORMED';
const INPUT = 'INVALID_FIELD_INPUT';

main(120, async () => {
  const rocket = await makeObject('rocket');
  const crew = await makeObject('crewMember', 'crewMembers');
  const mirrorOf = async (field, target) => (await objectOf(target)).fields.find(({ name }) => name === field);
  const create = async (plural, key, body) => (await expect(201, 'POST', `/rest/${plural}`, body)).data[key];

  await test('M90 M91 one call makes both sides; both work at once', async () => {
    const field = await relate(rocket.id, 'crew', 'ONE_TO_MANY', crew.id, 'Space ship');
    same([field.type, field.settings], ['RELATION', { relationType: 'ONE_TO_MANY' }]);
    const mirror = await mirrorOf('spaceShip', 'crewMember');
    same([mirror.label, mirror.icon, mirror.settings], ['Space ship', 'IconUsers', { relationType: 'MANY_TO_ONE', onDelete: 'SET_NULL', joinColumnName: 'spaceShipId' }]);
    const ship = await create('rockets', 'createRocket', { name: 'Kaleva' });
    const one = await create('crewMembers', 'createCrewMember', { name: 'Aino', spaceShipId: ship.id });
    same(one.spaceShipId, ship.id);
    same((await expect(200, 'GET', `/rest/rockets/${ship.id}?depth=1`)).data.rocket.crew.map(({ name }) => name), ['Aino']);
    same(sqlOne(`select confdeltype from pg_constraint where conname = 'fk_crewMember_spaceShipId'`), 'n');
    same(sqlOne(`select count(*) from pg_indexes where indexname = 'idx_crewMember_spaceShipId'`), '1');
    await expect(200, 'DELETE', `/rest/rockets/${ship.id}`);
    same((await expect(200, 'GET', `/rest/crewMembers/${one.id}`)).data.crewMember.spaceShipId, null);
  });

  await test('M92 M93 M94 malformed payloads', async () => {
    const post = (payload, more) => ['POST', FIELDS, { objectMetadataId: rocket.id, type: 'RELATION', name: 'pilot', label: 'Pilot', relationCreationPayload: payload, ...more }];
    const good = { type: 'MANY_TO_ONE', targetObjectMetadataId: crew.id, targetFieldLabel: 'Flies', targetFieldIcon: 'IconX' };
    for (const payload of [undefined, null, 'x', [], {}, { ...good, type: undefined }, { ...good, type: 'wrong' }, { ...good, targetObjectMetadataId: 'x' }]) {
      await reported('fieldMetadata', [[MALFORMED, 'Relation creation payload is invalid']], ...post(payload));
    }
    await reported('fieldMetadata', [[MALFORMED, 'Object metadata relation target not found for relation creation payload']], ...post({ ...good, targetObjectMetadataId: uuid() }));
    for (const targetFieldLabel of ['', '  ']) await reported('fieldMetadata', [[INPUT, 'Name is too short'], [INPUT, 'must start with lowercase letter']], ...post({ ...good, targetFieldLabel }));
    await reported('fieldMetadata', [[INPUT, 'Name is too long']], ...post({ ...good, targetFieldLabel: 'a'.repeat(64) }));
    await reported('fieldMetadata', [[INPUT, 'On delete action is only supported for many to one relations']], ...post({ ...good, type: 'ONE_TO_MANY' }, { settings: { onDelete: 'CASCADE' } }));
    await reported('fieldMetadata', [[INPUT, 'On delete action must be one of']], ...post(good, { settings: { onDelete: 'EXPLODE' } }));
    await reported('fieldMetadata', [[INPUT, 'Unique index cannot be created for field pilot of type RELATION']], ...post(good, { isUnique: true }));
  });

  await test('M95 M96 names that are taken on either side', async () => {
    const post = (name, targetFieldLabel, more = {}) => ['POST', FIELDS, { objectMetadataId: rocket.id, type: 'RELATION', name, label: name, relationCreationPayload: { type: 'MANY_TO_ONE', targetObjectMetadataId: crew.id, targetFieldLabel, ...more } }];
    await reported('fieldMetadata', [['NOT_AVAILABLE', 'Name "spaceShip" is not available']], ...post('pilot', 'Space ship'));
    await reported('fieldMetadata', [['NOT_AVAILABLE', 'Name "spaceShipId" is not available as it is already used by another join column name']], ...post('pilot', 'Space ship id'));
    await reported('fieldMetadata', [['NOT_AVAILABLE', 'Name "crew" is not available']], ...post('crew', 'Flies'));
    await makeField(rocket.id, 'TEXT', 'pilotId');
    await reported('fieldMetadata', [['NOT_AVAILABLE', 'Name "pilotId" is not available']], ...post('pilot', 'Flies'));
    await reported('fieldMetadata', [['NOT_AVAILABLE', 'spaceShipId']], 'POST', FIELDS, { objectMetadataId: crew.id, type: 'TEXT', name: 'spaceShipId', label: 'x' });
    await reported('fieldMetadata', [[MALFORMED, 'must differ in their names']], ...post('twin', 'Twin', { targetObjectMetadataId: rocket.id }));
    await reported('fieldMetadata', [[MALFORMED, 'join column']], ...post('twin', 'Twin id', { targetObjectMetadataId: rocket.id }));
  });

  await test('a relation of an object to itself', async () => {
    const parent = await relate(rocket.id, 'parent', 'MANY_TO_ONE', rocket.id, 'Children', { settings: { onDelete: 'CASCADE' } });
    same(parent.settings.onDelete, 'CASCADE');
    const mother = await create('rockets', 'createRocket', { name: 'mother' });
    const child = await create('rockets', 'createRocket', { name: 'child', parentId: mother.id });
    same((await expect(200, 'GET', `/rest/rockets/${mother.id}?depth=1`)).data.rocket.children.map(({ id }) => id), [child.id]);
    same((await patchField(parent.id, { settings: { onDelete: 'RESTRICT' } })).settings.onDelete, 'RESTRICT');
    same((await send('DELETE', `/rest/rockets/${mother.id}`)).status, 400);
    await patchField(parent.id, { name: 'origin' });
    same((await expect(200, 'GET', `/rest/rockets/${child.id}`)).data.rocket.originId, mother.id);
    await reported('fieldMetadata', [['FIELD_MUTATION_NOT_ALLOWED', 'Forbidden updated properties for relation field metadata: defaultValue, isUnique']], 'PATCH', `${FIELDS}/${parent.id}`, { isUnique: true, defaultValue: 'x' });
    same((await remove(FIELDS, parent.id)).deleteOneField.id, parent.id);
    check(!(await objectOf('rocket')).fields.some(({ name }) => ['origin', 'children'].includes(name)), 'both sides are gone');
    same(sqlOne(`select count(*) from pg_attribute where attrelid = 'workspace._rocket'::regclass and attname = 'originId'`), '0');
  });

  await test('custom objects and standard ones lead to each other', async () => {
    const company = await objectOf('company');
    const maker = await relate(rocket.id, 'maker', 'MANY_TO_ONE', company.id, 'Rockets made');
    const firm = await create('companies', 'createCompany', { name: 'Oy' });
    const ship = await create('rockets', 'createRocket', { name: 'r', makerId: firm.id });
    same((await expect(200, 'GET', `/rest/companies/${firm.id}?depth=1`)).data.company.rocketsMade.map(({ id }) => id), [ship.id]);
    const mirror = await mirrorOf('rocketsMade', 'company');
    await remove(FIELDS, mirror.id);
    same((await send('GET', `${FIELDS}/${maker.id}`)).status, 404, 'deleting one side deletes the other');
  });

  await test('M55 M101 renaming objects: morph fields follow, others keep their names', async () => {
    const field = await relate(crew.id, 'favourite', 'MANY_TO_ONE', rocket.id, 'Fans');
    const answer = await expect(201, 'POST', FIELDS, {
      objectMetadataId: crew.id, type: 'MORPH_RELATION', name: 'about', label: 'About',
      morphRelationsCreationPayload: [
        { type: 'MANY_TO_ONE', targetObjectMetadataId: rocket.id, targetFieldLabel: 'Talks' },
        { type: 'MANY_TO_ONE', targetObjectMetadataId: (await objectOf('company')).id, targetFieldLabel: 'Crew talks' },
      ],
    });
    const morph = answer.data.createOneField;
    same([morph.type, morph.name, morph.settings.joinColumnName], ['MORPH_RELATION', 'aboutRocket', 'aboutRocketId']);
    const second = await mirrorOf('aboutCompany', 'crewMember');
    same(second.morphId, morph.morphId);
    const ship = await create('rockets', 'createRocket', { name: 'r' });
    const one = await create('crewMembers', 'createCrewMember', { aboutRocketId: ship.id });
    await patchObject(rocket.id, { nameSingular: 'vessel', namePlural: 'vessels', labelSingular: 'Vessel', labelPlural: 'Vessels' });
    same([(await readField(morph.id)).name, (await readField(morph.id)).settings.joinColumnName], ['aboutVessel', 'aboutVesselId']);
    same((await readField(field.id)).name, 'favourite');
    same((await expect(200, 'GET', `/rest/crewMembers/${one.id}`)).data.crewMember.aboutVesselId, ship.id);
    same((await expect(200, 'GET', `/rest/vessels/${ship.id}?depth=1`)).data.vessel.talks.map(({ id }) => id), [one.id]);
    const person = await objectOf('person');
    await patchField(morph.id, { morphRelationsUpdatePayload: [{ type: 'MANY_TO_ONE', targetObjectMetadataId: person.id, targetFieldLabel: 'Crew talks' }] });
    const third = await mirrorOf('aboutPerson', 'crewMember');
    same(third.morphId, morph.morphId);
    await reported('fieldMetadata', [[MALFORMED, 'must differ']], 'PATCH', `${FIELDS}/${morph.id}`, { morphRelationsUpdatePayload: [{ type: 'MANY_TO_ONE', targetObjectMetadataId: person.id, targetFieldLabel: 'Else' }] });
    await reported('fieldMetadata', [[MALFORMED, 'must not be empty']], 'POST', FIELDS, { objectMetadataId: crew.id, type: 'MORPH_RELATION', name: 'on', label: 'On' });
    await remove(FIELDS, third.id);
    await remove(FIELDS, second.id);
  });

  await test('junctions: a one to many names the field behind which the other side stands', async () => {
    const seat = await makeObject('seat');
    const vessel = await relate(seat.id, 'vessel', 'MANY_TO_ONE', rocket.id, 'Seats');
    const sitter = await relate(seat.id, 'sitter', 'MANY_TO_ONE', crew.id, 'Seats');
    const seats = await mirrorOf('seats', 'vessel');
    same((await patchField(seats.id, { settings: { junctionTargetFieldId: sitter.id } })).settings, { relationType: 'ONE_TO_MANY', junctionTargetFieldId: sitter.id });
    await reported('fieldMetadata', [[INPUT, 'junctionTargetFieldId must be a relation field']], 'PATCH', `${FIELDS}/${seats.id}`, { settings: { junctionTargetFieldId: uuid() } });
    await reported('fieldMetadata', [[INPUT, 'junctionTargetFieldId must be a relation field']], 'PATCH', `${FIELDS}/${vessel.id}`, { settings: { junctionTargetFieldId: sitter.id } });
    await remove(OBJECTS, seat.id);
  });

  await test('objects that lead to each other can be deleted', async () => {
    await relate(rocket.id, 'captain', 'MANY_TO_ONE', crew.id, 'Commands');
    await relate(crew.id, 'home', 'MANY_TO_ONE', rocket.id, 'Inhabitants');
    await remove(OBJECTS, rocket.id);
    await expect(200, 'GET', '/rest/crewMembers?depth=1');
    await remove(OBJECTS, crew.id);
    check(!(await objectOf('company')).fields.some(({ name }) => name === 'crewTalks'), 'a mirror is left over');
  });
});
