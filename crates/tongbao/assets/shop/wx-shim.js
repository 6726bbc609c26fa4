// Plays the part of WeChat's `wx` in a browser, only as much of it as the client uses. Login codes
// and the cashier come from the simulator; requests go to the shop's own server.

// `settings`: {simulator, appid, payer, host, lang(), title()}; `host` is the element the cashier
// slides up in. With these the client runs unchanged.
export function makeWx(settings) {
  const prefix = `tongbao-demo:${settings.payer}:`;

  function login({ success, fail }) {
    post('/sim/v1/login-codes', { appid: settings.appid, payer: settings.payer })
      .then((answer) => success({ code: answer.code, errMsg: 'login:ok' }))
      .catch((error) => fail({ errMsg: `login:fail ${error.message}` }));
  }

  async function post(path, body) {
    const answer = await fetch(settings.simulator + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    return answer.json();
  }

  // As the real one: success for every status, fail only when there was no answer.
  function request({ url, method, data, header, success, fail }) {
    const stop = new AbortController();
    fetch(url, {
      method,
      headers: header,
      body: data === undefined ? undefined : JSON.stringify(data),
      signal: stop.signal,
      cache: 'no-store',
    })
      .then(async (answer) => success({ statusCode: answer.status, data: parsed(await answer.text()), header: {} }))
      .catch((error) => fail({ errMsg: `request:fail ${error.name === 'AbortError' ? 'abort' : error.message}` }));
    return { abort: () => stop.abort() };
  }

  // The cashier is another site's page in a frame: what it says is taken only from its own origin
  // and its own window.
  function requestPayment({ timeStamp, nonceStr, package: prepay, signType, paySign, success, fail }) {
    const origin = new URL(settings.simulator).origin;
    const query = new URLSearchParams({
      appid: settings.appid,
      payer: settings.payer,
      timeStamp,
      nonceStr,
      package: prepay,
      signType,
      paySign,
      lang: settings.lang(),
      embed: '1',
    });
    const frame = document.createElement('iframe');
    frame.title = settings.title();
    frame.src = `${settings.simulator}/cashier?${query}`;
    const before = document.activeElement;

    function hear(event) {
      if (event.origin !== origin || event.source !== frame.contentWindow) return;
      if (event.data === null || typeof event.data !== 'object' || event.data.type !== 'tongbao-cashier') return;
      if (typeof event.data.errMsg !== 'string') return;
      window.removeEventListener('message', hear);
      settings.host.classList.remove('open');
      frame.remove();
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
      const result = { errMsg: event.data.errMsg };
      if (result.errMsg === 'requestPayment:ok') success(result);
      else fail(result);
    }

    window.addEventListener('message', hear);
    frame.addEventListener('load', () => frame.focus());
    settings.host.replaceChildren(frame);
    settings.host.classList.add('open');
  }

  return {
    login,
    request,
    requestPayment,
    getStorageSync: (key) => parsed(localStorage.getItem(prefix + key)) ?? '',
    setStorageSync: (key, value) => localStorage.setItem(prefix + key, JSON.stringify(value)),
    removeStorageSync: (key) => localStorage.removeItem(prefix + key),
  };
}

function parsed(text) {
  if (text === null || text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
