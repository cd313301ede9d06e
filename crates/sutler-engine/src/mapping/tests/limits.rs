//! Every bound, met.

use serde_json::json;

use super::super::{
    DEEPEST, LARGEST_VALUE, LONGEST_EXPRESSION, LONGEST_LIST, MOST_BRACKETS, MOST_TOKENS,
};
use super::*;

const LIMIT: FaultKind = FaultKind::Limit;

fn large(attribute: &str, text: &str) -> Result<Option<Value>, ExpressionFault> {
    let value: Value = match attribute {
        "emails" => (0..=LONGEST_LIST / 2).map(|at| json!({"value": at.to_string()})).collect(),
        _ => json!("x".repeat(LARGEST_VALUE / 2)),
    };
    let body = document(json!({attribute: value}));
    run(&Case { kind: Kind::User, body: &body, manager: None, attempt: 0 }, text)
}

#[test]
fn the_text_is_bounded() {
    let fits = format!("'{}'", "x".repeat(LONGEST_EXPRESSION - 2));
    assert!(of_ann(&fits).is_ok());
    refused(&format!("{fits} "), LIMIT, &["longer than 4096 bytes"]);
    let many = format!("[{}]", "1,".repeat(MOST_TOKENS / 2 - 1));
    assert!(of_ann(&many).is_ok());
    refused(&format!("[{}]", "1,".repeat(MOST_TOKENS / 2)), LIMIT, &["1000 words and signs"]);
}

#[test]
fn nesting_is_bounded_in_every_way() {
    let nested = |open: &str, close: &str, count| {
        [open.repeat(count), "1".to_owned(), close.repeat(count)].concat()
    };
    assert!(of_ann(&nested("(", ")", MOST_BRACKETS)).is_ok());
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("lower(", ")"),
        ("{'a':", "}"),
        ("-", ""),
        ("not ", ""),
        ("- -", ""),
    ] {
        refused(&nested(open, close, 200), LIMIT, &["nested deeper"]);
    }
    for (more, count) in [
        ("~1", 300),
        ("+1", 300),
        ("|string", 200),
        ("[0]", 200),
        (" if 1 else 1", 200),
        (" and 1", 300),
        (" is defined", 200),
    ] {
        let text = format!("1{}", more.repeat(count));
        refused(&text, LIMIT, &["nested deeper"]);
    }
    assert!(of_ann(&format!("1{}", "~1".repeat(DEEPEST - 2))).is_ok());
}

#[test]
fn what_is_made_is_bounded() {
    refused("pad('x', 1000000000)", LIMIT, &["longer than 65536 bytes"]);
    refused("10 ** 1000000000", LIMIT, &["too large"]);
    let grown = |text: &str| large("title", text);
    assert!(grown("user.title ~ user.title[:1000]").is_ok());
    faulty("join", grown("user.title ~ user.title ~ 'x'"), LIMIT, &["longer than"]);
    faulty("replace", grown("user.title|replace('x', 'yyy')"), LIMIT, &["longer than"]);
    faulty("split", grown("user.title|split('x')"), LIMIT, &["list of more than"]);
    faulty("list", grown("[user.title, user.title]"), LIMIT, &["the result is larger"]);
    faulty("join", grown("[user.title, user.title]|join('x')"), LIMIT, &["longer than"]);
    faulty("ascii", grown("user.title|replace('x', '㌖')"), LIMIT, &["longer than"]);
}

#[test]
fn lists_are_bounded() {
    assert!(large("emails", "user.emails|length").is_ok());
    faulty(
        "add",
        large("emails", "user.emails + user.emails"),
        LIMIT,
        &["list of more than 10000"],
    );
    faulty("whole", large("emails", "user.emails"), LIMIT, &["the result is larger"]);
}

#[test]
fn work_is_bounded() {
    let sum = ["user.emails|pluck('value')|sort|distinct|length"; 10].join(" + ");
    faulty("fuel", large("emails", &sum), LIMIT, &["does too much"]);
    let many = ["user.title|upper|lower|length"; 40].join(" + ");
    faulty("fuel", large("title", &many), LIMIT, &["does too much"]);
}

#[test]
fn searching_is_bounded() {
    let short = |most, rest| format!("user.title|truncate({most})|regex_replace({rest})");
    assert!(large("title", &short(600, "'x', 'y'")).is_ok());
    assert!(large("title", &short(8192, "'^x+', 'y'")).is_ok());
    faulty(
        "long",
        large("title", "user.title|regex_match('y')"),
        LIMIT,
        &["8192 bytes", "truncate"],
    );
    faulty("often", large("title", &short(8192, "'.*y|x', ''")), LIMIT, &["does too much"]);
    let twice = "'^x+', '$0$0$0$0$0$0$0$0$0'";
    faulty("grown", large("title", &short(8192, twice)), LIMIT, &["longer than 65536"]);
}

#[test]
fn patterns_and_forms_are_bounded() {
    refused("regex_replace('a', '(\\\\pL{1000}){1000}', '')", LIMIT, &["pattern is too large"]);
    let nested = format!("regex_replace('a', '{}a{}', '')", "(".repeat(100), ")".repeat(100));
    refused(&nested, FaultKind::Syntax, &["pattern cannot be read"]);
    refused(&format!("date_format('2026-01-31', '{}')", "x".repeat(300)), LIMIT, &["256 bytes"]);
}
