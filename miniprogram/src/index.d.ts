// Types of the Tongbao client for mini programs.

export type OrderState = 'unpaid' | 'paid' | 'closing' | 'closed';

export interface OrderLine {
  goods_id: string;
  name: string;
  quantity: number;
  price_fen: number;
}

/** An order as the server tells it. Amounts in fen and, as text, in yuan; times RFC 3339. */
export interface Order {
  order_no: string;
  state: OrderState;
  description: string;
  total_fen: number;
  total: string;
  currency: 'CNY';
  refunded_fen: number;
  created_at: string;
  expires_at: string;
  server_time: string;
  paid_at?: string;
  lines?: OrderLine[];
}

export interface Goods {
  id: string;
  name: string;
  name_en: string;
  description: string;
  description_en: string;
  price_fen: number;
  price: string;
  picture: string;
}

export interface Session {
  token: string;
  expires_at: string;
  /** Whether payment is switched on for this person. */
  payment_enabled: boolean;
}

export interface Item {
  goods_id: string;
  quantity: number;
}

export type PayState = 'idle' | 'ordering' | 'invoking' | 'confirming' | 'paid' | 'unpaid' | 'unknown';

/** A step of the state machine; the last one is what `pay` resolves with. */
export interface PayReport {
  state: PayState;
  /** The button stays disabled while this is true. */
  busy: boolean;
  order_no: string;
  order: Order | null;
  /** Which text this is: the state, a cause such as `canceled` or `expired`, or an error code. */
  kind: string;
  /** For the payer, in the client's language. */
  text: string;
}

export interface PayOptions {
  onState?: (report: PayReport) => void;
}

export interface OrdersPage {
  orders: Order[];
  next_cursor: string | null;
}

export interface LogEntry {
  order_no: string;
  /** What the platform said, word for word. */
  errMsg: string;
  kind: string;
  /** The merchant has to act. */
  alarm: boolean;
}

/** The part of the mini program API that is used; the global `wx` fits. */
export interface Wx {
  login(options: object): unknown;
  request(options: object): unknown;
  requestPayment(options: object): unknown;
  getStorageSync(key: string): any;
  setStorageSync(key: string, value: any): void;
  removeStorageSync(key: string): void;
}

export interface TongbaoOptions {
  /** The server's address, for example `https://pay.example.com`. */
  baseUrl: string;
  wx: Wx;
  /** `zh` unless told. */
  lang?: 'zh' | 'en';
  timers?: {
    setTimeout(run: () => void, afterMs: number): any;
    clearTimeout(id: any): void;
  };
  /** Milliseconds since 1970. */
  now?: () => number;
  /** A number from 0 up to 1. */
  random?: () => number;
  /** Where raw platform texts go; the console unless told. */
  log?: (entry: LogEntry) => void;
}

export interface Tongbao {
  login(options?: { fresh?: boolean }): Promise<Session>;
  goods(): Promise<{ merchant_name: string; goods: Goods[] }>;
  createOrder(items: Item[]): Promise<Order>;
  buy(items: Item[], options?: PayOptions): Promise<PayReport>;
  pay(orderNo: string, options?: PayOptions): Promise<PayReport>;
  confirm(orderNo: string, result?: 'ok' | 'cancel' | 'fail' | 'unknown', detail?: string): Promise<Order>;
  cancel(orderNo: string): Promise<Order>;
  order(orderNo: string): Promise<Order>;
  orders(filter?: { state?: OrderState; cursor?: string; limit?: number }): Promise<OrdersPage>;
  resume(options?: PayOptions): Promise<PayReport[]>;
  secondsLeft(order: Order): number;
  say(key: string): string;
  setLang(lang: 'zh' | 'en'): void;
}

/** Why a call did not give what was asked. */
export class TongbaoError extends Error {
  code: string;
  status: number;
  /** For the payer. */
  text: string;
  /** The same call may succeed later. */
  transient: boolean;
  requestId: string;
}

export const texts: { zh: Record<string, string>; en: Record<string, string> };
export function meaning(errMsg: string, errno?: number): { kind: string; alarm: boolean };
export function createTongbao(options: TongbaoOptions): Tongbao;
