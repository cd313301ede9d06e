//! Why no answer came, as far as it decides what is to be done.

use std::error::Error;
use std::io;

use sutler_model::outcome::Trouble;

use super::redact::redact;
use crate::stop::Stop;

/// What an error of the client means: was anything sent, and to whom?
pub(crate) fn stop(error: &reqwest::Error) -> Stop {
    if wrong_identity(error) {
        return Stop::retry(
            Trouble::Auth,
            None,
            format!("the target's TLS identity is not trusted: {}", reason(error)),
        );
    }
    if error.is_connect() || error.is_builder() {
        return Stop::retry(
            Trouble::Unreachable,
            None,
            format!("the target cannot be reached: {}", reason(error)),
        );
    }
    Stop::unknown(None, lost(error))
}

/// What is said when the answer, or the rest of it, did not come.
pub(crate) fn lost(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer came in time".to_owned();
    }
    format!("the connection broke before the answer was whole: {}", reason(error))
}

/// The innermost cause, which is the one that says something.
fn reason(error: &reqwest::Error) -> String {
    if error.is_connect() && error.is_timeout() {
        return "no connection stood in time".to_owned();
    }
    let mut innermost: &dyn Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    redact(&innermost.to_string(), None)
}

/// True if the peer is not who it should be.
fn wrong_identity(error: &reqwest::Error) -> bool {
    let mut next: Option<&(dyn Error + 'static)> = error.source();
    while let Some(error) = next {
        if is_identity(error) {
            return true;
        }
        next = error.source();
    }
    false
}

fn is_identity(error: &(dyn Error + 'static)) -> bool {
    // An I/O error does not name what it wraps as its source, but the source of that.
    if let Some(wrapped) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        return is_identity(wrapped);
    }
    matches!(
        error.downcast_ref::<rustls::Error>(),
        Some(
            rustls::Error::InvalidCertificate(_)
                | rustls::Error::NoCertificatesPresented
                | rustls::Error::UnsupportedNameType
        )
    )
}
