//! A clerk tries a draft tariff on last year's assessments and takes the result to the council.

use backoffice::Backoffice;
use backoffice::billing::bench::revised_draft;
use backoffice::billing::{BillingOrder, CancelFlag, run_billing};
use shared::ids::RoundId;
use sync_server::office::{DataArguments, Office};
use tests::browser::Browser;
use tests::server::Server;

use super::office::log_in;
use super::{TODAY, travel};

/// Earlier periods of the demo town, which are history without a round: each gets its round.
const EARLIER_ROUNDS: i32 = 8;

const PAST_ROUND: &str = "
    with newest as (
        select utility_id, billing_month from metering.reading_round
        where closed_on is not null order by billing_month desc limit 1
    ), made as (
        insert into metering.reading_round
            (utility_id, billing_month, months, opened_on, closed_on)
        select utility_id, month, 2, month, month + 27
        from newest, lateral (select (billing_month - make_interval(months => 2 * $1))::date as month) past
        returning round_id, utility_id, billing_month
    ), read as (
        insert into metering.reading (utility_id, reading_id, connection_id, meter_id, round_id,
            read_on, register_value, usage_m3, kind)
        select r.utility_id, gen_random_uuid(), r.connection_id, r.meter_id, made.round_id,
               r.read_on, r.register_value, r.usage_m3, 1
        from made join metering.reading r using (utility_id)
        where r.round_id is null and date_trunc('month', r.read_on) = made.billing_month
    )
    select round_id, billing_month::text from made";

async fn bill_the_past(office: &Backoffice) -> anyhow::Result<()> {
    for back in 1..=EARLIER_ROUNDS {
        let (round, month): (i64, String) =
            sqlx::query_as(PAST_ROUND).bind(back).fetch_one(&office.pool).await?;
        let assessed_on = month.parse()?;
        let order = BillingOrder { round: RoundId(round), assessed_on, due_on: TODAY.parse()? };
        let summary = run_billing(office, &order, &mut |_| {}, &CancelFlag::default()).await?;
        anyhow::ensure!(summary.bills > 0, "nobody was billed in {month}");
    }
    Ok(())
}

#[test]
fn a_clerk_tries_a_draft_on_a_real_year() {
    travel(async {
        let server = Server::with_demo_town(400, TODAY)?;
        let data = DataArguments { data: server.data().to_owned(), database_url: None };
        let office =
            Office::open_beside(&data, None).await.map_err(|why| anyhow::anyhow!("{why}"))?;
        bill_the_past(&office.backoffice).await?;
        office.close().await;

        let browser = Browser::open("lab").await?;
        log_in(&browser, &server).await?;
        browser.follow("調定・請求").await?;
        browser.follow("料金改定シミュレーション").await?;
        browser.see("試算する料金表と年度").await?;
        browser.picture("form").await?;

        // A draft with a mistake is shown with its place, and what was typed stays.
        type_draft(&browser, &revised_draft().replace("\"floor\"", "\"flor\"")).await?;
        browser.click("main form button[type=submit]").await?;
        browser.see("料金表に誤りがあるため").await?;
        browser.picture("faults").await?;

        type_draft(&browser, &revised_draft()).await?;
        choose_year(&browser, "2025").await?;
        browser.click("main form button[type=submit]").await?;
        browser.see("収入の増減").await?;
        browser.see("目立つ請求").await?;
        look_at_all(&browser).await?;
        fetch_files(&browser).await
    });
}

/// Long texts are put in at once; typing them key by key would take a minute.
async fn type_draft(browser: &Browser, text: &str) -> anyhow::Result<()> {
    let script = "document.querySelector('#text').value = arguments[0];";
    browser.client.execute(script, vec![text.into()]).await?;
    Ok(())
}

async fn choose_year(browser: &Browser, year: &str) -> anyhow::Result<()> {
    let script = "document.querySelector('#year').value = arguments[0];";
    browser.client.execute(script, vec![year.into()]).await?;
    Ok(())
}

/// The page is long: a picture of each card, and its charts say what they are to every reader.
async fn look_at_all(browser: &Browser) -> anyhow::Result<()> {
    browser
        .until(
            "[...document.querySelectorAll('main svg')].length >= 8
             && [...document.querySelectorAll('main svg')].every((svg) =>
                    svg.getAttribute('role') === 'img' && svg.getAttribute('aria-label').length > 5)",
        )
        .await?;
    browser.until("document.documentElement.scrollWidth <= window.innerWidth").await?;
    let cards = browser
        .client
        .execute("return document.querySelectorAll('main .card').length", vec![])
        .await?
        .as_u64()
        .unwrap_or(0);
    for card in 0..cards {
        let script = "document.querySelectorAll('main .card')[arguments[0]].scrollIntoView()";
        browser.client.execute(script, vec![card.into()]).await?;
        browser.picture("result").await?;
    }
    Ok(())
}

/// The browser itself fetches both files, with its session, and says what came.
async fn fetch_files(browser: &Browser) -> anyhow::Result<()> {
    let kinds = [(".csv", "text/csv; charset=utf-8"), (".pdf", "application/pdf")];
    for (kind, expected) in kinds {
        let answer = browser
            .client
            .execute_async(
                "const [kind, done] = arguments;
                 fetch(location.pathname + kind).then(async (answer) => {
                   const bytes = new Uint8Array(await answer.arrayBuffer());
                   done([answer.headers.get('content-type'), Array.from(bytes)]);
                 }).catch((error) => done(String(error)));",
                vec![kind.into()],
            )
            .await?;
        anyhow::ensure!(answer[0] == expected, "{}", answer[0]);
        let bytes: Vec<u8> = serde_json::from_value(answer[1].clone())?;
        anyhow::ensure!(bytes.len() > 2_000, "{kind} has {} bytes", bytes.len());
        browser.keep(&format!("result{kind}"), &bytes)?;
    }
    Ok(())
}
