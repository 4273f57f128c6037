//! From the terms of a charge to its bill (料金の条件から請求まで): a clerk enters a relief and a well, a meter
//! was exchanged for another size, three homes could not be read; estimates, run, explanation, bill.

use backoffice::billing::demo_tariffs;
use backoffice::demo::{DEMO_CLERK, DEMO_OPERATOR, DEMO_PASSWORD};
use sqlx::PgPool;
use sync_server::office::{DataArguments, Office};
use tests::browser::Browser;
use tests::server::Server;

use super::{TODAY, travel};

const BY_DAYS: &str = "service = \"share\"\nvolume = \"share\"\ndays_per_month = 30\n";

#[test]
fn terms_an_exchange_and_estimates_become_bills() {
    travel(async {
        // The examples do not say how a period is parted by days.
        let [water, sewerage] = demo_tariffs();
        let tariffs = [
            format!("{water}\n[water.proration]\n{BY_DAYS}"),
            format!("{sewerage}\n[sewerage.proration]\n{BY_DAYS}"),
        ];
        let server = Server::with_tariffs(200, TODAY, &tariffs)?;
        let arguments = DataArguments { data: server.data().to_owned(), database_url: None };
        let office = Office::open_beside(&arguments, None).await;
        let office = office.map_err(|refusal| anyhow::anyhow!("{refusal}"))?;
        let pool = &office.backoffice.pool;
        let homes = plain_homes(pool).await?;
        let browser = Browser::open("charge").await?;
        log_in_as(&browser, &server, DEMO_CLERK).await?;
        enter_terms(&browser, &server, &homes[0]).await?;

        walk_the_round(pool, &homes).await?;
        let round = close_the_round(&browser, &server).await?;
        estimate(&browser, &round).await?;
        run(&browser, &server).await?;
        explained(&browser, &server, pool, &homes).await?;
        corrected(&browser, &server, pool, &homes).await
    });
}

async fn log_in_as(browser: &Browser, server: &Server, login: &str) -> anyhow::Result<()> {
    browser.go(&server.address).await?;
    browser.fill("#login_name", login).await?;
    browser.fill("#password", DEMO_PASSWORD).await?;
    browser.click(".login-card button[type=submit]").await?;
    browser.see("今日の仕事").await
}

/// Homes without any term of their own: for the relief, for the exchange, and three more.
async fn plain_homes(pool: &PgPool) -> anyhow::Result<Vec<String>> {
    let homes: Vec<String> = sqlx::query_scalar(
        "select c.connection_number from connection.service_connection c
         join connection.service_agreement a using (utility_id, connection_id)
         join metering.meter_installation i using (utility_id, connection_id)
         join metering.meter m using (utility_id, meter_id)
         where c.has_sewerage and c.parent_connection_id is null and c.dwellings = 1
           and upper_inf(a.period) and lower(a.period) < '2025-01-01' and upper_inf(i.period)
           and m.size_mm = 20
           and not exists (select from billing.relief_grant g where g.agreement_id = a.agreement_id)
           and not exists (
               select from billing.sewage_source s where s.connection_id = c.connection_id)
           and not exists (
               select from billing.use_class_change u where u.agreement_id = a.agreement_id)
         order by c.connection_number limit 5",
    )
    .fetch_all(pool)
    .await?;
    anyhow::ensure!(homes.len() == 5, "{homes:?}");
    Ok(homes)
}

async fn enter_terms(browser: &Browser, server: &Server, number: &str) -> anyhow::Result<()> {
    browser.go(&format!("{}/connections/{number}/terms", server.address)).await?;
    browser.see("登録されている条件はありません").await?;
    browser.click("details.term-form:nth-of-type(1) summary").await?;
    browser.fill("#relief-from", "10012026").await?;
    browser.fill("#relief-document", "水料福第77号").await?;
    browser.click("#relief-submit").await?;
    browser.see("水料福第77号").await?;
    browser.click("details.term-form:nth-of-type(2) summary").await?;
    browser.fill("#source-name", "井戸").await?;
    browser.fill("#source-from", "10012026").await?;
    browser.click("input[name=measure][value=per_head]").await?;
    browser.fill("#source-people", "3").await?;
    browser.fill("#source-document", "下使第88号").await?;
    browser.click("#source-submit").await?;
    browser.see("下使第88号").await?;
    browser.until("document.documentElement.scrollWidth <= window.innerWidth").await?;
    browser.picture("terms").await
}

/// What the readers bring: 20 m³ everywhere, a meter of another size, and three homes in vain.
async fn walk_the_round(pool: &PgPool, homes: &[String]) -> anyhow::Result<()> {
    for statement in [EXCHANGE, IN_VAIN, READ] {
        sqlx::query(statement).bind(&homes[1]).bind(&homes[2..]).bind(TODAY).execute(pool).await?;
    }
    Ok(())
}

