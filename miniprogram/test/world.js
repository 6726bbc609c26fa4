// A world for the client without a device: a clock moved by hand, storage in memory, a cashier
// that answers what the test says, and a server that is a function.

import { createTongbao } from '../src/index.js';

export function makeClock(start = Date.parse('2026-11-22T10:00:00+08:00')) {
  let now = start;
  let next = 1;
  const timers = new Map();
  const flush = async () => { for (let i = 0; i < 40; i += 1) await Promise.resolve(); };
  return {
    now: () => now,
    setTimeout: (run, after) => {
      timers.set(next, { at: now + after, run });
      next += 1;
      return next - 1;
    },
    clearTimeout: (id) => timers.delete(id),
    waiting: () => timers.size,
    flush,
    // Moves the clock, running every timer on its way at its own instant.
    async advance(milliseconds) {
      const end = now + milliseconds;
      await flush();
      for (;;) {
        const due = [...timers].filter(([, timer]) => timer.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
        if (due === undefined) break;
        timers.delete(due[0]);
        now = due[1].at;
        due[1].run();
        await flush();
      }
      now = end;
    },
  };
}

export const order = (fields = {}) => ({
  order_no: 'TB1',
  state: 'unpaid',
  description: '龙井 ×1',
  total_fen: 990,
  total: '9.90',
  currency: 'CNY',
  refunded_fen: 0,
  created_at: '2026-11-22T10:00:00+08:00',
  expires_at: '2026-11-22T10:30:00+08:00',
  server_time: '2026-11-22T10:00:00+08:00',
  ...fields,
});

export const invoke = {
  timeStamp: '1414561699',
  nonceStr: '5K8264ILTKCH16CQ2502SI8ZNMTM67VS',
  package: 'prepay_id=wx201410272009395522657a690389285100',
  signType: 'RSA',
  paySign: 'c2lnbmVk',
};

// `routes` maps 'POST /client/v1/login' (order number written as :no) to an answer
// {status, data}, to 'offline' or 'silence', or to a function of the request giving one of them.
export function makeWorld({ routes = {}, cashier = 'requestPayment:ok', lang = 'zh', storage = new Map() } = {}) {
  const clock = makeClock();
  const calls = [];
  const cashiers = [];
  const logged = [];
  let seed = 0;
  const answers = {
    'POST /client/v1/login': { status: 200, data: { token: 't1', expires_at: '2026-11-22T12:00:00+08:00', payment_enabled: true } },
    'POST /client/v1/orders': { status: 201, data: order() },
    'GET /client/v1/orders/:no': { status: 200, data: order() },
    'POST /client/v1/orders/:no/pay': { status: 200, data: { order: order(), invoke } },
    'POST /client/v1/orders/:no/confirm': { status: 200, data: order({ state: 'paid' }) },
    'POST /client/v1/orders/:no/cancel': { status: 200, data: order({ state: 'closed' }) },
    ...routes,
  };
  const wx = {
    login: ({ success }) => success({ code: 'code-1' }),
    request(request) {
      const path = request.url.replace('https://pay.test', '');
      const route = request.method + ' ' + path.replace(/\/orders\/[^/?]+/, '/orders/:no');
      calls.push({ route, path, data: request.data, header: request.header, at: clock.now() });
      const known = answers[route];
      if (known === undefined) throw new Error('no route ' + route);
      const answer = typeof known === 'function' ? known(request) : known;
      if (answer === 'offline') request.fail({ errMsg: 'request:fail ' });
      else if (answer !== 'silence') request.success({ statusCode: answer.status, data: structuredClone(answer.data), header: {} });
      return { abort() {} };
    },
    requestPayment(options) {
      cashiers.push(options);
      const said = typeof cashier === 'function' ? cashier(options) : cashier;
      if (said === 'silence') return;
      if (/:ok$/.test(said)) options.success({ errMsg: said });
      else options.fail({ errMsg: said });
    },
    getStorageSync: (key) => (storage.has(key) ? JSON.parse(storage.get(key)) : ''),
    setStorageSync: (key, value) => storage.set(key, JSON.stringify(value)),
    removeStorageSync: (key) => storage.delete(key),
  };
  const start = () => createTongbao({
    baseUrl: 'https://pay.test/',
    wx,
    lang,
    timers: clock,
    now: clock.now,
    random: () => { seed += 1; return (seed * 0.6180339887) % 1; },
    log: (entry) => logged.push(entry),
  });
  const count = (route) => calls.filter((call) => call.route === route).length;
  return { clock, calls, cashiers, logged, storage, answers, wx, start, client: start(), count };
}

// Runs `work`, remembering the states it reports.
export async function states(world, work, milliseconds = 0) {
  const seen = [];
  const promise = work((report) => seen.push(report.state));
  await world.clock.advance(milliseconds);
  return { seen, end: await promise };
}

export const confirmRoute = 'POST /client/v1/orders/:no/confirm';
