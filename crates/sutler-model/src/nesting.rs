//! Groups within groups: what a target makes of them, and how far they are followed. Pure.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::Rid;

/// How many groups lie on the way from a user to a group that holds them, that group among
/// them: who is deeper is no member where nested groups are flattened.
pub const DEEPEST: usize = 16;

/// What a target gets of the members of a group that are groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Nesting {
    /// Their accounts, as members like others.
    #[default]
    Native,
    /// The users in them, at whatever depth up to [`DEEPEST`], instead of them.
    Flatten,
    /// Nothing.
    Skip,
}

impl Nesting {
    /// All of them, by the number under which rows keep them.
    pub const ALL: [Self; 3] = [Self::Native, Self::Flatten, Self::Skip];

    /// The number under which rows keep it.
    pub fn code(self) -> i64 {
        match self {
            Self::Native => 0,
            Self::Flatten => 1,
            Self::Skip => 2,
        }
    }

    /// The inverse of [`Nesting::code`]; what is unknown is native.
    pub fn from_code(code: i64) -> Self {
        Self::ALL.into_iter().find(|nesting| nesting.code() == code).unwrap_or_default()
    }

    /// True for the usual one.
    pub fn is_native(&self) -> bool {
        *self == Self::Native
    }
}

/// Where a walk over groups has come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// The groups, each once, the nearest first.
    pub groups: Vec<Rid>,
    /// Something lies deeper than was walked.
    pub deeper: bool,
}

/// Walks groups level by level, `start` being the first of [`DEEPEST`] levels. Each group is
/// met once, so that circles end.
pub fn walk<E>(
    start: Vec<Rid>,
    mut next: impl FnMut(Rid) -> Result<Vec<Rid>, E>,
) -> Result<Reach, E> {
    let (mut seen, mut reach) = (BTreeSet::new(), Reach::default());
    let mut level = start;
    for _ in 0..DEEPEST {
        level.retain(|group| seen.insert(*group));
        reach.groups.extend(&level);
        let mut below = Vec::new();
        for group in level {
            below.extend(next(group)?);
        }
        level = below;
    }
    reach.deeper = level.iter().any(|group| !seen.contains(group));
    Ok(reach)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn walked(start: i64, next: impl Fn(i64) -> Vec<i64>) -> (Vec<i64>, bool) {
        let next = |group: Rid| {
            Ok::<_, Infallible>(next(group.0).into_iter().map(Rid).collect::<Vec<_>>())
        };
        let Ok(reach) = walk(vec![Rid(start)], next);
        (reach.groups.into_iter().map(|rid| rid.0).collect(), reach.deeper)
    }

    #[test]
    fn scenario_14_circles_end_and_a_diamond_is_met_once() {
        assert_eq!(walked(1, |n| vec![n % 3 + 1]), (vec![1, 2, 3], false));
        let diamond = |n| match n {
            1 => vec![2, 3],
            2 | 3 => vec![4],
            _ => vec![],
        };
        assert_eq!(walked(1, diamond), (vec![1, 2, 3, 4], false));
    }

    #[test]
    fn scenario_14_what_is_deeper_than_sixteen_is_told() {
        let up_to = |most: i64| move |n: i64| if n < most { vec![n + 1] } else { vec![] };
        assert_eq!(walked(1, up_to(16)), ((1..=16).collect(), false));
        assert_eq!(walked(1, up_to(17)), ((1..=16).collect(), true));
    }

    #[test]
    fn rows_keep_what_a_target_makes_of_nested_groups() {
        for nesting in Nesting::ALL {
            assert_eq!(Nesting::from_code(nesting.code()), nesting);
        }
    }
}
