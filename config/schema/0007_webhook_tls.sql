-- How a webhook's receiver is told apart from others, and we from other clients. All in PEM.

alter table core.webhook
    add column authorities        text, -- certificates that its receiver's must lead to, in place of all others; null: those
    add column client_certificate text, -- ours, with its chain; null: none
    add column client_key         text, -- sealed
    add constraint webhook_client_pair check ((client_certificate is null) = (client_key is null));