/// Six cubic meters through the old meter, then one of 40 mm.
const EXCHANGE: &str = "
    with home as (
        select connection_id, $3::text::date - 20 as hung_on
        from connection.service_connection
        where connection_number = $1 and $2::text[] is not null
    ), old as (
        update metering.meter_installation i
        set period = daterange(lower(i.period), home.hung_on),
            removed_value = (select register_value + 6 from metering.current_reading r
                             where r.connection_id = i.connection_id order by r.read_on desc limit 1)
        from home where home.connection_id = i.connection_id and upper_inf(i.period)
        returning i.connection_id, home.hung_on
    ), meter as (
        insert into metering.meter
            (utility_id, meter_number, size_mm, dial_digits, verification_expires_on)
        values (1, '40-900001', 40, 4, '2034-10-31') returning meter_id
    )
    insert into metering.meter_installation
        (utility_id, meter_id, connection_id, period, installed_value)
    select 1, meter_id, connection_id, daterange(hung_on, null), 0 from meter, old";

const IN_VAIN: &str = "
    insert into metering.no_read (utility_id, no_read_id, round_id, connection_id, reason, visited_on,
        reader_login, device_id, device_sequence)
    select 1, gen_random_uuid(), p.round_id, p.connection_id, 2, $3::text::date, '101',
           '00000000-0000-0000-0000-000000000101', p.connection_id
    from metering.planned_reading p
    join metering.reading_round r using (utility_id, round_id)
    join connection.service_connection c using (utility_id, connection_id)
    where r.closed_on is null and c.connection_number = any ($2) and $1::text is not null";

/// Masters pass what their submeters do, and 20 m³ more.
const READ: &str = "
    insert into metering.reading (utility_id, reading_id, connection_id, meter_id, round_id, read_on,
        register_value, usage_m3, kind)
    select 1, gen_random_uuid(), p.connection_id, i.meter_id, p.round_id, $3::text::date,
           (coalesce(last.register_value, i.installed_value) + passed.m3)
               % (10 ^ m.dial_digits)::integer,
           passed.m3 + case when c.connection_number = $1 then 6 else 0 end, 1
    from metering.planned_reading p
    join metering.reading_round r using (utility_id, round_id)
    join connection.service_connection c using (utility_id, connection_id)
    join metering.meter_installation i using (utility_id, connection_id)
    join metering.meter m using (utility_id, meter_id)
    join lateral (
        select 20 * (1 + count(*))::integer as m3 from connection.service_connection s
        where s.parent_connection_id = c.connection_id
    ) passed on true
    left join lateral (
        select l.register_value from metering.current_reading l
        where l.connection_id = p.connection_id and l.meter_id = i.meter_id
        order by l.read_on desc limit 1
    ) last on true
    where r.closed_on is null and upper_inf(i.period) and p.withdrawn is null
      and c.connection_number <> all ($2)";

async fn close_the_round(browser: &Browser, server: &Server) -> anyhow::Result<String> {
    browser.go(&format!("{}/rounds", server.address)).await?;
    browser.click("main table.list tbody th a.row-link").await?;
    browser.see("全体の進捗").await?;
    let round = browser.client.current_url().await?.to_string();
    browser.click("details.confirm summary").await?;
    browser.click("details.confirm button[type=submit]").await?;
    browser.see("締め済み").await?;
    Ok(round)
}

/// Proposed by the clerk, approved by the other one.
async fn estimate(browser: &Browser, round: &str) -> anyhow::Result<()> {
    let estimates = format!("{round}/estimates");
    browser.go(&estimates).await?;
    browser.click("#choose-rule").await?;
    browser.see("認定の規程を選びました").await?;
    browser.click("#propose-all").await?;
    browser.see("決裁待ち").await?;
    browser.until("document.documentElement.scrollWidth <= window.innerWidth").await?;
    browser.picture("estimates").await?;
    browser.click(".who button[type=submit]").await?;
    let root = round.split("/rounds").next().unwrap_or_default();
    browser.go(root).await?;
    browser.fill("#login_name", DEMO_OPERATOR).await?;
    browser.fill("#password", DEMO_PASSWORD).await?;
    browser.click(".login-card button[type=submit]").await?;
    browser.see("今日の仕事").await?;
    browser.go(&estimates).await?;
    browser.click("#approve-all").await?;
    browser.see("認定済み").await?;
    browser.picture("estimates-approved").await?;
    browser.click(".who button[type=submit]").await?;
    Ok(())
}

async fn run(browser: &Browser, server: &Server) -> anyhow::Result<()> {
    log_in_as(browser, server, DEMO_CLERK).await?;
    browser.go(&format!("{}/assessments", server.address)).await?;
    browser.click("form[action$='/billing-run'] button[type=submit]").await?;
    browser.see("調定処理の結果").await?;
    let unbilled = "[...document.querySelectorAll('dt')]
        .find((name) => name.textContent === '調定できなかったもの')
        .nextElementSibling.textContent.trim() === 'ありません。'";
    browser.until(unbilled).await?;
    browser.until("document.documentElement.scrollWidth <= window.innerWidth").await?;
    browser.picture("run").await
}

