//! The demo, as a visitor or a pipeline runs it.

use crate::harness::{Place, Ran};

#[test]
fn the_demo_brings_the_whole_sample_to_both_targets() {
    let place = Place::new();
    let output = place.command(&["demo", "--once", "--port", "0"]).output().unwrap();
    let ran = Ran::from(output);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("300 people and 25 groups came in"), "{}", ran.out);
    assert!(ran.out.contains("pending 0, failed 0"), "{}", ran.out);
    for target in ["crm", "wiki"] {
        let line = ran.out.lines().find(|line| line.trim_start().starts_with(target)).unwrap();
        assert!(line.contains("300 users, 25 groups"), "{line}");
    }
    assert_eq!(ran.out.lines().filter(|line| line.contains("curl ")).count(), 3);
}
