// `wechatpay-axios-plugin` over APIv3, from login to refund. Its argument is the key mode: `certificate` or
// `public-key`.

'use strict';

const assert = require('node:assert/strict');
const { generateKeyPairSync } = require('node:crypto');
const { Aes, Formatter, Rsa, Wechatpay } = require('wechatpay-axios-plugin');
const { notified, run, step } = require('./peer');

run(process.argv[2], async (sim) => {
  const keyMode = process.argv[2];
  const { env } = sim;
  const [id, key] = keyMode === 'public-key'
    ? [env.PLATFORM_PUBLIC_KEY_ID, Rsa.from(`file://${env.PLATFORM_PUBLIC_KEY}`, 'public')]
    : [env.PLATFORM_CERT_SERIAL, Rsa.from(`file://${env.PLATFORM_CERT}`, 'public')];
  const client = (privateKey) => new Wechatpay({
    baseURL: env.WXPAY_BASE_URL, mchid: env.MCHID, serial: env.MCH_SERIAL, privateKey, certs: { [id]: key },
    headers: { 'Wechatpay-Serial': id },
  });
  const own = Rsa.from(`file://${env.MCH_PRIVATE_KEY}`, 'private');
  const wx = client(own);
  const open = ({ ciphertext, nonce, associated_data: data }) => Aes.AesGcm.decrypt(ciphertext, env.APIV3_KEY, nonce, data);
  const hook = await notified((headers, body) => {
    const said = (name) => headers[`wechatpay-${name}`];
    const signed = Formatter.response(said('timestamp'), said('nonce'), body);
    if (said('serial') !== id || !Rsa.verify(signed, said('signature'), key)) return null;
    const event = JSON.parse(body);
    return { ...event, resource: JSON.parse(open(event.resource)) };
  });
  const refused = async (asked) => {
    const { response } = await asked.then(() => assert.fail('not refused'), (error) => error);
    return [response.status, response.data.code];
  };

  step('logs in');
  const openid = await sim.login();

  if (keyMode === 'certificate') {
    step("fetches and opens the platform's certificates");
    const { data: { data: [sealed] } } = await wx.v3.certificates.get();
    assert.equal(sealed.serial_no, id);
    assert.equal(open(sealed.encrypt_certificate).trim(), sim.text('PLATFORM_CERT').trim());
  }

  step('prepays, and the invocation it signs opens the cashier');
  const asked = (number) => ({
    mchid: env.MCHID, appid: env.APPID, description: '龙井茶 Longjing', out_trade_no: number, notify_url: hook.url,
    attach: '桌 7', amount: { total: 990 }, payer: { openid },
  });
  const { data: { prepay_id: prepayId } } = await wx.v3.pay.transactions.jsapi.post(asked('JS0001'));
  const invocation = {
    appId: env.APPID, timeStamp: `${Formatter.timestamp()}`, nonceStr: Formatter.nonce(), package: `prepay_id=${prepayId}`,
  };
  const paySign = Rsa.sign(Formatter.joinedByLineFeed(...Object.values(invocation)), own);
  const opened = { ...invocation, appid: env.APPID, signType: 'RSA', paySign };
  assert.equal(await sim.opensCashier(opened), true);
  assert.equal(await sim.opensCashier({ ...opened, nonceStr: 'another' }), false);

  step('is notified of the payment');
  await sim.pay('JS0001');
  const event = await hook.next();
  assert.equal(event.event_type, 'TRANSACTION.SUCCESS');
  const paid = event.resource;
  assert.deepEqual([paid.out_trade_no, paid.trade_state, paid.attach], ['JS0001', 'SUCCESS', '桌 7']);
  assert.deepEqual([paid.amount.total, paid.amount.payer_total, paid.payer.openid], [990, 990, openid]);

  step('asks about the order, by either number');
  const params = { mchid: env.MCHID };
  const byOurs = () => wx.v3.pay.transactions.outTradeNo._out_trade_no_.get({ params, out_trade_no: 'JS0001' });
  const byTheirs = () => wx.v3.pay.transactions.id._transaction_id_.get({ params, transaction_id: paid.transaction_id });
  for (const { data } of [await byOurs(), await byTheirs()]) {
    assert.deepEqual([data.trade_state, data.amount.total, data.transaction_id], ['SUCCESS', 990, paid.transaction_id]);
  }

  step('closes another order');
  await wx.v3.pay.transactions.jsapi.post(asked('JS0002'));
  const other = wx.v3.pay.transactions.outTradeNo['{out_trade_no}'];
  const closed = await other.close.post(params, { out_trade_no: 'JS0002' });
  assert.deepEqual([closed.status, closed.data], [204, '']);
  assert.equal((await other.get({ params, out_trade_no: 'JS0002' })).data.trade_state, 'CLOSED');

  step('refunds a part and is notified');
  const amount = { refund: 290, total: 990, currency: 'CNY' };
  const refund = { out_trade_no: 'JS0001', out_refund_no: 'JSR0001', reason: '少一盒', notify_url: hook.url, amount };
  const { data: accepted } = await wx.v3.refund.domestic.refunds.post(refund);
  assert.deepEqual([accepted.status, accepted.amount.refund], ['PROCESSING', 290]);
  await sim.advance(60);
  const back = await hook.next();
  assert.deepEqual([back.event_type, back.resource.refund_status, back.resource.amount.refund], ['REFUND.SUCCESS', 'SUCCESS', 290]);
  const { data: done } = await wx.v3.refund.domestic.refunds._out_refund_no_.get({ out_refund_no: 'JSR0001' });
  assert.deepEqual([done.status, done.amount.refund, done.amount.total], ['SUCCESS', 290, 990]);
  assert.equal((await byOurs()).data.trade_state, 'REFUND');

  step('is refused what it must be refused');
  const tooMuch = { ...refund, out_refund_no: 'JSR0002', amount: { ...amount, refund: 701 } };
  assert.deepEqual(await refused(wx.v3.refund.domestic.refunds.post(tooMuch)), [400, 'INVALID_REQUEST']);
  assert.deepEqual(await refused(other.get({ params, out_trade_no: 'NOBODY' })), [404, 'ORDER_NOT_EXIST']);
  const stranger = client(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
  assert.deepEqual(await refused(stranger.v3.pay.transactions.jsapi.post(asked('JS0003'))), [401, 'SIGN_ERROR']);
});
