//! `docs/reference/profiles.md` has every shipped profile, and every key that a profile can have.

use serde_json::{Value, json};
use sutler_outbound::PROFILES;

const DOCUMENT: &str = include_str!("../../../../docs/reference/profiles.md");

fn plain(text: &str) -> Value {
    toml::from_str(text).unwrap()
}

fn word(profile: &Value, pointer: &str, usual: &str) -> String {
    match profile.pointer(pointer) {
        None => usual.to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(list)) => {
            list.iter().map(|one| one.as_str().unwrap()).collect::<Vec<_>>().join(", ")
        }
        Some(other) => other.to_string(),
    }
}

/// `600 in 60 s, 180 at once (writes)`
fn buckets(profile: &Value) -> String {
    let none = json!([]);
    let all = profile.pointer("/bucket").unwrap_or(&none).as_array().unwrap();
    let told = all.iter().map(|bucket| {
        let verbs = word(bucket, "/verbs", "");
        let of = bucket.get("of").map(|of| format!(" {}", of.as_str().unwrap()));
        let long = bucket.get("longer_than").map(|bytes| format!(" over {bytes} bytes"));
        format!(
            "{verbs}{}{}: {} in {} s, {} at once",
            of.unwrap_or_default(),
            long.unwrap_or_default(),
            bucket["calls"],
            bucket["seconds"],
            bucket["burst"]
        )
    });
    let told = told.collect::<Vec<_>>().join("; ");
    if told.is_empty() { "–".to_owned() } else { told }
}

fn refused(profile: &Value) -> String {
    let none = json!([]);
    let rules = profile.pointer("/users/rule").unwrap_or(&none).as_array().unwrap();
    let told = rules.iter().map(|rule| {
        let mut what = Vec::new();
        if rule["required"] == true {
            what.push("required".to_owned());
        }
        what.extend(rule.get("most").map(|most| format!("{most} at most")));
        what.extend(rule.get("longest").map(|longest| format!("{longest} characters")));
        what.extend(
            rule.get("forbids")
                .map(|c| format!("without `{}`", c.as_str().unwrap().escape_debug())),
        );
        format!("{}: {}", rule["path"].as_str().unwrap(), what.join(", "))
    });
    let told = told.collect::<Vec<_>>().join("; ");
    if told.is_empty() { "–".to_owned() } else { told }
}

#[test]
fn the_page_has_every_shipped_profile() {
    let mut first = vec![
        "| profile | for | users, groups changed by | members a call | nested groups | lists | users found by | recognised by | a deleted user is | lag | evidence |".to_owned(),
        "|---|---|---|---|---|---|---|---|---|---|---|".to_owned(),
    ];
    let mut second =
        vec!["| profile | calls | users must be |".to_owned(), "|---|---|---|".to_owned()];
    for (name, text) in PROFILES {
        let profile = plain(text);
        let of = |pointer: &str, usual: &str| word(&profile, pointer, usual);
        let deleted = of("/users/delete", "delete").replace("delete", "gone");
        first.push(format!(
            "| `{name}` | {} | {}, {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            of("/title", ""),
            of("/users/change", "stated"),
            of("/groups/change", "stated"),
            of("/groups/members_a_call", "100"),
            of("/groups/nesting", "native"),
            of("/list/paging", "stated"),
            of("/lookup/users", "*"),
            of("/correlate", "externalId"),
            deleted.replace("deactivate", "deactivated"),
            of("/lag", "5s"),
            of("/evidence", ""),
        ));
        second.push(format!("| `{name}` | {} | {} |", buckets(&profile), refused(&profile)));
    }
    for table in [first.join("\n"), second.join("\n")] {
        assert!(DOCUMENT.contains(&table), "docs/reference/profiles.md should have\n{table}\n");
    }
}

/// The keys of a profile, as its own refusal of an unknown one lists them.
#[test]
fn the_page_names_every_key() {
    let head = "name = \"x\"\ntitle = \"X\"\nevidence = \"seen against the emulator only\"\nsources = \"s\"\n";
    for part in [
        "nokey = 1",
        "[users]\nnokey = 1",
        "[groups]\nnokey = 1",
        "[patch]\nnokey = 1",
        "[list]\nnokey = 1",
        "[lookup]\nnokey = 1",
        "[[users.rule]]\npath = \"a\"\nnokey = 1",
        "[[bucket]]\nnokey = 1",
        "[[error]]\nnokey = 1",
    ] {
        let error = sutler_outbound::Profile::read(&format!("{head}{part}")).unwrap_err();
        let expected = error.message.split_once("expected").unwrap_or_else(|| panic!("{error}")).1;
        let keys: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        assert!(keys.len() > 2, "{error}");
        for key in keys {
            let named = [format!("`{key}`"), format!("[{key}]"), format!(".{key}]]`")];
            let named = named.iter().any(|name| DOCUMENT.contains(name));
            assert!(named, "docs/reference/profiles.md should tell of `{key}`");
        }
    }
}
