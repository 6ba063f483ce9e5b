// Receivers at their worst. In every case a good one is served all along, and the dispatcher stays small.
'use strict';
const assert = require('node:assert');
const fs = require('node:fs');
const net = require('node:net');
const zlib = require('node:zlib');
const t = require('./tools.js');
const { sleep, sql, until } = t;

const receiver = new t.Receiver();
// Sanitizers need several times as much.
const roomy = fs.readFileSync(t.env.DISPATCHER).includes('__asan_init') ? 20 : 1;
const MEMORY_MB = 48 * roomy;

// Answers on bare sockets: `answers` has a function for each path, called when a request is whole.
const answers = new Map();
const server = net.createServer((socket) => {
  let seen = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    seen = Buffer.concat([seen, bytes]);
    const end = seen.indexOf('\r\n\r\n');
    const head = seen.toString('latin1', 0, Math.max(end, 0));
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    const [, path] = head.split(' ');
    if (end >= 0 && answers.get(path)?.early) answers.get(path)(socket, (seen = Buffer.alloc(0)));
    else if (end >= 0 && seen.length >= end + 4 + length) {
      seen = seen.subarray(end + 4 + length);
      answers.get(path)?.(socket);
    }
  });
});

const listenThere = receiver.listen.bind(receiver);
receiver.listen = async () => {
  await listenThere();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  server.unref();
};

