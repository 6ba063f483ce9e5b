-- What the metadata API keeps of keys, roles and the workspace.

alter table core.workspace
    add column logo            text,
    add column default_role_id uuid references core.role,
    add column updated_at      timestamptz not null default now();
update core.workspace set default_role_id = (select id from core.role where label = 'Member');

-- A role may go when only revoked keys have it.
alter table core.api_key drop constraint api_key_role_id_fkey;
alter table core.api_key add constraint api_key_role_id_fkey
    foreign key (role_id) references core.role on delete set null;
create index on core.api_key (role_id);

-- The last statement of a change to keys or roles that comes through the API: whoever could change settings before it
-- could lock everybody out, themselves included. The caller holds lock 7077005, so that two such changes see each other.
-- The command line does without: who has the server may always make a key.
create function core.keep_settings_key() returns void language plpgsql set search_path = '' as $$
begin
    if not exists (select from core.api_key k join core.role r on r.id = k.role_id
                   where r.can_update_all_settings and k.revoked_at is null and k.expires_at > now()) then
        raise exception 'no usable key could change settings any more' using errcode = 'PT001';
    end if;
end $$;
