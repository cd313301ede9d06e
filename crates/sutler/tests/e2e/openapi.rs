//! The committed OpenAPI document before a validator that nobody here wrote.

use std::process::Command;

use crate::process::counterpart;

#[test]
fn the_validator_finds_no_fault_in_the_openapi_document() {
    let validator = counterpart("openapi", "openapi-spec-validator");
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/openapi.json");
    let output = Command::new(validator).arg(document).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    assert!(printed.contains("OK"), "{printed}");
}
