begin;
select test.write(test.nth(0), 1);
\sleep 400 ms
select test.write(test.nth(1), 1);
commit;
