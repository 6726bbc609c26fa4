// What the shop looks like, made from its state. Nothing here decides anything: every screen is a
// function of `app` ({state, words, client, act}) and calls back through `app.act`.

import { picture } from './pictures.js';

// An element: `props` are attributes, `on…` listeners, and `class`.
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const svg = (path) => {
  const parsed = new DOMParser().parseFromString(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${path}</svg>`,
    'image/svg+xml',
  );
  return document.importNode(parsed.documentElement, true);
};

const icons = {
  back: '<path d="M14.500 5l-7 7 7 7"/>',
  close: '<path d="M6 6l12 12M18 6L6 18"/>',
  plus: '<path d="M12 6v12M6 12h12"/>',
  minus: '<path d="M6 12h12"/>',
  orders: '<path d="M6 3.500h12v17l-3-2-3 2-3-2-3 2zM9.500 8.500h5M9.500 12.500h5"/>',
};

// Fen as yuan, digit by digit: money never passes through a fraction.
export function yuan(fen) {
  const digits = String(fen).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

const money = (text, name) => h('span', { class: `money ${name || ''}` }, h('span', { class: 'sign' }, '¥'), text);

const name = (app, goods) => (app.lang === 'en' && goods.name_en ? goods.name_en : goods.name);
const about = (app, goods) => (app.lang === 'en' && goods.description_en ? goods.description_en : goods.description);

// '2026-11-22T10:15:09+08:00' is already Beijing time; only its parts are taken.
const moment = (text) => (text ? text.slice(0, 19).replace('T', ' ') : '');

export function countdown(seconds) {
  const two = (value) => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  const clock = `${two(minutes % 60)}:${two(seconds % 60)}`;
  return minutes < 60 ? clock : `${Math.floor(minutes / 60)}:${clock}`;
}

function iconButton(icon, label, act, props) {
  return h('button', { type: 'button', class: 'icon', 'aria-label': label, onclick: act, ...props }, svg(icons[icon]));
}

function tongues(app) {
  const other = app.lang === 'en' ? 'zh' : 'en';
  return h('button', { type: 'button', class: 'tongue', lang: other === 'en' ? 'en' : 'zh-CN', 'data-focus': 'tongue', onclick: () => app.act.speak(other) }, other === 'en' ? 'EN' : '中文');
}

function bar(app, title) {
  return h('header', { class: 'bar' },
    iconButton('back', app.words.back, app.act.back),
    h('h1', { tabindex: '-1' }, title),
    tongues(app));
}

function stepper(app, goods, count, change, least) {
  const label = name(app, goods);
  return h('div', { class: 'stepper', role: 'group', 'aria-label': `${label} · ${app.words.quantity}` },
    count > 0 ? iconButton('minus', app.words.less(label), () => change(-1), { 'data-focus': `less-${goods.id}`, disabled: count <= least }) : null,
    count > 0 ? h('output', { 'aria-live': 'polite' }, String(count)) : null,
    iconButton('plus', app.words.add(label), () => change(1), { 'data-focus': `more-${goods.id}`, disabled: count >= app.quantityMax }));
}

export function shopScreen(app) {
  const { words, state } = app;
  const count = app.count(state.cart);
  return [
    h('header', { class: 'shop-head' },
      h('div', { class: 'shop-tools' }, tongues(app), iconButton('orders', words.myOrders, app.act.openOrders, { 'data-focus': 'orders' })),
      h('h1', { tabindex: '-1' }, state.merchant || words.greeting),
      h('p', null, words.tagline)),
    state.goods.length === 0
      ? waiting(app)
      : h('ul', { class: 'goods' }, state.goods.map((goods, index) => card(app, goods, index))),
    h('footer', { class: count > 0 ? 'cart open' : 'cart', inert: count === 0 },
      h('div', null, h('span', { class: 'quiet' }, words.pieces(count)), money(yuan(app.total(state.cart)))),
      h('button', { type: 'button', class: 'primary', 'data-focus': 'checkout', onclick: () => app.act.openSheet(null) }, words.checkout)),
  ];
}

function card(app, goods, index) {
  const count = app.state.cart[goods.id] || 0;
  return h('li', { class: `card tone-${index % 4}` },
    h('button', { type: 'button', class: 'look', 'aria-label': app.words.look(name(app, goods)), 'data-focus': `look-${goods.id}`, onclick: () => app.act.openSheet(goods.id) }, picture(goods)),
    h('div', { class: 'card-words' },
      h('h2', null, name(app, goods)),
      h('p', null, about(app, goods)),
      h('div', { class: 'card-foot' }, money(goods.price), stepper(app, goods, count, (by) => app.act.change(goods.id, by), 0))));
}

function waiting(app) {
  const { state, words } = app;
  if (!state.trouble) return h('p', { class: 'blank' }, words.loading);
  return h('div', { class: 'blank' }, h('p', null, state.trouble), h('button', { type: 'button', class: 'secondary', onclick: () => app.act.load() }, words.retry));
}

// One of the goods (with its picture large) or the whole cart, and the button that pays.
export function sheetView(app) {
  const { words, state } = app;
  const { draft, only } = state.sheet;
  const goods = state.goods.filter((one) => draft[one.id] > 0);
  const single = only === null ? null : goods[0];
  const tone = single ? state.goods.indexOf(single) % 4 : 0;
  return h('section', { class: 'sheet', role: 'dialog', 'aria-modal': 'true', 'aria-labelledby': 'sheet-title' },
    iconButton('close', words.close, app.act.closeSheet, { 'data-focus': 'sheet-close', disabled: state.busy !== null }),
    single
      ? [
        h('div', { class: `sheet-picture tone-${tone}` }, picture(single)),
        h('h2', { id: 'sheet-title', tabindex: '-1' }, name(app, single)),
        h('p', { class: 'quiet' }, about(app, single)),
        h('div', { class: 'row' }, money(single.price, 'large'), stepper(app, single, draft[single.id], (by) => app.act.changeDraft(single.id, by), 1)),
      ]
      : [
        h('h2', { id: 'sheet-title', tabindex: '-1' }, words.yourOrder),
        h('ul', { class: 'lines' }, goods.map((one) => h('li', { class: `tone-${state.goods.indexOf(one) % 4}` },
          picture(one),
          h('div', null, h('strong', null, name(app, one)), money(one.price)),
          stepper(app, one, draft[one.id], (by) => app.act.changeDraft(one.id, by), 0)))),
      ],
    h('div', { class: 'row total' }, h('span', null, words.total), money(yuan(app.total(draft)), 'large')),
    payButton(app, `${words.pay} ¥${yuan(app.total(draft))}`, app.act.buy),
    h('p', { class: 'note' }, words.payNote));
}

function payButton(app, label, act) {
  const busy = app.state.busy;
  return h('button', { type: 'button', class: 'primary wide', 'data-focus': 'pay', id: 'pay', disabled: busy !== null, 'aria-busy': busy !== null ? 'true' : null, onclick: act },
    busy !== null ? h('span', { class: 'spinner', 'aria-hidden': 'true' }) : null,
    busy !== null ? busy.text : label);
}

export function ordersScreen(app) {
  const { words, state } = app;
  const tab = (value, label) => h('button', { type: 'button', 'aria-pressed': state.filter === value ? 'true' : 'false', 'data-focus': `tab-${value}`, onclick: () => app.act.filter(value) }, label);
  return [
    bar(app, words.myOrders),
    h('div', { class: 'tabs' }, tab('', words.all), tab('unpaid', words.states.unpaid)),
    state.orders === null
      ? waiting(app)
      : state.orders.length === 0
        ? h('p', { class: 'blank' }, state.filter === 'unpaid' ? words.noneUnpaid : words.none)
        : h('ul', { class: 'orders' }, state.orders.map((order) => orderCard(app, order))),
  ];
}

function orderCard(app, order) {
  const { words } = app;
  const open = order.state === 'unpaid';
  return h('li', { class: 'order', 'data-order': order.order_no },
    h('a', { class: 'order-what', href: `#/order/${order.order_no}`, 'data-focus': `open-${order.order_no}` },
      h('strong', null, order.description),
      h('span', { class: `tag state-${order.state}` }, words.states[order.state] || order.state)),
    h('div', { class: 'row' }, h('span', { class: 'quiet num' }, moment(order.created_at)), money(order.total)),
    open
      ? h('div', { class: 'row actions' },
        h('span', { class: 'quiet num', 'data-until': order.order_no }, words.left(countdown(app.client.secondsLeft(order)))),
        h('button', { type: 'button', class: 'secondary', disabled: app.state.busy !== null, 'data-focus': `cancel-${order.order_no}`, onclick: () => app.act.cancel(order.order_no) }, words.cancelShort),
        h('button', { type: 'button', class: 'primary', disabled: app.state.busy !== null, 'data-focus': `pay-${order.order_no}`, onclick: () => app.act.pay(order.order_no) }, words.continueShort))
      : null);
}

