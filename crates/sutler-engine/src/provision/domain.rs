//! The domain of a store that clients write before a name: it selects a store, and is no part of
//! the name (`PRIMARY/anna`).

use serde_json::Value;
use sutler_model::filter::{Filter, Literal, Operator};
use sutler_model::path::AttributePath;
use sutler_model::store::{name_attribute, without_domain};
use sutler_model::{Document, Kind};

/// Takes the domain off the name in a document.
pub(super) fn strip(kind: Kind, document: &mut Document) {
    if let Some(Value::String(name)) = document.get_mut(name_attribute(kind)) {
        let rest = without_domain(name);
        if rest.len() < name.len() {
            *name = rest.to_owned();
        }
    }
}

/// The filter with the domain taken off the names that it compares. All names that begin with
/// nothing but the domain are all names.
pub(super) fn stripped(kinds: &[Kind], filter: Filter) -> Filter {
    let all = |parts: Vec<Filter>| parts.into_iter().map(|part| stripped(kinds, part)).collect();
    match filter {
        Filter::And(parts) => Filter::And(all(parts)),
        Filter::Or(parts) => Filter::Or(all(parts)),
        Filter::Not(inner) => Filter::Not(Box::new(stripped(kinds, *inner))),
        Filter::Compare(path, operator, Literal::Text(text))
            if is_name(kinds, &path) && from_the_start(operator) =>
        {
            let rest = without_domain(&text);
            if rest.is_empty() && !text.is_empty() && operator == Operator::StartsWith {
                return Filter::Present(path);
            }
            let text = if rest.len() < text.len() { rest.to_owned() } else { text };
            Filter::Compare(path, operator, Literal::Text(text))
        }
        other => other,
    }
}

/// True if the path is the name of each of these kinds that has it: `displayName` of a user is
/// not.
fn is_name(kinds: &[Kind], path: &AttributePath) -> bool {
    match kinds {
        [kind] => path.is_core(name_attribute(*kind), None),
        _ => path.is_core(name_attribute(Kind::User), None),
    }
}

fn from_the_start(operator: Operator) -> bool {
    matches!(operator, Operator::Equal | Operator::NotEqual | Operator::StartsWith)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(attribute: &str, operator: Operator, text: &str) -> Filter {
        let path = AttributePath::core(attribute, None);
        Filter::Compare(path, operator, Literal::Text(text.to_owned()))
    }

    #[test]
    fn a_domain_is_no_part_of_a_name_that_is_compared_sc_1() {
        use Operator::{Contains, Equal, StartsWith};
        let check = |kinds: &[Kind], (attribute, operator, text), expected: Filter| {
            let filter = Filter::Not(Box::new(compare(attribute, operator, text)));
            assert_eq!(stripped(kinds, filter), Filter::Not(Box::new(expected)), "{text}");
        };
        let same = |(attribute, operator, text)| compare(attribute, operator, text);
        let (user, group) = (&[Kind::User][..], &[Kind::Group][..]);
        check(user, ("userName", Equal, "primary/anna"), compare("userName", Equal, "anna"));
        check(user, ("userName", StartsWith, "PRIMARY/a"), compare("userName", StartsWith, "a"));
        let all = Filter::Present(AttributePath::core("userName", None));
        check(user, ("userName", StartsWith, "PRIMARY/"), all);
        check(
            group,
            ("displayName", Equal, "PRIMARY/staff"),
            compare("displayName", Equal, "staff"),
        );
        for (kinds, filter) in [
            (user, ("displayName", Equal, "PRIMARY/x")),
            (user, ("userName", Contains, "PRIMARY/x")),
            (user, ("userName", Equal, "LDAP/x")),
            (user, ("userName", StartsWith, "")),
            (&[Kind::User, Kind::Group], ("displayName", Equal, "PRIMARY/x")),
        ] {
            check(kinds, filter, same(filter));
        }
    }
}
