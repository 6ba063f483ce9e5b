-- What a webhook gets and how, what became of each attempt, and what is sent again on request.

alter table core.webhook
    add column filter      text,   -- in the REST filter grammar, with updatedFields as a field; null: every event
    add column fields      text[], -- of the record that are sent; null: all
    add column payload     text not null default 'full' check (payload in ('full', 'thin')),
    add column headers     text not null default '', -- sealed: a JSON object of header names and values; '' = none
    add column max_bytes   integer, -- a body that would be larger is sent thin; null: as the settings say
    add column signature   text not null default 'v1' check (signature in ('v1', 'v1a')),
    add column signing_key text not null default '', -- sealed: whsk_…; '' = none was ever made
    add column paused_at   timestamptz,
    -- What was replaced and signs beside the new for a while: the same place in all three, newest first.
    add column old_secrets      text[] not null default '{}',
    add column old_signing_keys text[] not null default '{}', -- '' = none
    add column old_until        timestamptz[] not null default '{}';

-- Since when a webhook has done nothing but fail: a row only while it does. Apart from core.webhook, whose every change
-- makes dispatchers load it.
create table core.webhook_health (
    webhook_id    uuid primary key,
    failing_since timestamptz not null,
    noticed       smallint not null default 0 -- how much of the time until it is disabled was told of, in percent
);

alter table core.attempt
    add column object_name   text,
    add column action        text,
    add column record_id     uuid,
    add column event_at      timestamptz,
    add column dns_us        integer, -- how long each part took; null: it did not come to that, or a kept connection
    add column connect_us    integer,
    add column tls_us        integer,
    add column first_byte_us integer;
-- For the lists of deliveries. Each costs every attempt, so there is none on started_at alone: the latest of all webhooks
-- are the latest of each.
create index attempt_webhook_at on core.attempt (webhook_id, started_at);
create index attempt_trouble on core.attempt (webhook_id, started_at) where outcome <> 'delivered';
create index attempt_record on core.attempt (record_id);

-- Events that are to be delivered again, in the order of `seq` from behind `seq` on. `seq` is the job's own cursor and
-- moves in the transaction that makes the deliveries.
create table core.replay (
    id          uuid primary key,
    webhook_id  uuid not null,
    event_id    uuid,        -- this one only, whatever the webhook wants
    from_at     timestamptz not null,
    to_at       timestamptz not null,
    operations  text[],      -- of those that the webhook wants; null: all
    filter      text,        -- likewise
    undelivered boolean not null default false, -- only what was never delivered
    rate_limit  text not null default '',
    seq         bigint not null,
    read_count  bigint not null default 0, -- events looked at
    sent_count  bigint not null default 0, -- deliveries made of them
    cancelled   boolean not null default false,
    created_at  timestamptz not null,
    finished_at timestamptz
);
create index replay_webhook on core.replay (webhook_id, created_at);
create unique index replay_single on core.replay (webhook_id) where finished_at is null and event_id is null;
create index replay_running on core.replay (webhook_id) where finished_at is null;

-- Dispatchers learn of a job as they do of a webhook. Not when its cursor moves.
create trigger bump_begun after insert on core.replay
    for each statement execute function core.bump_version('webhooks');
create trigger bump_ended after update on core.replay
    for each row when (old.finished_at is distinct from new.finished_at)
    execute function core.bump_version('webhooks');

-- Jobs that are over, and what is left of webhooks that are gone.
create function core.drop_replays(retention interval) returns bigint language sql as $$
    with ill as (
        delete from core.webhook_health h
        where not exists (select from core.webhook w where w.id = h.webhook_id and w.deleted_at is null)
    ), gone as (
        delete from core.replay r where r.finished_at < now() - retention
            or not exists (select from core.webhook w where w.id = r.webhook_id and w.deleted_at is null) returning 1
    ) select count(*) from gone
$$;
