//! `PUT /targets/{name}` and its like: makes or replaces one entry.

use std::borrow::Cow;

use http::Method;
use sutler_model::administrator::Role;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, BodyKind, Endpoint, Sent};
use super::super::estate_file::{EntryKind, EstateEdition};
use super::super::serve::expected;
use super::entry_list::kind;
use super::kinds::{EDITING, wanted};
use super::schema::{entry, report};
use crate::failure::Failure;

pub(super) fn endpoint(kind: &'static EntryKind) -> Endpoint {
    Endpoint {
        method: Method::PUT,
        path: Cow::Owned(format!("/{}/{{name}}", kind.path)),
        id: Cow::Owned(format!("put_{}", kind.table)),
        summary: Cow::Owned(format!("Make or replace a {}", kind.noun)),
        role: Role::Owner,
        query: &EDITING,
        conditional: true,
        body: BodyKind::Json(entry),
        act: Some("estate.apply"),
        entry: Some(kind),
        ..Endpoint::get("", "", "", report, |asked| Box::pin(run(asked)))
    }
}

async fn run(mut asked: Asked) -> Result<Answer, Failure> {
    let expected = expected(&asked.headers)?;
    let kind = kind(&asked)?;
    let name = asked.part("name")?.to_owned();
    let Sent::Json(entry) = std::mem::replace(&mut asked.body, Sent::Nothing) else {
        return Err(Failure::internal());
    };
    let edition = EstateEdition::Put(kind, name, entry);
    let wanted = wanted(&asked, edition, expected, asked.query.flag("dry_run"));
    let done = asked.shared.services.estate.apply(wanted).await?;
    Ok(Answer::json(&done.report)?.with_tag(&done.tag))
}
