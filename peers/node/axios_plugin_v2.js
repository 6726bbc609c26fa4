// `wechatpay-axios-plugin` over APIv2, from login to refund. Its argument is how requests are signed: `MD5` or
// `HMAC-SHA256`. It talks TLS, and refunds with the merchant's certificate.

'use strict';

const assert = require('node:assert/strict');
const { Aes, Formatter, Hash, Transformer, Wechatpay } = require('wechatpay-axios-plugin');
const { notified, run, step } = require('./peer');

const success = '<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>';

run('both', async (sim) => {
  const signType = process.argv[2];
  const { env } = sim;
  const client = (secret) => new Wechatpay({
    baseURL: env.WXPAY_HTTPS_URL, mchid: env.MCHID, secret,
    merchant: { cert: sim.text('MCH_CERT'), key: sim.text('MCH_PRIVATE_KEY') },
    // Asked for by the part of the client that speaks v3, which is not used here.
    serial: env.MCH_SERIAL, privateKey: sim.text('MCH_PRIVATE_KEY'),
    certs: { [env.PLATFORM_PUBLIC_KEY_ID]: sim.text('PLATFORM_PUBLIC_KEY') },
  });
  const wx = client(env.APIV2_KEY);
  const own = { appid: env.APPID, mch_id: env.MCHID, sign_type: signType };
  const payments = await notified((_, body) => {
    const event = Transformer.toObject(body);
    return Hash.equals(event.sign, Hash.sign(signType, event, env.APIV2_KEY)) && event;
  }, success);
  const refunds = await notified((_, body) => {
    const { req_info: sealed } = Transformer.toObject(body);
    return Transformer.toObject(Aes.AesEcb.decrypt(sealed, Hash.md5(env.APIV2_KEY)));
  }, success);
  const refused = (asked) => asked.then(() => assert.fail('not refused'), ({ response: { data } }) => data);

  step('logs in');
  const openid = await sim.login();

  step('prepays, and the invocation it signs opens the cashier');
  const asked = (number, more) => ({
    ...own, body: '龙井茶 Longjing', attach: '桌 7 & <8>', out_trade_no: number, total_fee: 990, spbill_create_ip: '127.0.0.1',
    notify_url: payments.url, trade_type: 'JSAPI', openid, ...more,
  });
  const { data: order } = await wx.v2.pay.unifiedorder.post(asked('AX0001'));
  const invocation = {
    appId: env.APPID, timeStamp: `${Formatter.timestamp()}`, nonceStr: Formatter.nonce(), package: `prepay_id=${order.prepay_id}`,
    signType,
  };
  const opened = { ...invocation, appid: env.APPID, paySign: Hash.sign(signType, invocation, env.APIV2_KEY) };
  assert.equal(await sim.opensCashier(opened), true);
  assert.equal(await sim.opensCashier({ ...opened, nonceStr: 'another' }), false);

  step('is notified of the payment');
  await sim.pay('AX0001');
  const paid = await payments.next();
  assert.deepEqual([paid.out_trade_no, paid.result_code, paid.attach], ['AX0001', 'SUCCESS', '桌 7 & <8>']);
  assert.deepEqual([paid.total_fee, paid.cash_fee, paid.openid], ['990', '990', openid]);

  step('asks about the order, by either number');
  for (const number of [{ out_trade_no: 'AX0001' }, { transaction_id: paid.transaction_id }]) {
    const { data } = await wx.v2.pay.orderquery.post({ ...own, ...number });
    assert.deepEqual([data.trade_state, data.total_fee, data.transaction_id], ['SUCCESS', '990', paid.transaction_id]);
  }

  step('gets a code to be scanned, and closes the order');
  const scanned = { trade_type: 'NATIVE', product_id: 'tea-1', openid: undefined };
  const { data: native } = await wx.v2.pay.unifiedorder.post(JSON.parse(JSON.stringify(asked('AX0002', scanned))));
  assert.match(native.code_url, /^weixin:\/\/wxpay\/bizpayurl/);
  await wx.v2.pay.closeorder.post({ ...own, out_trade_no: 'AX0002' });
  assert.equal((await wx.v2.pay.orderquery.post({ ...own, out_trade_no: 'AX0002' })).data.trade_state, 'CLOSED');

  step('refunds a part and is notified');
  const refund = { ...own, out_trade_no: 'AX0001', out_refund_no: 'AXR0001', total_fee: 990, refund_fee: 290, notify_url: refunds.url };
  const { data: accepted } = await wx.v2.secapi.pay.refund.post(refund, { security: true });
  assert.deepEqual([accepted.refund_fee, accepted.total_fee], ['290', '990']);
  await sim.advance(60);
  const back = await refunds.next();
  assert.deepEqual([back.refund_status, back.refund_fee, back.refund_id], ['SUCCESS', '290', accepted.refund_id]);
  const { data: done } = await wx.v2.pay.refundquery.post({ ...own, out_refund_no: 'AXR0001' });
  assert.deepEqual([done.refund_status_0, done.refund_fee_0], ['SUCCESS', '290']);

  step('is refused what it must be refused');
  assert.equal((await refused(wx.v2.pay.orderquery.post({ ...own, out_trade_no: 'NOBODY' }))).err_code, 'ORDERNOTEXIST');
  const tooMuch = { ...refund, out_refund_no: 'AXR0002', refund_fee: 701 };
  assert.equal((await refused(wx.v2.secapi.pay.refund.post(tooMuch, { security: true }))).result_code, 'FAIL');
  const { response: bare } = await wx.v2.secapi.pay.refund.post(tooMuch).catch((error) => error);
  assert.equal(bare.status, 400);
  const stranger = client('0'.repeat(32));
  assert.equal((await refused(stranger.v2.pay.orderquery.post({ ...own, out_trade_no: 'AX0001' }))).return_code, 'FAIL');

  step("reads yesterday's bill");
  const day = (await sim.toTheDayAfter()).replaceAll('-', '');
  const plain = { responseType: 'text', transformResponse: [(text) => text] };
  const { data: bill } = await wx.v2.pay.downloadbill.post({ ...own, bill_date: day, bill_type: 'ALL' }, plain);
  assert.equal(bill.split('\n').filter((line) => line.includes(',`AX0001,')).length, 2);
});
