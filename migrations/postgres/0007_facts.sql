-- Facts are added, not changed (事実は追記のみ): the database itself refuses to change or delete
-- what was read, assessed, posted or received.

create function access.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'rows of %.% are facts and are never changed', tg_table_schema, tg_table_name
        using errcode = 'restrict_violation';
end $$;

create trigger reading_is_a_fact before update or delete on metering.reading
    for each statement execute function access.refuse_change();
create trigger no_read_is_a_fact before update or delete on metering.no_read
    for each statement execute function access.refuse_change();
create trigger slip_is_a_fact before update or delete on metering.slip
    for each statement execute function access.refuse_change();
create trigger log_entry_is_a_fact before update or delete on devices.log_entry
    for each statement execute function access.refuse_change();
create trigger transfer_is_a_fact before update or delete on ledger.transfer
    for each statement execute function access.refuse_change();
create trigger assessment_is_a_fact before update or delete on billing.assessment
    for each statement execute function access.refuse_change();
create trigger bill_is_a_fact before update or delete on billing.bill
    for each statement execute function access.refuse_change();
