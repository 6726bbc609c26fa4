// The pay button's state machine. The cashier's word changes nothing here: it only makes us ask
// the server, and "paid" is shown when the server says so.
// Source: miniprogram.md §2.3, §7.1, §7.2.

import { meaning } from './texts.js';
import { report, verdict } from './outcome.js';

// Waits between questions after the cashier closed, in milliseconds; the last one repeats.
export const ladderMs = [1000, 2000, 3000, 5000];

// Asking stops here and the page says that the result is still being confirmed.
export const deadlineMs = 30000;

const askTimeoutMs = 10000;

// `server` has prepare(orderNo), confirm(orderNo, result, detail, timeout) and order(orderNo).
export function makePayment(env, server, pending) {
  const running = new Map();

  // Pays one order. While it runs, more taps get the same promise and only listen along.
  // Resolves, never rejects, with the last state.
  // A question left from an earlier cashier is heard out first; only then is there anything to pay.
  function pay(orderNo, onState) {
    const asking = running.get(orderNo);
    if (asking !== undefined && asking.settling) {
      if (onState) onState(report(env, 'ordering', orderNo));
      return asking.promise.then((end) => {
        if (end.state !== 'paid') return pay(orderNo, onState);
        if (onState) onState(end);
        return end;
      });
    }
    return once(orderNo, onState, (emit) => run(orderNo, emit));
  }

  // Asks about an order whose cashier was left without an answer.
  function settle(entry, onState) {
    return once(entry.order_no, onState, (emit) => {
      emit('confirming');
      const result = 'unknown';
      return entry.phase === 'confirming'
        ? confirm(entry.order_no, result, 'resume', null, emit)
        : ask(entry.order_no, result, 'resume', null, 'unpaid', emit);
    }, true);
  }

  function busy(orderNo) {
    return running.has(orderNo);
  }

  function once(orderNo, onState, work, settling) {
    const current = running.get(orderNo);
    if (current !== undefined) {
      if (onState) {
        current.listeners.push(onState);
        onState(current.last);
      }
      return current.promise;
    }
    const entry = { listeners: onState ? [onState] : [], last: null, promise: null, settling: settling === true };
    const emit = (state, fields) => {
      entry.last = report(env, state, orderNo, fields);
      entry.listeners.forEach((listen) => listen(entry.last));
      return entry.last;
    };
    running.set(orderNo, entry);
    entry.promise = work(emit);
    const done = () => running.delete(orderNo);
    entry.promise.then(done, done);
    return entry.promise;
  }

  async function run(orderNo, emit) {
    emit('ordering');
    let prepared;
    try {
      prepared = await server.prepare(orderNo);
    } catch (error) {
      return notStarted(orderNo, error, emit);
    }
    const order = prepared.order;
    if (!prepared.invoke) return settled(order, emit) || emit('unpaid', { order });
    emit('invoking', { order });
    pending.note(orderNo, 'invoking');
    const said = await invoke(prepared.invoke);
    return conclude(orderNo, said, order, emit);
  }

  // The server did not give parameters to pay with. A refusal may mean that the order is paid or
  // closed, so it is looked at once.
  async function notStarted(orderNo, error, emit) {
    if (error.transient !== true) {
      try {
        const order = await server.order(orderNo);
        const end = settled(order, emit);
        if (end !== null) return end;
      } catch (ignored) {
        // The first error says more than this one.
      }
    }
    return emit('idle', { kind: error.code, text: error.text || env.say('refused') });
  }

  // Opens the cashier with exactly the five signed fields. There is no time-out: a payer thinks.
  function invoke(fields) {
    return new Promise((resolve) => {
      env.wx.requestPayment({
        timeStamp: fields.timeStamp,
        nonceStr: fields.nonceStr,
        package: fields.package,
        signType: fields.signType,
        paySign: fields.paySign,
        success: (answer) => resolve({ errMsg: (answer && answer.errMsg) || 'requestPayment:ok' }),
        fail: (error) => resolve({ errMsg: (error && error.errMsg) || '', errno: error && error.errno }),
      });
    });
  }

  function conclude(orderNo, said, order, emit) {
    const meant = meaning(said.errMsg, said.errno);
    switch (meant.kind) {
      case 'ok':
        emit('confirming', { order });
        return confirm(orderNo, 'ok', said.errMsg, order, emit);
      case 'canceled':
        return ask(orderNo, 'cancel', said.errMsg, order, 'canceled', emit);
      case 'network':
        env.log({ order_no: orderNo, errMsg: said.errMsg, kind: meant.kind, alarm: meant.alarm });
        emit('confirming', { order });
        return confirm(orderNo, 'unknown', said.errMsg, order, emit);
      default:
        env.log({ order_no: orderNo, errMsg: said.errMsg, kind: meant.kind, alarm: meant.alarm });
        return ask(orderNo, 'fail', said.errMsg, order, meant.kind, emit);
    }
  }

  // One question: paid if the server says so, otherwise unpaid with the text of `kind`.
  // When the question itself is lost after a failure, nothing is known and it is asked again;
  // after a cancel the order simply stays, and the next `resume` asks.
  async function ask(orderNo, result, detail, known, kind, emit) {
    let order;
    try {
      order = await server.confirm(orderNo, result, detail, askTimeoutMs);
    } catch (error) {
      if (result === 'cancel') return emit('unpaid', { order: known, kind });
      emit('confirming', { order: known });
      return confirm(orderNo, result, detail, known, emit);
    }
    const end = settled(order, emit);
    if (end !== null) return end;
    pending.drop(orderNo);
    return emit('unpaid', { order, kind });
  }

  // Asks until the server knows the end or the deadline passes.
  async function confirm(orderNo, result, detail, known, emit) {
    pending.note(orderNo, 'confirming');
    const deadline = env.now() + deadlineMs;
    let order = known;
    for (let step = 0; ; step += 1) {
      try {
        order = await server.confirm(orderNo, result, detail, askTimeoutMs);
        const end = settled(order, emit);
        if (end !== null) return end;
      } catch (error) {
        env.log({ order_no: orderNo, errMsg: String(error.message), kind: error.code, alarm: false });
        // The server does not know this order (a foreign or emptied server): asking on is idle.
        if (error.status === 404) {
          pending.drop(orderNo);
          return emit('unknown', { order });
        }
      }
      const left = deadline - env.now();
      if (left <= 0) return emit('unknown', { order });
      await wait(Math.min(ladderMs[Math.min(step, ladderMs.length - 1)], left));
    }
  }

  function settled(order, emit) {
    const end = verdict(order);
    if (end === null) return null;
    pending.drop(order.order_no);
    return emit(end.state, { order, kind: end.kind });
  }

  function wait(milliseconds) {
    return new Promise((resolve) => env.setTimeout(resolve, milliseconds));
  }

  return { pay, settle, busy };
}
