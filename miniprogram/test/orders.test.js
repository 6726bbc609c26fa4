import test from 'node:test';
import assert from 'node:assert/strict';
import { makeWorld, states, order, confirmRoute } from './world.js';
import { meaning, texts } from '../src/index.js';

const create = 'POST /client/v1/orders';
const tea = [{ goods_id: 'tea', quantity: 1 }];

const keys = (world) => world.calls.filter((call) => call.route === create).map((call) => call.header['Idempotency-Key']);

test('a double tap on buy makes one order and opens one cashier', async () => {
  const world = makeWorld();
  const both = [world.client.buy(tea), world.client.buy(tea)];
  await world.clock.advance(0);
  const ends = await Promise.all(both);
  assert.deepEqual(ends.map((end) => end.state), ['paid', 'paid']);
  assert.equal(world.count(create), 1);
  assert.equal(world.cashiers.length, 1);
});

test('the price never leaves the client', async () => {
  const world = makeWorld();
  await world.client.createOrder([{ goods_id: 'tea', quantity: 2, price_fen: 1 }]);
  assert.deepEqual(world.calls.at(-1).data, { items: [{ goods_id: 'tea', quantity: 2 }] });
});

test('a create that timed out is repeated with the same key', async () => {
  let calls = 0;
  const world = makeWorld({ routes: { [create]: () => { calls += 1; return calls === 1 ? 'silence' : { status: 201, data: order() }; } } });
  const first = await states(world, (onState) => world.client.buy(tea, { onState }), 12000);
  assert.deepEqual(first.seen, ['ordering', 'idle']);
  assert.equal(first.end.text, '网络超时，请重试');
  await states(world, (onState) => world.client.buy(tea, { onState }));
  const [one, two] = keys(world);
  assert.equal(one, two);
});

test('the key outlives a restart and a cancel, and ends with the payment', async () => {
  let said = 'requestPayment:fail cancel';
  let state = 'unpaid';
  const world = makeWorld({ cashier: () => said, routes: { [confirmRoute]: () => ({ status: 200, data: order({ state }) }) } });
  await states(world, () => world.client.buy(tea));
  const restarted = world.start();
  said = 'requestPayment:ok';
  state = 'paid';
  await states(world, () => restarted.buy(tea));
  await states(world, () => restarted.buy(tea));
  const [one, two, three] = keys(world);
  assert.equal(one, two);
  assert.notEqual(two, three);
});

test('a cart whose order was closed meanwhile gets a new order', async () => {
  let calls = 0;
  const world = makeWorld({ routes: { [create]: () => { calls += 1; return { status: 200, data: order({ order_no: 'TB' + calls, state: calls === 2 ? 'closed' : 'unpaid' }) }; } } });
  await world.client.createOrder(tea);
  const made = await world.client.createOrder(tea);
  assert.equal(made.order_no, 'TB3');
  const [one, two, three] = keys(world);
  assert.equal(one, two);
  assert.notEqual(two, three);
});

test('another cart has another key, and the sequence of goods does not matter', async () => {
  const world = makeWorld();
  const cake = { goods_id: 'cake', quantity: 1 };
  await world.client.createOrder([...tea, cake]);
  await world.client.createOrder([cake, ...tea]);
  await world.client.createOrder(tea);
  const [one, two, three] = keys(world);
  assert.equal(one, two);
  assert.notEqual(two, three);
});

test('an order past its time by the server frees its cart', async () => {
  const world = makeWorld({ routes: { 'GET /client/v1/orders/:no': { status: 200, data: order({ server_time: '2026-11-22T10:30:00+08:00' }) } } });
  await world.client.createOrder(tea);
  await world.client.order('TB1');
  await world.client.createOrder(tea);
  const [one, two] = keys(world);
  assert.notEqual(one, two);
});

test('a token the server forgot is replaced once and the call repeated', async () => {
  let token = 0;
  const world = makeWorld({
    routes: {
      'POST /client/v1/login': () => { token += 1; return { status: 200, data: { token: 't' + token, expires_at: '2026-11-22T12:00:00+08:00' } }; },
      'GET /client/v1/orders/:no': (request) => (request.header.Authorization === 'Bearer t2' ? { status: 200, data: order() } : { status: 401, data: { code: 'token_unknown' } }),
    },
  });
  assert.equal((await world.client.order('TB1')).order_no, 'TB1');
  assert.equal(token, 2);
});

test('many calls at once share one login, and a restart uses the kept token', async () => {
  const world = makeWorld();
  await Promise.all([world.client.order('TB1'), world.client.order('TB2')]);
  await world.start().order('TB1');
  assert.equal(world.count('POST /client/v1/login'), 1);
});

