//! Events over HTTP: who fetches them, who asks for an answer later, and how tokens are signed.
//!
//! What is told of a change is decided by the engine and stored with it; here it becomes tokens.

mod jwks;
mod later;
mod poll;
mod results;
mod signer;

use http::StatusCode;
use sutler_engine::provision::Caller;
use sutler_model::ServiceProviderId;

use crate::failure::Failure;

pub(crate) use jwks::jwks;
pub(crate) use later::{Processed, Transaction, later};
pub(crate) use poll::poll;
pub(crate) use results::results;
pub use signer::{Sealing, TokenSigner};

/// The path below a SCIM root under which results of asynchronous requests lie.
pub(crate) const RESULTS: &str = "/AsyncResponses";

/// The service provider that asks. A user has no stream and no results.
fn provider_of(caller: &Caller) -> Result<ServiceProviderId, Failure> {
    let refused = || Failure::new(StatusCode::FORBIDDEN, "this is for applications only");
    caller.service_provider.ok_or_else(refused)
}
