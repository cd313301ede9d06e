//! Every limit of the HTTP side, as docs/reference/limits.md has it: each is exceeded, and the
//! answer is the one of its row, soon, and nothing is stored.

mod asked;
mod wire;

use std::time::{Duration, Instant};

use sutler_inbound::limits::{ADJUSTABLE, FIXED, Surface};

use crate::server::{Answer, Server};

const DOCUMENT: &str = include_str!("../../../../../docs/reference/limits.md");
/// For a row with all that it needs first, such as a thousand groups.
const CEILING: Duration = Duration::from_secs(20);

/// What a request got that exceeded a limit, in the words of the table.
type Told = String;

#[expect(clippy::disallowed_methods, reason = "a ceiling on real time is what is tested")]
fn began() -> Instant {
    Instant::now()
}

/// A server where this limit is `value`.
async fn limited(name: &str, value: u64) -> Server {
    let mut surface = Surface::default();
    surface.limit(name, value).unwrap();
    Server::with(surface.settings).await
}

/// The status, the `scimType` if there is one, and the pause if one is asked for.
fn told(answer: &Answer) -> Told {
    let kind = answer.json()["scimType"].as_str().map(|kind| format!(" `{kind}`"));
    let pause = if answer.header("retry-after").is_empty() { "" } else { " with `Retry-After`" };
    format!("{}{}{pause}", answer.status.as_u16(), kind.unwrap_or_default())
}

async fn exceed(name: &str) -> Vec<Told> {
    match name {
        "connections" => vec![wire::connections().await],
        "header_seconds" => vec![wire::silence().await],
        "idle_seconds" => vec![wire::idleness().await],
        "drain_seconds" => vec![wire::drain().await],
        "head_bytes" => wire::heads().await,
        "headers" => vec![wire::headers().await],
        "streams" => vec![wire::streams().await],
        "request_seconds" => vec![asked::request_seconds().await],
        "body_seconds" => vec![asked::body_seconds().await],
        "body_bytes" => vec![asked::body_bytes().await],
        "bulk_payload" => vec![asked::bulk_payload().await],
        "bulk_operations" => vec![asked::bulk_operations().await],
        "patch_operations" => asked::patch_operations().await,
        "page_default" => vec![asked::pages("page_default", "").await],
        "page_max" => vec![asked::pages("page_max", "&count=9").await],
        "cursor_seconds" => vec![asked::cursor_seconds().await],
        "rate" => vec![asked::rate().await],
        "rate_burst" => vec![asked::burst().await],
        "token body" => vec![asked::token_body().await],
        "JSON depth" => vec![asked::depth().await],
        "filter length" => asked::filter_length().await,
        "filter terms" => vec![asked::filter_terms().await],
        "filter depth" => vec![asked::filter_depth().await],
        "attributes" => asked::attributes().await,
        "name length" => asked::name_length().await,
        "password length" => asked::password_length().await,
        "values" => asked::values().await,
        "memberships" => vec![asked::memberships().await],
        "members after PATCH" => vec![asked::members_after_patch().await],
        other => panic!("nothing exceeds the limit `{other}`"),
    }
}

/// What the row says begins with what was told, or names it.
async fn check(name: &str, answer: &str) {
    let from = began();
    for told in exceed(name).await {
        assert!(answer.contains(&told), "`{name}`: `{answer}` in the table, but `{told}`");
    }
    assert!(from.elapsed() < CEILING, "`{name}` took {:?}", from.elapsed());
}

#[tokio::test]
async fn r5_every_limit_that_can_be_set_is_kept_sc_3() {
    for limit in ADJUSTABLE {
        check(limit.name, limit.answer).await;
    }
}

#[tokio::test]
async fn r5_every_fixed_limit_is_kept_sc_3() {
    for limit in FIXED {
        check(limit.name, limit.answer).await;
    }
}

#[test]
fn the_document_has_the_tables_of_the_code() {
    let usual = Surface::default();
    let mut rows = vec![
        "| `[limits]` | what it limits | usual | from | to | what exceeds it |".to_owned(),
        "|---|---|---|---|---|---|".to_owned(),
    ];
    rows.extend(ADJUSTABLE.iter().map(|limit| {
        format!(
            "| `{}` | {} | {} | {} | {} | {} |",
            limit.name,
            limit.what,
            with_unit(limit.value(&usual), limit.unit),
            grouped(*limit.range.start()),
            grouped(*limit.range.end()),
            limit.answer
        )
    }));
    has(&rows);
    let mut rows = vec![
        "| limit | what it limits | value | what exceeds it | why it is fixed |".to_owned(),
        "|---|---|---|---|---|".to_owned(),
    ];
    rows.extend(FIXED.iter().map(|limit| {
        let value = with_unit(limit.value, limit.unit);
        let [name, what, answer, why] = [limit.name, limit.what, limit.answer, limit.why];
        format!("| {name} | {what} | {value} | {answer} | {why} |")
    }));
    has(&rows);
}

#[track_caller]
fn has(rows: &[String]) {
    let table = rows.join("\n");
    assert!(DOCUMENT.contains(&table), "docs/reference/limits.md should have\n{table}");
}

fn with_unit(value: u64, unit: &str) -> String {
    format!("{} {unit}", grouped(value)).trim_end().to_owned()
}

/// With a comma after each three digits.
fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let parts = digits.as_bytes().rchunks(3).rev();
    parts.map(|part| std::str::from_utf8(part).unwrap()).collect::<Vec<_>>().join(",")
}
