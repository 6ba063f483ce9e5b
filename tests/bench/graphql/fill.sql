-- Companies, five people for each and two opportunities for each person, put in by SQL. Ids are md5 of what they stand for.
\set by '''API'', ''bench'', ''API'', ''bench'''
insert into workspace.company (id, "createdBySource", "createdByName", "updatedBySource", "updatedByName", name,
                               "domainNamePrimaryLinkUrl", "addressAddressStreet1", "addressAddressCity",
                               "annualRevenueAmountMicros", "annualRevenueCurrencyCode")
select md5(n::text)::uuid, :by, 'Company ' || n, 'c' || n || '.bench.example', n % 300 || ' High Street', 'Tampere',
       n::bigint * 1000000, 'EUR'
from generate_series(1, :records) n;
insert into workspace.person (id, "createdBySource", "createdByName", "updatedBySource", "updatedByName",
                              "nameFirstName", "nameLastName", "jobTitle", "companyId")
select md5('p' || n || '-' || i)::uuid, :by, 'First ' || i, 'Last ' || n, 'Job ' || i, md5(n::text)::uuid
from generate_series(1, :records) n, generate_series(1, 7) i;
insert into workspace.opportunity (id, "createdBySource", "createdByName", "updatedBySource", "updatedByName", name,
                                   "pointOfContactId", "companyId", stage)
select md5('o' || n || '-' || i || '-' || k)::uuid, :by, 'Opportunity ' || k, md5('p' || n || '-' || i)::uuid,
       md5(n::text)::uuid, 'NEW'
from generate_series(1, :records) n, generate_series(1, 7) i, generate_series(1, 2) k;
vacuum (analyze) workspace.company;
vacuum (analyze) workspace.person;
vacuum (analyze) workspace.opportunity;
