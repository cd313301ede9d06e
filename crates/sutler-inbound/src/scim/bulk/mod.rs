//! `POST /Bulk` (RFC 7644 §3.7): many operations in one request, each as if it came alone.
//!
//! Each has its own permissions, validation and condition, and is durable when it is answered;
//! what was done stays, whatever becomes of the others. Once read, a request runs to its end even
//! if the client has gone. It begins nothing after two thirds of the time that a request may
//! take, and says so of what is left: the last third is for what is under way.

mod circle;
mod perform;
mod run;

use std::sync::Mutex;

use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use sutler_model::Leniencies;

use self::run::Run;
use super::answer::json;
use crate::authenticate::Authenticated;
use crate::body::scim_object;
use crate::failure::Failure;
use crate::place::Place;
use crate::services::Shared;
use crate::tolerated::tolerating;

pub(crate) async fn bulk(
    Authenticated(caller): Authenticated,
    State(shared): State<Shared>,
    place: Place,
    request: Request,
) -> Result<Response, Failure> {
    let limits = shared.services.settings.bulk;
    if !limits.offered() {
        return Err(Failure::new(
            StatusCode::NOT_IMPLEMENTED,
            "`/Bulk` is switched off here: send the operations one by one",
        ));
    }
    let deadline = deadline(&shared);
    let body = scim_object(request, &shared, limits.payload, || limits.too_long().into()).await?;
    let plan = sutler_scim::bulk::plan(sutler_scim::bulk::parse(body, &limits)?);
    let tolerated = Mutex::new(Leniencies::NONE);
    let run = Run { shared, caller, base: place.base, deadline, tolerated };
    if run.is_late() {
        return Err(Failure::unavailable(
            "the bulk request took too long to arrive; nothing was done: send it in several parts",
        ));
    }
    match tokio::spawn(run.all(plan)).await {
        Ok((answer, processed, tolerated)) => {
            let mut response = tolerating(json(StatusCode::OK, &answer), tolerated);
            response.extensions_mut().insert(processed);
            Ok(response)
        }
        Err(ended) => match ended.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Failure::internal()),
        },
    }
}

/// When the last operation may begin, on the clock since boot.
fn deadline(shared: &Shared) -> i64 {
    let whole = shared.services.settings.request_timeout.as_millis();
    let share = i64::try_from(whole / 3 * 2).unwrap_or(i64::MAX);
    shared.services.ports.clock.boottime().saturating_add(share)
}
