// The example mini program, run without a device: `App`, `Page`, `getApp` and `wx` are played here.

import test from 'node:test';
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { makeWorld, order } from './world.js';

const here = fileURLToPath(new URL('..', import.meta.url));
const pages = JSON.parse(readFileSync(join(here, 'example/app.json'), 'utf8')).pages;

// Starts the app in a copy that has the client beside it, as `npm run example` makes it.
async function open(world) {
  const place = mkdtempSync(join(tmpdir(), 'tongbao-example-'));
  cpSync(join(here, 'example'), place, { recursive: true });
  cpSync(join(here, 'src'), join(place, 'tongbao'), { recursive: true });
  writeFileSync(join(place, 'package.json'), '{"type":"module"}');
  writeFileSync(join(place, 'config.js'), "export const baseUrl = 'https://pay.test';\n");
  const seen = { moved: [], toasts: [] };
  const made = {};
  let current = '';
  globalThis.wx = { ...world.wx, navigateTo: ({ url }) => seen.moved.push(url), showToast: ({ title }) => seen.toasts.push(title) };
  globalThis.App = (app) => { app.onLaunch(); globalThis.getApp = () => app; };
  globalThis.Page = (page) => {
    page.setData = (data) => Object.assign(page.data, data);
    made[current] = page;
  };
  const load = (name) => { current = name; return import(pathToFileURL(join(place, name)).href); };
  await load('app.js');
  for (const name of pages) await load(`${name}.js`);
  rmSync(place, { recursive: true });
  return { pages: made, page: (name) => made[`${name}.js`], seen };
}

const goods = { merchant_name: '通宝小店', goods: [{ id: 'tea', name: '龙井', description: '', price: '9.90', price_fen: 990 }] };
const routes = { 'GET /client/v1/goods': { status: 200, data: goods } };
const tap = (id, by) => ({ currentTarget: { dataset: { id, by } } });

test('every page of the example has its four files', () => {
  for (const page of pages) {
    for (const kind of ['js', 'json', 'wxml', 'wxss']) assert.ok(existsSync(join(here, 'example', `${page}.${kind}`)), `${page}.${kind}`);
  }
});

test('every handler named in a page exists in it', async () => {
  const example = await open(makeWorld({ routes }));
  for (const page of pages) {
    const markup = readFileSync(join(here, 'example', `${page}.wxml`), 'utf8');
    for (const [, handler] of markup.matchAll(/bind\w+="(\w+)"/g)) {
      assert.equal(typeof example.page(page)[handler], 'function', `${page}: ${handler}`);
    }
  }
});

test('the shop page buys, empties its cart when paid and opens the order', async () => {
  const example = await open(makeWorld({ routes }));
  const shop = example.page('pages/shop/shop');
  await shop.load();
  shop.change(tap('tea', '1'));
  assert.equal(shop.data.count, 1);
  const paying = shop.pay();
  assert.equal(shop.data.busy, true);
  await paying;
  assert.equal(shop.data.busy, false);
  assert.equal(shop.data.count, 0);
  assert.deepEqual(example.seen.moved, ['/pages/order/order?no=TB1&unsure=0']);
});

test('the order page pays an order that was kept', async () => {
  const example = await open(makeWorld({ routes }));
  const page = example.page('pages/order/order');
  page.onLoad({ no: 'TB1' });
  await page.read();
  assert.equal(page.data.title, '待支付');
  assert.match(page.data.left, /^\d\d:\d\d$/);
  await page.pay();
  assert.equal(page.data.title, '支付成功');
});

test('the order page believes the server, not its address', async () => {
  const example = await open(makeWorld({ routes: { ...routes, 'GET /client/v1/orders/:no': { status: 200, data: order({ state: 'paid' }) } } }));
  const page = example.page('pages/order/order');
  page.onLoad({ no: 'TB1', unsure: '1' });
  await page.read();
  assert.equal(page.data.title, '支付成功');
});
