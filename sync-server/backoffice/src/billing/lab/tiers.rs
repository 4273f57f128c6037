//! Volume and revenue by tier (段階別の水量と収入), for the tables before and the draft.
//!
//! Computed from the explanation of each case, times its assessments: the volumes of a claim's rows
//! add up to the claim's volume, and the amounts to its revenue.

use std::collections::BTreeMap;

use shared::billing::tariff::{Rate, TaxBasis, VolumeSplit};
use shared::billing::{ChargeInput, ChargePart, Claim, LineKind, Tariff};
use shared::quantity::{CubicMeters, FINE_PER_YEN, FineYen, Yen};

use super::cases::{Case, Outcome};
use super::error::LabError;
use super::pricing::{Asked, Pricing};

/// A row of the table, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TierKind {
    /// 基本料金.
    Service,
    /// A tier of the table for so many months.
    Tier {
        /// Months of the table.
        table_months: u8,
        /// Its first m³.
        from_m3: u32,
        /// Its last m³; `None` without end.
        to_m3: Option<u32>,
        /// Per m³; zero for the volume that the service charge pays for.
        unit_price: FineYen,
    },
    /// Volume of partial periods that was stretched to whole months to be priced (日割り換算).
    Converted,
    /// Volume that is billed with the next period (翌期繰越し).
    Carried,
    /// メーター使用料.
    MeterRent,
    /// Minimum charges, reliefs, shares of partial periods and roundings.
    Others,
    /// 消費税 that is put on; where prices hold it, it is in the rows above.
    Tax,
}

/// What a row comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TierRow {
    /// Which row.
    pub kind: TierKind,
    /// Its volume.
    pub volume_m3: u64,
    /// Its revenue, in whole yen; what is dropped stands under [`TierKind::Others`].
    pub amount: Yen,
}

/// Both tables of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierTable {
    /// The claim.
    pub claim: Claim,
    /// As it was billed.
    pub before: Vec<TierRow>,
    /// By the draft.
    pub after: Vec<TierRow>,
}

/// Rows under construction.
#[derive(Default)]
struct Rows {
    /// Volume and ten-thousandths of a yen.
    rows: BTreeMap<TierKind, (u64, i64)>,
    revenue: Yen,
}

/// The tables of the claims that the draft holds, over the cases that it can price.
pub(super) fn tables(cases: &[Case], pricing: &Pricing) -> Result<Vec<TierTable>, LabError> {
    let mut tables = Vec::new();
    for claim in Claim::ALL.into_iter().filter(|claim| pricing.holds(*claim)) {
        let (mut before, mut after) = (Rows::default(), Rows::default());
        for case in cases.iter().filter(|case| case.claim == claim && case.count > 0) {
            if !matches!(case.outcome, Outcome::Priced(_)) {
                continue;
            }
            let old = pricing.stored(case.billed.tariff)?;
            let Asked::Schedule(new, input) = pricing.ask(old, &case.input) else { continue };
            before.add_revenue(case.before);
            for billed in std::iter::once(&case.billed).chain(&case.earlier) {
                let tariff = pricing.stored(billed.tariff)?;
                before.add_charge(tariff, &billed.input, case.count);
            }
            after.add_revenue(case.after);
            after.add_charge(new, &input, case.count);
        }
        tables.push(TierTable { claim, before: before.finish(), after: after.finish() });
    }
    Ok(tables)
}

impl Rows {
    fn add_revenue(&mut self, revenue: Yen) {
        self.revenue = self.revenue + revenue;
    }

    /// Adds as many assessments of this input.
    fn add_charge(&mut self, tariff: &Tariff, input: &ChargeInput, count: u64) {
        let Ok(charge) = tariff.charge(input) else {
            // What was billed can no longer be explained: its volume is counted all the same.
            self.add(TierKind::Others, u64::from(input.usage.0) * count, 0);
            return;
        };
        self.add(TierKind::Carried, u64::from(charge.carried.0) * count, 0);
        if matches!(charge.tax_basis, TaxBasis::Excluded(_)) {
            let tax = charge.tax.0 * FINE_PER_YEN * count.cast_signed();
            self.add(TierKind::Tax, 0, tax);
        }
        let size = match tariff.shared {
            Some(shared) if input.dwellings > 1 => shared.size.unwrap_or(input.size),
            _ => input.size,
        };
        let Some(rate) = tariff.rate_for(size, input.use_class, input.months) else { return };
        let stretch = match tariff.split {
            VolumeSplit::Half => u32::from(input.months / tariff.table_months.max(1)).max(1),
            VolumeSplit::First | VolumeSplit::Last => 1,
        };
        for part in &charge.parts {
            let times = u64::from(part.dwellings) * count;
            self.add_part(tariff, rate, stretch, part, times);
        }
    }

