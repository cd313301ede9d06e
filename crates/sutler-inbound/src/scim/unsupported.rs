//! What RFC 7644 leaves to choice and is not offered: `/Me` (§3.11) and `/Bulk` (§3.7).

use http::StatusCode;

use crate::failure::Failure;

pub(crate) async fn me() -> Failure {
    unsupported("`/Me` is not supported: a client here is an application, not a person")
}

pub(crate) async fn bulk() -> Failure {
    unsupported("`/Bulk` is not supported: send the operations one by one")
}

fn unsupported(detail: &str) -> Failure {
    Failure::new(StatusCode::NOT_IMPLEMENTED, detail)
}
