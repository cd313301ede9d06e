//! The beginning of an intent: the resource that it is about, its names, its pairs.

use rusqlite::{Connection, params};
use sutler_model::change::{CommitError, Expect};
use sutler_model::intent::{Aim, IntentDraft, Opened, Reason};
use sutler_model::work::{EdgeMarking, Marking};
use sutler_model::{IntentId, Kind, Rid, Time, Uid, Version};

use super::read;
use crate::directory::{self, Keys, Stored};
use crate::error::{Done, Fail, of_commit};
use crate::{dispatch, guard};

/// The resource that an intent is about.
struct Subject {
    rid: Rid,
    kind: Kind,
    version: Version,
    created: Time,
    modified: Time,
    /// The intent that is replaced.
    known: Option<IntentId>,
}

/// Opens an intent in the open transaction.
pub(super) fn open(connection: &Connection, draft: &IntentDraft) -> Done<Opened, CommitError> {
    dispatch::under_estate(connection, draft.estate).map_err(of_commit)?;
    let subject = match (&draft.aim, draft.reason) {
        (Aim::Create { kind, uid }, _) => begin(connection, draft, *kind, uid)?,
        (Aim::Update { rid, expect }, Reason::Confirm) => stored(connection, draft, *rid, *expect)?,
        (Aim::Update { rid, expect }, Reason::Pass) => passed(connection, draft, *rid, *expect)?,
    };
    let id = write(connection, draft, &subject)?;
    if draft.reason == Reason::Confirm {
        directory::reserve(
            connection,
            (draft.tenant, subject.kind, subject.rid),
            &draft.names,
            id,
        )?;
    }
    mark(connection, draft, subject.rid)?;
    Ok(Opened {
        intent: id,
        rid: subject.rid,
        version: subject.version,
        created: subject.created,
        modified: subject.modified,
    })
}

/// A new resource: a tombstone until it is confirmed, or passed through and without a body.
fn begin(
    connection: &Connection,
    draft: &IntentDraft,
    kind: Kind,
    uid: &Uid,
) -> Done<Subject, CommitError> {
    let passes = draft.reason == Reason::Pass;
    connection
        .prepare_cached(
            "INSERT INTO resource (tenant, kind, home, uid, version, active, gone, body, derived, \
             created, changed) VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, '{}', ?7, ?8, ?8)",
        )?
        .execute(params![
            draft.tenant.0,
            kind.code(),
            if passes { -1 } else { 0 },
            uid.0,
            passes && draft.active,
            (!passes).then_some(0),
            serde_json::to_string(&Keys::default())?,
            draft.at.0,
        ])?;
    let rid = Rid(connection.last_insert_rowid());
    directory::add_origin_of(connection, rid, draft.service_provider)?;
    if passes {
        directory::pass(connection, draft, (kind, rid), &Keys::default())?;
    }
    let version = Version { body: 1, members: 0 };
    Ok(Subject { rid, kind, version, created: draft.at, modified: draft.at, known: None })
}

/// A stored resource: it stays as it is until its targets have confirmed what it is to be.
fn stored(
    connection: &Connection,
    draft: &IntentDraft,
    rid: Rid,
    expect: Expect,
) -> Done<Subject, CommitError> {
    let resource = Stored::held(connection, draft.tenant, rid, expect)?.resource;
    if let Some((other, _)) = read::open_of(connection, rid)? {
        return Err(Fail::Refused(CommitError::Intended(other)));
    }
    Ok(Subject {
        rid,
        kind: resource.kind,
        version: resource.version,
        created: resource.created,
        modified: resource.changed,
        known: None,
    })
}

/// A resource that is passed through: what is kept of it is what is desired now.
fn passed(
    connection: &Connection,
    draft: &IntentDraft,
    rid: Rid,
    expect: Expect,
) -> Done<Subject, CommitError> {
    let stored = Stored::passed(connection, draft.tenant, rid, expect)?;
    let resource = stored.resource;
    directory::add_origin_of(connection, rid, draft.service_provider)?;
    directory::pass(connection, draft, (resource.kind, rid), &stored.derived)?;
    connection
        .prepare_cached(
            "UPDATE resource SET version = version + 1, active = ?2, changed = max(changed, ?3) \
             WHERE rid = ?1",
        )?
        .execute(params![rid.0, draft.active, draft.at.0])?;
    Ok(Subject {
        rid,
        kind: resource.kind,
        version: Version { body: resource.version.body + 1, ..resource.version },
        created: resource.created,
        modified: resource.changed.max(draft.at),
        known: read::open_of(connection, rid)?.map(|(id, _)| id),
    })
}

/// The row of the intent and one for each target; a newer desire takes the place of an older.
fn write(
    connection: &Connection,
    draft: &IntentDraft,
    subject: &Subject,
) -> Done<IntentId, CommitError> {
    let refs: Vec<(&str, i64)> =
        draft.refs.iter().map(|one| (one.attribute.as_str(), one.other.0)).collect();
    let refs = serde_json::to_string(&refs)?;
    let id = if let Some(known) = subject.known {
        renew(connection, draft, known, &refs)?;
        known
    } else {
        insert(connection, draft, subject.rid, &refs)?
    };
    let mut pair = connection.prepare_cached(
        "INSERT INTO intent_pair (intent, target) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
    )?;
    for target in &draft.pairs {
        pair.execute([id.0, target.0])?;
    }
    Ok(id)
}

fn insert(
    connection: &Connection,
    draft: &IntentDraft,
    rid: Rid,
    refs: &str,
) -> rusqlite::Result<IntentId> {
    connection
        .prepare_cached(
            "INSERT INTO intent (tenant, rid, sp, reason, creates, sealed, digest, refs, opened) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            draft.tenant.0,
            rid.0,
            draft.service_provider.map(|sp| sp.0),
            draft.reason.code(),
            matches!(draft.aim, Aim::Create { .. }),
            draft.sealed,
            draft.digest,
            refs,
            draft.at.0
        ])?;
    Ok(IntentId(connection.last_insert_rowid()))
}

/// Everybody is asked again.
fn renew(
    connection: &Connection,
    draft: &IntentDraft,
    known: IntentId,
    refs: &str,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE intent SET sp = ?2, sealed = ?3, digest = ?4, refs = ?5 WHERE id = ?1",
        )?
        .execute(params![
            known.0,
            draft.service_provider.map(|sp| sp.0),
            draft.sealed,
            draft.digest,
            refs
        ])?;
    connection
        .prepare_cached("DELETE FROM intent_pair WHERE intent = ?1")?
        .execute([known.0])
        .map(drop)
}

fn mark(connection: &Connection, draft: &IntentDraft, rid: Rid) -> Done<(), CommitError> {
    let own = |key: Rid| if key == Rid(0) { rid } else { key };
    let markings: Vec<Marking> =
        draft.markings.iter().map(|one| Marking { rid: own(one.rid), ..one.clone() }).collect();
    let edges: Vec<EdgeMarking> =
        draft.edges.iter().map(|one| EdgeMarking { group: own(one.group), ..*one }).collect();
    let holds = guard::count(connection, &draft.watch, &edges).map_err(of_commit)?;
    dispatch::mark_all(connection, &markings)?;
    dispatch::mark_edges(connection, &edges)?;
    holds.hold(connection)?;
    guard::free(connection, &draft.watch)?;
    Ok(())
}
