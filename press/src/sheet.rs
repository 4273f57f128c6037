//! The sheet (用紙): a canvas that grows downwards, and the few ways to put things on it.
//!
//! Everything is measured before it is drawn: what does not fit is stacked, made smaller or
//! broken into lines. Dots that fall on dots are counted; a test holds the count at zero.

use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::{Point, Primitive, Size};
use embedded_graphics::primitives::{
    CornerRadii, PrimitiveStyleBuilder, Rectangle, RoundedRectangle, StrokeAlignment,
};
use hardware::raster::Raster;
use shared::paper::Align;

use super::typeface::{Style, Typeface};
use super::wrap::wrap;

/// Between a label and the value on the same line, at least.
const GAP_BETWEEN: i32 = 14;

/// Smallest size that is still read without glasses by most: 2 mm.
const PX_MIN: i32 = 16;

/// A stretch of text in one style.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// The text.
    pub text: &'a str,
    /// How it is set.
    pub style: Style,
}

/// Shorthand for a run.
pub fn run(text: &str, style: Style) -> Run<'_> {
    Run { text, style }
}

/// The sheet.
pub struct Sheet {
    raster: Raster,
    typeface: Typeface,
    /// Content lies between these columns.
    left: i32,
    right: i32,
    /// The next free row.
    y: i32,
    /// How much white the last line left below itself.
    leading: i32,
    clashes: u32,
}

impl Sheet {
    /// An empty sheet with white margins.
    pub fn blank(width_dots: u32, margin: i32) -> Self {
        let raster = Raster::white(width_dots, 0);
        let right = i32::try_from(raster.width()).unwrap_or(i32::MAX) - margin;
        let typeface = Typeface::shipped();
        Self { raster, typeface, left: margin, right, y: margin, leading: 0, clashes: 0 }
    }

    /// The picture down to the last row in use, the characters that the typeface lacks, and how
    /// many dots fell on others.
    pub fn finish(mut self) -> (Raster, Vec<char>, u32) {
        self.reach(self.y);
        let height = u32::try_from(self.y).unwrap_or(0);
        (self.raster.cropped(height), self.typeface.into_missing(), self.clashes)
    }

    /// Columns between the edges.
    pub fn width(&self) -> i32 {
        self.right - self.left
    }

    /// The next free row.
    pub fn y(&self) -> i32 {
        self.y
    }

    /// The left edge.
    pub fn left(&self) -> i32 {
        self.left
    }

    /// How wide a text runs.
    pub fn text_width(&self, text: &str, style: Style) -> i32 {
        self.typeface.width(text, style)
    }

    /// Leaves white.
    pub fn gap(&mut self, rows: i32) {
        self.y += rows;
    }

    /// Goes to a row, up or down, to set something beside something else.
    pub fn move_to(&mut self, y: i32) {
        self.y = y;
    }

    /// Draws with narrower edges.
    pub fn indented(&mut self, left: i32, right: i32, draw: impl FnOnce(&mut Self)) {
        let edges = (self.left, self.right);
        (self.left, self.right) = (self.left + left, self.right - right);
        draw(self);
        (self.left, self.right) = edges;
    }

    /// Draws within a rounded frame.
    pub fn framed(&mut self, stroke: u32, padding: i32, draw: impl FnOnce(&mut Self)) {
        let top = self.y;
        self.y += padding;
        self.indented(padding, padding, draw);
        self.y += padding - self.leading;
        let corner = Point::new(self.left, top);
        let size = Size::new(self.width().unsigned_abs(), (self.y - top).unsigned_abs());
        let style = PrimitiveStyleBuilder::new()
            .stroke_color(BinaryColor::On)
            .stroke_width(stroke)
            .stroke_alignment(StrokeAlignment::Inside)
            .build();
        let frame = RoundedRectangle::new(
            Rectangle::new(corner, size),
            CornerRadii::new(Size::new_equal(8)),
        );
        let dots: Vec<Point> = frame.into_styled(style).pixels().map(|pixel| pixel.0).collect();
        for dot in dots {
            self.ink(dot.x, dot.y);
        }
    }

    /// A text of any length, broken into lines.
    pub fn text(&mut self, text: &str, style: Style, align: Align) {
        let lines = wrap(text, self.width(), |part| self.typeface.width(part, style));
        for line in lines {
            self.line(&[run(&line, style)], align);
        }
    }

    /// A text in the first of the styles in which it fits on one line, else broken in the last.
    pub fn text_in(&mut self, styles: &[Style], text: &str, align: Align) {
        let fitting = styles.iter().find(|style| self.text_width(text, **style) <= self.width());
        if let Some(style) = fitting.or(styles.last()) {
            self.text(text, *style, align);
        }
    }

