//! The pages that are written from data are current.

use std::path::Path;

#[test]
fn the_pages_list_the_tests_that_there_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for page in xtask::pages::PAGES {
        let wanted = page.wanted(&root).expect("all that a test names exists");
        let committed = std::fs::read_to_string(root.join(page.path)).unwrap_or_default();
        let chore = page.chore;
        assert!(committed == wanted, "run `cargo xtask {chore}` and commit what it writes");
    }
}
