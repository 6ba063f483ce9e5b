-- Objects over tables that were there before, in schemas of their own. A field whose column is called otherwise says so
-- in its settings: {"columnName": "customer_name"}.
alter table core.object
    add column table_schema text not null default 'workspace',
    add column is_adopted boolean not null default false,
    drop constraint object_table_name_key,
    add constraint object_table_key unique (table_schema, table_name);