const faces = {
  paid: (words) => [words.paidTitle, words.paidWhy],
  unpaid: (words) => [words.unpaidTitle, words.unpaidWhy],
  closing: (words) => [words.closingTitle, words.closingWhy],
  closed: (words) => [words.closedTitle, words.closedWhy],
};

// One order as the server tells it. `state.unknown` says that asking was given up for now.
export function orderScreen(app) {
  const { words, state } = app;
  const order = state.order;
  if (order === null) return [bar(app, ''), waiting(app)];
  const unsure = order.state === 'unpaid' && state.unknown;
  const [title, why] = unsure ? [words.unknownTitle, app.client.say('unknown')] : faces[order.state](words);
  const fact = (label, value) => (value ? h('div', null, h('dt', null, label), h('dd', { class: 'num' }, value)) : null);
  return [
    bar(app, ''),
    h('section', { class: `result state-${unsure ? 'unknown' : order.state}`, 'data-state': unsure ? 'unknown' : order.state },
      coin(unsure ? 'unknown' : order.state),
      h('h2', { tabindex: '-1' }, title),
      money(order.total, 'huge'),
      h('p', { class: 'quiet' }, why),
      order.state === 'unpaid' && !unsure ? h('p', { class: 'until num', 'data-until': order.order_no }, words.left(countdown(app.client.secondsLeft(order)))) : null),
    h('dl', { class: 'facts' },
      fact(words.what, order.description),
      fact(words.orderNo, order.order_no),
      fact(words.placedAt, moment(order.created_at)),
      fact(words.paidAt, moment(order.paid_at))),
    h('div', { class: 'choices' },
      order.state === 'unpaid' && !unsure ? payButton(app, words.continuePay, () => app.act.pay(order.order_no)) : null,
      unsure || order.state === 'closing' ? h('button', { type: 'button', class: 'primary wide', 'data-focus': 'ask', onclick: app.act.ask }, words.ask) : null,
      h('a', { class: 'secondary wide', href: `/console/orders/${encodeURIComponent(order.order_no)}?lang=${app.lang}`, target: '_blank', rel: 'noopener', id: 'details' }, words.details),
      order.state === 'unpaid' && !unsure ? h('button', { type: 'button', class: 'plain', disabled: state.busy !== null, 'data-focus': 'cancel', onclick: () => app.act.cancel(order.order_no) }, words.cancelOrder) : null,
      h('button', { type: 'button', class: 'plain', 'data-focus': 'home', onclick: app.act.home }, words.shopOn)),
  ];
}

