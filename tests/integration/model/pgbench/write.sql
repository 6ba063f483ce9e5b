\set n random(0, 2)
\set delta random(0, 1) * 2 - 1
\set wait random(0, 4000)
\set end random(0, 3)
begin;
select test.write(test.nth(:n), :delta);
\if :end = 1
savepoint inner_one;
select test.write(test.nth(:n), 1);
rollback to inner_one;
\elif :end = 2
savepoint inner_two;
select test.write(test.nth(:n), 1);
release inner_two;
\endif
\sleep :wait us
\if :end = 0
rollback;
\else
commit;
\endif
