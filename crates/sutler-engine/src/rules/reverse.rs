//! From an account back to the resource that it is made from, as far as that can be told. Pure.
//!
//! An attribute that goes as it is comes back as it is; so does one whose mapping is a plain
//! attribute. What is computed, constant, or given only once says nothing certain of the
//! resource, and is left out.

use serde_json::Value;
use sutler_model::estate::{Correlate, MappingMode};
use sutler_model::outcome::Account;
use sutler_model::schema::ENTERPRISE_USER;
use sutler_model::{Document, Kind};

use super::TargetRules;
use super::compiled::Mapped;
use crate::desired::{Attributes, flatten, takes, unflatten};
use crate::mapping::Expression;

impl TargetRules {
    /// What an account says of its resource.
    pub fn read_back(&self, kind: Kind, account: &Account) -> Document {
        let there = flatten(&account.attributes);
        let mut found = Attributes::new();
        for mapped in &self.of(kind).mappings {
            self.by_mapping(kind, mapped, &there, &mut found);
        }
        if !self.target.rules(kind).only_mapped {
            let plain = there.iter().filter(|(path, _)| self.goes_as_it_is(kind, path));
            found.extend(plain.map(|(path, value)| (path.clone(), value.clone())));
        }
        let mut document = unflatten(&found);
        if let Some(active) = account.active.filter(|_| kind == Kind::User) {
            document.insert("active".to_owned(), active.into());
        }
        document
    }

    /// True if the attribute of an account has its value from the attribute of the same name.
    fn goes_as_it_is(&self, kind: Kind, path: &str) -> bool {
        let rules = self.of(kind);
        let known = rules.schemas.of(kind).paths().contains(path);
        let is_correlation = path == "externalId" && self.target.correlate == Correlate::ExternalId;
        let is_manager = path.strip_prefix(ENTERPRISE_USER) == Some(":manager");
        let is_mapped = rules.mappings.iter().any(|mapped| covers(&mapped.plain.attribute, path));
        known && takes(&self.target, path) && !is_correlation && !is_manager && !is_mapped
    }

    fn by_mapping(&self, kind: Kind, mapped: &Mapped, there: &Attributes, found: &mut Attributes) {
        let from = mapped.from.as_ref().and_then(Expression::attribute);
        let Some(from) = from.filter(|_| mapped.plain.mode == MappingMode::Always) else {
            return;
        };
        let known = self.of(kind).schemas.of(kind).paths();
        for (path, value) in there.iter().filter(|(path, _)| covers(&mapped.plain.attribute, path))
        {
            let rest = path.get(mapped.plain.attribute.len()..).unwrap_or_default();
            let own = format!("{from}{rest}");
            // A default stands for no value of ours.
            if known.contains(&own) && !is_default(value, mapped.plain.default.as_ref()) {
                found.insert(own, value.clone());
            }
        }
    }
}

/// True of an attribute itself and of its parts.
fn covers(attribute: &str, path: &str) -> bool {
    path.strip_prefix(attribute).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn is_default(value: &Value, default: Option<&Value>) -> bool {
    default == Some(value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sutler_model::estate::{Mapping, Target};
    use sutler_model::schema::Schemas;
    use sutler_testkit::build;

    use super::*;

    fn map(attribute: &str, from: &str, mode: MappingMode) -> Mapping {
        let (attribute, from) = (attribute.to_owned(), from.to_owned());
        Mapping { attribute, from, mode, default: None }
    }

    fn read(target: &Target, attributes: &Value) -> Value {
        let rules = TargetRules::compile(target, "default", &Schemas::standard()).unwrap();
        let account = Account {
            remote: "r1".to_owned(),
            etag: None,
            correlation: None,
            active: Some(false),
            attributes: attributes.as_object().cloned().unwrap(),
        };
        Value::Object(rules.read_back(Kind::User, &account))
    }

    #[test]
    fn without_rules_an_account_reads_back_but_for_what_is_the_targets_own() {
        let read = read(
            &build::target("app"),
            &json!({
                "userName": "ann", "externalId": "link", "name": {"givenName": "Ann"},
                "emails": [{"value": "ann@example.com"}], "shoeSize": 9,
                ENTERPRISE_USER: {"department": "Sales", "manager": {"value": "r2"}},
                "urn:example:other": {"level": "3"},
            }),
        );
        assert_eq!(
            read,
            json!({
                "userName": "ann", "active": false, "name": {"givenName": "Ann"},
                "emails": [{"value": "ann@example.com"}],
                ENTERPRISE_USER: {"department": "Sales"},
            })
        );
    }

    #[test]
    fn an_external_id_that_is_no_correlation_reads_back() {
        let target = Target { correlate: Correlate::UserName, ..build::target("app") };
        let read = read(&target, &json!({"userName": "ann", "externalId": "e-17"}));
        assert_eq!(read["externalId"], json!("e-17"));
    }

    #[test]
    fn plain_attributes_read_back_where_they_came_from_and_nothing_else_does() {
        let mut target = build::target("app");
        target.users.mappings = vec![
            map("nickName", "user.displayName", MappingMode::Always),
            map("title", "user.name.familyName", MappingMode::Always),
            map("name.familyName", "user.enterprise.department", MappingMode::Always),
            map("displayName", "user.userName | upper", MappingMode::Always),
            map("locale", "user.locale", MappingMode::OnCreate),
            map("profileUrl", "", MappingMode::Always),
        ];
        let read = read(
            &target,
            &json!({
                "userName": "ann", "nickName": "Ann I.", "title": "Ito", "displayName": "ANN",
                "name": {"familyName": "Sales", "givenName": "Ann"}, "locale": "en",
                "profileUrl": "https://example.com/ann",
            }),
        );
        assert_eq!(
            read,
            json!({
                "userName": "ann", "active": false, "displayName": "Ann I.",
                "name": {"familyName": "Ito", "givenName": "Ann"},
                ENTERPRISE_USER: {"department": "Sales"},
            })
        );
    }

    #[test]
    fn a_complex_attribute_reads_back_by_its_parts_and_a_default_does_not() {
        let mut target = build::target("app");
        target.users.only_mapped = true;
        let title = Mapping {
            default: Some(json!("none")),
            ..map("title", "user.title", MappingMode::Always)
        };
        target.users.mappings = vec![
            map("userName", "user.userName", MappingMode::Always),
            map("name", "user.name", MappingMode::Always),
            title,
        ];
        let read = read(
            &target,
            &json!({
                "userName": "ann", "name": {"givenName": "Ann"}, "title": "none", "nickName": "A",
            }),
        );
        assert_eq!(read, json!({"userName": "ann", "active": false, "name": {"givenName": "Ann"}}));
    }
}
