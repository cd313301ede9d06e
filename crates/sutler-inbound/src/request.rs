//! What is done around every request: its id, its time limit, the end of a panic, the body of
//! a failure, and one log line.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::admin;
use crate::failure::Failure;
use crate::services::Shared;
use crate::token::hex;
use crate::tolerated;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// How much of a path is logged.
const PATH_LOGGED: usize = 256;

/// Who sent a request, once it is known: for the log line.
#[derive(Clone, Default)]
pub(crate) struct Sender(Arc<OnceLock<(String, String)>>);

impl Sender {
    pub(crate) fn set(&self, client: &str, service_provider: &str) {
        // The first one stays.
        let _ = self.0.set((client.to_owned(), service_provider.to_owned()));
    }

    fn client(&self) -> &str {
        self.0.get().map_or("-", |(client, _)| client)
    }

    fn service_provider(&self) -> &str {
        self.0.get().map_or("-", |(_, provider)| provider)
    }
}

pub(crate) async fn observe(
    State(shared): State<Shared>,
    mut request: Request,
    next: Next,
) -> Response {
    let clock = Arc::clone(&shared.services.ports.clock);
    let began = clock.boottime();
    let id = identify(&shared, request.headers());
    let sender = Sender::default();
    request.extensions_mut().insert(sender.clone());
    let method = request.method().clone();
    let path: String = request.uri().path().chars().take(PATH_LOGGED).collect();

    let response = run(&shared, request, next).await;
    let mut response = finish(response, &id, admin::is_ours(&path));
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }

    let took = clock.boottime().saturating_sub(began);
    let status = response.status().as_u16();
    measure(&method, status, took);
    let tolerated = tolerated::of(&response);
    tolerated::count(sender.service_provider(), tolerated);
    tracing::info!(
        http.method = %method,
        http.path = path,
        http.status = status,
        duration_ms = took,
        request.id = id,
        client.id = sender.client(),
        tolerated = tolerated::names(tolerated),
        "answered a request"
    );
    response
}

async fn run(shared: &Shared, request: Request, next: Next) -> Response {
    let handled = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(shared.services.settings.request_timeout, handled).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            tracing::error!("a request ended in a panic; this is a defect, please report it");
            Failure::internal().into_response()
        }
        Err(_) => Failure::unavailable("the request took too long; its outcome is unknown")
            .into_response(),
    }
}

/// Writes the body of a failure, keeping headers such as `Allow`.
fn finish(mut response: Response, id: &str, problem: bool) -> Response {
    let Some(failure) = response.extensions_mut().remove::<Failure>() else {
        return response;
    };
    let failure = if problem { failure.into_problem() } else { failure };
    let mut answer = failure.into_answer(id);
    if let Some(allow) = response.headers_mut().remove(http::header::ALLOW) {
        answer.headers_mut().insert(http::header::ALLOW, allow);
    }
    answer
}

fn identify(shared: &Shared, headers: &HeaderMap) -> String {
    let given = headers
        .get(REQUEST_ID)
        .filter(|_| shared.services.settings.behind_proxy)
        .and_then(|value| value.to_str().ok())
        .filter(|text| is_identifier(text));
    if let Some(given) = given {
        return given.to_owned();
    }
    let made = shared.services.ports.random.bytes16();
    hex(made.get(..8).unwrap_or(&made))
}

fn is_identifier(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (1..=64).contains(&text.len()) && text.chars().all(allowed)
}

fn measure(method: &Method, status: u16, took: i64) {
    let method = match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    };
    metrics::counter!("sutler_http_requests_total", "method" => method, "status" => status.to_string())
        .increment(1);
    let seconds = f64::from(i32::try_from(took).unwrap_or(i32::MAX)) / 1_000.0;
    metrics::histogram!("sutler_http_request_seconds", "method" => method).record(seconds);
}
