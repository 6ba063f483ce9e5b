-- May keys with this role ask GraphQL for its schema? The setting graphql_introspection is the ceiling.
alter table core.role
    add column can_introspect boolean not null default true;
