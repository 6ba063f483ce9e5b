#!/bin/sh
# Run once by the postgres image, in an empty volume: Portti's own role, which is no superuser, and its database.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$ROLE_PASSWORD" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
create role portti login password :'password';
create database portti owner portti;
revoke all on database portti from public;
SQL
