// What must be true of a round. Pure: the outbox's rows, a webhook's requests and the acknowledged markers go in, the
// figures and a list of complaints come out.
'use strict';

// rows: Map id -> {seq, recordId, record}; requests: in the order of their arrival.
function judge(name, rows, requests) {
  const complaints = [];
  const complain = (text) => { if (complaints.length < 8) complaints.push(`${name}: ${text}`); };
  const seen = new Map(); // id -> {hash, acknowledged}
  const newest = new Map(); // record -> the highest sequence that has arrived
  const figures = { requests: requests.length, delivered: 0, repeated: 0, attempts: 0 };
  for (const request of requests) {
    const row = rows.get(request.id);
    if (row === undefined) {
      complain(`${request.id} was delivered and is not in the outbox`);
      continue;
    }
    if (request.sequence !== undefined && request.sequence !== String(row.seq)) complain(`${request.id} says sequence ${request.sequence}, the outbox ${row.seq}`);
    if (!request.body.includes(`"record":${row.record}`)) complain(`${request.id} does not carry the record of the outbox`);
    const before = seen.get(request.id);
    if (before === undefined) seen.set(request.id, { hash: request.hash, acknowledged: request.acknowledged });
    else {
      if (before.hash !== request.hash) complain(`${request.id} came with other bytes`);
      // Tried again without having been acknowledged: that is what retries are.
      if (before.acknowledged) figures.repeated++;
    }
    if (!before?.acknowledged) {
      // A repetition of what was acknowledged may come late. Everything else comes in order.
      const highest = newest.get(row.recordId) ?? 0;
      if (row.seq < highest) complain(`${row.recordId}: ${row.seq} came behind ${highest}`);
      newest.set(row.recordId, Math.max(highest, row.seq));
    }
    if (before !== undefined) before.acknowledged ||= request.acknowledged;
    if (request.acknowledged) figures.attempts++;
  }
  for (const [id, row] of rows) {
    if (!seen.get(id)?.acknowledged) complain(`${id} (sequence ${row.seq}) was committed and not delivered`);
    else figures.delivered++;
  }
  return { figures, complaints };
}

// Every acknowledged write is in the outbox, once.
function judgeWrites(rows, acknowledged) {
  const count = new Map();
  for (const { record } of rows.values()) {
    const marker = /"name":"(m-\d+-[0-9a-f]+)"/.exec(record)?.[1];
    count.set(marker, (count.get(marker) ?? 0) + 1);
  }
  const missing = acknowledged.filter((marker) => !count.has(marker));
  const twice = [...count].filter(([, times]) => times > 1);
  const complaints = [];
  if (missing.length > 0) complaints.push(`${missing.length} acknowledged writes are not in the outbox: ${missing.slice(0, 3)}`);
  if (twice.length > 0) complaints.push(`${twice.length} writes are in the outbox twice: ${twice.slice(0, 3)}`);
  return complaints;
}

module.exports = { judge, judgeWrites };
