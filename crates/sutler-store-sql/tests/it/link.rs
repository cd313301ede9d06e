//! What is stored of a link.

use sutler_model::Kind;
use sutler_model::link::Sent;
use sutler_model::port::{Dispatch, Settle};
use sutler_testkit::conformance::ledger::Bench;

use crate::support::{block_on, ledger};

#[test]
fn scenario_33_what_was_delivered_takes_12_bytes_an_attribute_in_the_file() {
    let (ledger, folder) = ledger();
    let bench = block_on(Bench::new(ledger.clone()));
    let ann = block_on(bench.user("ann"));
    let work = block_on(bench.taken(ann));
    let mut link = bench.on(1, ann, Kind::User);
    link.sent = Sent((0..40).map(|n| (n, u64::from(n) << 32)).collect());
    let settle = Settle { link: Some(link), ..block_on(bench.done(&work)) };
    block_on(ledger.settle(settle)).unwrap();
    let file = rusqlite::Connection::open(folder.path().join("sutler.db")).unwrap();
    let stored: (i64, String) = file
        .query_row("SELECT length(sent), typeof(sent) FROM link", [], |found| {
            Ok((found.get(0)?, found.get(1)?))
        })
        .unwrap();
    assert_eq!(stored, (12 * 40, "blob".to_owned()));
}
