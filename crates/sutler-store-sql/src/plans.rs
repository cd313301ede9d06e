//! The port `Plans`: what plans are made from, and where they are kept.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use sutler_model::plan::{PairPlan, Plan};
use sutler_model::port::{LedgerError, Plans};
use sutler_model::work::{Lane, Marking, Owes};
use sutler_model::{Rid, TargetId, TenantId, Time};

use crate::SqliteLedger;
use crate::error::Done;
use crate::row::{self, number};
use crate::write::Side::{Inbound, Outbound};

#[async_trait]
impl Plans for SqliteLedger {
    async fn pairs_after(
        &self,
        tenant: TenantId,
        target: TargetId,
        after: Rid,
        limit: usize,
    ) -> Result<Vec<Rid>, LedgerError> {
        self.read(Inbound, move |c| pairs_after(c, tenant, target, after, limit)).await
    }

    async fn put_plan(&self, plan: Plan, expired: Time) -> Result<(), LedgerError> {
        self.write(Outbound, move |c| put(c, &plan, expired)).await
    }

    async fn add_to_plan(&self, id: &str, pairs: Vec<PairPlan>) -> Result<(), LedgerError> {
        let id = id.to_owned();
        self.write(Outbound, move |c| add(c, &id, &pairs)).await
    }

    async fn plan(&self, id: &str) -> Result<Option<Plan>, LedgerError> {
        let id = id.to_owned();
        self.read(Inbound, move |c| {
            let found = c
                .prepare_cached("SELECT doc FROM plan WHERE id = ?1")?
                .query_row([&id], |found| row::json(found, 0))
                .optional()?;
            Ok(found)
        })
        .await
    }

    async fn planned(
        &self,
        id: &str,
        after: usize,
        limit: usize,
    ) -> Result<Vec<PairPlan>, LedgerError> {
        let id = id.to_owned();
        self.read(Inbound, move |c| {
            let pairs = c
                .prepare_cached(
                    "SELECT doc FROM plan_pair WHERE plan = ?1 AND n >= ?2 ORDER BY n LIMIT ?3",
                )?
                .query_map(params![id, number(after), number(limit)], |found| row::json(found, 0))?
                .collect::<Result<_, _>>()?;
            Ok(pairs)
        })
        .await
    }

    async fn order(&self, target: TargetId, rid: Rid, now: Time) -> Result<(), LedgerError> {
        let marking = Marking {
            target,
            rid,
            lane: Lane::Live,
            owes: Owes::NONE,
            due: now,
            leaving_since: None,
        };
        self.write(Outbound, move |c| {
            crate::dispatch::mark(c, &marking)?;
            Ok(crate::guard::let_go(c, target, rid, now)?)
        })
        .await
    }
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

fn put(connection: &Connection, plan: &Plan, expired: Time) -> Done<()> {
    connection
        .prepare_cached(
            "DELETE FROM plan_pair WHERE plan IN (SELECT id FROM plan WHERE made < ?1)",
        )?
        .execute([expired.0])?;
    connection.prepare_cached("DELETE FROM plan WHERE made < ?1")?.execute([expired.0])?;
    connection
        .prepare_cached(
            "INSERT INTO plan (id, made, doc) VALUES (?1, ?2, ?3) \
             ON CONFLICT (id) DO UPDATE SET made = excluded.made, doc = excluded.doc",
        )?
        .execute(params![plan.id, plan.made.0, serde_json::to_string(plan)?])?;
    Ok(())
}

fn add(connection: &Connection, id: &str, pairs: &[PairPlan]) -> Done<()> {
    let first: i64 = connection
        .prepare_cached("SELECT coalesce(max(n) + 1, 0) FROM plan_pair WHERE plan = ?1")?
        .query_row([id], |found| found.get(0))?;
    let mut statement =
        connection.prepare_cached("INSERT INTO plan_pair (plan, n, doc) VALUES (?1, ?2, ?3)")?;
    for (n, pair) in (first..).zip(pairs) {
        statement.execute(params![id, n, serde_json::to_string(pair)?])?;
    }
    Ok(())
}
