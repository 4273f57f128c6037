//! The measures of a slip (寸法) for each width of paper, in dots of 1/8 mm.

/// Sizes of type and white.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measures {
    /// White at both sides and at the top.
    pub margin: i32,
    /// Explanations.
    pub small: i32,
    /// Labels and values.
    pub body: i32,
    /// Labels of what is large.
    pub heading: i32,
    /// 使用水量のお知らせ.
    pub title: i32,
    /// The customer's name.
    pub name: i32,
    /// 使用水量.
    pub volume: i32,
    /// 請求予定金額.
    pub amount: i32,
    /// Dots of one module of the QR code.
    pub qr_module: i32,
}

impl Measures {
    /// For a print head of so many dots.
    pub fn of(width_dots: u32) -> Self {
        if Self::is_wide(width_dots) { Self::WIDE } else { Self::NARROW }
    }

    /// Whether the print head is one for 80 mm.
    pub fn is_wide(width_dots: u32) -> bool {
        width_dots >= 512
    }

    /// Paper of 58 mm, 384 dots.
    const NARROW: Self = Self {
        margin: 8,
        small: 20,
        body: 24,
        heading: 28,
        title: 40,
        name: 32,
        volume: 64,
        amount: 48,
        qr_module: 4,
    };

    /// Paper of 80 mm, 576 dots.
    const WIDE: Self = Self {
        margin: 16,
        small: 22,
        body: 28,
        heading: 34,
        title: 56,
        name: 40,
        volume: 92,
        amount: 68,
        qr_module: 5,
    };
}
