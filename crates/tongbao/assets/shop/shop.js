// The demo shop: a small mini program in a browser. The client that pays is the one mini programs
// use, unchanged; only `wx` is played by a shim.

import { createTongbao } from './tongbao/index.js';
import { makeWx } from './wx-shim.js';
import { words } from './words.js';
import { aboutView, countdown, ordersScreen, orderScreen, sheetView, shopScreen } from './view.js';

const quantityMax = 99;
const toastMs = 2600;

const place = (id) => document.getElementById(id);

async function start() {
  const answer = await fetch('/shop/config.json', { cache: 'no-store' });
  if (!answer.ok) throw new Error(`config.json: HTTP ${answer.status}`);
  const config = settle(await answer.json());
  const state = {
    merchant: '', goods: [], cart: {}, sheet: null, busy: null, trouble: '',
    filter: '', orders: null, order: null, unknown: false,
  };
  const app = { config, state, lang: config.lang, words: words[config.lang], quantityMax };
  const wx = makeWx({
    simulator: config.simulator,
    appid: config.appid,
    payer: config.payer,
    host: place('cashier'),
    lang: () => app.lang,
    title: () => app.words.cashier,
  });
  app.client = createTongbao({ baseUrl: '', wx, lang: app.lang });
  run(app);
}

// What the address says goes before what the server says, so that tabs can differ.
function settle(config) {
  const asked = new URLSearchParams(location.search);
  const lang = asked.get('lang') || config.lang;
  const payers = (config.payers || []).map((payer) => (typeof payer === 'string' ? payer : payer.id));
  return { ...config, payers, payer: asked.get('payer') || config.payer, lang: lang === 'en' ? 'en' : 'zh' };
}

