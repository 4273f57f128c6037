//! The terminal's menu (端末メニュー): what is not about one connection, two keys away from anywhere.

use super::{App, Effect, Key, Look, Screen};

/// The menu over another screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Menu {
    /// Where 取消 leads.
    pub under: Box<Screen>,
    pub chosen: usize,
}

/// A line of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    NextOpen,
    Reprint,
    DayTotal,
    Reverse,
    Sun,
    Night,
    LeftHand,
}

impl Item {
    /// Before anybody has logged in only the looks.
    pub fn shown(is_logged_in: bool) -> &'static [Item] {
        const ALL: [Item; 7] = [
            Item::NextOpen,
            Item::Reprint,
            Item::DayTotal,
            Item::Reverse,
            Item::Sun,
            Item::Night,
            Item::LeftHand,
        ];
        if is_logged_in { &ALL } else { &ALL[4..] }
    }
}

impl App {
    pub(super) fn open_terminal_menu(&mut self) {
        let under = Box::new(self.screen.clone());
        self.screen = Screen::Menu(Menu { under, chosen: 0 });
    }

    pub(super) fn menu_items(&self) -> &'static [Item] {
        Item::shown(self.reader.is_some())
    }

    /// The words of a line; a setting says how it stands.
    pub(super) fn menu_words(&self, item: Item) -> String {
        let on = |is_on: bool| if is_on { "：入" } else { "：切" };
        match item {
            Item::NextOpen => "次の未検針へ進む".to_owned(),
            Item::Reprint => "お知らせ票の再印刷".to_owned(),
            Item::DayTotal => "日計と確認".to_owned(),
            Item::Reverse => format!("逆順で回る{}", on(self.kept.is_reverse)),
            Item::Sun => format!("大きな数字（屋外）{}", on(self.kept.look == Look::Sun)),
            Item::Night => format!("夜間の表示{}", on(self.kept.look == Look::Night)),
            Item::LeftHand => format!("左手用の配置{}", on(self.kept.is_left_handed)),
        }
    }

    pub(super) fn press_menu(&mut self, key: Key) -> Option<Effect> {
        let items = self.menu_items();
        let Screen::Menu(menu) = &mut self.screen else { return None };
        let picked = match key {
            Key::Digit(digit) => usize::from(digit).checked_sub(1),
            Key::Row(row) => Some(row),
            Key::Enter => Some(menu.chosen),
            _ => None,
        };
        match key {
            Key::Up => menu.chosen = menu.chosen.saturating_sub(1),
            Key::Down => menu.chosen = (menu.chosen + 1).min(items.len() - 1),
            Key::Cancel | Key::Dismiss | Key::Function(1) => self.screen = (*menu.under).clone(),
            _ => {}
        }
        let item = *items.get(picked?)?;
        let Screen::Menu(menu) = &self.screen else { return None };
        self.screen = (*menu.under).clone();
        self.choose(item)
    }

    fn choose(&mut self, item: Item) -> Option<Effect> {
        match item {
            Item::NextOpen => {
                let place = self.place_before_next()?;
                self.go_on_from(place);
                None
            }
            Item::Reprint => {
                let route = self.route.as_ref()?;
                let place = match &self.screen {
                    Screen::Entry(entry) if entry.is_saved => Some(entry.place),
                    Screen::Route => self.list.chosen(route),
                    _ => route.last_read,
                };
                self.reprint(place)
            }
            Item::DayTotal => self.open_day(),
            Item::Reverse => Some(self.turn_round()),
            Item::Sun => Some(self.look(Look::Sun)),
            Item::Night => Some(self.look(Look::Night)),
            Item::LeftHand => Some(self.switch_hands()),
        }
    }

    /// Where one stands; on the list, before what is chosen, which counts itself.
    fn place_before_next(&self) -> Option<usize> {
        if let Screen::Entry(entry) = &self.screen {
            return Some(entry.place);
        }
        let count = self.route.as_ref()?.stops.len();
        let back = if self.kept.is_reverse { 1 } else { count.checked_sub(1)? };
        Some((self.list.cursor + back) % count)
    }
}
