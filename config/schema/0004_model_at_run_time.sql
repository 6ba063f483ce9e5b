-- What the metadata API keeps of objects and fields beyond what the standard model needed.

-- `replaced`: of a standard object or field, what the standard model says of the properties that this workspace has
-- changed, such as {"labelSingular": "Company"}. The columns themselves always hold what is in force.
alter table core.object
    add column replaced jsonb,
    add column open_record_in text not null default 'SIDE_PANEL',
    add column readability text not null default 'OPEN';
alter table core.field
    add column replaced jsonb,
    add column is_ui_editable boolean not null default true,
    add column is_audit_logged boolean not null default true;
update core.field set is_ui_editable = false where is_system;

-- Statements that a change of the model has still to run outside its transaction: while its indexes are built, those
-- that undo its first half; after its commit, those that finish it. Rows of a gateway that died are run by the next one
-- that holds the lock of model changes, in the order of their ids.
create table core.model_work (
    id         bigint generated always as identity primary key,
    statements text[] not null,
    created_at timestamptz not null default now()
);
