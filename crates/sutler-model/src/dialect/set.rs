//! A set of leniencies.

use super::Leniency;

/// Some of the leniencies: those that are allowed, or those that were made use of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Leniencies(u32);

impl Leniencies {
    /// None at all.
    pub const NONE: Self = Self(0);

    /// What everybody may do: deviations in which nobody could read anything else, and that
    /// the RFCs forbid nowhere in so many words.
    pub const STRICT: Self = Self::of(&[
        Leniency::OperationCase,
        Leniency::FlatKeys,
        Leniency::RemoveByValue,
        Leniency::ValuePathFilter,
    ]);

    /// Just these.
    pub const fn of(leniencies: &[Leniency]) -> Self {
        let mut bits = 0;
        let mut rest = leniencies;
        while let Some((first, others)) = rest.split_first() {
            bits |= 1 << (*first as u32);
            rest = others;
        }
        Self(bits)
    }

    /// True if it is one of them.
    pub const fn has(self, leniency: Leniency) -> bool {
        self.0 & Self::of(&[leniency]).0 != 0
    }

    /// Those of both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True if there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them, in the order of the documents.
    pub fn iter(self) -> impl Iterator<Item = Leniency> {
        Leniency::ALL.into_iter().filter(move |leniency| self.has(*leniency))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set = Leniencies::of(&[Leniency::UnknownInPut, Leniency::OperationCase]);
        assert!(set.iter().eq([Leniency::OperationCase, Leniency::UnknownInPut]));
        assert!(!set.has(Leniency::FlatKeys));
        assert!(Leniencies::NONE.is_empty() && !set.is_empty());
        let all = Leniencies::of(&Leniency::ALL);
        assert_eq!((all.iter().count(), all.with(set)), (Leniency::ALL.len(), all));
    }
}
