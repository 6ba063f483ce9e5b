-- The core schema: the data model, keys, roles, webhooks, the outbox (the ledger of record changes), attempts and the
-- dispatcher's cursor. Records live in the schema "workspace", one table an object, made from the model.

create schema if not exists core;
create schema if not exists workspace;

create table core.workspace (
    id            uuid primary key,
    display_name  text not null,
    application_standard_id uuid not null, -- owner of the standard objects
    application_custom_id   uuid not null, -- owner of what operators add
    created_at    timestamptz not null default now()
);
create unique index workspace_is_single on core.workspace ((true));
insert into core.workspace (id, display_name, application_standard_id, application_custom_id)
values (gen_random_uuid(), 'Portti', gen_random_uuid(), gen_random_uuid());

-- What has to be loaded again: bumped by triggers, in the transaction that changes the rows, so that a statement that
-- sees a change also sees the higher version. The notification is for speed; every reader also polls.
create table core.version (
    kind    text primary key check (kind in ('model', 'keys', 'webhooks')),
    version bigint not null default 1
);
insert into core.version (kind) values ('model'), ('keys'), ('webhooks');

create function core.bump_version() returns trigger language plpgsql as $$
declare
    bumped bigint;
begin
    update core.version set version = version + 1 where kind = tg_argv[0] returning version into bumped;
    perform pg_notify('portti_' || tg_argv[0], bumped::text);
    return null;
end $$;

-- The model. ---------------------------------------------------------------------------------------------------------

create table core.object (
    id                  uuid primary key,
    universal_id        uuid not null unique,
    name_singular       text not null unique,
    name_plural         text not null unique,
    label_singular      text not null,
    label_plural        text not null,
    description         text,
    icon                text,
    color               text,
    shortcut            text,
    table_name          text not null unique, -- in schema workspace
    is_system           boolean not null default false,
    is_active           boolean not null default true,
    is_searchable       boolean not null default true,
    is_standard         boolean not null default false,
    is_label_synced_with_name boolean not null default false,
    label_identifier_id uuid,
    image_identifier_id uuid,
    duplicate_criteria  jsonb, -- [["nameFirstName","nameLastName"],…]: columns
    created_at          timestamptz not null default now(),
    updated_at          timestamptz not null default now(),
    check (name_singular <> name_plural)
);

create table core.field (
    id               uuid primary key,
    universal_id     uuid not null unique,
    object_id        uuid not null references core.object on delete cascade,
    type             text not null,
    name             text not null,
    label            text not null,
    description      text,
    icon             text,
    default_value    jsonb,
    options          jsonb, -- [{"id","value","label","color","position"}]
    settings         jsonb, -- relations: {"relationType","onDelete","joinColumnName"}
    is_system        boolean not null default false,
    is_nullable      boolean not null default true,
    is_unique        boolean not null default false,
    is_active        boolean not null default true,
    is_searchable    boolean not null default false,
    is_standard      boolean not null default false,
    is_label_synced_with_name boolean not null default false,
    target_object_id uuid references core.object on delete cascade, -- relations
    target_field_id  uuid,  -- the other side
    morph_id         uuid,
    ordinal          double precision not null,
    created_at       timestamptz not null default now(),
    updated_at       timestamptz not null default now(),
    unique (object_id, name)
);
create index on core.field (target_object_id);

create trigger bump after insert or update or delete on core.object
    for each statement execute function core.bump_version('model');
create trigger bump after insert or update or delete on core.field
    for each statement execute function core.bump_version('model');

-- Keys and roles. ----------------------------------------------------------------------------------------------------

create table core.role (
    id           uuid primary key default gen_random_uuid(),
    label        text not null unique,
    description  text,
    icon         text,
    is_editable  boolean not null default true,
    can_be_assigned_to_users    boolean not null default true,
    can_be_assigned_to_agents   boolean not null default true,
    can_be_assigned_to_api_keys boolean not null default true,
    can_update_all_settings            boolean not null default false,
    can_access_all_tools               boolean not null default false,
    can_read_all_object_records        boolean not null default false,
    can_update_all_object_records      boolean not null default false,
    can_soft_delete_all_object_records boolean not null default false,
    can_destroy_all_object_records     boolean not null default false,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now()
);
insert into core.role (label, description, is_editable, can_update_all_settings, can_access_all_tools,
                       can_read_all_object_records, can_update_all_object_records, can_soft_delete_all_object_records,
                       can_destroy_all_object_records)
