// The notification handler a team would write in Node over an npm client: raw body, signature, clock window,
// decryption, the checks of amount and owner, and one durable transaction. For benches/notify.rs only.

import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import express from 'express';
import wechatpay from 'wechatpay-axios-plugin';

const { Aes, Formatter, Rsa } = wechatpay;
const { DATABASE, ORDERS, PLATFORM_PUBLIC_KEY, PLATFORM_PUBLIC_KEY_ID, APIV3_KEY, MCHID, APPID, TOTAL } = process.env;
const publicKey = Rsa.from(readFileSync(PLATFORM_PUBLIC_KEY), Rsa.KEY_TYPE_PUBLIC);

const database = new Database(DATABASE);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.exec(`
  create table orders (out_trade_no text primary key, total integer not null, state text not null, transaction_id text, paid_at text) without rowid;
  create table events (out_trade_no text not null, seq integer not null, at integer not null, kind text not null, primary key (out_trade_no, seq)) without rowid;
  create table jobs (out_trade_no text not null, kind text not null, due_at integer not null, primary key (out_trade_no, kind)) without rowid;
  create table inbox (id text primary key, received_at integer not null, body text not null) without rowid;
`);
const fill = database.prepare("insert into orders (out_trade_no, total, state) values (?, ?, 'unpaid')");
const fillJob = database.prepare("insert into jobs (out_trade_no, kind, due_at) values (?, 'query', 0)");
database.transaction(() => {
  for (let index = 0; index < Number(ORDERS); index += 1) {
    const number = `BENCH${String(index).padStart(25, '0')}`;
    fill.run(number, Number(TOTAL));
    fillJob.run(number);
  }
})();

const find = database.prepare('select total, state from orders where out_trade_no = ?');
const keep = database.prepare('insert into inbox (id, received_at, body) values (?, ?, ?) on conflict (id) do nothing');
const pay = database.prepare("update orders set state = 'paid', transaction_id = ?, paid_at = ? where out_trade_no = ? and state = 'unpaid'");
const tell = database.prepare('insert into events (out_trade_no, seq, at, kind) values (?, ?, ?, ?)');
const done = database.prepare("delete from jobs where out_trade_no = ? and kind = 'query'");
const settle = database.transaction((id, body, payment) => {
  keep.run(id, Date.now(), body);
  if (pay.run(payment.transaction_id, payment.success_time, payment.out_trade_no).changes === 1) {
    tell.run(payment.out_trade_no, 1, Date.now(), 'notification_verified');
    tell.run(payment.out_trade_no, 2, Date.now(), 'paid');
    done.run(payment.out_trade_no);
  }
});

const app = express();
app.disable('x-powered-by');
app.disable('etag');
app.post('/notify/main/v3', express.raw({ type: '*/*', limit: '1mb' }), (request, response) => {
  const body = request.body.toString('utf8');
  const timestamp = request.get('Wechatpay-Timestamp');
  const signed = Formatter.joinedByLineFeed(timestamp, request.get('Wechatpay-Nonce'), body);
  const fresh = Math.abs(Math.floor(Date.now() / 1000) - Number(timestamp)) < 300;
  const known = request.get('Wechatpay-Serial') === PLATFORM_PUBLIC_KEY_ID;
  if (!fresh || !known || !Rsa.verify(signed, request.get('Wechatpay-Signature'), publicKey)) {
    response.status(401).json({ code: 'FAIL', message: 'signature' });
    return;
  }
  const { id, resource } = JSON.parse(body);
  const text = Aes.AesGcm.decrypt(resource.ciphertext, APIV3_KEY, resource.nonce, resource.associated_data);
  const payment = JSON.parse(text);
  const order = find.get(payment.out_trade_no);
  const agrees = order && payment.mchid === MCHID && payment.appid === APPID && payment.amount.total === order.total;
  if (!agrees || payment.trade_state !== 'SUCCESS') {
    response.status(422).json({ code: 'FAIL', message: 'not ours' });
    return;
  }
  settle(id, body, payment);
  response.status(204).end();
});

const server = createServer(app).listen(0, '127.0.0.1', () => {
  console.log(`127.0.0.1:${server.address().port}`);
});
