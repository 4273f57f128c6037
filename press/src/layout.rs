//! Drawing by a layout (様式による組版): each line of it in turn, from the top of the sheet.

use shared::paper::{Align, Face, Item, Piece, Record, Run, Size, Template, Words};

use super::measures::Measures;
use super::qr;
use super::sheet::{Sheet, run};
use super::typeface::Style;

/// Between the columns, and around the bars.
const GAP_DOTS: i32 = 12;

/// White inside the frame of a tag.
const TAG_PADDING: i32 = 8;

/// No paper is longer: 4 m. A layout that asks for more ends there.
const ROWS_MAX: i32 = 32_000;

/// The sheet with everything on it.
pub fn compose(template: &Template, record: &Record, width_dots: u32) -> Sheet {
    let measures = Measures::of(width_dots);
    let mut sheet = Sheet::blank(width_dots, measures.margin);
    Press { measures, is_wide: Measures::is_wide(width_dots) }.items(
        &mut sheet,
        &template.items,
        record,
    );
    sheet
}

struct Press {
    measures: Measures,
    is_wide: bool,
}

impl Press {
    fn items(&self, sheet: &mut Sheet, items: &[Item], record: &Record) {
        for item in items {
            if sheet.y() > ROWS_MAX {
                return;
            }
            self.item(sheet, item, record);
        }
    }

    fn item(&self, sheet: &mut Sheet, item: &Item, record: &Record) {
        match item {
            Item::Text { words, faces, align } => {
                let styles: Vec<Style> = faces.iter().map(|face| self.style(*face)).collect();
                sheet.text_in(&styles, &filled(words, record), *align);
            }
            Item::Fit { runs, align } => {
                self.with_runs(runs, record, |runs| sheet.fitted(runs, *align));
            }
            Item::Row { left, right } => self.with_runs(left, record, |left| {
                self.with_runs(right, record, |right| sheet.row(left, right));
            }),
            Item::Gap(rows) => sheet.gap(*rows),
            Item::Rule(stroke) => sheet.rule(*stroke),
            Item::Dots => sheet.dotted_rule(),
            Item::Wave => sheet.wave(),
            Item::Frame { stroke, padding, items } => {
                sheet.framed(u32::from(*stroke), *padding, |sheet| {
                    self.items(sheet, items, record);
                });
            }
            Item::If { name, items, otherwise } => {
                let chosen = if record.has(name) { items } else { otherwise };
                self.items(sheet, chosen, record);
            }
            Item::Only { is_wide, items } => {
                if *is_wide == self.is_wide {
                    self.items(sheet, items, record);
                }
            }
            Item::Each { list, items } => {
                for (index, row) in record.rows(list).iter().enumerate() {
                    self.items(sheet, items, &record.around(row, index == 0));
                }
            }
            Item::Tag { run, items } => self.tag(sheet, run, items, record),
            Item::Columns { percent, left, right } => {
                self.columns(sheet, i32::from(*percent), (left, right), record);
            }
            Item::Bars { list, face } => self.bars(sheet, record.rows(list), *face),
            Item::Code { field, items } => self.code(sheet, record.text(field), items, record),
        }
    }

    fn tag(&self, sheet: &mut Sheet, run: &Run, items: &[Item], record: &Record) {
        let (top, words) = (sheet.y(), filled(&run.words, record));
        let style = self.style(run.face);
        let width = sheet.text_width(&words, style) + 2 * TAG_PADDING;
        if width + GAP_DOTS > sheet.width() / 2 {
            // Too long for a tag: above instead of beside.
            sheet.framed(2, TAG_PADDING, |sheet| sheet.text(&words, style, Align::Left));
            return self.items(sheet, items, record);
        }
        sheet.indented(sheet.width() - width, 0, |sheet| {
            sheet.framed(2, TAG_PADDING, |sheet| {
                sheet.line(&[super::sheet::run(&words, style)], Align::Center);
            });
        });
        let below = sheet.y();
        sheet.move_to(top);
        sheet.indented(0, width + GAP_DOTS, |sheet| self.items(sheet, items, record));
        sheet.move_to(sheet.y().max(below));
    }

    fn columns(
        &self,
        sheet: &mut Sheet,
        percent: i32,
        (left, right): (&[Item], &[Item]),
        record: &Record,
    ) {
        let (top, inner) = (sheet.y(), sheet.width() - GAP_DOTS);
        let left_width = inner * percent / 100;
        let right_width = inner - left_width;
        sheet.indented(0, right_width + GAP_DOTS, |sheet| self.items(sheet, left, record));
        let below = sheet.y();
        sheet.move_to(top);
        sheet.indented(left_width + GAP_DOTS, 0, |sheet| self.items(sheet, right, record));
        sheet.move_to(sheet.y().max(below));
    }

    /// The first bar is black, the others slant; the largest fills the width.
    fn bars(&self, sheet: &mut Sheet, rows: &[Record], face: Face) {
        let style = self.style(face);
        let widest = |sheet: &Sheet, name: &str| {
            rows.iter().map(|row| sheet.text_width(row.text(name), style)).max().unwrap_or(0)
        };
        let label_width = widest(sheet, "label");
        let width_max = sheet.width() - label_width - widest(sheet, "figure") - 2 * GAP_DOTS;
        let volume = |row: &Record| row.text("volume").parse::<u32>().unwrap_or(0);
        let largest = rows.iter().map(volume).max().unwrap_or(0);
        for (index, row) in rows.iter().enumerate() {
            let top = sheet.y();
            sheet.row(&[run(row.text("label"), style)], &[run(row.text("figure"), style)]);
            let width = bar_width(volume(row), largest, width_max);
            let left = sheet.left() + label_width + GAP_DOTS;
            if index == 0 {
                sheet.fill(left, top, width, style.px);
            } else {
                sheet.hatch(left, top, width, style.px);
            }
        }
    }

    fn code(&self, sheet: &mut Sheet, text: &str, items: &[Item], record: &Record) {
        let top = sheet.y();
        let code = qr::draw(sheet, text, self.measures.qr_module);
        let below = sheet.y();
        sheet.move_to(top + code.quiet);
        sheet.indented(code.width, 0, |sheet| self.items(sheet, items, record));
        sheet.move_to((sheet.y() + 8).max(below));
    }

    fn with_runs(&self, runs: &[Run], record: &Record, draw: impl FnOnce(&[super::sheet::Run])) {
        let texts: Vec<String> = runs.iter().map(|run| filled(&run.words, record)).collect();
        let runs: Vec<_> =
            texts.iter().zip(runs).map(|(text, of)| run(text, self.style(of.face))).collect();
        draw(&runs);
    }

    fn style(&self, face: Face) -> Style {
        let px = match face.size {
            Size::Small => self.measures.small,
            Size::Body => self.measures.body,
            Size::Heading => self.measures.heading,
            Size::Title => self.measures.title,
            Size::Name => self.measures.name,
            Size::Volume => self.measures.volume,
            Size::Amount => self.measures.amount,
            Size::Dots(dots) => i32::from(dots),
        };
        if face.is_bold { Style::bold(px) } else { Style::regular(px) }
    }
}

fn filled(words: &Words, record: &Record) -> String {
    let pieces = words.0.iter().map(|piece| match piece {
        Piece::Fixed(text) => text.as_str(),
        Piece::Field(name) => record.text(name),
    });
    pieces.collect()
}

/// Rounds down to whole dots.
fn bar_width(volume: u32, largest: u32, width_max: i32) -> i32 {
    let width = i64::from(volume) * i64::from(width_max.max(0)) / i64::from(largest.max(1));
    i32::try_from(width).unwrap_or(0)
}
