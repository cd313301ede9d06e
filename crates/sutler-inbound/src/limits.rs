//! Every limit of the HTTP side, in one table: what it is called, what it is, what a request
//! gets that exceeds it.
//!
//! `docs/reference/limits.md` is this table, and a test exceeds each row. It holds no value of
//! its own: the values stand where they are used, so that the table cannot say another one.

mod fixed;
mod set;

use std::ops::RangeInclusive;

use crate::{ServeOptions, Settings};

pub use fixed::FIXED;
pub use set::ADJUSTABLE;

/// What an installation can set about the HTTP side.
#[derive(Clone, Default)]
pub struct Surface {
    /// About requests.
    pub settings: Settings,
    /// About connections.
    pub options: ServeOptions,
}

/// A limit that an installation can set.
pub struct Adjustable {
    /// Its key in `[limits]` of the settings file.
    pub name: &'static str,
    /// What it limits.
    pub what: &'static str,
    /// What its number counts.
    pub unit: &'static str,
    /// What can be set.
    pub range: RangeInclusive<u64>,
    /// What happens to whatever exceeds it.
    pub answer: &'static str,
    get: fn(&Surface) -> u64,
    set: fn(&mut Surface, u64),
}

/// A limit that is as it is.
pub struct Fixed {
    /// What it is called.
    pub name: &'static str,
    /// What it limits.
    pub what: &'static str,
    /// Its value.
    pub value: u64,
    /// What its number counts.
    pub unit: &'static str,
    /// What happens to whatever exceeds it.
    pub answer: &'static str,
    /// Why nobody can set it.
    pub why: &'static str,
}

/// Why a limit cannot be set so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unset {
    /// There is no limit of that name.
    Unknown,
    /// The number is not in the range.
    Outside(RangeInclusive<u64>),
}

impl Adjustable {
    /// The environment variable that sets it.
    pub fn variable(&self) -> String {
        format!("SUTLER_{}", self.name.to_ascii_uppercase())
    }

    /// What it is on this surface.
    pub fn value(&self, surface: &Surface) -> u64 {
        (self.get)(surface)
    }
}

impl Surface {
    /// Sets one limit; refused if there is none of that name, or if the value is out of range.
    pub fn limit(&mut self, name: &str, value: u64) -> Result<(), Unset> {
        let limit = ADJUSTABLE.iter().find(|limit| limit.name == name).ok_or(Unset::Unknown)?;
        if !limit.range.contains(&value) {
            return Err(Unset::Outside(limit.range.clone()));
        }
        (limit.set)(self, value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_can_be_set_to_both_ends_and_starts_within() {
        for limit in ADJUSTABLE {
            let mut surface = Surface::default();
            assert!(limit.range.contains(&limit.value(&surface)), "{}", limit.name);
            for value in [*limit.range.start(), *limit.range.end()] {
                surface.limit(limit.name, value).unwrap();
                assert_eq!(limit.value(&surface), value, "{}", limit.name);
            }
            let above = surface.limit(limit.name, limit.range.end() + 1);
            assert_eq!(above, Err(Unset::Outside(limit.range.clone())), "{}", limit.name);
        }
        assert_eq!(Surface::default().limit("body", 1), Err(Unset::Unknown));
    }
}
