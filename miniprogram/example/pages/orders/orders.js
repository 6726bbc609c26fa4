// The payer's orders, with those waiting for payment one tap away.

const { tongbao } = getApp();

const labels = { unpaid: '待支付', paid: '已支付', closing: '关闭中', closed: '已关闭' };

Page({
  data: { orders: [], filter: '', trouble: '', loaded: false, labels },

  onShow() {
    this.load();
  },

  async onPullDownRefresh() {
    await this.load();
    wx.stopPullDownRefresh();
  },

  filter(event) {
    this.setData({ filter: event.currentTarget.dataset.state });
    this.load();
  },

  async load() {
    try {
      const page = await tongbao.orders({ state: this.data.filter || undefined, limit: 20 });
      this.setData({ orders: page.orders, trouble: '', loaded: true });
    } catch (error) {
      this.setData({ trouble: error.text });
    }
  },

  open(event) {
    wx.navigateTo({ url: `/pages/order/order?no=${event.currentTarget.dataset.no}` });
  },
});