    /// What belongs together on one line, at the left and at the right, on one baseline. The
    /// right side goes below the left where both do not fit.
    pub fn row(&mut self, left: &[Run], right: &[Run]) {
        let needed = self.runs_width(left) + GAP_BETWEEN + self.runs_width(right);
        if needed <= self.width() {
            let ascent = tallest(left).ascent().max(tallest(right).ascent());
            let height = tallest(left).px.max(tallest(right).px);
            let baseline = self.y + ascent;
            self.runs(left, self.left, baseline);
            self.runs(right, self.right - self.runs_width(right), baseline);
            self.advance(height, tallest(right));
        } else {
            self.fitted(left, Align::Left);
            self.fitted(right, Align::Right);
        }
    }

    /// One line that is made smaller until it fits, and broken when it would become too small. A
    /// figure with its unit goes down to the smallest size before it is broken.
    pub fn fitted(&mut self, runs: &[Run], align: Align) {
        let px = tallest(runs).px;
        let px_min = if runs.len() > 1 { PX_MIN } else { PX_MIN.max(px * 3 / 4) };
        let mut smaller = runs.to_vec();
        while self.runs_width(&smaller) > self.width() {
            if tallest(&smaller).px <= px_min {
                let text: String = runs.iter().map(|run| run.text).collect();
                return self.text(&text, tallest(&smaller), align);
            }
            for run in &mut smaller {
                run.style.px = (run.style.px - 2).max(PX_MIN);
            }
        }
        self.line(&smaller, align);
    }

    /// A horizontal bar of black from edge to edge.
    pub fn rule(&mut self, stroke: i32) {
        self.fill(self.left, self.y, self.width(), stroke);
        self.y += stroke;
    }

    /// A row of dots from edge to edge.
    pub fn dotted_rule(&mut self) {
        for x in (self.left..self.right - 1).step_by(6) {
            self.fill(x, self.y, 2, 2);
        }
        self.y += 2;
    }

    /// A water line: the mark of the house.
    pub fn wave(&mut self) {
        const HEIGHTS: [i32; 16] = [3, 4, 5, 6, 6, 6, 5, 4, 3, 2, 1, 0, 0, 0, 1, 2];
        for x in 0..self.width() {
            let height = HEIGHTS[usize::try_from(x / 2 % 16).unwrap_or(0)];
            self.fill(self.left + x, self.y + height, 1, 3);
        }
        self.y += 10;
    }

    /// A black rectangle.
    pub fn fill(&mut self, left: i32, top: i32, width: i32, height: i32) {
        self.rectangle(left, top, width, height, |_, _| true);
    }

    /// A rectangle with an outline and slanting lines, which takes less battery than a black one.
    pub fn hatch(&mut self, left: i32, top: i32, width: i32, height: i32) {
        self.rectangle(left, top, width, height, |x, y| {
            x == 0 || y == 0 || x == width - 1 || y == height - 1 || (x + y) % 5 == 0
        });
    }

    fn rectangle(
        &mut self,
        left: i32,
        top: i32,
        width: i32,
        height: i32,
        is_black: impl Fn(i32, i32) -> bool,
    ) {
        for y in 0..height {
            for x in 0..width {
                if is_black(x, y) {
                    self.ink(left + x, top + y);
                }
            }
        }
    }

    /// One line of runs, which must fit.
    pub fn line(&mut self, runs: &[Run], align: Align) {
        let spare = self.width() - self.runs_width(runs);
        let x = match align {
            Align::Left => self.left,
            Align::Center => self.left + spare / 2,
            Align::Right => self.left + spare,
        };
        self.runs(runs, x, self.y + tallest(runs).ascent());
        self.advance(tallest(runs).px, tallest(runs));
    }

    fn advance(&mut self, height: i32, style: Style) {
        // A third of the size between lines lets the eye find the next one.
        self.leading = style.px / 3;
        self.y += height + self.leading;
    }

    fn runs_width(&self, runs: &[Run]) -> i32 {
        runs.iter().map(|run| self.typeface.width(run.text, run.style)).sum()
    }

    fn runs(&mut self, runs: &[Run], mut x: i32, baseline: i32) {
        for run in runs {
            let mut dots = Vec::new();
            self.typeface.draw(run.text, run.style, x, baseline, |x, y| dots.push((x, y)));
            for (x, y) in dots {
                self.ink(x, y);
            }
            x += self.typeface.width(run.text, run.style);
        }
    }

    fn ink(&mut self, x: i32, y: i32) {
        self.reach(y + 1);
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
        self.clashes += u32::from(self.raster.is_black(x, y));
        self.raster.set(x, y, BinaryColor::On);
    }

    fn reach(&mut self, rows: i32) {
        let rows = u32::try_from(rows).unwrap_or(0);
        while self.raster.height() < rows {
            self.raster.push_row(&[]);
        }
    }
}

fn tallest(runs: &[Run]) -> Style {
    runs.iter().map(|run| run.style).max_by_key(|style| style.px).unwrap_or(Style::regular(0))
}
