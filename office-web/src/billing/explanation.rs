//! The explanation of a charge (計算の内訳), written down as somebody would work it out by hand: the
//! service charge, each tier as quantity × price, the sum, its rounding by article, and the tax.

use shared::billing::tariff::{OddVolume, TaxBasis};
use shared::billing::{Charge, ChargePart, Tariff, TierLine};
use shared::quantity::{FINE_PER_YEN, FineYen, RoundingMode, Yen, grouped};

/// Finished words and figures; the template only sets them in columns.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Explanation {
    pub claim: &'static str,
    pub tariff_name: String,
    pub tariff_source: String,
    /// 口径φ20 ・ 一般用 ・ 45m³ ・ 2か月分.
    pub basis: String,
    /// Said where a month's table bills two months.
    pub split: Option<String>,
    pub parts: Vec<Part>,
    pub sum: String,
    pub rounding: String,
    pub rounding_article: String,
    pub rounded: String,
    pub tax: TaxLine,
    pub amount: String,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// 1か月目（23m³）; none where there is one part only.
    pub heading: Option<String>,
    pub service_charge: String,
    pub tiers: Vec<Tier>,
    pub subtotal: String,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tier {
    pub range: String,
    pub quantity: String,
    /// None for the volume that the service charge pays for.
    pub unit_price: Option<String>,
    pub amount: String,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TaxLine {
    pub label: String,
    pub working: String,
    pub amount: String,
    /// Whether it comes on top of the rounded sum.
    pub is_added: bool,
}

/// Writes a charge out.
pub(crate) fn explain(charge: &Charge, tariff: &Tariff) -> Explanation {
    let rounded = charge.rounding.mode.round(charge.sum, charge.rounding.step_yen);
    Explanation {
        claim: charge.claim.japanese(),
        tariff_name: tariff.name.clone(),
        tariff_source: tariff.source.clone(),
        basis: basis(charge),
        split: split(charge, tariff),
        parts: parts(charge),
        sum: fine(charge.sum),
        rounding: rounding_words(charge),
        rounding_article: charge.rounding.article.clone(),
        rounded: rounded.grouped(),
        tax: tax_line(charge, rounded),
        amount: charge.amount.grouped(),
    }
}

fn basis(charge: &Charge) -> String {
    let input = charge.input;
    format!(
        "口径φ{} ・ {} ・ {}m³ ・ {}か月分",
        input.size.mm(),
        input.use_class.japanese(),
        grouped(i64::from(input.usage.0)),
        input.months
    )
}

fn split(charge: &Charge, tariff: &Tariff) -> Option<String> {
    if charge.parts.len() < 2 {
        return None;
    }
    let volumes: Vec<String> =
        charge.parts.iter().map(|part| format!("{}m³", grouped(i64::from(part.usage.0)))).collect();
    let odd = match tariff.odd_volume {
        OddVolume::First => "割り切れない分は前の月に入れます",
        OddVolume::Last => "割り切れない分は後の月に入れます",
    };
    Some(format!(
        "{}か月ごとの料金表のため、{}m³を {} に分けて計算します（{odd}）。",
        tariff.table_months,
        grouped(i64::from(charge.input.usage.0)),
        volumes.join(" ＋ ")
    ))
}

fn parts(charge: &Charge) -> Vec<Part> {
    let has_headings = charge.parts.len() > 1;
    (1..)
        .zip(&charge.parts)
        .map(|(number, part)| Part {
            heading: has_headings
                .then(|| format!("{number}か月目（{}m³）", grouped(i64::from(part.usage.0)))),
            service_charge: fine(part.service_charge),
            tiers: part.tiers.iter().map(tier).collect(),
            subtotal: fine(part_sum(part)),
        })
        .collect()
}

fn part_sum(part: &ChargePart) -> FineYen {
    part.tiers.iter().fold(part.service_charge, |sum, line| sum + line.amount)
}

fn tier(line: &TierLine) -> Tier {
    let range = if line.from_m3 == line.to_m3 {
        format!("{}m³目", grouped(i64::from(line.from_m3)))
    } else {
        let (from, to) = (i64::from(line.from_m3), i64::from(line.to_m3));
        format!("{}〜{}m³", grouped(from), grouped(to))
    };
    Tier {
        range,
        quantity: format!("{}m³", grouped(i64::from(line.quantity().0))),
        unit_price: (line.unit_price != FineYen(0)).then(|| fine(line.unit_price)),
        amount: fine(line.amount),
    }
}

fn rounding_words(charge: &Charge) -> String {
    let mode = match charge.rounding.mode {
        RoundingMode::Floor => "切捨て",
        RoundingMode::HalfUp => "四捨五入",
        RoundingMode::Ceiling => "切上げ",
    };
    format!("{}円未満{mode}", charge.rounding.step_yen)
}

fn tax_line(charge: &Charge, rounded: Yen) -> TaxLine {
    let percent = i64::from(charge.tax_percent);
    let (label, divisor, is_added) = match charge.tax_basis {
        TaxBasis::Included => ("うち消費税", 100 + percent, false),
        TaxBasis::Excluded => ("消費税", 100, true),
    };
    let exact = quotient(rounded.0 * percent, divisor);
    TaxLine {
        label: format!("{label}（{percent}％）"),
        working: format!(
            "{}円 × {percent} ÷ {divisor} ＝ {exact}円、1円未満切捨て",
            rounded.grouped()
        ),
        amount: charge.tax.grouped(),
        is_added,
    }
}

/// A quotient with two decimals for showing; `…` says that more follow.
fn quotient(dividend: i64, divisor: i64) -> String {
    let hundredths = dividend * 100 / divisor;
    let more = if dividend * 100 % divisor == 0 { "" } else { "…" };
    let whole = grouped(hundredths / 100);
    match hundredths % 100 {
        0 if more.is_empty() => whole,
        rest => format!("{whole}.{rest:02}{more}"),
    }
}

/// An exact sum in yen with the decimals that it has: `4,097.5`.
fn fine(amount: FineYen) -> String {
    let whole = grouped(amount.0 / FINE_PER_YEN);
    let rest = (amount.0 % FINE_PER_YEN).abs();
    if rest == 0 {
        return whole;
    }
    let decimals = format!("{rest:04}");
    format!("{whole}.{}", decimals.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::billing::ChargeInput;
    use shared::connection::{MeterSize, UsageClass};
    use shared::quantity::CubicMeters;

    fn explained(file: &str, usage: u32) -> (Charge, Explanation) {
        let tariff = Tariff::parse(file).unwrap();
        let input = ChargeInput {
            size: MeterSize::new(20).unwrap(),
            use_class: UsageClass::General,
            usage: CubicMeters(usage),
            months: 2,
        };
        let charge = tariff.charge(&input).unwrap();
        let explanation = explain(&charge, &tariff);
        (charge, explanation)
    }

    #[test]
    fn a_water_charge_reads_like_a_hand_calculation() {
        let file = include_str!("../../../shared/tariffs/takatsuki-water-2019.toml");
        let (_, water) = explained(file, 45);
        let part = &water.parts[0];
        let lines: Vec<String> = part
            .tiers
            .iter()
            .map(|tier| {
                let price = tier.unit_price.as_deref().unwrap_or("-");
                format!("{} {} × {price} = {}", tier.range, tier.quantity, tier.amount)
            })
            .collect();
        assert_eq!(part.service_charge, "1,518");
        assert_eq!(
            lines,
            [
                "1〜12m³ 12m³ × 11 = 132",
                "13〜20m³ 8m³ × 27.5 = 220",
                "21〜40m³ 20m³ × 148.5 = 2,970",
                "41〜45m³ 5m³ × 214.5 = 1,072.5",
            ]
        );
        assert_eq!((water.sum.as_str(), water.rounded.as_str()), ("5,912.5", "5,912"));
        assert_eq!(water.tax.working, "5,912円 × 10 ÷ 110 ＝ 537.45…円、1円未満切捨て");
        assert_eq!((water.tax.amount.as_str(), water.amount.as_str()), ("537", "5,912"));
    }

    #[test]
    fn a_month_table_shows_both_months() {
        let file = include_str!("../../../shared/tariffs/yachiyo-sewerage-2019.toml");
        let (charge, sewerage) = explained(file, 45);
        assert_eq!(sewerage.parts.len(), charge.parts.len());
        assert_eq!(sewerage.split.is_some(), charge.parts.len() > 1);
        assert_eq!(sewerage.amount, charge.amount.grouped());
    }

    #[test]
    fn amounts_show_the_decimals_they_have() {
        assert_eq!(fine(FineYen(12_345_000)), "1,234.5");
        assert_eq!(fine(FineYen(10_000)), "1");
        assert_eq!(quotient(5_912 * 10, 110), "537.45…");
        assert_eq!(quotient(1_000 * 10, 100), "100");
    }
}
