//! What a file may say that comes from an administrator of one tenant.
//!
//! He may speak of his tenant only. And he gets no hold of the machine, which he does not own:
//! its environment, its files and its inner network stay what they are to the tenant already. An
//! owner of all tenants, or the command line, may give more.

use std::ops::Range;

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use super::DEFAULT_TENANT;
use super::fault::{Fault, Faults};

/// Secrets that are read on the machine.
const REFERENCES: [&str; 2] = ["env:", "file:"];
/// What lets an entry reach the inner network.
const PRIVATE: &str = "allow_private_addresses";

/// What is not this tenant's to say. `stored` is the file of what it has; without it, only other
/// tenants are refused.
pub(crate) fn faults(file: &str, text: &str, tenant: &str, stored: Option<&str>) -> Vec<Fault> {
    let faults = Faults::new(file, text);
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        // The reader names them.
        return Vec::new();
    }
    let stored: Option<Table> = stored.map(|text| text.parse().unwrap_or_default());
    for (kind, entries) in table.get_ref() {
        for entry in entries.get_ref().as_array().into_iter().flatten() {
            let Some(fields) = entry.get_ref().as_table() else { continue };
            refuse_others(kind.get_ref(), fields, &entry.span(), tenant, &faults);
            if let Some(stored) = &stored {
                let known = known(stored, kind.get_ref(), fields);
                refuse_new_hold(fields, &entry.span(), stored, known, &faults);
            }
        }
    }
    faults.sorted()
}

/// Files that are named by where they are seen from: a request has no folder, and the server's is
/// nobody's business.
pub(crate) fn relative_files(file: &str, text: &str) -> Vec<Fault> {
    let faults = Faults::new(file, text);
    let (table, _) = DeTable::parse_recoverable(text);
    let mut found = Vec::new();
    for (_, value) in table.get_ref() {
        texts(value, &mut found);
    }
    for (text, at) in found {
        if text.strip_prefix("file:").is_some_and(|path| !path.starts_with('/')) {
            let message = "there is no folder here at which a relative path could start: write \"file:/PATH\"";
            faults.add(&at, message);
        }
    }
    faults.sorted()
}

fn refuse_others(
    kind: &str,
    fields: &DeTable<'_>,
    at: &Range<usize>,
    tenant: &str,
    faults: &Faults<'_>,
) {
    let said = match kind {
        "tenant" => text(fields, "name").unwrap_or(tenant),
        _ => text(fields, "tenant").unwrap_or(DEFAULT_TENANT),
    };
    if said != tenant {
        let message = format!(
            "here one can speak of the tenant `{tenant}` only, and this is of `{said}`: write `tenant = \"{tenant}\"`"
        );
        faults.add(at, message);
    }
}

fn refuse_new_hold(
    fields: &DeTable<'_>,
    at: &Range<usize>,
    stored: &Table,
    known: Option<&Value>,
    faults: &Faults<'_>,
) {
    let mut found = Vec::new();
    for (_, value) in fields {
        texts(value, &mut found);
    }
    let had = |text: &str| stored.values().any(|value| holds(value, &|own| own == text));
    for (text, at) in &found {
        if REFERENCES.iter().any(|start| text.starts_with(start)) && !had(text) {
            let message = "a secret in the environment or in a file of the machine is given to a tenant by an owner of all tenants: write \"generate\", or a reference that this tenant has already";
            faults.add(at, message);
        }
    }
    let private = fields.iter().any(|(key, value)| sets_private(key.get_ref(), value));
    let addresses = found.iter().filter(|(text, _)| is_address(text));
    let same = known.is_some_and(|known| {
        is_private(known) && addresses.clone().all(|(text, _)| holds(known, &|own| own == *text))
    });
    if private && !same {
        let message = format!(
            "`{PRIVATE}` is given to a tenant by an owner of all tenants, for the addresses that the entry has then: leave it out, or leave them as they are"
        );
        faults.add(at, message);
    }
}

/// The stored entry of the same name.
fn known<'a>(stored: &'a Table, kind: &str, fields: &DeTable<'_>) -> Option<&'a Value> {
    let name = text(fields, "name")?;
    let all = stored.get(kind)?.as_array()?;
    all.iter().find(|entry| entry.get("name").and_then(Value::as_str) == Some(name))
}

fn text<'a>(fields: &'a DeTable<'_>, key: &str) -> Option<&'a str> {
    let found = fields.iter().find(|(name, _)| name.get_ref() == key);
    found.and_then(|(_, value)| value.get_ref().as_str())
}

