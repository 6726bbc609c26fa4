import test from 'node:test';
import assert from 'node:assert/strict';
import { makeWorld, states, order, invoke, confirmRoute } from './world.js';

const tap = (world) => (onState) => world.client.pay('TB1', { onState });

test('a payment walks ordering, invoking, confirming and is paid when the server says so', async () => {
  const world = makeWorld();
  const { seen, end } = await states(world, tap(world));
  assert.deepEqual(seen, ['ordering', 'invoking', 'confirming', 'paid']);
  assert.equal(end.text, '支付成功');
  assert.equal(end.order.state, 'paid');
  assert.equal(end.busy, false);
});

test('the tap itself reports ordering, before anything is awaited', () => {
  const world = makeWorld();
  const seen = [];
  world.client.pay('TB1', { onState: (report) => seen.push([report.state, report.busy]) });
  assert.deepEqual(seen, [['ordering', true]]);
});

test('exactly the five signed fields reach the cashier', async () => {
  const world = makeWorld();
  await states(world, tap(world));
  const { success, fail, ...fields } = world.cashiers[0];
  assert.deepEqual(fields, invoke);
});

test('ok from the cashier is not believed: unpaid at the server stays confirming, then unknown', async () => {
  const world = makeWorld({ routes: { [confirmRoute]: { status: 200, data: order() } } });
  const { seen, end } = await states(world, tap(world), 31000);
  assert.deepEqual(seen, ['ordering', 'invoking', 'confirming', 'unknown']);
  assert.equal(end.text, '支付结果确认中，请勿重复支付');
});

test('after ok the server is asked at once and then after 1, 2, 3, 5, 5, 5 seconds, up to 30', async () => {
  const world = makeWorld({ routes: { [confirmRoute]: { status: 200, data: order() } } });
  const begin = world.clock.now();
  await states(world, tap(world), 60000);
  const asked = world.calls.filter((call) => call.route === confirmRoute).map((call) => (call.at - begin) / 1000);
  assert.deepEqual(asked, [0, 1, 3, 6, 11, 16, 21, 26, 30]);
  assert.equal(world.clock.waiting(), 0);
});

test('a late notification turns confirming into paid', async () => {
  let asked = 0;
  const world = makeWorld({
    routes: { [confirmRoute]: () => { asked += 1; return { status: 200, data: order({ state: asked < 4 ? 'unpaid' : 'paid' }) }; } },
  });
  const { end } = await states(world, tap(world), 10000);
  assert.equal(end.state, 'paid');
  assert.equal(asked, 4);
});

test('answers lost while confirming do not end it', async () => {
  let asked = 0;
  const world = makeWorld({
    routes: { [confirmRoute]: () => { asked += 1; return asked < 3 ? 'offline' : { status: 200, data: order({ state: 'paid' }) }; } },
  });
  const { end } = await states(world, tap(world), 10000);
  assert.equal(end.state, 'paid');
});

test('cancel is not an error: the order is kept and one question is asked', async () => {
  const world = makeWorld({ cashier: 'requestPayment:fail cancel', routes: { [confirmRoute]: { status: 200, data: order() } } });
  const { seen, end } = await states(world, tap(world));
  assert.deepEqual(seen, ['ordering', 'invoking', 'unpaid']);
  assert.equal(end.text, '已取消支付，订单已为您保留');
  assert.equal(end.order.order_no, 'TB1');
  assert.equal(world.count(confirmRoute), 1);
  assert.deepEqual(world.logged, []);
});

test('cancel after the money was taken elsewhere is paid', async () => {
  const world = makeWorld({ cashier: 'requestPayment:fail cancel' });
  const { end } = await states(world, tap(world));
  assert.equal(end.state, 'paid');
});

