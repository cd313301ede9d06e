//! A request that was not done: how it is worded on the wire.
//!
//! A handler answers with a [`Failure`]; its body is written in one place, the middleware of
//! [`crate::request`], which knows the request's id.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};
use sutler_engine::provision::Refusal;
use sutler_model::port::LedgerError;
use sutler_model::work::Fault;
use sutler_model::{Invalid, InvalidKind};
use sutler_scim::error::{Problem, body};

/// In which form a failure is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// RFC 7644 §3.12.
    Scim(Option<InvalidKind>),
    /// RFC 6749 §5.2.
    OAuth(&'static str),
    /// RFC 9457.
    Problem,
}

/// Why a request was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    status: StatusCode,
    form: Form,
    detail: String,
    retry_after: Option<u32>,
    challenge: bool,
    /// What else a problem says (RFC 9457 §3.2).
    more: Map<String, Value>,
}

impl Failure {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            form: Form::Scim(None),
            detail: detail.into(),
            retry_after: None,
            challenge: false,
            more: Map::new(),
        }
    }

    /// With something more that a problem says.
    pub(crate) fn with(mut self, key: &str, value: Value) -> Self {
        self.more.insert(key.to_owned(), value);
        self
    }

    /// With the question for a credential (RFC 9110 §11.6.1).
    pub(crate) fn challenging(self) -> Self {
        Self { challenge: true, ..self }
    }

    /// The same as a problem (RFC 9457), as the admin API has it.
    pub(crate) fn into_problem(self) -> Self {
        Self { form: Form::Problem, ..self }
    }

    pub(crate) fn oauth(
        status: StatusCode,
        error: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            form: Form::OAuth(error),
            challenge: status == StatusCode::UNAUTHORIZED,
            ..Self::new(status, detail)
        }
    }

    /// The same for whatever is wrong with a credential, so that nothing is learned from it.
    pub(crate) fn unauthorized() -> Self {
        Self {
            challenge: true,
            ..Self::new(
                StatusCode::UNAUTHORIZED,
                "a valid credential is needed: a bearer token, or client id and secret by HTTP Basic",
            )
        }
    }

    pub(crate) fn no_such_path() -> Self {
        Self::new(StatusCode::NOT_FOUND, "there is nothing at this path")
    }

    pub(crate) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the server failed; the request was not done, or its outcome is unknown",
        )
    }

    pub(crate) fn unavailable(detail: impl Into<String>) -> Self {
        Self { retry_after: Some(1), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, detail) }
    }

    pub(crate) fn too_often(retry_after: u32) -> Self {
        let detail = "too many requests: a client may send so many a second; the request was not done, send it again later";
        Self { retry_after: Some(retry_after), ..Self::new(StatusCode::TOO_MANY_REQUESTS, detail) }
    }

    /// The whole response, with the request's id at the end of its text.
    pub(crate) fn into_answer(self, request: &str) -> Response {
        let detail = format!("{} (request {request})", self.detail);
        let (media, body) = match self.form {
            Form::Scim(kind) => {
                let status = self.status.as_u16();
                let problem = Problem { status, kind, detail };
                (sutler_scim::MEDIA_TYPE, body(&problem))
            }
            Form::OAuth(error) => ("application/json", oauth_body(error, &detail)),
            Form::Problem => {
                ("application/problem+json", problem_body(self.status, self.more, &detail, request))
            }
        };
        let mut response = (self.status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
        if matches!(self.form, Form::Problem) {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        if matches!(self.form, Form::OAuth(_)) {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.challenge {
            let schemes = ["Bearer realm=\"sutler\"", "Basic realm=\"sutler\", charset=\"UTF-8\""];
            // Administrators have tokens only.
            let most = if matches!(self.form, Form::Problem) { 1 } else { 2 };
            for scheme in schemes.into_iter().take(most) {
                headers.append(header::WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
            }
        }
        response
    }
}

/// The `type` is `about:blank`, by being left out (RFC 9457 §4.2.1).
fn problem_body(
    status: StatusCode,
    more: Map<String, Value>,
    detail: &str,
    request: &str,
) -> Value {
    let mut body = more;
    body.insert("title".to_owned(), status.canonical_reason().unwrap_or_default().into());
    body.insert("status".to_owned(), status.as_u16().into());
    body.insert("detail".to_owned(), detail.into());
    body.insert("request".to_owned(), request.into());
    Value::Object(body)
}

fn oauth_body(error: &str, detail: &str) -> Value {
    json!({ "error": error, "error_description": detail })
}

/// Without its body, which the middleware writes.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Invalid> for Failure {
    fn from(invalid: Invalid) -> Self {
        Problem::from(invalid).into()
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
        Self { form: Form::Scim(problem.kind), ..Self::new(status, problem.detail) }
    }
}

/// As one part of an answer, which cannot have headers of its own.
impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let kind = match failure.form {
            Form::Scim(kind) => kind,
            Form::OAuth(_) | Form::Problem => None,
        };
        Self { status: failure.status.as_u16(), kind, detail: failure.detail }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let text = refusal.to_string();
        match refusal {
            Refusal::Forbidden(_)
            | Refusal::ForbiddenStore(_)
            | Refusal::Unwritable(_)
            | Refusal::Unreadable(_)
            | Refusal::Myself(_) => Self::new(StatusCode::FORBIDDEN, text),
            Refusal::Invalid(invalid) => invalid.into(),
            Refusal::NotFound { .. } => Self::new(StatusCode::NOT_FOUND, text),
            Refusal::Taken { .. } => Self {
                form: Form::Scim(Some(InvalidKind::Uniqueness)),
                ..Self::new(StatusCode::CONFLICT, text)
            },
            Refusal::Stale => Self::new(StatusCode::PRECONDITION_FAILED, text),
            Refusal::Contended
            | Refusal::Hash
            | Refusal::Reserved { .. }
            | Refusal::Intended
            | Refusal::Unavailable { .. }
            | Refusal::Declined { retryable: true, .. } => Self::unavailable(text),
            Refusal::Declined { fault, .. } => declined(&fault, text),
            Refusal::Undecided(_) | Refusal::Unconfirmed { .. } => {
                Self::new(StatusCode::GATEWAY_TIMEOUT, text)
            }
            Refusal::Unread(unread) => Self {
                retry_after: Some(seconds(unread.after)),
                ..Self::new(StatusCode::SERVICE_UNAVAILABLE, text)
            },
            Refusal::Unheld(_) => Self::new(StatusCode::NOT_IMPLEMENTED, text),
            Refusal::Store(error) => error.into(),
        }
    }
}

