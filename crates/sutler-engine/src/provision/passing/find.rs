//! Finding by name: digests are looked up, and whoever is found is read.

use sutler_model::filter::{Filter, Literal, Operator};
use sutler_model::fold::fold;
use sutler_model::resource::Resource;
use sutler_model::store::{name_attribute, without_domain};
use sutler_model::{Kind, Uid};

use super::super::Refusal;
use super::Passing;
use crate::passed::EXTERNAL_ID;

/// What can be looked up without a list.
#[derive(Debug, PartialEq)]
pub(super) enum Sought {
    Id(Uid),
    /// An attribute with the value as it is digested.
    Named(&'static str, String),
}

impl Passing<'_> {
    /// The resource of its own that holds this name.
    pub(in super::super) async fn find(
        &self,
        kind: Kind,
        name: &str,
    ) -> Result<Option<Resource>, Refusal> {
        self.caller.may_read(kind)?;
        let sought = Sought::Named(name_attribute(kind), fold(without_domain(name)));
        self.sought(kind, &sought).await
    }

    pub(super) async fn sought(
        &self,
        kind: Kind,
        sought: &Sought,
    ) -> Result<Option<Resource>, Refusal> {
        let stub = match sought {
            Sought::Id(uid) => {
                let found = self.stubs(std::slice::from_ref(uid)).await?.pop().flatten();
                found.filter(|stub| stub.resource.kind == kind)
            }
            Sought::Named(attribute, key) => {
                let key = self.digest(kind, attribute, key);
                let ledger = &self.on.ports.ledger;
                let tenant = self.caller.tenant;
                match ledger.passed_by_name(tenant, kind, attribute, &key).await? {
                    Some(found) => self.own(found).await?,
                    None => None,
                }
            }
        };
        match stub {
            Some(stub) => self.whole(stub).await.map(Some),
            None => Ok(None),
        }
    }
}

/// What a filter seeks, if a name of a resource of this kind answers it.
pub(super) fn sought(kind: Kind, filter: &Filter) -> Option<Sought> {
    let Filter::Compare(path, Operator::Equal, Literal::Text(text)) = filter else {
        return None;
    };
    let is = |name: &str| path.is_core(name, None);
    let name = name_attribute(kind);
    if is("id") {
        Some(Sought::Id(Uid(text.clone())))
    } else if is(name) {
        Some(Sought::Named(name, fold(text)))
    } else if is(EXTERNAL_ID) {
        Some(Sought::Named(EXTERNAL_ID, text.clone()))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use sutler_model::path::AttributePath;

    use super::*;

    fn equals(attribute: &str, text: &str) -> Filter {
        let path = AttributePath::core(attribute, None);
        Filter::Compare(path, Operator::Equal, Literal::Text(text.to_owned()))
    }

    #[test]
    fn w19_only_names_and_ids_are_found_without_a_list() {
        let found = |attribute, text| sought(Kind::User, &equals(attribute, text));
        let named = |attribute, key: &str| Some(Sought::Named(attribute, key.to_owned()));
        assert_eq!(found("userName", "ANN"), named("userName", "ann"));
        assert_eq!(found("externalId", "E-1"), named("externalId", "E-1"));
        assert_eq!(found("id", "u1"), Some(Sought::Id(Uid("u1".to_owned()))));
        assert_eq!(found("title", "Dr"), None);
        assert_eq!(sought(Kind::Group, &equals("userName", "ann")), None);
        assert_eq!(sought(Kind::User, &Filter::Not(Box::new(equals("id", "u1")))), None);
    }
}
