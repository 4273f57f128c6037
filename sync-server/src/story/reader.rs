//! The reader (検針員): walks a route by looking at the dials and pressing keys, as a person would.
//!
//! It knows only what the screen says and what the dials show. Its orders: read every meter, look
//! again when the terminal asks, give the reason when a meter cannot be read, print every slip.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use backoffice::demo::{Seen, Sight, Twist};
use shared::metering::{LowFlowIndicator, NoReadReason};

use super::album::Album;
use super::terminal::Terminal;

/// Ordinary connections whose screens are photographed before the reader stops doing so.
const PHOTOGRAPHED: u32 = 3;
/// Odd ones likewise.
const PHOTOGRAPHED_ODD: u32 = 12;

/// What the reader has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Walk {
    /// Meters read.
    pub read: u32,
    /// Meters that could not be read.
    pub no_read: u32,
    /// Numbers that the terminal asked about.
    pub checks: u32,
    /// Times the plug was pulled.
    pub plugs_pulled: u32,
    /// Routes walked to their end.
    pub routes: u32,
}

/// A person with a terminal.
pub struct Reader<'a> {
    /// What is pressed and looked at.
    pub terminal: Terminal,
    /// What the dials show, by connection number.
    pub sights: &'a BTreeMap<String, Sight>,
    /// Where pictures go.
    pub album: &'a Album,
    /// 検針員番号.
    pub login: String,
    /// 暗証番号.
    pub pin: String,
    /// Pull the plug once, at the connection with this count.
    pub pull_plug_at: Option<u32>,
    walk: Walk,
}

