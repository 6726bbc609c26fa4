-- Logins of mini program users.
create table sessions (
    -- A digest of the token; the token itself is known to the mini program alone.
    token_hash text not null,
    -- The merchant.
    mchid text not null,
    -- The mini program.
    appid text not null,
    -- The person, as the mini program sees them.
    openid text not null,
    -- When they logged in.
    created_at bigint not null,
    -- Until when the token is taken.
    expires_at bigint not null,
    primary key (token_hash)
);

-- A person's sessions, to keep them few.
create index sessions_of_person on sessions (mchid, appid, openid, created_at);

-- What to forget next.
create index sessions_by_expiry on sessions (expires_at);

-- Small facts of the installation, such as when certificates were last refreshed.
create table facts (
    -- What it is.
    name text not null,
    -- What is known.
    value text not null,
    -- Since when.
    updated_at bigint not null,
    primary key (name)
);
