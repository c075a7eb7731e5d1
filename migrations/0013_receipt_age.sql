-- migrate:up

-- With the school in front this index could serve a scan's look for its receipt, and while the table
-- is empty it costs the planner no more than the primary key: that plan was kept, and each scan read
-- all of the school's receipts until the first ANALYZE.
drop index scan_receipt_age;
create index scan_receipt_age on scan_receipt (received_at);

-- migrate:down

drop index scan_receipt_age;
create index scan_receipt_age on scan_receipt (school_id, received_at);
