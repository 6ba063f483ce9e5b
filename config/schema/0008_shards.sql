-- Several dispatchers share the work: a webhook belongs to a shard, and each shard has its own cursor, lease and epoch.

-- Another dispatcher, which owns less, asks for it.
alter table core.cursor add column claimed_until timestamptz not null default '-infinity';

-- The last byte of the id, which is random in every version of UUID that is in use.
create function core.shard_of(webhook_id uuid, shards bigint) returns bigint language sql immutable parallel safe
    return mod(get_byte(uuid_send(webhook_id), 15)::bigint, shards);

-- How many shards there are, while no dispatcher runs. All begin where the oldest cursor stands (snapshots of one server
-- are nested); what others had decided behind it stands in core.attempt and core.pending, where a new owner looks first.
-- The epochs go on from the highest, so that whoever sleeps through this stays fenced off.
create function core.set_shards(wanted integer) returns void language plpgsql as $$
declare
    oldest core.cursor;
    top    bigint;
begin
    if wanted not between 1 and 64 then
        raise exception 'from 1 to 64 shards' using errcode = 'invalid_parameter_value';
    end if;
    lock table core.cursor in access exclusive mode;
    if exists (select from core.cursor where lease_until > now()) then
        raise exception 'dispatchers are running: stop them first' using errcode = 'object_in_use';
    end if;
    select max(epoch) + 1 into top from core.cursor;
    select * into oldest from core.cursor
    order by pg_snapshot_xmax(snapshot), (select count(*) from pg_snapshot_xip(snapshot)) desc limit 1;
    delete from core.cursor;
    insert into core.cursor (shard, snapshot, epoch) select n, oldest.snapshot, top from generate_series(0, wanted - 1) n;
end $$;