    fn add_part(
        &mut self,
        tariff: &Tariff,
        rate: &Rate,
        stretch: u32,
        part: &ChargePart,
        times: u64,
    ) {
        let is_converted = part.priced_usage != part.usage;
        if is_converted {
            self.add(TierKind::Converted, u64::from(part.usage.0) * times, 0);
        }
        let mut place = 0;
        for line in &part.lines {
            match &line.kind {
                LineKind::Service { price, share } | LineKind::MeterRent { price, share } => {
                    let is_rent = matches!(line.kind, LineKind::MeterRent { .. });
                    let kind = if is_rent { TierKind::MeterRent } else { TierKind::Service };
                    let fine = price.0 * i64::from(share.numerator) / i64::from(share.denominator);
                    self.add(kind, 0, fine * times.cast_signed());
                }
                LineKind::Tier { from_m3, to_m3, unit_price } => {
                    let volume = u64::from(to_m3 - from_m3 + 1) * times;
                    let fine = volume.cast_signed() * unit_price.0;
                    let (kind, volume) = if is_converted {
                        (TierKind::Converted, 0)
                    } else {
                        let from = from_m3.div_ceil(stretch);
                        (tier_of(tariff, rate, from, *unit_price, &mut place), volume)
                    };
                    self.add(kind, volume, fine);
                }
                LineKind::Minimum | LineKind::Relief { .. } => {}
            }
        }
    }

    fn add(&mut self, kind: TierKind, volume_m3: u64, fine: i64) {
        let row = self.rows.entry(kind).or_default();
        row.0 += volume_m3;
        row.1 += fine;
    }

    /// What the other rows leave of the revenue stands under [`TierKind::Others`].
    fn finish(mut self) -> Vec<TierRow> {
        let whole = |fine: i64| fine.div_euclid(FINE_PER_YEN);
        let named: i64 = self
            .rows
            .iter()
            .filter(|(kind, _)| **kind != TierKind::Others)
            .map(|(_, (_, fine))| whole(*fine))
            .sum();
        self.rows.entry(TierKind::Others).or_default().1 = (self.revenue.0 - named) * FINE_PER_YEN;
        self.rows
            .into_iter()
            .filter(|(_, (volume_m3, fine))| *volume_m3 > 0 || *fine != 0)
            .map(|(kind, (volume_m3, fine))| TierRow { kind, volume_m3, amount: Yen(whole(fine)) })
            .collect()
    }
}

/// The tier of a line that begins at `from_m3` of the printed table. Lines come in the order of the
/// tiers, so that `place` only moves on.
fn tier_of(
    tariff: &Tariff,
    rate: &Rate,
    from_m3: u32,
    unit_price: FineYen,
    place: &mut usize,
) -> TierKind {
    let included = rate.included_volume.0;
    let table_months = tariff.table_months;
    let is_included = unit_price == FineYen(0) && (rate.tiers.is_empty() || from_m3 <= included);
    if is_included {
        let to_m3 = (!rate.tiers.is_empty()).then_some(included);
        return TierKind::Tier { table_months, from_m3: 1, to_m3, unit_price };
    }
    let found = rate.tiers.iter().enumerate().skip(*place).find(|(_, tier)| {
        tier.unit_price == unit_price && tier.up_to.is_none_or(|up_to| from_m3 <= up_to.0)
    });
    let Some((index, tier)) = found else {
        return TierKind::Tier { table_months, from_m3, to_m3: None, unit_price };
    };
    *place = index;
    let before = index.checked_sub(1).and_then(|index| rate.tiers[index].up_to);
    let first = before.unwrap_or(CubicMeters(0)).0.max(included) + 1;
    TierKind::Tier {
        table_months,
        from_m3: first,
        to_m3: tier.up_to.map(|up_to| up_to.0),
        unit_price,
    }
}
