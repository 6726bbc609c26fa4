// `wechatpay-node-v3` from login to refund.

'use strict';

const assert = require('node:assert/strict');
const { generateKeyPairSync } = require('node:crypto');
const WxPay = require('wechatpay-node-v3');
const { PayRequest } = require('wechatpay-node-v3/dist/lib/pay-request');
const { notified, run, step } = require('./peer');

// The client's own requests, with another address than the platform's.
class Elsewhere extends PayRequest {
  constructor(base) { super(); this.base = base; }
  #at(url) { return url.replace('https://api.mch.weixin.qq.com', this.base); }
  get(url, headers) { return super.get(this.#at(url), headers); }
  post(url, params, headers) { return super.post(this.#at(url), params, headers); }
}

run('certificate', async (sim) => {
  const { env } = sim;
  const client = (privateKey) => {
    const pay = new WxPay({
      appid: env.APPID, mchid: env.MCHID, publicKey: Buffer.from(sim.text('MCH_CERT')), privateKey, key: env.APIV3_KEY,
    });
    pay.createHttp(new Elsewhere(env.WXPAY_BASE_URL));
    return pay;
  };
  const pay = client(Buffer.from(sim.text('MCH_PRIVATE_KEY')));
  const hook = await notified(async (headers, body) => {
    const said = (name) => headers[`wechatpay-${name}`];
    const sealed = { timestamp: said('timestamp'), nonce: said('nonce'), serial: said('serial'), signature: said('signature') };
    if (!await pay.verifySign({ ...sealed, body, apiSecret: env.APIV3_KEY })) return null;
    const event = JSON.parse(body);
    const { ciphertext, associated_data: data, nonce } = event.resource;
    return { ...event, resource: pay.decipher_gcm(ciphertext, data, nonce, env.APIV3_KEY) };
  });

  step('logs in');
  const openid = await sim.login();

  step("fetches the platform's certificates");
  const certificates = await pay.get_certificates(env.APIV3_KEY);
  assert.deepEqual(certificates.map((one) => one.serial_no), [env.PLATFORM_CERT_SERIAL]);

  step('prepays, and the invocation it signs opens the cashier');
  const asked = (number) => ({
    description: '龙井茶 Longjing', out_trade_no: number, notify_url: hook.url, attach: '桌 7', amount: { total: 990 }, payer: { openid },
  });
  const { status, data: invocation } = await pay.transactions_jsapi(asked('NV0001'));
  assert.equal(status, 200);
  const opened = { ...invocation, appid: invocation.appId };
  assert.equal(await sim.opensCashier(opened), true);
  assert.equal(await sim.opensCashier({ ...opened, nonceStr: 'another' }), false);

  step('is notified of the payment');
  await sim.pay('NV0001');
  const { event_type: kind, resource: paid } = await hook.next();
  assert.deepEqual([kind, paid.out_trade_no, paid.trade_state], ['TRANSACTION.SUCCESS', 'NV0001', 'SUCCESS']);
  assert.deepEqual([paid.amount.total, paid.payer.openid, paid.attach], [990, openid, '桌 7']);

  step('asks about the order, by either number');
  for (const number of [{ out_trade_no: 'NV0001' }, { transaction_id: paid.transaction_id }]) {
    const { data } = await pay.query(number);
    assert.deepEqual([data.trade_state, data.amount.total, data.transaction_id], ['SUCCESS', 990, paid.transaction_id]);
  }

  step('closes another order');
  await pay.transactions_jsapi(asked('NV0002'));
  assert.equal((await pay.close('NV0002')).status, 204);
  assert.equal((await pay.query({ out_trade_no: 'NV0002' })).data.trade_state, 'CLOSED');

  step('refunds a part and is notified');
  const amount = { refund: 290, total: 990, currency: 'CNY' };
  const refund = { out_trade_no: 'NV0001', out_refund_no: 'NVR0001', notify_url: hook.url, amount };
  const accepted = await pay.refunds(refund);
  assert.deepEqual([accepted.status, accepted.data.status, accepted.data.amount.refund], [200, 'PROCESSING', 290]);
  await sim.advance(60);
  const back = await hook.next();
  assert.deepEqual([back.event_type, back.resource.refund_status, back.resource.amount.refund], ['REFUND.SUCCESS', 'SUCCESS', 290]);
  const { data: done } = await pay.find_refunds('NVR0001');
  assert.deepEqual([done.status, done.amount.refund, done.amount.total], ['SUCCESS', 290, 990]);

  step('is refused what it must be refused');
  const tooMuch = await pay.refunds({ ...refund, out_refund_no: 'NVR0002', amount: { ...amount, refund: 701 } });
  assert.deepEqual([tooMuch.status, JSON.parse(tooMuch.error).code], [400, 'INVALID_REQUEST']);
  const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  const stranger = await client(Buffer.from(pem)).query({ out_trade_no: 'NV0001' });
  assert.deepEqual([stranger.status, JSON.parse(stranger.error).code], [401, 'SIGN_ERROR']);
});
