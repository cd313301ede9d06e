//! What an installation sets about its HTTP side.

use std::time::Duration;

pub use sutler_scim::bulk::Limits as BulkLimits;

/// Limits and addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The public base address, as `https://id.example.org`, without a path; for
    /// `meta.location`. `None` takes it from each request.
    pub base_url: Option<String>,
    /// Believe `X-Forwarded-Proto`, `X-Forwarded-Host` and `X-Request-Id`: only behind a proxy
    /// that sets them itself.
    pub behind_proxy: bool,
    /// The longest body that is read, in bytes, but for bulk requests.
    pub body_limit: usize,
    /// How much one bulk request may ask for.
    pub bulk: BulkLimits,
    /// The longest time a body may take to arrive.
    pub body_timeout: Duration,
    /// The longest time a request may take, its body included.
    pub request_timeout: Duration,
    /// How many resources a page has when the client does not say.
    pub page_default: usize,
    /// How many resources a page has at most.
    pub page_max: usize,
    /// How long a cursor is good, from the page that it was on.
    pub cursor_timeout: Duration,
    /// How many operations one PATCH may hold.
    pub patch_operations: usize,
    /// How often a service provider may ask.
    pub rate: Rate,
}

/// How often each service provider may ask; a request over it is answered with 429.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    /// Requests a second; 0 is as often as it likes.
    pub a_second: u32,
    /// Requests at once, after a pause; 0 is what comes in one second.
    pub burst: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: None,
            behind_proxy: false,
            body_limit: 1024 * 1024,
            bulk: BulkLimits::default(),
            body_timeout: Duration::from_secs(20),
            request_timeout: Duration::from_secs(30),
            page_default: 100,
            page_max: 1_000,
            cursor_timeout: Duration::from_hours(1),
            patch_operations: sutler_scim::patch::USUAL_MAXIMUM,
            rate: Rate::default(),
        }
    }
}

/// The cost of a password hash (RFC 9106 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2Settings {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
}

impl Default for Argon2Settings {
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, iterations: 2, parallelism: 1 }
    }
}
