-- What a charge depends on besides volume, size and class (算定の条件).

alter table connection.service_connection
    -- Whose sewerage the connection drains into (下水道事業者); empty for the utility's own. Names an
    -- authority of billing.tariff.
    add column sewerage_authority text not null default '',
    -- Dwellings that the volume is shared among when it is charged (算定戸数). Sharing is granted on
    -- application: a block with many dwellings behind its master meter is charged as one without it.
    add column charged_dwellings integer not null default 1,
    add constraint connection_charged_dwellings_bounded
        check (charged_dwellings between 1 and 65535);

alter table billing.assessment
    -- Where a period is split by days between two versions of a tariff (経過措置): the version before,
    -- and what it was asked. tariff_id and charge_input are those of the version after it; the
    -- amounts are of both.
    add column earlier_tariff_id bigint,
    add column earlier_charge_input bytea,
    add constraint assessment_earlier_is_whole
        check ((earlier_tariff_id is null) = (earlier_charge_input is null));