async function bad(name, answer, options = {}) {
  answers.set(`/${name}`, answer);
  return t.webhook(receiver, name, { url: `http://127.0.0.1:${server.address().port}/${name}`, ...options });
}
const outcomes = async (hook) => t.lines(await sql(`select outcome || ' ' || coalesce(error, status::text) from core.attempt where webhook_id = '${hook.id}' order by started_at, attempt`));
const recorded = (hook, seconds = 30) => until(`${hook.name} is recorded`, seconds, async () => (await outcomes(hook)).length > 0);
const memoryMb = (dispatcher) => Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${dispatcher.child.pid}/status`, 'utf8'))[1]) / 1024;

// Once only, so that what is recorded is what the first attempt met.
const once = { retry_schedule: '1h', delivery_timeout: '1s' };

// Runs `meanwhile` while a good receiver gets an event every 50 ms, each of which must be there soon.
async function besides(dispatcher, name, meanwhile) {
  const good = await t.webhook(receiver, `good-${name}`);
  let running = true;
  let most = 0;
  const serving = (async () => {
    for (let i = 1; running; i++) {
      const begun = Date.now();
      await sql(t.insertEvents(`good-${name}`, 1));
      await until('the good one is served', 10, () => receiver.of(good.path).length >= i);
      most = Math.max(most, Date.now() - begun);
      await sleep(50);
    }
  })();
  serving.catch(() => {}); // told below
  try {
    await meanwhile();
  } finally {
    running = false;
  }
  await serving;
  assert.ok(most < 4000, `the good one waited for ${most} ms`);
  assert.ok(memoryMb(dispatcher) < MEMORY_MB, `${memoryMb(dispatcher)} MB`);
}

// Sends its answer in pieces and is done.
const say = (...pieces) => (socket) => pieces.forEach((piece, i) => (i === pieces.length - 1 ? socket.end(piece) : socket.write(piece)));
const endlessly = (first, piece, every = 0) => (socket) => {
  socket.write(first);
  const more = () => {
    if (socket.destroyed) return;
    if (every > 0) {
      socket.write(piece);
      setTimeout(more, every);
    } else {
      while (!socket.destroyed && socket.write(piece));
    }
  };
  socket.on('drain', more);
  more();
};

const garbage = {
  nothing: '', newline: '\r\n', word: 'hello', binary: Buffer.from([0, 1, 2, 255, 254, 0, 10, 13, 10, 13, 10]), html: '<html>200 OK</html>', tls: Buffer.from('15030300020228', 'hex'),
  http9: 'HTTP/0.9 200 OK\r\n\r\n', http3: 'HTTP/3.7 200 OK\r\n\r\n', letters: 'HTTP/1.1 abc OK\r\n\r\n', negative: 'HTTP/1.1 -200 OK\r\n\r\n', long: 'HTTP/1.1 20000 OK\r\n\r\n', short: 'HTTP/1.1 20\r\n\r\n',
  zero: 'HTTP/1.1 000 OK\r\n\r\n', glued: 'HTTP/1.1200 OK\r\n\r\n', ssh: 'SSH-2.0-OpenSSH_9.2\r\n', smtp: '220 mail ready\r\n', icy: 'ICY 200 OK\r\n\r\n', rtsp: 'RTSP/1.0 200 OK\r\n\r\n',
};
// A status came, and it decides.
const odd = {
  'no-end': ['HTTP/1.1 200 OK\r\n', '200'], 'bad-length': ['HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n', '200'], 'two-lengths': ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello', '200'],
  'huge-length': ['HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nhello', '200'], 'short-body': ['HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello', '200'],
  'bad-chunk': ['HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello', '500'], 'huge-chunk': ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nx', '200'],
  'no-colon': ['HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 0\r\n\r\n', '200'], nul: ['HTTP/1.1 503 No\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n', '503'], lf: ['HTTP/1.1 200 OK\nContent-Length: 0\n\n', '200'],
  'bad-encoding': ['HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello', '200'], unknown: ['HTTP/1.1 200 OK\r\nTransfer-Encoding: frob\r\n\r\nhello', '200'], 'no-reason': ['HTTP/1.1 204\r\n\r\n', '204'],
  http10: ['HTTP/1.0 200 OK\r\n\r\nhello', '200'], 'hints-first': ['HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n', '204'], 'continue-first': ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n', '503'],
  moved: ['HTTP/1.1 308 Moved\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n', '308'], s999: ['HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n', '999'],
};

const cases = {
  async 'answers that are none'(start) {
    const dispatcher = await start(once);
    await besides(dispatcher, 'garbage', async () => {
      const hooks = [];
      for (const [name, bytes] of Object.entries(garbage)) hooks.push(await bad(`garbage-${name}`, say(bytes), { object: 'garbage' }));
      await sql(t.insertEvents('garbage', 1));
      for (const hook of hooks) {
        await recorded(hook);
        assert.match((await outcomes(hook))[0], /^failed (reset|protocol|too_large|timeout)$/, hook.name);
      }
    });
  },

  async 'answers that begin well'(start) {
    const dispatcher = await start(once);
    await besides(dispatcher, 'odd', async () => {
      const hooks = [];
      for (const [name, [bytes, status]] of Object.entries(odd)) hooks.push([await bad(`odd-${name}`, say(bytes), { object: 'odd' }), status]);
      await sql(t.insertEvents('odd', 1));
      for (const [hook, status] of hooks) {
        await recorded(hook);
        assert.equal((await outcomes(hook))[0], `${status.startsWith('2') ? 'delivered' : 'failed'} ${status}`, hook.name);
      }
    });
  },

  async 'a connection that ends at each byte of the answer'(start) {
    const dispatcher = await start(once);
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Header: value\r\n\r\nhello';
    await besides(dispatcher, 'cut', async () => {
      const hooks = [];
      for (const how of ['reset', 'end']) {
        for (let i = 0; i <= answer.length; i++) {
          const cut = (socket) => socket.write(answer.slice(0, i), () => setTimeout(() => (how === 'reset' ? socket.resetAndDestroy() : socket.end()), 20));
          hooks.push([i, await bad(`cut-${how}-${i}`, cut, { object: 'cut' })]);
        }
      }
      await sql(t.insertEvents('cut', 1));
      for (const [i, hook] of hooks) {
        await recorded(hook);
        const [outcome] = await outcomes(hook);
        const whole = i >= answer.indexOf('\r\n') + 2;
        // Up to the end of the status line the status is not sure; behind it, it is.
        if (whole) assert.equal(outcome, 'delivered 200', hook.name);
        else if (i < 'HTTP/1.1 200'.length) assert.match(outcome, /^failed (reset|protocol)$/, hook.name);
        else assert.match(outcome, /^(failed (reset|protocol)|delivered 200)$/, hook.name);
      }
    });
  },

  async 'answers without end: header lines, a header, interim answers, bodies, chunks'(start) {
    const dispatcher = await start(once);
    const lots = 'x'.repeat(16384);
    await besides(dispatcher, 'endless', async () => {
      const expected = {
        lines: [endlessly('HTTP/1.1 200 OK\r\n', 'X-Header: value\r\n'.repeat(500)), 'delivered 200'], header: [endlessly('HTTP/1.1 200 OK\r\nX: ', lots), 'delivered 200'],
        interim: [endlessly('', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(500)), 'failed too_large'], hints: [endlessly('', `HTTP/1.1 103 Hints\r\nX: ${'y'.repeat(60000)}\r\n\r\n`), 'failed too_large'],
        first: [endlessly('', lots), /^failed (protocol|too_large)$/], body: [endlessly('HTTP/1.1 503 No\r\n\r\n', lots), 'failed 503'],
        chunks: [endlessly('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', `4000\r\n${lots}\r\n`), 'delivered 200'], extension: [endlessly('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;', lots), 'delivered 200'],
        trailers: [endlessly('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n', 'X-Trailer: value\r\n'.repeat(500)), 'delivered 200'],
      };
      const hooks = [];
      for (const [name, [answer, outcome]] of Object.entries(expected)) hooks.push([await bad(`endless-${name}`, answer, { object: 'endless' }), outcome]);
      await sql(t.insertEvents('endless', 1));
      for (const [hook, outcome] of hooks) {
        await recorded(hook);
        const [found] = await outcomes(hook);
        if (typeof outcome === 'string') assert.equal(found, outcome, hook.name);
        else assert.match(found, outcome, hook.name);
      }
    });
  },

  async 'answers that come a byte at a time, stop, or do not come at all'(start) {
    const dispatcher = await start(once);
    await besides(dispatcher, 'slow', async () => {
      const slowly = (text) => (socket) => {
        let i = 0;
        const timer = setInterval(() => (socket.destroyed || i === text.length ? clearInterval(timer) : socket.write(text[i++])), 100);
      };
      const expected = {
        status: [slowly('HTTP/1.1 200 OK\r\n\r\n'), 'failed timeout'], silent: [() => {}, 'failed timeout'], headers: [endlessly('HTTP/1.1 200 OK\r\n', 'X: y\r\n', 50), 'delivered 200'],
        interim: [endlessly('', 'HTTP/1.1 102 Processing\r\n\r\n', 50), 'failed timeout'], body: [endlessly('HTTP/1.1 500 No\r\nContent-Length: 1000000\r\n\r\n', 'x', 50), 'failed 500'],
      };
      const hooks = [];
      for (const [name, [answer, outcome]] of Object.entries(expected)) hooks.push([await bad(`slow-${name}`, answer, { object: 'slow' }), outcome]);
      await sql(t.insertEvents('slow', 1));
      for (const [hook, outcome] of hooks) {
        await recorded(hook);
        assert.equal((await outcomes(hook))[0], outcome, hook.name);
      }
    });
  },

  async 'a gzip bomb stays packed'(start) {
    const dispatcher = await start(once);
    const bomb = zlib.gzipSync(Buffer.alloc(200 * 1024 * 1024), { level: 9 });
    await besides(dispatcher, 'bomb', async () => {
      const hook = await bad('bomb', (socket) => socket.end(Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`), bomb])));
      const chunked = await bad('bomb2', (socket) => socket.end(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'), Buffer.from(`${bomb.length.toString(16)}\r\n`), bomb])), { object: 'bomb' });
      await sql(t.insertEvents('bomb', 1));
      for (const one of [hook, chunked]) {
        await recorded(one);
        assert.deepEqual(await outcomes(one), ['delivered 200'], one.name);
      }
    });
  },

  async 'what follows an answer is not the next one'(start) {
    const dispatcher = await start(once);
    await besides(dispatcher, 'excess', async () => {
      const gone = 'HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n';
      const fine = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
      const together = await bad('excess-together', (socket) => socket.write(fine + gone), { object: 'excess' });
      const after = await bad('excess-after', (socket) => socket.write(fine, () => setTimeout(() => socket.write(gone), 30)), { object: 'excess' });
      for (let i = 1; i <= 8; i++) {
        await sql(t.insertEvents('excess', 1));
        for (const hook of [together, after]) await until(`${i} are recorded`, 20, async () => (await outcomes(hook)).length === i);
        await sleep(60);
      }
      for (const hook of [together, after]) assert.deepEqual(await outcomes(hook), Array(8).fill('delivered 200'), hook.name);
    });
  },

  async 'a kept connection that was reset is not used, and one that dies under a request costs one repetition at most'(start) {
    const dispatcher = await start({ ...once, retry_schedule: '100ms' });
    const fine = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
    const reset = await bad('kept-reset', (socket) => socket.write(fine, () => setTimeout(() => socket.resetAndDestroy(), 5)));
    for (let i = 1; i <= 10; i++) {
      await sql(t.insertEvents('kept-reset', 1));
      await until(`${i} are recorded`, 20, async () => (await outcomes(reset)).length === i);
    }
    assert.deepEqual(await outcomes(reset), Array(10).fill('delivered 200'));

    let requests = 0;
    const used = new WeakSet();
    const dying = await bad('kept-dying', (socket) => {
      requests++;
      if (used.has(socket)) socket.destroy();
      else setTimeout(() => socket.write(fine), 30);
      used.add(socket);
    }, { columns: { delivery_order: 'none' } });
    await sql(t.insertEvents('kept-dying', 40));
    await until('there are kept connections', 20, async () => (await outcomes(dying)).filter((one) => one === 'delivered 200').length === 40);
    await sleep(300);
    const before = (await outcomes(dying)).length;
    const resends = await dispatcher.metric('portti_delivery_resends_total');
    requests = 0;
    await sql(t.insertEvents('kept-dying', 1));
    await until('one more is recorded', 20, async () => (await outcomes(dying)).filter((one) => one === 'delivered 200').length === 41);
    const attempts = (await outcomes(dying)).length - before;
    assert.ok(requests <= 2 * attempts, `${requests} requests in ${attempts} attempts`);
    assert.equal(await dispatcher.metric('portti_delivery_resends_total') - resends, requests - attempts);
  },

  async 'a receiver that answers before it has read, and one that never reads'(start) {
    const dispatcher = await start(once);
    const early = Object.assign((socket) => socket.end('HTTP/1.1 413 Too much\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'), { early: true });
    const never = Object.assign((socket) => socket.pause(), { early: true });
    await besides(dispatcher, 'early', async () => {
      const hooks = [[await bad('early-413', early, { object: 'early' }), 'failed 413'], [await bad('early-never', never, { object: 'early' }), 'failed timeout']];
      await sql(t.insertEvents('early', 1).replace('<b>', `'||repeat('y', 900000)||'`));
      for (const [hook, outcome] of hooks) {
        await recorded(hook);
        assert.equal((await outcomes(hook))[0], outcome, hook.name);
      }
    });
  },

  async 'Retry-After of ten years, and other wishes'(start) {
    const dispatcher = await start({ retry_schedule: '5s,1h', retry_jitter: '0' });
    const inTenYears = new Date(Date.now() + 10 * 365 * 86400e3).toUTCString();
    // The most is a day; the least what the schedule says.
    const wishes = { years: ['315360000', 86400], date: [inTenYears, 86400], more: ['99999999999999999999', 86400], past: ['Thu, 01 Jan 1970 00:00:00 GMT', 5], none: ['soon', 5], negative: ['-5', 5], hour: ['3600', 3600], zero: ['0', 5], fraction: ['1.5', 5] };
    await besides(dispatcher, 'wish', async () => {
      const hooks = [];
      for (const [name, [value, seconds]] of Object.entries(wishes)) hooks.push([await bad(`wish-${name}`, say(`HTTP/1.1 503 No\r\nRetry-After: ${value}\r\nContent-Length: 0\r\n\r\n`), { object: 'wish' }), seconds]);
      await sql(t.insertEvents('wish', 1));
      for (const [hook, seconds] of hooks) {
        await recorded(hook);
        const wait = Number(await sql(`select extract(epoch from next_at - started_at) from core.attempt where webhook_id = '${hook.id}' order by started_at limit 1`));
        assert.ok(wait > seconds - 0.1 && wait < seconds + 2, `${hook.name}: ${wait} s`);
      }
    });
  },

  async 'URLs that are none'(start) {
    const dispatcher = await start(once);
    const urls = ['', ' ', 'http://', 'http:///x', 'http://[', 'http://[::1', 'http://a b/', 'http://127.0.0.1:99999/', 'http://127.0.0.1:-1/', 'http://127.0.0.1:x/', 'javascript:alert(1)', 'file:///etc/passwd', 'ftp://127.0.0.1/',
      'gopher://127.0.0.1/', 'mailto:a@b.c', '/x', 'http', `http://${'a'.repeat(70)}.invalid/`, `http://${'a.'.repeat(200)}invalid/`, 'http://%zz/', 'http://a..b/', 'http://.../', 'http://\u{1f600}.invalid/', `http://127.0.0.1:1/${'x'.repeat(100000)}`,
      'http://user:pa ss@127.0.0.1:1/', 'http://127.0.0.1:1/\r\nX-Injected: 1', 'HTTP://NOBODY.INVALID/', 'http://127.0.0.1:1/?q=\t', 'unix:/tmp/x', 'http+unix://x/'];
    await besides(dispatcher, 'urls', async () => {
      const hooks = [];
      for (const [i, url] of urls.entries()) hooks.push(await t.webhook(receiver, `urls-${i}`, { url, object: 'urls' }));
      await sql(t.insertEvents('urls', 1));
      for (const [i, hook] of hooks.entries()) {
        await recorded(hook);
        assert.match((await outcomes(hook))[0], /^failed (url|dns|protocol|refused|blocked|timeout)$/, JSON.stringify(urls[i].slice(0, 80)));
      }
    });
  },

  async 'ten thousand webhooks for one event, and all deleted with their retries waiting'(start) {
    const dispatcher = await start({ retry_schedule: '1h', delivery_timeout: '30s' }); // the receiver is one process
    const target = `http://127.0.0.1:${receiver.port}/crowd`;
    await sql(`insert into core.webhook (id, target_url, operations, secret, created_at, updated_at)
      select gen_random_uuid(), '${target}' || n % 2, array['crowd.*'], '', date_trunc('milliseconds', clock_timestamp()), now() from generate_series(1, 10000) n`);
    receiver.behaviours.set('/crowd1', (response) => response.writeHead(500).end());
    await sleep(300);
    await sql(t.insertEvents('crowd', 1));
    const begun = Date.now();
    await until('all have been asked', 60, () => receiver.of('/crowd0').length >= 5000 && receiver.of('/crowd1').length >= 5000);
    console.log(`# 10,000 webhooks for one event: ${Date.now() - begun} ms, ${memoryMb(dispatcher).toFixed(0)} MB`);
    await until('the failed ones wait', 30, async () => await sql('select count(*) from core.pending') === '5000');
    await sql(`update core.webhook set deleted_at = now() where 'crowd.*' = any(operations)`);
    await until('nothing waits any more', 30, async () => await sql('select count(*) from core.pending') === '0');
    assert.equal(receiver.of('/crowd0').length, 5000);
    assert.ok(memoryMb(dispatcher) < 150 * roomy, `${memoryMb(dispatcher)} MB`);
  },
};

t.runCases(cases, receiver);
