//! One case (算定例の1行): cells to values, or what is wrong with them.

use jiff::civil::Date;

use super::columns::CaseColumns;
use super::fault::CaseFault;
use crate::connection::{MeterSize, UsageClass};
use crate::quantity::CubicMeters;

/// No consumption tax was ever this high.
const TAX_PERCENT_MAX: u64 = 30;

/// Digits of the largest register there is: what sewage of several meters may come to.
const SEWAGE_DIGITS_MAX: u8 = 8;

/// What is asked: a customer's period, as one row tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case<'r> {
    /// 口径.
    pub size: MeterSize,
    /// 用途.
    pub use_class: UsageClass,
    /// Months of the period (1 or 2).
    pub months: u8,
    /// 使用水量.
    pub usage: CubicMeters,
    /// 汚水量, where it is metered or certified by itself.
    pub sewage: Option<CubicMeters>,
    /// 戸数.
    pub dwellings: u16,
    /// First and last day of the period.
    pub days: Option<(Date, Date)>,
    /// 使用開始日 of the user, where it matters to a transition.
    pub started_on: Option<Date>,
    /// Percent of tax that holds whatever the tariff says.
    pub tax_percent: Option<u8>,
    /// People who use a well.
    pub well_people: u16,
    /// Whose sewerage; `None` for the first of the file.
    pub authority: Option<&'r str>,
}

impl<'r> Case<'r> {
    /// A whole period of one dwelling.
    pub fn whole(size: MeterSize, use_class: UsageClass, months: u8, usage: CubicMeters) -> Self {
        Self {
            size,
            use_class,
            months,
            usage,
            sewage: None,
            dwellings: 1,
            days: None,
            started_on: None,
            tax_percent: None,
            well_people: 0,
            authority: None,
        }
    }

    /// Reads a row. `cell` answers `None` for a cell that is no text.
    pub fn read(
        columns: &CaseColumns,
        cell: impl Fn(usize) -> Option<&'r str>,
    ) -> Result<Self, CaseFault> {
        let cells = Cells { columns, cell };
        let size = cells.size()?;
        let use_class = cells.use_class()?;
        let months = cells.months()?;
        let usage = cells.volume(columns.usage_m3(), size.usual_dial_digits())?;
        let usage = usage.ok_or(CaseFault::Empty(columns.usage_m3().1))?;
        let sewage = match columns.optional("sewer_m3") {
            Some(column) => cells.volume(column, SEWAGE_DIGITS_MAX)?,
            None => None,
        };
        Ok(Self {
            sewage,
            dwellings: cells.count("dwellings")?.unwrap_or(1),
            days: cells.days()?,
            started_on: cells.date("started_on")?,
            tax_percent: cells.tax_percent()?,
            well_people: cells.count("well_people")?.unwrap_or(0),
            authority: cells.optional("authority")?,
            ..Self::whole(size, use_class, months, usage)
        })
    }
}

struct Cells<'c, F> {
    columns: &'c CaseColumns,
    cell: F,
}

impl<'r, F: Fn(usize) -> Option<&'r str>> Cells<'_, F> {
    /// The trimmed text of a cell; `None` where it is empty.
    fn text(&self, (place, name): (usize, &'static str)) -> Result<Option<&'r str>, CaseFault> {
        let text = (self.cell)(place).ok_or(CaseFault::Encoding(name))?.trim();
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    fn required(&self, column: (usize, &'static str)) -> Result<&'r str, CaseFault> {
        self.text(column)?.ok_or(CaseFault::Empty(column.1))
    }

    fn optional(&self, name: &'static str) -> Result<Option<&'r str>, CaseFault> {
        self.columns.optional(name).map_or(Ok(None), |column| self.text(column))
    }

    fn size(&self) -> Result<MeterSize, CaseFault> {
        let column = self.columns.meter_mm();
        let text = self.required(column)?;
        let mm = number(column.1, text)?;
        let size = u16::try_from(mm).ok().and_then(|mm| MeterSize::new(mm).ok());
        size.ok_or_else(|| CaseFault::UnknownSize(text.to_owned()))
    }

    fn use_class(&self) -> Result<UsageClass, CaseFault> {
        let text = self.required(self.columns.use_class())?;
        UsageClass::from_key(text).ok_or_else(|| CaseFault::UnknownClass(text.to_owned()))
    }

    fn months(&self) -> Result<u8, CaseFault> {
        let column = self.columns.period_months();
        let text = self.required(column)?;
        match number(column.1, text)? {
            1 => Ok(1),
            2 => Ok(2),
            _ => Err(CaseFault::UnknownMonths(text.to_owned())),
        }
    }

    fn volume(
        &self,
        column: (usize, &'static str),
        digits: u8,
    ) -> Result<Option<CubicMeters>, CaseFault> {
        let Some(text) = self.text(column)? else { return Ok(None) };
        let volume = number(column.1, text)?;
        let fits = volume < 10_u64.pow(u32::from(digits));
        let volume = u32::try_from(volume).ok().filter(|_| fits);
        let beyond = || CaseFault::BeyondDial { column: column.1, text: text.to_owned(), digits };
        volume.map(|volume| Some(CubicMeters(volume))).ok_or_else(beyond)
    }

    fn count(&self, name: &'static str) -> Result<Option<u16>, CaseFault> {
        let Some(text) = self.optional(name)? else { return Ok(None) };
        let count = u16::try_from(number(name, text)?).ok();
        count.map(Some).ok_or_else(|| CaseFault::Number { column: name, text: text.to_owned() })
    }

    fn days(&self) -> Result<Option<(Date, Date)>, CaseFault> {
        match (self.date("from")?, self.date("to")?) {
            (Some(from), Some(to)) => Ok(Some((from, to))),
            (None, None) => Ok(None),
            (Some(_), None) => Err(CaseFault::HalfPeriod("to")),
            (None, Some(_)) => Err(CaseFault::HalfPeriod("from")),
        }
    }

    fn date(&self, name: &'static str) -> Result<Option<Date>, CaseFault> {
        let Some(text) = self.optional(name)? else { return Ok(None) };
        let is_plain = text.len() == "2026-04-01".len();
        let date = text.parse().ok().filter(|_| is_plain);
        date.map(Some).ok_or_else(|| CaseFault::Date { column: name, text: text.to_owned() })
    }

    fn tax_percent(&self) -> Result<Option<u8>, CaseFault> {
        let Some(text) = self.optional("tax_rate")? else { return Ok(None) };
        let percent = Some(number("tax_rate", text)?).filter(|percent| *percent <= TAX_PERCENT_MAX);
        let percent = percent.and_then(|percent| u8::try_from(percent).ok());
        percent.map(Some).ok_or_else(|| CaseFault::TaxRate(text.to_owned()))
    }
}

/// A whole number, not negative. One that is too large for any use is as large as can be.
fn number(column: &'static str, text: &str) -> Result<u64, CaseFault> {
    let text_owned = || text.to_owned();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.parse().unwrap_or(u64::MAX));
    }
    let is_negative = text.strip_prefix(['-', '−', '▲', '△']).is_some_and(|size| {
        size.starts_with(|first: char| first.is_ascii_digit())
            && size.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    });
    Err(if is_negative {
        CaseFault::Negative { column, text: text_owned() }
    } else {
        CaseFault::Number { column, text: text_owned() }
    })
}
