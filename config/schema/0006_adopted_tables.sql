-- Objects over tables that were there before, in schemas of their own. A field whose column is called otherwise says so
-- in its settings: {"columnName": "customer_name"}.
alter table core.object
    add column table_schema text not null default 'workspace',
    add column is_adopted boolean not null default false,
    drop constraint object_table_name_key,
    add constraint object_table_key unique (table_schema, table_name);

-- Others write into an adopted table, so its records are not counted by what Portti does: they are counted when somebody
-- asks. All else is as it was.
create or replace function core.live_count(wanted uuid) returns bigint language plpgsql stable parallel safe as $$
declare
    owner   record;
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
    if live is null then
        select o.table_schema, o.table_name, coalesce(f.settings->>'columnName', f.name) as deleted_at into owner
        from core.object o join core.field f on f.object_id = o.id and f.name = 'deletedAt'
        where o.id = wanted and o.is_adopted;
        if found then
            execute format('select count(*) from %I.%I where %I is null', owner.table_schema, owner.table_name,
                           owner.deleted_at) into live;
        end if;
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
