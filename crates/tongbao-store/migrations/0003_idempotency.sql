-- First answers to requests that carry an Idempotency-Key.
create table idempotency (
    -- The merchant.
    mchid text not null,
    -- Whose key it is: the name of the API key, so that two callers cannot meet.
    key_owner text not null,
    -- The Idempotency-Key.
    key text not null,
    -- A digest of the request; another request under the same key is refused.
    request_hash text not null,
    -- Who executes the request, so that a late one cannot store its answer over another's.
    holder text not null,
    -- When the execution began; one that takes too long may be taken over.
    started_at bigint not null,
    -- The HTTP status of the answer; 0 while the request is executed.
    status bigint not null,
    -- The body of the answer; empty while the request is executed.
    body bytea not null,
    -- When the key was first seen; it is forgotten a day later.
    created_at bigint not null,
    primary key (mchid, key_owner, key)
);

-- What to forget next.
create index idempotency_by_age on idempotency (created_at);
