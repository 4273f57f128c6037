//! `minamo story` (通し実行): plays the main job without a person, from the route to the bill.
//!
//! A fresh server, a town, a round, two real terminals driven by real keys, one of them killed in
//! the middle; then close, assess, post, bill. It ends well only if every invariant holds.

mod album;
mod invariants;
mod papers;
mod reader;
mod terminal;
mod town;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use backoffice::billing::{BillingOrder, CancelFlag, RunSummary, run_billing};
use backoffice::demo::{DEMO_PIN, Sight, TownOptions};
use backoffice::devices::quarantined;
use backoffice::metering::{Count, close_round, round_progress};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use shared::ids::{DeviceId, RoundId};
use shared::quantity::Yen;
use tokio::sync::oneshot;

use crate::commands::devices::{Terminal as Enrolled, enrol_terminal};
use crate::office::{DataArguments, Office};
use crate::outside::Outside;
use crate::refusal::Refusal;
use crate::serve::{ServeArguments, Server};
use album::Album;
use invariants::Checks;
use papers::Chapter;
use reader::{Reader, Walk};
use terminal::{PaperPrinter, Programs, Terminal, TerminalSetup};

/// The day on which the invented town lives, so that a story can be told again.
const DEMO_DAY: Date = date(2026, 11, 24);

/// The two terminals and the width of their paper.
const TERMINALS: [(&str, u32); 2] = [("H01", 384), ("H02", 576)];

/// What `minamo story` takes.
#[derive(Debug, Clone, clap::Args)]
pub struct StoryArguments {
    /// 画面・票・請求書などを書き出すフォルダー
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// 架空の町の世帯数（50～300000）
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=300_000))]
    households: u32,
    /// 乱数の種
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// 架空の町の代わりに使うフォルダー: 料金表（*.toml）と水栓一覧（*.csv）、または minamo import で
    /// 取り込んだデータフォルダー（複写して使い、元は変えません）
    #[arg(long, value_name = "DIR", conflicts_with = "households")]
    from: Option<PathBuf>,
    /// 業務日付
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
}

/// Plays the story; an error when it broke off or an invariant does not hold.
pub async fn run(arguments: StoryArguments, outside: &Outside) -> Result<(), Refusal> {
    match play(&arguments, outside).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Refusal::new(
            "R21",
            format!(
                "成り立っていなければならないことが成り立っていません。{} を確かめてください。",
                arguments.out.join("story.md").display()
            ),
        )),
        Err(error) => Err(Refusal::new("R20", format!("通し実行が途中で止まりました: {error:#}"))),
    }
}

/// The story so far.
struct Story<'a> {
    out: &'a Path,
    outside: &'a Outside,
    today: Date,
    chapters: Vec<Chapter>,
    begun: jiff::Timestamp,
}

impl Story<'_> {
    /// Ends a chapter: tells it on the terminal and keeps it for the report.
    fn chapter(&mut self, title: &'static str, outcome: String) {
        let now = (self.outside.now)();
        let took_ms = now.duration_since(self.begun).as_millis().unsigned_abs();
        println!("{:>2}. {title}: {outcome}", self.chapters.len() + 1);
        self.chapters.push(Chapter { title, outcome, took_ms });
        self.begun = now;
    }
}

async fn play(arguments: &StoryArguments, outside: &Outside) -> Result<bool> {
    let programs = Programs::beside(&outside.programs)?;
    prepare_out(&arguments.out)?;
    let folder = tempfile::Builder::new()
        .prefix("minamo-story-")
        .permissions(std::fs::Permissions::from_mode(0o711))
        .tempdir()?;
    let data = folder.path().join("data");
    let default_day = if arguments.from.is_some() { outside.today(None) } else { DEMO_DAY };
    let today = arguments.date.unwrap_or(default_day);
    let begun = (outside.now)();
    let mut story = Story { out: &arguments.out, outside, today, chapters: Vec::new(), begun };

    if let Some(from) = &arguments.from {
        copy_data_folder(from, &data)?;
    }
    let server = Server::prepare(serve_arguments(&data, today), outside)
        .await
        .map_err(|refusal| anyhow::anyhow!("{refusal}"))?;
    story.chapter("サーバーを起動する", format!("https://{}", server.address()));
    let office = server.office().beside();
    let (stop, stopped) = oneshot::channel::<()>();
    let address = format!("https://{}", server.address());
    let serving = tokio::spawn(server.answer(async {
        // Dropped or sent, both mean that the story is over.
        let _ = stopped.await;
    }));
    let ended = main_job(&mut story, arguments, &office, &programs, &address, &data).await;
    drop(stop);
    office.close().await;
    serving.await?.map_err(|refusal| anyhow::anyhow!("{refusal}"))?;
    ended
}

