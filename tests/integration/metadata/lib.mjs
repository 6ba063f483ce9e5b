// What the files of this theme share, on top of ../rest/lib.mjs.
import { check, expect, fail, same, send } from '../rest/lib.mjs';

export * from '../rest/lib.mjs';
export const SECOND = process.env.PORTTI_SECOND_URL;
export const OBJECTS = '/rest/metadata/objects';
export const FIELDS = '/rest/metadata/fields';

export async function objectOf(singular) {
  const { data } = await expect(200, 'GET', `${OBJECTS}?limit=200`);
  return data.objects.find(({ nameSingular }) => nameSingular === singular);
}
export async function makeObject(singular, plural = `${singular}s`, more = {}) {
  const body = { nameSingular: singular, namePlural: plural, labelSingular: singular, labelPlural: plural, ...more };
  return (await expect(201, 'POST', OBJECTS, body)).data.createOneObject;
}
export async function readObject(id) {
  return (await expect(200, 'GET', `${OBJECTS}/${id}`)).data.object;
}
export async function readField(id) {
  return (await expect(200, 'GET', `${FIELDS}/${id}`)).data.field;
}
export async function makeField(objectMetadataId, type, name, more = {}) {
  return (await expect(201, 'POST', FIELDS, { objectMetadataId, type, name, label: name, ...more })).data.createOneField;
}
export async function patchField(id, body) {
  return (await expect(200, 'PATCH', `${FIELDS}/${id}`, body)).data.updateOneField;
}
export async function patchObject(id, body) {
  return (await expect(200, 'PATCH', `${OBJECTS}/${id}`, body)).data.updateOneObject;
}
export async function remove(base, id) {
  return (await expect(200, 'DELETE', `${base}/${id}`)).data;
}
export const relate = (objectMetadataId, name, type, target, targetFieldLabel, more = {}) =>
  makeField(objectMetadataId, 'RELATION', name, {
    relationCreationPayload: { type, targetObjectMetadataId: target, targetFieldLabel, targetFieldIcon: 'IconUsers' },
    ...more,
  });

// A report of what is wrong (contract 1.6): `wanted` are [code, part of the message] that must be in it.
export async function reported(kind, wanted, method, path, body) {
  const answer = await send(method, path, body);
  const where = `${method} ${path} ${JSON.stringify(body)}: ${answer.status} ${answer.text.slice(0, 400)}`;
  check(answer.status === 400, where);
  const report = answer.json;
  same([report.statusCode, report.error], [400, 'METADATA_VALIDATION_ERROR'], where);
  const errors = (report.errors?.[kind] ?? []).flatMap((entry) => entry.errors);
  if (errors.length === 0) fail(`no errors of ${kind}: ${where}`);
  same(report.summary.totalErrors, Object.values(report.errors).flat().length, `totalErrors of ${where}`);
  for (const [code, message] of wanted) {
    check(errors.some((error) => error.code === code && error.message.includes(message)), `no ${code} ${message} in ${where}`);
  }
  return errors;
}
