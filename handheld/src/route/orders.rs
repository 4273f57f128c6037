//! Orders of the office (作業指示): what to do on the way, and whether it is done.

use std::collections::HashMap;

use jiff::civil::Date;
use shared::metering::WorkOrderKind;
use shared::wire::WorkOrderV1;

use super::{Outcome, Route, RouteError, day};

/// Something to do at a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Place on the route.
    pub place: usize,
    /// What is to be done.
    pub kind: WorkOrderKind,
    /// Day on which.
    pub due_on: Date,
    /// As it came.
    pub order: WorkOrderV1,
}

/// An order of a kind that this program does not know yet is left to a newer one: the rest of the
/// route must not wait for it.
pub(super) fn open(
    orders: Vec<WorkOrderV1>,
    places: &HashMap<i64, usize>,
) -> Result<Vec<Order>, RouteError> {
    let mut opened = Vec::with_capacity(orders.len());
    for order in orders {
        let Some(kind) = WorkOrderKind::from_code(order.kind) else {
            tracing::warn!(order.kind, "an order of an unknown kind is left out");
            continue;
        };
        let place = places.get(&order.connection).ok_or(RouteError::Field("order"))?;
        let due_on = day(order.due_on_unix_days)?;
        opened.push(Order { place: *place, kind, due_on, order });
    }
    opened.sort_by_key(|order| (order.place, order.kind));
    Ok(opened)
}

impl Route {
    /// The orders at a place, done or not.
    pub fn orders_at(&self, place: usize) -> impl Iterator<Item = &Order> {
        self.orders.iter().filter(move |order| order.place == place)
    }

    /// The first open order of a kind at a place.
    pub fn open_order(&self, place: usize, kind: WorkOrderKind) -> Option<&Order> {
        self.orders_at(place).find(|order| order.kind == kind && !self.is_done(order))
    }

    /// Whether the log says that an order was carried out.
    pub fn is_done(&self, order: &Order) -> bool {
        let stop = &self.stops[order.place];
        match order.kind {
            WorkOrderKind::Start => matches!(stop.outcome, Outcome::Started(_)),
            WorkOrderKind::Stop => matches!(stop.outcome, Outcome::Stopped(_)),
            WorkOrderKind::MeterExchange => stop.work.exchange.is_some(),
            WorkOrderKind::ReadAgain => matches!(stop.outcome, Outcome::Read { .. }),
            // Whoever looked for a leak has looked at the indicator.
            WorkOrderKind::LeakSurvey => {
                matches!(&stop.outcome, Outcome::Read { reading, .. } if reading.low_flow > 0)
            }
            WorkOrderKind::Suspension => {
                stop.work.suspension.iter().any(|step| step.order == order.order.order)
            }
        }
    }
}
