//! `/Me` (RFC 7644 §3.11): the user whom a token is about, by another name. Each method is the
//! one of `/Users/{id}`, and answers with that address.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use http::{HeaderMap, StatusCode};
use sutler_model::Kind;

use super::target::{Endpoint, Id, Parameters};
use super::{delete, get as read, patch, replace};
use crate::authenticate::Authenticated;
use crate::body::ScimBody;
use crate::failure::Failure;
use crate::place::Place;
use crate::services::Shared;
use crate::user::Subject;

const USER: Endpoint = Endpoint(Kind::User);

pub(super) fn routes() -> MethodRouter<Shared> {
    get(me).put(replace_me).patch(patch_me).delete(delete_me).post(sign_up)
}

async fn me(
    Subject { caller, uid }: Subject,
    shared: State<Shared>,
    place: Place,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    read::get(Authenticated(caller), shared, place, USER, Id(uid), parameters, headers).await
}

async fn replace_me(
    Subject { caller, uid }: Subject,
    shared: State<Shared>,
    place: Place,
    parameters: Parameters,
    headers: HeaderMap,
    body: ScimBody,
) -> Result<Response, Failure> {
    let caller = Authenticated(caller);
    replace::replace(caller, shared, place, USER, Id(uid), parameters, headers, body).await
}

async fn patch_me(
    Subject { caller, uid }: Subject,
    shared: State<Shared>,
    place: Place,
    parameters: Parameters,
    headers: HeaderMap,
    body: ScimBody,
) -> Result<Response, Failure> {
    let caller = Authenticated(caller);
    patch::patch(caller, shared, place, USER, Id(uid), parameters, headers, body).await
}

async fn delete_me(
    Subject { caller, uid }: Subject,
    shared: State<Shared>,
    headers: HeaderMap,
) -> Result<StatusCode, Failure> {
    delete::delete(Authenticated(caller), shared, USER, Id(uid), headers).await
}

/// Nobody makes himself a user: whoever is to be one is brought by a service provider.
async fn sign_up() -> Failure {
    Failure::new(
        StatusCode::NOT_IMPLEMENTED,
        "nobody signs up by himself here: `POST /Me` is not supported, users are created by service providers at `/Users`",
    )
}
