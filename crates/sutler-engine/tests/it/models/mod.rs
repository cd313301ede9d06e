//! Exhaustive interleaving models: every order in which the steps of spreaders, workers,
//! settles, edits and crashes can fall, for the smallest case that has the difficulty.
//!
//! The rows are the product's rows and the steps are its transitions. Each rule is taken away
//! in turn, by making a step as if the rule were not there; a lost update must then be found.

mod group_edges;
mod node_death;
mod pair_edits;
mod search;
