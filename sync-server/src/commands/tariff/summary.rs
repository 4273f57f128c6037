//! A right tariff file in a few lines (料金表の要約), to be held against the printed schedule.

use shared::billing::cases::{CaseFault, CaseRater, ExampleOutcome};
use shared::billing::tariff::{Example, TaxBasis, TaxPer};
use shared::billing::{Tariff, TariffFile};
use shared::connection::UsageClass;
use shared::quantity::{Yen, grouped};

/// Where it comes from, and what its schedules hold.
pub(super) fn of_file(name: &str, file: &TariffFile) -> String {
    let read_on = file.read_on.map_or(String::new(), |day| format!("、{day} 確認"));
    let head = format!(
        "{name}: {}\n  記号 {}、{} から（出典 {}{read_on}）\n",
        file.name, file.code, file.valid_from, file.source
    );
    let schedules = file.tariffs.iter().map(|tariff| format!("  {}\n", of_schedule(file, tariff)));
    std::iter::once(head).chain(schedules).collect()
}

fn of_schedule(file: &TariffFile, tariff: &Tariff) -> String {
    let claim = tariff.claim.japanese();
    let whose = tariff.authority.as_ref().map_or(String::new(), |name| format!("（{name}）"));
    let classes: Vec<&str> =
        tariff.use_classes().iter().map(|class| class_name(file, class)).collect();
    let percents: Vec<String> =
        tariff.tax.rates.iter().map(|rate| format!("{}％", rate.percent)).collect();
    let tax = match tariff.tax.basis {
        TaxBasis::Included => "税込",
        TaxBasis::Excluded(TaxPer::Month) => "税抜（月ごとに税を足す）",
        TaxBasis::Excluded(TaxPer::Claim) => "税抜（請求ごとに税を足す）",
        TaxBasis::Excluded(TaxPer::Bill) => "税抜（請求書ごとに税を足す）",
    };
    let mut words = vec![
        format!("{}か月の表", tariff.table_months),
        format!("{tax} {}", percents.join("・")),
        format!("用途 {}", classes.join("・")),
        format!("料金 {}件", tariff.rates().len()),
    ];
    let rules = [
        ("メーター使用料", !tariff.meter_rents().is_empty()),
        ("日割・月割", tariff.proration.is_some()),
        ("連用", tariff.shared.is_some()),
        ("減免", !tariff.reliefs.is_empty()),
        ("井戸水", !tariff.wells.is_empty()),
        ("減量認定", tariff.deduction.is_some()),
        ("経過措置", tariff.transition.is_some()),
    ];
    let rules: Vec<&str> = rules.iter().filter(|(_, is_there)| *is_there).map(|r| r.0).collect();
    if !rules.is_empty() {
        words.push(format!("{}の決まりあり", rules.join("・")));
    }
    format!("{claim}{whose}: {}", words.join("、"))
}

fn class_name<'f>(file: &'f TariffFile, class: &'f UsageClass) -> &'f str {
    let own = file.use_classes.iter().find(|(known, _)| known == class);
    own.map_or(class.japanese(), |(_, name)| name)
}

/// An example, computed; and whether it agrees.
pub(super) fn of_example(
    name: &str,
    file: &TariffFile,
    rater: &CaseRater,
    example: &Example,
) -> (String, bool) {
    let what = format!(
        "口径{}mm・{}・{}か月・{}m³",
        example.size.mm(),
        class_name(file, &example.use_class),
        example.months,
        grouped(i64::from(example.usage.0))
    );
    let outcome = rater.example(example);
    let agrees = outcome.as_ref().is_ok_and(ExampleOutcome::agrees);
    let words = outcome.map_or_else(|fault: CaseFault| fault.japanese(), amounts);
    let line = if agrees {
        format!("  計算例 {what}: {words} 一致（{}）\n", example.source)
    } else {
        format!(
            "{name}: {}行1桁 K89: 計算例と合いません。{what}: {words}。料金表か計算例を確かめてください（{}）。\n",
            example.line, example.source
        )
    };
    (line, agrees)
}

fn amounts(outcome: ExampleOutcome) -> String {
    let pairs =
        [("水道料金", outcome.water), ("下水道使用料", outcome.sewerage), ("合計", outcome.total)];
    let words = pairs.into_iter().filter_map(|(what, pair)| Some(amount(what, pair?)));
    words.collect::<Vec<_>>().join("、")
}

fn amount(what: &str, (published, computed): (Yen, Option<Yen>)) -> String {
    let published_words = published.grouped();
    match computed {
        Some(computed) if computed == published => format!("{what} {published_words}円"),
        Some(computed) => {
            format!("{what} 公表 {published_words}円・計算 {}円", computed.grouped())
        }
        None => format!("{what} 公表 {published_words}円・この料金表にはありません"),
    }
}

/// The last line.
pub(super) fn verdict(examples: usize, wrong: usize) -> String {
    match (examples, wrong) {
        (0, _) => "正しい料金表です。計算例がないので、金額は確かめていません。\n".into(),
        (_, 0) => format!("正しい料金表です。計算例{examples}件がすべて一致しました。\n"),
        _ => format!("計算例{examples}件のうち{wrong}件が合いません。\n"),
    }
}