async fn main_job(
    story: &mut Story<'_>,
    arguments: &StoryArguments,
    office: &Office,
    programs: &Programs,
    address: &str,
    data: &Path,
) -> Result<bool> {
    let (round, devices, sights, login) = set_up(story, arguments, office, address, data).await?;
    let routes = town::share_out(office, round, &devices.each_ref().map(|d| d.0)).await?;
    story.chapter("順路を端末に割り当てる", format!("{routes}本を2台に"));

    let album = Album::open(&story.out.join("screens"))?;
    let (walks, printers) = walk(story, programs, devices, &sights, &album, &login)?;
    let done = summed(&walks);
    story.chapter(
        "検針して回り、票を印刷し、送る",
        format!(
            "検針{}件、検針不能{}件、確認{}回、電源断{}回、画面の写真{}枚",
            done.read,
            done.no_read,
            done.checks,
            done.plugs_pulled,
            album.count()
        ),
    );
    let (slips, torn) = papers::slips(&printers, &story.out.join("slips"))?;
    let count = total(&round_progress(&office.backoffice, round).await?);
    let mut checks = Checks::default();
    check_round(&mut checks, done, count, sights.len());
    checks.none(
        "隔離された端末の記録がない",
        &quarantined(&office.backoffice)
            .await?
            .iter()
            .map(|e| format!("{e:?}"))
            .collect::<Vec<_>>(),
    );
    close_round(&office.backoffice, round, story.today).await.context("the round stays open")?;
    story.chapter("検針期を締める", format!("予定{}件をすべて確認", count.planned));

    let assessed_on = story.today.saturating_add(1.day());
    let order = BillingOrder { round, assessed_on, due_on: assessed_on.saturating_add(20.days()) };
    let summary =
        run_billing(&office.backoffice, &order, &mut |_| {}, &CancelFlag::default()).await?;
    let told = format!("請求{}件、{}円", summary.bills, summary.amount.grouped());
    story.chapter("調定して請求する", told);
    check_papers(story, &mut checks, office, round, &summary, slips).await?;
    story.chapter("書類を書き出す", format!("お知らせ票{slips}枚（切れた票{torn}枚）"));
    let head = format!("業務日付 {}、乱数の種 {}。", story.today, arguments.seed);
    let text = papers::tell(story.out, &head, &story.chapters, checks.all())?;
    println!("\n{text}");
    Ok(checks.hold())
}

type Setting = (RoundId, [(DeviceId, TerminalSetup); 2], BTreeMap<String, Sight>, String);

/// Town, round and terminals.
async fn set_up(
    story: &mut Story<'_>,
    arguments: &StoryArguments,
    office: &Office,
    address: &str,
    data: &Path,
) -> Result<Setting> {
    let mut sights = BTreeMap::new();
    if let Some(folder) = &arguments.from {
        if !folder.join("postgres").is_dir() {
            town::take_in(office, folder, story.today, story.outside).await?;
        }
    } else {
        let options = TownOptions {
            households: arguments.households,
            seed: arguments.seed,
            today: story.today,
        };
        sights = town::invent(office, options, story.outside).await?;
    }
    let login = town::a_reader(office, story.outside).await?;
    let round = town::open(office, story.today).await?;
    let mut devices = Vec::new();
    for (code, dots) in TERMINALS {
        devices.push(enrol(story, office, address, data, code, dots).await?);
    }
    let devices: [(DeviceId, TerminalSetup); 2] =
        devices.try_into().ok().context("two terminals were enrolled")?;
    if arguments.from.is_some() {
        sights = town::imagine(office, round, devices[0].0, story.today, arguments.seed).await?;
    }
    story.chapter("町と検針期を用意する", format!("水栓{}件", sights.len()));
    Ok((round, devices, sights, login))
}

