// What the demo must do. Each takes `stage`: {links, someone()}; `someone` gives an empty browser
// that closes by itself, with page(), picture(page, name).

import assert from 'node:assert/strict';
import { cashier, choose, ends, fits, isOneScreen, myOrders, openShop, orderAddress, password, settle, tapDigits, tapPay, timeline, typeDigits } from './shop.mjs';

const steps = ['订单已创建', '微信支付已受理下单', '收银台打开', '收到支付通知，验签通过', '已支付'];

export const scenarios = {
  'buy, mistype the password once, pay, and read the history': async ({ links, someone }) => {
    const payer = await someone();
    const page = await payer.page();
    await openShop(page, links);
    await fits(page);
    await isOneScreen(page);
    await payer.picture(page, '01-shop');
    const price = await choose(page);
    await payer.picture(page, '02-goods');
    await tapPay(page);
    const frame = await cashier(page);
    assert.equal((await frame.locator('.amount').first().innerText()).replace(/[^\d.]/g, ''), price);
    await payer.picture(page, '03-cashier');
    await tapDigits(frame, '111111');
    await frame.locator('#message:not(:empty)').waitFor();
    assert.match(await frame.locator('#message').innerText(), /还可以再试 \d+ 次/);
    await settle(page);
    assert.equal(await page.evaluate(() => document.querySelector('.phone').scrollTop), 0, 'the phone stays in place');
    await payer.picture(page, '04-wrong-password');
    await typeDigits(page, frame, password);
    const orderNo = await ends(page, 'paid');
    assert.equal(await page.locator('.result h2').innerText(), '支付成功');
    await payer.picture(page, '05-paid');
    const [orderPage] = await Promise.all([page.waitForEvent('popup'), page.locator('#details').click()]);
    await orderPage.locator('#state').waitFor();
    assert.match(orderPage.url(), new RegExp(`/console/orders/${orderNo}`));
    const titles = await timeline(orderPage, links, orderNo, steps);
    assert.match(await orderPage.locator('#state').innerText(), /已支付/);
    assert.equal(titles[0], steps[0]);
    const at = steps.slice(0, 3).map((step) => titles.findIndex((title) => title.includes(step)));
    assert.deepEqual(at, [...at].sort((a, b) => a - b), `out of sequence: ${titles.join(' → ')}`);
    assert.equal(titles.filter((title) => title === '已支付').length, 1);
    await fits(orderPage);
    await payer.picture(orderPage, '06-order');
    await orderPage.goto(links.orders);
    await orderPage.locator('.ledger').waitFor();
    await fits(orderPage);
    await payer.picture(orderPage, '07-orders');
  },

  'cancel in the cashier, then continue to pay from the list': async ({ links, someone }) => {
    const payer = await someone();
    const page = await payer.page();
    await openShop(page, links);
    await choose(page, 1);
    await tapPay(page);
    const first = await cashier(page);
    await first.locator('#cancel').click();
    const orderNo = await ends(page, 'unpaid');
    assert.match(await page.locator('#toast').innerText(), /已取消支付，订单已为您保留/);
    await payer.picture(page, '10-kept');
    await myOrders(page);
    await payer.picture(page, '11-my-orders');
    await page.locator(`.order[data-order="${orderNo}"] .primary`).click();
    const again = await cashier(page);
    await typeDigits(page, again, password);
    assert.equal(await ends(page, 'paid'), orderNo);
    const orderPage = await payer.page();
    const titles = await timeline(orderPage, links, orderNo, ['已支付']);
    assert.equal(titles.filter((title) => title.includes('微信支付已受理下单')).length, 1, 'one prepay serves both cashiers');
  },

  'cancel the order itself': async ({ links, someone }) => {
    const payer = await someone();
    const page = await payer.page();
    await openShop(page, links);
    await choose(page, 1);
    await tapPay(page);
    await (await cashier(page)).locator('#cancel').click();
    const orderNo = await ends(page, 'unpaid');
    await page.locator('[data-focus="cancel"]').click();
    assert.equal(await ends(page, 'closed'), orderNo);
    await payer.picture(page, '20-closed');
    const orderPage = await payer.page();
    await timeline(orderPage, links, orderNo, ['订单已关闭']);
    await payer.picture(orderPage, '21-closed-order');
  },

  'a double tap makes one order': async ({ links, someone }) => {
    const payer = await someone();
    const page = await payer.page();
    const created = [];
    const cashiers = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && new URL(request.url()).pathname === '/client/v1/orders') created.push(request.url());
      if (new URL(request.url()).pathname === '/cashier') cashiers.push(request.url());
    });
    await openShop(page, links);
    await choose(page);
    await page.evaluate(() => {
      const button = document.getElementById('pay');
      button.click();
      button.click();
      document.getElementById('pay').click();
    });
    assert.ok(await page.locator('#pay').isDisabled(), 'the button is off while paying');
    await typeDigits(page, await cashier(page), password);
    await ends(page, 'paid');
    assert.equal(created.length, 1);
    assert.equal(cashiers.length, 1);
  },

  'two devices of one payer pay one order once': async ({ links, someone }) => {
    const here = await someone();
    const there = await someone();
    const phone = await here.page();
    const tablet = await there.page();
    await openShop(phone, links);
    await choose(phone);
    await tapPay(phone);
    const first = await cashier(phone);
    await openShop(tablet, links);
    await myOrders(tablet);
    const newest = tablet.locator('.order', { has: tablet.locator('.primary') }).first();
    const orderNo = await newest.getAttribute('data-order');
    await newest.locator('.primary').click();
    await typeDigits(tablet, await cashier(tablet), password);
    assert.equal(await ends(tablet, 'paid'), orderNo);
    await typeDigits(phone, first, password);
    await first.locator('#leave').waitFor();
    await here.picture(phone, '30-paid-elsewhere');
    await first.locator('#leave').click();
    assert.equal(await ends(phone, 'paid'), orderNo);
    const orderPage = await here.page();
    const titles = await timeline(orderPage, links, orderNo, ['已支付']);
    assert.equal(titles.filter((title) => title === '已支付').length, 1);
    assert.equal(titles.filter((title) => title.includes('多余')).length, 0);
  },

  'another person is not shown the orders of the first': async ({ links, someone }) => {
    const page = await (await someone()).page();
    await openShop(page, links, 'payer=payer-2');
    await myOrders(page);
    await page.locator('.blank').waitFor();
  },

  'closing the tab in the cashier loses nothing': async ({ links, someone }) => {
    const payer = await someone();
    const page = await payer.page();
    await openShop(page, links);
    await choose(page);
    await tapPay(page);
    await cashier(page);
    await page.reload();
    await page.locator('.card').first().waitFor();
    await myOrders(page);
    await page.locator('.order .primary').first().click();
    await typeDigits(page, await cashier(page), password);
    await ends(page, 'paid');
  },

  'the shop speaks English': async ({ links, someone }) => {
    const payer = await someone();
    const page = await payer.page();
    await openShop(page, links, 'lang=en');
    await payer.picture(page, '40-english-shop');
    await choose(page);
    await tapPay(page);
    const frame = await cashier(page);
    await payer.picture(page, '41-english-cashier');
    await typeDigits(page, frame, password);
    const orderNo = await ends(page, 'paid');
    assert.equal(await page.locator('.result h2').innerText(), 'Paid');
    await payer.picture(page, '42-english-paid');
    const orderPage = await payer.page();
    await orderPage.goto(orderAddress(links, orderNo, 'en'));
    await orderPage.locator('.timeline h3', { hasText: 'Order created' }).waitFor();
    await payer.picture(orderPage, '43-english-order');
  },
};
