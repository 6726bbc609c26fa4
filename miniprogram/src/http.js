// One call of `wx.request`, made to end: within `timeout` milliseconds it answers or throws.
// `wx.request` calls success for every status, 500 included, so the status is checked here.

// Why a call did not give what was asked. `code` is `offline`, `timeout`, `login`, or the
// server's stable problem code; `text` is for the payer; `transient` says that the same call
// may succeed later; `requestId` helps the merchant find it in the log.
export class TongbaoError extends Error {
  constructor(fields) {
    super(fields.message || fields.code);
    this.name = 'TongbaoError';
    this.code = fields.code;
    this.status = fields.status || 0;
    this.text = fields.text;
    this.transient = fields.transient === true;
    this.requestId = fields.requestId || '';
  }
}

export const timeoutMs = 12000;

export function makeHttp(env) {
  // Resolves with the JSON of a 2xx answer.
  function call(method, path, options) {
    const settings = options || {};
    const limit = settings.timeout || timeoutMs;
    const header = { 'Accept-Language': env.lang() === 'en' ? 'en' : 'zh-CN', Accept: 'application/json' };
    if (settings.body !== undefined) header['Content-Type'] = 'application/json';
    if (settings.token) header.Authorization = 'Bearer ' + settings.token;
    if (settings.key) header['Idempotency-Key'] = settings.key;
    const request = {
      url: env.baseUrl + path,
      method,
      header,
      dataType: 'json',
      timeout: limit,
    };
    if (settings.body !== undefined) request.data = settings.body;
    return send(request, limit);
  }

  function send(request, limit) {
    return new Promise((resolve, reject) => {
      let task;
      // The platform's own time-out is not trusted to fire on every device.
      const timer = env.setTimeout(() => {
        if (task && typeof task.abort === 'function') task.abort();
        reject(local('timeout'));
      }, limit);
      task = env.wx.request({
        ...request,
        success(answer) {
          env.clearTimeout(timer);
          if (answer.statusCode >= 200 && answer.statusCode < 300) resolve(answer.data);
          else reject(problem(answer));
        },
        fail(error) {
          env.clearTimeout(timer);
          reject(local(/time\s*out|timeout/i.test(String(error && error.errMsg)) ? 'timeout' : 'offline', error));
        },
      });
    });
  }

  function local(code, cause) {
    return new TongbaoError({ code, text: env.say(code), transient: true, message: cause && cause.errMsg });
  }

  // Server errors and throttling pass; other refusals repeat until something is changed.
  function problem(answer) {
    const body = answer.data !== null && typeof answer.data === 'object' ? answer.data : {};
    const transient = answer.statusCode >= 500 || answer.statusCode === 429;
    return new TongbaoError({
      code: String(body.code || 'http_' + answer.statusCode),
      status: answer.statusCode,
      text: transient ? env.say('busy') : String(body.title || env.say('refused')),
      message: String(body.detail || body.title || 'HTTP ' + answer.statusCode),
      requestId: body.request_id,
      transient,
    });
  }

  return { call };
}