async fn enrol(
    story: &Story<'_>,
    office: &Office,
    address: &str,
    data: &Path,
    code: &str,
    dots: u32,
) -> Result<(DeviceId, TerminalSetup)> {
    let folder = data.join("story").join(code);
    std::fs::create_dir_all(&folder)?;
    let enrolment = folder.join("enrolment");
    let terminal = Enrolled { code, server: address };
    let device = enrol_terminal(office, &terminal, data, &enrolment, story.outside)
        .await
        .map_err(|refusal| anyhow::anyhow!("{refusal}"))?;
    let setup = TerminalSetup {
        code: code.to_owned(),
        data: folder.join("data"),
        enrolment,
        printer: PathBuf::new(),
        dots,
        date: story.today.to_string(),
    };
    Ok((device, setup))
}

type Walked = (Vec<Walk>, Vec<(String, PathBuf)>);

/// Both readers at once, each on a thread of its own.
fn walk(
    story: &Story<'_>,
    programs: &Programs,
    devices: [(DeviceId, TerminalSetup); 2],
    sights: &BTreeMap<String, Sight>,
    album: &Album,
    login: &str,
) -> Result<Walked> {
    let half = u32::try_from(sights.len() / 4).unwrap_or(u32::MAX);
    let out = story.out.join("slips");
    tokio::task::block_in_place(|| {
        std::thread::scope(|scope| {
            let mut threads = Vec::new();
            for (index, (_, mut setup)) in devices.into_iter().enumerate() {
                let paper = out.join(&setup.code);
                // The first terminal loses its power in the middle of its walk.
                let pull_plug_at = (index == 0).then_some(half);
                threads.push(scope.spawn(move || {
                    let printer = PaperPrinter::start(programs, &paper, setup.dots)?;
                    printer.line().clone_into(&mut setup.printer);
                    let code = setup.code.clone();
                    let terminal = Terminal::switch_on(programs, setup)?;
                    let reader =
                        Reader::new(terminal, sights, album, (login, DEMO_PIN), pull_plug_at);
                    let walk = reader.work().with_context(|| code.clone())?;
                    drop(printer);
                    anyhow::Ok((walk, (code, paper)))
                }));
            }
            let walked: Result<Vec<_>> = threads
                .into_iter()
                .map(|thread| thread.join().map_err(|_| anyhow::anyhow!("a reader fell over"))?)
                .collect();
            Ok(walked?.into_iter().unzip())
        })
    })
}

fn check_round(checks: &mut Checks, done: Walk, count: Count, seen: usize) {
    checks.some("検針した水栓がある", done.read.into());
    checks.equal("予定の水栓＝町の水栓", &u64::from(count.planned), &(seen as u64));
    checks.equal("端末の検針＝サーバーの検針", &done.read, &count.read);
    checks.equal("端末の検針不能＝サーバーの検針不能", &done.no_read, &count.no_read);
    checks.equal(
        "予定＝検針＋検針不能＋取下げ",
        &count.planned,
        &(count.read + count.no_read + count.withdrawn),
    );
    checks.equal("電源断は1回", &done.plugs_pulled, &1);
}

