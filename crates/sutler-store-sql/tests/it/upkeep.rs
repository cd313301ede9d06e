//! What nobody needs any more goes, a little at a time.

use sutler_model::change::MemberStep;
use sutler_model::port::{Directory, Dispatch, LedgerError, Reads, SpreadCommit};
use sutler_model::{Kind, NodeId, SetId, TenantId, Time, Uid};
use sutler_store_sql::SqliteLedger;

use crate::support::{block_on, group, ledger, membership, put, user};

fn set_of(ledger: &SqliteLedger, uid: &str) -> SetId {
    let uid = Uid(uid.to_owned());
    let group = block_on(ledger.resource(TenantId::DEFAULT, Kind::Group, &uid));
    group.unwrap().unwrap().set.unwrap()
}

fn members(ledger: &SqliteLedger, set: SetId) -> usize {
    block_on(ledger.members(set, None, 100, true)).unwrap().len()
}

/// An old set that no target walks over is erased, but not while its outbox row waits.
#[test]
fn an_old_set_without_a_sweep_is_erased_after_it_was_spread() {
    let (ledger, _folder) = ledger();
    let ann = put(&ledger, user("ann"));
    let team = put(&ledger, group("team", vec![ann]));
    let old = set_of(&ledger, "uid-team");
    put(&ledger, membership(team, vec![MemberStep::Replace(Vec::new())]));
    let node = block_on(ledger.node_start(Time(1))).unwrap();
    block_on(ledger.beat(node)).unwrap();
    assert_eq!(members(&ledger, old), 1);
    let rows = block_on(ledger.unspread(100, Reads::ALL)).unwrap();
    let commit = SpreadCommit {
        rows: rows.iter().map(|view| (view.row.seq, view.row.n)).collect(),
        ..SpreadCommit::default()
    };
    block_on(ledger.spread(commit)).unwrap();
    block_on(ledger.beat(node)).unwrap();
    assert_eq!(members(&ledger, old), 0);
}

#[test]
fn an_unknown_node_counts_no_beat() {
    let (ledger, _folder) = ledger();
    assert_eq!(block_on(ledger.beat(NodeId(77))), Err(LedgerError::Fenced));
}
