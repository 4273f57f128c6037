//! Use classes and their names (用途の名前): what the utility's tariff files call them.

use std::collections::BTreeMap;

use shared::connection::UsageClass;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{ColumnIndex, Row};

use crate::Backoffice;

/// Every class that has a name: the well-known ones in their usual order, then the utility's own by
/// their keys. A name that the utility gave goes before the well-known one.
pub async fn use_classes(office: &Backoffice) -> sqlx::Result<Vec<(UsageClass, String)>> {
    let mut db = office.pool.acquire().await?;
    let own = own_names(&mut db, office.utility.0).await?;
    Ok(with_well_known(own))
}

/// The names that the utility itself gave.
pub(crate) async fn own_names(
    db: &mut PgConnection,
    utility: i64,
) -> sqlx::Result<BTreeMap<UsageClass, String>> {
    sqlx::query("select key, name from billing.use_class where utility_id = $1")
        .bind(utility)
        .fetch_all(db)
        .await?
        .iter()
        .map(|row| Ok((of_row(row, "key")?, row.try_get("name")?)))
        .collect()
}

/// Keeps the names that an approved tariff file gives; the latest one counts.
pub(super) async fn store_names(
    db: &mut PgConnection,
    utility: i64,
    names: &[(UsageClass, String)],
) -> sqlx::Result<()> {
    for (class, name) in names {
        sqlx::query(
            "insert into billing.use_class (utility_id, key, name) values ($1, $2, $3)
             on conflict (utility_id, key) do update set name = excluded.name",
        )
        .bind(utility)
        .bind(class.key())
        .bind(name)
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// The class in a column.
pub(crate) fn of_row<I: ColumnIndex<PgRow>>(row: &PgRow, column: I) -> sqlx::Result<UsageClass> {
    let key: &str = row.try_get(column)?;
    key.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

/// The name of a class: the utility's own where it gave one.
pub(crate) fn name_of(class: UsageClass, own: Option<String>) -> String {
    own.unwrap_or_else(|| class.japanese().to_owned())
}

fn with_well_known(mut own: BTreeMap<UsageClass, String>) -> Vec<(UsageClass, String)> {
    let mut named: Vec<(UsageClass, String)> = UsageClass::WELL_KNOWN
        .iter()
        .map(|class| (*class, name_of(*class, own.remove(class))))
        .collect();
    named.extend(own);
    named
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_town::{SATO, Town};

    #[tokio::test]
    async fn names_of_the_utility_go_before_the_well_known_ones() {
        let town = Town::new().await;
        sqlx::query(
            "insert into billing.use_class (utility_id, key, name)
             values (1, 'general', '家庭その他用'), (1, 'hot_spring', '温泉用')",
        )
        .execute(&town.office.pool)
        .await
        .unwrap();
        let named = use_classes(&town.office).await.unwrap();
        assert_eq!(named.len(), UsageClass::WELL_KNOWN.len() + 1);
        assert_eq!(named[0], (UsageClass::GENERAL, "家庭その他用".to_owned()));
        assert_eq!(named[1], (UsageClass::HOUSEHOLD, "家事用".to_owned()));
        let hot_spring = UsageClass::from_key("hot_spring").unwrap();
        assert_eq!(named.last().unwrap(), &(hot_spring, "温泉用".to_owned()));
    }

    #[tokio::test]
    async fn codes_of_before_become_keys() {
        let town = Town::new().await;
        let place = town.household(SATO).await;
        let mut db = town.office.pool.acquire().await.unwrap();
        let keys = ["general", "bathhouse", "temporary", "business"];
        for (key, code) in keys.iter().zip(1_i16..) {
            for undo in [
                "drop table billing.use_class",
                "alter table connection.service_agreement
                 drop constraint service_agreement_use_class_is_a_key,
                 alter column use_class type smallint using 0",
            ] {
                sqlx::query(undo).execute(&mut *db).await.unwrap();
            }
            sqlx::query("update connection.service_agreement set use_class = $1")
                .bind(code)
                .execute(&mut *db)
                .await
                .unwrap();
            sqlx::raw_sql(include_str!("../../../../migrations/postgres/0008_use_class.sql"))
                .execute(&mut *db)
                .await
                .unwrap();
            let row = sqlx::query(
                "select use_class from connection.service_agreement where connection_id = $1",
            )
            .bind(place.0)
            .fetch_one(&mut *db)
            .await
            .unwrap();
            assert_eq!(of_row(&row, 0).unwrap().key(), *key);
        }
    }

    #[tokio::test]
    async fn the_database_refuses_what_is_no_key() {
        let town = Town::new().await;
        for key in ["", "Hot", "温泉", "abcdefghijklmnop"] {
            sqlx::query("insert into billing.use_class values (1, $1, '名前')")
                .bind(key)
                .execute(&town.office.pool)
                .await
                .unwrap_err();
        }
    }
}
