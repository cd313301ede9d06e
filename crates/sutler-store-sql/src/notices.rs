//! The port `Notices`: receivers of messages, and messages that wait for them.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use sutler_model::notification::{
    Alert, LONGEST, MOST, Notice, Notification, NotificationState, PACE, due, takes_more,
};
use sutler_model::port::{LedgerError, Notices};
use sutler_model::{NotificationId, TargetId, TenantId, Time};

use crate::SqliteLedger;
use crate::error::Done;
use crate::row::{self, number};
use crate::write::Side::{Inbound, Outbound};

#[async_trait]
impl Notices for SqliteLedger {
    async fn alert(
        &self,
        target: TargetId,
        alert: Alert,
        detail: &str,
        now: Time,
    ) -> Result<(), LedgerError> {
        let detail = detail.to_owned();
        self.write(Outbound, move |c| enqueue(c, target, alert, &detail, now)).await
    }

    async fn due_notices(&self, now: Time, limit: usize) -> Result<Vec<Notice>, LedgerError> {
        self.point(|c| due_notices(c, now, limit))
    }

    async fn end_notice(&self, id: i64, lost: bool) -> Result<(), LedgerError> {
        self.write(Outbound, move |c| end(c, id, lost)).await
    }

    async fn delay_notice(
        &self,
        id: i64,
        due: Time,
        fault: &str,
        now: Time,
    ) -> Result<(), LedgerError> {
        let fault = fault.to_owned();
        self.write(Outbound, move |c| delay(c, id, due, &fault, now)).await
    }

    async fn notification_states(&self) -> Result<Vec<NotificationState>, LedgerError> {
        self.read(Inbound, states).await
    }
}

/// All receivers, in the order in which they were made.
pub(crate) fn load(connection: &Connection) -> Done<Vec<Notification>> {
    let found = connection
        .prepare_cached("SELECT id, tenant, name, doc FROM notification ORDER BY id")?
        .query_map([], notification)?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

fn notification(found: &Row<'_>) -> rusqlite::Result<Notification> {
    Ok(Notification {
        id: NotificationId(found.get(0)?),
        tenant: TenantId(found.get(1)?),
        name: found.get(2)?,
        ..row::json(found, 3)?
    })
}

/// Writes the settings of a receiver; what waits for it stays.
pub(crate) fn put(connection: &Connection, tenant: TenantId, wanted: &Notification) -> Done<()> {
    connection.execute(
        "INSERT INTO notification (tenant, name, doc) VALUES (?1, ?2, ?3) \
         ON CONFLICT (tenant, name) DO UPDATE SET doc = excluded.doc",
        params![tenant.0, wanted.name, serde_json::to_string(wanted)?],
    )?;
    Ok(())
}

/// Takes a receiver away, with what waits for it.
pub(crate) fn remove(connection: &Connection, tenant: &str, name: &str) -> Done<()> {
    let id: Option<i64> = connection
        .query_row(
            "SELECT n.id FROM notification n JOIN tenant t ON t.tenant = n.tenant \
             WHERE t.name = ?1 AND n.name = ?2",
            [tenant, name],
            |found| found.get(0),
        )
        .optional()?;
    if let Some(id) = id {
        for sql in [
            "DELETE FROM notice WHERE notification = ?1",
            "DELETE FROM notice_pace WHERE notification = ?1",
            "DELETE FROM notification WHERE id = ?1",
        ] {
            connection.execute(sql, [id])?;
        }
    }
    Ok(())
}

/// A message for each receiver that wants it, in the caller's transaction.
pub(crate) fn enqueue(
    connection: &Connection,
    target: TargetId,
    alert: Alert,
    detail: &str,
    now: Time,
) -> Done<()> {
    enqueue_many(connection, target, (alert, 1), detail, now)
}

/// The same about so many at once.
pub(crate) fn enqueue_many(
    connection: &Connection,
    target: TargetId,
    (alert, count): (Alert, usize),
    detail: &str,
    now: Time,
) -> Done<()> {
    let receivers: Vec<Notification> = connection
        .prepare_cached(
            "SELECT id, tenant, name, doc FROM notification \
             WHERE tenant = (SELECT tenant FROM target WHERE id = ?1)",
        )?
        .query_map([target.0], notification)?
        .collect::<Result<_, _>>()?;
    let detail = sutler_model::history::cut(detail.to_owned(), LONGEST);
    for receiver in receivers.iter().filter(|receiver| receiver.events.contains(&alert)) {
        one(connection, receiver.id, target, (alert, count), &detail, now)?;
    }
    Ok(())
}

/// What the newest messages are about has grown: they say so, as far as they were not sent.
pub(crate) fn grow(
    connection: &Connection,
    target: TargetId,
    (alert, more): (Alert, usize),
    now: Time,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE notice SET count = count + ?3, last = ?4 WHERE tries = 0 AND id IN (SELECT \
             max(id) FROM notice WHERE target = ?1 AND alert = ?2 GROUP BY notification)",
        )?
        .execute(params![target.0, alert.code(), number(more), now.0])
        .map(drop)
}

