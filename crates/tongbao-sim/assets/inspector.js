// What is live in the inspector: new rows as they come, search while typing, keys, copying.
// Every page works without it.
'use strict';

const rows = document.querySelector('.rows');
const pane = document.querySelector('.detail-pane');
const search = document.querySelector('.list-pane input[type=search]');
const live = document.querySelector('.live');
const beside = matchMedia('(min-width: 60rem)');
// Rows on the page at most; older ones have pages of their own.
const rowsMax = 300;

const elements = (html) => new DOMParser().parseFromString(html, 'text/html').body.children;

// The address of rows that fit what the page shows.
function address(more) {
  const query = new URLSearchParams({ show: rows.dataset.show, merchant: rows.dataset.merchant, q: search.value.trim(), ...more });
  for (const [name, value] of [...query]) if (value === '') query.delete(name);
  return query;
}

async function fetched(path) {
  const answer = await fetch(path, { credentials: 'same-origin' });
  if (!answer.ok && answer.status !== 404) throw new Error(`${answer.status}`);
  return answer.text();
}

// New rows

let paused = false;
let asking = false;
let again = false;

async function refresh() {
  if (asking) { again = true; return; }
  asking = true;
  try {
    do {
      again = false;
      const html = await fetched(`/inspector/rows?${address({ after: rows.dataset.newest })}`);
      const found = [...elements(html)];
      const fresh = found.filter((row) => row.matches('.row'));
      if (fresh.length > 0) {
        rows.dataset.newest = fresh[0].dataset.id;
        // More came than one page holds: what is in between is behind the link to older ones.
        if (found.some((row) => row.matches('.older'))) rows.replaceChildren(...found);
        else {
          for (const row of fresh) row.classList.add('fresh');
          rows.querySelector('.nothing')?.remove();
          rows.prepend(...fresh);
        }
        for (const old of [...rows.querySelectorAll('.row')].slice(rowsMax)) old.remove();
        mark();
      }
    } while (again);
  } finally {
    asking = false;
  }
}

function listen() {
  if (!rows || !('live' in rows.dataset)) return;
  live.hidden = false;
  let timer = 0;
  const state = (name) => {
    live.classList.toggle('paused', name === 'paused');
    live.classList.toggle('lost', name === 'lost');
    live.querySelector('span').textContent = live.dataset[name];
  };
  // The page itself is as old as its newest row.
  const news = new EventSource('/sim/v1/exchanges/stream');
  const look = () => {
    if (paused) return;
    clearTimeout(timer);
    timer = setTimeout(() => refresh().catch(() => {}), 120);
  };
  news.addEventListener('listening', () => { state(paused ? 'paused' : 'live'); look(); });
  news.addEventListener('exchange', look);
  news.addEventListener('lost', look);
  news.addEventListener('error', () => { if (!paused) state('lost'); });
  live.addEventListener('click', () => {
    paused = !paused;
    state(paused ? 'paused' : 'live');
    look();
  });
  addEventListener('pagehide', () => news.close());
  state('lost');
}

// Search while typing

function searching() {
  if (!rows || !search) return;
  let timer = 0;
  search.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const query = address({});
      const html = await fetched(`/inspector/rows?${query}`);
      rows.replaceChildren(...elements(html));
      rows.dataset.newest = rows.querySelector('.row')?.dataset.id ?? rows.dataset.newest;
      history.replaceState(null, '', query.size > 0 ? `/inspector?${query}` : '/inspector');
      mark();
    }, 180);
  });
  document.querySelector('.choose select')?.addEventListener('change', (event) => event.target.form.requestSubmit());
}

// One beside the list

const chosen = () => pane?.querySelector('[data-detail]')?.dataset.detail;

function mark() {
  for (const row of rows.querySelectorAll('.row')) row.classList.toggle('chosen', row.dataset.id === chosen());
}

async function open(row) {
  if (!beside.matches) { location.assign(row.querySelector('a').href); return; }
  const id = row.dataset.id;
  const html = await fetched(`/inspector/exchanges/${id}?part=1`);
  pane.replaceChildren(...elements(html));
  pane.scrollTop = 0;
  history.replaceState(null, '', `/inspector?${address({ sel: id })}`);
  copying(pane);
  mark();
  row.scrollIntoView({ block: 'nearest' });
}

function choosing() {
  if (!rows || !pane) return;
  rows.addEventListener('click', (event) => {
    const row = event.target.closest('.row');
    if (!row || !beside.matches || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    open(row).catch(() => location.assign(row.querySelector('a').href));
  });
  mark();
  rows.querySelector('.chosen')?.scrollIntoView({ block: 'center' });
}

// Keys

function step(by) {
  const all = [...rows.querySelectorAll('.row')];
  if (all.length === 0) return;
  const place = all.findIndex((row) => row.dataset.id === chosen());
  const focused = all.findIndex((row) => row.contains(document.activeElement));
  const from = beside.matches ? place : focused;
  const row = all[Math.min(Math.max(from + by, 0), all.length - 1)];
  row.querySelector('a').focus({ preventScroll: true });
  row.scrollIntoView({ block: 'nearest' });
  if (beside.matches) open(row).catch(() => {});
}

addEventListener('keydown', (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey) return;
  const typing = event.target.matches('input, select, textarea');
  if (event.key === 'Escape') {
    if (typing && event.target === search && search.value !== '') { search.value = ''; search.dispatchEvent(new Event('input')); }
    event.target.blur();
    return;
  }
  if (typing) return;
  const anySearch = document.querySelector('input[type=search]');
  if (event.key === '/' && anySearch) { event.preventDefault(); anySearch.focus(); anySearch.select(); }
  else if (rows && (event.key === 'j' || event.key === 'ArrowDown' && rows.contains(event.target))) { event.preventDefault(); step(1); }
  else if (rows && (event.key === 'k' || event.key === 'ArrowUp' && rows.contains(event.target))) { event.preventDefault(); step(-1); }
  else if (event.key === 'c') document.querySelector('.head [data-copy]')?.click();
});

// Copying

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Only secure addresses have a clipboard; the simulator may be reached by another name.
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

function copying(within) {
  for (const button of within.querySelectorAll('[data-copy]')) {
    button.hidden = false;
    const name = button.textContent;
    button.addEventListener('click', async () => {
      await copy(document.querySelector(button.dataset.copy).textContent);
      button.textContent = button.dataset.done;
      button.classList.add('done');
      setTimeout(() => { button.textContent = name; button.classList.remove('done'); }, 1500);
    });
  }
}

// The clock of the bar: asked for, since business time may stand still or run ahead.

function clock() {
  const shown = document.querySelector('[data-clock]');
  setInterval(async () => {
    if (document.hidden) return;
    const answer = await fetch('/sim/v1/clock').catch(() => undefined);
    if (answer?.ok) shown.textContent = (await answer.json()).now.slice(11, 19);
  }, 5000);
}

clock();
copying(document);
choosing();
searching();
listen();