test('an app killed in the cashier asks on its next start', async () => {
  const storage = new Map();
  const before = makeWorld({ storage, cashier: 'silence' });
  before.client.pay('TB1');
  await before.clock.advance(0);
  const after = makeWorld({ storage });
  const { end } = await states(after, (onState) => after.client.resume({ onState }));
  assert.deepEqual(end.map((report) => report.state), ['paid']);
  const again = await states(after, (onState) => after.client.resume({ onState }));
  assert.deepEqual(again.end, []);
});

test('a killed cashier that was not paid leaves the order payable after one question', async () => {
  const storage = new Map();
  const before = makeWorld({ storage, cashier: 'silence' });
  before.client.pay('TB1');
  await before.clock.advance(0);
  const after = makeWorld({ storage, routes: { [confirmRoute]: { status: 200, data: order() } } });
  const { seen, end } = await states(after, (onState) => after.client.resume({ onState }));
  assert.deepEqual(seen, ['confirming', 'unpaid']);
  assert.equal(end[0].order.state, 'unpaid');
});

test('a tap while the question of the last start is open pays after its answer', async () => {
  const storage = new Map();
  const before = makeWorld({ storage, cashier: 'silence' });
  before.client.pay('TB1');
  await before.clock.advance(0);
  let asked = 0;
  const after = makeWorld({ storage, routes: { [confirmRoute]: () => { asked += 1; return { status: 200, data: order({ state: asked === 1 ? 'unpaid' : 'paid' }) }; } } });
  const resumed = after.client.resume();
  const { seen, end } = await states(after, (onState) => after.client.pay('TB1', { onState }));
  assert.equal((await resumed)[0].state, 'unpaid');
  assert.deepEqual(seen, ['ordering', 'ordering', 'invoking', 'confirming', 'paid']);
  assert.equal(end.state, 'paid');
  assert.equal(after.cashiers.length, 1);
});

test('an order the server does not know is not asked for again', async () => {
  const storage = new Map();
  const before = makeWorld({ storage, cashier: 'silence' });
  before.client.pay('TB1');
  await before.clock.advance(0);
  const after = makeWorld({ storage, routes: { [confirmRoute]: { status: 404, data: { code: 'order_unknown' } } } });
  const { end } = await states(after, () => after.client.resume());
  assert.equal(end[0].state, 'unknown');
  assert.deepEqual(await after.client.resume(), []);
});

test('returning from the cashier does not ask twice: a running payment is left alone', async () => {
  const world = makeWorld({ cashier: 'silence' });
  world.client.pay('TB1');
  await world.clock.advance(0);
  assert.deepEqual(await world.client.resume(), []);
});

test('cancel that finds the order paid shows it paid', async () => {
  const world = makeWorld({ routes: { 'POST /client/v1/orders/:no/cancel': { status: 200, data: order({ state: 'paid' }) } } });
  assert.equal((await world.client.cancel('TB1')).state, 'paid');
});

test('the countdown follows the server, not the phone', async () => {
  const world = makeWorld({ routes: { 'GET /client/v1/orders/:no': { status: 200, data: order({ server_time: '2026-11-22T10:29:00+08:00' }) } } });
  const late = await world.client.order('TB1');
  assert.equal(world.client.secondsLeft(late), 60);
  await world.clock.advance(90000);
  assert.equal(world.client.secondsLeft(late), 0);
});

test('the list asks for a state, a cursor and a limit', async () => {
  const world = makeWorld({ routes: { 'GET /client/v1/orders?state=unpaid&limit=20': { status: 200, data: { orders: [order()], next_cursor: null } } } });
  const page = await world.client.orders({ state: 'unpaid', limit: 20 });
  assert.equal(page.orders.length, 1);
});

test('storage that fails is storage that forgets', async () => {
  const world = makeWorld();
  world.wx.setStorageSync = () => { throw new Error('full'); };
  world.wx.getStorageSync = () => { throw new Error('full'); };
  const { end } = await states(world, () => world.client.buy(tea));
  assert.equal(end.state, 'paid');
});

test('both languages have the same texts', () => {
  assert.deepEqual(Object.keys(texts.zh), Object.keys(texts.en));
});

test('success is only what ends in ok', () => {
  assert.equal(meaning('requestPayment:ok').kind, 'ok');
  assert.equal(meaning('requestPayment:okay').kind, 'failed');
  assert.equal(meaning('requestPayment:fail cancel').kind, 'canceled');
  assert.equal(meaning('requestPayment:cancel').kind, 'canceled');
  assert.equal(meaning('requestPayment:fail', 102).kind, 'forbidden');
  assert.equal(meaning(undefined).kind, 'failed');
});
