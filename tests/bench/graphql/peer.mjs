// PostGraphile over the same tables, in one process: peer.mjs PORT, with PORTTI_DATABASE_URL.
import { createServer } from 'node:http';
import { grafserv } from 'postgraphile/grafserv/node';
import { makePgService } from 'postgraphile/adaptors/pg';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { postgraphile } from 'postgraphile';

const preset = {
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ connectionString: process.env.PORTTI_DATABASE_URL, schemas: ['workspace'], poolConfig: { max: 16 } })],
  grafserv: { graphiql: false, watch: false, graphqlPath: '/graphql', maxRequestLength: 100000 },
  grafast: { explain: false },
};

process.env.NODE_ENV = 'production';
const instance = postgraphile(preset);
const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('ready'));
