//! The day that is photographed (撮影の台本): what is pressed, and which picture it makes.

/// Keys, and the picture of where they lead.
pub struct Step {
    pub name: &'static str,
    pub keys: &'static str,
    /// Where they must lead, or the picture is of something else.
    pub screen: &'static str,
    /// Words that must be told there.
    pub words: &'static str,
}

/// A look of the screens and how it is switched on.
pub struct Look {
    pub name: &'static str,
    pub switch: &'static str,
    pub switch_when_logged_in: &'static str,
}

/// Dots across paper of 58 and of 80 mm.
pub const NARROW: u32 = 384;
pub const WIDE: u32 = 576;

const fn step(
    name: &'static str,
    keys: &'static str,
    screen: &'static str,
    words: &'static str,
) -> Step {
    Step { name, keys, screen, words }
}

pub const LOG_IN: Step = step("log-in", "3 4 Return", "route", "");

pub const LOOKS: [Look; 4] = [
    Look { name: "sun", switch: "Tab 1", switch_when_logged_in: "" },
    Look { name: "night", switch: "Tab 2", switch_when_logged_in: "" },
    Look { name: "left", switch: "Tab 3", switch_when_logged_in: "" },
    Look { name: "reverse", switch: "", switch_when_logged_in: "F3 4" },
];

/// The pages that are photographed in every look.
pub const LOOK_PAGES: &[Step] = &[
    step("login", "1 0 1 Return 1 2", "login", ""),
    step("menu", "F3", "menu", ""),
    step("route", "Escape", "route", ""),
    step("search", "1", "search", ""),
    step("search-kana", "Escape F5 2", "search", ""),
    step("names", "Escape F3", "menu", ""),
    step("orders", "Escape Escape F5", "route", ""),
    step("suspensions", "F5", "route", ""),
    step("reading", "Escape Return 1 2 3", "reading", ""),
    step("saved", "8 Return", "reading", "印刷しました"),
    step("check", "Return 1 3 2 0 Return", "check", "多"),
    step("check-indicator", "1 3 2 0 Return", "check", ""),
    step("check-remark", "2", "check", ""),
    step("no-read", "Return Return F2 1", "no_read", ""),
    step("work-menu", "Escape F4", "work", ""),
    step("exchange", "3", "work", ""),
    step("day", "F1 F1 F3 3", "day", ""),
    step("sync", "F1 F4", "sync", ""),
    step("sync-done", "Return", "sync", "送受信が終わりました"),
];

