//! `POST /events/{stream}`: a receiver fetches its events (RFC 8936).
//!
//! Only the service provider that the stream names may. An event comes again, under the same
//! name, until it is acknowledged.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures::future::{Either, select};
use http::{HeaderName, HeaderValue, StatusCode, header};
use sutler_engine::provision::Caller;
use sutler_model::estate::Estate;
use sutler_model::event::{Event, EventDelivery, EventEnd, EventStream};
use sutler_model::port::{EventSigner as _, MOST_BYTES};
use sutler_scim::events::{Poll, answer, parse};

use crate::authenticate::Authenticated;
use crate::body::ScimBody;
use crate::failure::Failure;
use crate::scim::Id;
use crate::services::Shared;

/// How long an answer waits for events, at most.
const PATIENCE: Duration = Duration::from_secs(15);
/// How many events the stream has lost because it was full.
const LOST: HeaderName = HeaderName::from_static("sutler-events-lost");

pub(crate) async fn poll(
    Authenticated(caller): Authenticated,
    State(shared): State<Shared>,
    Id(name): Id,
    ScimBody(body): ScimBody,
) -> Result<Response, Failure> {
    let asked = parse(&body)?;
    let estate = shared.services.ports.estate.current();
    let stream = find(&estate, &caller, &name.0).ok_or_else(|| {
        Failure::new(StatusCode::NOT_FOUND, "this client has no event stream of that name")
    })?;
    end(&shared, stream, asked.ends.clone()).await?;
    let mut found = wait(&shared, stream, &asked).await?;
    let more = found.len() > asked.most;
    found.truncate(asked.most);
    let tokens = sign(&shared, &estate, stream, &found).await?;
    let size: usize = tokens.iter().map(|(_, token)| token.len()).sum();
    let body = answer(tokens, more || size >= MOST_BYTES);
    let mut response = (StatusCode::OK, body.to_string()).into_response();
    let media = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, media);
    if let Some(lost) = lost(&shared, stream).await? {
        response.headers_mut().insert(LOST, HeaderValue::from(lost));
    }
    Ok(response)
}

/// The stream of that name, if this client is the one that fetches from it.
fn find<'a>(estate: &'a Estate, caller: &Caller, name: &str) -> Option<&'a EventStream> {
    let provider = estate.service_provider(caller.service_provider?)?;
    let theirs = |stream: &&EventStream| match &stream.delivery {
        EventDelivery::Poll { service_provider } => *service_provider == provider.name,
        EventDelivery::Push { .. } => false,
    };
    let ours = estate.event_streams.iter().filter(|stream| stream.tenant == caller.tenant);
    ours.filter(theirs).find(|stream| stream.name == name)
}

async fn end(shared: &Shared, stream: &EventStream, ends: Vec<EventEnd>) -> Result<(), Failure> {
    if ends.is_empty() {
        return Ok(());
    }
    for refused in ends.iter().filter_map(|end| Some((&end.jti, end.refused.as_ref()?))) {
        tracing::warn!(
            stream.name = %stream.name, event.jti = %refused.0, reason = %refused.1,
            "a receiver could not take an event"
        );
    }
    let ports = &shared.services.ports;
    let gone = ports.ledger.end_events(stream.id, ends, ports.clock.now()).await?;
    let gone = u64::try_from(gone).unwrap_or(u64::MAX);
    metrics::counter!("sutler_events_total", "stream" => stream.name.clone(), "how" => "poll")
        .increment(gone);
    Ok(())
}

/// One more than is wanted, so that it is known whether there are more. Waits for the first
/// unless the receiver does not want to.
async fn wait(shared: &Shared, stream: &EventStream, asked: &Poll) -> Result<Vec<Event>, Failure> {
    let ports = &shared.services.ports;
    let patience = PATIENCE.min(shared.services.settings.request_timeout / 2);
    let mut over = ports.runtime.sleep(i64::try_from(patience.as_millis()).unwrap_or(i64::MAX));
    loop {
        let committed = ports.pulse.on_commit();
        let found = ports.ledger.waiting_events(stream.id, asked.most + 1).await?;
        if !found.is_empty() || asked.immediately || asked.most == 0 {
            return Ok(found);
        }
        if let Either::Right(_) = select(committed, &mut over).await {
            return Ok(Vec::new());
        }
    }
}

async fn sign(
    shared: &Shared,
    estate: &Estate,
    stream: &EventStream,
    events: &[Event],
) -> Result<Vec<(String, String)>, Failure> {
    let signer = &shared.services.events;
    let mut tokens = Vec::with_capacity(events.len());
    for event in events {
        let signed = signer.sign(estate, stream.tenant, &stream.audience, event).await;
        tokens.push((event.jti.clone(), signed.map_err(|reason| unsigned(&reason))?));
    }
    Ok(tokens)
}

/// Nothing is lost: it is signed when it is asked for again.
pub(super) fn unsigned(reason: &str) -> Failure {
    tracing::error!(%reason, "an event could not be signed");
    Failure::unavailable("the events cannot be signed just now; try again")
}

async fn lost(shared: &Shared, stream: &EventStream) -> Result<Option<i64>, Failure> {
    let states = shared.services.ports.ledger.event_streams().await?;
    let state = states.into_iter().find(|state| state.stream == stream.id);
    Ok(state.map(|state| state.lost).filter(|lost| *lost > 0))
}
