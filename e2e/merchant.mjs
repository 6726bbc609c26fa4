// A merchant who signs by hand, for what the demo's shop does not sell: every scene, payment codes, transfers.

import { createSign, randomBytes } from 'node:crypto';

// The first merchant of a simulator, with its own keys.
export async function merchant(simulator) {
  const env = await (await fetch(`${simulator}/sim/v1/env`)).json();
  const [first] = env.merchants;
  const appid = first.apps[0].appid;
  const platformSerial = env.platform_public_key?.id ?? env.platform_certificate?.serial_no;

  async function call(method, target, body = '') {
    const timestamp = Math.floor(Date.now() / 1000);
    const nonce = randomBytes(16).toString('hex');
    const signature = createSign('RSA-SHA256').update(`${method}\n${target}\n${timestamp}\n${nonce}\n${body}\n`).sign(first.private_key_pem, 'base64');
    const authorization = `WECHATPAY2-SHA256-RSA2048 mchid="${first.mchid}",nonce_str="${nonce}",signature="${signature}",timestamp="${timestamp}",serial_no="${first.serial_no}"`;
    const headers = { Authorization: authorization, Accept: 'application/json', 'Content-Type': 'application/json', 'User-Agent': 'tongbao-e2e', 'Wechatpay-Serial': platformSerial };
    const answer = await fetch(simulator + target, { method, headers, body: body || undefined });
    const told = await answer.json();
    if (!answer.ok) throw new Error(`${target}: ${answer.status} ${JSON.stringify(told)}`);
    return told;
  }

  const ours = (path, body) => fetch(`${simulator}/sim/v1/${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }).then((answer) => answer.json());
  let made = 0;
  const number = () => `E2E${Date.now()}${(made += 1)}`;

  return {
    ours,
    // An order of one scene: its number, and what the platform answered.
    async order(scene, description, fen, payer = 'payer-1') {
      const out_trade_no = number();
      const body = { appid, mchid: first.mchid, description, out_trade_no, notify_url: `${simulator}/sim/v1/health`, amount: { total: fen, currency: 'CNY' } };
      if (scene === 'jsapi') body.payer = { openid: await openid(payer) };
      if (scene === 'h5') body.scene_info = { payer_client_ip: '127.0.0.1', h5_info: { type: 'Wap' } };
      return { out_trade_no, ...(await call('POST', `/v3/pay/transactions/${scene}`, JSON.stringify(body))) };
    },
    charge(auth_code, description, fen) {
      const out_trade_no = number();
      const body = { appid, mchid: first.mchid, description, out_trade_no, amount: { total: fen, currency: 'CNY' }, payer: { auth_code }, scene_info: { device_id: 'till-1', store_info: { id: 'store-1' } } };
      return call('POST', '/v3/pay/transactions/codepay', JSON.stringify(body));
    },
    async transfer(fen, payer = 'payer-1') {
      await ours(`merchants/${first.mchid}/top-up`, { amount_fen: fen, account: 'OPERATION' });
      const infos = [{ info_type: '活动名称', info_content: '新会员有礼' }, { info_type: '奖励说明', info_content: '注册奖励' }];
      const body = { appid, out_bill_no: number(), transfer_scene_id: '1000', openid: await openid(payer), transfer_amount: fen, transfer_remark: '新会员奖励', user_recv_perception: '现金奖励', transfer_scene_report_infos: infos };
      return call('POST', '/v3/fund-app/mch-transfer/transfer-bills', JSON.stringify(body));
    },
    transferState: async (out_bill_no) => (await call('GET', `/v3/fund-app/mch-transfer/transfer-bills/out-bill-no/${out_bill_no}`)).state,
    state: async (out_trade_no) => (await call('GET', `/v3/pay/transactions/out-trade-no/${out_trade_no}?mchid=${first.mchid}`)).trade_state,
  };

  async function openid(payer) {
    const told = await (await fetch(`${simulator}/sim/v1/payers/${payer}`)).json();
    return told.openids[appid];
  }
}
