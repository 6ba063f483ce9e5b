\set wait random(0, 3000)
begin isolation level repeatable read;
select test.check();
\sleep :wait us
select test.check();
commit;
select test.check();
