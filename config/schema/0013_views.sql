-- Views and page layouts: how clients show records. Nothing that a statement over records ever reads, so no part of the
-- catalogue. What a change of the model does to them is done here, by keys and triggers, in the change's transaction and
-- whoever makes it: an API, an import, an adoption, the seed.

create table core.view (
    id                   uuid primary key,
    universal_id         uuid not null unique default gen_random_uuid(),
    object_id            uuid not null references core.object on delete cascade,
    name                 text not null, -- {objectLabelPlural} in it is read as the object's label
    type                 text not null,
    key                  text,
    icon                 text not null,
    position             double precision not null,
    is_compact           boolean not null,
    open_record_in       text not null,
    kanban_aggregate_operation text,
    kanban_aggregate_field_id  uuid references core.field on delete set null,
    main_group_by_field_id     uuid references core.field on delete cascade,
    should_hide_empty_groups   boolean not null,
    kanban_column_width  integer,
    group_load_limit     integer,
    calendar_field_id    uuid references core.field on delete cascade,
    calendar_end_field_id      uuid references core.field on delete set null,
    calendar_layout      text,
    any_field_filter_value     text,
    visibility           text not null,
    is_custom            boolean not null default true, -- false: it came with a standard object
    is_system_side_effect      boolean not null default false,
    created_at           timestamptz not null default now(),
    updated_at           timestamptz not null default now(),
    deleted_at           timestamptz
);
create index on core.view (object_id);
create unique index view_index_once on core.view (object_id) where key = 'INDEX' and deleted_at is null;
create index on core.view (kanban_aggregate_field_id) where kanban_aggregate_field_id is not null;
create index on core.view (main_group_by_field_id) where main_group_by_field_id is not null;
create index on core.view (calendar_field_id) where calendar_field_id is not null;
create index on core.view (calendar_end_field_id) where calendar_end_field_id is not null;

create table core.view_field_group (
    id         uuid primary key,
    view_id    uuid not null references core.view on delete cascade,
    name       text not null,
    position   double precision not null,
    is_visible boolean not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);
create index on core.view_field_group (view_id);

create table core.view_field (
    id           uuid primary key,
    universal_id uuid not null unique default gen_random_uuid(),
    view_id      uuid not null references core.view on delete cascade,
    field_id     uuid not null references core.field on delete cascade,
    group_id     uuid references core.view_field_group on delete set null,
    is_visible   boolean not null,
    size         double precision not null,
    position     double precision not null,
    aggregate_operation   text,
    is_custom             boolean not null default true,
    is_system_side_effect boolean not null default false,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    deleted_at   timestamptz
);
create unique index view_field_once on core.view_field (view_id, field_id) where deleted_at is null;
create index on core.view_field (view_id);
create index on core.view_field (field_id);
create index on core.view_field (group_id) where group_id is not null;

create table core.view_filter_group (
    id                uuid primary key,
    view_id           uuid not null references core.view on delete cascade,
    parent_group_id   uuid references core.view_filter_group on delete cascade,
    logical_operator  text not null,
    position_in_group double precision,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    deleted_at        timestamptz
);
create index on core.view_filter_group (view_id);
create index on core.view_filter_group (parent_group_id) where parent_group_id is not null;

create table core.view_filter (
    id                uuid primary key,
    view_id           uuid not null references core.view on delete cascade,
    field_id          uuid not null references core.field on delete cascade,
    operand           text not null,
    value             jsonb not null,
    group_id          uuid references core.view_filter_group on delete cascade,
    position_in_group double precision,
    sub_field_name    text,
    target_field_id   uuid references core.field on delete cascade,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    deleted_at        timestamptz
);
create index on core.view_filter (view_id);
create index on core.view_filter (field_id);
create index on core.view_filter (group_id) where group_id is not null;
create index on core.view_filter (target_field_id) where target_field_id is not null;

create table core.view_sort (
    id             uuid primary key,
    view_id        uuid not null references core.view on delete cascade,
    field_id       uuid not null references core.field on delete cascade,
    direction      text not null,
    sub_field_name text,
    created_at     timestamptz not null default now(),
    updated_at     timestamptz not null default now(),
    deleted_at     timestamptz
);
create unique index view_sort_once on core.view_sort (view_id, field_id, coalesce(sub_field_name, ''))
    where deleted_at is null;
create index on core.view_sort (view_id);
create index on core.view_sort (field_id);

create table core.view_group (
    id          uuid primary key,
    view_id     uuid not null references core.view on delete cascade,
    field_value text not null, -- an option's value; '' is the group of records without one
    is_visible  boolean not null,
    position    double precision not null,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    deleted_at  timestamptz
);
create index on core.view_group (view_id);

create table core.page_layout (
    id         uuid primary key,
    object_id  uuid references core.object on delete cascade,
    name       text not null,
    type       text not null,
    first_tab_id uuid, -- the tab that small screens begin with
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);
create index on core.page_layout (object_id) where object_id is not null;

