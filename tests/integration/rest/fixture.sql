-- What the standard model has not: an object "specimen" with one field of every type (contract/metadata 4.1 and 4.4), and
-- a role that may only read. The gateway takes notice by itself.

create function pg_temp.subs(type text) returns table (name text, kind text, required boolean) language sql as $$
    select v.name, v.kind, v.required from (values
        ('FULL_NAME', 'FirstName', 'text', false), ('FULL_NAME', 'LastName', 'text', false),
        ('EMAILS', 'PrimaryEmail', 'text', false), ('EMAILS', 'AdditionalEmails', 'jsonb', false),
        ('PHONES', 'PrimaryPhoneNumber', 'text', false), ('PHONES', 'PrimaryPhoneCountryCode', 'text', false),
        ('PHONES', 'PrimaryPhoneCallingCode', 'text', false), ('PHONES', 'AdditionalPhones', 'jsonb', false),
        ('LINKS', 'PrimaryLinkLabel', 'text', false), ('LINKS', 'PrimaryLinkUrl', 'text', false),
        ('LINKS', 'SecondaryLinks', 'jsonb', false),
        ('ADDRESS', 'AddressStreet1', 'text', false), ('ADDRESS', 'AddressStreet2', 'text', false),
        ('ADDRESS', 'AddressCity', 'text', false), ('ADDRESS', 'AddressPostcode', 'text', false),
        ('ADDRESS', 'AddressState', 'text', false), ('ADDRESS', 'AddressCountry', 'text', false),
        ('ADDRESS', 'AddressLat', 'numeric', false), ('ADDRESS', 'AddressLng', 'numeric', false),
        ('CURRENCY', 'AmountMicros', 'numeric', false), ('CURRENCY', 'CurrencyCode', 'text', false),
        ('ACTOR', 'Source', 'text', true), ('ACTOR', 'WorkspaceMemberId', 'uuid', false),
        ('ACTOR', 'Name', 'text', true), ('ACTOR', 'Context', 'jsonb', false),
        ('RICH_TEXT', 'Blocknote', 'text', false), ('RICH_TEXT', 'Markdown', 'text', false)
    ) as v (type, name, kind, required) where v.type = subs.type
$$;

create function pg_temp.options(variadic vals text[]) returns jsonb language sql as $$
    select jsonb_agg(jsonb_build_object('id', gen_random_uuid(), 'value', v, 'label', initcap(v), 'color', 'blue',
                                        'position', n - 1) order by n)
    from unnest(vals) with ordinality as u (v, n)
$$;

insert into core.role (label, description, can_read_all_object_records) values ('Reader', 'Reads all records', true);

begin;
insert into core.object (id, universal_id, name_singular, name_plural, label_singular, label_plural, table_name, is_searchable,
                         label_identifier_id)
values ('5bec0000-0000-4000-8000-000000000000', gen_random_uuid(), 'specimen', 'specimens', 'Specimen', 'Specimens',
        '_specimen', false, '5bec0000-0000-4000-8000-000000000010');

create temp table wanted (n serial, name text, type text, nullable boolean default true, is_unique boolean default false,
                          def jsonb, options jsonb, settings jsonb);
insert into wanted (name, type, nullable, is_unique, def) values
    ('id', 'UUID', false, true, '"uuid"'), ('createdAt', 'DATE_TIME', false, false, '"now"'),
    ('updatedAt', 'DATE_TIME', false, false, '"now"'), ('deletedAt', 'DATE_TIME', true, false, null),
    ('createdBy', 'ACTOR', false, false, '{"name": "''System''", "source": "''MANUAL''"}'),
    ('updatedBy', 'ACTOR', false, false, '{"name": "''System''", "source": "''MANUAL''"}'),
    ('position', 'POSITION', false, false, '0');
