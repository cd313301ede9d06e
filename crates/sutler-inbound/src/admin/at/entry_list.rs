//! `GET /targets` and its like: the entries of one sort.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::super::estate_file::{EntryKind, Exported, estate_tag};
use super::schema::{entry, list};
use crate::failure::Failure;

pub(super) fn endpoint(kind: &'static EntryKind) -> Endpoint {
    Endpoint {
        path: Cow::Owned(format!("/{}", kind.path)),
        id: Cow::Owned(format!("list_{}", kind.table)),
        summary: Cow::Owned(format!("Every {}", kind.noun)),
        entry: Some(kind),
        ..Endpoint::get("", "", "", || list(entry()), |asked| Box::pin(run(asked)))
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let kind = kind(&asked)?;
    let exported = asked.shared.services.estate.export(Some(asked.tenant()?)).await?;
    Ok(Answer::list(&entries(&exported, kind))?.with_tag(&estate_tag(&exported.text)))
}

/// Of which sort the entries are.
pub(super) fn kind(asked: &Asked) -> Result<EntryKind, Failure> {
    asked.entry.copied().ok_or_else(Failure::internal)
}

/// The entries of a sort.
pub(super) fn entries(exported: &Exported, kind: EntryKind) -> Vec<Value> {
    let table = exported.document.get(kind.table).cloned().unwrap_or_else(|| json!([]));
    match table {
        Value::Array(entries) => entries,
        _ => Vec::new(),
    }
}
