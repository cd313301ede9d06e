//! Properties: a filter prints to a text that reads the same, and PATCH agrees with a naive
//! model that knows a few attributes only.

use proptest::prelude::*;
use serde_json::{Value, json};
use sutler_model::filter::{Filter, Literal, Operator};
use sutler_model::patch::{Operation, Verb, apply};
use sutler_model::path::AttributePath;
use sutler_model::schema::{ENTERPRISE_USER, standard};
use sutler_model::{Kind, Leniencies};
use sutler_scim::client::patch_body;
use sutler_scim::path::parse_patch;

fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z][a-zA-Z0-9_-]{0,8}"
        .prop_filter("`not (` is a word", |n| !n.eq_ignore_ascii_case("not"))
}

fn any_path() -> impl Strategy<Value = AttributePath> {
    let urn = prop::option::of(prop::sample::select(vec![
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "urn:example:x:2.0:Thing",
    ]));
    (urn, name(), prop::option::of(name())).prop_map(|(urn, attribute, sub)| AttributePath {
        schema: urn.map(str::to_owned),
        attribute,
        sub,
    })
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        Just(Literal::Null),
        any::<bool>().prop_map(Literal::Boolean),
        any::<i64>().prop_map(|n| Literal::Number(n.into())),
        any::<String>().prop_map(Literal::Text),
    ]
}

fn term() -> impl Strategy<Value = Filter> {
    let operator = prop::sample::select(Operator::ALL.to_vec());
    prop_oneof![
        any_path().prop_map(Filter::Present),
        (any_path(), operator, literal()).prop_map(|(p, o, l)| Filter::Compare(p, o, l)),
    ]
}

fn joined(part: impl Strategy<Value = Filter> + Clone + 'static) -> BoxedStrategy<Filter> {
    let many = prop::collection::vec(part.clone(), 2..4);
    prop_oneof![
        many.clone().prop_map(Filter::And),
        many.prop_map(Filter::Or),
        part.prop_map(|f| Filter::Not(Box::new(f))),
    ]
    .boxed()
}

fn any_filter() -> impl Strategy<Value = Filter> {
    let inner = term().prop_recursive(2, 8, 3, joined);
    let element = (any_path(), inner).prop_map(|(p, f)| Filter::Element(p, Box::new(f)));
    prop_oneof![term(), element].prop_recursive(3, 24, 3, joined)
}

/// The document of the naive model: a title, the parts of a name, a department, and e-mails.
#[derive(Clone, Debug, Default, PartialEq)]
struct Naive {
    title: Option<String>,
    given: Option<String>,
    family: Option<String>,
    department: Option<String>,
    emails: Vec<Email>,
}

#[derive(Clone, Debug, PartialEq)]
struct Email {
    kind: String,
    value: String,
    primary: Option<bool>,
}

impl Email {
    fn json(&self) -> Value {
        let mut json = json!({"type": self.kind, "value": self.value});
        if let Some(primary) = self.primary {
            json["primary"] = json!(primary);
        }
        json
    }
}

impl Naive {
    fn json(&self) -> Value {
        let mut json = json!({"userName": "ann", "active": true});
        if let Some(title) = &self.title {
            json["title"] = json!(title);
        }
        for (name, part) in [("givenName", &self.given), ("familyName", &self.family)] {
            if let Some(part) = part {
                json["name"][name] = json!(part);
            }
        }
        if let Some(department) = &self.department {
            json[ENTERPRISE_USER] = json!({"department": department});
        }
        if !self.emails.is_empty() {
            json["emails"] = self.emails.iter().map(Email::json).collect();
        }
        json
    }

    /// One e-mail for each type and value; the later one's `primary` counts.
    fn unique(&mut self) {
        let mut kept: Vec<Email> = Vec::new();
        for email in self.emails.drain(..) {
            match kept.iter_mut().find(|k| k.kind == email.kind && k.value == email.value) {
                Some(first) => first.primary = email.primary.or(first.primary),
                None => kept.push(email),
            }
        }
        self.emails = kept;
    }

    fn demote(&mut self) {
        for email in self.emails.iter_mut().filter(|email| email.primary == Some(true)) {
            email.primary = Some(false);
        }
    }

    fn of_kind(&mut self, kind: &str) -> impl Iterator<Item = &mut Email> {
        self.emails.iter_mut().filter(move |email| email.kind == kind)
    }
}

#[derive(Clone, Debug)]
enum Step {
    Title(Option<String>),
    Given(Option<String>),
    Name(Option<String>),
    RemoveName,
    Department(Option<String>),
    AddEmail(Email),
    ReplaceEmails(Vec<Email>),
    RemoveOfType(String),
    RemoveValue(String),
    AddOfType(String, String),
    ReplaceOfType(String, String),
    MakePrimary(String),
    RemoveEmails,
}

/// `replace`, or `remove` if there is no value.
fn set(path: &str, value: Option<&String>) -> (Verb, String, Option<Value>) {
    let verb = if value.is_some() { Verb::Replace } else { Verb::Remove };
    (verb, path.to_owned(), value.map(|value| json!(value)))
}

