//! A tariff's rules as sentences (料金表の決まりの文章): what a clerk holds against the ordinance.

use jiff::civil::Date;
use shared::billing::Tariff;
use shared::billing::tariff::{
    DayCount, Proration, ProrationMonths, ProrationStep, Ratio, Relief, ReliefBasis, ReliefTaken,
    Remainder, RoundPer, Rounding, ServiceShare, SharedService, SharedTap, TaxBasis, TaxPer,
    TaxRate, Transition, VolumeShare, VolumeSplit,
};
use shared::billing::volume::{DeductionRule, WellRule};
use shared::calendar::japanese_date;
use shared::quantity::{FINE_PER_YEN, FineYen, RoundingMode, grouped};

/// `1,518`, `148.5`: as printed, without the word.
pub(super) fn price(price: FineYen) -> String {
    let decimals = format!("{:04}", price.0.unsigned_abs() % FINE_PER_YEN.unsigned_abs());
    let decimals = decimals.trim_end_matches('0');
    let whole = grouped(price.0 / FINE_PER_YEN);
    if decimals.is_empty() { whole } else { format!("{whole}.{decimals}") }
}

fn ratio(ratio: Ratio) -> String {
    match ratio {
        Ratio { numerator, denominator: 1 } => numerator.to_string(),
        Ratio { numerator, denominator } if 1_000 % denominator == 0 => {
            let thousandths = numerator * (1_000 / denominator);
            let decimals = format!("{:03}", thousandths % 1_000);
            format!("{}.{}", thousandths / 1_000, decimals.trim_end_matches('0'))
        }
        Ratio { numerator, denominator } => format!("{denominator}分の{numerator}"),
    }
}

pub(super) fn mode(mode: RoundingMode) -> &'static str {
    match mode {
        RoundingMode::Floor => "切捨て",
        RoundingMode::HalfUp => "四捨五入",
        RoundingMode::Ceiling => "切上げ",
    }
}

/// A group of sentences with its heading.
pub(super) struct Rule {
    pub title: &'static str,
    pub sentences: Vec<String>,
}

/// Every rule beside the prices, in the order of the calculation.
pub(super) fn rules(tariff: &Tariff) -> Vec<Rule> {
    let mut rules = vec![
        Rule { title: "消費税", sentences: tax(tariff) },
        Rule { title: "水量の分け方", sentences: vec![split(tariff)] },
        Rule { title: "適用と経過措置", sentences: validity(tariff) },
    ];
    if let Some(proration) = &tariff.proration {
        rules
            .push(Rule { title: "日割・月割", sentences: proration_words(proration, tariff) });
    }
    if let Some(shared) = tariff.shared {
        rules.push(Rule { title: "連用・共同住宅", sentences: shared_words(shared) });
    }
    if !tariff.wells.is_empty() {
        let sentences = tariff.wells.iter().flat_map(|well| well_words(well, tariff)).collect();
        rules.push(Rule { title: "井戸水の認定", sentences });
    }
    if let Some(deduction) = &tariff.deduction {
        rules.push(Rule { title: "減量認定", sentences: vec![deduction_words(*deduction)] });
    }
    rules
}

/// Stage, how, and article of each rounding.
pub(super) fn roundings(tariff: &Tariff) -> Vec<(&'static str, String, String)> {
    let all = &tariff.roundings;
    let is_excluded = matches!(tariff.tax.basis, TaxBasis::Excluded(_));
    let stages = [
        ("1行ごと", &all.line),
        (
            if is_excluded {
                "表の期間ごとの合計（税を加える前）"
            } else {
                "表の期間ごとの合計"
            },
            &all.month,
        ),
        ("表の期間ごとの合計（税を加えた後）", &all.month_taxed),
        (if is_excluded { "請求の合計（税を加える前）" } else { "請求の合計" }, &all.claim),
        ("請求の合計（税を加えた後）", &all.claim_taxed),
    ];
    let mut rows: Vec<_> = stages
        .into_iter()
        .filter_map(|(stage, rounding)| Some((stage, rounding.as_ref()?)))
        .map(|(stage, rounding)| (stage, how(rounding), rounding.article.clone()))
        .collect();
    let prorated = tariff.proration.iter().flat_map(|proration| {
        [
            ("日割した基本料金", &proration.service_rounding),
            ("日割した合計（税を加える前）", &proration.rounding),
        ]
    });
    rows.extend(prorated.filter_map(|(stage, rounding)| {
        rounding.as_ref().map(|one| (stage, how(one), one.article.clone()))
    }));
    rows
}

fn how(rounding: &Rounding) -> String {
    format!("{}円未満{}", rounding.step_yen, mode(rounding.mode))
}

