//! The port `Guarding`, and what the guard does inside the transactions that mark pairs.

mod count;
mod wave;

use async_trait::async_trait;
use rusqlite::{Connection, params};
use sutler_model::guard::{HeldPair, Loss, Wave, WaveState};
use sutler_model::port::{Guarding, LedgerError};
use sutler_model::{Rid, SweepId, TargetId, Time, Uid, WaveId};

use crate::SqliteLedger;
use crate::error::Done;
use crate::row::{self, number};
use crate::write::Side::{Inbound, Outbound};

pub(crate) use count::{count, free, gather};
pub(crate) use wave::{end_of_count, let_go, verdict};

#[async_trait]
impl Guarding for SqliteLedger {
    async fn waves(&self, target: Option<TargetId>) -> Result<Vec<Wave>, LedgerError> {
        self.read(Inbound, move |c| waves(c, target)).await
    }

    async fn held(
        &self,
        wave: WaveId,
        after: Rid,
        limit: usize,
    ) -> Result<Vec<HeldPair>, LedgerError> {
        self.read(Inbound, move |c| held(c, wave, after, limit)).await
    }

    async fn wave_step(&self, limit: usize, now: Time) -> Result<usize, LedgerError> {
        let any = self.point(|c| Ok(c.prepare_cached("SELECT 1 FROM wave")?.exists([])?))?;
        if !any {
            return Ok(0);
        }
        self.write(Outbound, move |c| wave::step(c, limit, now)).await
    }
}

fn waves(connection: &Connection, target: Option<TargetId>) -> Done<Vec<Wave>> {
    let mut waves: Vec<Wave> = connection
        .prepare_cached(
            "SELECT id, target, sweep, source, state, since, excess FROM wave \
             WHERE ?1 IS NULL OR target = ?1 ORDER BY id",
        )?
        .query_map([target.map(|target| target.0)], |found| {
            Ok(Wave {
                id: WaveId(found.get(0)?),
                target: TargetId(found.get(1)?),
                sweep: found.get::<_, Option<i64>>(2)?.map(SweepId),
                source: found.get(3)?,
                state: WaveState::from_code(found.get(4)?).unwrap_or(WaveState::Held),
                since: Time(found.get(5)?),
                excess: row::optional_json(found, 6)?,
                held: Vec::new(),
            })
        })?
        .collect::<Result<_, _>>()?;
    for wave in &mut waves {
        wave.held = connection
            .prepare_cached(
                "SELECT coalesce(loss, 0), count(*) FROM work \
                 WHERE wave = ?1 AND wave IS NOT NULL GROUP BY 1 ORDER BY 1",
            )?
            .query_map([wave.id.0], |found| {
                let loss = Loss::from_code(found.get(0)?).unwrap_or(Loss::Disabled);
                Ok((loss, count::unsigned(found.get(1)?)))
            })?
            .collect::<Result<_, _>>()?;
    }
    Ok(waves)
}

fn held(connection: &Connection, wave: WaveId, after: Rid, limit: usize) -> Done<Vec<HeldPair>> {
    let pairs = connection
        .prepare_cached(
            "SELECT w.rid, r.uid, r.kind, coalesce(json_extract(r.body, '$.userName'), \
             json_extract(r.body, '$.displayName'), l.key, ''), coalesce(w.loss, 0), \
             coalesce(w.leaving_since, 0) FROM work w JOIN resource r ON r.rid = w.rid \
             LEFT JOIN link l ON l.target = w.target AND l.rid = w.rid AND l.state <> 4 \
             WHERE w.wave = ?1 AND w.wave IS NOT NULL AND w.rid > ?2 ORDER BY w.rid LIMIT ?3",
        )?
        .query_map(params![wave.0, after.0, number(limit)], |found| {
            Ok(HeldPair {
                rid: Rid(found.get(0)?),
                id: Uid(found.get(1)?),
                kind: row::kind(found, 2)?.name().to_owned(),
                name: found.get(3)?,
                loss: Loss::from_code(found.get(4)?).unwrap_or(Loss::Disabled),
                since: Time(found.get(5)?).rfc3339(),
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(pairs)
}
