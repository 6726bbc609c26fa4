// A test suite as somebody would write it with the wrapper: an order signed by hand, paid, and looked at.

import assert from 'node:assert/strict'
import { createSign, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const { startSimulator } = await import(pathToFileURL(join(process.env.WRAPPERS, 'tongbao-sim.mjs')))

async function prepay(sim, outTradeNo) {
  const { env } = sim
  const body = JSON.stringify({
    appid: env.APPID, mchid: env.MCHID, description: 'Longjing tea', out_trade_no: outTradeNo,
    notify_url: 'http://127.0.0.1:9/notify', amount: { total: 990 }, payer: { openid: env.OPENID },
  })
  const [path, timestamp, nonce] = ['/v3/pay/transactions/jsapi', Math.floor(Date.now() / 1000), randomBytes(16).toString('hex')]
  const message = `POST\n${path}\n${timestamp}\n${nonce}\n${body}\n`
  const signature = createSign('RSA-SHA256').update(message).sign(sim.file('MCH_PRIVATE_KEY'), 'base64')
  const authorization = 'WECHATPAY2-SHA256-RSA2048 '
    + `mchid="${env.MCHID}",nonce_str="${nonce}",signature="${signature}",timestamp="${timestamp}",serial_no="${env.MCH_SERIAL}"`
  const headers = { accept: 'application/json', 'content-type': 'application/json', 'user-agent': 'suite', authorization }
  const answer = await fetch(sim.baseUrl + path, { method: 'POST', headers, body })
  assert.equal(answer.status, 200, await answer.clone().text())
  return (await answer.json()).prepay_id
}

const [sim, other] = await Promise.all([startSimulator(), startSimulator({ options: ['--https', '--proxy'] })])
try {
  assert.match(sim.baseUrl, /^http:\/\/127\.0\.0\.1:\d+$/)
  assert.match(await prepay(sim, 'NODE000001'), /^wx/)
  assert.equal((await sim.pay('NODE000001')).trade_state, 'SUCCESS')
  assert.equal((await sim.orders())[0].out_trade_no, 'NODE000001')
  assert.equal((await sim.advance(60)).ahead_seconds, 60)
  assert.equal((await sim.notifications()).length, 1)
  await assert.rejects(sim.pay('NOSUCH0001'), /HTTP 404/)
  assert.deepEqual(await other.orders(), [], 'another simulator knows nothing of it')
  assert.equal(other.env.SIM_PROXY, other.baseUrl)
  assert.match(other.file('SIM_CA'), /BEGIN CERTIFICATE/)
} finally {
  await Promise.all([sim.stop(), other.stop()])
}
await sim.stop()
assert.equal(existsSync(dirname(sim.env.MCH_PRIVATE_KEY)), false, 'its files are gone')
await assert.rejects(fetch(sim.baseUrl), 'nobody listens any more')
await assert.rejects(startSimulator({ options: ['--ca-dir', '/dev/null/ca'] }), /exit code 1[\s\S]*simulate\.ca_dir/)
await assert.rejects(startSimulator({ binary: '/no/such/tongbao' }), /cannot be started/)
