//! One entry of an estate, put into the file of what is stored or taken out of it: there is one
//! reader of estates, and it reads files.

use serde_json::{Map, Number};
use sutler_inbound::admin::EntryKind;
use toml::{Table, Value};

/// Why an entry could not be put into a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EntryFault {
    /// There is none to take out.
    Missing,
    /// It cannot be written in a file.
    Unwritable(String),
}

/// An estate file as JSON: its tables, each a list of entries.
pub(crate) fn document(text: &str) -> Map<String, serde_json::Value> {
    // What `export` wrote is TOML.
    let table: Table = text.parse().unwrap_or_default();
    table.into_iter().map(|(key, value)| (key, json(value))).collect()
}

/// The file of a tenant with an entry, which replaces the one of that name.
pub(crate) fn put(
    text: &str,
    tenant: &str,
    kind: EntryKind,
    name: &str,
    entry: Map<String, serde_json::Value>,
) -> Result<String, EntryFault> {
    let mut file = tenant_file(text, tenant);
    let mut wanted = Table::new();
    for (key, value) in entry {
        let value = toml(value).map_err(|why| unwritable(format!("`{key}`: {why}")))?;
        wanted.insert(key, value);
    }
    for (key, expected) in [(kind.key, name), ("tenant", tenant)] {
        let said = wanted.insert(key.to_owned(), Value::String(expected.to_owned()));
        if said.is_some_and(|said| said.as_str() != Some(expected)) {
            return Err(unwritable(format!(
                "`{key}` in the body must be \"{expected}\", as in the address, or be left out"
            )));
        }
    }
    let entries = entries(&mut file, kind)?;
    match entries.iter_mut().find(|known| is_named(known, kind, name)) {
        Some(known) => *known = Value::Table(wanted),
        None => entries.push(Value::Table(wanted)),
    }
    written(&file)
}

/// The file of a tenant without an entry.
pub(crate) fn delete(
    text: &str,
    tenant: &str,
    kind: EntryKind,
    name: &str,
) -> Result<String, EntryFault> {
    let mut file = tenant_file(text, tenant);
    let entries = entries(&mut file, kind)?;
    let before = entries.len();
    entries.retain(|known| !is_named(known, kind, name));
    if entries.len() == before {
        return Err(EntryFault::Missing);
    }
    written(&file)
}

/// The file, with the tenant named: one that has lost its last entry is still spoken of.
fn tenant_file(text: &str, tenant: &str) -> Table {
    let mut file: Table = text.parse().unwrap_or_default();
    let name = Value::String(tenant.to_owned());
    let named = Value::Table(Table::from_iter([("name".to_owned(), name)]));
    file.insert("tenant".to_owned(), Value::Array(vec![named]));
    file
}

fn entries(file: &mut Table, kind: EntryKind) -> Result<&mut Vec<Value>, EntryFault> {
    let entries = file.entry(kind.table).or_insert_with(|| Value::Array(Vec::new()));
    entries.as_array_mut().ok_or_else(|| unwritable(format!("`{}` is no list", kind.table)))
}

fn is_named(entry: &Value, kind: EntryKind, name: &str) -> bool {
    entry.get(kind.key).and_then(Value::as_str) == Some(name)
}

fn written(file: &Table) -> Result<String, EntryFault> {
    toml::to_string(file).map_err(|error| unwritable(error.to_string()))
}

fn unwritable(why: String) -> EntryFault {
    EntryFault::Unwritable(why)
}

fn toml(value: serde_json::Value) -> Result<Value, String> {
    Ok(match value {
        serde_json::Value::Null => {
            return Err("`null` is no value here: leave the key out".to_owned());
        }
        serde_json::Value::Bool(flag) => Value::Boolean(flag),
        serde_json::Value::Number(number) => self::number(&number)?,
        serde_json::Value::String(text) => Value::String(text),
        serde_json::Value::Array(list) => {
            Value::Array(list.into_iter().map(toml).collect::<Result<_, _>>()?)
        }
        serde_json::Value::Object(map) => {
            let pairs = map.into_iter().map(|(key, value)| Ok((key, toml(value)?)));
            Value::Table(pairs.collect::<Result<_, String>>()?)
        }
    })
}

fn number(number: &Number) -> Result<Value, String> {
    let whole = number.as_i64().map(Value::Integer);
    let broken = || number.as_f64().filter(|_| number.is_f64()).map(Value::Float);
    whole.or_else(broken).ok_or_else(|| format!("the number {number} is too large"))
}

fn json(value: Value) -> serde_json::Value {
    match value {
        Value::String(text) => text.into(),
        Value::Integer(number) => number.into(),
        Value::Float(number) => number.into(),
        Value::Boolean(flag) => flag.into(),
        Value::Datetime(moment) => moment.to_string().into(),
        Value::Array(list) => list.into_iter().map(json).collect(),
        Value::Table(table) => {
            serde_json::Value::Object(table.into_iter().map(|(k, v)| (k, json(v))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const KIND: EntryKind =
        EntryKind { path: "targets", table: "target", key: "name", noun: "target" };
    const FILE: &str = "[[target]]\nname = \"app\"\nurl = \"https://a.example.org\"\n";

    fn entry(value: &serde_json::Value) -> Map<String, serde_json::Value> {
        value.as_object().unwrap().clone()
    }

    fn names(text: &str) -> Vec<String> {
        let document = document(text);
        let all = document["target"].as_array().unwrap();
        all.iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn an_entry_is_made_replaced_and_taken_out() {
        let more = put(FILE, "default", KIND, "wiki", entry(&json!({"rate": 3}))).unwrap();
        assert_eq!(names(&more), ["app", "wiki"]);
        assert_eq!(document(&more)["target"][1]["rate"], 3);
        let other = put(&more, "default", KIND, "app", entry(&json!({"url": "x"}))).unwrap();
        assert_eq!(document(&other)["target"][0]["url"], "x");
        let less = delete(&other, "default", KIND, "app").unwrap();
        assert_eq!(names(&less), ["wiki"]);
        assert_eq!(delete(&less, "default", KIND, "app"), Err(EntryFault::Missing));
        // The last one gone, the tenant is still spoken of.
        let none = delete(&less, "default", KIND, "wiki").unwrap();
        assert_eq!(document(&none)["tenant"], json!([{"name": "default"}]));
    }

    #[test]
    fn what_no_file_can_hold_is_refused() {
        for bad in [
            json!({"rate": null}),
            json!({"rate": u64::MAX}),
            json!({"auth": {"a": [null]}}),
            json!({"name": "another"}),
            json!({"tenant": "another"}),
            json!({"name": 7}),
        ] {
            let refused = put(FILE, "default", KIND, "app", entry(&bad));
            assert!(matches!(refused, Err(EntryFault::Unwritable(_))), "{bad}");
        }
    }

    #[test]
    fn no_text_breaks_out_of_its_place() {
        let hostile = "\"\n[[service_provider]]\nname = \"x\"\u{1b}\\\u{0}'''";
        let file = put(FILE, "default", KIND, "app", entry(&json!({"url": hostile}))).unwrap();
        assert_eq!(document(&file)["target"][0]["url"], hostile);
        assert!(!document(&file).contains_key("service_provider"));
    }
}
