// Some hundreds of ways to write the URL of an address that may not be delivered to.
'use strict';

const hex = (n) => n.toString(16);
const oct = (n) => `0${n.toString(8)}`;
const wide = (text) => [...text].map((c) => (c >= '0' && c <= '9' ? String.fromCharCode(0xff10 + Number(c)) : c === '.' ? '。' : c)).join('');
const circled = (text) => [...text].map((c) => (c >= '1' && c <= '9' ? String.fromCodePoint(0x2460 + Number(c) - 1) : c)).join('');
const escaped = (text) => [...text].map((c) => `%${hex(c.charCodeAt(0))}`).join('');

function ipv4Hosts(address) {
  const [a, b, c, d] = address.split('.').map(Number);
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const h = (n) => `0x${hex(n)}`;
  return [
    address, `${address}.`, `${whole}`, h(whole), h(whole).toUpperCase().replace('0X', '0x'), h(whole).toUpperCase(), oct(whole),
    `0x${hex(whole).padStart(16, '0')}`, `${oct(whole).padStart(20, '0')}`, `${whole}.`,
    [a, b, c, d].map(h).join('.'), [a, b, c, d].map(oct).join('.'), [a, b, c, d].map((n) => h(n).toUpperCase()).join('.'),
    [a, b, c, d].map((n) => oct(n).padStart(8, '0')).join('.'), [a, b, c, d].map((n) => `0x${hex(n).padStart(8, '0')}`).join('.'),
    `${a}.${(b * 256 + c) * 256 + d}`, `${h(a)}.${h((b * 256 + c) * 256 + d)}`, `${oct(a)}.${oct((b * 256 + c) * 256 + d)}`,
    `${a}.${b}.${c * 256 + d}`, `${h(a)}.${oct(b)}.${c * 256 + d}`, `${oct(a)}.${b}.${h(c * 256 + d)}`,
    `${a}.${h(b)}.${c}.${oct(d)}`, `${h(a)}.${b}.${c}.${d}`, `${oct(a)}.${b}.${c}.${d}`, `${a}.${b}.${c}.${h(d)}`,
    `${a}.${b}.${c}.${d + 256}`, `${a + 256}.${b}.${c}.${d}`, `${whole + 2 ** 32}`, `${a}..${b}.${c}.${d}`, `${address}..`, `.${address}`,
    wide(address), wide(`${whole}`), circled(address), address.replaceAll('.', '。'), address.replaceAll('.', '．'), address.replaceAll('.', '｡'),
    escaped(address), address.replaceAll('.', '%2e'), `${address}%00`, `${address}%20`, `${address}\u00ad`, `\u200b${address}`,
    `${address}.0`, `-${address}`, `+${whole}`, `${address}_`, `${a}.${b}.${c}.${d} `, `${a}.${b}.\t${c}.${d}`,
  ];
}

function ipv6Hosts(address) {
  const [a, b, c, d] = address.split('.').map(Number);
  const [high, low] = [hex(a * 256 + b), hex(c * 256 + d)];
  const out = [hex((~(a * 256 + b)) & 0xffff), hex((~(c * 256 + d)) & 0xffff)];
  return [
    `[::ffff:${address}]`, `[::ffff:${high}:${low}]`, `[0:0:0:0:0:ffff:${high}:${low}]`, `[0000:0000:0000:0000:0000:FFFF:${high}:${low}]`,
    `[::${address}]`, `[::${high}:${low}]`, `[::ffff:0:${address}]`, `[64:ff9b::${address}]`, `[64:ff9b::${high}:${low}]`,
    `[64:ff9b:1::${high}:${low}]`, `[64:ff9b:1:${high}:${low}::]`, `[2002:${high}:${low}::]`, `[2002:${high}:${low}::1]`,
    `[2001:0:${high}:${low}::1]`, `[2001:0:808:808:0:0:${out[0]}:${out[1]}]`, `[2606:4700::5efe:${address}]`, `[2606:4700::200:5efe:${address}]`,
    `[::ffff:${address}%25lo]`, `[::ffff:${address}%lo]`, `[::FFFF:${high}:${low}]`, `[::ffff:${address}`, `::ffff:${address}`,
  ];
}

const others = [
  '[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[0000::0001]', '[::0001]', '[0::1]', '[::1%25lo]', '[::1%lo]', '[fe80::1]', '[fe80::1%25eth0]', '[fe80::1%eth0]',
  '[febf::1]', '[fec0::1]', '[fc00::1]', '[fd00:ec2::254]', '[ff02::1]', '[ff05::2]', '[100::1]', '[2001:db8::1]', '[2001:2::1]', '[2001:10::1]',
  '[3fff::1]', '[5f00::1]', '[4000::1]', '[2620:4f:8000::1]', '[2001:4:112::1]', 'localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'x.LocalHost.',
  'loc%61lhost', 'ⓛocalhost', '', ':', '[', '[]', '[1]', '@', '[::1', '::1]', '%31%32%37.0.0.1', '0', '0x', '0x.0x.0x.0x', '00', '0.', '1', '0x7f.1', '127.1', '127.0.1',
];

const addresses = ['127.0.0.1', '127.8.9.10', '10.1.2.3', '169.254.169.254', '192.168.0.1', '172.16.5.4', '100.64.0.1', '168.63.129.16', '0.0.0.0'];

// `port` listens on the loopback addresses; whatever reaches it has escaped.
function spellings(port) {
  const hosts = [...addresses.flatMap((one) => [...ipv4Hosts(one), ...ipv6Hosts(one)]), ...others];
  const urls = hosts.map((host) => `http://${host}:${port}/x`);
  for (const address of ['127.0.0.1', '[::1]']) {
    for (const front of ['example.com@', 'user:pass@', 'example.com:80@', 'example.com%2f@', 'example.com#@', 'example.com%23@', '@@', 'a@b@', '%40@', 'example.com\\@', 'example.com;@']) {
      urls.push(`http://${front}${address}:${port}/x`);
    }
    urls.push(`http:${address}:${port}/x`, `http:/${address}:${port}/x`, `http:///${address}:${port}/x`, `http:\\\\${address}:${port}\\x`, `//${address}:${port}/x`,
      `HTTP://${address}:${port}/x`, ` http://${address}:${port}/x`, `http://${address}:${port}#x`, `http://${address}:0${port}/x`, `http://${address}:${port + 65536}/x`,
      `https://${address}:${port}/x`, `ftp://${address}:${port}/x`, `gopher://${address}:${port}/_x`, `dict://${address}:${port}/x`, `telnet://${address}:${port}/`,
      `ht\ttp://${address}:${port}/x`, `http://${address}:${port}\r\nHost: example.com/x`, `file://${address}/etc/hostname`, `${address}:${port}/x`);
  }
  return [...new Set(urls)];
}

module.exports = { spellings };