values ('Admin', 'Everything', false, true, true, true, true, true, true),
       ('Member', 'All records, no settings', true, false, false, true, true, true, true);

-- Nothing secret is kept: a token is signed with the server's secret and names its key in "jti".
create table core.api_key (
    id          uuid primary key,
    name        text not null,
    role_id     uuid references core.role,
    expires_at  timestamptz not null,
    revoked_at  timestamptz,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now()
);

create trigger bump after insert or update or delete on core.role
    for each statement execute function core.bump_version('keys');
create trigger bump after insert or update or delete on core.api_key
    for each statement execute function core.bump_version('keys');

-- Webhooks. ----------------------------------------------------------------------------------------------------------

create table core.webhook (
    id              uuid primary key,
    target_url      text not null,
    operations      text[] not null default array['*.*'],
    description     text,
    secret          text not null, -- sealed with the server's secret; '' = none
    disabled_at     timestamptz,
    disabled_reason text,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    deleted_at      timestamptz
);
create trigger bump after insert or update or delete on core.webhook
    for each statement execute function core.bump_version('webhooks');

-- The outbox: append-only, a partition a day, dropped and never deleted from. The row exists if and only if the change
-- committed. `record` is the exact JSON, kept as text, since jsonb would print other bytes. `delta` is what the change
-- does to the number of live records of its object. seq (CACHE 1) is taken while the record's row lock is held, so per
-- record the order of seq is the order of commits.
create sequence core.outbox_seq as bigint cache 1;
select nextval('core.outbox_seq'); -- from here on last_value is a number that was given out
create table core.outbox (
    xid            xid8 not null default pg_current_xact_id(), -- before seq: see core.fold_counts
    seq            bigint not null default nextval('core.outbox_seq'),
    event_id       uuid not null,
    object_id      uuid not null,
    object_name    text not null,
    action         text not null,
    record_id      uuid not null,
    record         text not null,
    updated_fields text, -- a JSON array of field names
    delta          smallint not null default 0,
    created_at     timestamptz not null
) partition by range (created_at);
create index outbox_xid on core.outbox (xid, seq);
create index outbox_seq_at on core.outbox (seq);
create index outbox_delta on core.outbox (object_id, xid) include (delta) where delta <> 0;
create table core.outbox_default partition of core.outbox default;

-- The number of live records of each object as of the last fold, and where that was. The exact number now is the count
-- plus the deltas of the outbox rows that are visible now and were not visible then: core.live_count.
create table core.record_count (
    object_id uuid primary key,
    count     bigint not null
) with (fillfactor = 50);
create table core.fold (
    snapshot  pg_snapshot not null,
    seq       bigint not null, -- while core.outbox_seq stands here, the counts are exact as they are
    folded_at timestamptz not null default now()
) with (fillfactor = 10);
create unique index fold_is_single on core.fold ((true));
insert into core.fold (snapshot, seq) values (pg_current_snapshot(), 0);

-- Attempts: append-only, a partition a day.
create table core.attempt (
    webhook_id   uuid not null,
    event_id     uuid not null,
    seq          bigint not null,
    attempt      integer not null, -- 1 = the first try
    started_at   timestamptz not null,
    duration_us  bigint not null,
    outcome      text not null,    -- delivered, failed, gave_up, disabled
    status       integer,          -- the receiver's HTTP status, when one came
    error        text,             -- the class of failure, when none came: timeout, refused, tls, blocked, …
    response     text,             -- the first bytes of the answer
    next_at      timestamptz       -- when it will be tried again
) partition by range (started_at);
create index attempt_delivery on core.attempt (webhook_id, event_id);
create index attempt_seq on core.attempt (seq) where outcome <> 'failed';
create table core.attempt_default partition of core.attempt default;

