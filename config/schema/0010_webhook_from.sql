-- A webhook gets the events that are numbered after it was made. Times would not do: the clocks of gateways differ and
-- jump, and what was written under a clock that is behind would be taken for older than the webhook. Webhooks that are
-- there already get all that the cursor has not passed yet.
alter table core.webhook
    add column from_seq bigint not null default 0;
alter table core.webhook
    alter column from_seq set default pg_sequence_last_value('core.outbox_seq');
