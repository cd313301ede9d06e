//! Whether a target is left alone: in quarantine, or paused.

use rusqlite::{Connection, OptionalExtension, params};
use sutler_model::notification::of_quarantine;
use sutler_model::pause::Pause;
use sutler_model::port::{Quarantine, Quarantined};
use sutler_model::work::Fault;
use sutler_model::{TargetId, Time};

use crate::error::Done;
use crate::notices;
use crate::row;

/// `since` stays that of the first reason. Who is to be told is told in the same transaction.
pub(super) fn set_quarantine(
    connection: &Connection,
    target: TargetId,
    reason: Option<&Quarantined>,
    now: Time,
) -> Done<()> {
    let before: Option<(Fault, bool)> = connection
        .prepare_cached("SELECT reason, told FROM target_state WHERE target = ?1")?
        .query_row([target.0], |found| Ok((row::json(found, 0)?, found.get(1)?)))
        .optional()?;
    let (before, told) = before.unzip();
    let told = told.unwrap_or_default();
    let was = before.as_ref().map(|fault| fault.cause.as_str());
    let is = reason.map(|reason| reason.fault.cause.as_str());
    let alert = of_quarantine(told, was, is);
    if let Some(alert) = alert {
        let fault = reason.map(|reason| &reason.fault).or(before.as_ref());
        let detail = fault.map(|fault| fault.detail.as_str()).unwrap_or_default();
        notices::enqueue(connection, target, alert, detail, now)?;
    }
    match reason {
        None => connection
            .prepare_cached("DELETE FROM target_state WHERE target = ?1")?
            .execute([target.0])?,
        Some(Quarantined { fault, probe }) => connection
            .prepare_cached(
                "INSERT INTO target_state (target, reason, since, probe, told) \
                 VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (target) DO UPDATE SET \
                 reason = excluded.reason, probe = excluded.probe, told = excluded.told",
            )?
            .execute(params![
                target.0,
                serde_json::to_string(fault)?,
                now.0,
                probe.map(|probe| probe.0),
                told || alert.is_some()
            ])?,
    };
    Ok(())
}

pub(super) fn quarantined(connection: &Connection) -> Done<Vec<Quarantine>> {
    let targets = connection
        .prepare_cached("SELECT target, reason, since, probe FROM target_state ORDER BY target")?
        .query_map([], |found| {
            Ok(Quarantine {
                target: TargetId(found.get(0)?),
                fault: row::json(found, 1)?,
                since: Time(found.get(2)?),
                probe: row::time(found, 3)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(targets)
}

pub(crate) fn set_pause(
    connection: &Connection,
    target: TargetId,
    pause: Option<&Pause>,
) -> Done<()> {
    match pause {
        None => connection
            .prepare_cached("DELETE FROM target_pause WHERE target = ?1")?
            .execute([target.0])?,
        Some(pause) => connection
            .prepare_cached("INSERT OR REPLACE INTO target_pause (target, doc) VALUES (?1, ?2)")?
            .execute(params![target.0, serde_json::to_string(pause)?])?,
    };
    Ok(())
}

pub(super) fn pause(connection: &Connection, target: TargetId) -> Done<Option<Pause>> {
    let pause = connection
        .prepare_cached("SELECT doc FROM target_pause WHERE target = ?1")?
        .query_row([target.0], |found| row::json(found, 0))
        .optional()?;
    Ok(pause)
}
