//! The dialects, by name.

use serde::{Deserialize, Serialize};

use super::{Leniencies, Leniency};

/// How a service provider speaks SCIM.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// As the RFCs have it.
    #[default]
    Strict,
    /// Microsoft Entra ID, with and without `aadOptscim062020` in its tenant URL.
    Entra,
    /// Okta, catalogue and custom applications.
    Okta,
    /// `OneLogin`.
    OneLogin,
}

const ENTRA: Leniencies = Leniencies::of(&[
    Leniency::BooleanText,
    Leniency::UnquotedText,
    Leniency::MissingSchemas,
    Leniency::OldEnterpriseUrn,
    Leniency::ForeignSchemas,
    Leniency::PlainManager,
    Leniency::ListedSingle,
    Leniency::ShortNames,
    Leniency::ReplaceCreates,
    Leniency::PutKeepsMembers,
]);
const OKTA: Leniencies =
    Leniencies::of(&[Leniency::MissingSchemas, Leniency::PutKeepsMembers, Leniency::UnknownInPut]);
const ONELOGIN: Leniencies = Leniencies::of(&[
    Leniency::MissingSchemas,
    Leniency::OldCoreUrns,
    Leniency::OldEnterpriseUrn,
    Leniency::PutKeepsMembers,
]);

impl Dialect {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Strict, Self::Entra, Self::Okta, Self::OneLogin];

    /// The word for it in the estate.
    pub fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Entra => "entra",
            Self::Okta => "okta",
            Self::OneLogin => "onelogin",
        }
    }

    /// The dialect of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name)
    }

    /// What is tolerated in it.
    pub fn leniencies(self) -> Leniencies {
        Leniencies::STRICT.with(match self {
            Self::Strict => Leniencies::NONE,
            Self::Entra => ENTRA,
            Self::Okta => OKTA,
            Self::OneLogin => ONELOGIN,
        })
    }

    /// True if a PATCH of a group is answered without a body unless attributes are asked for
    /// (RFC 7644 §3.5.2 leaves the choice): Entra expects 204.
    pub fn answers_group_patch_without_body(self) -> bool {
        self == Self::Entra
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialect_is_stored_under_its_name() {
        for dialect in Dialect::ALL {
            assert_eq!(Dialect::from_name(dialect.name()), Some(dialect));
            assert_eq!(serde_json::to_value(dialect).unwrap(), dialect.name());
        }
        assert_eq!(Dialect::default(), Dialect::Strict);
        assert_eq!(Dialect::from_name("Entra"), None);
    }

    #[test]
    fn every_dialect_takes_what_strict_takes_and_every_leniency_has_a_dialect() {
        let all = Dialect::ALL.into_iter().fold(Leniencies::NONE, |all, dialect| {
            let own = dialect.leniencies();
            assert_eq!(own.with(Leniencies::STRICT), own);
            all.with(own)
        });
        assert!(all.iter().eq(Leniency::ALL));
    }
}
