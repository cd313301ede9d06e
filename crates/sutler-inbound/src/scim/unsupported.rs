//! What RFC 7644 leaves to choice and is not offered: `/Me` (§3.11).

use http::StatusCode;

use crate::failure::Failure;

pub(crate) async fn me() -> Failure {
    Failure::new(
        StatusCode::NOT_IMPLEMENTED,
        "`/Me` is not supported: a client here is an application, not a person",
    )
}
