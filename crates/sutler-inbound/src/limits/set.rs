//! The limits that an installation can set, each with the place where its value lives.

use std::time::Duration;

use super::{Adjustable, Surface};

/// In the order of a request's way: connection, head, body, what it asks for.
pub static ADJUSTABLE: &[Adjustable] = &[
    Adjustable {
        name: "connections",
        what: "connections at once",
        unit: "",
        range: 1..=1_000_000,
        answer: "waits to be accepted",
        get: |s| count(s.options.connections),
        set: |s, value| s.options.connections = size(value),
    },
    Adjustable {
        name: "header_seconds",
        what: "time for the TLS handshake and the head of the first request",
        unit: "s",
        range: 1..=600,
        answer: "the connection is closed",
        get: |s| s.options.header_timeout.as_secs(),
        set: |s, value| s.options.header_timeout = Duration::from_secs(value),
    },
    Adjustable {
        name: "idle_seconds",
        what: "time until a further request's head on a kept connection",
        unit: "s",
        range: 1..=3_600,
        answer: "the connection is closed",
        get: |s| s.options.idle_timeout.as_secs(),
        set: |s, value| s.options.idle_timeout = Duration::from_secs(value),
    },
    Adjustable {
        name: "head_bytes",
        what: "request line and headers",
        unit: "bytes",
        range: 8_192..=1_048_576,
        answer: "431",
        get: |s| count(s.options.head_bytes),
        set: |s, value| s.options.head_bytes = size(value),
    },
    Adjustable {
        name: "rate",
        what: "requests a second of one service provider; 0 is no limit",
        unit: "/s",
        range: 0..=1_000_000,
        answer: "429 with `Retry-After`",
        get: |s| s.settings.rate.a_second.into(),
        set: |s, value| s.settings.rate.a_second = number(value),
    },
    Adjustable {
        name: "rate_burst",
        what: "requests at once of one that has paused; 0 is one second's",
        unit: "",
        range: 0..=1_000_000,
        answer: "429 with `Retry-After`",
        get: |s| s.settings.rate.burst.into(),
        set: |s, value| s.settings.rate.burst = number(value),
    },
    Adjustable {
        name: "request_seconds",
        what: "time from a request's head to the head of its answer",
        unit: "s",
        range: 1..=3_600,
        answer: "503 with `Retry-After`; the outcome is unknown",
        get: |s| s.settings.request_timeout.as_secs(),
        set: |s, value| s.settings.request_timeout = Duration::from_secs(value),
    },
    Adjustable {
        name: "body_seconds",
        what: "time for a body to arrive",
        unit: "s",
        range: 1..=3_600,
        answer: "408",
        get: |s| s.settings.body_timeout.as_secs(),
        set: |s, value| s.settings.body_timeout = Duration::from_secs(value),
    },
    Adjustable {
        name: "body_bytes",
        what: "a body, but of `/Bulk`",
        unit: "bytes",
        range: 1_024..=67_108_864,
        answer: "413",
        get: |s| count(s.settings.body_limit),
        set: |s, value| s.settings.body_limit = size(value),
    },
    Adjustable {
        name: "bulk_payload",
        what: "the body of `/Bulk`; 0 switches bulk off",
        unit: "bytes",
        range: 0..=268_435_456,
        answer: "413",
        get: |s| count(s.settings.bulk.payload),
        set: |s, value| s.settings.bulk.payload = size(value),
    },
    Adjustable {
        name: "bulk_operations",
        what: "operations of one `/Bulk`; 0 switches bulk off",
        unit: "",
        range: 0..=100_000,
        answer: "413",
        get: |s| count(s.settings.bulk.operations),
        set: |s, value| s.settings.bulk.operations = size(value),
    },
    Adjustable {
        name: "patch_operations",
        what: "operations of one PATCH",
        unit: "",
        range: 1..=100_000,
        answer: "400 `invalidValue`",
        get: |s| count(s.settings.patch_operations),
        set: |s, value| s.settings.patch_operations = size(value),
    },
    Adjustable {
        name: "page_default",
        what: "resources on a page, if the client does not say",
        unit: "",
        range: 1..=10_000,
        answer: "the rest is on the next page",
        get: |s| count(s.settings.page_default),
        set: |s, value| s.settings.page_default = size(value),
    },
    Adjustable {
        name: "page_max",
        what: "resources on a page, whatever the client says",
        unit: "",
        range: 1..=10_000,
        answer: "the rest is on the next page",
        get: |s| count(s.settings.page_max),
        set: |s, value| s.settings.page_max = size(value),
    },
    Adjustable {
        name: "cursor_seconds",
        what: "age of a cursor",
        unit: "s",
        range: 1..=604_800,
        answer: "400 `expiredCursor`",
        get: |s| s.settings.cursor_timeout.as_secs(),
        set: |s, value| s.settings.cursor_timeout = Duration::from_secs(value),
    },
    Adjustable {
        name: "drain_seconds",
        what: "time for requests under way when the server stops",
        unit: "s",
        range: 0..=3_600,
        answer: "the connection is closed",
        get: |s| s.options.drain.as_secs(),
        set: |s: &mut Surface, value| s.options.drain = Duration::from_secs(value),
    },
];

fn count(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}

/// No range reaches beyond what an address can be.
fn size(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

/// No range of a rate reaches beyond 32 bits.
fn number(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
