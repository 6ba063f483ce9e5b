// What the themes here share: the command line.
import { spawnSync } from 'node:child_process';

export const ROOT = new URL('../../..', import.meta.url).pathname;

// Runs `gateway ARGS…`; resolves with status, out and err. `database` names another database than the servers' own.
export function gateway(args, { database = process.env.PORTTI_DATABASE_URL, input } = {}) {
  const all = [...args, '--set', `schema_dir=${ROOT}config/schema`, '--set', `model_file=${ROOT}config/model/standard.json`];
  const result = spawnSync(process.env.PORTTI_GATEWAY, all, { encoding: 'utf8', input, env: { ...process.env, PORTTI_DATABASE_URL: database } });
  if (/AddressSanitizer|runtime error:|LeakSanitizer/.test(result.stderr)) throw new Error(result.stderr);
  return { status: result.status, out: result.stdout, err: result.stderr };
}

// Another database of the same server.
export const databaseUrl = (name) => process.env.PORTTI_DATABASE_URL.replace(/\/[^/?]*(\?|$)/, `/${name}$1`);
