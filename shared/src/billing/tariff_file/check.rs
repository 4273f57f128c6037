//! Checks across rates (料金の重なり): each pair of size and class has at most one rate.

use super::Reader;
use super::fault::FaultKind;
use super::form::{Placed, RateForm};
use crate::billing::tariff::Rate;
use crate::connection::MeterSize;

impl Reader<'_> {
    pub(super) fn refuse_overlap(&mut self, rates: &[Rate], forms: &[Placed<RateForm>]) {
        for (second, rate) in rates.iter().enumerate() {
            // Sizes that were refused would leave a rate for every size.
            let is_whole =
                |place: usize| forms[place].get().sizes_mm.len() == rates[place].sizes.len();
            let overlap =
                (0..second).filter(|first| is_whole(*first) && is_whole(second)).find_map(
                    |first| overlap(&rates[first], rate).map(|(size, class)| (first, size, class)),
                );
            if let Some((first, size, use_class)) = overlap {
                self.fault(
                    &forms[second].span(),
                    FaultKind::Overlap { first: first + 1, second: second + 1, size, use_class },
                );
            }
        }
    }
}

/// A size and a class that both hold for.
fn overlap(one: &Rate, other: &Rate) -> Option<(u16, String)> {
    let meets = |months| one.holds_for_months(months) && other.holds_for_months(months);
    if !meets(1) && !meets(2) {
        return None;
    }
    let class = one.use_classes.iter().find(|class| other.use_classes.contains(class))?;
    let mm = MeterSize::ALL_MM.into_iter().find(|mm| {
        let size = MeterSize::new(*mm).expect("listed sizes exist");
        one.holds_for(size, *class) && other.holds_for(size, *class)
    })?;
    Some((mm, class.key().to_owned()))
}
