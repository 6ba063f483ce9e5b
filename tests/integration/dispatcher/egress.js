// Where deliveries may go: spellings of forbidden addresses, a DNS server that lies, proxies. Whatever reaches the trap,
// which listens on addresses that are not allowed, has escaped.
'use strict';
const assert = require('node:assert');
const fs = require('node:fs');
const net = require('node:net');
const { spawnSync } = require('node:child_process');
const t = require('./tools.js');
const { HostileDns } = require('./dns.js');
const { spellings } = require('./spellings.js');
const { sleep, sql, until } = t;

const ALLOWED = '127.0.0.9';
const NAMESERVER = '127.77.0.1';
const receiver = new t.Receiver();
const trapped = [];
let trapPort;

const listen = (server, port, host) => new Promise((done, fail) => server.once('error', fail).listen({ port, host, ipv6Only: true }, done));
function trap(host) {
  return net.createServer((socket) => {
    trapped.push(host);
    socket.on('error', () => {});
    socket.destroy();
  });
}

// The receiver and the trap have one port, so that a name can lead to either.
receiver.listen = async () => {
  await listen(receiver.server, 0, ALLOWED);
  receiver.port = receiver.server.address().port;
  trapPort = receiver.port;
  await listen(trap('127.0.0.1').unref(), trapPort, '127.0.0.1');
  await listen(trap('127.8.9.10').unref(), trapPort, '127.8.9.10');
  await listen(trap('::1').unref(), trapPort, '::1');
};

const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
const results = async (where) => t.lines(await sql(`select w.description || E'\\t' || coalesce(min(a.error), '') || E'\\t' || coalesce(min(a.status)::text, '') || E'\\t' || coalesce(min(a.response), '')
  from core.webhook w join core.attempt a on a.webhook_id = w.id where ${where} group by w.id, w.description`)).map((line) => line.split('\t'));
const noAddress = (rows) => rows.forEach(([name, , , text]) => assert.ok(!/\d|:|local|hostile|cert/i.test(text), `${name}: ${text}`));

// A webhook for each URL, which is known by its place in the list.
async function webhooksFor(object, urls) {
  await sql(`insert into core.webhook (id, target_url, operations, secret, description, created_at, updated_at) values
    ${urls.map((url, i) => `(gen_random_uuid(), ${quoted(url)}, array['${object}.*'], '', '${object} ${i}', date_trunc('milliseconds', clock_timestamp()), now())`).join(',\n')}`);
}

