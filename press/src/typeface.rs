//! Glyphs as dots (字形): outlines of the shipped typeface, rasterized by swash and cut to 1 bit.
//!
//! A selector after a character asks for a variant of it (異体字, IVS): 辻 with one or two dots. The
//! typeface's own table says which variants it has. One that it has not is a marked box: the usual
//! form would be another person's name.

use std::collections::HashMap;

use skrifa::MetadataProvider;
use skrifa::charmap::MapVariant;
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
    /// Their tables of variants.
    variants: [skrifa::FontRef<'static>; 2],
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
            variants: [shared::font::REGULAR, shared::font::BOLD]
                .map(|bytes| skrifa::FontRef::new(bytes).expect("the shipped typeface is valid")),
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
        letters(text).map(|letter| self.advance(letter, style)).sum()
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
        for letter in letters(text) {
            let advance = self.advance(letter, style);
            match self.glyph_id(letter, style) {
                Some(id) => self.glyph(id, style).draw(x, baseline, &mut dot),
                None => self.mark_missing(letter, style, (x, baseline), &mut dot),
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

    fn glyph_id(&self, letter: Letter, style: Style) -> Option<GlyphId> {
        let usual = || {
            let id = self.font(style.weight).charmap().map(letter.character);
            (id != 0).then_some(id)
        };
        let Some(selector) = letter.selector else { return usual() };
        let font = &self.variants[usize::from(style.weight == Weight::Bold)];
        match font.charmap().map_variant(letter.character, selector)? {
            MapVariant::UseDefault => usual(),
            MapVariant::Variant(id) => GlyphId::try_from(id.to_u32()).ok(),
        }
    }

    fn advance(&self, letter: Letter, style: Style) -> i32 {
        if letter.is_invisible() {
            return 0;
        }
        if letter.character == ',' {
            // Half an em is a hole in the middle of a large figure.
            return style.px * 5 / 16;
        }
        let Some(id) = self.glyph_id(letter, style) else { return style.px };
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
        letter: Letter,
        style: Style,
        (x, baseline): (i32, i32),
        dot: &mut impl FnMut(i32, i32),
    ) {
        if letter.character.is_control() {
            return;
        }
        let missing = letter.selector.unwrap_or(letter.character);
        if !self.missing.contains(&missing) {
            self.missing.push(missing);
        }
        if letter.is_invisible() {
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

/// A character with the selector of its variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Letter {
    character: char,
    selector: Option<char>,
}

impl Letter {
    /// Control characters, and selectors that stand alone.
    fn is_invisible(self) -> bool {
        self.character.is_control() || is_selector(self.character)
    }
}

/// The text letter by letter. What only asks for a picture or for plain text is left away: both are
/// the same letter.
fn letters(text: &str) -> impl Iterator<Item = Letter> {
    let mut characters = text.chars().filter(|c| !matches!(c, '\u{FE0E}' | '\u{FE0F}')).peekable();
    std::iter::from_fn(move || {
        let character = characters.next()?;
        let is_base = !character.is_control() && !is_selector(character);
        let selector = characters.next_if(|next| is_base && is_selector(*next));
        Some(Letter { character, selector })
    })
}

/// Whether it asks for a variant of the character before it.
pub fn is_selector(character: char) -> bool {
    matches!(character, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Widths in a typeface are whole units that its reader hands out as fractions.
#[expect(clippy::cast_possible_truncation, reason = "at most 65,535 units")]
fn whole(units: f32) -> i32 {
    units.round() as i32
}
