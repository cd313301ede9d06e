//! `Prefer: respond-async` (RFC 9967 §2.5, RFC 7240): the request is carried out, how it ended is
//! stored, and only then it is answered with 202 and where to look.
//!
//! Who is not let in, and what the server could not do, is answered as usual.

use axum::extract::{FromRequestParts as _, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use sutler_engine::provision::name;
use sutler_model::event::{Completion, Event, EventKind, Payload, Subject};
use sutler_model::{Document, EventStreamId, ServiceProviderId, TenantId};
use sutler_scim::error::Problem;
use sutler_scim::events::{Prefer, RESPOND_ASYNC, Single, operation_path, single};

use super::{RESULTS, provider_of};
use crate::authenticate::Authenticated;
use crate::failure::Failure;
use crate::place::Place;
use crate::services::Shared;

/// How long results are kept, in milliseconds.
const KEPT: i64 = 24 * 3_600_000;
const PREFER: HeaderName = HeaderName::from_static("prefer");
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
const SET_TXN: HeaderName = HeaderName::from_static("set-txn");

/// What a request that is answered later is called; an extension of it.
#[derive(Clone)]
pub(crate) struct Transaction(pub(crate) String);

/// Which operations of a bulk request have a result; an extension of its answer.
#[derive(Clone)]
pub(crate) struct Processed(pub(crate) Vec<usize>);

/// A request that is to be answered later.
struct Asked {
    shared: Shared,
    prefer: Prefer,
    tenant: TenantId,
    service_provider: ServiceProviderId,
    base: String,
    txn: String,
    method: Method,
    /// Below the SCIM root.
    path: String,
}

pub(crate) async fn later(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let values = request.headers().get_all(&PREFER).iter();
    let prefer = Prefer::parse(values.filter_map(|value| value.to_str().ok()));
    if !prefer.respond_async || !writes(&request) {
        return next.run(request).await;
    }
    let answered = answer(shared, prefer, request, next).await;
    answered.unwrap_or_else(IntoResponse::into_response)
}

/// True of a request that changes something; `.search` does not.
fn writes(request: &Request) -> bool {
    let path = request.uri().path();
    let place = ["/Users", "/Groups", "/Bulk"].iter().any(|place| path.starts_with(place));
    let method = request.method();
    let methods = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    place && methods.contains(method) && !path.ends_with("/.search")
}

async fn answer(
    shared: Shared,
    prefer: Prefer,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    let place = Place::from_request_parts(&mut parts, &shared).await?;
    let Authenticated(caller) = Authenticated::from_request_parts(&mut parts, &shared).await?;
    let txn = name(&*shared.services.ports.random);
    parts.extensions.insert(Transaction(txn.clone()));
    let asked = Asked {
        prefer,
        tenant: caller.tenant,
        service_provider: provider_of(&caller)?,
        base: place.base,
        txn,
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        shared,
    };
    // Once begun it comes to its end, even if the client has gone.
    let run = asked.run(Request::from_parts(parts, body), next);
    match tokio::spawn(run).await {
        Ok(answered) => answered,
        Err(ended) => match ended.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Failure::internal()),
        },
    }
}

impl Asked {
    async fn run(self, request: Request, next: Next) -> Result<Response, Failure> {
        let clock = &self.shared.services.ports.clock;
        let began = clock.boottime();
        let response = next.run(request).await;
        let took = clock.boottime().saturating_sub(began);
        let status = response.status();
        if !self.prefer.answers_later(took)
            || status.is_server_error()
            || status == StatusCode::METHOD_NOT_ALLOWED
        {
            return Ok(response);
        }
        let results = match response.extensions().get::<Processed>().cloned() {
            Some(Processed(indices)) => bulk_results(indices, response).await?,
            None => vec![(0, self.txn.clone(), self.single(&response))],
        };
        self.store(results).await?;
        Ok(self.accepted())
    }

    fn single(&self, response: &Response) -> Document {
        let text = |name: HeaderName| response.headers().get(name)?.to_str().ok();
        let problem: Option<Problem> =
            response.extensions().get::<Failure>().cloned().map(Into::into);
        let asked = (self.method != Method::POST).then(|| format!("{}{}", self.base, self.path));
        single(Single {
            method: self.method.as_str(),
            status: response.status().as_u16(),
            location: text(header::LOCATION).or(asked.as_deref()),
            version: text(header::ETAG),
            problem: problem.as_ref(),
        })
    }

    async fn store(&self, results: Vec<(i64, String, Document)>) -> Result<(), Failure> {
        let ports = &self.shared.services.ports;
        let expires = ports.clock.now().plus(KEPT);
        let estate = ports.estate.current();
        let streams = estate.event_streams.iter().filter(|stream| {
            stream.tenant == self.tenant && stream.wants(EventKind::AsyncResponse)
        });
        let streams: Vec<EventStreamId> = streams.map(|stream| stream.id).collect();
        let mut kept = Vec::with_capacity(results.len());
        let mut told = Vec::new();
        for (index, txn, result) in results {
            let txn = if txn.is_empty() { format!("{}:{index}", self.txn) } else { txn };
            let event = self.event(txn, result);
            told.extend(streams.iter().map(|stream| (*stream, self.renamed(&event))));
            kept.push(Completion {
                tenant: self.tenant,
                service_provider: self.service_provider,
                request: self.txn.clone(),
                index,
                expires,
                event,
            });
        }
        ports.ledger.complete(kept, told).await?;
        ports.pulse.committed();
        Ok(())
    }

    fn event(&self, txn: String, result: Document) -> Event {
        let ports = &self.shared.services.ports;
        let path = operation_path(&self.base, &result, Some(&self.path));
        Event {
            jti: name(&*ports.random),
            txn,
            at: ports.clock.now(),
            kind: EventKind::AsyncResponse,
            subject: Subject::Path(path),
            version: None,
            payload: Payload::Outcome(result),
        }
    }

    /// The same for somebody else: another token has another name.
    fn renamed(&self, event: &Event) -> Event {
        Event { jti: name(&*self.shared.services.ports.random), ..event.clone() }
    }

    fn accepted(&self) -> Response {
        let mut response = StatusCode::ACCEPTED.into_response();
        let location = format!("{}{RESULTS}/{}", self.base, self.txn);
        let headers = response.headers_mut();
        headers.insert(PREFERENCE_APPLIED, HeaderValue::from_static(RESPOND_ASYNC));
        for (name, text) in [(SET_TXN, &self.txn), (header::LOCATION, &location)] {
            if let Ok(value) = HeaderValue::from_str(text) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// The results of a bulk request, with the places of their operations in it. Their transactions
/// are made of these.
async fn bulk_results(
    indices: Vec<usize>,
    response: Response,
) -> Result<Vec<(i64, String, Document)>, Failure> {
    let body = response.into_body().collect().await.map_err(|_| Failure::internal())?;
    let mut body: Value =
        serde_json::from_slice(&body.to_bytes()).map_err(|_| Failure::internal())?;
    let Some(Value::Array(results)) = body.get_mut("Operations").map(Value::take) else {
        return Err(Failure::internal());
    };
    let results = indices.into_iter().zip(results).filter_map(|(index, result)| match result {
        Value::Object(result) => Some((i64::try_from(index).ok()?, String::new(), result)),
        _ => None,
    });
    Ok(results.collect())
}
