//! An answer before it is put on the wire, and the ways in which it can fail to arrive.

use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame};
use serde_json::{Value, json};

/// An answer of the target.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Option<Value>,
    pub(crate) etag: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) retry_after: Option<u64>,
}

impl Answer {
    pub(crate) fn new(status: u16, body: Option<Value>) -> Self {
        Self { status, body, etag: None, location: None, retry_after: None }
    }
}

/// What becomes of a request.
pub(crate) enum Reply {
    /// It is answered.
    Whole(Answer),
    /// Half of the answer is sent, then the connection ends.
    Half(Answer),
    /// A page of HTML.
    Html,
    /// The connection is reset.
    Reset,
}

/// A definite refusal, in the words of RFC 7644 §3.12.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fail {
    status: u16,
    scim_type: Option<&'static str>,
    detail: String,
}

impl Fail {
    pub(crate) fn new(status: u16, detail: impl Into<String>) -> Self {
        Self { status, scim_type: None, detail: detail.into() }
    }

    /// A 400 with its `scimType`.
    pub(crate) fn bad(scim_type: &'static str, detail: impl Into<String>) -> Self {
        Self { status: 400, scim_type: Some(scim_type), detail: detail.into() }
    }

    /// 409, the name is taken.
    pub(crate) fn taken(detail: impl Into<String>) -> Self {
        Self { status: 409, scim_type: Some("uniqueness"), detail: detail.into() }
    }

    pub(crate) fn answer(&self) -> Answer {
        let mut body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": self.status.to_string(),
            "detail": self.detail,
        });
        if let (Some(scim_type), Some(map)) = (self.scim_type, body.as_object_mut()) {
            map.insert("scimType".to_owned(), json!(scim_type));
        }
        Answer::new(self.status, Some(body))
    }
}

/// A body on its way: whole, or torn off in the middle.
pub(crate) enum Payload {
    Whole(Option<Bytes>),
    /// The first half, still to be sent; then a pause, in which it is flushed; then the end.
    Half(Option<Bytes>, bool),
}

impl Body for Payload {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match &mut *self {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|b| Ok(Frame::data(b)))),
            Self::Half(bytes, flushed) => {
                if let Some(bytes) = bytes.take() {
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                if !*flushed {
                    *flushed = true;
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Poll::Ready(Some(Err(std::io::ErrorKind::BrokenPipe.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        match self {
            Self::Whole(bytes) => {
                hyper::body::SizeHint::with_exact(bytes.as_ref().map_or(0, |b| b.len() as u64))
            }
            Self::Half(..) => hyper::body::SizeHint::default(),
        }
    }
}
