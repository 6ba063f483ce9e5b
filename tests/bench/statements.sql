-- For tests/bench/run: the company table's columns and a plausible row, as text for pgbench's scripts.
create schema bench;

-- A value as a literal. pgbench takes a colon for a variable of its own, also inside quotes.
create function bench.literal(value text) returns text language sql immutable as $$
    select coalesce('E''' || replace(replace(replace(value, '\', '\\'), '''', ''''''), ':', '\x3a') || '''', 'null')
$$;

create view bench.columns as
select attname, quote_ident(attname) as name, format_type(atttypid, atttypmod) as type, attnum
from pg_attribute
where attrelid = 'workspace.company'::regclass and attnum > 0 and not attisdropped and attgenerated = '';

-- What a created company has in each column: as the last imported one, but for what must be unique.
create function bench.row_values() returns text language plpgsql as $$
declare
    item record;
    value text;
    list text[];
begin
    for item in select * from bench.columns order by attnum loop
        if item.attname = 'id' then
            value := 'gen_random_uuid()';
        elsif item.attname = 'domainNamePrimaryLinkUrl' then
            value := 'gen_random_uuid() || ''.pgbench.example''';
        else
            execute format('select bench.literal(%s::text) from workspace.company order by id limit 1', item.name) into value;
            value := value || '::' || item.type;
        end if;
        list := list || value;
    end loop;
    return array_to_string(list, ', ');
end $$;
