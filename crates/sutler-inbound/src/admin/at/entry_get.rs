//! `GET /targets/{name}` and its like: one entry.

use std::borrow::Cow;

use http::StatusCode;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::super::estate_file::{EntryKind, estate_tag};
use super::entry_list::{entries, kind};
use super::schema::entry;
use crate::failure::Failure;

pub(super) fn endpoint(kind: &'static EntryKind) -> Endpoint {
    Endpoint {
        path: Cow::Owned(format!("/{}/{{name}}", kind.path)),
        id: Cow::Owned(format!("get_{}", kind.table)),
        summary: Cow::Owned(format!("One {}", kind.noun)),
        entry: Some(kind),
        ..Endpoint::get("", "", "", entry, |asked| Box::pin(run(asked)))
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let kind = kind(&asked)?;
    let name = asked.part("name")?;
    let exported = asked.shared.services.estate.export(Some(asked.tenant()?)).await?;
    let all = entries(&exported, kind);
    let found = all.iter().find(|entry| entry[kind.key] == name).ok_or_else(|| {
        Failure::new(StatusCode::NOT_FOUND, format!("there is no {} `{name}`", kind.noun))
    })?;
    Ok(Answer::json(found)?.with_tag(&estate_tag(&exported.text)))
}
