//! One fuzz function under libFuzzer; `SUTLER_FUZZ_TARGET` says which.
//!
//! Holds no check of its own: the functions say what must hold of whatever they are given.

#![no_main]
#![forbid(unsafe_code)]

use std::process::exit;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use sutler_engine::mapping;
use sutler_scim::fuzz;

type Target = fn(&[u8]) -> bool;

const TARGETS: [(&str, Target); 8] = [
    ("filter", fuzz::filter),
    ("path", fuzz::path),
    ("resource", fuzz::resource),
    ("patch", fuzz::patch),
    ("bulk", fuzz::bulk),
    ("search", fuzz::search),
    ("tags", fuzz::tags),
    ("mapping", mapping::fuzz::mapping),
];

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let wanted = std::env::var("SUTLER_FUZZ_TARGET").unwrap_or_default();
    let found = TARGETS.iter().find(|(name, _)| *name == wanted);
    found.map(|(_, target)| *target).unwrap_or_else(|| {
        let known = TARGETS.map(|(name, _)| name).join(", ");
        eprintln!("`SUTLER_FUZZ_TARGET` is `{wanted}`, but must be one of {known}");
        exit(2)
    })
});

fuzz_target!(|bytes: &[u8]| {
    assert!(TARGET(bytes), "what was understood is not what was written");
});
