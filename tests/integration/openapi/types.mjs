// Types made from the document by openapi-typescript: a client is compiled with them, and makes real calls.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { check, expect, KEY, main, test, URL_BASE } from '../rest/lib.mjs';

const folder = path.join(process.env.PORTTI_TEST_DATA, 'types');
const here = path.dirname(new URL(import.meta.url).pathname);

function compile(names) {
  const program = ts.createProgram(names, {
    target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, strict: true, noEmitOnError: true,
    exactOptionalPropertyTypes: true, outDir: folder, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'], types: [],
  });
  const found = ts.getPreEmitDiagnostics(program).concat(program.emit().diagnostics);
  return found.map((one) => `${one.file ? path.basename(one.file.fileName) : ''}:${one.file ? one.file.getLineAndCharacterOfPosition(one.start).line + 1 : ''} ${ts.flattenDiagnosticMessageText(one.messageText, ' ')}`);
}

main(120, async () => {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  await test('types are made of both documents', async () => {
    for (const name of ['core', 'metadata']) {
      const document = await expect(200, 'GET', `/rest/open-api/${name}`);
      fs.writeFileSync(path.join(folder, `${name}.ts`), astToString(await openapiTS(document)));
    }
  });
  await test('a client compiles with them', async () => {
    fs.copyFileSync(path.join(here, 'client.ts'), path.join(folder, 'client.ts'));
    const found = compile([path.join(folder, 'client.ts')]);
    check(found.length === 0, found.slice(0, 5).join('; '));
  });
  await test('and makes real calls', async () => {
    const said = execFileSync('node', [path.join(folder, 'client.js')], { encoding: 'utf8', env: { ...process.env, PORTTI_URL: URL_BASE, PORTTI_API_KEY: KEY } });
    check(said.trim().endsWith('done'), said);
  });
});