// The coin of the house: struck when paid, empty while waiting.
function coin(state) {
  const parsed = new DOMParser().parseFromString(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" class="coin" aria-hidden="true">
      <circle class="coin-body" cx="48" cy="48" r="43"/>
      <circle class="coin-ring" cx="48" cy="48" r="37"/>
      ${state === 'paid' ? '<path class="coin-tick" d="M30 49l13 13 24-27"/>' : '<path class="coin-hole" d="M36 36h24v24H36z"/>'}
    </svg>`,
    'image/svg+xml',
  );
  return document.importNode(parsed.documentElement, true);
}

// Beside the phone on a wide screen: what this is, and the way to the order page.
export function aboutView(app) {
  const { words, lang, config } = app;
  const payers = config.payers.length > 1
    ? h('p', { class: 'payers' }, `${words.payerIs} `, config.payers.map((payer) => h('a', { href: `?payer=${encodeURIComponent(payer)}&lang=${lang}`, 'aria-current': payer === config.payer ? 'true' : null }, payer)))
    : null;
  return [
    h('p', { class: 'eyebrow' }, h('img', { src: '/shop/coin.svg', alt: '', width: '28', height: '28' }), words.eyebrow),
    h('h2', null, words.headline),
    h('p', null, words.about1),
    h('p', null, words.about2),
    h('p', { class: 'ways' }, h('a', { href: `/console/orders?lang=${lang}`, target: '_blank', rel: 'noopener', id: 'orders-page' }, words.ordersPage)),
    payers,
  ];
}
