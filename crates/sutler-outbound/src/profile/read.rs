//! From text to a profile; what is wrong is said with its place.

use std::ops::Range;

use sutler_model::Kind;
use sutler_model::estate::Correlate;
use sutler_model::path::AttributePath;

use super::part::{Deletion, Paging};
use super::shipped::shipped;
use super::{PROFILES, Profile};

/// The longest profile, in bytes.
const LONGEST: usize = 64 * 1_024;
/// Rules, errors, buckets and paths of one list, at most.
const MOST: usize = 64;

/// Why a text is no profile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ProfileError {
    /// What is wrong, and what was expected.
    pub message: String,
    /// Where in the text, in bytes; empty at the beginning where it is about the whole.
    pub at: Range<usize>,
}

impl Profile {
    /// The profile that a target names: none is the generic one, a name is a shipped one, and
    /// everything else is the text of a profile.
    pub fn of(stored: Option<&str>) -> Result<Self, ProfileError> {
        let stored = stored.unwrap_or("generic");
        if stored.contains(['\n', '=']) {
            return Self::read(stored);
        }
        let text = shipped(stored).ok_or_else(|| {
            let names: Vec<&str> = PROFILES.iter().map(|(name, _)| *name).collect();
            let message = format!(
                "there is no profile `{stored}`: use one of {}, or `file:PATH` for one of your own",
                names.join(", ")
            );
            ProfileError { message, at: 0..0 }
        })?;
        Self::read(text)
    }

    /// Reads the text of a profile.
    pub fn read(text: &str) -> Result<Self, ProfileError> {
        if text.len() > LONGEST {
            let message = format!("a profile has at most {LONGEST} bytes");
            return Err(ProfileError { message, at: 0..0 });
        }
        let profile: Self = toml::from_str(text).map_err(|error| ProfileError {
            message: error.message().trim().replace('\n', ", "),
            at: error.span().unwrap_or(0..0),
        })?;
        match profile.contradiction() {
            None => Ok(profile),
            Some((word, message)) => {
                let at = text.find(word).unwrap_or(0);
                Err(ProfileError { message, at: at..at })
            }
        }
    }

    /// What cannot be so, with the key that says it.
    fn contradiction(&self) -> Option<(&'static str, String)> {
        let lists = [
            ("[[bucket]]", self.bucket.len()),
            ("[[error]]", self.error.len()),
            ("[[users.rule]]", self.users.rule.len()),
            ("[[groups.rule]]", self.groups.rule.len()),
            ("users", self.lookup.users.len()),
            ("groups", self.lookup.groups.len()),
        ];
        if let Some((word, _)) = lists.into_iter().find(|(_, length)| *length > MOST) {
            return Some((word, format!("there are more than {MOST} of them")));
        }
        if let Some(found) = self.unreadable() {
            return Some(("path", found));
        }
        if self.correlate == Correlate::ExternalId && !self.finds_external_ids() {
            let message = "accounts cannot be recognised by an `externalId` that no filter finds: write `correlate = \"userName\"`, or have `lookup` name it";
            return Some(("correlate", message.to_owned()));
        }
        if !self.filters(Kind::User, "userName") || !self.filters(Kind::Group, "displayName") {
            let message = "users must be found by `userName`, and groups by `displayName`: without, nobody can tell who is there";
            return Some(("lookup", message.to_owned()));
        }
        if self.users.delete == Deletion::Deactivate && !self.users.active {
            let message =
                "a target where users can neither be deleted nor deactivated cannot be provisioned";
            return Some(("active", message.to_owned()));
        }
        if self.list.paging == Paging::Cursor && self.list.total {
            let message = "lists by cursor have no total that could be demanded (RFC 9865)";
            return Some(("total", message.to_owned()));
        }
        None
    }

    fn unreadable(&self) -> Option<String> {
        let rules = self.users.rule.iter().chain(&self.groups.rule).map(|rule| &rule.path);
        let lookups = self.lookup.users.iter().chain(&self.lookup.groups);
        let bad = rules
            .chain(lookups)
            .find(|path| *path != "*" && path.parse::<AttributePath>().is_err())?;
        Some(format!("`{bad}` is no attribute path, such as `name.familyName`"))
    }
}
