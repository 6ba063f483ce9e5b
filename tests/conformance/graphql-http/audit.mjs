// Every MUST and SHOULD passes; of a MAY it is told when we do otherwise.
import { serverAudits } from 'graphql-http';

const authorization = `Bearer ${process.env.PORTTI_API_KEY}`;
const fetchFn = (url, options = {}) => fetch(url, { ...options, headers: { ...options.headers, authorization } });
const audits = serverAudits({ url: `${process.env.PORTTI_URL}/graphql`, fetchFn });

let failures = 0;
if (audits.length < 50) {
  failures += 1;
  console.log(`not ok graphql-http: there are only ${audits.length} audits`);
}
for (const audit of audits) {
  const result = await audit.fn();
  const name = `${audit.id} ${audit.name.replace(/\s+/g, ' ')}`;
  const why = String(result.reason ?? '').replace(/\s+/g, ' ');
  if (result.status === 'ok') {
    console.log(`ok ${name}`);
  } else if (result.status === 'notice') {
    console.log(`skip ${name}: ${why}`);
  } else {
    failures += 1;
    console.log(`not ok ${name}: ${why}`);
  }
}
process.exitCode = failures > 0 ? 1 : 0;
