// Clicks through the demo at phone and desktop size. See README.md for the options.

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launch, person, sizes } from './browser.mjs';
import { findBinary, startDemo } from './demo.mjs';
import { scenarios as ofInspector } from './inspector.mjs';
import { scenarios as ofPhone } from './phone.mjs';
import { scenarios as ofShop } from './scenarios.mjs';

const scenarios = { ...ofShop, ...ofInspector, ...ofPhone };
const { values: asked } = parseArgs({
  options: {
    binary: { type: 'string' },
    pictures: { type: 'string' },
    links: { type: 'string' },
    only: { type: 'string', default: '' },
  },
});
const pictures = resolve(asked.pictures || join(dirname(fileURLToPath(import.meta.url)), 'pictures'));

// Runs one scenario with browsers of its own. Returns the reasons it failed, none when it passed.
async function attempt(name, run, browser, links, size) {
  const people = [];
  const reasons = [];
  const pages = [];
  const someone = async () => {
    const one = await person(browser, size, pictures);
    people.push(one);
    return { ...one, page: async () => { const page = await one.page(); pages.push([one, page]); return page; } };
  };
  try {
    await run({ links, someone });
  } catch (error) {
    reasons.push(error.message);
    const slug = name.replace(/\W+/g, '-').slice(0, 40);
    for (const [at, [one, page]] of pages.entries()) await one.picture(page, `failed-${slug}-${at}`).catch(() => {});
  }
  for (const one of people) {
    reasons.push(...one.troubles.map((trouble) => `in the page: ${trouble}`));
    await one.close();
  }
  return reasons;
}

async function runAll(links) {
  const browser = await launch();
  let passed = 0;
  let failed = 0;
  try {
    for (const size of Object.keys(sizes)) {
      for (const [name, run] of Object.entries(scenarios)) {
        if (!name.includes(asked.only)) continue;
        const begun = performance.now();
        const reasons = await attempt(name, run, browser, links, size);
        const seconds = ((performance.now() - begun) / 1000).toFixed(1);
        if (reasons.length === 0) passed += 1;
        else failed += 1;
        console.log(`${reasons.length === 0 ? 'ok  ' : 'FAIL'} ${size.padEnd(8)} ${name} (${seconds} s)`);
        for (const reason of reasons) console.log(`     ${reason.split('\n').slice(0, 6).join('\n     ')}`);
      }
    }
  } finally {
    await browser.close();
  }
  return { passed, failed };
}

// Pictures of an earlier run would tell of another program.
if (existsSync(pictures)) {
  for (const name of readdirSync(pictures)) {
    if (/^(phone|desktop)-.*\.png$/.test(name)) rmSync(join(pictures, name));
  }
}
const demo = asked.links ? { links: JSON.parse(asked.links), stop: async () => {} } : await startDemo(findBinary(asked.binary));
try {
  const { passed, failed } = await runAll(demo.links);
  console.log(`pictures in ${pictures}`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
} finally {
  await demo.stop();
}
