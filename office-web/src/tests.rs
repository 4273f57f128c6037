//! Whole pages through the router, on a database of their own: who gets in, what stands there, what
//! is refused, and what a hostile name or form can do (nothing).

mod billing_pages;
mod connection_pages;
mod correction_pages;
mod estimate_pages;
mod field_pages;
mod help_pages;
mod lab_pages;
mod leak_adjustment_pages;
mod log_in;
mod master_pages;
mod metering_pages;
mod paper_pages;
mod tariff_pages;
mod terms_pages;
mod test_office;
mod walls;
