-- Verified notifications as they came, append-only: the proof of what the platform told us and when.
create table inbox (
    -- The merchant.
    mchid text not null,
    -- Our id of this arrival. Begins with its time, so that rows are appended and can be pruned by age.
    id text not null,
    -- The platform's id, the same over its retries.
    notification_id text not null,
    -- When it came.
    received_at bigint not null,
    -- Such as TRANSACTION.SUCCESS.
    event_type text not null,
    -- The payment it speaks of; null when it speaks of none.
    out_trade_no text,
    -- What became of it.
    outcome text not null,
    -- The body, byte for byte.
    body bytea not null,
    primary key (mchid, id)
);

-- What came about one payment.
create index inbox_of_payment on inbox (mchid, out_trade_no, id) where out_trade_no is not null;
