//! `[limits]` of the settings file, and the variables that overrule it.
//!
//! Which limits there are, and their ranges, is known to the HTTP side alone.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use sutler_inbound::limits::{ADJUSTABLE, Surface, Unset};

/// As the file has them.
pub(crate) type Limits = BTreeMap<String, u64>;

/// What the file says, overruled by the environment.
pub(crate) fn surface(file: &Limits, variable: impl Fn(&str) -> Option<String>) -> Result<Surface> {
    let mut surface = Surface::default();
    for (name, value) in file {
        set(&mut surface, name, *value, &format!("`{name}` in `[limits]`"))?;
    }
    for limit in ADJUSTABLE {
        let place = limit.variable();
        if let Some(text) = variable(&place) {
            let value = text
                .trim()
                .parse()
                .with_context(|| format!("`{place}` is `{text}`, but must be a whole number"))?;
            set(&mut surface, limit.name, value, &format!("`{place}`"))?;
        }
    }
    Ok(surface)
}

fn set(surface: &mut Surface, name: &str, value: u64, place: &str) -> Result<()> {
    match surface.limit(name, value) {
        Ok(()) => Ok(()),
        Err(Unset::Outside(range)) => {
            bail!("{place} is {value}, but must be from {} to {}", range.start(), range.end())
        }
        Err(Unset::Unknown) => {
            let known: Vec<&str> = ADJUSTABLE.iter().map(|limit| limit.name).collect();
            bail!("{place} is not a limit; known are {}", known.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file: &[(&str, u64)], variables: &[(&str, &str)]) -> Result<Surface, String> {
        let file = file.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        surface(&file, variable).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn the_environment_overrules_the_file() {
        let file = [("body_bytes", 2_048), ("rate", 9)];
        let surface = check(&file, &[("SUTLER_RATE", "7"), ("SUTLER_HEAD_BYTES", "9000")]).unwrap();
        assert_eq!(surface.settings.body_limit, 2_048);
        assert_eq!(surface.settings.rate.a_second, 7);
        assert_eq!(surface.options.head_bytes, 9_000);
    }

    #[test]
    fn what_cannot_be_set_is_told_with_its_place_and_what_could_be() {
        let refused = |file: &[(&str, u64)], variables: &[(&str, &str)], expected: &str| {
            let told = check(file, variables).err().unwrap_or_default();
            assert!(told.starts_with(expected), "{told}");
        };
        refused(
            &[("body_bytes", 1)],
            &[],
            "`body_bytes` in `[limits]` is 1, but must be from 1024",
        );
        refused(&[("body", 1)], &[], "`body` in `[limits]` is not a limit; known are connections,");
        refused(&[], &[("SUTLER_PAGE_MAX", "0")], "`SUTLER_PAGE_MAX` is 0, but must be from 1 to");
        refused(&[], &[("SUTLER_PAGE_MAX", "x")], "`SUTLER_PAGE_MAX` is `x`, but must be a whole");
    }
}
