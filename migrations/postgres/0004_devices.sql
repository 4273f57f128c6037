-- Devices (ハンディ端末・同期): terminals and the raw entries of their logs.

create schema devices;

-- A terminal (ハンディ端末). The token that proves it is stored as SHA-256 only.
-- Written by backoffice::devices.
create table devices.device (
    utility_id  bigint      not null references access.utility,
    device_id   uuid        not null,
    -- H01: stands on the terminal, on its slips and in lists.
    code        text        not null,
    token_hash  bytea       not null,
    enrolled_at timestamptz not null,
    revoked_at  timestamptz,
    last_seen_at timestamptz,

    primary key (device_id),
    constraint device_code_unique unique (utility_id, code)
);

-- Every entry of every terminal's log, as it came (送信記録). Stored once, whatever is sent again;
-- without holes, because an entry is taken only behind the one before it.
-- Written by backoffice::devices.
create table devices.log_entry (
    device_id    uuid        not null references devices.device,
    sequence     bigint      not null,
    bytes        bytea       not null,
    -- Hash over everything up to and with this entry.
    running_hash bytea       not null,
    received_at  timestamptz not null default now(),
    -- Null: applied. Else the stable S code that says why the office must look at it (隔離).
    quarantine   text,

    primary key (device_id, sequence),
    constraint log_entry_sequence_starts_at_one check (sequence >= 1)
);
create index log_entry_quarantined on devices.log_entry (device_id, sequence)
    where quarantine is not null;
