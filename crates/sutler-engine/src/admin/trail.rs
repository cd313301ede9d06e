//! The audit trail: its rows, and whether they are as they were written.

use std::collections::BTreeMap;

use sutler_model::TenantId;
use sutler_model::audit::{Broken, ChainLine, Chains, EntryLine, Head, Place, Query, Walk};
use sutler_model::estate::Estate;
use sutler_model::port::LedgerError;

use super::Refused;
use crate::Ports;

/// How many rows are read at once.
const PAGE: usize = 1_000;
/// How often a walk goes on because rows were written meanwhile.
const PATIENCE: usize = 100;

/// A page of the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trail {
    /// The rows.
    pub items: Vec<EntryLine>,
    /// After which place the next page begins, if there is one.
    pub next: Option<i64>,
}

/// Rows of the trail.
pub async fn trail(ports: &Ports, query: &Query) -> Result<Trail, Refused> {
    let estate = ports.ledger.estate().await?;
    let one_more = Query { limit: query.limit.saturating_add(1), ..query.clone() };
    let mut rows = ports.ledger.trail(&one_more).await?;
    let more = rows.len() > query.limit;
    rows.truncate(query.limit);
    let next = rows.last().filter(|_| more).map(|last| last.seq);
    let items = rows.iter().map(|row| row.line(name(&estate, row.tenant))).collect();
    Ok(Trail { items, next })
}

/// Walks along the chains, each from its first row to its head. What is written meanwhile is
/// walked too.
pub async fn verify(ports: &Ports, chains: Chains) -> Result<Vec<ChainLine>, Refused> {
    let estate = ports.ledger.estate().await?;
    let mut walks = Walks { chains, seq: 0, found: BTreeMap::new() };
    walks.go_on(ports).await?;
    let mut heads = ports.ledger.trail_heads().await?;
    for _ in 0..PATIENCE {
        // Rows that were not there when the heads were read: the heads are older.
        if walks.go_on(ports).await? == 0 {
            return Ok(walks.end(&estate, &heads));
        }
        heads = ports.ledger.trail_heads().await?;
    }
    Err(Refused::Store(LedgerError::Busy))
}

/// The walks along all chains at once.
struct Walks {
    chains: Chains,
    seq: i64,
    found: BTreeMap<Option<TenantId>, (Walk, Option<Broken>)>,
}

impl Walks {
    /// Reads what follows. Returns how many rows there were.
    async fn go_on(&mut self, ports: &Ports) -> Result<usize, LedgerError> {
        let mut count = 0;
        loop {
            let query = Query {
                chains: self.chains,
                act: None,
                actor: None,
                since: None,
                from: Place::OldestAfter(self.seq),
                limit: PAGE,
            };
            let rows = ports.ledger.trail(&query).await?;
            for row in &rows {
                self.seq = row.seq;
                let (walk, broken) = self.found.entry(row.tenant).or_default();
                if broken.is_none() {
                    *broken = walk.step(row).err();
                }
            }
            count += rows.len();
            if rows.len() < PAGE {
                return Ok(count);
            }
        }
    }

    fn end(mut self, estate: &Estate, heads: &[Head]) -> Vec<ChainLine> {
        for head in heads.iter().filter(|head| self.chains.sees(head.tenant)) {
            self.found.entry(head.tenant).or_default();
        }
        let line = |(tenant, (walk, broken)): (Option<TenantId>, (Walk, Option<Broken>))| {
            let head = heads.iter().find(|head| head.tenant == tenant);
            let broken = broken.or_else(|| walk.end(head).err());
            walk.line(name(estate, tenant), broken)
        };
        self.found.into_iter().map(line).collect()
    }
}

fn name(estate: &Estate, tenant: Option<TenantId>) -> Option<&str> {
    let id = tenant?;
    estate.tenants.iter().find(|(known, _)| *known == id).map(|(_, name)| name.as_str())
}
