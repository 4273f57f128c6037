//! People and firms (使用者): invented names with their readings, and how they pay.

use shared::connection::PaymentMethod;

use super::dice::Dice;
use super::names::{self, Word};
use super::numbers;
use super::premises::Premises;

/// An invented user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventedCustomer {
    /// お客様番号.
    pub number: String,
    /// As written.
    pub name: String,
    /// As spoken.
    pub kana: String,
    /// Of a kind that nobody has.
    pub telephone: String,
}

/// Kofu's shares: 526,294 by debit, 72,944 by card and 160,251 by paper bill in a year.
pub(super) fn payment_method(dice: &mut Dice) -> PaymentMethod {
    dice.weighted(&[
        (69, PaymentMethod::DirectDebit),
        (10, PaymentMethod::CreditCard),
        (21, PaymentMethod::PaperBill),
    ])
}

/// Somebody who may use the water of these premises.
pub(super) fn customer(premises: Premises, index: usize, dice: &mut Dice) -> InventedCustomer {
    let (name, kana) = match premises {
        Premises::House => person(dice),
        Premises::Room if dice.chance(94, 100) => person(dice),
        Premises::Room | Premises::Office => firm(names::OFFICES, dice),
        Premises::Shop if dice.chance(1, 3) => family_shop(dice),
        Premises::Shop => firm(names::SHOPS, dice),
        Premises::MasterMeter | Premises::WholeBuilding => {
            institution(dice, ("ビル管理組合", "ビルカンリクミアイ"))
        }
        Premises::Works => firm(names::WORKS, dice),
        Premises::School => {
            let (word, kana) = dice.pick(names::PROPER);
            (format!("水面市立{word}小学校"), format!("ミナモシリツ {kana} ショウガッコウ"))
        }
        Premises::Hospital => institution(dice, ("記念病院", "キネンビョウイン")),
        Premises::Hotel => institution(dice, ("温泉旅館", "オンセンリョカン")),
        Premises::Bathhouse => institution(dice, ("湯", "ユ")),
        Premises::BuildingSite => firm(&names::OFFICES[..1], dice),
    };
    let telephone =
        if premises.is_home() { numbers::telephone(dice) } else { numbers::desk_telephone(dice) };
    InventedCustomer { number: numbers::customer_number(index), name, kana, telephone }
}

/// The name of somebody who works for the utility.
pub(super) fn staff_name(dice: &mut Dice) -> String {
    person(dice).0
}

fn person(dice: &mut Dice) -> (String, String) {
    let (family, family_kana) = dice.pick_early(names::FAMILY);
    let given = if dice.chance(64, 100) { names::GIVEN_MALE } else { names::GIVEN_FEMALE };
    let (given, given_kana) = dice.pick(given);
    (format!("{family} {given}"), format!("{family_kana} {given_kana}"))
}

fn family_shop(dice: &mut Dice) -> (String, String) {
    let (family, family_kana) = dice.pick_early(names::FAMILY);
    let (trade, trade_kana) = dice.pick(names::SHOPS);
    (format!("{family}{trade}"), format!("{family_kana} {trade_kana}"))
}

fn firm(trades: &[Word], dice: &mut Dice) -> (String, String) {
    let (form, form_kana) = dice.pick_early(names::LEGAL_FORMS);
    let (word, word_kana) = dice.pick(names::PROPER);
    let (trade, trade_kana) = dice.pick(trades);
    (format!("{form}{word}{trade}"), format!("{form_kana} {word_kana}{trade_kana}"))
}

fn institution(dice: &mut Dice, (what, what_kana): Word) -> (String, String) {
    let (word, word_kana) = dice.pick(names::PROPER);
    (format!("{word}{what}"), format!("{word_kana}{what_kana}"))
}

/// Where a meter lies.
pub(super) fn meter_position(premises: Premises, dice: &mut Dice) -> &'static str {
    match premises {
        Premises::Room => dice.pick(&["パイプスペース内", "階段下", "玄関横の扉内"]),
        Premises::House | Premises::Shop | Premises::Office => dice.pick(&[
            "玄関右",
            "玄関左",
            "門の内側右",
            "門の内側左",
            "駐車場",
            "裏口左",
            "庭の植込み",
            "犬走り",
            "勝手口の前",
            "道路ぎわ",
        ]),
        _ => dice.pick(&["受水槽の横", "正門右", "通用口の横", "敷地北東の角"]),
    }
}

/// What the reader should know; mostly nothing.
pub(super) fn caution(premises: Premises, dice: &mut Dice) -> &'static str {
    if !dice.chance(6, 100) {
        return "";
    }
    match premises {
        Premises::House => dice.pick(&[
            "犬に注意",
            "呼び鈴を押してから",
            "門扉の鍵は左側",
            "ふたが重い",
            "植木鉢の下",
            "車の下になることあり",
            "蜂に注意",
        ]),
        Premises::Room => dice.pick(&["オートロック（管理人室へ）", "扉が固い"]),
        _ => dice.pick(&["受付で声をかける", "定休日は施錠", "ふたが重い"]),
    }
}
