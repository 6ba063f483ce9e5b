-- What a webhook may say about its deliveries, and the ways into core.pending that the dispatcher takes.

alter table core.webhook
    -- Which of its deliveries wait for each other: none of them, those of one record, or all.
    add column delivery_order text not null default 'record' check (delivery_order in ('none', 'record', 'endpoint')),
    -- In place of the settings of the same names; null: those.
    add column retry_schedule text,
    add column rate_limit     text;

create index pending_webhook_seq on core.pending (webhook_id, seq);
create index pending_seq on core.pending (seq);

-- A delivery that waits behind an older one that is in the table and not in the dispatcher's memory is "waiting"; what
-- waits for room is "in_flight", what waits for its time is "retry".
alter table core.pending drop constraint pending_state_check;
alter table core.pending add constraint pending_state_check check (state in ('retry', 'in_flight', 'waiting'));
drop index core.pending_due;
create index pending_due on core.pending (next_at) where state = 'retry';
create index pending_record on core.pending (webhook_id, record_id, seq) where state <> 'retry';
