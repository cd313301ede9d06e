//! Looks at every state that can be reached.

use std::collections::HashMap;
use std::hash::Hash;

/// A model: where it begins, what can happen next, and what must never be.
pub(crate) trait Model {
    /// A state, with the product's rows in it.
    type State: Clone;
    /// What tells two states apart.
    type Key: Hash + Eq + Clone;

    fn start(&self) -> Self::State;
    fn key(&self, state: &Self::State) -> Self::Key;
    fn steps(&self, state: &Self::State) -> Vec<(&'static str, Self::State)>;
    /// Asked only where nothing can happen any more.
    fn is_lost(&self, state: &Self::State) -> bool;
}

/// How many states there are, and the way to one that is lost.
pub(crate) struct Searched {
    pub(crate) states: usize,
    pub(crate) lost: Option<String>,
}

pub(crate) fn search<M: Model>(model: &M) -> Searched {
    let start = model.start();
    let mut known: HashMap<M::Key, Option<(M::Key, &'static str)>> = HashMap::new();
    known.insert(model.key(&start), None);
    let mut open = vec![start];
    let mut lost = None;
    while let Some(state) = open.pop() {
        let steps = model.steps(&state);
        if steps.is_empty() && lost.is_none() && model.is_lost(&state) {
            lost = Some(model.key(&state));
        }
        let from = model.key(&state);
        for (label, next) in steps {
            let key = model.key(&next);
            known.entry(key).or_insert_with(|| {
                open.push(next);
                Some((from.clone(), label))
            });
        }
    }
    let lost = lost.map(|mut key| {
        let mut way = vec![];
        while let Some(Some((before, label))) = known.get(&key) {
            way.push(*label);
            key = before.clone();
        }
        way.reverse();
        way.join(" | ")
    });
    Searched { states: known.len(), lost }
}

/// With all rules nothing is lost.
pub(crate) fn holds<M: Model>(name: &str, model: &M) {
    let searched = search(model);
    eprintln!("{name}: {} states", searched.states);
    assert!(searched.states > 100, "{name}: the model does not move");
    assert_eq!(searched.lost, None, "{name}");
}

/// Without this rule something is lost.
pub(crate) fn fails<M: Model>(name: &str, model: &M) {
    let searched = search(model);
    let lost = searched.lost.expect(name);
    eprintln!("{name}: {} states, lost by: {lost}", searched.states);
}