async fn check_papers(
    story: &Story<'_>,
    checks: &mut Checks,
    office: &Office,
    round: RoundId,
    summary: &RunSummary,
    slips: u64,
) -> Result<()> {
    let rows = papers::assessments(&office.backoffice, round, story.out).await?;
    checks.some("調定がある", rows.len() as u64);
    let differing: Vec<String> = rows
        .iter()
        .filter(|row| row.slip_amount != Some(row.amount))
        .map(|row| format!("{} {}", row.connection_number, row.claim.key()))
        .collect();
    checks.none("お知らせ票の金額＝調定額（1件ずつ）", &differing);
    let billed: BTreeSet<&str> = rows.iter().map(|row| row.connection_number.as_str()).collect();
    // The one whose power was cut may have a slip more.
    checks.equal(
        "請求した水栓の数だけ票が出た",
        &(slips.clamp(billed.len() as u64, billed.len() as u64 + 1)),
        &slips,
    );
    let unbilled: Vec<String> =
        summary.unbilled.iter().map(|connection| format!("{connection:?}")).collect();
    checks.none("請求できない検針がない", &unbilled);

    let postings = papers::ledger(&office.backoffice, story.out).await?;
    let mut sums: BTreeMap<i64, (Yen, Yen)> = BTreeMap::new();
    for posting in &postings {
        let sum = sums.entry(posting.transaction.0).or_default();
        *sum = (sum.0 + posting.debit, sum.1 + posting.credit);
    }
    let unbalanced: Vec<String> = sums
        .iter()
        .filter(|(_, (debit, credit))| debit != credit)
        .map(|(transaction, _)| transaction.to_string())
        .collect();
    checks.some("仕訳がある", sums.len() as u64);
    checks.none("どの仕訳も借方＝貸方", &unbalanced);
    let debit: Yen = sums.values().map(|sum| sum.0).sum();
    let credit: Yen = sums.values().map(|sum| sum.1).sum();
    checks.equal("仕訳の借方合計＝貸方合計（円）", &debit.0, &credit.0);

    let bills =
        papers::bills(&office.backoffice, round, summary.bills, &story.out.join("bills")).await?;
    let assessed: Yen = rows.iter().map(|row| row.amount).sum();
    let billed_yen: Yen = bills.iter().map(|bill| bill.amount).sum();
    checks.equal("請求の件数", &(bills.len() as u64), &summary.bills);
    checks.equal("請求額の合計＝調定額の合計（円）", &billed_yen.0, &assessed.0);
    checks.equal("調定額の合計＝仕訳の借方合計（円）", &assessed.0, &debit.0);
    Ok(())
}

fn summed(walks: &[Walk]) -> Walk {
    walks.iter().fold(Walk::default(), |sum, walk| Walk {
        read: sum.read + walk.read,
        no_read: sum.no_read + walk.no_read,
        checks: sum.checks + walk.checks,
        plugs_pulled: sum.plugs_pulled + walk.plugs_pulled,
        routes: sum.routes + walk.routes,
    })
}

fn total(routes: &[backoffice::metering::RouteProgress]) -> Count {
    routes.iter().fold(Count::default(), |sum, route| Count {
        planned: sum.planned + route.count.planned,
        read: sum.read + route.count.read,
        no_read: sum.no_read + route.count.no_read,
        withdrawn: sum.withdrawn + route.count.withdrawn,
    })
}

/// Clears away what an earlier story left in the folder, and nothing else.
fn prepare_out(out: &Path) -> Result<()> {
    std::fs::create_dir_all(out).with_context(|| format!("{} を作れません", out.display()))?;
    for folder in ["screens", "slips", "bills"] {
        let path = out.join(folder);
        if path.exists() {
            std::fs::remove_dir_all(&path)?;
        }
        std::fs::create_dir(&path)?;
    }
    Ok(())
}

/// Copies an imported data folder, so that the story leaves the original as it was.
fn copy_data_folder(from: &Path, data: &Path) -> Result<()> {
    if !from.join("postgres").is_dir() {
        return Ok(());
    }
    let copied = std::process::Command::new("cp").arg("-a").arg(from).arg(data).status()?;
    anyhow::ensure!(copied.success(), "{} を複写できません", from.display());
    Ok(())
}

fn serve_arguments(data: &Path, today: Date) -> ServeArguments {
    ServeArguments {
        data: DataArguments { data: data.to_owned(), database_url: None },
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        names: Vec::new(),
        date: Some(today),
    }
}
