//! One step up or down between groups.

use rusqlite::Connection;
use sutler_model::Rid;

fn rids(connection: &Connection, sql: &str, of: Rid) -> rusqlite::Result<Vec<Rid>> {
    connection.prepare_cached(sql)?.query_map([of.0], |found| found.get(0).map(Rid))?.collect()
}

/// The groups that a resource is in.
pub(super) fn parents(connection: &Connection, member: Rid) -> rusqlite::Result<Vec<Rid>> {
    let sql = "SELECT r.rid FROM member m JOIN group_set s ON s.set_id = m.set_id \
         JOIN resource r ON r.rid = s.rid AND r.set_id = m.set_id \
         WHERE m.member = ?1 ORDER BY r.rid";
    rids(connection, sql, member)
}

/// The same, with those that it was in until just now: by rows of sets that were given up, by
/// changes that are not spread, by sweeps under way.
pub(super) fn parents_ever(connection: &Connection, member: Rid) -> rusqlite::Result<Vec<Rid>> {
    let sql = "SELECT s.rid FROM member m JOIN group_set s ON s.set_id = m.set_id \
         WHERE m.member = ?1 \
         UNION SELECT rid FROM outbox WHERE part = 2 AND arg = ?1 \
         UNION SELECT arg_group FROM sweep WHERE over = 7 AND arg = ?1 ORDER BY 1";
    rids(connection, sql, member)
}

/// The groups in a group.
pub(super) fn children(connection: &Connection, group: Rid) -> rusqlite::Result<Vec<Rid>> {
    let sql = "SELECT member FROM member INDEXED BY member_nested \
         WHERE set_id = (SELECT set_id FROM resource WHERE rid = ?1) AND nested = 1 \
         ORDER BY member";
    rids(connection, sql, group)
}

/// The same, with those that were in it until just now.
pub(super) fn children_ever(connection: &Connection, group: Rid) -> rusqlite::Result<Vec<Rid>> {
    let sql = "SELECT member FROM member INDEXED BY member_nested \
         WHERE set_id = (SELECT set_id FROM resource WHERE rid = ?1) AND nested = 1 \
         UNION SELECT m.member FROM group_set s INDEXED BY group_set_given_up \
         CROSS JOIN member m INDEXED BY member_nested \
         WHERE s.rid = ?1 AND s.old IS NOT NULL AND m.set_id = s.set_id AND m.nested = 1 \
         UNION SELECT o.arg FROM outbox o JOIN resource r ON r.rid = o.arg \
         WHERE o.part = 2 AND o.rid = ?1 AND r.kind = 2 \
         UNION SELECT arg FROM sweep WHERE over = 7 AND arg_group = ?1 ORDER BY 1";
    rids(connection, sql, group)
}

/// The set of a group, if it has one, and those that it has given up and that are not erased.
pub(super) fn sets(connection: &Connection, group: Rid, ever: bool) -> rusqlite::Result<Vec<i64>> {
    let sql = "SELECT set_id FROM resource WHERE rid = ?1 AND set_id IS NOT NULL \
         UNION SELECT set_id FROM group_set INDEXED BY group_set_given_up \
         WHERE ?2 AND rid = ?1 AND old IS NOT NULL ORDER BY 1";
    connection.prepare_cached(sql)?.query_map((group.0, ever), |found| found.get(0))?.collect()
}
