// The demo shop: a small mini program in a browser. The client that pays is the one mini programs
// use, unchanged; only `wx` is played by a shim.

import { createTongbao } from './tongbao/index.js';
import { makeActions } from './actions.js';
import { makeScreen, place } from './screen.js';
import { countdown } from './view.js';
import { words } from './words.js';
import { makeWx } from './wx-shim.js';

async function start() {
  const answer = await fetch('/shop/config.json', { cache: 'no-store' });
  if (!answer.ok) throw new Error(`config.json: HTTP ${answer.status}`);
  const config = settle(await answer.json());
  const app = { config, lang: config.lang, words: words[config.lang], quantityMax: 99, state: emptyState() };
  app.count = (cart) => Object.values(cart).reduce((sum, quantity) => sum + quantity, 0);
  app.total = (cart) => app.state.goods.reduce((sum, goods) => sum + goods.price_fen * (cart[goods.id] || 0), 0);
  const wx = makeWx({
    simulator: config.simulator,
    appid: config.appid,
    payer: config.payer,
    host: place('cashier'),
    lang: () => app.lang,
    title: () => app.words.cashier,
  });
  app.client = createTongbao({ baseUrl: '', wx, lang: app.lang });
  app.screen = makeScreen(app);
  app.act = makeActions(app);
  app.screen.draw();
  app.act.load();
  liveOn(app);
}

// What the address says goes before what the server says, so that tabs can differ.
function settle(config) {
  const asked = new URLSearchParams(location.search);
  const lang = asked.get('lang') || config.lang;
  const payers = (config.payers || []).map((payer) => (typeof payer === 'string' ? payer : payer.id));
  return { ...config, payers, payer: asked.get('payer') || config.payer, lang: lang === 'en' ? 'en' : 'zh' };
}

// `busy` is the payment in progress, `sheet` the open sheet ({draft, only}), `order` the order on
// its own screen, `orders` the list; null while not loaded.
function emptyState() {
  return {
    merchant: '', goods: [], cart: {}, sheet: null, busy: null, trouble: '',
    filter: '', orders: null, order: null, unknown: false, cameFromOrders: false,
  };
}

function liveOn(app) {
  addEventListener('hashchange', () => app.act.arrive());
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && app.state.sheet !== null) app.act.closeSheet();
  });
  place('sheet').addEventListener('click', (event) => {
    if (event.target === place('sheet')) app.act.closeSheet();
  });
  // As `onShow` of a mini program: cashiers left without an answer are asked about.
  document.addEventListener('visibilitychange', () => app.act.shownAgain());
  app.act.shownAgain();
  setInterval(() => tick(app), 1000);
}

// Only the countdowns change each second; an order whose time is over is asked for once more.
function tick(app) {
  for (const span of document.querySelectorAll('[data-until]')) {
    const number = span.getAttribute('data-until');
    const known = [app.state.order].concat(app.state.orders || []).find((order) => order && order.order_no === number);
    if (!known) continue;
    const left = app.client.secondsLeft(known);
    span.textContent = app.words.left(countdown(left));
    if (left > 0 || span.dataset.over !== undefined) continue;
    span.dataset.over = 'true';
    app.act.lookAgain(number);
  }
}

start().catch((error) => {
  const box = document.createElement('p');
  box.className = 'blank';
  box.textContent = `小店暂时打不开。The shop could not be opened. (${error.message})`;
  place('screen').replaceChildren(box);
});
