// One cart makes one order. Its idempotency key is made once, kept across taps, failures and
// restarts, and given up only when its order is paid or closed, or the cart changes.

const place = 'tongbao.cart';

export function makeCart(env) {
  // The same goods in another sequence are the same cart.
  function fingerprint(items) {
    return items
      .map((item) => item.goods_id + '×' + item.quantity)
      .sort()
      .join(',');
  }

  // Unique, not secret: the server scopes keys to the person.
  function makeKey() {
    const part = () => Math.floor(env.random() * 0x100000000).toString(16).padStart(8, '0');
    return 'cart-' + env.now().toString(36) + '-' + part() + part();
  }

  // The key of the cart that holds `items`.
  function keyFor(items) {
    const mark = fingerprint(items);
    const kept = env.load(place);
    if (kept !== null && kept.fingerprint === mark && typeof kept.key === 'string') return kept.key;
    const key = makeKey();
    env.save(place, { fingerprint: mark, key, order_no: null });
    return key;
  }

  function ordered(key, orderNo) {
    const kept = env.load(place);
    if (kept !== null && kept.key === key) env.save(place, { ...kept, order_no: orderNo });
  }

  // An order that can no longer be paid frees its cart. Its time is judged by the server's clock.
  function settle(order) {
    const over = order.state !== 'unpaid' || Date.parse(order.expires_at) <= Date.parse(order.server_time);
    const kept = env.load(place);
    if (over && kept !== null && kept.order_no === order.order_no) env.remove(place);
  }

  return { keyFor, ordered, settle, fingerprint };
}
