-- A ledger beside the outbox: what the counts must say, from the same snapshot.
create schema test;
create table test.ledger (object_id uuid not null, delta integer not null);

create function test.write(wanted uuid, delta integer) returns void language plpgsql as $$
begin
    insert into test.ledger values (wanted, delta);
    insert into core.outbox (event_id, object_id, object_name, action, record_id, record, delta, created_at)
    values (gen_random_uuid(), wanted, 'company', case when delta > 0 then 'created' else 'destroyed' end,
            gen_random_uuid(), '{}', delta, now());
end $$;

-- Fails when one of them is off. Ledger and count are read by one statement, so from one snapshot.
create function test.check() returns bigint language plpgsql as $$
declare
    wrong record;
begin
    for wrong in
        select c.object_id, core.live_count(c.object_id) as counted,
               coalesce((select sum(l.delta) from test.ledger l where l.object_id = c.object_id), 0) as truth
        from core.record_count c
    loop
        if wrong.counted is distinct from wrong.truth then
            raise exception 'count % is %, not %', wrong.object_id, wrong.counted, wrong.truth;
        end if;
    end loop;
    return 1;
end $$;

create function test.nth(n integer) returns uuid language sql stable as $$
    select id from core.object order by name_singular limit 1 offset n
$$;
