-- Everything that says something about people or water is sealed (封緘) before it comes here:
-- XChaCha20-Poly1305, see handheld::store::seal. Step 1 kept it in the clear; it was never on a
-- terminal in the field, and the program refuses a memory of that time that is not empty.
drop table log_entry;
drop table work_package;
drop table memory;

create table log_entry (
    sequence     integer primary key check (sequence >= 1),
    -- shared::wire::LogEntry as it is hashed and sent, under the seal.
    sealed       blob not null,
    -- Hash over everything up to and with this entry, in the clear: receipts are checked with it.
    running_hash blob not null check (length(running_hash) = 32),
    -- Tells a flipped bit without a key.
    mark         blob not null
) strict;

create trigger log_entry_is_never_changed before update on log_entry
begin select raise(abort, 'log entries are never changed'); end;

create trigger log_entry_is_never_deleted before delete on log_entry
begin select raise(abort, 'log entries are never deleted'); end;

-- The work package on board (検針データ), under the seal; at most one.
create table work_package (
    only_row integer primary key check (only_row = 1),
    sealed   blob not null,
    mark     blob not null
) strict;

-- What must survive a restart and is not an event: handheld::store::copy::Memory, one row.
create table memory (
    only_row integer primary key check (only_row = 1),
    bytes    blob not null,
    mark     blob not null
) strict;
