// One order, read from the server by its number: nothing in the address says whether it is paid.

const { tongbao } = getApp();

const titles = { unpaid: '待支付', paid: '支付成功', closing: '正在关闭', closed: '订单已关闭' };

Page({
  data: { order: null, title: '', left: '', busy: false, label: '继续支付', note: '', unsure: false },

  onLoad({ no, unsure }) {
    this.no = no;
    this.setData({ unsure: unsure === '1' });
  },

  onShow() {
    this.read();
    this.timer = setInterval(() => this.count(), 1000);
  },

  onHide() {
    clearInterval(this.timer);
  },

  onUnload() {
    clearInterval(this.timer);
  },

  async read() {
    try {
      this.take(await tongbao.order(this.no));
    } catch (error) {
      this.setData({ note: error.text });
    }
  },

  take(order, unsure = this.data.unsure) {
    const unknown = unsure && order.state === 'unpaid';
    this.setData({ order, unsure: unknown, title: unknown ? '结果确认中' : titles[order.state], note: unknown ? tongbao.say('unknown') : '' });
    this.count();
  },

  // By the server's clock; the phone's may be wrong.
  count() {
    const { order } = this.data;
    if (order === null || order.state !== 'unpaid') return;
    const seconds = tongbao.secondsLeft(order);
    const two = (value) => String(value).padStart(2, '0');
    this.setData({ left: `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}` });
  },

  async pay() {
    if (this.data.busy) return;
    const end = await tongbao.pay(this.no, { onState: (report) => this.setData({ busy: report.busy, label: report.busy ? report.text : '继续支付' }) });
    if (end.order !== null) this.take(end.order, end.state === 'unknown');
    if (end.state !== 'paid') wx.showToast({ title: end.text, icon: 'none' });
  },

  async ask() {
    try {
      this.take(await tongbao.confirm(this.no));
    } catch (error) {
      this.setData({ note: error.text });
    }
  },

  async cancel() {
    try {
      this.take(await tongbao.cancel(this.no), false);
    } catch (error) {
      wx.showToast({ title: error.text, icon: 'none' });
    }
  },
});