async function withDns(zone, lines, run) {
  const dns = new HostileDns(zone);
  const file = `${t.env.LOG_FOLDER}/resolv.conf`;
  fs.writeFileSync(file, `nameserver ${NAMESERVER}\noptions ${lines}\n`);
  await dns.listen(NAMESERVER);
  try {
    await run({ wrap: ['unshare', '-m', 'sh', '-c', 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"', 'sh', file] }, dns);
  } finally {
    dns.close();
  }
}

// The machine's own resolver is left alone: the dispatcher gets a resolv.conf of its own in a mount namespace.
function whyNoDns() {
  if (process.getuid() !== 0) return 'needs root, for port 53 and a mount namespace';
  const tried = spawnSync('unshare', ['-m', 'sh', '-c', 'mount --bind /etc/hostname /etc/resolv.conf']);
  return tried.status === 0 ? null : 'mount namespaces are not allowed here';
}

const policy = { egress_allow: `${ALLOWED}/32`, retry_schedule: '1h' };

const zone = {
  fine: (q) => ({ records: q.type === 'A' ? [{ type: 'A', data: ALLOWED }] : [] }),
  loop: (q) => ({ records: q.type === 'A' ? [{ type: 'A', data: '127.0.0.1' }] : [] }),
  loop6: (q) => ({ records: q.type === 'AAAA' ? [{ type: 'AAAA', data: '::1' }] : [] }),
  mapped: (q) => ({ records: q.type === 'AAAA' ? [{ type: 'AAAA', data: '::ffff:7f00:1' }] : [] }),
  nat64: (q) => ({ records: q.type === 'AAAA' ? [{ type: 'AAAA', data: '64:ff9b::7f00:1' }] : [] }),
  metadata: (q) => ({ records: q.type === 'A' ? [{ type: 'A', data: '169.254.169.254' }] : [{ type: 'AAAA', data: 'fd00:ec2::254' }] }),
  split: (q) => ({ records: [q.type === 'A' ? { type: 'A', data: ALLOWED } : { type: 'AAAA', data: '::1' }] }),
  mixed: (q) => ({ records: q.type === 'A' ? ['127.0.0.1', ALLOWED, '127.8.9.10', '10.0.0.1'].map((data) => ({ type: 'A', data })) : [] }),
  rebind: (q, count) => ({ records: q.type === 'A' ? [{ type: 'A', data: count % 2 === 1 ? '127.0.0.1' : ALLOWED }] : [] }),
  chain: (q) => ({ records: q.type === 'A' ? [
    ...[...Array(9).keys()].map((i) => ({ name: i === 0 ? q.name : `step${i}.hostile`, type: 'CNAME', data: `step${i + 1}.hostile` })),
    { name: 'step9.hostile', type: 'A', data: '127.0.0.1' },
  ] : [] }),
  toname: (q) => ({ records: [{ type: 'CNAME', data: 'localhost' }, ...(q.type === 'A' ? [{ name: 'localhost', type: 'A', data: '127.0.0.1' }] : [])] }),
  circle: (q) => ({ records: [{ type: 'CNAME', data: q.name }] }),
  trunc: (q, _, transport) => (transport === 'udp' ? { truncated: true } : { records: q.type === 'A' ? [{ type: 'A', data: '127.0.0.1' }] : [] }),
  many: (q, _, transport) => (transport === 'udp' ? { truncated: true } : { records: q.type === 'A' ? [...Array(500).keys()].map((i) => ({ type: 'A', data: `127.1.${i >> 8}.${i & 255}` })) : [] }),
  later: (q) => ({ records: q.type === 'A' ? [{ type: 'A', data: '127.0.0.1' }] : [], delay: 400 }),
  nx: () => ({ code: 3 }),
  servfail: () => ({ code: 2 }),
  refused: () => ({ code: 5 }),
  empty: () => ({}),
  garbage: () => ({ raw: Buffer.from('no DNS at all, but long enough to look at') }),
  spoof: (q) => ({ id: (q.id + 1) & 0xffff, records: q.type === 'A' ? [{ type: 'A', data: ALLOWED }] : [] }),
  never: () => null,
};
const expected = {
  fine: '204', split: '204', mixed: '204', loop: 'blocked', loop6: 'blocked', mapped: 'blocked', nat64: 'blocked', metadata: 'blocked', chain: 'blocked',
  toname: 'blocked', trunc: 'blocked', many: 'blocked', later: 'blocked', circle: 'dns', nx: 'dns', servfail: 'dns', refused: 'dns', empty: 'dns', garbage: 'dns', spoof: 'dns',
};

const cases = {
  async 'no proxy from the environment'(start) {
    const proxies = {};
    for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY']) proxies[name] = `http://127.0.0.1:${trapPort}`;
    await start(policy, { env: proxies });
    const hook = await t.webhook(receiver, 'direct', { url: `http://${ALLOWED}:${receiver.port}/direct` });
    await sql(t.insertEvents('direct', 1));
    await until('it is here', 5, () => receiver.of(hook.path).length === 1);
    assert.deepEqual(trapped, []);
  },

  async 'a redirect leads nowhere'(start) {
    await start(policy);
    const hook = await t.webhook(receiver, 'moved', { url: `http://${ALLOWED}:${receiver.port}/moved` });
    receiver.behaviours.set(hook.path, (response) => response.writeHead(307, { location: `http://127.0.0.1:${trapPort}/` }).end());
    await sql(t.insertEvents('moved', 1));
    await until('it is recorded', 5, async () => await sql(`select status from core.attempt where webhook_id = '${hook.id}'`) === '307');
    assert.deepEqual(trapped, []);
  },

  async 'a proxy that is set is used, never taken for the receiver, and asked for no forbidden address'(start) {
    const asked = [];
    const proxy = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (bytes) => {
        const head = bytes.toString('latin1');
        asked.push(head);
        if (!head.startsWith(`CONNECT good.test:${receiver.port} `)) {
          socket.end('HTTP/1.1 403 Forbidden\r\nRetry-After: 1\r\nContent-Length: 8\r\n\r\n10.0.0.1');
          return;
        }
        const onward = net.connect(receiver.port, ALLOWED, () => {
          socket.write('HTTP/1.1 200 Connection established\r\nX-Proxy: 1\r\n\r\n');
          onward.pipe(socket).pipe(onward);
        });
        onward.on('error', () => socket.destroy());
      });
    });
    await listen(proxy, 0, '127.0.0.1');
    await start({ ...policy, egress_proxy: `http://me:secret@127.0.0.1:${proxy.address().port}` });
    const urls = [`http://good.test:${receiver.port}/proxied`, 'https://bad.test/', 'http://bad.test/', `http://127.0.0.1:${trapPort}/`, `http://0x7f.1:${trapPort}/`, `http://[::ffff:127.0.0.1]:${trapPort}/`, `http://localhost:${trapPort}/`];
    await webhooksFor('proxied', urls);
    await sql(t.insertEvents('proxied', 1));
    await until('all were tried', 10, async () => (await results(`w.description like 'proxied %'`)).length === urls.length);
    const rows = await results(`w.description like 'proxied %'`);
    assert.deepEqual(rows.map(([name, error, status]) => [Number(name.split(' ')[1]), error || status]).sort((a, b) => a[0] - b[0]).map(([, what]) => what), ['204', 'proxy', 'proxy', 'blocked', 'blocked', 'blocked', 'blocked']);
    noAddress(rows);
    assert.equal(asked.length, 3);
    assert.ok(asked.every((head) => /^CONNECT \S+ HTTP/.test(head) && /proxy-authorization: basic/i.test(head) && !/webhook/i.test(head.replace(/user-agent.*/i, ''))), asked[0]);
    assert.ok(!('proxy-authorization' in receiver.of('/proxied')[0].headers));
    assert.deepEqual(trapped, []);
    proxy.close();
  },
};

