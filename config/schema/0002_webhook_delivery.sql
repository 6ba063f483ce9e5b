-- What a webhook may say about its deliveries, and the ways into core.pending that the dispatcher takes.

alter table core.webhook
    -- Which of its deliveries wait for each other: none of them, those of one record, or all.
    add column delivery_order text not null default 'record' check (delivery_order in ('none', 'record', 'endpoint')),
    -- In place of the settings of the same names; null: those.
    add column retry_schedule text,
    add column rate_limit     text;

create index pending_webhook_seq on core.pending (webhook_id, seq);
create index pending_seq on core.pending (seq);
