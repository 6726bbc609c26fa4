// A real Chromium, and pages that remember everything that went wrong in them.

import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const flags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export const sizes = {
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true },
  desktop: { viewport: { width: 1280, height: 900 } },
};

// Long enough for a busy machine, short enough to notice.
const patienceMs = 15000;

export async function launch() {
  const executablePath = process.env.CHROMIUM || places.find((place) => existsSync(place));
  if (executablePath === undefined) throw new Error('no Chromium found; install it (apt-get install chromium fonts-noto-cjk) or set CHROMIUM');
  return chromium.launch({ executablePath, args: flags });
}

// One person's browser: empty storage, its own pages. `troubles` collects errors in any of them.
export async function person(browser, size, pictures) {
  const context = await browser.newContext({ ...sizes[size], locale: 'zh-CN' });
  context.setDefaultTimeout(patienceMs);
  const troubles = [];
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`content policy: ${event.violatedDirective} refused ${event.blockedURI}`);
    });
  });
  context.on('page', (page) => {
    page.on('console', (message) => { if (message.type() === 'error') troubles.push(`${page.url()}: ${message.text()}`); });
    page.on('pageerror', (error) => troubles.push(`${page.url()}: ${error.message}`));
  });
  mkdirSync(pictures, { recursive: true });
  return {
    troubles,
    page: () => context.newPage(),
    close: () => context.close(),
    // Pictures are numbered by hand, so that a directory reads as the story.
    picture: (page, name) => page.screenshot({ path: join(pictures, `${size}-${name}.png`) }),
  };
}
