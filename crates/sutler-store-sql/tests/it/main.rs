//! The ledger through its public face: conformance, group commit, disk full, backup, opening.

#[cfg(test)]
mod audit;
#[cfg(test)]
mod backup;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod full;
#[cfg(test)]
mod group_commit;
#[cfg(test)]
mod link;
#[cfg(test)]
mod open;
#[cfg(test)]
mod search;
#[cfg(test)]
mod support;
#[cfg(test)]
mod throughput;
#[cfg(test)]
mod upkeep;
