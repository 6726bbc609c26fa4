// The shop: goods and quantities, one button. Prices are shown as the server gave them and never
// sent back.

const { tongbao } = getApp();

Page({
  data: { merchant: '', goods: [], cart: {}, count: 0, busy: false, label: '去支付', trouble: '' },

  onLoad() {
    this.load();
  },

  async load() {
    try {
      const list = await tongbao.goods();
      this.setData({ merchant: list.merchant_name, goods: list.goods, trouble: '' });
    } catch (error) {
      this.setData({ trouble: error.text });
    }
  },

  change(event) {
    const { id, by } = event.currentTarget.dataset;
    const quantity = Math.min(99, Math.max(0, (this.data.cart[id] || 0) + Number(by)));
    const cart = { ...this.data.cart, [id]: quantity };
    this.setData({ cart, count: Object.keys(cart).reduce((sum, key) => sum + cart[key], 0) });
  },

  async pay() {
    if (this.data.busy || this.data.count === 0) return;
    const { cart } = this.data;
    const items = Object.keys(cart).filter((id) => cart[id] > 0).map((id) => ({ goods_id: id, quantity: cart[id] }));
    const end = await tongbao.buy(items, { onState: (report) => this.setData({ busy: report.busy, label: report.busy ? report.text : '去支付' }) });
    if (end.state === 'idle') {
      wx.showToast({ title: end.text, icon: 'none' });
      return;
    }
    // The cart is kept until the server says paid.
    if (end.state === 'paid') this.setData({ cart: {}, count: 0 });
    wx.navigateTo({ url: `/pages/order/order?no=${end.order_no}&unsure=${end.state === 'unknown' ? 1 : 0}` });
  },

  openOrders() {
    wx.navigateTo({ url: '/pages/orders/orders' });
  },
});
