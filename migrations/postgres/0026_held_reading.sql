-- Readings that nobody can count (検針の保留): the dials stand lower than before, and the reader said
-- why. The reading is a fact and its connection was read; its volume is for a clerk to find.

-- One row for each such reading. There is no column for its state: it waits until another reading
-- replaces it, so that what waits and what is billed can never disagree. A billing run leaves out
-- and names what waits. Written by backoffice::devices.
create table metering.reading_hold (
    utility_id bigint   not null,
    reading_id uuid     not null,
    -- Code of shared::metering::BackwardsReason.
    reason     smallint not null,

    primary key (utility_id, reading_id),
    foreign key (utility_id, reading_id) references metering.reading
);
create trigger reading_hold_is_a_fact before update or delete on metering.reading_hold
    for each statement execute function access.refuse_change();

-- What a clerk found (保留の判断): why the reading that replaces the held one has its volume.
-- Written by backoffice::metering.
create table metering.hold_decision (
    utility_id  bigint      not null,
    -- The held reading.
    reading_id  uuid        not null,
    -- The reading that holds instead.
    replacement uuid        not null,
    -- In the clerk's words; shown with the reading.
    note        text        not null,
    decided_by  bigint      not null,
    decided_at  timestamptz not null,

    primary key (utility_id, reading_id),
    foreign key (utility_id, reading_id) references metering.reading_hold,
    foreign key (utility_id, replacement) references metering.reading,
    foreign key (utility_id, decided_by) references access.staff,
    constraint hold_decision_says_why check (length(note) between 1 and 200)
);
create trigger hold_decision_is_a_fact before update or delete on metering.hold_decision
    for each statement execute function access.refuse_change();