test('each refusal of the cashier has its own text, and the raw text goes to the log', async () => {
  const refusals = [
    ['requestPayment:fail 支付验证签名失败', '支付参数有误，请稍后重试', true],
    ['requestPayment:fail 该订单已失效', '订单已超时，请重新下单', false],
    ['requestPayment:fail 订单已超过商户设置的最晚支付成功时间，请重新发起支付', '订单已超时，请重新下单', false],
    ['requestPayment:fail 支付密码输入错误次数过多，账户已被锁定', '支付密码错误次数过多，请稍后再试', false],
    ['requestPayment:fail 下单账号与支付账号不一致', '请使用下单的微信号支付', false],
    ['requestPayment:fail no permission', '商家暂不可收款，请联系客服', true],
    ['requestPayment:fail 说不清的原因', '支付未完成，订单已为您保留', false],
  ];
  for (const [errMsg, text, alarm] of refusals) {
    const world = makeWorld({ cashier: errMsg, routes: { [confirmRoute]: { status: 200, data: order() } } });
    const { seen, end } = await states(world, tap(world));
    assert.deepEqual(seen, ['ordering', 'invoking', 'unpaid'], errMsg);
    assert.equal(end.text, text);
    assert.equal(world.logged[0].errMsg, errMsg);
    assert.equal(world.logged[0].order_no, 'TB1');
    assert.equal(world.logged[0].alarm, alarm);
    assert.equal(world.calls.at(-1).data.result, 'fail');
  }
});

test('a network failure in the cashier leaves nothing known, so it is confirmed', async () => {
  const world = makeWorld({ cashier: 'requestPayment:fail network error' });
  const { seen, end } = await states(world, tap(world));
  assert.deepEqual(seen, ['ordering', 'invoking', 'confirming', 'paid']);
  assert.equal(world.calls.at(-1).data.result, 'unknown');
  assert.equal(end.state, 'paid');
});

test('taps while busy share one promise and open one cashier', async () => {
  const world = makeWorld();
  const first = world.client.pay('TB1');
  const second = world.client.pay('TB1');
  assert.equal(first, second);
  await world.clock.advance(0);
  await first;
  assert.equal(world.cashiers.length, 1);
  assert.equal(world.count('POST /client/v1/orders/:no/pay'), 1);
});

test('an order that is already paid opens no cashier', async () => {
  const world = makeWorld({ routes: { 'POST /client/v1/orders/:no/pay': { status: 200, data: { order: order({ state: 'paid' }) } } } });
  const { seen } = await states(world, tap(world));
  assert.deepEqual(seen, ['ordering', 'paid']);
  assert.equal(world.cashiers.length, 0);
});

test('a server error before the cashier returns to idle with a text', async () => {
  const world = makeWorld({ routes: { 'POST /client/v1/orders/:no/pay': { status: 500, data: 'oops' } } });
  const { seen, end } = await states(world, tap(world));
  assert.deepEqual(seen, ['ordering', 'idle']);
  assert.equal(end.text, '系统繁忙，请稍后再试');
});

test('a server that does not answer is given up after twelve seconds', async () => {
  const world = makeWorld({ routes: { 'POST /client/v1/orders/:no/pay': 'silence' } });
  const { seen, end } = await states(world, tap(world), 12000);
  assert.deepEqual(seen, ['ordering', 'idle']);
  assert.equal(end.kind, 'timeout');
});

test('a refusal to start is looked into: the order turned out closed', async () => {
  const world = makeWorld({
    routes: {
      'POST /client/v1/orders/:no/pay': { status: 409, data: { code: 'order_closed', title: '订单已关闭' } },
      'GET /client/v1/orders/:no': { status: 200, data: order({ state: 'closed' }) },
    },
  });
  const { seen, end } = await states(world, tap(world));
  assert.deepEqual(seen, ['ordering', 'unpaid']);
  assert.equal(end.text, '订单已关闭');
});

test('English speaks English', async () => {
  const world = makeWorld({ lang: 'en' });
  const { end } = await states(world, tap(world));
  assert.equal(end.text, 'Paid');
  assert.equal(world.calls[0].header['Accept-Language'], 'en');
});