-- Deliveries that are exceptions: waiting for a retry, or undecided when the cursor passed them. Never the happy path.
create table core.pending (
    webhook_id       uuid not null,
    event_id         uuid not null,
    seq              bigint not null,
    event_created_at timestamptz not null,
    record_id        uuid not null,
    attempt          integer not null, -- tries made so far
    state            text not null check (state in ('retry', 'in_flight')),
    next_at          timestamptz not null,
    last_status      integer,
    last_error       text,
    primary key (webhook_id, event_id)
);
create index pending_due on core.pending (next_at);

-- Where the dispatcher stands. The durable cursor is a snapshot: what is new are the rows visible now whose transaction
-- was not visible then. A long backlog is read in pieces: the rows between `snapshot` and `upper`, past `upper_seq`.
-- `epoch` fences an old owner: each result transaction ends with an update that names it.
create table core.cursor (
    shard       integer primary key,
    snapshot    pg_snapshot not null,
    upper       pg_snapshot,
    upper_seq   bigint not null default 0,
    epoch       bigint not null default 0,
    owner       text not null default '',
    lease_until timestamptz not null default '-infinity',
    updated_at  timestamptz not null default now()
);
insert into core.cursor (shard, snapshot) values (0, pg_current_snapshot());

-- Functions that both programs use. ----------------------------------------------------------------------------------

-- Exact number of live records at constant cost, from the caller's snapshot; NULL for an object that is not counted.
-- When nothing was written since the fold, the folded count is the answer. Otherwise, what is not in it yet are the rows
-- of transactions that were unfinished then: those that began later, found by a range of the index, and the few that
-- were running, found one by one (a range from the oldest of them would grow with every write while one long transaction
-- is open). The bound on created_at only prunes partitions: it allows for clocks that differ and transactions that last
-- fifteen minutes. In plpgsql, since that keeps its plans for the session and starts only those that it needs: an SQL
-- function would be planned for every call, and one statement would open every partition to add nothing.
create function core.live_count(wanted uuid) returns bigint language plpgsql stable parallel safe as $$
declare
    live    bigint;
    folded  boolean;
    running boolean; -- transactions were, at the fold
begin
    select c.count, f.seq = s.last_value, pg_snapshot_xmin(f.snapshot) < pg_snapshot_xmax(f.snapshot)
    into live, folded, running
    from core.record_count c, core.fold f, core.outbox_seq s where c.object_id = wanted;
    if folded then
        return live;
    end if;
    -- The fold is read again rather than passed in: with variables, PostgreSQL would plan anew at every call.
    live := live + coalesce((
        select sum(o.delta) from core.outbox o
        where o.object_id = wanted and o.delta <> 0
          and o.created_at >= (select f.folded_at - interval '15 minutes' from core.fold f)
          and o.xid >= (select pg_snapshot_xmax(f.snapshot) from core.fold f)), 0);
    if running then
        live := live + coalesce((
            select sum(o.delta) from core.outbox o
            where o.object_id = wanted and o.delta <> 0
              and o.created_at >= (select f.folded_at - interval '15 minutes' from core.fold f)
              and o.xid = any (array(select pg_snapshot_xip(f.snapshot) from core.fold f))), 0);
    end if;
    return live;
end $$;

-- Folds the outbox's deltas into the counts that have moved, and returns how many did. Deltas and snapshot come from one
-- statement, so from one snapshot; the lock keeps folders apart. The caller's transaction must be READ COMMITTED, so that
-- the statement after the lock sees what the last folder did. The sequence is read first, then an xid is taken, then the
-- snapshot: each row below the sequence belongs to a transaction that had a lower xid by then (the outbox's columns are
-- filled in their order), so when none but ours is running at the snapshot's lower end, all of those rows are in it.
-- (Comparing xmin with xmax would not do: a running xid above the last one that ended is in neither.)
create function core.fold_counts() returns bigint language plpgsql as $$
declare
    folded   bigint;
    standing bigint;
    mine     xid8;
