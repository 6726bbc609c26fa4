// Starts `tongbao simulate` for a Node.js test suite. Node 18 or newer, nothing to install.
//
//   import { startSimulator } from './tongbao-sim.mjs'
//   const sim = await startSimulator()            // in before(); needs `tongbao` on PATH, or TONGBAO=/path/to/it
//   … point the code under test at sim.baseUrl, with sim.env.MCHID, sim.file('MCH_PRIVATE_KEY') and the rest …
//   await sim.pay('T0000001')                     // the payer pays
//   await sim.advance(7200)                       // two hours later, everything that fell due has happened
//   await sim.stop()                              // in after()

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const READY_WITHIN_MS = 30_000

/**
 * A running simulator of its own port, keys and state.
 * `options` are more words for the command line, such as ['--https', '--proxy'].
 */
export async function startSimulator({ binary = process.env.TONGBAO ?? 'tongbao', options = [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'tongbao-sim-'))
  const envFile = join(folder, 'wxpay.env')
  const readyFd = process.platform === 'win32' ? [] : ['--ready-fd', '3']
  const readyFile = join(folder, 'ready')
  const words = ['simulate', '--listen', '127.0.0.1:0', '--fixed-keys', '--write-env', envFile,
    ...readyFd, '--ready-file', readyFile, ...options]
  const child = spawn(binary, words, { stdio: ['ignore', 'ignore', 'pipe', readyFd.length ? 'pipe' : 'ignore'] })
  const stopChild = () => child.kill('SIGKILL')
  process.once('exit', stopChild)
  let said = ''
  child.stderr.setEncoding('utf8').on('data', text => { said = (said + text).slice(-4000) })
  const ended = new Promise(resolve => child.once('close', resolve))
  const simulator = { folder, child, ended, stopChild }
  try {
    await within(READY_WITHIN_MS, ready(child, readyFile), () => `tongbao is not ready in time\n${said}`, () => said)
    const env = readEnv(envFile)
    return new Simulator(env, simulator)
  } catch (error) {
    await stop(simulator)
    throw error
  }
}

class Simulator {
  #running
  constructor(env, running) {
    /** What `--write-env` wrote: WXPAY_BASE_URL, MCHID, APPID, APIV3_KEY, MCH_PRIVATE_KEY (a path) and so on. */
    this.env = env
    /** Stands for https://api.mch.weixin.qq.com and https://api.weixin.qq.com. */
    this.baseUrl = env.WXPAY_BASE_URL
    this.#running = running
  }

  /** The text of a file that the env names, such as file('MCH_PRIVATE_KEY'). */
  file(name) { return readFileSync(this.env[name], 'utf8') }

  /** The payer pays an order. */
  pay(outTradeNo, payer) { return this.post(`orders/${encodeURIComponent(outTradeNo)}/pay`, { payer }) }

  /** Moves the clock ahead, and returns when everything that fell due has happened. */
  advance(seconds) { return this.post('clock', { advance_seconds: seconds }) }

  /** Every order, or what became of every notification. */
  async orders() { return (await this.get('orders')).orders }
  async notifications() { return (await this.get('notifications')).notifications }

  /** Any call of the control API, https docs: docs/simulator.md. */
  get(path) { return this.#call(path) }
  post(path, body = {}) {
    return this.#call(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  }

  /** Ends it and removes its files. May be called twice. */
  stop() { return stop(this.#running) }

  async #call(path, init) {
    const answer = await fetch(`${this.baseUrl}/sim/v1/${path}`, init)
    const body = await answer.text()
    if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status} ${body}`)
    return JSON.parse(body)
  }
}

/** Resolves once it is ready; rejects when it ends instead. */
function ready(child, readyFile) {
  return new Promise((resolve, reject) => {
    child.once('error', error => reject(new Error(`tongbao cannot be started: ${error.message}`)))
    child.once('close', code => reject(new Error(`tongbao ended with exit code ${code}`)))
    if (child.stdio[3]) {
      child.stdio[3].once('data', resolve).on('error', () => {})
    } else {
      const look = () => { try { readFileSync(readyFile); resolve() } catch { if (child.exitCode === null) setTimeout(look, 20) } }
      look()
    }
  })
}

async function within(ms, promise, late, said) {
  let timer
  const over = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(late())), ms) })
  try {
    return await Promise.race([promise, over])
  } catch (error) {
    throw new Error(`${error.message}\n${said()}`.trimEnd())
  } finally {
    clearTimeout(timer)
  }
}

/** KEY=value lines, as a shell reads them. */
function readEnv(path) {
  const value = text => text.startsWith("'") ? text.slice(1, -1).replaceAll("'\\''", "'") : text
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean)
  return Object.fromEntries(lines.map(line => line.split(/=(.*)/s, 2)).map(([key, text]) => [key, value(text)]))
}

async function stop({ child, ended, folder, stopChild }) {
  process.removeListener('exit', stopChild)
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM')
    await ended
  }
  rmSync(folder, { recursive: true, force: true })
}
