//! `[history]` of the settings file: how long deliveries and their steps are kept.

use anyhow::{Result, bail};
use serde::Deserialize;
use sutler_model::history::Retention;

use crate::span::milliseconds;

/// The least and the most that `most` may be.
const MOST: std::ops::RangeInclusive<u64> = 1_000..=100_000_000;
/// The least time that anything is kept.
const LEAST: i64 = 60_000;

/// As the file has it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct History {
    keep: Option<String>,
    bodies: Option<String>,
    most: Option<u64>,
}

/// What the file says, or what is usual.
pub(crate) fn retention(file: &History) -> Result<Retention> {
    let usual = Retention::default();
    let span = |name: &str, text: &Option<String>, usual: i64| match text.as_deref() {
        None => Ok(usual),
        Some(text) => match milliseconds(text) {
            Ok(millis) if millis >= LEAST => Ok(millis),
            Ok(_) => bail!("`{name}` in `[history]` is `{text}`, but must be at least a minute"),
            Err(error) => bail!("`{name}` in `[history]`: {error}"),
        },
    };
    let keep = span("keep", &file.keep, usual.keep)?;
    let bodies = span("bodies", &file.bodies, usual.bodies.min(keep))?;
    if bodies > keep {
        bail!("`bodies` in `[history]` is longer than `keep`: steps cannot outlive their delivery");
    }
    let most = file.most.unwrap_or(usual.most);
    if !MOST.contains(&most) {
        bail!(
            "`most` in `[history]` is {most}, but must be from {} to {}",
            MOST.start(),
            MOST.end()
        );
    }
    Ok(Retention { keep, bodies, most })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<Retention, String> {
        let file: History = toml::from_str(text).map_err(|error| error.to_string())?;
        retention(&file).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_not_said_is_usual() {
        assert_eq!(check("").unwrap(), Retention::default());
        let hour = check("keep = \"1h\"").unwrap();
        assert_eq!((hour.keep, hour.bodies), (3_600_000, 3_600_000));
        assert_eq!(check("bodies = \"1d\"\nmost = 5000").unwrap().most, 5_000);
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_name() {
        let refused = |text: &str, says: &str| {
            let told = check(text).unwrap_err();
            assert!(told.contains(says), "{told}");
        };
        refused("keep = \"1w\"", "`keep` in `[history]`: `1w` is no span");
        refused("keep = \"1s\"", "at least a minute");
        refused("keep = \"1d\"\nbodies = \"2d\"", "longer than `keep`");
        refused("most = 1", "from 1000 to");
        refused("redact = []", "unknown field");
    }
}