impl<'a> Reader<'a> {
    /// Takes the terminal in hand.
    pub fn new(
        terminal: Terminal,
        sights: &'a BTreeMap<String, Sight>,
        album: &'a Album,
        login: (&str, &str),
        pull_plug_at: Option<u32>,
    ) -> Reader<'a> {
        Reader {
            terminal,
            sights,
            album,
            login: login.0.to_owned(),
            pin: login.1.to_owned(),
            pull_plug_at,
            walk: Walk::default(),
        }
    }

    /// The whole working day: fetch, walk, send, until no route is left.
    pub fn work(mut self) -> Result<Walk> {
        self.terminal.photograph(self.album, "switched-on")?;
        while self.send_and_receive()? {
            if self.terminal.caption().screen == "login" {
                self.log_in()?;
            }
            self.walk_route()?;
            self.walk.routes += 1;
        }
        Ok(self.walk)
    }

    /// Sends everything; whether a new route has come.
    fn send_and_receive(&mut self) -> Result<bool> {
        self.terminal.press("F4")?;
        let message = self.terminal.press("Return")?.message.clone().unwrap_or_default();
        self.terminal.photograph(self.album, "sync")?;
        if !message.contains("送受信が終わりました") {
            bail!("the sync failed: {message}");
        }
        self.terminal.press("Escape")?;
        Ok(message.contains("受け取りました"))
    }

    fn log_in(&mut self) -> Result<()> {
        let (login, pin) = (self.login.clone(), self.pin.clone());
        self.terminal.type_digits(&login)?;
        self.terminal.press("Return")?;
        self.terminal.type_digits(&pin)?;
        if self.walk.routes == 0 {
            self.terminal.photograph(self.album, "login")?;
        }
        let caption = self.terminal.press("Return")?;
        if caption.screen != "route" {
            bail!("the log-in failed: {:?}", caption.message);
        }
        self.terminal.photograph(self.album, "route")
    }

    fn walk_route(&mut self) -> Result<()> {
        loop {
            let caption = self.terminal.caption().clone();
            let (done, planned) = caption.progress.context("no route is on board")?;
            match caption.screen.as_str() {
                "route" if done == planned => {
                    return self.terminal.photograph(self.album, "route-done");
                }
                "route" => {
                    self.terminal.press("Return")?;
                }
                "reading" => {
                    let number = caption.connection_number.context("a connection is shown")?;
                    self.stop_at(&number)?;
                }
                other => bail!("lost on the screen {other}: {:?}", caption.message),
            }
        }
    }

    fn stop_at(&mut self, number: &str) -> Result<()> {
        let sight = self.sights.get(number).with_context(|| format!("{number} does not exist"))?;
        let is_odd = sight.twist != Twist::Nothing;
        let takes_pictures = self.walk.read < PHOTOGRAPHED
            || (is_odd && self.walk.checks + self.walk.no_read < PHOTOGRAPHED_ODD);
        match sight.seen {
            Seen::NoRead(reason) => self.give_reason(reason, takes_pictures),
            Seen::Dial { register, low_flow, typed_first } => {
                if low_flow == LowFlowIndicator::TurningWithTapsShut {
                    self.terminal.press("F5")?;
                }
                let first = typed_first.unwrap_or(register.value());
                self.terminal.type_digits(&first.to_string())?;
                if takes_pictures {
                    self.terminal.photograph(self.album, "reading")?;
                }
                if self.pull_plug_at == Some(self.walk.read) {
                    self.pull_plug_at = None;
                    return self.pull_plug(number);
                }
                self.terminal.press("Return")?;
                self.answer_checks(&register.value().to_string(), low_flow, takes_pictures)
            }
        }
    }

    fn give_reason(&mut self, reason: NoReadReason, takes_pictures: bool) -> Result<()> {
        let row = NoReadReason::ALL.iter().position(|known| *known == reason);
        let row = row.context("reasons are listed")? + 1;
        self.terminal.press("F2")?;
        self.terminal.press(&row.to_string())?;
        if takes_pictures {
            self.terminal.photograph(self.album, "no-read")?;
        }
        self.terminal.press("Return")?;
        self.walk.no_read += 1;
        Ok(())
    }

    /// Looks again, answers, and goes on when the slip is out.
    fn answer_checks(
        &mut self,
        dials: &str,
        low_flow: LowFlowIndicator,
        takes_pictures: bool,
    ) -> Result<()> {
        for _ in 0..6 {
            let caption = self.terminal.caption().clone();
            let message = caption.message.unwrap_or_default();
            if caption.screen != "check" {
                return self.take_slip(&message, takes_pictures);
            }
            self.walk.checks += 1;
            if takes_pictures {
                self.terminal.photograph(self.album, "check")?;
            }
            if message.contains("取消でもう一度") {
                self.terminal.press("Escape")?;
                self.terminal.type_digits(dials)?;
                self.terminal.press("Return")?;
            } else if message.contains("もう一度入力") {
                self.terminal.type_digits(dials)?;
                self.terminal.press("Return")?;
            } else if message.contains("パイロットは") {
                let is_turning = low_flow == LowFlowIndicator::TurningWithTapsShut;
                self.terminal.press(if is_turning { "2" } else { "1" })?;
            } else {
                self.terminal.press("Return")?;
            }
        }
        bail!("the terminal asks and asks: {:?}", self.terminal.caption())
    }

    fn take_slip(&mut self, message: &str, takes_pictures: bool) -> Result<()> {
        if !message.contains("保存しました") || message.contains("印刷できません") {
            bail!("the reading was not saved and printed: {message}");
        }
        if takes_pictures {
            self.terminal.photograph(self.album, "saved")?;
        }
        self.walk.read += 1;
        self.terminal.press("Return")?;
        Ok(())
    }

    /// `kill -9` at the moment of 確定: nobody knows whether it was saved, printed, or neither.
    fn pull_plug(&mut self, number: &str) -> Result<()> {
        self.terminal.send_key("Return")?;
        self.terminal.pull_plug_and_restart()?;
        self.walk.plugs_pulled += 1;
        self.terminal.photograph(self.album, "after-power-loss")?;
        self.log_in()?;
        // The list stands where the work goes on.
        let caption = self.terminal.press("Return")?.clone();
        self.terminal.photograph(self.album, "back-at-the-meter")?;
        if caption.connection_number.as_deref() == Some(number) {
            // It was not saved: the walk goes on as if nothing had been typed.
            return Ok(());
        }
        // It was saved. Its slip, the last one, is printed again from wherever one stands.
        let message = self.terminal.press("F3")?.message.clone().unwrap_or_default();
        self.terminal.photograph(self.album, "printed-again")?;
        if !message.contains("印刷しました") {
            bail!("the slip could not be printed again: {message}");
        }
        self.walk.read += 1;
        self.terminal.press("Return")?;
        Ok(())
    }
}
