// What the buttons of the shop do. Whether something is paid is never decided here: every end of a
// payment shows the server's order.

import { route } from './screen.js';
import { words } from './words.js';

export function makeActions(app) {
  return { ...loading(app), ...moving(app), ...choosing(app), ...paying(app) };
}

// Runs `work`; a failure becomes a text for the payer and null.
async function attempt(app, work) {
  app.state.trouble = '';
  try {
    return await work();
  } catch (error) {
    app.state.trouble = error.text || String(error.message);
    app.screen.toast(app.state.trouble);
    return null;
  }
}

function loading(app) {
  const { state, client, screen } = app;

  async function load() {
    const { screen: name, orderNo } = route();
    if (state.goods.length === 0) {
      const list = await attempt(app, () => client.goods());
      if (list !== null) Object.assign(state, { merchant: list.merchant_name, goods: list.goods });
    }
    if (name === 'orders') {
      const page = await attempt(app, () => client.orders({ state: state.filter || undefined, limit: 20 }));
      if (page !== null) state.orders = page.orders;
    }
    if (name === 'order' && (state.order === null || state.order.order_no !== orderNo)) {
      state.order = null;
      screen.draw();
      state.order = await attempt(app, () => client.order(orderNo));
    }
    screen.draw();
  }

  async function shownAgain() {
    if (document.hidden || state.busy !== null) return;
    const reports = await client.resume();
    if (reports.every((report) => report.order === null)) return;
    state.order = null;
    load();
  }

  async function lookAgain(orderNo) {
    const order = await attempt(app, () => client.order(orderNo));
    if (order === null) return;
    if (state.order !== null && state.order.order_no === orderNo) state.order = order;
    if (state.orders !== null) state.orders = state.orders.map((one) => (one.order_no === orderNo ? order : one));
    screen.draw();
  }

  return { load, shownAgain, lookAgain };
}

function moving(app) {
  const { state, client, screen } = app;
  return {
    speak(lang) {
      app.lang = lang;
      app.words = words[lang];
      client.setLang(lang);
      screen.draw();
    },
    // A new place was reached: by a link, by a button, or back and forth in the browser.
    arrive() {
      const { screen: name } = route();
      state.unknown = state.unknown && name === 'order';
      if (state.busy === null) state.sheet = null;
      screen.draw();
      app.act.load();
      state.cameFromOrders = name === 'orders' || (name === 'order' && state.cameFromOrders);
    },
    back: () => (state.cameFromOrders && route().screen === 'order' ? app.act.openOrders() : app.act.home()),
    home: () => { location.hash = '#/'; },
    openOrders() {
      state.orders = null;
      location.hash = '#/orders';
    },
    filter(value) {
      state.filter = value;
      screen.draw();
      app.act.load();
    },
  };
}

function choosing(app) {
  const { state, screen } = app;
  const step = (cart, id, by) => ({ ...cart, [id]: Math.min(app.quantityMax, Math.max(0, (cart[id] || 0) + by)) });
  return {
    change(id, by) {
      state.cart = step(state.cart, id, by);
      screen.draw();
    },
    // One of the goods, or with null the whole cart.
    openSheet(only) {
      const draft = only === null ? { ...state.cart } : { [only]: Math.max(1, state.cart[only] || 0) };
      state.sheet = { draft, only };
      screen.draw();
    },
    changeDraft(id, by) {
      if (state.busy !== null) return;
      state.sheet.draft = step(state.sheet.draft, id, by);
      if (state.sheet.only === null) state.cart = { ...state.sheet.draft };
      if (app.count(state.sheet.draft) === 0) state.sheet = null;
      screen.draw();
    },
    closeSheet() {
      if (state.busy !== null) return;
      state.sheet = null;
      screen.draw();
    },
  };
}

function paying(app) {
  const { state, client, screen } = app;

  function onState(report) {
    state.busy = report.busy ? report : null;
    screen.speak(report.text);
    screen.draw();
  }

  // Where every attempt ends. The cart is emptied only when the server says paid, and the result
  // takes the place of the page it came from, so that "back" does not lead into a paid sheet.
  function ended(report) {
    state.busy = null;
    if (report.state === 'idle') {
      screen.toast(report.text);
      screen.draw();
      return;
    }
    if (report.state === 'paid' && state.sheet !== null) {
      for (const id of Object.keys(state.sheet.draft)) delete state.cart[id];
    }
    state.sheet = null;
    state.unknown = report.state === 'unknown';
    if (report.order !== null) state.order = report.order;
    if (report.state !== 'paid' && report.kind !== 'unpaid') screen.toast(report.text);
    const target = `#/order/${encodeURIComponent(report.order_no)}`;
    if (location.hash === target) screen.draw();
    else location.replace(target);
  }

  return {
    buy() {
      const { draft } = state.sheet;
      const items = state.goods.filter((goods) => draft[goods.id] > 0).map((goods) => ({ goods_id: goods.id, quantity: draft[goods.id] }));
      if (state.busy === null) client.buy(items, { onState }).then(ended);
    },
    pay(orderNo) {
      if (state.busy === null) client.pay(orderNo, { onState }).then(ended);
    },
    async ask() {
      const order = await attempt(app, () => client.confirm(state.order.order_no));
      if (order !== null) {
        state.order = order;
        state.unknown = state.unknown && order.state === 'unpaid';
      }
      screen.draw();
    },
    // The server closes at the platform first; an order that turns out paid is shown paid.
    async cancel(orderNo) {
      const order = await attempt(app, () => client.cancel(orderNo));
      if (order === null) return;
      if (state.order !== null && state.order.order_no === orderNo) state.order = order;
      if (order.state !== 'paid') screen.toast(app.words.canceled);
      if (route().screen === 'orders') await app.act.load();
      else screen.draw();
    },
  };
}
