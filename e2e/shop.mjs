// The hands of a payer: what can be done in the shop, in words.

import assert from 'node:assert/strict';

export const password = '123456';

export async function openShop(page, links, query = '') {
  const address = new URL(links.shop);
  address.searchParams.set('lang', 'zh');
  for (const [name, value] of new URLSearchParams(query)) address.searchParams.set(name, value);
  await page.goto(address.href);
  await page.locator('.card').first().waitFor();
  await settle(page);
}

// Opens the goods at `index` and its sheet; returns the price as shown on the button.
export async function choose(page, index = 0) {
  await page.locator('.look').nth(index).click();
  await page.locator('#pay').waitFor();
  await settle(page);
  return (await page.locator('#pay').innerText()).replace(/[^\d.]/g, '');
}

export const tapPay = (page) => page.locator('#pay').click();

// The cashier's own page, in its frame, ready for digits.
export async function cashier(page) {
  const frame = page.frameLocator('#cashier iframe');
  await frame.locator('#password').waitFor({ state: 'attached' });
  await settle(page);
  return frame;
}

// Digits by tapping the keypad, as on a phone.
export async function tapDigits(frame, digits) {
  for (const digit of digits) await frame.locator('#keypad button', { hasText: digit }).click();
}

// Digits by keyboard, as at a desk.
export async function typeDigits(page, frame, digits) {
  await frame.locator('#password').focus();
  await page.keyboard.type(digits);
}

// Waits until the order's own screen says `state`, as the server gave it; returns the order's number.
export async function ends(page, state) {
  await page.locator(`.result[data-state="${state}"]`).waitFor();
  await settle(page);
  return decodeURIComponent(new URL(page.url()).hash.split('/')[2]);
}

export async function myOrders(page) {
  await page.evaluate(() => { location.hash = '#/orders'; });
  await page.locator('.tabs').waitFor();
  await page.locator('.order, .blank').first().waitFor();
  await settle(page);
}

// Where the order page shows one order.
export function orderAddress(links, orderNo, lang = 'zh') {
  const address = new URL(links.orders);
  address.pathname = `${address.pathname.replace(/\/+$/, '')}/${encodeURIComponent(orderNo)}`;
  address.searchParams.set('lang', lang);
  return address.href;
}

// The titles of the order page's timeline, once all of `wanted` are there.
export async function timeline(page, links, orderNo, wanted) {
  await page.goto(orderAddress(links, orderNo));
  const titles = page.locator('.timeline h3');
  for (const title of wanted) await titles.filter({ hasText: title }).first().waitFor();
  await settle(page);
  return titles.allInnerTexts();
}

// Lets movements end, in frames too, so that pictures are of things at rest.
export async function settle(page) {
  const rest = async () => {
    await document.fonts.ready;
    const ending = document.getAnimations().filter((one) => one.effect.getComputedTiming().iterations !== Infinity);
    await Promise.allSettled(ending.map((one) => one.finished));
  };
  // A frame that goes away while it is asked is at rest.
  await Promise.all(page.frames().map((frame) => frame.evaluate(rest).catch(() => {})));
}

// Nothing may be wider than the screen.
export async function fits(page) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(over, 0, `the page is ${over} px wider than the screen`);
}

// The shop is one screen: the page around it does not scroll.
export async function isOneScreen(page) {
  const over = await page.evaluate(() => document.documentElement.scrollHeight - document.documentElement.clientHeight);
  assert.equal(over, 0, `the page is ${over} px taller than the screen`);
}
