//! `DELETE /targets/{name}` and its like: takes one entry away.

use std::borrow::Cow;

use http::Method;
use sutler_model::administrator::Role;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, Endpoint};
use super::super::estate_file::{EntryKind, EstateEdition};
use super::super::serve::expected;
use super::entry_list::kind;
use super::kinds::{EDITING, wanted};
use super::schema::report;
use crate::failure::Failure;

pub(super) fn endpoint(kind: &'static EntryKind) -> Endpoint {
    Endpoint {
        method: Method::DELETE,
        path: Cow::Owned(format!("/{}/{{name}}", kind.path)),
        id: Cow::Owned(format!("delete_{}", kind.table)),
        summary: Cow::Owned(format!("Take a {} away", kind.noun)),
        role: Role::Owner,
        query: &EDITING,
        conditional: true,
        act: Some("estate.apply"),
        entry: Some(kind),
        ..Endpoint::get("", "", "", report, |asked| Box::pin(run(asked)))
    }
}

async fn run(asked: Asked) -> Result<Answer, Failure> {
    let expected = expected(&asked.headers)?;
    let edition = EstateEdition::Delete(kind(&asked)?, asked.part("name")?.to_owned());
    let wanted = wanted(&asked, edition, expected, asked.query.flag("dry_run"));
    let done = asked.shared.services.estate.apply(wanted).await?;
    Ok(Answer::json(&done.report)?.with_tag(&done.tag))
}
