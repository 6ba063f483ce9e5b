-- Answers of writes that came with an Idempotency-Key, kept a day, so that a repetition is answered and not done again.
create table core.idempotency (
    key_id       uuid        not null,               -- of the API key: others' keys are other people's business
    key          text        not null,
    fingerprint  text        not null,               -- of method, target and body
    token        uuid        not null,               -- of the request that holds the key
    status       smallint,                           -- null: still at work
    content_type text,
    body         text,
    created_at   timestamptz not null default now(),
    primary key (key_id, key)
);
create index idempotency_age on core.idempotency (created_at);

create function core.drop_idempotency() returns bigint
language sql set search_path = '' as $$
    with gone as (delete from core.idempotency where created_at < now() - interval '24 hours' returning 1)
    select count(*) from gone
$$;