fn tax(tariff: &Tariff) -> Vec<String> {
    let basis = match tariff.tax.basis {
        TaxBasis::Included => "表の金額は消費税を含みます（税込）。",
        TaxBasis::Excluded(TaxPer::Month) => {
            "表の金額は消費税を含みません（税抜）。表の期間ごとに消費税を加えます。"
        }
        TaxBasis::Excluded(TaxPer::Claim) => {
            "表の金額は消費税を含みません（税抜）。請求の合計に消費税を加えます。"
        }
        TaxBasis::Excluded(TaxPer::Bill) => {
            "表の金額は消費税を含みません（税抜）。請求書の合計（水道と下水道）に消費税を加えます。"
        }
    };
    let mut sentences = vec![basis.to_owned()];
    let apart: Vec<&str> = [
        ("基本料金", tariff.apart.service),
        ("従量料金", tariff.apart.volume),
        ("メーター使用料", tariff.apart.rent),
    ]
    .into_iter()
    .filter_map(|(name, is_apart)| is_apart.then_some(name))
    .collect();
    if !apart.is_empty() {
        sentences.push(format!("{}は、消費税と端数をほかと別に計算します。", apart.join("・")));
    }
    sentences.extend(tariff.tax.rates.iter().map(tax_rate));
    sentences.push(format!("金額に含まれる消費税は、1円未満{}とします。", mode(tariff.tax.mode)));
    sentences
}

fn tax_rate(rate: &TaxRate) -> String {
    let Some(from) = rate.from else { return format!("税率は{}％です。", rate.percent) };
    let mut words = format!("{}から、税率は{}％です。", japanese_date(from), rate.percent);
    if let Some(transition) = rate.transition {
        words.push_str(&transition_words(transition, from));
    }
    words
}

fn split(tariff: &Tariff) -> String {
    let months = tariff.table_months;
    if months > 1 {
        return format!("{months}か月分の表です。水量は分けずに計算します。");
    }
    let rest = match tariff.split {
        VolumeSplit::First => "2か月分の水量は2等分し、割り切れない1m³は前の月に入れます。",
        VolumeSplit::Last => "2か月分の水量は2等分し、割り切れない1m³は後の月に入れます。",
        VolumeSplit::Half => "2か月分の水量は分けず、基本料金と段階の上限を2倍にして計算します。",
    };
    format!("1か月分の表です。{rest}")
}

fn validity(tariff: &Tariff) -> Vec<String> {
    let from = tariff.valid_from;
    let mut sentences = vec![format!(
        "{}から適用します。この日以後に使用を始めた人には、初めからこの表を使います。",
        japanese_date(from)
    )];
    sentences.push(match tariff.transition {
        Some(transition) => transition_words(transition, from),
        None => "前から使用している人の経過措置はありません。適用日をまたぐ期間は計算できません。"
            .into(),
    });
    sentences
}

fn transition_words(transition: Transition, from: Date) -> String {
    let from = japanese_date(from);
    match transition {
        Transition::ReadingDay => {
            format!("前から使用している人には、{from}以後の検針の分から適用します。")
        }
        Transition::WholeCycle => {
            format!("前から使用している人には、期間の初日が{from}以後の検針の分から適用します。")
        }
        Transition::FirstReadingFrom(day) => format!(
            "前から使用している人には、{}以後の検針の分から適用します。",
            japanese_date(day)
        ),
        Transition::Days => {
            format!("{from}をまたぐ期間は、水量を日数で前後に分け、それぞれの表で計算します。")
        }
    }
}

fn proration_words(proration: &Proration, tariff: &Tariff) -> Vec<String> {
    let counted = match proration.count {
        DayCount::Start => "初日を数え、最終日は数えません",
        DayCount::Both => "初日も最終日も数えます",
    };
    let mut sentences = vec![format!(
        "1か月あたり{}日に満たない期間を、日割・月割で計算します。日数は{counted}。",
        proration.whole_from_days
    )];
    sentences.push(match &proration.months {
        ProrationMonths::PerDay(days) => format!("月数は、日数÷{days}です。"),
        ProrationMonths::Steps(steps) => {
            let steps: Vec<String> = steps.iter().map(step_words).collect();
            format!("月数は、{}とします。", steps.join("、"))
        }
    });
    if !proration.sizes.is_empty() || !proration.use_classes.is_empty() {
        let sizes = super::schedule::sizes(&proration.sizes);
        let classes: Vec<String> =
            proration.use_classes.iter().map(|class| tariff.class_name(*class)).collect();
        let classes = if classes.is_empty() { "全用途".into() } else { classes.join("・") };
        sentences.push(format!("{classes}の{sizes}だけに使い、ほかは全期間として計算します。"));
    }
    let shares = |name: &str, share| match share {
        ServiceShare::Share => format!("{name}は、月数に応じて割ります。"),
        ServiceShare::Whole => format!("{name}は、割りません。"),
    };
    sentences.push(shares("基本料金", proration.service));
    if !tariff.meter_rents().is_empty() {
        sentences.push(shares("メーター使用料", proration.rent));
    }
    let fraction = mode(proration.volume_mode);
    sentences.push(match proration.volume {
        VolumeShare::Share => {
            format!("段階の上限と基本水量は、月数に応じて割り、1m³未満{fraction}とします。")
        }
        VolumeShare::Included => {
            format!("基本水量は、月数に応じて割り、1m³未満{fraction}とします。段階の上限は割りません。")
        }
        VolumeShare::Whole => "段階の上限は、割りません。".into(),
        VolumeShare::Convert => format!(
            "水量を1か月分（1か月を超えるときは2か月分）に換算し（1m³未満{fraction}）、その額を日割にします。"
        ),
    });
    if let Some(minimum) = proration.minimum {
        sentences
            .push(format!("日割・月割の額は、{}円（税込）を下回りません。", minimum.grouped()));
    }
    sentences
}

