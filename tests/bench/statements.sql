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

create function bench.columns_of(wanted regclass) returns text language sql stable as $$
    select string_agg('t0.' || quote_ident(attname), ', ' order by attnum) from pg_attribute
    where attrelid = wanted and attnum > 0 and not attisdropped and attgenerated = ''
$$;

-- What stands beside the companies, put in by SQL since nothing here counts it: 200 people for each of the first 500
-- companies, one for each other, and an opportunity for each. Ids are md5 of what they stand for, as the companies' are.
create function bench.fill_relations(companies integer) returns void language sql as $$
    insert into workspace.person (id, "createdBySource", "createdByName", "updatedBySource", "updatedByName",
                                  "nameFirstName", "nameLastName", "jobTitle", "companyId")
    select md5('p' || n || '-' || i)::uuid, 'API', 'bench', 'API', 'bench', 'First ' || i, 'Last ' || n,
           'Job ' || lpad(i::text, 3, '0'), md5(n::text)::uuid
    from generate_series(1, companies) n, generate_series(1, case when n <= 500 then 200 else 1 end) i;
    insert into workspace.opportunity (id, "createdBySource", "createdByName", "updatedBySource", "updatedByName", name,
                                       "companyId")
    select md5('o' || n)::uuid, 'API', 'bench', 'API', 'bench', 'Opportunity ' || n, md5(n::text)::uuid
    from generate_series(1, companies) n;
$$;
