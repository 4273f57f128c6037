-- Corrections of bills that were made by terms (料金の条件のある請求の更正): computed anew by the billing
-- run's own rating, by what is registered now.

alter table billing.correction
    drop constraint correction_reason_known,
    add constraint correction_reason_known check (reason between 1 and 5),
    -- By how much the water of a settled estimate is lowered; null where it is none, and in what was
    -- proposed before this column, where the result's volumes tell it.
    add column lowered_m3 integer,
    -- What becomes of an earlier leak adjustment: 1 it is dropped, 2 its yen are taken off again;
    -- null where there was none. Codes of shared::billing::correction::EarlierReduction.
    add column earlier_reduction smallint,
    add constraint correction_earlier_reduction_known check (earlier_reduction in (1, 2)),
    add constraint correction_lowered_not_negative check (lowered_m3 >= 0);
