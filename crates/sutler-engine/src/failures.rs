//! What failed, grouped by cause: the target's words without names and ids. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sutler_model::delivery::FailedPair;
use sutler_model::fold::fold;

/// The most groups that are told apart; what differs further is counted together.
const MOST: usize = 200;
/// What stands for a name, an id or a value.
const GAP: &str = "…";

/// Pairs of one target that failed for the same reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedGroup {
    /// The target's name.
    pub target: String,
    /// The kind of fault, in one word.
    pub cause: String,
    /// What happened, without what is particular to one pair.
    pub words: String,
    /// How many pairs.
    pub count: u64,
    /// One of them.
    pub example: FailedPair,
}

/// Groups that are being counted, a page of pairs at a time.
#[derive(Debug, Default)]
pub struct FailedGroups(BTreeMap<(String, String, String), FailedGroup>);

impl FailedGroups {
    /// Counts a pair.
    pub fn add(&mut self, pair: &FailedPair) {
        let words = without_particulars(&pair.detail, &pair.name);
        let mut key = (pair.target.clone(), pair.cause.clone(), words);
        if self.0.len() >= MOST && !self.0.contains_key(&key) {
            "other words".clone_into(&mut key.2);
        }
        let group = self.0.entry(key.clone()).or_insert_with(|| FailedGroup {
            target: key.0,
            cause: key.1,
            words: key.2,
            count: 0,
            example: pair.clone(),
        });
        group.count += 1;
    }

    /// The groups, the largest first.
    pub fn finish(self) -> Vec<FailedGroup> {
        let mut groups: Vec<FailedGroup> = self.0.into_values().collect();
        groups.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.words.cmp(&b.words)));
        groups
    }
}

/// A message with a gap where a name, an id, an address or a quoted value stood. Status codes and
/// the names of attributes stay: they say what is wrong.
pub fn without_particulars(detail: &str, name: &str) -> String {
    let name = fold(name);
    let mut words: Vec<&str> = Vec::new();
    let mut quoted = false;
    for word in detail.split_whitespace() {
        let quotes = word.matches('"').count() % 2 == 1;
        let particular = quoted || word.contains('"') || is_particular(word, &name);
        quoted ^= quotes;
        match (particular, words.last()) {
            (true, Some(&GAP)) => {}
            (true, _) => words.push(GAP),
            (false, _) => words.push(word),
        }
    }
    words.join(" ")
}

fn is_particular(word: &str, name: &str) -> bool {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    let digits = bare.chars().filter(char::is_ascii_digit).count();
    let is_status = bare.len() == 3 && digits == 3;
    word.contains("***")
        || word.contains('@')
        || word.contains('\'')
        || (digits > 0 && !is_status)
        || (!name.is_empty() && fold(bare) == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sutler_model::{Rid, TargetId, Uid};

    fn pair(name: &str, cause: &str, detail: &str) -> FailedPair {
        FailedPair {
            target: "app".to_owned(),
            id: Uid(name.to_owned()),
            kind: "User".to_owned(),
            name: name.to_owned(),
            cause: cause.to_owned(),
            detail: detail.to_owned(),
            tries: 1,
            place: (TargetId(1), Rid(1)),
        }
    }

    #[test]
    fn what_is_particular_leaves_a_gap() {
        let check = |detail: &str, expected: &str| {
            assert_eq!(without_particulars(detail, "Ann"), expected);
        };
        check(
            "the target answered 400 (invalidValue): `title` is too long",
            "the target answered 400 (invalidValue): `title` is too long",
        );
        check("user ann with id 7f3a-22 exists", "user … with id … exists");
        check("value \"Tour Guide West\" is not known", "value … is not known");
        check("mail a@x.test and *** are taken", "mail … and … are taken");
        check("no licence for 'Ann'", "no licence for …");
        check("*** *** is gone", "… is gone");
    }

    #[test]
    fn pairs_with_the_same_words_are_one_group_and_the_largest_is_first() {
        let mut groups = FailedGroups::default();
        groups.add(&pair("ann", "taken", "the name ann is taken"));
        groups.add(&pair("bob", "rejected", "400: bob has no e-mail"));
        groups.add(&pair("cal", "rejected", "400: cal has no e-mail"));
        let groups = groups.finish();
        assert_eq!(groups.iter().map(|group| group.count).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(groups[0].words, "400: … has no e-mail");
        assert_eq!(groups[0].example.name, "bob");
    }

    #[test]
    fn the_number_of_groups_is_bounded_and_nobody_is_left_out() {
        let word = |n: u32| (0..5).map(move |k| char::from(b'a' + ((n >> (k * 3)) & 7) as u8));
        let mut groups = FailedGroups::default();
        for n in 0..1_000_u32 {
            let detail: String = word(n).collect();
            groups.add(&pair("x-y-z", "rejected", &detail));
        }
        let groups = groups.finish();
        assert!(groups.len() <= MOST + 1, "{}", groups.len());
        assert_eq!(groups.iter().map(|group| group.count).sum::<u64>(), 1_000);
    }
}
