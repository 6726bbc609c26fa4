// Puts the views on the page and keeps what drawing anew would lose: focus and scroll.

import { aboutView, ordersScreen, orderScreen, sheetView, shopScreen } from './view.js';

const toastMs = 2600;

const screens = { shop: shopScreen, orders: ordersScreen, order: orderScreen };

export const place = (id) => document.getElementById(id);

// Where the address points: {screen: 'shop' | 'orders' | 'order', orderNo}.
export function route() {
  const [, screen, orderNo] = location.hash.split('/');
  return { screen: screens[screen] ? screen : 'shop', orderNo: orderNo ? decodeURIComponent(orderNo) : '' };
}

export function makeScreen(app) {
  const { state } = app;
  let shown = '';
  let toastTimer = null;

  function draw() {
    const { screen } = route();
    const focus = document.activeElement && document.activeElement.getAttribute('data-focus');
    const scroll = place('screen').scrollTop;
    const moved = shown !== location.hash;
    shown = location.hash;
    fill('screen', screens[screen](app));
    place('screen').scrollTop = moved ? 0 : scroll;
    drawSheet();
    drawVeil();
    fill('about', aboutView(app));
    refocus(focus, moved);
    document.documentElement.lang = app.lang === 'en' ? 'en' : 'zh-CN';
    const stateName = state.order !== null && screen === 'order' ? app.words.states[state.order.state] : '';
    document.title = [stateName, state.merchant || '通宝', app.words.page].filter(Boolean).join(' · ');
  }

  function fill(id, parts) {
    place(id).replaceChildren(...parts.filter((part) => part !== null));
  }

  // What lies under a sheet or under the cashier cannot be reached.
  function drawSheet() {
    const open = state.sheet !== null;
    const host = place('sheet');
    const already = host.classList.contains('open');
    const away = state.busy !== null && state.busy.state === 'invoking';
    place('screen').inert = open || away;
    host.inert = away;
    host.classList.toggle('open', open);
    host.classList.toggle('still', open && already);
    fill('sheet', open ? [sheetView(app)] : []);
  }

  function drawVeil() {
    const confirming = state.busy !== null && state.busy.state === 'confirming';
    place('veil').className = confirming ? 'open' : '';
    place('veil').textContent = confirming ? state.busy.text : '';
  }

  function refocus(focus, moved) {
    if (place('cashier').classList.contains('open')) return;
    const again = focus && document.querySelector(`[data-focus="${CSS.escape(focus)}"]:not(:disabled)`);
    if (again) again.focus({ preventScroll: true });
    else if (state.sheet !== null && !place('sheet').contains(document.activeElement)) focusOn('#sheet-title');
    else if (moved) focusOn('#screen h2[tabindex], #screen h1[tabindex]');
  }

  function focusOn(selector) {
    const target = document.querySelector(selector);
    if (target !== null) target.focus({ preventScroll: true });
  }

  function toast(text) {
    const box = place('toast');
    box.textContent = text;
    box.classList.add('open');
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => box.classList.remove('open'), toastMs);
  }

  // For those who listen instead of looking.
  function speak(text) {
    place('spoken').textContent = text;
  }

  return { draw, toast, speak };
}
