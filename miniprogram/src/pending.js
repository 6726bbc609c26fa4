// Orders whose cashier was opened here and whose end is not known yet. Kept across starts, so
// that an app killed in the cashier still learns the result on its next `onShow`.

const place = 'tongbao.pending';

// More than this many open cashiers means storage was tampered with; the newest are kept.
const limit = 10;

export function makePending(env) {
  function list() {
    const kept = env.load(place);
    return Array.isArray(kept) ? kept.filter((entry) => entry && typeof entry.order_no === 'string') : [];
  }

  // `phase` is `invoking` (cashier open) or `confirming` (the cashier said ok, or nothing clear).
  function note(orderNo, phase) {
    const others = list().filter((entry) => entry.order_no !== orderNo);
    env.save(place, others.concat([{ order_no: orderNo, phase }]).slice(-limit));
  }

  function drop(orderNo) {
    const left = list().filter((entry) => entry.order_no !== orderNo);
    if (left.length === 0) env.remove(place);
    else env.save(place, left);
  }

  return { list, note, drop };
}
