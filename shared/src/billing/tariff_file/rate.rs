//! Rates of a schedule (口径・用途ごとの料金): tiers, service charges, units, meter rents.

use std::collections::BTreeMap;

use super::Reader;
use super::fault::FaultKind;
use super::form::{
    Placed, RateForm, ScheduleForm, ServiceStepForm, TierForm, UnitForm, UnitPerWord,
};
use crate::billing::tariff::{MeterRent, QuantityUnit, Rate, Rates, ServiceStep, Tier};
use crate::connection::UsageClass;
use crate::quantity::{CubicMeters, FineYen};

type TierTables<'f> = BTreeMap<&'f str, Vec<Tier>>;

impl Reader<'_> {
    pub(super) fn tier_tables<'f>(&mut self, form: &'f ScheduleForm) -> TierTables<'f> {
        let mut tables = BTreeMap::new();
        for (name, rows) in &form.tiers {
            let mut floor = 0;
            let mut tiers = Vec::with_capacity(rows.get().len());
            for (index, row) in rows.get().iter().enumerate() {
                let is_last = index + 1 == rows.get().len();
                let TierForm { to_m3, yen } = row.get();
                let fits = to_m3.map_or(is_last, |to| !is_last && to > floor);
                self.expect(fits, &row.span(), || FaultKind::Tiers {
                    name: name.clone(),
                    row: index + 1,
                });
                floor = to_m3.unwrap_or(floor);
                let unit_price = self.price(yen).unwrap_or_default();
                tiers.push(Tier { up_to: to_m3.map(CubicMeters), unit_price });
            }
            self.expect(!tiers.is_empty(), &rows.span(), || FaultKind::Tiers {
                name: name.clone(),
                row: 1,
            });
            tables.insert(name.as_str(), tiers);
        }
        tables
    }

    pub(super) fn rates(
        &mut self,
        placed: &Placed<ScheduleForm>,
        tables: &TierTables<'_>,
        all_classes: &[UsageClass],
    ) -> Rates {
        let forms = &placed.get().rate;
        self.expect(!forms.is_empty(), &placed.span(), || {
            FaultKind::Empty("[[water.rate]] のような rate を書いてください。")
        });
        let rates: Vec<Rate> =
            forms.iter().map(|form| self.rate(form, tables, all_classes)).collect();
        self.refuse_overlap(&rates, forms);
        Rates::new(rates)
    }

    fn rate(
        &mut self,
        placed: &Placed<RateForm>,
        tables: &TierTables<'_>,
        all_classes: &[UsageClass],
    ) -> Rate {
        let form = placed.get();
        let mut use_classes: Vec<UsageClass> =
            form.use_classes.iter().filter_map(|key| UsageClass::from_key(key.get())).collect();
        if form.use_classes.is_empty() {
            use_classes = all_classes.to_vec();
        }
        let tiers_name = form.tiers.as_ref().map(|name| name.get().clone()).unwrap_or_default();
        let tiers = form.tiers.as_ref().and_then(|name| {
            let tiers = tables.get(name.get().as_str()).cloned();
            self.expect(tiers.is_some(), &name.span(), || {
                FaultKind::UnknownTiers(name.get().clone())
            });
            tiers
        });
        let (service_steps, stepped) = match &form.service_steps {
            Some(steps) => self.service_steps(steps, form),
            None => (Vec::new(), 0),
        };
        let included = form.included_m3.as_ref().map_or(stepped, |volume| *volume.get());
        if form.service_steps.is_none() && form.service_yen.is_none() {
            self.fault(&placed.span(), FaultKind::MissingKey("service_yen".into()));
        }
        let period_months = form.period_months.as_ref().map(|months| {
            self.expect(matches!(months.get(), 1 | 2), &months.span(), || FaultKind::Range {
                field: "period_months",
                expected: " 1 か 2 ",
            });
            *months.get()
        });
        Rate {
            use_classes,
            sizes: self.sizes(&form.sizes_mm),
            service_charge: self.optional_price(form.service_yen.as_ref()).unwrap_or_default(),
            service_steps,
            included_volume: CubicMeters(included),
            minimum: self.optional_price(form.minimum_yen.as_ref()),
            tiers: tiers.unwrap_or_default(),
            tiers_name,
            period_months,
            by_last_tier: form.by_last_tier,
            unit: form.unit.as_ref().map(|unit| self.unit(unit)),
        }
    }

    fn unit(&mut self, placed: &Placed<UnitForm>) -> QuantityUnit {
        let form = placed.get();
        self.not_empty(&form.name);
        let each = form.each.as_ref().map_or(1, |each| {
            self.expect(*each.get() > 0, &each.span(), || FaultKind::Range {
                field: "each",
                expected: " 1 以上の整数",
            });
            *each.get()
        });
        let is_periodic = form.per == UnitPerWord::Month;
        QuantityUnit { name: form.name.get().clone(), each: each.max(1), is_periodic }
    }

    pub(super) fn optional_price(&mut self, price: Option<&Placed<String>>) -> Option<FineYen> {
        price.and_then(|price| self.price(price))
    }

    /// The steps, and the volume that the service charge pays for unless the rate says otherwise:
    /// up to the last bound that is named.
    fn service_steps(
        &mut self,
        placed: &Placed<Vec<Placed<ServiceStepForm>>>,
        rate: &RateForm,
    ) -> (Vec<ServiceStep>, u32) {
        let count = placed.get().len();
        let mut steps: Vec<ServiceStep> = Vec::with_capacity(count);
        let mut floor = None;
        for (index, step) in placed.get().iter().enumerate() {
            let ServiceStepForm { to_m3, yen } = step.get();
            let to = to_m3.as_ref().map(|to| *to.get());
            let rises = to.map_or(index + 1 == count, |to| floor.is_none_or(|floor| to > floor));
            self.expect(rises, &step.span(), || {
                FaultKind::ServiceSteps(
                    "to_m3 を小さい順に並べてください。省けるのは最後の行だけです。",
                )
            });
            floor = to.or(floor);
            let charge = self.price(yen).unwrap_or_default();
            steps.push(ServiceStep { up_to: CubicMeters(to.unwrap_or(u32::MAX)), charge });
        }
        self.expect(!steps.is_empty(), &placed.span(), || {
            FaultKind::ServiceSteps("1行以上書いてください。")
        });
        self.expect(rate.service_yen.is_none(), &placed.span(), || {
            FaultKind::ServiceSteps("service_yen と一緒には書けません。")
        });
        (steps, floor.unwrap_or(0))
    }

    pub(super) fn meter_rents(&mut self, form: &ScheduleForm) -> Vec<MeterRent> {
        let mut rents: Vec<MeterRent> = Vec::with_capacity(form.meter_rent.len());
        for placed in &form.meter_rent {
            let rent = MeterRent {
                sizes: self.sizes(&placed.get().sizes_mm),
                charge: self.price(&placed.get().yen).unwrap_or_default(),
            };
            let is_double = rents.iter().any(|earlier| {
                earlier.sizes.is_empty()
                    || rent.sizes.is_empty()
                    || rent.sizes.iter().any(|size| earlier.holds_for(*size))
            });
            let is_whole = placed.get().sizes_mm.len() == rent.sizes.len();
            self.expect(!is_double || !is_whole, &placed.span(), || {
                FaultKind::Conflict("同じ口径のメーター使用料が2つあります。")
            });
            if is_whole {
                rents.push(rent);
            }
        }
        rents
    }
}
