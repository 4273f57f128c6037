//! Columns of the import file (取り込みファイルの列), by their Japanese heading.

macro_rules! columns {
    ($($(#[$doc:meta])* $variant:ident = $heading:literal, $required:literal, $characters:literal;)*) => {
        /// A column of the file. The order in the file is free.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Column { $($(#[$doc])* $variant,)* }

        impl Column {
            /// Every column, in the order of the documentation.
            pub const ALL: &[Column] = &[$(Column::$variant,)*];

            /// What stands in the first row.
            pub fn heading(self) -> &'static str {
                match self { $(Column::$variant => $heading,)* }
            }

            /// Whether the file must have it and every row must fill it.
            pub fn is_required(self) -> bool {
                match self { $(Column::$variant => $required,)* }
            }

            /// How many characters a cell may hold.
            pub fn characters_max(self) -> usize {
                match self { $(Column::$variant => $characters,)* }
            }
        }
    };
}

columns! {
    /// Digits and hyphens, unique.
    ConnectionNumber = "水栓番号", true, 13;
    /// The connection of the master meter before this one.
    Parent = "親水栓番号", false, 13;
    /// Empty where service is stopped.
    CustomerName = "使用者名", false, 60;
    /// Needed where there is a name.
    CustomerKana = "使用者カナ", false, 80;
    /// 10 or 11 digits.
    Telephone = "電話番号", false, 20;
    /// Seven digits.
    Postcode = "郵便番号", true, 10;
    /// With its chome.
    Town = "町名", true, 40;
    /// Its reading.
    TownKana = "町名カナ", false, 60;
    /// Block and house, or lot.
    Block = "番地", true, 40;
    /// May be empty.
    Building = "建物名", false, 60;
    /// May be empty.
    Room = "部屋番号", false, 20;
    /// In millimeters.
    MeterSize = "口径", true, 6;
    /// 一般用 where it is empty.
    UseClass = "用途", false, 10;
    /// Unique.
    MeterNumber = "メーター番号", true, 20;
    /// What the size usually has where it is empty.
    DialDigits = "指針桁数", false, 2;
    /// A day, or a month, whose last day counts.
    VerificationExpiresOn = "検定満期", true, 20;
    /// The dials at the last reading.
    PreviousValue = "前回指針", true, 9;
    /// Its day.
    PreviousReadOn = "前回検針日", true, 20;
    /// The volume of the period that it ended.
    PreviousUsage = "前回使用水量", false, 9;
    /// The volume of the coming period, a year before.
    LastYearUsage = "前年同期使用水量", false, 9;
    /// Whether waste water goes to the sewer.
    Sewerage = "下水道", true, 4;
    /// 1 where it is empty.
    Dwellings = "世帯数", false, 5;
    /// 納入通知書 where it is empty.
    PaymentMethod = "支払方法", false, 12;
    /// The day of the last reading where it is empty.
    StartsOn = "使用開始日", false, 20;
    /// Number of the customary route.
    Route = "検針順路", true, 8;
    /// Place in the route.
    WalkOrder = "検針順", true, 6;
    /// May be empty.
    MeterPosition = "メーター位置", false, 40;
    /// May be empty.
    Caution = "注意事項", false, 80;
}

impl Column {
    /// The column with this heading; blanks around it do not count.
    pub fn from_heading(heading: &str) -> Option<Self> {
        let heading = heading.trim();
        Column::ALL.iter().copied().find(|column| column.heading() == heading)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_stands_in_the_document() {
        let document = include_str!("../../../../docs/import.md");
        for column in Column::ALL {
            let needed = if column.is_required() { "必須" } else { "任意" };
            let row = format!("| {} | {needed} |", column.heading());
            assert!(document.contains(&row), "{row}");
            assert_eq!(Column::from_heading(column.heading()), Some(*column));
        }
    }
}