insert into wanted (name, type, def, options, settings) values
    ('text', 'TEXT', null, null, null),
    ('greeting', 'TEXT', '"''hello''"', null, null),
    ('uuid', 'UUID', null, null, null),
    ('token', 'UUID', '"uuid"', null, null),
    ('boolean', 'BOOLEAN', null, null, null),
    ('number', 'NUMBER', null, null, null),
    ('whole', 'NUMBER', null, null, '{"dataType": "int"}'),
    ('numeric', 'NUMERIC', null, null, null),
    ('date', 'DATE', null, null, null),
    ('dateTime', 'DATE_TIME', null, null, null),
    ('rating', 'RATING', null, pg_temp.options('RATING_1', 'RATING_2', 'RATING_3', 'RATING_4', 'RATING_5'), null),
    ('choice', 'SELECT', null, pg_temp.options('OPTION_1', 'OPTION_2', 'OPTION_3'), null),
    ('preset', 'SELECT', '"''OPTION_2''"', pg_temp.options('OPTION_1', 'OPTION_2'), null),
    ('choices', 'MULTI_SELECT', null, pg_temp.options('OPTION_1', 'OPTION_2', 'OPTION_3'), null),
    ('json', 'RAW_JSON', null, null, null),
    ('array', 'ARRAY', null, null, null),
    ('files', 'FILES', null, null, '{"maxNumberOfValues": 3}'),
    ('fullName', 'FULL_NAME', null, null, null),
    ('emails', 'EMAILS', null, null, null),
    ('phones', 'PHONES', null, null, null),
    ('links', 'LINKS', null, null, null),
    ('site', 'LINKS', null, null, '{"type": "domain"}'),
    ('address', 'ADDRESS', null, null, null),
    ('currency', 'CURRENCY', null, null, null),
    ('actor', 'ACTOR', null, null, null),
    ('richText', 'RICH_TEXT', null, null, null);
insert into wanted (name, type, is_unique) values ('code', 'TEXT', true);
insert into wanted (name, type, nullable, def) values ('mandatory', 'TEXT', false, '"''given''"'), ('required', 'BOOLEAN', false, 'false');

insert into core.field (id, universal_id, object_id, type, name, label, default_value, options, settings, is_nullable, is_unique,
                        ordinal)
select case name when 'text' then '5bec0000-0000-4000-8000-000000000010'::uuid else gen_random_uuid() end, gen_random_uuid(),
       '5bec0000-0000-4000-8000-000000000000', type, name, name, def, options, settings, nullable, is_unique, n
from wanted;
-- A relation and its mirror.
insert into core.field (id, universal_id, object_id, type, name, label, settings, target_object_id, target_field_id, ordinal)
select '5bec0000-0000-4000-8000-000000000020'::uuid, gen_random_uuid(), '5bec0000-0000-4000-8000-000000000000'::uuid, 'RELATION', 'company',
       'Company', '{"relationType": "MANY_TO_ONE", "onDelete": "SET_NULL", "joinColumnName": "companyId"}'::jsonb, id,
       '5bec0000-0000-4000-8000-000000000021'::uuid, 100
from core.object where name_singular = 'company'
union all
select '5bec0000-0000-4000-8000-000000000021', gen_random_uuid(), id, 'RELATION', 'specimens', 'Specimens',
       '{"relationType": "ONE_TO_MANY"}', '5bec0000-0000-4000-8000-000000000000', '5bec0000-0000-4000-8000-000000000020', 100
from core.object where name_singular = 'company';

do $$
declare
    ddl text;
begin
    with columns as (
        select w.n, w.name || coalesce(s.name, '') as name, w.nullable or (s.name is not null and not s.required) as nullable,
               coalesce(s.kind, case w.type
                   when 'UUID' then 'uuid' when 'BOOLEAN' then 'boolean' when 'NUMBER' then 'double precision'
                   when 'POSITION' then 'double precision' when 'NUMERIC' then 'numeric' when 'DATE' then 'date'
                   when 'DATE_TIME' then 'timestamptz' when 'RAW_JSON' then 'jsonb' when 'FILES' then 'jsonb'
                   when 'MULTI_SELECT' then 'text[]' when 'ARRAY' then 'text[]' else 'text' end) as kind
        from wanted w left join lateral pg_temp.subs(w.type) s on true
    )
    select format('create table workspace._specimen (%s, "companyId" uuid references workspace.company on delete set null)',
                  string_agg(format('%I %s%s%s', name, kind, case when nullable then '' else ' not null' end,
                                    case name when 'id' then ' primary key' else '' end), ', ' order by n))
    into ddl from columns;
    execute ddl;
end $$;
create index on workspace._specimen ("companyId");
create unique index on workspace._specimen (code) where "deletedAt" is null;
insert into core.record_count (object_id, count) values ('5bec0000-0000-4000-8000-000000000000', 0);
commit;
