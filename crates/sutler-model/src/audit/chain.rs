//! Whether a chain of rows is whole: each follows the one before it, and the last is the head.

use serde::{Deserialize, Serialize};

use super::{ChainLine, Entry};
use crate::TenantId;

/// The end of a chain, kept beside it, so that a missing end is noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Whose chain; `None` is the installation's.
    pub tenant: Option<TenantId>,
    /// The place of its last row.
    pub seq: i64,
    /// The number of its last row.
    pub number: i64,
    /// The hash of its last row.
    pub hash: Vec<u8>,
}

/// The first place at which a chain is broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    /// The place of the row.
    pub seq: i64,
    /// What is wrong with it.
    pub why: String,
}

/// A walk along one chain, from its first row to its head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walk {
    /// The place of the last row seen.
    pub seq: i64,
    number: i64,
    hash: Vec<u8>,
}

impl Walk {
    /// Takes the next row.
    pub fn step(&mut self, entry: &Entry) -> Result<(), Broken> {
        let broken = |why: String| Err(Broken { seq: entry.seq, why });
        let expected = self.number + 1;
        if entry.number != expected {
            return broken(format!(
                "it is number {} of its chain, and number {expected} should be here: rows were removed, added or swapped before it",
                entry.number
            ));
        }
        if entry.hash_after(&self.hash) != entry.hash {
            return broken(
                "it is not as it was written, or does not follow the row before it".to_owned(),
            );
        }
        *self = Self { seq: entry.seq, number: entry.number, hash: entry.hash.clone() };
        Ok(())
    }

    /// What was found so far, as it is shown.
    pub fn line(&self, tenant: Option<&str>, broken: Option<Broken>) -> ChainLine {
        let head = super::text::hex(&self.hash);
        ChainLine { tenant: tenant.map(str::to_owned), rows: self.number, head, broken }
    }

    /// Compares the end of the walk with the head of the chain.
    pub fn end(&self, head: Option<&Head>) -> Result<(), Broken> {
        let (seq, number, hash) =
            head.map_or((0, 0, &[][..]), |head| (head.seq, head.number, head.hash.as_slice()));
        if (self.seq, self.number, self.hash.as_slice()) == (seq, number, hash) {
            return Ok(());
        }
        let why = if self.number < number {
            format!(
                "the chain ends here with {} rows, and had {number}: the last ones were removed",
                self.number
            )
        } else {
            "the head of the chain does not know this row: it was added, or the head was changed"
                .to_owned()
        };
        Err(Broken { seq: self.seq, why })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::super::{Act, Outcome, Via};
    use super::*;
    use crate::Time;

    fn chain(length: i64) -> Vec<Entry> {
        let mut rows: Vec<Entry> = Vec::new();
        for n in 0..length {
            let act = Act {
                tenant: None,
                actor: format!("actor {n}"),
                via: Via::Cli,
                act: "estate.apply".to_owned(),
                object: "estate".to_owned(),
                details: Map::new(),
                outcome: Outcome::Done,
            };
            let head = rows.last().map(head);
            rows.push(act.entry(None, 10 * (n + 1), Time(n), head.as_ref()));
        }
        rows
    }

    fn head(last: &Entry) -> Head {
        Head { tenant: None, seq: last.seq, number: last.number, hash: last.hash.clone() }
    }

    fn walked(rows: &[Entry], head: Option<&Head>) -> Result<(), Broken> {
        let mut walk = Walk::default();
        rows.iter().try_for_each(|row| walk.step(row))?;
        walk.end(head)
    }

    #[test]
    fn lo_4_a_whole_chain_is_whole() {
        assert_eq!(walked(&[], None), Ok(()));
        let rows = chain(5);
        assert_eq!(walked(&rows, rows.last().map(head).as_ref()), Ok(()));
    }

    #[test]
    fn lo_4_every_tampering_is_found_at_its_first_row() {
        let rows = chain(5);
        let end = head(&rows[4]);
        let check = |what: &str, rows: &[Entry], seq: i64| {
            let broken = walked(rows, Some(&end)).expect_err(what);
            assert_eq!(broken.seq, seq, "{what}: {}", broken.why);
        };
        let mut changed = rows.clone();
        changed[2].actor = "somebody else".to_owned();
        check("changed", &changed, 30);
        // Whoever hashes it anew breaks the next one.
        changed[2].hash = changed[2].hash_after(&changed[1].hash);
        check("changed and hashed", &changed, 40);
        check("first removed", &rows[1..], 20);
        check("one removed", &[&rows[..2], &rows[3..]].concat(), 40);
        check("last removed", &rows[..4], 40);
        check("all removed", &[], 0);
        let mut swapped = rows.clone();
        swapped.swap(1, 2);
        check("swapped", &swapped, 30);
        let mut twice = rows.clone();
        twice.insert(2, rows[1].clone());
        check("inserted", &twice, 20);
        let mut more = chain(6);
        check("added at the end", &more, 60);
        more.pop();
        assert_eq!(walked(&more, Some(&end)), Ok(()));
    }

    #[test]
    fn no_two_rows_are_hashed_alike() {
        let row = &chain(1)[0];
        let moved =
            Entry { actor: "actor".to_owned(), object: " 0estate".to_owned(), ..row.clone() };
        assert_ne!(row.hash_after(&[]), moved.hash_after(&[]));
        assert_ne!(row.hash_after(&[]), row.hash_after(&[0]));
    }
}