fn one(
    connection: &Connection,
    to: NotificationId,
    target: TargetId,
    (alert, count): (Alert, usize),
    detail: &str,
    now: Time,
) -> Done<()> {
    let waiting: Option<(i64, i64, u32)> = connection
        .prepare_cached(
            "SELECT id, due, tries FROM notice WHERE notification = ?1 AND target = ?2 \
             AND alert = ?3 ORDER BY id DESC LIMIT 1",
        )?
        .query_row([to.0, target.0, alert.code()], |found| {
            Ok((found.get(0)?, found.get(1)?, found.get(2)?))
        })
        .optional()?;
    if let Some((id, due, tries)) = waiting
        && takes_more(Time(due), tries, now)
    {
        connection
            .prepare_cached(
                "UPDATE notice SET count = count + ?4, last = ?2, detail = ?3 WHERE id = ?1",
            )?
            .execute(params![id, now.0, detail, number(count)])?;
        return Ok(());
    }
    let all: i64 = connection
        .prepare_cached("SELECT count(*) FROM notice WHERE notification = ?1")?
        .query_row([to.0], |found| found.get(0))?;
    if all >= number(MOST) {
        return lose(connection, to);
    }
    insert(connection, to, target, (alert, count), detail, now)
}

fn insert(
    connection: &Connection,
    to: NotificationId,
    target: TargetId,
    (alert, count): (Alert, usize),
    detail: &str,
    now: Time,
) -> Done<()> {
    let next: Option<i64> = connection
        .prepare_cached(
            "SELECT next FROM notice_pace WHERE notification = ?1 AND target = ?2 AND alert = ?3",
        )?
        .query_row([to.0, target.0, alert.code()], |found| found.get(0))
        .optional()?;
    let due = due(next.map(Time), now);
    connection
        .prepare_cached(
            "INSERT INTO notice (notification, target, alert, count, first, last, detail, due, \
             tries) VALUES (?1, ?2, ?3, ?7, ?4, ?4, ?5, ?6, 0)",
        )?
        .execute(params![to.0, target.0, alert.code(), now.0, detail, due.0, number(count)])?;
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO notice_pace (notification, target, alert, next) \
             VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute([to.0, target.0, alert.code(), due.plus(PACE).0])?;
    Ok(())
}

fn lose(connection: &Connection, to: NotificationId) -> Done<()> {
    connection
        .prepare_cached("UPDATE notification SET lost = lost + 1 WHERE id = ?1")?
        .execute([to.0])?;
    Ok(())
}

fn due_notices(connection: &Connection, now: Time, limit: usize) -> Done<Vec<Notice>> {
    let found = connection
        .prepare_cached(
            "SELECT id, notification, target, alert, count, first, last, detail, due, tries \
             FROM notice WHERE due <= ?1 ORDER BY due, id LIMIT ?2",
        )?
        .query_map(params![now.0, number(limit)], |found| {
            Ok(Notice {
                id: found.get(0)?,
                notification: NotificationId(found.get(1)?),
                target: TargetId(found.get(2)?),
                alert: Alert::from_code(found.get(3)?).unwrap_or(Alert::Held),
                count: u64::try_from(found.get::<_, i64>(4)?).unwrap_or(0),
                first: Time(found.get(5)?),
                last: Time(found.get(6)?),
                detail: found.get(7)?,
                due: Time(found.get(8)?),
                tries: found.get(9)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

fn end(connection: &Connection, id: i64, lost: bool) -> Done<()> {
    let to: Option<i64> = connection
        .prepare_cached("DELETE FROM notice WHERE id = ?1 RETURNING notification")?
        .query_row([id], |found| found.get(0))
        .optional()?;
    match to {
        Some(to) if lost => lose(connection, NotificationId(to)),
        Some(to) => {
            connection
                .prepare_cached(
                    "UPDATE notification SET fault = NULL, fault_at = NULL \
                     WHERE id = ?1 AND fault IS NOT NULL",
                )?
                .execute([to])?;
            Ok(())
        }
        None => Ok(()),
    }
}

fn delay(connection: &Connection, id: i64, due: Time, fault: &str, now: Time) -> Done<()> {
    connection
        .prepare_cached("UPDATE notice SET due = ?2, tries = tries + 1 WHERE id = ?1")?
        .execute([id, due.0])?;
    connection
        .prepare_cached(
            "UPDATE notification SET fault = ?2, fault_at = ?3 \
             WHERE id = (SELECT notification FROM notice WHERE id = ?1)",
        )?
        .execute(params![id, fault, now.0])?;
    Ok(())
}

fn states(connection: &Connection) -> Done<Vec<NotificationState>> {
    let count = |found: &Row<'_>, at| {
        found.get::<_, i64>(at).map(|count| u64::try_from(count).unwrap_or(0))
    };
    let states = connection
        .prepare_cached(
            "SELECT n.id, (SELECT count(*) FROM notice w WHERE w.notification = n.id), n.lost, \
             n.fault, n.fault_at FROM notification n ORDER BY n.id",
        )?
        .query_map([], |found| {
            let fault: Option<String> = found.get(3)?;
            let at = row::time(found, 4)?.unwrap_or_default();
            Ok(NotificationState {
                notification: NotificationId(found.get(0)?),
                waiting: count(found, 1)?,
                lost: count(found, 2)?,
                fault: fault.map(|fault| (fault, at)),
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(states)
}