/// 15日まで（5m³まで）は0.5か月.
fn step_words(step: &ProrationStep) -> String {
    let included = step.to_included.map(|share| format!("基本水量の{}倍まで", ratio(share)));
    let volume = step.to_m3.map(|volume| format!("{}m³まで", volume.0)).or(included);
    let days = step.to_days.map(|days| format!("{days}日まで"));
    let to = match (days, volume) {
        (Some(days), Some(volume)) => format!("{days}で{volume}"),
        (Some(bound), None) | (None, Some(bound)) => bound,
        (None, None) => "それ以外".to_owned(),
    };
    format!("{to}は{}か月", ratio(step.months))
}

fn shared_words(shared: SharedTap) -> Vec<String> {
    let size = match shared.size {
        Some(size) => format!("各戸の口径は{}mmとみなします。", size.mm()),
        None => "各戸の口径はメーターの口径とします。".to_owned(),
    };
    let remainder = match shared.remainder {
        Remainder::Spread => "割り切れない水量は、1m³ずつ各戸に入れます。",
        Remainder::First => "割り切れない水量は、1戸にまとめて入れます。",
        Remainder::Carry => "割り切れない水量は、次回に繰り越します。",
        Remainder::Exact => "1戸の水量は端数のままとします（表の水量を戸数倍にするのと同じです）。",
    };
    let service = match shared.service {
        SharedService::Dwelling => "基本料金とメーター使用料は、1戸ごとにとります。",
        SharedService::Meter => "基本料金とメーター使用料は、メーターの口径の分を1つだけとります。",
    };
    let round_per = match shared.round_per {
        RoundPer::Claim => "端数処理は、全戸の合計に対して行います。",
        RoundPer::Dwelling => "端数処理は、1戸ごとに行います。",
    };
    vec![
        format!("水量を戸数で等分し、1戸ごとに計算します。{size}"),
        remainder.into(),
        service.into(),
        round_per.into(),
    ]
}

fn well_words(well: &WellRule, tariff: &Tariff) -> Vec<String> {
    let months = well.months;
    let table = |volumes: &[u32], more: u32| {
        let mut words: Vec<String> = volumes
            .iter()
            .zip(1_u32..)
            .map(|(volume, people)| format!("{people}人 {volume}m³"))
            .collect();
        let each = if words.is_empty() { "1人につき" } else { "以降1人増すごとに" };
        words.push(format!("{each} {more}m³"));
        words.join("、")
    };
    let mut sentences = vec![
        format!(
            "井戸水だけのとき（{months}か月）: {}。",
            table(&well.alone_m3, well.alone_more_m3)
        ),
        format!(
            "水道水と併用のとき、水道の水量に加える水量（{months}か月）: {}。",
            table(&well.with_tap_m3, well.with_tap_more_m3)
        ),
    ];
    if !well.use_classes.is_empty() {
        let classes: Vec<String> =
            well.use_classes.iter().map(|class| tariff.class_name(*class)).collect();
        sentences.insert(0, format!("{}に使う決まりは、次のとおりです。", classes.join("・")));
    }
    if well.at_least_alone {
        sentences.push("併用のときの汚水量は、井戸水だけのときの水量を下回りません。".into());
    }
    sentences
}

fn deduction_words(rule: DeductionRule) -> String {
    format!(
        "下水道に流れない水量が、水量の{}％以上、かつ2か月で{}m³以上のとき、差し引きます（1か月ではその半分）。",
        rule.from_percent, rule.from_m3
    )
}

/// A relief in one sentence.
pub(super) fn relief(relief: &Relief) -> String {
    let basis = match relief.basis {
        ReliefBasis::Service => "基本料金",
        ReliefBasis::Volume => "従量料金",
        ReliefBasis::Rent => "メーター使用料",
        ReliefBasis::All => "全体",
    };
    let taken = match relief.taken {
        ReliefTaken::Percent(percent) => format!("{basis}の{percent}％を引きます"),
        ReliefTaken::Amount(amount) => format!("{basis}から{}円を引きます", price(amount)),
        ReliefTaken::FreeVolume(volume) => format!("最初の{}m³を無料にします", volume.0),
    };
    let cap = relief.cap.map(|cap| format!("（表の期間ごとに{}円まで）", price(cap)));
    format!("{taken}{}。", cap.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_written_as_in_the_schedule() {
        assert_eq!(price(FineYen(1_485_000)), "148.5");
        assert_eq!(price(FineYen(15_180_000)), "1,518");
        assert_eq!(price(FineYen(12_345_000_001)), "1,234,500.0001");
        assert_eq!(ratio(Ratio { numerator: 1, denominator: 2 }), "0.5");
        assert_eq!(ratio(Ratio { numerator: 7, denominator: 30 }), "30分の7");
    }
}
