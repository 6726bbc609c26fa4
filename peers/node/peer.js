// What every suite in Node needs: a simulator of its own, an address that is notified, and a payer's hands.
// `TONGBAO` names the binary. Everything else a client must be told comes from the file of `--write-env`.

'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { closeSync, existsSync, mkdtempSync, openSync, readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');

const readyWithinMs = 60_000;
const notifiedWithinMs = 20_000;

// What a running `tongbao simulate` says of itself, and what a payer or a clock does to it.
class Simulator {
  constructor(file) {
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
    this.env = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s, 2)));
    this.base = this.env.WXPAY_BASE_URL;
  }

  // The PEM file that a line of the env file names.
  text(name) { return readFileSync(this.env[name], 'utf8'); }

  async get(path) { return this.#said(await fetch(this.base + path)); }

  async post(path, body = {}) {
    const headers = { 'Content-Type': 'application/json' };
    return this.#said(await fetch(this.base + path, { method: 'POST', headers, body: JSON.stringify(body) }));
  }

  async #said(answer) {
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }

  // What `wx.login` gives a mini program, exchanged by the merchant's server.
  async login() {
    const { code } = await this.post('/sim/v1/login-codes', { appid: this.env.APPID });
    const query = { appid: this.env.APPID, secret: this.env.APP_SECRET, js_code: code, grant_type: 'authorization_code' };
    const { openid } = await this.get(`/sns/jscode2session?${new URLSearchParams(query)}`);
    assert.equal(openid, this.env.OPENID);
    return openid;
  }

  pay(number, more) { return this.post(`/sim/v1/orders/${number}/pay`, more); }

  advance(seconds) { return this.post('/sim/v1/clock', { advance_seconds: seconds }); }

  // Moves the clock to noon of the next day in Beijing, when bills are out; returns the day that was.
  async toTheDayAfter() {
    const beijing = 8 * 3600;
    const now = Math.floor(Date.parse((await this.get('/sim/v1/clock')).now) / 1000) + beijing;
    const day = Math.floor(now / 86_400);
    await this.advance((day + 1) * 86_400 + 43_200 - now);
    return new Date(day * 86_400_000).toISOString().slice(0, 10);
  }

  // Whether the cashier takes what a client signed for `wx.requestPayment`.
  async opensCashier(invocation) {
    const answer = await fetch(`${this.base}/cashier?${new URLSearchParams({ ...invocation, lang: 'en' })}`);
    return (await answer.text()).includes('id="password"');
  }
}

// An address of the merchant. `verify(headers, body)` is the client's own; what it gives back is kept.
async function notified(verify, answer = '') {
  const raw = [];
  const events = [];
  const waiting = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request.setEncoding('utf8')) body += part;
    raw.push({ headers: request.headers, body });
    const event = await Promise.resolve(body).then((it) => verify(request.headers, it)).catch((error) => error);
    const good = event && !(event instanceof Error);
    response.writeHead(good ? 200 : 500).end(answer);
    const told = good ? event : event || new Error('the client does not believe the notification');
    const first = waiting.shift();
    if (first) first(told); else events.push(told);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const next = async () => {
    const late = pause(notifiedWithinMs, new Error('no notification came'), { ref: false });
    const event = events.shift() ?? await Promise.race([new Promise((resolve) => waiting.push(resolve)), late]);
    if (event instanceof Error) throw event;
    return event;
  };
  return { url: `http://127.0.0.1:${server.address().port}/notify`, raw, next };
}

// Says how far a suite came; the last line before a failure names what failed.
function step(words) { console.log(`  ${words}`); }

// Runs a suite against `tongbao simulate` on a free port, and ends with it. The suite is a process of its own, for
// Node reads at its start only whom it trusts: the simulator's authority, known once that runs.
function run(keyMode, suite) {
  const ended = process.env.TONGBAO_ENV ? suite(new Simulator(process.env.TONGBAO_ENV)).then(() => 0) : start(keyMode);
  ended.then((code) => process.exit(code), (error) => {
    console.error(error?.response?.data ?? '', error);
    process.exit(1);
  });
}

async function start(keyMode) {
  const folder = mkdtempSync(join(tmpdir(), 'tongbao-peer-'));
  const file = join(folder, 'wxpay.env');
  const log = join(folder, 'log');
  const output = openSync(log, 'w');
  const words = ['simulate', '--listen', '127.0.0.1:0', '--https', '--fixed-keys', '--key-mode', keyMode];
  const child = spawn(process.env.TONGBAO, [...words, '--write-env', file], { stdio: ['ignore', output, output] });
  closeSync(output);
  process.once('exit', () => child.kill('SIGKILL'));
  const until = Date.now() + readyWithinMs;
  // Its last act before it answers is to write the file; whether it answers says the health address.
  while (Date.now() < until && child.exitCode === null) {
    const sim = new Simulator(file);
    if (sim.env.SIM_CA && await sim.get('/sim/v1/health').then(() => true, () => false)) {
      const env = { ...process.env, TONGBAO_ENV: file, NODE_EXTRA_CA_CERTS: sim.env.SIM_CA };
      const [code] = await once(spawn(process.execPath, process.argv.slice(1), { env, stdio: 'inherit' }), 'exit');
      return code ?? 1;
    }
    await pause(50);
  }
  throw new Error(`the simulator did not start:\n${readFileSync(log, 'utf8')}`);
}

module.exports = { notified, run, step };
