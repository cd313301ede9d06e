//! What an operation names, for who asks whether a client may name it.

use crate::Leniencies;
use crate::dialect::{self, Tolerance};
use crate::path::AttributePath;
use crate::schema::{Definition, ResourceType};

use super::Operation;

/// The attributes that the path of an operation names, in canonical spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// What is operated on.
    pub target: AttributePath,
    /// What the brackets look into.
    pub looks: Vec<AttributePath>,
}

impl Operation {
    /// What its path names; `None` without a path, or if nothing is called so.
    pub fn named(&self, shape: &ResourceType, allowed: Leniencies) -> Option<Named> {
        let path = dialect::path(shape, self.path.as_ref()?, &mut Tolerance::new(allowed));
        let found = shape.resolve(&path.path)?;
        let mut looks = Vec::new();
        if let (Some(filter), Some(attribute)) = (&path.filter, found.attribute) {
            let subs = filter.paths();
            let subs = subs.iter().filter_map(|sub| attribute.sub(&sub.attribute));
            looks.extend(subs.map(|sub| Definition { sub: Some(sub), ..found }.path()));
        }
        Some(Named { target: found.path(), looks })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Filter;
    use crate::patch::{PatchPath, Verb};
    use crate::schema::standard;
    use crate::{Dialect, Kind};

    #[test]
    fn what_brackets_look_into_is_named_in_canonical_spelling() {
        let check = |path: &str, sub: Option<&str>, dialect: Dialect, expected: Option<&[&str]>| {
            let filter = sub.map(|sub| Filter::Present(AttributePath::core(sub, None)));
            let path = Some(PatchPath { path: path.parse().unwrap(), filter });
            let operation = Operation { verb: Verb::Remove, path, value: None };
            let named = operation.named(standard(Kind::User), dialect.leniencies());
            let named = named.map(|named| {
                let all = std::iter::once(&named.target).chain(&named.looks);
                all.map(ToString::to_string).collect::<Vec<_>>()
            });
            let expected: Option<Vec<String>> =
                expected.map(|paths| paths.iter().map(|path| (*path).to_owned()).collect());
            assert_eq!(named, expected);
        };
        let manager = format!("{}:manager", crate::schema::ENTERPRISE_USER);
        check("EMAILS", Some("TYPE"), Dialect::Strict, Some(&["emails", "emails.type"]));
        check("emails.value", Some("nothing"), Dialect::Strict, Some(&["emails.value"]));
        check("manager", None, Dialect::Strict, None);
        check("manager", None, Dialect::Entra, Some(&[&manager]));
    }
}
