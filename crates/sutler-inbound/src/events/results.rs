//! `GET /AsyncResponses/{txn}`: how an asynchronous request ended, for whoever asked.
//!
//! One result is a token. Those of a bulk request are named by the transaction, a colon and
//! their index; under the transaction alone they are all together, as a poll answers them.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use sutler_model::port::EventSigner as _;
use sutler_scim::events::{TOKEN_MEDIA_TYPE, answer};

use super::poll::unsigned;
use super::provider_of;
use crate::authenticate::Authenticated;
use crate::failure::Failure;
use crate::scim::Id;
use crate::services::Shared;

pub(crate) async fn results(
    Authenticated(caller): Authenticated,
    State(shared): State<Shared>,
    Id(id): Id,
) -> Result<Response, Failure> {
    let ports = &shared.services.ports;
    let (request, index) = split(&id.0);
    let provider = provider_of(&caller)?;
    let now = ports.clock.now();
    let mut found = ports.ledger.completions(caller.tenant, provider, request, now).await?;
    found.retain(|(at, _)| index.is_none_or(|index| index == *at));
    let estate = ports.estate.current();
    let audience = estate.service_provider(provider).map_or("", |provider| provider.name.as_str());
    let mut tokens = Vec::with_capacity(found.len());
    for (_, event) in &found {
        let signed = shared.services.events.sign(&estate, caller.tenant, audience, event).await;
        tokens.push((event.jti.clone(), signed.map_err(|reason| unsigned(&reason))?));
    }
    let alone = found.first().is_some_and(|(_, event)| event.txn == id.0);
    match tokens.pop() {
        None => Err(Failure::new(
            StatusCode::NOT_FOUND,
            "there is no result under this address, or it is no longer kept",
        )),
        Some((_, token)) if alone => Ok(with_media(token, TOKEN_MEDIA_TYPE)),
        Some(last) => {
            tokens.push(last);
            Ok(with_media(answer(tokens, false).to_string(), "application/json"))
        }
    }
}

fn with_media(body: String, media: &'static str) -> Response {
    let mut response = body.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    response
}

/// The transaction of a request, and which of its operations is meant.
fn split(id: &str) -> (&str, Option<i64>) {
    let parts = id.rsplit_once(':').and_then(|(request, n)| Some((request, n.parse().ok()?)));
    parts.map_or((id, None), |(request, index)| (request, Some(index)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_of_a_bulk_request_is_named_by_its_index_t_v5() {
        assert_eq!(split("a-b"), ("a-b", None));
        assert_eq!(split("a-b:0"), ("a-b", Some(0)));
        assert_eq!(split("a-b:x"), ("a-b:x", None));
    }
}
