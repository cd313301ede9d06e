//! The port `Reports`: plans and comparisons, what they are made from, and where they are kept.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value;
use sutler_model::link::{Doubt, Link};
use sutler_model::port::{LedgerError, Reports};
use sutler_model::report::{Report, ReportKind};
use sutler_model::work::{Lane, Marking, Owes};
use sutler_model::{LinkId, Rid, TargetId, TenantId, Time};

use crate::SqliteLedger;
use crate::dispatch;
use crate::error::Done;
use crate::row::{self, link_columns, number};
use crate::write::Side::{Inbound, Outbound};

#[async_trait]
impl Reports for SqliteLedger {
    async fn pairs_after(
        &self,
        tenant: TenantId,
        target: TargetId,
        after: Rid,
        limit: usize,
    ) -> Result<Vec<Rid>, LedgerError> {
        self.read(Inbound, move |c| pairs_after(c, tenant, target, after, limit)).await
    }

    async fn links_after(
        &self,
        target: TargetId,
        after: Rid,
        limit: usize,
    ) -> Result<Vec<Link>, LedgerError> {
        self.read(Inbound, move |c| links_after(c, target, after, limit)).await
    }

    async fn link(&self, id: LinkId) -> Result<Option<Link>, LedgerError> {
        self.read(Inbound, move |c| Ok(dispatch::link(c, id)?)).await
    }

    async fn put_report(&self, report: Report, expired: Time) -> Result<(), LedgerError> {
        self.write(Outbound, move |c| put(c, &report, expired)).await
    }

    async fn add_lines(&self, id: &str, lines: Vec<Value>) -> Result<(), LedgerError> {
        let id = id.to_owned();
        self.write(Outbound, move |c| add(c, &id, &lines)).await
    }

    async fn report(&self, id: &str) -> Result<Option<Report>, LedgerError> {
        let id = id.to_owned();
        self.read(Inbound, move |c| {
            let found = c
                .prepare_cached("SELECT id, kind, target, made, head FROM report WHERE id = ?1")?
                .query_row([&id], report)
                .optional()?;
            Ok(found)
        })
        .await
    }

    async fn latest_report(
        &self,
        kind: ReportKind,
        target: TargetId,
    ) -> Result<Option<Report>, LedgerError> {
        self.read(Inbound, move |c| {
            let found = c
                .prepare_cached(
                    "SELECT id, kind, target, made, head FROM report \
                     WHERE kind = ?1 AND target = ?2 ORDER BY made DESC LIMIT 1",
                )?
                .query_row([kind.code(), target.0], report)
                .optional()?;
            Ok(found)
        })
        .await
    }

    async fn lines(&self, id: &str, after: usize, limit: usize) -> Result<Vec<Value>, LedgerError> {
        let id = id.to_owned();
        self.read(Inbound, move |c| {
            let lines = c
                .prepare_cached(
                    "SELECT line FROM report_line WHERE report = ?1 AND n >= ?2 \
                     ORDER BY n LIMIT ?3",
                )?
                .query_map(params![id, number(after), number(limit)], |found| row::json(found, 0))?
                .collect::<Result<_, _>>()?;
            Ok(lines)
        })
        .await
    }

    async fn suspect(&self, target: TargetId, rids: &[Rid], now: Time) -> Result<(), LedgerError> {
        let rids = rids.to_vec();
        self.write(Outbound, move |c| {
            let last = dispatch::fences(c, rids.len())?;
            for (back, rid) in (0..).zip(&rids) {
                let stamp = last - back;
                dispatch::doubt(c, target, *rid, Doubt { stamp, at: now })?;
                dispatch::mark(c, &marking(target, *rid, Lane::Bulk, now))?;
            }
            Ok(())
        })
        .await
    }

