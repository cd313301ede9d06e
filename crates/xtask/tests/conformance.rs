//! The page on conformance is current.

use std::path::Path;

#[test]
fn the_page_lists_the_tests_that_there_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let wanted = xtask::conformance::page(&root).expect("every rule that a test names exists");
    let path = root.join(xtask::conformance::PAGE);
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == wanted, "run `cargo xtask conformance` and commit what it writes");
}
