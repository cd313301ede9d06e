//! What an endpoint answers, and refusals of the engine as problems (RFC 9457).

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};
use sutler_engine::admin::{Page, Refused};

use super::estate_file::EstateRefused;
use crate::failure::Failure;

/// An answer when all is well.
pub(super) struct Answer {
    status: StatusCode,
    media: &'static str,
    text: Option<String>,
    tag: Option<String>,
}

impl Answer {
    /// JSON.
    pub(super) fn json(value: &impl serde::Serialize) -> Result<Self, Failure> {
        let text = serde_json::to_string(value).map_err(|_| Failure::internal())?;
        let media = "application/json";
        Ok(Self { status: StatusCode::OK, media, text: Some(text), tag: None })
    }

    /// A list that is whole.
    pub(super) fn list(items: &impl serde::Serialize) -> Result<Self, Failure> {
        Self::json(&json!({ "items": items }))
    }

    /// A page of a list, of which each item is told so.
    pub(super) fn page<T>(page: &Page<T>, told: impl Fn(&T) -> Value) -> Result<Self, Failure> {
        let items: Vec<Value> = page.items.iter().map(told).collect();
        Self::json(&json!({ "items": items, "next_cursor": page.next }))
    }

    /// An estate file.
    pub(super) fn toml(text: String) -> Self {
        Self { status: StatusCode::OK, media: "application/toml", text: Some(text), tag: None }
    }

    /// Nothing to say.
    pub(super) fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, media: "", text: None, tag: None }
    }

    /// The same with the status of the endpoint, unless it has nothing to say.
    pub(super) fn with_usual_status(self, status: StatusCode) -> Self {
        Self { status: if self.text.is_some() { status } else { self.status }, ..self }
    }

    /// The same with a version, as an entity tag.
    pub(super) fn with_tag(self, tag: &str) -> Self {
        Self { tag: Some(format!("\"{tag}\"")), ..self }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.text.unwrap_or_default()).into_response();
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_TYPE);
        if !self.media.is_empty() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media));
        }
        if let Some(tag) = self.tag.and_then(|tag| HeaderValue::from_str(&tag).ok()) {
            headers.insert(header::ETAG, tag);
            headers.insert(header::VARY, HeaderValue::from_static("accept"));
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Missing(text) => Self::new(StatusCode::NOT_FOUND, text),
            Refused::Impossible(text) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, text),
            Refused::Taken(text) => Self::new(StatusCode::CONFLICT, text),
            Refused::NoPlace(text) => Self::new(StatusCode::BAD_REQUEST, text),
            Refused::Store(error) => error.into(),
        }
    }
}

impl From<EstateRefused> for Failure {
    fn from(refused: EstateRefused) -> Self {
        match refused {
            EstateRefused::Missing(text) => Self::new(StatusCode::NOT_FOUND, text),
            EstateRefused::Moved => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "the estate is another than `If-Match` says: read it again, and say the same of what it is now",
            ),
            EstateRefused::Store(error) => error.into(),
            EstateRefused::Faults(faults) => {
                let faults = faults.into_iter().map(|fault| {
                    let mut line = Map::new();
                    if let Some((row, column)) = fault.place {
                        line.insert("line".to_owned(), Value::from(row));
                        line.insert("column".to_owned(), Value::from(column));
                    }
                    line.insert("message".to_owned(), Value::from(fault.message));
                    Value::Object(line)
                });
                let faults: Vec<Value> = faults.collect();
                Self::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "nothing was changed, since this estate cannot be used",
                )
                .with("faults", Value::Array(faults))
            }
        }
    }
}