/// Whole seconds, and never none.
fn seconds(millis: i64) -> u32 {
    u32::try_from(millis.max(0).div_euclid(1_000)).unwrap_or(u32::MAX).saturating_add(1)
}

/// What a target does not want is the request's fault, unless the target itself is at fault.
fn declined(fault: &Fault, text: String) -> Failure {
    let (status, kind) = match fault.cause.as_str() {
        "rejected" | "mapping" | "unnamed" => (StatusCode::BAD_REQUEST, Some(InvalidKind::Value)),
        "taken" | "exists" => (StatusCode::CONFLICT, Some(InvalidKind::Uniqueness)),
        "conflict" | "overtaken" => (StatusCode::CONFLICT, None),
        _ => (StatusCode::BAD_GATEWAY, None),
    };
    Failure { form: Form::Scim(kind), ..Failure::new(status, text) }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Full => Self::new(StatusCode::INSUFFICIENT_STORAGE, error.to_string()),
            LedgerError::Busy | LedgerError::EstateMoved | LedgerError::Fenced => {
                Self::unavailable("the store cannot take it just now; try again")
            }
            LedgerError::SchemaInUse { .. } => Self::new(StatusCode::CONFLICT, error.to_string()),
            LedgerError::Failed(detail) => {
                tracing::error!(error = %detail, "the store failed a request");
                Self::internal()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r6_scenario_47_a_full_store_is_507_and_scenario_31_a_stale_version_is_412() {
        let status = |refusal: Refusal| Failure::from(refusal).status.as_u16();
        assert_eq!(status(Refusal::Store(LedgerError::Full)), 507);
        assert_eq!(status(Refusal::Stale), 412);
    }

    #[test]
    fn scenario_29_what_a_target_says_is_the_answer() {
        let declined = |cause: &str, retryable| {
            let detail = "no".to_owned();
            let fault = Fault { cause: cause.to_owned(), detail, status: None };
            let target = Some("crm".to_owned());
            let failure = Failure::from(Refusal::Declined { target, fault, retryable });
            (failure.status.as_u16(), failure.retry_after.is_some())
        };
        assert_eq!(declined("rejected", false), (400, false));
        assert_eq!(declined("taken", false), (409, false));
        assert_eq!(declined("unsupported", false), (502, false));
        assert_eq!(declined("unreachable", true), (503, true));
        let undecided = Failure::from(Refusal::Undecided(sutler_model::IntentId(7)));
        assert_eq!(undecided.status.as_u16(), 504);
        assert!(undecided.detail.contains("Intents/7"), "{}", undecided.detail);
        assert_eq!(Failure::from(Refusal::Intended).status.as_u16(), 503);
    }
}
