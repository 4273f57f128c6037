-- Use classes as the utility's ordinance names them (用途): a key instead of a code.

alter table connection.service_agreement
    alter column use_class type text using
        case use_class
            when 1 then 'general'
            when 2 then 'bathhouse'
            when 3 then 'temporary'
            when 4 then 'business'
        end,
    -- Key of shared::connection::UsageClass.
    add constraint service_agreement_use_class_is_a_key
        check (use_class ~ '^[a-z][a-z0-9_]{0,14}$');

-- What the utility calls its use classes (用途の名前): those of its own, and well-known ones that it
-- calls otherwise. A class without a row goes by its well-known name. Named by the tariff files;
-- written by backoffice::billing.
create table billing.use_class (
    utility_id bigint not null references access.utility,
    key        text   not null,
    name       text   not null,

    primary key (utility_id, key),
    constraint use_class_is_a_key check (key ~ '^[a-z][a-z0-9_]{0,14}$'),
    constraint use_class_has_a_name check (name <> '')
);