/// What the pages say of the three kinds, held against what was entered.
async fn explained(
    browser: &Browser,
    server: &Server,
    pool: &PgPool,
    homes: &[String],
) -> anyhow::Result<()> {
    for (number, claim, words, picture) in [
        (&homes[0], 1, vec!["水料福第77号", "減免"], "with-relief"),
        (&homes[0], 2, vec!["下使第88号", "井戸"], "with-well"),
        (&homes[1], 1, vec!["φ20", "期間の区分", "40-900001"], "with-segments"),
        (&homes[2], 1, vec!["認定"], "with-estimate"),
    ] {
        let assessment: i64 = sqlx::query_scalar(
            "select max(a.assessment_id) from billing.current_assessment a
             join connection.service_connection c using (utility_id, connection_id)
             where c.connection_number = $1 and a.claim = $2",
        )
        .bind(number)
        .bind(claim)
        .fetch_one(pool)
        .await?;
        browser.go(&format!("{}/assessments/{assessment}", server.address)).await?;
        browser.see("この調定について").await?;
        browser.until("document.documentElement.scrollWidth <= window.innerWidth").await?;
        browser.picture(picture).await?;
        for words in words {
            browser.see(words).await?;
        }
    }
    browser.click("main a[href^='/bills/']").await?;
    browser.see("納期限").await?;
    browser.see("認定").await?;
    browser.picture("bill").await
}

/// The bill with the exchange is put right by the clerk and approved by the other one; then the relief
/// of the first home is ended, and its bill computed anew.
async fn corrected(
    browser: &Browser,
    server: &Server,
    pool: &PgPool,
    homes: &[String],
) -> anyhow::Result<()> {
    let bill = bill_of(pool, &homes[1]).await?;
    browser.go(&format!("{}/corrections/new?bill={bill}", server.address)).await?;
    browser.see("登録した条件による再計算").await?;
    browser.fill("#register", "25").await?;
    browser.click("#try").await?;
    browser.see("正しい指針による使用水量は31m³です").await?;
    browser.see("指針 0 → 25").await?;
    browser.until("document.documentElement.scrollWidth <= window.innerWidth").await?;
    browser.client.execute("window.scrollTo(0, 640)", vec![]).await?;
    browser.picture("correction-of-segments").await?;
    propose_and_approve(browser, server).await?;

    browser.go(&format!("{}/connections/{}/terms", server.address, homes[0])).await?;
    browser.click("details.confirm summary").await?;
    browser.fill("input[id^='last-relief']", "09302026").await?;
    browser.fill("input[id^='reason-relief']", "届出の取消し").await?;
    browser.click("details.confirm[open] button[type=submit]").await?;
    browser.see("調定済みの期間の金額は変わらないことを確かめました").await?;
    browser.click("details.confirm[open] input[name=accepts]").await?;
    browser.click("details.confirm[open] button[type=submit]").await?;
    browser.see("届出の取消し").await?;
    let bill = bill_of(pool, &homes[0]).await?;
    browser.go(&format!("{}/corrections/new?bill={bill}", server.address)).await?;
    browser.click("input[name=kind][value=registered]").await?;
    browser.click("#try").await?;
    browser.see("検針した水量だけ").await?;
    browser.client.execute("window.scrollTo(0, 640)", vec![]).await?;
    browser.picture("correction-by-what-is-registered").await?;
    propose_and_approve(browser, server).await?;
    let relief = "select count(*) from billing.current_assessment a
                  join connection.service_connection c using (utility_id, connection_id)
                  where c.connection_number = $1 and a.basis::text like '%水料福第77号%'";
    let left: i64 = sqlx::query_scalar(relief).bind(&homes[0]).fetch_one(pool).await?;
    anyhow::ensure!(left == 0, "the relief is taken off");

    browser.follow("調定・請求").await?;
    browser.see("更正による増減").await?;
    browser.until("document.documentElement.scrollWidth <= window.innerWidth").await?;
    browser.picture("round-as-assessed-and-now").await
}

async fn bill_of(pool: &PgPool, number: &str) -> anyhow::Result<i64> {
    let bill = sqlx::query_scalar(
        "select max(b.bill_id) from billing.current_bill b
         join connection.service_connection c using (utility_id, connection_id)
         where c.connection_number = $1",
    );
    Ok(bill.bind(number).fetch_one(pool).await?)
}

/// Comes back as the clerk.
async fn propose_and_approve(browser: &Browser, server: &Server) -> anyhow::Result<()> {
    browser.fill("#grounds", "現地で確認した。").await?;
    browser.picture("to-propose").await?;
    browser.click("#propose").await?;
    browser.see("自分の起案は承認できません").await?;
    let proposal = browser.client.current_url().await?;
    browser.click(".who button[type=submit]").await?;
    log_in_as(browser, server, DEMO_OPERATOR).await?;
    browser.go(proposal.as_str()).await?;
    browser.see("未収（仕訳）").await?;
    browser.picture("to-approve").await?;
    browser.fill("#remark", "適当と認める").await?;
    browser.click("#approve").await?;
    browser.see("更正済み").await?;
    browser.click(".who button[type=submit]").await?;
    log_in_as(browser, server, DEMO_CLERK).await
}
