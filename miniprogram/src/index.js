// The client of a Tongbao server for WeChat mini programs: login, goods, orders, and `pay` done
// right. It has no dependency, and knows the world only through what is passed in: `wx`, timers,
// the clock and chance. In a browser a small shim plays `wx`.
//
// Written as ES modules in a subset that the mini program compiler turns into CommonJS and that
// browsers and Node run as it stands: no optional chaining, no private fields, no globals.

import { makeHttp, TongbaoError } from './http.js';
import { makeSession } from './session.js';
import { makeCart } from './cart.js';
import { makePending } from './pending.js';
import { makePayment } from './payment.js';
import { report } from './outcome.js';
import { say, texts, meaning } from './texts.js';

export { TongbaoError, texts, meaning };

// Makes a client. `options.baseUrl` is the server's address without a slash at the end,
// `options.wx` the mini program API; the rest has defaults (see index.d.ts).
export function createTongbao(options) {
  const env = makeEnv(options);
  const http = makeHttp(env);
  const session = makeSession(env, http);
  const cart = makeCart(env);
  const pending = makePending(env);
  const creating = new Map();
  let skewMs = 0;

  function seen(order) {
    skewMs = Date.parse(order.server_time) - env.now();
    cart.settle(order);
    return order;
  }

  const path = (orderNo, verb) => '/client/v1/orders/' + encodeURIComponent(orderNo) + (verb ? '/' + verb : '');

  const server = {
    order: (orderNo) => session.call('GET', path(orderNo)).then(seen),
    prepare: async (orderNo) => {
      const answer = await session.call('POST', path(orderNo, 'pay'));
      seen(answer.order);
      return answer;
    },
    confirm: (orderNo, result, detail, timeout) => session
      .call('POST', path(orderNo, 'confirm'), { body: { result, detail }, timeout })
      .then(seen),
  };
  const payment = makePayment(env, server, pending);

  // Creates the order of a cart, or finds the one it already made. Only goods and quantities are
  // sent; the server knows the prices.
  function createOrder(items) {
    const lines = items.map((item) => ({ goods_id: item.goods_id, quantity: item.quantity }));
    const mark = cart.fingerprint(lines);
    if (creating.has(mark)) return creating.get(mark);
    const promise = create(lines).then((order) => (order.state === 'closed' ? create(lines) : order));
    creating.set(mark, promise);
    const done = () => creating.delete(mark);
    promise.then(done, done);
    return promise;
  }

  // An order that was closed meanwhile has freed the cart by being seen, so that asking again
  // makes a new one.
  function create(lines) {
    const key = cart.keyFor(lines);
    return session.call('POST', '/client/v1/orders', { body: { items: lines }, key }).then((order) => {
      cart.ordered(key, order.order_no);
      return seen(order);
    });
  }

  // Creates the order of a cart and pays it. `ordering` is reported before anything is awaited,
  // so that the button is disabled by the tap itself.
  async function buy(items, settings) {
    const onState = settings && settings.onState;
    if (onState) onState(report(env, 'ordering', ''));
    let order;
    try {
      order = await createOrder(items);
    } catch (error) {
      const end = report(env, 'idle', '', { kind: error.code, text: error.text || env.say('refused') });
      if (onState) onState(end);
      return end;
    }
    return payment.pay(order.order_no, onState);
  }

  function orders(filter) {
    const wanted = filter || {};
    const query = ['state', 'cursor', 'limit']
      .filter((name) => wanted[name] !== undefined && wanted[name] !== null)
      .map((name) => name + '=' + encodeURIComponent(wanted[name]))
      .join('&');
    return session.call('GET', '/client/v1/orders' + (query ? '?' + query : '')).then((page) => {
      page.orders.forEach(seen);
      return page;
    });
  }

  // For `onShow` and launch: asks about every order whose cashier was left without an answer.
  function resume(settings) {
    const onState = settings && settings.onState;
    const left = pending.list().filter((entry) => !payment.busy(entry.order_no));
    return Promise.all(left.map((entry) => payment.settle(entry, onState)));
  }

  // Whole seconds an order can still be paid, by the server's clock; never below zero.
  function secondsLeft(order) {
    return Math.max(0, Math.floor((Date.parse(order.expires_at) - env.now() - skewMs) / 1000));
  }

  return {
    login: session.login,
    goods: () => http.call('GET', '/client/v1/goods'),
    createOrder,
    buy,
    pay: (orderNo, settings) => payment.pay(orderNo, settings && settings.onState),
    confirm: (orderNo, result, detail) => server.confirm(orderNo, result || 'unknown', detail || ''),
    cancel: (orderNo) => session.call('POST', path(orderNo, 'cancel')).then((order) => {
      if (order.state !== 'unpaid') pending.drop(orderNo);
      return seen(order);
    }),
    order: server.order,
    orders,
    resume,
    secondsLeft,
    say: env.say,
    setLang: env.setLang,
  };
}

// The edges to the world, each replaceable. Storage that fails is a storage that forgets.
function makeEnv(options) {
  const wx = options.wx;
  let lang = options.lang === 'en' ? 'en' : 'zh';
  const timers = options.timers || { setTimeout: (run, after) => setTimeout(run, after), clearTimeout: (id) => clearTimeout(id) };
  return {
    wx,
    baseUrl: String(options.baseUrl).replace(/\/+$/, ''),
    lang: () => lang,
    setLang: (next) => { lang = next === 'en' ? 'en' : 'zh'; },
    say: (key) => say(lang, key),
    setTimeout: timers.setTimeout,
    clearTimeout: timers.clearTimeout,
    now: options.now || (() => Date.now()),
    random: options.random || (() => Math.random()),
    log: options.log || ((entry) => console.warn('tongbao', entry)),
    load: (place) => attempt(() => wx.getStorageSync(place)) || null,
    save: (place, value) => attempt(() => wx.setStorageSync(place, value)),
    remove: (place) => attempt(() => wx.removeStorageSync(place)),
  };
}

function attempt(work) {
  try {
    return work();
  } catch (ignored) {
    return null;
  }
}
