//! `POST /estate/plan`: what would change if the estate held what a file says.

use http::Method;
use sutler_model::administrator::Role;

use super::super::answer::Answer;
use super::super::endpoint::{Asked, BodyKind, Endpoint, Sent};
use super::super::estate_file::EstateEdition;
use super::kinds::{PLANNING, wanted};
use super::schema::report;
use crate::failure::Failure;

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        method: Method::POST,
        installation: true,
        // What a file may refer to is told by it: whose environment it is.
        role: Role::Owner,
        query: &PLANNING,
        body: BodyKind::Toml,
        ..Endpoint::get(
            "/estate/plan",
            "planEstate",
            "What would change if the estate held what a file says",
            report,
            |asked| Box::pin(run(asked)),
        )
    }
}

async fn run(mut asked: Asked) -> Result<Answer, Failure> {
    let edition = file(&mut asked)?;
    let wanted = wanted(&asked, edition, None, true);
    let done = asked.shared.services.estate.apply(wanted).await?;
    Ok(Answer::json(&done.report)?.with_tag(&done.tag))
}

/// The file that was sent.
pub(super) fn file(asked: &mut Asked) -> Result<EstateEdition, Failure> {
    match std::mem::replace(&mut asked.body, Sent::Nothing) {
        Sent::Toml(text) => Ok(EstateEdition::File(text)),
        Sent::Nothing | Sent::Json(_) => Err(Failure::internal()),
    }
}
