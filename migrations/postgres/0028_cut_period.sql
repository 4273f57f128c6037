-- Periods that were cut by a change of size or class (期の区分) are few among a year's assessments. The
-- lab leaves them out and has to say how many and how much; without this it would look at every row.
create index assessment_of_cut_period on billing.assessment (utility_id, round_id)
    where (basis -> 'before') is not null;
