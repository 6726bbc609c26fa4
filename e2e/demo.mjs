// Starts the demo and reads its links.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const readyWithinMs = 60000;
const stopWithinMs = 5000;
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

// The binary to try: the one named, or the one last built for release, or for debugging.
export function findBinary(named) {
  const places = named ? [resolve(named)] : ['release', 'debug'].map((kind) => join(root, 'target', kind, 'tongbao'));
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error(`no binary at ${places.join(' or ')}; run: cargo build --release`);
  return found;
}

// Resolves with {links, stop} once the demo has printed {"shop","orders","simulator"}.
export async function startDemo(binary) {
  const data = mkdtempSync(join(tmpdir(), 'tongbao-e2e-'));
  const child = spawn(binary, ['demo', '--data', data, '--json-links', '--lang', 'zh'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const ended = new Promise((done) => child.once('exit', (code, signal) => done(code ?? signal)));
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
    await ended;
    clearTimeout(timer);
    rmSync(data, { recursive: true, force: true });
  };
  const links = new Promise((found, failed) => {
    const timer = setTimeout(() => failed(new Error(`the demo gave no links within ${readyWithinMs} ms:\n${said}`)), readyWithinMs);
    const hear = (chunk) => {
      said = (said + chunk).slice(-20000);
      const line = said.split('\n').find((text) => text.trim().startsWith('{') && text.includes('"shop"') && text.trim().endsWith('}'));
      if (line === undefined) return;
      clearTimeout(timer);
      found(JSON.parse(line));
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', (chunk) => { said = (said + chunk).slice(-20000); });
    child.once('error', failed);
    ended.then((code) => failed(new Error(`the demo ended with ${code}:\n${said}`)));
  });
  try {
    return { links: await links, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
