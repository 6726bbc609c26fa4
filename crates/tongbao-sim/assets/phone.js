// Keeps the phone up to date, and brings the payer back when the cashier in it is done.
// Without it everything works but the cashier, which needs a keypad.
'use strict';

const everyMs = 2000;
const answered = new Set();

const busy = () => document.hidden || document.activeElement?.matches('#screen textarea, #screen input, #screen select');

// The same page again; what is live in it takes the place of what was there, if it differs.
async function refresh() {
  const screen = document.getElementById('screen');
  if (busy() || !('live' in screen.dataset)) return;
  const answer = await fetch(location.href, { credentials: 'same-origin' });
  if (!answer.ok || busy()) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const old of document.querySelectorAll('[data-live]')) {
    const now = fresh.getElementById(old.id);
    if (!now || now.innerHTML === old.innerHTML) continue;
    const top = old.scrollTop;
    old.replaceChildren(...now.childNodes);
    old.scrollTop = top;
  }
  const clock = document.querySelector('[data-clock-short]');
  const told = fresh.querySelector('[data-clock-short]');
  if (clock && told) clock.textContent = told.textContent;
  prompt();
}

// A scanned payment code whose password is asked for: the phone shows the prompt by itself, once.
function prompt() {
  const form = document.querySelector('form[data-auto]');
  if (!form || answered.has(form.dataset.auto)) return;
  answered.add(form.dataset.auto);
  form.requestSubmit();
}

function live() {
  let timer = 0;
  const soon = () => { clearTimeout(timer); timer = setTimeout(() => refresh().catch(() => {}), 120); };
  const news = new EventSource('/sim/v1/exchanges/stream');
  news.addEventListener('exchange', soon);
  addEventListener('pagehide', () => news.close());
  // Not everything comes by a call: time passes, and payers act.
  setInterval(() => refresh().catch(() => {}), everyMs);
}

function cashier() {
  const frame = document.querySelector('iframe[data-cashier]');
  if (!frame) return;
  addEventListener('message', (event) => {
    if (event.source !== frame.contentWindow || event.data?.type !== 'tongbao-cashier') return;
    const said = String(event.data.errMsg).replace(/^requestPayment:/, '').replace(/^fail /, '');
    location.assign(`${frame.dataset.cashier}?${new URLSearchParams({ said })}`);
  });
}

// What was said once is not said again when the page is loaded anew.
function saidOnce() {
  const address = new URL(location.href);
  if (!address.searchParams.has('said')) return;
  address.searchParams.delete('said');
  history.replaceState(null, '', address);
  setTimeout(() => document.querySelector('.toast')?.classList.add('gone'), 4000);
}

// A mood that was chosen holds at once.
function moods() {
  const form = document.querySelector('.moods');
  form?.addEventListener('change', (event) => {
    const needsMore = event.target.matches('[value=wrong_password], [value=pays_after]');
    if (!needsMore) form.requestSubmit();
  });
}

document.querySelector('#people [aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' });
saidOnce();
cashier();
moods();
prompt();
live();
