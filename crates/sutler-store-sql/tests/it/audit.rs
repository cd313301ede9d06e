//! The audit trail on a disk that does not take it.

use serde_json::Map;
use sutler_model::Time;
use sutler_model::audit::{Act, Outcome, Via};
use sutler_model::estate::EstateEdit;
use sutler_model::port::{Administration, Order, Registry};

use crate::support::{block_on, ledger};

#[test]
fn r25_what_cannot_be_written_down_is_not_done() {
    let (ledger, folder) = ledger();
    let act = || Act {
        tenant: None,
        actor: "ann".to_owned(),
        via: Via::Cli,
        act: "estate.apply".to_owned(),
        object: "estate".to_owned(),
        details: Map::new(),
        outcome: Outcome::Done,
    };
    let edit = |expect| {
        let tenants = vec!["acme".to_owned()];
        Order::EditEstate(Box::new(EstateEdit { expect, tenants, ..EstateEdit::default() }))
    };
    let other = rusqlite::Connection::open(folder.path().join("sutler.db")).unwrap();
    for table in ["audit", "audit_head"] {
        let trigger = format!(
            "CREATE TRIGGER full BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'full'); END"
        );
        other.execute_batch(&trigger).unwrap();
        let before = block_on(ledger.estate()).unwrap();
        let refused = block_on(ledger.order(edit(before.version), vec![act()], Time(1)));
        assert!(refused.is_err());
        assert_eq!(block_on(ledger.estate()).unwrap(), before, "{table}");
        other.execute_batch("DROP TRIGGER full").unwrap();
    }
    let version = block_on(ledger.estate()).unwrap().version;
    assert_eq!(block_on(ledger.order(edit(version), vec![act()], Time(1))), Ok(1));
}
