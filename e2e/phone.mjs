// The payer's phone: what a person does with it while a merchant, played here, waits for the money.

import assert from 'node:assert/strict';
import { merchant } from './merchant.mjs';
import { fits, password, settle } from './shop.mjs';

const phone = (links, screen = '', lang = 'zh') => `${links.simulator}/phone/payer-1${screen}?lang=${lang}`;

// Types the password into the cashier in the phone, and waits until the phone says what came of it.
async function pays(page, toast = '支付成功') {
  const frame = page.frameLocator('iframe[data-cashier]');
  await frame.locator('#password').waitFor({ state: 'attached' });
  await settle(page);
  await frame.locator('#password').focus();
  await page.keyboard.type(password);
  await page.locator('.toast', { hasText: toast }).waitFor();
}

export const scenarios = {
  'the phone scans a Native code, by click and by paste': async ({ links, someone }) => {
    const shop = await merchant(links.simulator);
    const seen = await shop.order('native', '白毫银针 50g', 36800);
    const pasted = await shop.order('native', '武夷岩茶试饮装', 2990);
    const payer = await someone();
    const page = await payer.page();
    await page.goto(phone(links, '/scan'));
    await fits(page);
    await payer.picture(page, '60-scan');
    await page.locator('.qr-card', { hasText: '白毫银针 50g' }).first().click();
    await page.frameLocator('iframe.cashier').locator('#merchant').waitFor();
    await settle(page);
    await payer.picture(page, '61-cashier');
    await pays(page);
    assert.equal(await shop.state(seen.out_trade_no), 'SUCCESS');
    await page.locator('#code_url').fill(pasted.code_url);
    await page.getByRole('button', { name: '扫码', exact: true }).click();
    await pays(page);
    assert.equal(await shop.state(pasted.out_trade_no), 'SUCCESS');
    await page.locator('#code_url').fill(pasted.code_url);
    await page.getByRole('button', { name: '扫码', exact: true }).click();
    await page.locator('.toast.bad', { hasText: '该订单已支付' }).waitFor();
    await settle(page);
    await payer.picture(page, '62-paid-already');
  },

  'the phone shows a payment code, and asks for the password when it must': async ({ links, someone }) => {
    const shop = await merchant(links.simulator);
    await shop.ours('payers', { id: 'payer-1', name: '买家一', balance_fen: 1_000_000 });
    const payer = await someone();
    const page = await payer.page();
    await page.goto(phone(links, '/code'));
    await fits(page);
    await payer.picture(page, '63-code');
    const digits = async () => (await page.locator('#digits').innerText()).replaceAll(' ', '');
    const first = await digits();
    assert.match(first, /^1[0-5]\d{16}$/);
    const small = await shop.charge(first, '一杯热茶', 1500);
    assert.ok(['SUCCESS', 'USERPAYING'].includes(small.trade_state));
    // The used code gives way by itself.
    await page.waitForFunction((old) => document.getElementById('digits')?.textContent.replaceAll(' ', '') !== old, first);
    if (small.trade_state === 'USERPAYING') await pays(page);
    await page.goto(phone(links, '/code'));
    const large = await shop.charge(await digits(), '一饼老茶', 120000);
    assert.equal(large.trade_state, 'USERPAYING');
    // The prompt comes up by itself.
    await pays(page);
    assert.equal(await shop.state(large.out_trade_no), 'SUCCESS');
    await page.goto(phone(links, '/bills'));
    await page.locator('.ledger', { hasText: '一饼老茶' }).waitFor();
    await fits(page);
    await payer.picture(page, '64-bills');
  },

  'the phone pays in a browser, by H5 and in an official account': async ({ links, someone }) => {
    const shop = await merchant(links.simulator);
    const payer = await someone();
    const page = await payer.page();
    await page.goto(phone(links));
    const h5 = await shop.order('h5', '茶席桌旗', 5600);
    // Comes by itself, without loading the page anew.
    const ticket = page.locator('.ticket', { hasText: '茶席桌旗' }).first();
    await ticket.waitFor();
    await fits(page);
    await payer.picture(page, '65-home');
    await ticket.getByRole('link', { name: '打开' }).click();
    await pays(page);
    assert.equal(await shop.state(h5.out_trade_no), 'SUCCESS');

    const account = await shop.order('jsapi', '青瓷茶杯一对', 12800);
    await page.locator('.ticket', { hasText: '青瓷茶杯一对' }).first().getByRole('link', { name: '打开' }).click();
    await page.locator('.shop-page').waitFor();
    await fits(page);
    await payer.picture(page, '66-account');
    await page.getByRole('button', { name: '立即支付' }).click();
    await pays(page);
    assert.equal(await shop.state(account.out_trade_no), 'SUCCESS');

    // A real browser outside of the phone goes where redirect_url says.
    const alone = await shop.order('h5', '竹制茶则', 1900);
    await page.goto(`${alone.h5_url}&redirect_url=${encodeURIComponent(`${links.simulator}/inspector/clock?lang=zh`)}`);
    await page.locator('#password').focus();
    await page.keyboard.type(password);
    await page.locator('#leave').waitFor();
    await settle(page);
    await payer.picture(page, '67-h5');
    await page.locator('#leave').click();
    await page.locator('.dial').waitFor();
    assert.equal(await shop.state(alone.out_trade_no), 'SUCCESS');
  },

  'the phone confirms a transfer, and leaves another': async ({ links, someone }) => {
    const shop = await merchant(links.simulator);
    const taken = await shop.transfer(880);
    const left = await shop.transfer(1880);
    const payer = await someone();
    const page = await payer.page();
    await page.goto(phone(links));
    await page.locator('.ticket.money', { hasText: '8.80' }).filter({ hasNotText: '18.80' }).click();
    await page.locator('.receive').waitFor();
    await fits(page);
    await payer.picture(page, '68-transfer');
    await page.getByRole('button', { name: '确认收款' }).click();
    await page.locator('.toast', { hasText: '已确认收款' }).waitFor();
    assert.ok(['TRANSFERING', 'SUCCESS'].includes(await shop.transferState(taken.out_bill_no)));
    await page.locator('.ticket.money', { hasText: '18.80' }).click();
    await page.getByRole('button', { name: '不收，离开' }).click();
    await page.locator('.toast', { hasText: '24 小时' }).waitFor();
    assert.equal(await page.locator('.ticket.money', { hasText: '18.80' }).count(), 0);
    assert.equal(await shop.transferState(left.out_bill_no), 'WAIT_USER_CONFIRM');
  },

  'a mood is chosen, and the payer acts by it, in English': async ({ links, someone }) => {
    const shop = await merchant(links.simulator);
    await shop.ours('payers', { id: 'ann', name: 'Ann', balance_fen: 100_000 });
    const payer = await someone();
    const page = await payer.page();
    await page.goto(`${links.simulator}/phone/ann?lang=en`);
    await page.locator('.moods [value=cancels]').click();
    await page.locator('#people [aria-current]', { hasText: 'Cancels' }).waitFor();
    const order = await shop.order('jsapi', 'Two celadon cups', 12800, 'ann');
    const ticket = page.locator('.ticket', { hasText: 'Two celadon cups' });
    await ticket.getByRole('button', { name: 'By mood' }).click();
    await page.locator('.toast', { hasText: 'Cancelled' }).waitFor();
    await fits(page);
    await settle(page);
    await payer.picture(page, '69-mood');
    assert.equal(await shop.state(order.out_trade_no), 'NOTPAY');
    // Acting alone: the cashier closes by itself, whoever opened it.
    await page.locator('.moods [value=willing]').click();
    await page.waitForLoadState();
    await page.locator('[name=acts]').selectOption('invoked');
    await page.waitForLoadState();
    await page.locator('.ticket', { hasText: 'Two celadon cups' }).getByRole('link', { name: 'Open' }).click();
    await page.getByRole('button', { name: 'Pay now' }).click();
    await page.locator('.toast', { hasText: 'Paid' }).waitFor();
    assert.equal(await shop.state(order.out_trade_no), 'SUCCESS');
    await page.locator('.dock').getByText('Purse').click();
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.locator('.bank', { hasText: 'CMB_DEBIT' }).waitFor();
    await fits(page);
    await payer.picture(page, '70-purse');
  },
};