const dnsCases = {
  async 'hundreds of spellings of forbidden addresses: none is connected to'(start) {
    await withDns({}, 'timeout:1 attempts:1', async (how) => {
      await start(policy, how);
      const urls = spellings(trapPort);
      assert.ok(urls.length >= 500, `${urls.length} spellings`);
      await webhooksFor('spelt', urls);
      await sql(t.insertEvents('spelt', 1));
      await until('all were tried', 30, async () => Number(await sql(`select count(distinct webhook_id) from core.attempt a join core.webhook w on w.id = a.webhook_id where w.description like 'spelt %'`)) === urls.length);
      const rows = await results(`w.description like 'spelt %'`);
      for (const [name, error] of rows) assert.ok(['blocked', 'url', 'dns', 'protocol'].includes(error), `${urls[name.split(' ')[1]]}: ${error}`);
      assert.ok(rows.filter(([, error]) => error === 'blocked').length > urls.length / 2);
      noAddress(rows);
      assert.deepEqual(trapped, []);
      console.log(`# ${urls.length} spellings`);
    });
  },

  async 'a DNS server that lies leads nowhere'(start) {
    await withDns(zone, 'timeout:1 attempts:1', async (how, dns) => {
      await start({ ...policy, delivery_timeout: '2s' }, how);
      const names = Object.keys(expected);
      await webhooksFor('lied', names.map((name) => `http://${name}.hostile:${receiver.port}/lied-${name}`));
      await sql(t.insertEvents('lied', 1));
      await until('all were tried', 20, async () => (await results(`w.description like 'lied %'`)).length === names.length);
      const rows = await results(`w.description like 'lied %'`);
      const found = Object.fromEntries(rows.map(([name, error, status]) => [names[name.split(' ')[1]], error || status]));
      for (const name of names) assert.equal(found[name], expected[name], name);
      noAddress(rows.filter(([, error]) => error));
      assert.deepEqual(trapped, []);
      assert.ok(dns.counts.size >= names.length);
    });
  },

  async 'a name that changes its mind is judged by the address that it is connected to'(start) {
    await withDns(zone, 'timeout:1 attempts:1', async (how) => {
      await start({ ...policy, retry_schedule: '100ms,100ms,100ms' }, how);
      receiver.behaviours.set('/rebind', (response) => response.writeHead(500, { connection: 'close' }).end());
      await webhooksFor('rebind', [...Array(30).keys()].map((i) => `http://rebind-${i >> 1}.hostile:${receiver.port}/rebind`));
      await sql(t.insertEvents('rebind', 3));
      await until('all were tried', 20, async () => Number(await sql(`select count(*) from core.attempt a join core.webhook w on w.id = a.webhook_id where w.description like 'rebind %'`)) >= 150);
      const rows = await results(`w.description like 'rebind %'`);
      for (const [name, error, status] of rows) assert.ok(error === 'blocked' || status === '500', `${name}: ${error}`);
      assert.deepEqual(trapped, []);
    });
  },

  async 'look-ups that hang hold up nobody, and a stop does not wait for them'(start) {
    await withDns(zone, 'timeout:5 attempts:2', async (how) => {
      const dispatcher = await start({ ...policy, delivery_timeout: '300ms', drain_timeout: '500ms', retry_schedule: '200ms,200ms,200ms' }, how);
      await webhooksFor('hang', [...Array(20).keys()].map((i) => `http://never-${i}.hostile:${receiver.port}/hang`));
      const hook = await t.webhook(receiver, 'swift', { url: `http://${ALLOWED}:${receiver.port}/swift` });
      await sql(t.insertEvents('hang', 1));
      let most = 0;
      for (let i = 1; i <= 20; i++) {
        const begun = Date.now();
        await sql(t.insertEvents('swift', 1));
        await until('the other one is here', 3, () => receiver.of(hook.path).length === i);
        most = Math.max(most, Date.now() - begun);
        await sleep(50);
      }
      assert.ok(most < 1500, `${most} ms`);
      assert.ok((await results(`w.description like 'hang %'`)).every(([, error]) => error === 'timeout' || error === 'dns'));
      const begun = Date.now();
      assert.equal(await dispatcher.stop(), 0);
      assert.ok(Date.now() - begun < 2500, `${Date.now() - begun} ms to stop`);
    });
  },
};

const why = whyNoDns();
if (why) Object.keys(dnsCases).forEach((name) => console.log(`skip ${name}: ${why}`));
t.runCases(why ? cases : { ...cases, ...dnsCases }, receiver);
