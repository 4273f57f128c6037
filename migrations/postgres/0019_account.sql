-- One's own account (自分のアカウント): sessions that one can see and end, and where tries came from.

alter table access.session
    -- Names a session on pages: its token is known to its browser alone.
    add column session_id   bigint      not null generated always as identity unique,
    -- Noted once a minute at most, so that looking at a page does not become writing.
    add column last_seen_at timestamptz not null default now(),
    -- Where it was opened from; empty where that is not known.
    add column address      text        not null default '',
    add column browser      text        not null default '';
create index session_staff on access.session (utility_id, staff_id);

alter table access.login_attempt
    add column address text not null default '';
create index login_attempt_address on access.login_attempt (address, attempted_at desc);

alter table access.staff
    add column password_changed_at timestamptz;
