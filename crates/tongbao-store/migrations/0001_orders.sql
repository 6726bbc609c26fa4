-- Orders with what hangs on them. One text for both engines: text, bigint, bytea.
-- Times are milliseconds since 1970-01-01T00:00:00Z, money is fen. Every key begins with the merchant, so that
-- rows can be spread by it.

-- What the business sells, with its payments and refunds: what one write changes as a whole.
create table orders (
    -- The merchant.
    mchid text not null,
    -- The merchant's number of the order.
    order_no text not null,
    -- Rises by one with every step; the guard of every update.
    version bigint not null check (version > 0),
    -- Where it stands, in the words of the API: unpaid, paid, closing, closed. Derived from detail, for lists.
    standing text not null,
    -- When it was recorded.
    created_at bigint not null,
    -- When it last changed.
    updated_at bigint not null,
    -- When it can no longer be paid.
    expires_at bigint not null,
    -- Who may pay; null until somebody asks.
    openid text,
    -- What it costs.
    total_fen bigint not null check (total_fen > 0),
    -- The whole order as JSON. Nothing in it is queried; what is queried has a column.
    detail text not null,
    primary key (mchid, order_no)
);

-- The merchant's list, newest first.
create index orders_newest on orders (mchid, created_at, order_no);

-- A payer's list, newest first.
create index orders_of_payer on orders (mchid, openid, created_at, order_no) where openid is not null;

-- The few orders that still move, among the many that do not.
create index orders_live on orders (mchid, standing, created_at, order_no) where standing in ('unpaid', 'closing');

-- Which order a payment belongs to. The key makes its number unique per merchant.
create table payments (
    -- The merchant.
    mchid text not null,
    -- The payment's number at the platform.
    out_trade_no text not null,
    -- The order it pays.
    order_no text not null,
    primary key (mchid, out_trade_no)
) /* without rowid */;

-- Which order a refund belongs to. The key makes its number unique per merchant.
create table refunds (
    -- The merchant.
    mchid text not null,
    -- The refund's number, chosen once.
    out_refund_no text not null,
    -- The order whose money goes back.
    order_no text not null,
    primary key (mchid, out_refund_no)
) /* without rowid */;

-- The history of orders, append-only.
create table events (
    -- The merchant.
    mchid text not null,
    -- The order.
    order_no text not null,
    -- The order's version that the step made.
    version bigint not null,
    -- The event's place in the step, from 0.
    seq bigint not null,
    -- When we learned it.
    at bigint not null,
    -- Who caused it, as JSON.
    cause text not null,
    -- What happened, as JSON.
    kind text not null,
    primary key (mchid, order_no, version, seq)
) /* without rowid */;

-- Work promised in the same commit as the state that calls for it.
create table jobs (
    -- The merchant.
    mchid text not null,
    -- The order.
    order_no text not null,
    -- What is to be done: tend, refund.
    kind text not null,
    -- To what: the out_refund_no of a refund, empty for tend.
    subject text not null,
    -- When it is due.
    due_at bigint not null,
    -- How often it was claimed since it was last promised.
    attempts bigint not null,
    -- Until when a worker holds it; 0 when nobody does.
    lease_until bigint not null,
    -- The token of that worker; whoever has another may not finish the job. Empty when nobody holds it.
    lease_token text not null,
    primary key (mchid, order_no, kind, subject)
) /* without rowid */;

-- What is due next.
create index jobs_due on jobs (due_at);
