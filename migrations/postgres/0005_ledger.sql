-- The ledger (仕訳). A row debits one account and credits another with the same amount, so that no
-- row, no transaction and no day can be out of balance. Rows are never changed or deleted.

create schema ledger;

-- Accounts (勘定科目), the codes of shared::ledger::Account. Written by this file.
create table ledger.account (
    account smallint primary key,
    name    text     not null
);
insert into ledger.account (account, name) values
    (11, '未収水道料金'), (12, '未収下水道使用料'),
    (21, '仮受消費税（水道）'), (22, '仮受消費税（下水道）'),
    (41, '給水収益'), (42, '下水道使用料収益');

create sequence ledger.transaction_number;

-- Takes `count` numbers of a series in one go and returns the first. The two steps belong together,
-- hence the lock; it is given back at once, so that nobody waits for the end of a billing run.
-- Numbers of work that was rolled back stay unused.
create function ledger.reserve_numbers(series regclass, count bigint) returns bigint
    language plpgsql as $$
declare
    first bigint;
begin
    perform pg_advisory_lock(1835626096, series::oid::integer);
    first := nextval(series);
    if count > 1 then
        perform setval(series, first + count - 1);
    end if;
    perform pg_advisory_unlock(1835626096, series::oid::integer);
    return first;
end $$;

-- A billing run writes four of these a bill, so the row is narrow (wide columns first, no gaps
-- between them) and its key is the only index. What a transaction was posted for has the
-- transaction's own number: the postings of assessment 123 are transaction 123.
-- Written by backoffice::ledger.
create table ledger.transfer (
    utility_id     bigint   not null,
    transaction_id bigint   not null,
    amount_yen     bigint   not null,
    posted_on      date     not null,
    -- Place within the transaction, from 1.
    line           smallint not null,
    -- What it is posted for: 1 an assessment.
    kind           smallint not null,
    debit          smallint not null,
    credit         smallint not null,

    primary key (utility_id, transaction_id, line),
    constraint transfer_amount_positive check (amount_yen > 0),
    constraint transfer_kind_known check (kind = 1),
    constraint transfer_between_two_accounts check (debit <> credit),
    constraint transfer_accounts_known check (
        debit in (11, 12, 21, 22, 41, 42) and credit in (11, 12, 21, 22, 41, 42))
);

-- The same as two postings a line, for lists and exports.
create view ledger.posting as
    select utility_id, transaction_id, line, posted_on, kind, debit as account,
           amount_yen as debit_yen, 0::bigint as credit_yen
    from ledger.transfer
    union all
    select utility_id, transaction_id, line, posted_on, kind, credit, 0, amount_yen
    from ledger.transfer;
