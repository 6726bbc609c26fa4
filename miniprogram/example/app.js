import { createTongbao } from './tongbao/index.js';
import { baseUrl } from './config.js';

App({
  onLaunch() {
    this.tongbao = createTongbao({ baseUrl, wx });
  },
  // The app may have been killed inside the cashier: ask about what was left open.
  onShow() {
    this.tongbao.resume();
  },
});
