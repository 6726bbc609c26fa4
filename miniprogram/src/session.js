// Who is asking: `wx.login` gives a code, the server gives a short token for it.
// One login runs at a time, the token is kept across starts, and a token the server no longer
// knows is replaced once.

import { TongbaoError, timeoutMs } from './http.js';

// A token this close to its end is renewed first.
const marginMs = 60000;

export function makeSession(env, http) {
  const place = 'tongbao.session';
  let session = null;
  let running = null;

  function kept() {
    if (session === null) session = env.load(place);
    if (session === null || typeof session.token !== 'string') return null;
    return Date.parse(session.expires_at) - marginMs > env.now() ? session : null;
  }

  // The session: {token, expires_at, payment_enabled}. Logs in when there is none.
  function login(options) {
    const fresh = options !== undefined && options.fresh === true;
    if (running !== null) return running;
    if (!fresh && kept() !== null) return Promise.resolve(session);
    running = code()
      .then((value) => http.call('POST', '/client/v1/login', { body: { code: value } }))
      .then((answer) => {
        session = answer;
        env.save(place, answer);
        return answer;
      });
    const done = () => { running = null; };
    running.then(done, done);
    return running;
  }

  function code() {
    return new Promise((resolve, reject) => {
      const failed = (error) => {
        env.clearTimeout(timer);
        reject(new TongbaoError({ code: 'login', text: env.say('login'), transient: true, message: error && error.errMsg }));
      };
      const timer = env.setTimeout(failed, timeoutMs);
      env.wx.login({
        success(answer) {
          if (!answer || !answer.code) return failed(answer);
          env.clearTimeout(timer);
          return resolve(answer.code);
        },
        fail: failed,
      });
    });
  }

  // A call in this person's name. A refused token is replaced and the call made once more;
  // every call is safe to repeat (reads, idempotent posts, and create with its key).
  async function call(method, path, options) {
    const first = await login();
    try {
      return await http.call(method, path, { ...options, token: first.token });
    } catch (error) {
      if (error.status !== 401) throw error;
    }
    const second = await login({ fresh: true });
    return http.call(method, path, { ...options, token: second.token });
  }

  return { login, call };
}
