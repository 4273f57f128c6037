-- The terminal's memory (端末の記録). One writer, the handheld's program.

-- Everything that happened on the terminal, in order. An entry is durable before the screen says
-- so, is never changed, and is kept until the server's receipt covers it.
create table log_entry (
    sequence     integer primary key check (sequence >= 1),
    -- shared::wire::LogEntry as it is hashed and sent.
    bytes        blob not null,
    -- Hash over everything up to and with this entry.
    running_hash blob not null check (length(running_hash) = 32)
) strict;

create trigger log_entry_is_never_changed before update on log_entry
begin select raise(abort, 'log entries are never changed'); end;

create trigger log_entry_is_never_deleted before delete on log_entry
begin select raise(abort, 'log entries are never deleted'); end;

-- The work package on board (検針データ); at most one.
create table work_package (
    only_row integer primary key check (only_row = 1),
    bytes    blob not null
) strict;

-- What must survive a restart and is not an event: one row.
create table memory (
    only_row        integer primary key check (only_row = 1),
    -- Last slip number given out; a number is used once, whatever became of the paper.
    slip_counter    integer not null default 0,
    -- shared::wire::SlipV1 of a slip that was begun and of which nobody knows the end yet.
    slip_under_way  blob,
    -- Everything up to here is on the server's disk.
    receipt_through integer not null default 0
) strict;
insert into memory (only_row) values (1);