begin
    if not pg_try_advisory_xact_lock(7077001) then
        return 0;
    end if;
    select last_value into standing from core.outbox_seq;
    mine := pg_current_xact_id();
    with fold as materialized (
        select f.snapshot, f.folded_at - interval '15 minutes' as since from core.fold f
    ), delta as materialized (
        select o.object_id, sum(o.delta) as sum from fold, core.outbox o
        where o.delta <> 0 and o.created_at >= fold.since and o.xid >= pg_snapshot_xmin(fold.snapshot)
          and not pg_visible_in_snapshot(o.xid, fold.snapshot)
        group by o.object_id
    ), moved as (
        update core.record_count c set count = c.count + delta.sum
        from delta where delta.object_id = c.object_id and delta.sum <> 0 returning 1
    ), placed as (
        update core.fold set snapshot = pg_current_snapshot(), folded_at = now(),
            seq = case when pg_snapshot_xmin(pg_current_snapshot()) >= mine then standing else 0 end
    )
    select count(*) into folded from moved;
    return folded;
end $$;

-- Makes the day partitions of core.outbox and core.attempt from today to `ahead` days on, moving rows that landed in
-- the default partition meanwhile. Gives up rather than stand in the way behind somebody's long read: while it waits for
-- its lock, every other reader and writer of the table waits behind it.
create function core.make_partitions(ahead integer default 3) returns integer language plpgsql set lock_timeout = '2s' as $$
declare
    parent text;
    key    text;
    day    date;
    child  text;
    made   integer := 0;
begin
    perform pg_advisory_xact_lock(7077002);
    foreach parent in array array['outbox', 'attempt'] loop
        key := case parent when 'outbox' then 'created_at' else 'started_at' end;
        for offset_days in -1 .. ahead loop
            day := (now() at time zone 'UTC')::date + offset_days;
            child := parent || '_' || to_char(day, 'YYYYMMDD');
            if to_regclass('core.' || child) is not null then
                continue;
            end if;
            execute format('lock table core.%I in access exclusive mode', parent || '_default');
            execute format('create table core.%I (like core.%I including defaults including constraints)',
                           child, parent);
            execute format('with moved as (delete from core.%I where %I >= %L and %I < %L returning *)'
                           ' insert into core.%I select * from moved',
                           parent || '_default', key, day::timestamp at time zone 'UTC',
                           key, (day + 1)::timestamp at time zone 'UTC', child);
            execute format('alter table core.%I attach partition core.%I for values from (%L) to (%L)', parent, child,
                           day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
            made := made + 1;
        end loop;
    end loop;
    return made;
end $$;

-- Drops day partitions older than `retention`: of the outbox only when the cursor has passed them, nothing pending refers
-- to them and their deltas are in the counts. Gives up on a lock as core.make_partitions does.
create function core.drop_partitions(retention interval) returns integer language plpgsql set lock_timeout = '2s' as $$
declare
    child   record;
    ends    timestamptz;
    dropped integer := 0;
    wanted  boolean;
begin
    perform pg_advisory_xact_lock(7077002);
    for child in
        select c.relname as name, p.relname as parent, to_date(right(c.relname, 8), 'YYYYMMDD') as day
        from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
        join pg_namespace n on n.oid = p.relnamespace
        where n.nspname = 'core' and p.relname in ('outbox', 'attempt') and c.relname ~ '_[0-9]{8}$'
    loop
        ends := (child.day + 1)::timestamp at time zone 'UTC';
        continue when ends > now() - retention;
        if child.parent = 'outbox' then
            execute format(
                'select exists (select from core.%I o, core.cursor c where o.xid >= pg_snapshot_xmin(c.snapshot)'
                '                 and not pg_visible_in_snapshot(o.xid, c.snapshot))'
                '    or exists (select from core.pending where event_created_at < $1)'
                '    or exists (select from core.fold where folded_at < $1 + interval ''15 minutes'')',
                child.name) into wanted using ends;
            continue when wanted;
        end if;
        execute format('drop table core.%I', child.name);
        dropped := dropped + 1;
    end loop;
    return dropped;
end $$;

select core.make_partitions();