/// All texts inside a value, with their places.
fn texts<'a>(value: &'a Spanned<DeValue<'_>>, found: &mut Vec<(&'a str, Range<usize>)>) {
    match value.get_ref() {
        DeValue::String(text) => found.push((text, value.span())),
        DeValue::Array(list) => list.iter().for_each(|inner| texts(inner, found)),
        DeValue::Table(table) => table.iter().for_each(|(_, inner)| texts(inner, found)),
        _ => {}
    }
}

fn sets_private(key: &str, value: &Spanned<DeValue<'_>>) -> bool {
    match value.get_ref() {
        // Whatever it is but `false`: the reader says what else is wrong with it.
        DeValue::Boolean(false) => false,
        _ if key == PRIVATE => true,
        DeValue::Table(table) => {
            table.iter().any(|(key, inner)| sets_private(key.get_ref(), inner))
        }
        DeValue::Array(list) => list.iter().any(|inner| sets_private("", inner)),
        _ => false,
    }
}

fn is_private(stored: &Value) -> bool {
    match stored {
        Value::Table(table) => table.iter().any(|(key, value)| {
            (key == PRIVATE && value.as_bool() == Some(true)) || is_private(value)
        }),
        _ => false,
    }
}

/// True for whatever may be read as an address: readers of URLs pass over spaces, tabs and control
/// characters.
fn is_address(text: &str) -> bool {
    let plain = text.chars().filter(|c| !c.is_whitespace() && !c.is_control());
    let start: String = plain.take(4).collect();
    start.eq_ignore_ascii_case("http")
}

/// True if some text inside is such a one.
fn holds(value: &Value, is_it: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => is_it(text),
        Value::Array(list) => list.iter().any(|inner| holds(inner, is_it)),
        Value::Table(table) => table.values().any(|inner| holds(inner, is_it)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORED: &str = r#"
[[target]]
tenant = "acme"
name = "app"
url = "http://10.0.0.7/scim"
auth = { bearer = "env:APP_TOKEN" }
allow_private_addresses = true
"#;

    fn refused(text: &str, walled: bool) -> usize {
        let text = format!("[[tenant]]\nname = \"acme\"\n{text}");
        faults("e", &text, "acme", walled.then_some(STORED)).len()
    }

    #[test]
    fn sc_5_a_tenant_speaks_of_itself_only() {
        assert_eq!(refused("[[target]]\ntenant = \"acme\"\nname = \"a\"", false), 0);
        for other in [
            "[[target]]\nname = \"a\"",
            "[[target]]\ntenant = \"other\"\nname = \"a\"",
            "[[service_provider]]\ntenant = \"default\"\nname = \"a\"",
            "[[tenant]]\nname = \"other\"",
        ] {
            assert_eq!(refused(other, false), 1, "{other}");
        }
        assert_eq!(faults("e", "[[target]]\nname = \"a\"", "default", None), []);
    }

    #[test]
    fn a_file_is_named_by_its_whole_path() {
        let refused = |secret: &str| {
            let text = format!("[[target]]\nauth = {{ bearer = \"{secret}\" }}\n");
            relative_files("e", &text).len()
        };
        assert_eq!([refused("file:key"), refused("file:../key"), refused("file:")], [1; 3]);
        assert_eq!([refused("file:/run/key"), refused("env:KEY"), refused("generate")], [0; 3]);
    }

    #[test]
    fn cf_4_ss_1_a_tenant_gets_no_new_hold_of_the_machine() {
        let target = |more: &str| format!("[[target]]\ntenant = \"acme\"\nname = \"app\"\n{more}");
        let same = "url = \"http://10.0.0.7/scim\"\nallow_private_addresses = true\n";
        for (more, walled) in [
            (same.to_owned(), 0),
            (format!("{same}auth = {{ bearer = \"env:APP_TOKEN\" }}"), 0),
            ("auth = { bearer = \"generate\" }".to_owned(), 0),
            ("auth = { bearer = \"env:SUTLER_OTHER\" }".to_owned(), 1),
            ("auth = { basic = { password = \"file:/data/key\" } }".to_owned(), 1),
            ("allow_private_addresses = false".to_owned(), 0),
            // The inner network, by another address or by another entry.
            ("url = \"http://169.254.169.254/\"\nallow_private_addresses = true".to_owned(), 1),
            ("url = \" ht\\ttp:169.254.169.254\"\nallow_private_addresses = true".to_owned(), 1),
            ("push = { url = \"HTTP://10.0.0.1/\", allow_private_addresses = true }".to_owned(), 1),
        ] {
            assert_eq!(refused(&target(&more), true), walled, "{more}");
            assert_eq!(refused(&target(&more), false), 0, "{more}");
        }
        let new = "[[target]]\ntenant = \"acme\"\nname = \"new\"\nallow_private_addresses = true";
        assert_eq!(refused(new, true), 1);
    }
}
