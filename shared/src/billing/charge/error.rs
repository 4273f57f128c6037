//! Why no charge can be computed (料金を計算できない理由). Nothing is guessed, nothing is billed.

use crate::connection::UsageClass;

/// Why no charge can be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChargeError {
    /// The tariff has no price for this size and class.
    #[error("the tariff has no rate for {size_mm} mm, {use_class}")]
    NoRate {
        /// The size.
        size_mm: u16,
        /// The class.
        use_class: UsageClass,
    },
    /// The billing period is no whole number of table periods.
    #[error("a table of {table_months} months cannot bill {months} months")]
    Period {
        /// Months of the table.
        table_months: u8,
        /// Months of the billing period.
        months: u8,
    },
    /// Several dwellings, and no rule to share among them.
    #[error("the tariff has no rule to share among {dwellings} dwellings")]
    NoSharing {
        /// How many.
        dwellings: u16,
    },
    /// Not one dwelling.
    #[error("there is no dwelling")]
    NoDwelling,
    /// A relief that the tariff does not have.
    #[error("the tariff has no such relief")]
    NoRelief,
    /// Several tax rates, and none was chosen or holds.
    #[error("the tariff does not say which tax rate holds")]
    TaxRate,
    /// The period began under another tariff, and there is no rule for it.
    #[error("the period lies across two tariffs without a rule")]
    AcrossTariffs,
    /// The period ends before any tariff begins.
    #[error("no tariff holds for the period")]
    NoTariff,
    /// A part of a period that the tariff has no rule for.
    #[error("the tariff has no rule for a part of a period")]
    NoProration,
    /// The period ends before it begins.
    #[error("the period ends before it begins")]
    Backwards,
    /// An amount beyond all bounds.
    #[error("the amount is too large")]
    TooLarge,
    /// The tiers did not add up to the volume, or a sum to its parts: a fault of the engine,
    /// never billed.
    #[error("the parts do not add up")]
    Unbalanced,
}

impl ChargeError {
    /// Stable, explained in `docs/codes.md`.
    pub fn code(&self) -> &'static str {
        match self {
            ChargeError::NoRate { .. } => "K50",
            ChargeError::Period { .. } => "K51",
            ChargeError::NoSharing { .. } => "K52",
            ChargeError::NoDwelling => "K53",
            ChargeError::NoRelief => "K54",
            ChargeError::TaxRate => "K55",
            ChargeError::AcrossTariffs => "K56",
            ChargeError::NoTariff => "K57",
            ChargeError::Backwards => "K58",
            ChargeError::TooLarge => "K59",
            ChargeError::Unbalanced => "K60",
            ChargeError::NoProration => "K61",
        }
    }

    /// What is wrong and what to do.
    pub fn japanese(&self) -> String {
        match self {
            ChargeError::NoRate { size_mm, use_class } => format!(
                "料金表に口径{size_mm}mm・用途「{}」の料金がありません。口径と用途を確かめてください。",
                use_class.japanese()
            ),
            ChargeError::Period { table_months, months } => format!(
                "料金表が{table_months}か月分なので、{months}か月分を計算できません。期間を確かめるか、料金表に日割・月割の決まりを書いてください。"
            ),
            ChargeError::NoSharing { dwellings } => format!(
                "料金表に連用・共同住宅の決まり（shared）がないので、{dwellings}戸分を計算できません。"
            ),
            ChargeError::NoDwelling => "戸数が0です。1以上にしてください。".into(),
            ChargeError::NoRelief => {
                "料金表にない減免です。減免の種類を確かめてください。".into()
            }
            ChargeError::TaxRate => {
                "どの消費税率を使うか決まりません。使用期間を確かめるか、料金表の税率に経過措置を書いてください。".into()
            }
            ChargeError::AcrossTariffs => {
                "使用期間が料金改定をまたいでいますが、経過措置（transition）がありません。新しい料金表に書いてください。".into()
            }
            ChargeError::NoTariff => {
                "使用期間に適用する料金表がありません。料金表の適用開始日を確かめてください。".into()
            }
            ChargeError::NoProration => {
                "使用期間の一部だけを計算する決まり（proration）が料金表にありません。料金表に書いてください。".into()
            }
            ChargeError::Backwards => {
                "使用期間の終わりが始まりより前です。日付を確かめてください。".into()
            }
            ChargeError::TooLarge => {
                "金額が大きすぎて計算できません。水量と戸数を確かめてください。".into()
            }
            ChargeError::Unbalanced => {
                "内訳の合計が合いません。請求せずに、システム管理者に連絡してください。".into()
            }
        }
    }
}
