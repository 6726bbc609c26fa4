// How an attempt to pay stands or ended, in the words of the state machine:
// idle → ordering → invoking → confirming → paid | unpaid | unknown.
// Source: miniprogram.md §7.1.

const busyStates = ['ordering', 'invoking', 'confirming'];

// A state as the page sees it: {state, busy, order_no, order, kind, text}.
// `kind` says which text it is; it is absent where the state says everything.
export function report(env, state, orderNo, fields) {
  const more = fields || {};
  const kind = more.kind || state;
  return {
    state,
    busy: busyStates.indexOf(state) >= 0,
    order_no: orderNo,
    order: more.order || null,
    kind,
    text: more.text || (state === 'idle' && !more.kind ? '' : env.say(kind)),
  };
}

// What the server's order means for the payer, or null while it may still change by itself.
export function verdict(order) {
  switch (order.state) {
    case 'paid': return { state: 'paid' };
    case 'closed': return { state: 'unpaid', kind: 'closed' };
    default: return null;
  }
}
