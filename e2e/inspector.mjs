// The simulator's inspector, beside the shop whose calls it shows.

import assert from 'node:assert/strict';
import { cashier, choose, ends, fits, openShop, password, tapPay, typeDigits } from './shop.mjs';

const rowsOf = (page) => page.locator('.rows .row');

export const scenarios = {
  'the inspector shows a purchase live, and why a call was refused': async ({ links, someone }) => {
    const developer = await someone();
    const page = await developer.page();
    await page.goto(`${links.simulator}/inspector`);
    await page.locator('.live:not(.lost)').waitFor();
    const before = await rowsOf(page).count();

    const payer = await someone();
    const shop = await payer.page();
    await openShop(shop, links);
    await choose(shop);
    await tapPay(shop);
    await typeDigits(shop, await cashier(shop), password);
    await ends(shop, 'paid');
    // Nothing was reloaded: the rows came by themselves.
    await page.waitForFunction((count) => document.querySelectorAll('.rows .row').length > count + 1, before);
    await page.locator('.row.out', { hasText: 'TRANSACTION.SUCCESS' }).first().waitFor();
    await fits(page);
    await developer.picture(page, '50-inspector');

    const refused = await page.request.get(`${links.simulator}/v3/certificates`);
    assert.equal(refused.status(), 401);
    const row = page.locator('.row.refused', { hasText: '/v3/certificates' }).or(page.locator('.row.refused', { hasText: 'certificates' })).first();
    await row.locator('a').click();
    await page.locator('.why h2', { hasText: 'Authorization' }).waitFor();
    await fits(page);
    await developer.picture(page, '51-why');

    await page.goto(`${links.simulator}/inspector`);
    await page.keyboard.press('/');
    await page.keyboard.type('transaction.success');
    await page.waitForFunction(() => [...document.querySelectorAll('.rows .row')].length > 0
      && [...document.querySelectorAll('.rows .row')].every((one) => one.textContent.includes('TRANSACTION.SUCCESS')));
    await rowsOf(page).first().locator('a').click();
    await page.locator('.unsealed .body', { hasText: '"trade_state": "SUCCESS"' }).waitFor();
    await page.getByRole('button', { name: '立即重发' }).first().click();
    await page.locator('.detail').or(page.locator('.rows')).first().waitFor();
    await developer.picture(page, '52-notification');
  },

  'the pages of the inspector, in English': async ({ links, someone }) => {
    const developer = await someone();
    const page = await developer.page();
    await page.goto(`${links.simulator}/inspector?lang=en`);
    for (const [name, title] of [['Notifications', 'Notifications'], ['Books', "Merchants' books"], ['Faults', 'Faults'], ['Clock', 'Business time']]) {
      await page.locator('.tabs').getByText(name, { exact: true }).click();
      await page.getByText(title, { exact: false }).first().waitFor();
      await fits(page);
      await developer.picture(page, `53-${name.toLowerCase()}`);
    }
    await page.getByRole('button', { name: '1 min', exact: true }).click();
    await page.locator('.now.ahead', { hasText: '+' }).waitFor();
  },
};
