//! `PUT /estate`: makes the estate hold what a file says.

use http::Method;
use sutler_model::administrator::Role;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, BodyKind, Endpoint};
use super::super::serve::expected;
use super::estate_plan::file;
use super::kinds::{EDITING, wanted};
use super::schema::report;
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        method: Method::PUT,
        installation: true,
        role: Role::Owner,
        query: &EDITING,
        conditional: true,
        body: BodyKind::Toml,
        act: Some("estate.apply"),
        ..Endpoint::get(
            "/estate",
            "applyEstate",
            "Make the estate hold what a file says",
            report,
            |asked| Box::pin(run(asked)),
        )
    }
}

async fn run(mut asked: Asked) -> Result<Answer, Failure> {
    let expected = expected(&asked.headers)?;
    let edition = file(&mut asked)?;
    let wanted = wanted(&asked, edition, expected, asked.query.flag("dry_run"));
    let done = asked.shared.services.estate.apply(wanted).await?;
    Ok(Answer::json(&done.report)?.with_tag(&done.tag))
}
