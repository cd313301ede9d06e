//! The profiles that come with the program.

/// Name and text of each, the generic one first.
pub const PROFILES: &[(&str, &str)] = &[
    ("generic", include_str!("../../profiles/generic.toml")),
    ("authentik", include_str!("../../profiles/authentik.toml")),
    ("aws", include_str!("../../profiles/aws.toml")),
    ("entra", include_str!("../../profiles/entra.toml")),
    ("github", include_str!("../../profiles/github.toml")),
    ("google", include_str!("../../profiles/google.toml")),
    ("keycloak", include_str!("../../profiles/keycloak.toml")),
    ("miro", include_str!("../../profiles/miro.toml")),
    ("salesforce", include_str!("../../profiles/salesforce.toml")),
    ("slack", include_str!("../../profiles/slack.toml")),
];

/// The text of a shipped profile.
pub fn shipped(name: &str) -> Option<&'static str> {
    PROFILES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Evidence, Profile};

    #[test]
    fn every_shipped_profile_is_one_by_its_own_name_and_says_what_it_was_seen_against() {
        for (name, text) in PROFILES {
            let profile = Profile::read(text).unwrap_or_else(|e| panic!("{name}: {e} {:?}", e.at));
            assert_eq!(profile.name(), *name);
            assert_eq!(profile.evidence(), Evidence::Emulator, "{name}");
            assert!(profile.sources().len() > 40, "{name} says where its values come from");
        }
    }
}