create table core.page_layout_tab (
    id             uuid primary key,
    page_layout_id uuid not null references core.page_layout on delete cascade,
    title          text not null,
    icon           text,
    position       double precision not null,
    layout_mode    text not null,
    created_at     timestamptz not null default now(),
    updated_at     timestamptz not null default now(),
    deleted_at     timestamptz
);
create index on core.page_layout_tab (page_layout_id);
alter table core.page_layout
    add foreign key (first_tab_id) references core.page_layout_tab on delete set null;
create index on core.page_layout (first_tab_id) where first_tab_id is not null;

create table core.page_layout_widget (
    id            uuid primary key,
    tab_id        uuid not null references core.page_layout_tab on delete cascade,
    object_id     uuid references core.object on delete cascade,
    title         text not null,
    type          text not null,
    grid_position jsonb not null,
    configuration jsonb,
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now(),
    deleted_at    timestamptz
);
create index on core.page_layout_widget (tab_id);
create index on core.page_layout_widget (object_id) where object_id is not null;

-- What the model does to views. ---------------------------------------------------------------------------------------

-- The view that an object begins with: what it is called by, then its own fields, then when and by whom.
create function core.make_index_view(wanted uuid) returns void language plpgsql as $$
declare
    made uuid;
begin
    insert into core.view (id, object_id, name, type, key, icon, position, is_compact, open_record_in,
                           should_hide_empty_groups, visibility, is_custom, is_system_side_effect)
    select gen_random_uuid(), o.id, 'All {objectLabelPlural}', 'TABLE', 'INDEX', 'IconList', 0, false, 'SIDE_PANEL',
           false, 'WORKSPACE', not o.is_standard, true
    from core.object o
    where o.id = wanted and not o.is_system
      and not exists (select from core.view v where v.object_id = o.id and v.key = 'INDEX' and v.deleted_at is null)
    returning id into made;
    insert into core.view_field (id, view_id, field_id, is_visible, size, position, is_custom, is_system_side_effect)
    select gen_random_uuid(), made, picked.id, true, 180, row_number() over (order by picked.place) - 1,
           not picked.is_standard, true
    from (select f.id, o.is_standard, row_number() over (order by f.id <> coalesce(o.label_identifier_id, i.id),
                 f.is_system, f.ordinal, f.name) as place
          from core.object o
          join core.field f on f.object_id = o.id
          left join core.field i on i.object_id = o.id and i.name = 'id'
          where o.id = wanted and made is not null and f.is_active
            and (f.name not in ('id', 'deletedAt') or f.id = coalesce(o.label_identifier_id, i.id))
            and f.type not in ('POSITION', 'TS_VECTOR', 'MORPH_RELATION')
            and (f.type <> 'RELATION' or f.settings ->> 'relationType' = 'MANY_TO_ONE')) picked
    where picked.place <= 5;
end $$;

-- At the end of the transaction, when the object has its fields.
create function core.on_object_made() returns trigger language plpgsql as $$
begin
    perform core.make_index_view(new.id);
    return null;
end $$;
create constraint trigger make_index_view after insert on core.object
    deferrable initially deferred for each row execute function core.on_object_made();

-- A kanban that adds up a field which goes counts instead. Before the key clears the field.
create function core.reset_kanban(gone uuid) returns void language sql as $$
    update core.view set kanban_aggregate_operation = 'COUNT', kanban_aggregate_field_id = null, updated_at = now()
    where kanban_aggregate_field_id = gone
$$;
create function core.on_field_gone() returns trigger language plpgsql as $$
begin
    perform core.reset_kanban(old.id);
    return old;
end $$;
create trigger reset_kanban before delete on core.field
    for each row execute function core.on_field_gone();

-- What a view is about, its calendar's date or its columns' options, must be there; what it only uses is let go.
create function core.on_field_switched_off() returns trigger language plpgsql as $$
begin
    perform core.reset_kanban(new.id);
    delete from core.view where calendar_field_id = new.id or main_group_by_field_id = new.id;
    update core.view set calendar_end_field_id = null, updated_at = now() where calendar_end_field_id = new.id;
    return null;
end $$;
create trigger drop_views after update of is_active on core.field
    for each row when (old.is_active and not new.is_active) execute function core.on_field_switched_off();

-- Groups of a view follow the options that they are of, which keep their ids.
create function core.on_options_changed() returns trigger language plpgsql as $$
begin
    update core.view_group g set field_value = now_it.option ->> 'value', updated_at = now()
    from core.view v, jsonb_array_elements(old.options) was(option), jsonb_array_elements(new.options) now_it(option)
    where v.id = g.view_id and v.main_group_by_field_id = new.id and g.field_value = was.option ->> 'value'
      and was.option ->> 'id' = now_it.option ->> 'id' and was.option ->> 'value' <> now_it.option ->> 'value';
    delete from core.view_group g using core.view v
    where v.id = g.view_id and v.main_group_by_field_id = new.id and g.field_value <> ''
      and not exists (select from jsonb_array_elements(new.options) o(option)
                      where o.option ->> 'value' = g.field_value);
    return null;
end $$;
create trigger follow_options after update of options on core.field
    for each row when (jsonb_typeof(old.options) = 'array' and jsonb_typeof(new.options) = 'array'
                       and old.options is distinct from new.options)
    execute function core.on_options_changed();

select core.make_index_view(id) from core.object;
