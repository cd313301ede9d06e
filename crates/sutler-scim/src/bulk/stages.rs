//! When an operation can be done beside others: the first stage that comes after all whose
//! effects it could notice, or that could notice its own.

use std::collections::{BTreeMap, HashMap};

use sutler_model::Kind;

use super::touch::{Key, Touch};

/// The stages that were given out. Those who come later in order are asked for later.
#[derive(Debug, Default)]
pub(super) struct Stages {
    /// For each key the first stage after those that read or write it.
    after_reads: HashMap<Key, usize>,
    after_writes: HashMap<Key, usize>,
    after_taking: BTreeMap<Kind, usize>,
    after_freeing: BTreeMap<Kind, usize>,
    /// The first stage after one that sees all.
    floor: usize,
    /// The first stage after all.
    top: usize,
}

impl Stages {
    /// The stage for whoever touches this, no earlier than `earliest`.
    pub(super) fn place(&mut self, touch: &Touch, earliest: usize) -> usize {
        let stage = self.free(touch).max(earliest);
        self.occupy(touch, stage + 1);
        stage
    }

    fn free(&self, touch: &Touch) -> usize {
        if touch.sees_all {
            return self.top;
        }
        let read = |key: &Key| self.after_reads.get(key).copied();
        let written = |key: &Key| self.after_writes.get(key).copied();
        let writes = touch.writes.iter().flat_map(|key| [read(key), written(key)]).flatten();
        let reads = touch.reads.iter().filter_map(written);
        let taking = touch.takes.iter().filter_map(|kind| self.after_freeing.get(kind).copied());
        let freeing = touch.frees.iter().filter_map(|kind| self.after_taking.get(kind).copied());
        let all = writes.chain(reads).chain(taking).chain(freeing);
        all.max().unwrap_or_default().max(self.floor)
    }

    fn occupy(&mut self, touch: &Touch, after: usize) {
        self.top = self.top.max(after);
        if touch.sees_all {
            self.floor = after;
        }
        note(&mut self.after_reads, &touch.reads, after);
        note(&mut self.after_writes, &touch.writes, after);
        for (places, kinds) in
            [(&mut self.after_taking, &touch.takes), (&mut self.after_freeing, &touch.frees)]
        {
            for kind in kinds {
                let place = places.entry(*kind).or_default();
                *place = after.max(*place);
            }
        }
    }
}

fn note<'a>(
    places: &mut HashMap<Key, usize>,
    keys: impl IntoIterator<Item = &'a Key>,
    after: usize,
) {
    for key in keys {
        let place = places.entry(key.clone()).or_default();
        *place = after.max(*place);
    }
}
