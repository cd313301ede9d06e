//! `[target.guard]`: how many may lose what they have there within a day.

use sutler_model::guard::{Guard, Limit, Loss};
use toml::Spanned;
use toml::de::DeValue;

use super::fields::quoted;
use super::section::{Section, decimal};

const EXPECTED: &str =
    "a share such as \"5%\" of the target's accounts, a whole number, or false for no limit";

/// Reads `guard` of a target's entry: `false`, or a table with a limit for each kind.
pub(super) fn read(section: &mut Section<'_>) -> Guard {
    let Some(value) = section.value("guard") else {
        return Guard::default();
    };
    if value.get_ref().as_bool() == Some(false) {
        return Guard::OFF;
    }
    let Some(mut inside) = section.inside(value, "`[target.guard]`") else {
        section.fault(
            &value.span(),
            "`guard` must be false, or a table such as { deleted = \"5%\", disabled = 50 }",
        );
        return Guard::default();
    };
    let guard = Guard {
        disabled: one(&mut inside, "disabled"),
        deleted: one(&mut inside, "deleted"),
        removed: one(&mut inside, "removed"),
        scope: one(&mut inside, "scope"),
    };
    inside.finish();
    guard
}

fn one(inside: &mut Section<'_>, key: &'static str) -> Limit {
    let Some(value) = inside.value(key) else {
        return Limit::default();
    };
    limit(value).unwrap_or_else(|| {
        inside.fault(&value.span(), format!("`{key}` in `[target.guard]` must be {EXPECTED}"));
        Limit::default()
    })
}

fn limit(value: &Spanned<DeValue<'_>>) -> Option<Limit> {
    match value.get_ref() {
        DeValue::Boolean(false) => Some(Limit::Off),
        DeValue::Integer(number) => decimal(number)?.try_into().ok().map(Limit::Count),
        DeValue::String(text) => {
            let share = text.trim().strip_suffix('%')?.trim_end().parse().ok()?;
            (share <= 100).then_some(Limit::Percent(share))
        }
        _ => None,
    }
}

/// The guard as it is written; `None` if nothing was set.
pub(super) fn field(guard: &Guard) -> Option<String> {
    if guard.is_usual() {
        return None;
    }
    if *guard == Guard::OFF {
        return Some("false".to_owned());
    }
    let set = Loss::ALL.into_iter().filter(|loss| guard.limit(*loss) != Limit::default());
    let parts: Vec<String> =
        set.map(|loss| format!("{} = {}", loss.key(), written(guard.limit(loss)))).collect();
    Some(format!("{{ {} }}", parts.join(", ")))
}

fn written(limit: Limit) -> String {
    match limit {
        Limit::Off => "false".to_owned(),
        Limit::Count(count) => count.to_string(),
        Limit::Percent(share) => quoted(&format!("{share}%")),
    }
}
