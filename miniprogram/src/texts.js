// Every sentence the client shows, in Chinese and English, and which of them a raw `errMsg` means.
// The payer never sees the platform's raw text; it goes to the log with the order number.

export const texts = {
  zh: {
    ordering: '正在下单…',
    invoking: '正在打开收银台…',
    confirming: '正在确认支付结果…',
    paid: '支付成功',
    unpaid: '订单待支付',
    closed: '订单已关闭',
    unknown: '支付结果确认中，请勿重复支付',
    canceled: '已取消支付，订单已为您保留',
    signature: '支付参数有误，请稍后重试',
    expired: '订单已超时，请重新下单',
    payer: '请使用下单的微信号支付',
    forbidden: '商家暂不可收款，请联系客服',
    balance: '余额不足，请换一种支付方式',
    locked: '支付密码错误次数过多，请稍后再试',
    failed: '支付未完成，订单已为您保留',
    network: '网络异常，支付结果以订单页为准',
    offline: '网络异常，请检查网络后重试',
    timeout: '网络超时，请重试',
    login: '登录失败，请重试',
    busy: '系统繁忙，请稍后再试',
    refused: '操作未成功，请稍后再试',
  },
  en: {
    ordering: 'Placing the order…',
    invoking: 'Opening the cashier…',
    confirming: 'Confirming the payment…',
    paid: 'Paid',
    unpaid: 'Waiting for payment',
    closed: 'The order is closed',
    unknown: 'The payment is being confirmed. Please do not pay again',
    canceled: 'Payment canceled. Your order is kept',
    signature: 'The payment could not be started. Please try again later',
    expired: 'The order has expired. Please order again',
    payer: 'Please pay with the WeChat account that placed the order',
    forbidden: 'The shop cannot take payments at the moment. Please contact it',
    balance: 'The balance is too low. Please choose another way to pay',
    locked: 'Too many wrong passwords. Please try again later',
    failed: 'The payment did not complete. Your order is kept',
    network: 'Network trouble. The order page shows whether it is paid',
    offline: 'Network trouble. Please check your connection and try again',
    timeout: 'The network took too long. Please try again',
    login: 'Could not sign in. Please try again',
    busy: 'The service is busy. Please try again in a moment',
    refused: 'That did not work. Please try again later',
  },
};

// First match wins. `kind` names a text above and decides what the client does next;
// `alarm` means the merchant has to act, not the payer.
// Source: miniprogram.md §2.3 and §7.3.
const meanings = [
  { kind: 'canceled', alarm: false, pattern: /:\s*(fail\s+)?cancel/i },
  { kind: 'forbidden', alarm: true, pattern: /no permission|permission denied|access denied|banned|\b102\b/i },
  { kind: 'signature', alarm: true, pattern: /签名|sign(ature)?\b|缺少参数|appid参数|支付场景非法/i },
  { kind: 'expired', alarm: false, pattern: /已失效|已过期|已超时|已关闭|最晚支付|expired|closed/i },
  { kind: 'payer', alarm: false, pattern: /支付账号不一致|付款人/ },
  { kind: 'balance', alarm: false, pattern: /余额不足|insufficient|not\s*enough/i },
  { kind: 'locked', alarm: false, pattern: /次数过多|锁定|locked/i },
  { kind: 'network', alarm: false, pattern: /network|timeout|time out|timed out|网络|超时/i },
];

// What `wx.requestPayment` said: `ok`, one of the kinds above, or `failed` when it is none of them.
export function meaning(errMsg, errno) {
  const raw = String(errMsg || '');
  if (/:\s*ok$/i.test(raw)) return { kind: 'ok', alarm: false };
  if (errno === 102) return { kind: 'forbidden', alarm: true };
  for (const entry of meanings) {
    if (entry.pattern.test(raw)) return { kind: entry.kind, alarm: entry.alarm };
  }
  return { kind: 'failed', alarm: false };
}

// The text `key` in `lang`, Chinese when the language is not known.
export function say(lang, key) {
  const table = texts[lang] || texts.zh;
  return table[key] || table.refused;
}
