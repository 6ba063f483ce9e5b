-- What roles may do beyond their blanket permissions: per object, per field, and settings one by one.

-- NULL: as the role's blanket permission says.
create table core.object_permission (
    role_id         uuid not null references core.role on delete cascade,
    object_id       uuid not null references core.object on delete cascade,
    can_read        boolean,
    can_update      boolean,
    can_soft_delete boolean,
    can_destroy     boolean,
    primary key (role_id, object_id)
);
create index on core.object_permission (object_id);

-- Restrictions alone: what a field's object allows can be taken away, never given.
create table core.field_permission (
    id         uuid primary key default gen_random_uuid(),
    role_id    uuid not null references core.role on delete cascade,
    object_id  uuid not null references core.object on delete cascade,
    field_id   uuid not null references core.field on delete cascade,
    can_read   boolean check (not can_read),
    can_update boolean check (not can_update),
    unique (role_id, field_id),
    check (can_read is not null or can_update is not null)
);
create index on core.field_permission (object_id);
create index on core.field_permission (field_id);

-- The flags that clients know. Portti asks for DATA_MODEL, API_KEYS_AND_WEBHOOKS, ROLES, WORKSPACE, VIEWS and LAYOUTS; the
-- others are kept for clients that read them, since what they are about is not here.
create table core.permission_flag (
    key     text primary key,
    label   text not null,
    is_tool boolean not null,
    ordinal integer not null
);
insert into core.permission_flag (key, label, is_tool, ordinal) values
    ('API_KEYS_AND_WEBHOOKS', 'API keys and webhooks', false, 1),
    ('WORKSPACE', 'Workspace', false, 2),
    ('WORKSPACE_MEMBERS', 'Workspace members', false, 3),
    ('ROLES', 'Roles', false, 4),
    ('DATA_MODEL', 'Data model', false, 5),
    ('SECURITY', 'Security', false, 6),
    ('WORKFLOWS', 'Workflows', false, 7),
    ('IMPERSONATE', 'Impersonation', false, 8),
    ('SSO_BYPASS', 'Single sign-on bypass', false, 9),
    ('APPLICATIONS', 'Applications', false, 10),
    ('MARKETPLACE_APPS', 'Marketplace applications', false, 11),
    ('LAYOUTS', 'Layouts', false, 12),
    ('BILLING', 'Billing', false, 13),
    ('AI_SETTINGS', 'AI settings', false, 14),
    ('AI', 'AI', true, 15),
    ('VIEWS', 'Views', true, 16),
    ('UPLOAD_FILE', 'Uploads', true, 17),
    ('DOWNLOAD_FILE', 'Downloads', true, 18),
    ('SEND_EMAIL_TOOL', 'Sending e-mail', true, 19),
    ('CREATE_CALENDAR_EVENT_TOOL', 'Creating calendar events', true, 20),
    ('HTTP_REQUEST_TOOL', 'HTTP requests', true, 21),
    ('CODE_INTERPRETER_TOOL', 'Code interpreter', true, 22),
    ('IMPORT_CSV', 'CSV import', true, 23),
    ('EXPORT_CSV', 'CSV export', true, 24),
    ('CONNECTED_ACCOUNTS', 'Connected accounts', true, 25),
    ('PROFILE_INFORMATION', 'Profile information', true, 26);

create table core.role_permission_flag (
    id      uuid primary key default gen_random_uuid(),
    role_id uuid not null references core.role on delete cascade,
    flag    text not null references core.permission_flag,
    unique (role_id, flag)
);

create trigger bump after insert or update or delete on core.object_permission
    for each statement execute function core.bump_version('keys');
create trigger bump after insert or update or delete on core.field_permission
    for each statement execute function core.bump_version('keys');
create trigger bump after insert or update or delete on core.role_permission_flag
    for each statement execute function core.bump_version('keys');
