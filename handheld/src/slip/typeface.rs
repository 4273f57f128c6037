//! Glyphs as dots (字形): outlines of the shipped typeface, rasterized by swash and cut to 1 bit.

use std::collections::HashMap;

use swash::scale::{Render, ScaleContext, Source};
use swash::zeno::Format;
use swash::{FontRef, GlyphId};

/// From this darkness of 255 on a dot is printed. Below one half, because thermal paper loses
/// thin strokes sooner than it fills small counters.
const DARKNESS_MIN: u8 = 112;

/// Stroke weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Weight {
    /// For labels and running text.
    Regular,
    /// For what the resident looks for.
    Bold,
}

/// How a text is set. The size is the em square in dots; even, so that half-width characters
/// are whole dots wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Style {
    /// Stroke weight.
    pub weight: Weight,
    /// Height of the em square.
    pub px: i32,
}

impl Style {
    /// Running text of a size.
    pub fn regular(px: i32) -> Self {
        Self { weight: Weight::Regular, px }
    }

    /// Emphasized text of a size.
    pub fn bold(px: i32) -> Self {
        Self { weight: Weight::Bold, px }
    }

    /// From the top of the em square to the baseline (0.88 em, as the typeface is drawn).
    pub fn ascent(self) -> i32 {
        (self.px * 88 + 50) / 100
    }
}

/// A glyph as dots around a point on the baseline.
#[derive(Debug)]
struct Glyph {
    left: i32,
    top: i32,
    width: usize,
    darkness: Vec<u8>,
}

/// The typeface at work, with what it has drawn already and what it lacks.
pub struct Typeface {
    regular: FontRef<'static>,
    bold: FontRef<'static>,
    context: ScaleContext,
    glyphs: HashMap<(Style, GlyphId), Glyph>,
    missing: Vec<char>,
}

impl Typeface {
    /// The typeface inside the program.
    pub fn shipped() -> Self {
        let font = |bytes| FontRef::from_index(bytes, 0).expect("the shipped typeface is valid");
        Self {
            regular: font(shared::font::REGULAR),
            bold: font(shared::font::BOLD),
            context: ScaleContext::new(),
            glyphs: HashMap::new(),
            missing: Vec::new(),
        }
    }

    /// Characters that were drawn as marked boxes, each once.
    pub fn into_missing(self) -> Vec<char> {
        self.missing
    }

    /// How wide a text runs.
    pub fn width(&self, text: &str, style: Style) -> i32 {
        text.chars().map(|character| self.advance(character, style)).sum()
    }

    /// Hands out the dots of a text whose baseline begins at `x`, `baseline`.
    pub fn draw(
        &mut self,
        text: &str,
        style: Style,
        mut x: i32,
        baseline: i32,
        mut dot: impl FnMut(i32, i32),
    ) {
        for character in text.chars() {
            let advance = self.advance(character, style);
            match self.glyph_id(character, style) {
                Some(id) => self.glyph(id, style).draw(x, baseline, &mut dot),
                None => self.mark_missing(character, style, (x, baseline), &mut dot),
            }
            x += advance;
        }
    }

    fn font(&self, weight: Weight) -> FontRef<'static> {
        match weight {
            Weight::Regular => self.regular,
            Weight::Bold => self.bold,
        }
    }

    fn glyph_id(&self, character: char, style: Style) -> Option<GlyphId> {
        let id = self.font(style.weight).charmap().map(character);
        (id != 0).then_some(id)
    }

    fn advance(&self, character: char, style: Style) -> i32 {
        if is_invisible(character) {
            return 0;
        }
        if character == ',' {
            // Half an em is a hole in the middle of a large figure.
            return style.px * 5 / 16;
        }
        let Some(id) = self.glyph_id(character, style) else { return style.px };
        let font = self.font(style.weight);
        let units = i32::from(font.metrics(&[]).units_per_em.max(1));
        let advance = whole(font.glyph_metrics(&[]).advance_width(id));
        (advance * style.px + units - 1) / units
    }

    fn glyph(&mut self, id: GlyphId, style: Style) -> &Glyph {
        let font = self.font(style.weight);
        let context = &mut self.context;
        self.glyphs.entry((style, id)).or_insert_with(|| {
            let size = u16::try_from(style.px).map_or(0.0, f32::from);
            let mut scaler = context.builder(font).size(size).hint(true).build();
            let image = Render::new(&[Source::Outline])
                .format(Format::Alpha)
                .render(&mut scaler, id)
                .unwrap_or_default();
            Glyph {
                left: image.placement.left,
                top: image.placement.top,
                width: image.placement.width as usize,
                darkness: image.data,
            }
        })
    }

    /// A box with a cross, so that nobody takes the gap for a name without this character.
    fn mark_missing(
        &mut self,
        character: char,
        style: Style,
        (x, baseline): (i32, i32),
        dot: &mut impl FnMut(i32, i32),
    ) {
        if character.is_control() {
            return;
        }
        if !self.missing.contains(&character) {
            self.missing.push(character);
        }
        if is_invisible(character) {
            return;
        }
        let (inset, top) = (2, baseline - style.ascent());
        let last = style.px - 1 - inset;
        for row in inset..=last {
            for column in inset..=last {
                let is_edge = [row, column].iter().any(|at| *at == inset || *at == last);
                let is_cross = row == column || row == style.px - 1 - column;
                if is_edge || is_cross {
                    dot(x + column, top + row);
                }
            }
        }
    }
}

impl Glyph {
    fn draw(&self, x: i32, baseline: i32, dot: &mut impl FnMut(i32, i32)) {
        for (row, line) in (0..).zip(self.darkness.chunks(self.width.max(1))) {
            for (column, darkness) in (0..).zip(line) {
                if *darkness >= DARKNESS_MIN {
                    dot(x + self.left + column, baseline - self.top + row);
                }
            }
        }
    }
}

/// Control characters, and selectors of a variant of the character before (IVS). The typeface has
/// no variants; the usual form is drawn and the selector counts as missing.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Widths in a typeface are whole units that its reader hands out as fractions.
#[expect(clippy::cast_possible_truncation, reason = "at most 65,535 units")]
fn whole(units: f32) -> i32 {
    units.round() as i32
}
