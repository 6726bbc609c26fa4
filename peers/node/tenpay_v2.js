// `tenpay` (APIv2) from login to refund, over TLS; refunds need the merchant's certificate.

'use strict';

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const Payment = require('tenpay');
const { notified, run, step } = require('./peer');

run('both', async (sim) => {
  const { env } = sim;
  const client = (partnerKey) => {
    const pay = new Payment({ appid: env.APPID, mchid: env.MCHID, partnerKey, pfx: readFileSync(env.MCH_P12), spbill_create_ip: '127.0.0.1' });
    for (const [name, url] of Object.entries(pay.urls)) pay.urls[name] = url.replace('https://api.mch.weixin.qq.com', env.WXPAY_HTTPS_URL);
    return pay;
  };
  const pay = client(env.APIV2_KEY);
  // The client's own middleware, as a web framework would call it; what it answers is the platform's to judge.
  const through = (kind) => notified(async (_, body) => {
    const [request, answers] = [{ body }, []];
    await pay.middlewareForExpress(kind)(request, { header() {}, send: (xml) => answers.push(xml) }, () => {});
    if (answers.length) throw new Error(`the client answers ${answers}`);
    return request.weixin;
  }, '<xml><return_code>SUCCESS</return_code></xml>');
  const payments = await through('pay');
  const refunds = await through('refund');
  const refused = (asked) => asked.then(() => assert.fail('not refused'), (error) => error.message);

  step('logs in');
  const openid = await sim.login();

  step('prepays, and the invocation it signs opens the cashier');
  const asked = (number) => ({ body: '龙井茶 Longjing', attach: '桌 7 & <8>', out_trade_no: number, total_fee: 990, notify_url: payments.url });
  const invocation = await pay.getPayParams({ ...asked('TP0001'), openid });
  const opened = { ...invocation, appid: invocation.appId };
  assert.equal(await sim.opensCashier(opened), true);
  assert.equal(await sim.opensCashier({ ...opened, nonceStr: 'another' }), false);

  step('is notified of the payment');
  await sim.pay('TP0001');
  const paid = await payments.next();
  assert.deepEqual([paid.out_trade_no, paid.result_code, paid.attach], ['TP0001', 'SUCCESS', '桌 7 & <8>']);
  assert.deepEqual([paid.total_fee, paid.cash_fee, paid.openid], ['990', '990', openid]);

  step('asks about the order, by either number');
  for (const number of [{ out_trade_no: 'TP0001' }, { transaction_id: paid.transaction_id }]) {
    const order = await pay.orderQuery(number);
    assert.deepEqual([order.trade_state, order.total_fee, order.transaction_id], ['SUCCESS', '990', paid.transaction_id]);
  }

  step('gets a code to be scanned and parameters for an app, and closes an order');
  const native = await pay.unifiedOrder({ ...asked('TP0002'), trade_type: 'NATIVE', product_id: 'tea-1', sign_type: 'HMAC-SHA256' });
  assert.match(native.code_url, /^weixin:\/\/wxpay\/bizpayurl/);
  assert.equal((await pay.getAppParams(asked('TP0003'))).partnerid, env.MCHID);
  await pay.closeOrder({ out_trade_no: 'TP0002' });
  assert.equal((await pay.orderQuery({ out_trade_no: 'TP0002' })).trade_state, 'CLOSED');

  step('refunds a part and is notified');
  const refund = { out_trade_no: 'TP0001', out_refund_no: 'TPR0001', total_fee: 990, refund_fee: 290, notify_url: refunds.url };
  const accepted = await pay.refund(refund);
  assert.deepEqual([accepted.refund_fee, accepted.total_fee], ['290', '990']);
  await sim.advance(60);
  const { req_info: back } = await refunds.next();
  assert.deepEqual([back.refund_status, back.refund_fee, back.refund_id], ['SUCCESS', '290', accepted.refund_id]);
  const done = await pay.refundQuery({ out_refund_no: 'TPR0001' });
  assert.deepEqual([done.refund_status_0, done.refund_fee_0], ['SUCCESS', '290']);

  step('is refused what it must be refused');
  assert.equal(await refused(pay.orderQuery({ out_trade_no: 'NOBODY' })), 'ORDERNOTEXIST');
  await refused(pay.refund({ ...refund, out_refund_no: 'TPR0002', refund_fee: 701 }));
  await refused(client('0'.repeat(32)).orderQuery({ out_trade_no: 'TP0001' }));

  step("reads yesterday's bill");
  const day = (await sim.toTheDayAfter()).replaceAll('-', '');
  const { list_data: rows } = await pay.downloadBill({ bill_date: day, bill_type: 'ALL' }, true);
  assert.deepEqual(rows.map((row) => row[6]), ['TP0001', 'TP0001']);
});
