'use strict';
// Does a record hold what was sent? Sub-fields that were not sent are the server's.
function holds(record, sent, path = '') {
  for (const key of Object.keys(sent)) {
    const here = path ? `${path}.${key}` : key;
    const want = sent[key];
    const have = record === null || record === undefined ? undefined : record[key];
    if (want !== null && typeof want === 'object' && !Array.isArray(want)) {
      holds(have, want, here);
    } else if (key === 'amountMicros' ? Number(have) !== Number(want) : JSON.stringify(have) !== JSON.stringify(want)) {
      throw new Error(`${here} is ${JSON.stringify(have)} where ${JSON.stringify(want)} was sent`);
    }
  }
}

function same(one, other, what) {
  const [left, right] = [JSON.stringify(one), JSON.stringify(other)];
  if (left !== right) throw new Error(`${what}:\n${left}\n${right}`);
}

module.exports = { holds, same };