    async fn seen(&self, target: TargetId, rids: &[Rid], now: Time) -> Result<(), LedgerError> {
        let rids = rids.to_vec();
        self.write(Outbound, move |c| {
            let mut statement = c.prepare_cached(
                "UPDATE link SET confirmed = max(coalesce(confirmed, 0), ?3) \
                 WHERE target = ?1 AND rid = ?2 AND state IN (2, 3) AND remote IS NOT NULL \
                 AND doubt IS NULL",
            )?;
            for rid in &rids {
                statement.execute([target.0, rid.0, now.0])?;
            }
            Ok(())
        })
        .await
    }
}

pub(crate) fn marking(target: TargetId, rid: Rid, lane: Lane, due: Time) -> Marking {
    Marking { target, rid, lane, owes: Owes::NONE, due, leaving_since: None }
}

fn report(found: &Row<'_>) -> rusqlite::Result<Report> {
    Ok(Report {
        id: found.get(0)?,
        kind: ReportKind::from_code(found.get(1)?)
            .ok_or(rusqlite::Error::IntegralValueOutOfRange(1, 0))?,
        target: found.get::<_, Option<i64>>(2)?.map(TargetId),
        made: Time(found.get(3)?),
        head: row::json(found, 4)?,
    })
}

fn pairs_after(
    connection: &Connection,
    tenant: TenantId,
    target: TargetId,
    after: Rid,
    limit: usize,
) -> Done<Vec<Rid>> {
    let rids = connection
        .prepare_cached(
            "SELECT r.rid FROM resource r WHERE r.rid > ?1 AND +r.tenant = ?2 \
             AND (r.gone IS NULL OR EXISTS (SELECT 1 FROM link l WHERE l.target = ?3 \
             AND l.rid = r.rid AND l.state <> 4)) ORDER BY r.rid LIMIT ?4",
        )?
        .query_map(params![after.0, tenant.0, target.0, number(limit)], |found| {
            found.get(0).map(Rid)
        })?
        .collect::<Result<_, _>>()?;
    Ok(rids)
}

fn links_after(
    connection: &Connection,
    target: TargetId,
    after: Rid,
    limit: usize,
) -> Done<Vec<Link>> {
    let links = connection
        .prepare_cached(concat!(
            "SELECT ",
            link_columns!(),
            " FROM link l WHERE l.target = ?1 AND l.rid > ?2 AND l.state <> 4 \
             ORDER BY l.rid LIMIT ?3"
        ))?
        .query_map(params![target.0, after.0, number(limit)], row::link)?
        .collect::<Result<_, _>>()?;
    Ok(links)
}

fn put(connection: &Connection, report: &Report, expired: Time) -> Done<()> {
    let kind = report.kind.code();
    connection
        .prepare_cached(
            "DELETE FROM report_line WHERE report IN \
             (SELECT id FROM report WHERE kind = ?1 AND made < ?2)",
        )?
        .execute([kind, expired.0])?;
    connection
        .prepare_cached("DELETE FROM report WHERE kind = ?1 AND made < ?2")?
        .execute([kind, expired.0])?;
    connection
        .prepare_cached(
            "INSERT INTO report (id, kind, target, made, head) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (id) DO UPDATE SET target = excluded.target, made = excluded.made, \
             head = excluded.head",
        )?
        .execute(params![
            report.id,
            kind,
            report.target.map(|target| target.0),
            report.made.0,
            serde_json::to_string(&report.head)?
        ])?;
    Ok(())
}

fn add(connection: &Connection, id: &str, lines: &[Value]) -> Done<()> {
    let first: i64 = connection
        .prepare_cached("SELECT coalesce(max(n) + 1, 0) FROM report_line WHERE report = ?1")?
        .query_row([id], |found| found.get(0))?;
    let mut statement = connection
        .prepare_cached("INSERT INTO report_line (report, n, line) VALUES (?1, ?2, ?3)")?;
    for (n, line) in (first..).zip(lines) {
        statement.execute(params![id, n, line.to_string()])?;
    }
    Ok(())
}