/// Every screen of a day, in the order of the manual.
pub const DAY: &[Step] = &[
    step("login", "1 0 1 Return 1 2", "login", ""),
    step("login-menu", "Tab", "menu", ""),
    step("route", "Escape 3 4 Return", "route", ""),
    step("menu", "F3", "menu", ""),
    step("route-unread", "Escape F1", "route", ""),
    step("search", "F1 F1 F1 F1 1", "search", ""),
    step("search-kana", "Escape F5 2 2 F2", "search", ""),
    step("names", "Escape F3", "menu", ""),
    step("orders", "Escape Escape F5", "route", ""),
    step("suspensions", "F5", "route", ""),
    step("suspension", "Return", "work", ""),
    step("suspension-method", "2", "work", ""),
    step("suspension-look", "1 1 2 0 0 Return 7 7 Return", "work", ""),
    step("suspension-saved", "Return", "route", ""),
    step("suspension-notice", "Return 1", "work", ""),
    step("suspension-notice-saved", "Return", "route", ""),
    step("hazard", "F1 Return", "reading", ""),
    step("reading", "1 2 3", "reading", ""),
    step("saved", "8 Return", "reading", "印刷しました"),
    step("check", "Return 1 3 2 0 Return", "check", "多"),
    step("check-indicator", "1 3 2 0 Return", "check", ""),
    step("check-remark", "2", "check", ""),
    step("saved-leak", "Return", "reading", "印刷しました"),
    step("no-read", "Return F2 1", "no_read", ""),
    step("no-read-saved", "Return", "reading", "検針不能を保存しました"),
    step("no-read-menu", "UpArrow F4", "work", ""),
    step("revisit-printed", "4", "work", "印刷しました"),
    step("backwards", "Escape DownArrow 1 1 0 0 Return", "check", ""),
    step("backwards-reason", "1 1 0 0 Return", "check", ""),
    step("backwards-saved", "5", "reading", "保存しました"),
    step("work-menu", "Return F4", "work", ""),
    step("work-remark", "1", "work", ""),
    step("exchange", "Escape 3", "work", ""),
    step("exchange-number", "1 2 3 0 Return", "work", ""),
    step("exchange-size", "Return", "work", ""),
    step("exchange-reason", "Return Return 0 0 0 2 Return", "work", ""),
    step("exchange-look", "1 Return", "work", ""),
    step("exchange-saved", "Return", "reading", "メーター交換を保存しました"),
    step("exchanged-and-read", "0 0 1 0 Return", "reading", "印刷しました"),
    step("start", "Return F4 4", "work", ""),
    step("start-look", "1 1 2 0 0 Return 1", "work", ""),
    step("start-saved", "Return", "reading", "開栓を保存しました"),
    step("stop", "Return F4 4", "work", ""),
    step("stop-payment", "1 2 2 0 Return", "work", ""),
    step("stop-cash", "2", "work", ""),
    step("stop-look", "1 0 0 0 0 Return 1", "work", ""),
    step("stop-saved", "Return", "reading", "領収書"),
    step("stopped-menu", "F4", "work", ""),
    step("receipt-void", "3 1", "work", ""),
    step("receipt-voided", "Return", "reading", "取り消しました"),
    step("cash", "F4 3", "work", ""),
    step("receipt-again", "Return Return", "reading", "領収書"),
    step("suspended-read", "Return 1 2 0 0 Return", "reading", "保存しました"),
    step("rolled-over", "Return 0 0 2 8 Return", "check", ""),
    step("rolled-over-saved", "0 0 2 8 Return", "reading", "印刷しました"),
    step("note", "Return F4 2", "work", ""),
    step("note-phrase", "5", "work", ""),
    step("note-look", "1 Return", "work", ""),
    step("note-saved", "Return", "reading", "連絡を保存しました"),
    step("estimate-settled", "1 2 7 0 Return", "reading", "印刷しました"),
    step("closed", "Return 1 2 0 3 Return", "check", ""),
    step("closed-remark", "1 2 0 3 Return", "check", ""),
    step("closed-saved", "Return", "reading", "保存しました"),
    step("no-read-again", "Return F2", "no_read", ""),
    step("no-read-estimate", "2 F5", "no_read", ""),
    step("no-read-estimated", "Return", "reading", "検針不能を保存しました"),
    step("estimate-printed", "UpArrow F4 4", "work", "印刷しました"),
    step("paper-end", "Escape DownArrow !paper-ends 1 2 4 0 Return", "reading", "P04"),
    step("reprinted", "!printer-is-well F3", "reading", "印刷しました"),
    step("correction", "F2", "reading", ""),
    step("corrected", "1 2 4 1 Return", "reading", "印刷しました"),
    step("cover-open", "Return !cover-opens 1 2 3 8 Return", "reading", "P05"),
    step("route-done", "!printer-is-well F3 Return", "route", ""),
    step("day", "F3 3", "day", ""),
    step("day-works", "RightArrow", "day", ""),
    step("day-no-reads", "RightArrow", "day", ""),
    step("day-remarks", "RightArrow", "day", ""),
    step("day-findings", "RightArrow", "day", ""),
    step("day-signed", "Return Return", "day", "確認済み"),
    step("sync", "F1 F4", "sync", ""),
    step("sync-done", "Return", "sync", "送受信が終わりました"),
    step(
        "locked",
        "F1 Escape 1 0 1 Return 9 9 9 9 Return 1 0 1 Return 9 9 9 9 Return 1 0 1 Return 9 9 9 9 \
         Return 1 0 1 Return 9 9 9 9 Return 1 0 1 Return 9 9 9 9 Return",
        "login",
        "H11",
    ),
];

/// The pieces of paper of that day, as they come out.
pub const PAPERS: &[&str] = &[
    "suspension-notice",
    "usual",
    "leak",
    "revisit",
    "exchanged",
    "settlement",
    "receipt",
    "receipt-again",
    "suspended",
    "rolled-over",
    "estimate-settled",
    "estimate",
    "torn",
    "torn-rest",
    "reprinted",
    "corrected",
    "after-cover",
];