impl Step {
    fn operation(&self) -> Operation {
        let of_type = |kind: &str, sub: &str| format!("emails[type eq \"{kind}\"]{sub}");
        let emails = || "emails".to_owned();
        let (verb, path, value) = match self {
            Self::Title(title) => set("title", title.as_ref()),
            Self::Given(given) => set("name.givenName", given.as_ref()),
            Self::Name(family) => {
                (Verb::Add, "name".to_owned(), Some(json!({"familyName": family})))
            }
            Self::RemoveName => (Verb::Remove, "name".to_owned(), None),
            Self::Department(department) => {
                set(&format!("{ENTERPRISE_USER}:department"), department.as_ref())
            }
            Self::AddEmail(email) => (Verb::Add, emails(), Some(json!([email.json()]))),
            Self::ReplaceEmails(list) => {
                (Verb::Replace, emails(), Some(list.iter().map(Email::json).collect()))
            }
            Self::RemoveOfType(t) => (Verb::Remove, of_type(t, ""), None),
            Self::RemoveValue(v) => (Verb::Remove, emails(), Some(json!([{"value": v}]))),
            Self::AddOfType(t, v) => (Verb::Add, of_type(t, ".value"), Some(json!(v))),
            Self::ReplaceOfType(t, v) => (Verb::Replace, of_type(t, ".value"), Some(json!(v))),
            Self::MakePrimary(t) => (Verb::Replace, of_type(t, ".primary"), Some(json!(true))),
            Self::RemoveEmails => (Verb::Remove, emails(), None),
        };
        Operation { verb, path: Some(parse_patch(&path).unwrap()), value }
    }

    /// False if the model refuses.
    fn apply(&self, model: &mut Naive) -> bool {
        match self {
            Self::Title(title) => model.title.clone_from(title),
            Self::Given(given) => model.given.clone_from(given),
            Self::Name(family) => model.family.clone_from(family),
            Self::RemoveName => (model.given, model.family) = (None, None),
            Self::Department(department) => model.department.clone_from(department),
            Self::AddEmail(email) => {
                if email.primary == Some(true) {
                    model.demote();
                }
                model.emails.push(email.clone());
            }
            Self::ReplaceEmails(list) => {
                if list.iter().filter(|email| email.primary == Some(true)).count() > 1 {
                    return false;
                }
                model.emails.clone_from(list);
            }
            Self::RemoveOfType(t) => model.emails.retain(|email| email.kind != *t),
            Self::RemoveValue(v) => model.emails.retain(|email| email.value != *v),
            Self::RemoveEmails => model.emails.clear(),
            Self::MakePrimary(t) => {
                if model.of_kind(t).count() != 1 {
                    return false;
                }
                model.demote();
                model.of_kind(t).for_each(|email| email.primary = Some(true));
            }
            Self::AddOfType(t, v) | Self::ReplaceOfType(t, v) => {
                model.of_kind(t).for_each(|email| email.value.clone_from(v));
                if model.of_kind(t).count() == 0 {
                    if matches!(self, Self::ReplaceOfType(..)) {
                        return false;
                    }
                    let email = Email { kind: t.clone(), value: v.clone(), primary: None };
                    model.emails.push(email);
                }
            }
        }
        model.unique();
        true
    }
}

fn email() -> impl Strategy<Value = Email> {
    let primary = prop::option::of(any::<bool>());
    (kind(), value(), primary).prop_map(|(kind, value, primary)| Email { kind, value, primary })
}

fn kind() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["work".to_owned(), "home".to_owned()])
}

fn value() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a@x".to_owned(), "b@x".to_owned(), "c@x".to_owned()])
}

fn step() -> impl Strategy<Value = Step> {
    let word = || prop::option::of("[a-c]{1,2}");
    prop_oneof![
        word().prop_map(Step::Title),
        word().prop_map(Step::Given),
        word().prop_map(Step::Name),
        Just(Step::RemoveName),
        word().prop_map(Step::Department),
        email().prop_map(Step::AddEmail),
        email().prop_map(Step::AddEmail),
        prop::collection::vec(email(), 0..3).prop_map(Step::ReplaceEmails),
        kind().prop_map(Step::RemoveOfType),
        value().prop_map(Step::RemoveValue),
        (kind(), value()).prop_map(|(t, v)| Step::AddOfType(t, v)),
        (kind(), value()).prop_map(|(t, v)| Step::ReplaceOfType(t, v)),
        kind().prop_map(Step::MakePrimary),
        Just(Step::RemoveEmails),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_filter_prints_to_a_text_that_reads_the_same(filter in any_filter()) {
        let text = filter.to_string();
        prop_assert_eq!(sutler_scim::filter::parse(&text).unwrap(), filter, "{}", text);
    }

    #[test]
    fn patch_agrees_with_a_naive_model_t_p2_t_p6_t_p7_t_p8_t_p11_t_p12(steps in prop::collection::vec(step(), 1..8)) {
        let mut model = Naive::default();
        let understood = steps.iter().all(|step| step.apply(&mut model));
        let operations: Vec<Operation> = steps.iter().map(Step::operation).collect();
        let old = Naive::default().json();
        let patched = apply(standard(Kind::User), Leniencies::STRICT, "1", old.as_object().unwrap(), &operations);
        match patched {
            Ok(patched) => {
                prop_assert!(understood);
                prop_assert_eq!(Value::Object(patched.document), model.json());
            }
            Err(refused) => prop_assert!(!understood, "{}", refused),
        }
    }

    #[test]
    fn a_body_that_a_client_builds_reads_the_same(steps in prop::collection::vec(step(), 1..8)) {
        let operations: Vec<Operation> = steps.iter().map(Step::operation).collect();
        let body = patch_body(&operations);
        prop_assert_eq!(sutler_scim::patch::parse(Leniencies::STRICT, body.as_object().unwrap(), 5_000).unwrap().operations, operations);
    }
}
