'use strict';
// One line a test, as tests/run counts them.
let failures = 0;

function ok(name) {
  console.log(`ok ${name}`);
}

function notOk(name, why) {
  failures += 1;
  for (const line of String(why).split('\n').slice(0, 20)) console.log(`    ${line.slice(0, 500)}`);
  console.log(`not ok ${name}`);
}

// Runs `body`; the test has failed when it throws. What it returns, if it is text, is said beside the name.
async function test(name, body) {
  try {
    const remark = await body();
    ok(typeof remark === 'string' ? `${name} (${remark})` : name);
    return true;
  } catch (error) {
    notOk(name, error.stack || error);
    return false;
  }
}

// Runs a whole script, with a limit on its time: what hangs is a failure, too.
function main(limitSeconds, body) {
  const timer = setTimeout(() => {
    notOk('the script ends', `not within ${limitSeconds} s`);
    process.exit(1);
  }, limitSeconds * 1000);
  body()
    .catch((error) => notOk('the script ends', error.stack || error))
    .finally(() => {
      clearTimeout(timer);
      process.exit(failures > 0 ? 1 : 0);
    });
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Waits until `condition` is true; throws with `what` when it does not become so.
async function until(seconds, what, condition) {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${typeof what === 'function' ? what() : what}`);
    await sleep(20);
  }
}

module.exports = { test, main, sleep, until };