function run(app) {
  const { state, client } = app;
  let shown = '';

  app.count = (cart) => Object.values(cart).reduce((sum, quantity) => sum + quantity, 0);
  app.total = (cart) => state.goods.reduce((sum, goods) => sum + goods.price_fen * (cart[goods.id] || 0), 0);
  const items = (cart) => state.goods.filter((goods) => cart[goods.id] > 0).map((goods) => ({ goods_id: goods.id, quantity: cart[goods.id] }));
  const step = (cart, id, by) => ({ ...cart, [id]: Math.min(quantityMax, Math.max(0, (cart[id] || 0) + by)) });

  // ---- Drawing

  function route() {
    const [, screen, orderNo] = location.hash.split('/');
    return { screen: screen || 'shop', orderNo: orderNo ? decodeURIComponent(orderNo) : '' };
  }

  function draw() {
    document.documentElement.lang = app.lang === 'en' ? 'en' : 'zh-CN';
    const { screen } = route();
    const focus = document.activeElement && document.activeElement.getAttribute('data-focus');
    const scroll = place('screen').scrollTop;
    const moved = shown !== location.hash;
    shown = location.hash;
    const screens = { shop: shopScreen, orders: ordersScreen, order: orderScreen };
    place('screen').className = `screen-${screen}`;
    place('screen').replaceChildren(...(screens[screen] || shopScreen)(app).filter((part) => part !== null));
    place('screen').scrollTop = moved ? 0 : scroll;
    drawSheet();
    place('about').replaceChildren(...aboutView(app).filter((part) => part !== null));
    drawVeil();
    refocus(focus, moved);
    document.title = [state.order && screen === 'order' ? app.words.states[state.order.state] : '', state.merchant || '通宝', app.words.page].filter(Boolean).join(' · ');
  }

  function drawSheet() {
    const open = state.sheet !== null;
    const host = place('sheet');
    const already = host.classList.contains('open');
    const away = state.busy !== null && state.busy.state === 'invoking';
    place('screen').inert = open || away;
    host.inert = away;
    host.classList.toggle('open', open);
    host.classList.toggle('still', open && already);
    if (open) host.replaceChildren(sheetView(app));
    else host.replaceChildren();
  }

  function drawVeil() {
    const confirming = state.busy !== null && state.busy.state === 'confirming';
    place('veil').className = confirming ? 'open' : '';
    place('veil').textContent = confirming ? state.busy.text : '';
  }

  // Drawing anew must not lose the place of someone who moves by keyboard.
  function refocus(focus, moved) {
    const again = focus && document.querySelector(`[data-focus="${CSS.escape(focus)}"]:not(:disabled)`);
    if (again) again.focus({ preventScroll: true });
    else if (state.sheet !== null && !place('sheet').contains(document.activeElement)) focusOn('#sheet-title');
    else if (moved && place('cashier').className === '') focusOn('#screen h2[tabindex], #screen h1[tabindex]');
  }

  function focusOn(selector) {
    const target = document.querySelector(selector);
    if (target !== null) target.focus({ preventScroll: true });
  }

  function toast(text) {
    const box = place('toast');
    box.textContent = text;
    box.classList.add('open');
    clearTimeout(toast.timer);
    toast.timer = setTimeout(() => box.classList.remove('open'), toastMs);
  }

  // ---- Loading

  async function attempt(work) {
    state.trouble = '';
    try {
      return await work();
    } catch (error) {
      state.trouble = error.text || String(error.message);
      toast(state.trouble);
      return null;
    }
  }

  async function load() {
    const { screen, orderNo } = route();
    if (state.goods.length === 0) {
      const list = await attempt(() => client.goods());
      if (list !== null) Object.assign(state, { merchant: list.merchant_name, goods: list.goods });
    }
    if (screen === 'orders') {
      const page = await attempt(() => client.orders({ state: state.filter || undefined, limit: 20 }));
      state.orders = page === null ? state.orders : page.orders;
    }
    if (screen === 'order' && (state.order === null || state.order.order_no !== orderNo)) {
      state.order = null;
      draw();
      state.order = await attempt(() => client.order(orderNo));
    }
    draw();
  }

  // ---- Paying

  function onState(report) {
    state.busy = report.busy ? report : null;
    place('spoken').textContent = report.text;
    draw();
  }

  // Where every attempt ends. The page shows the server's order, never the cashier's word; the
  // cart is emptied only when the server says paid.
  function ended(report) {
    state.busy = null;
    if (report.state === 'idle') {
      toast(report.text);
      draw();
      return;
    }
    if (report.state === 'paid' && state.sheet !== null) {
      for (const id of Object.keys(state.sheet.draft)) delete state.cart[id];
    }
    state.sheet = null;
    state.unknown = report.state === 'unknown';
    if (report.order !== null) state.order = report.order;
    if (report.state !== 'paid' && report.kind !== 'unpaid') toast(report.text);
    const target = `#/order/${encodeURIComponent(report.order_no)}`;
    if (location.hash === target) draw();
    else location.replace(target);
  }

  app.act = {
    speak(lang) {
      app.lang = lang;
      app.words = words[lang];
      client.setLang(lang);
      draw();
    },
    back: () => (state.cameFromOrders ? app.act.openOrders() : app.act.home()),
    home: () => { location.hash = '#/'; },
    openOrders: () => { state.orders = null; location.hash = '#/orders'; },
    reload: load,
    change(id, by) {
      state.cart = step(state.cart, id, by);
      draw();
    },
    openSheet(only) {
      const draft = only === null ? { ...state.cart } : { [only]: Math.max(1, state.cart[only] || 0) };
      state.sheet = { draft, only };
      draw();
    },
    changeDraft(id, by) {
      if (state.busy !== null) return;
      state.sheet.draft = step(state.sheet.draft, id, by);
      state.cart = { ...state.cart, ...(state.sheet.only === null ? state.sheet.draft : {}) };
      if (app.count(state.sheet.draft) === 0) state.sheet = null;
      draw();
    },
    closeSheet() {
      if (state.busy !== null) return;
      state.sheet = null;
      draw();
    },
    buy() {
      if (state.busy === null) client.buy(items(state.sheet.draft), { onState }).then(ended);
    },
    pay(orderNo) {
      if (state.busy === null) client.pay(orderNo, { onState }).then(ended);
    },
    async ask() {
      const order = await attempt(() => client.confirm(state.order.order_no));
      if (order !== null) {
        state.order = order;
        state.unknown = state.unknown && order.state === 'unpaid';
      }
      draw();
    },
    async cancel(orderNo) {
      const order = await attempt(() => client.cancel(orderNo));
      if (order === null) return;
      if (state.order !== null && state.order.order_no === orderNo) state.order = order;
      if (order.state !== 'paid') toast(app.words.canceled);
      if (route().screen === 'orders') await load();
      else draw();
    },
    filter(value) {
      state.filter = value;
      draw();
      load();
    },
  };

  // ---- Living on

  // Only the countdowns change each second; an order whose time is over is asked for once more.
  setInterval(() => {
    for (const span of document.querySelectorAll('[data-until]')) {
      const number = span.getAttribute('data-until');
      const known = [state.order].concat(state.orders || []).find((order) => order && order.order_no === number);
      if (!known) continue;
      const left = client.secondsLeft(known);
      span.textContent = app.words.left(countdown(left));
      if (left === 0 && span.dataset.over === undefined) {
        span.dataset.over = 'true';
        client.order(number).then((order) => { if (state.order && state.order.order_no === number) state.order = order; draw(); }, () => {});
      }
    }
  }, 1000);

  // As `onShow` of a mini program: cashiers left without an answer are asked about.
  async function shownAgain() {
    if (document.hidden || state.busy !== null) return;
    const reports = await client.resume();
    const known = reports.filter((report) => report.order !== null);
    if (known.length > 0) load();
  }

  addEventListener('hashchange', () => {
    state.cameFromOrders = shown === '#/orders';
    state.unknown = state.unknown && route().screen === 'order';
    state.sheet = state.busy === null ? null : state.sheet;
    draw();
    load();
  });
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && state.sheet !== null) app.act.closeSheet();
  });
  place('sheet').addEventListener('click', (event) => {
    if (event.target === place('sheet')) app.act.closeSheet();
  });
  document.addEventListener('visibilitychange', shownAgain);
  draw();
  load();
  shownAgain();
}

start().catch((error) => {
  const box = document.createElement('p');
  box.className = 'blank';
  box.textContent = `小店暂时打不开。The shop could not be opened. (${error.message})`;
  place('screen').replaceChildren(box);
});
