//! Where the bodies of resources live, by the name that clients know: a store's *domain*.
//!
//! There is one store, the built-in one. Knows nothing of how it keeps what it keeps.

use serde::{Deserialize, Serialize};

use crate::fold::fold;
use crate::{Invalid, Kind};

/// A store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Store {
    /// The built-in one.
    #[serde(rename = "PRIMARY")]
    Primary,
}

impl Store {
    /// All of them.
    pub const ALL: [Self; 1] = [Self::Primary];

    /// Its domain.
    pub fn name(self) -> &'static str {
        match self {
            Self::Primary => "PRIMARY",
        }
    }

    /// The store of that domain, in any spelling.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|store| store.name().eq_ignore_ascii_case(name))
    }

    /// The store that a client names by its `domain`, in any spelling; a blank names none.
    pub fn chosen(domain: &str) -> Result<Option<Self>, Invalid> {
        let domain = domain.trim();
        if domain.is_empty() {
            return Ok(None);
        }
        let unknown = || {
            let known = Self::ALL.map(Self::name).join(", ");
            let shown: String = domain.chars().filter(|c| !c.is_control()).take(60).collect();
            Invalid::value(format!(
                "`domain`: there is no user store `{shown}`; expected one of {known}"
            ))
        };
        Self::from_name(domain).map(Some).ok_or_else(unknown)
    }
}

/// The attribute whose value clients may write with a store's domain before it.
pub fn name_attribute(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "userName",
        Kind::Group => "displayName",
    }
}

/// A name without the domains of stores that a client wrote before it: `PRIMARY/anna` is `anna`.
///
/// A domain only selects a store and never is a part of the name, so it is taken off in whatever
/// spelling would be the same name, and as often as it is there. What names no store stays.
pub fn without_domain(name: &str) -> &str {
    let mut rest = name;
    // NFKC makes a solidus of the full-width one.
    while let Some((domain, name)) = rest.split_once(['/', '\u{FF0F}'])
        && Store::from_name(&fold(domain)).is_some()
    {
        rest = name;
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_stored_under_its_domain() {
        for store in Store::ALL {
            assert_eq!(serde_json::to_value(store).unwrap(), store.name());
            assert_eq!(Store::from_name(&store.name().to_lowercase()), Some(store));
        }
    }

    #[test]
    fn a_domain_is_known_blank_or_refused_with_the_known_ones() {
        assert_eq!(Store::chosen("primary"), Ok(Some(Store::Primary)));
        assert_eq!(Store::chosen(" "), Ok(None));
        let refused = Store::chosen("LDAP").unwrap_err();
        assert_eq!(refused.kind, crate::InvalidKind::Value);
        assert!(refused.detail.contains("`LDAP`") && refused.detail.contains("PRIMARY"));
    }

    #[test]
    fn a_known_domain_is_no_part_of_a_name_sc_1() {
        let check = |written: &str, name: &str| assert_eq!(without_domain(written), name);
        check("anna", "anna");
        check("PRIMARY/anna", "anna");
        check("Primary/PRIMARY/anna", "anna");
        check("ＰＲＩＭＡＲＹ／anna", "anna");
        check("LDAP/anna", "LDAP/anna");
        check("PRIMARY", "PRIMARY");
        check("PRIMARY/", "");
        check("a/PRIMARY/b", "a/PRIMARY/b");
        check("/anna", "/anna");
    }
}
