//! Properties: a filter prints to a text that reads the same, and PATCH agrees with a naive
//! model that knows two attributes only.

use proptest::prelude::*;
use serde_json::{Value, json};
use sutler_model::filter::{Filter, Literal, Operator};
use sutler_model::patch::{Operation, Verb, apply};
use sutler_model::path::AttributePath;
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

/// The document of the naive model: a title, and e-mails as (type, value) in order.
#[derive(Clone, Debug, Default, PartialEq)]
struct Naive {
    title: Option<String>,
    emails: Vec<(String, String)>,
}

impl Naive {
    fn json(&self) -> Value {
        let mut json = json!({"userName": "ann", "active": true});
        if let Some(title) = &self.title {
            json["title"] = json!(title);
        }
        if !self.emails.is_empty() {
            let emails = self.emails.iter().map(|(t, v)| json!({"type": t, "value": v}));
            json["emails"] = emails.collect();
        }
        json
    }

    fn unique(&mut self) {
        let mut kept: Vec<(String, String)> = Vec::new();
        for email in self.emails.drain(..) {
            if !kept.contains(&email) {
                kept.push(email);
            }
        }
        self.emails = kept;
    }
}

#[derive(Clone, Debug)]
enum Step {
    Title(Option<String>),
    AddEmail(String, String),
    ReplaceEmails(Vec<(String, String)>),
    RemoveOfType(String),
    AddOfType(String, String),
    ReplaceOfType(String, String),
    RemoveEmails,
}

impl Step {
    fn operation(&self) -> Operation {
        let emails = |list: &[(String, String)]| -> Value {
            list.iter().map(|(t, v)| json!({"type": t, "value": v})).collect()
        };
        let (verb, path, value) = match self {
            Self::Title(Some(title)) => (Verb::Replace, "title".to_owned(), Some(json!(title))),
            Self::Title(None) => (Verb::Remove, "title".to_owned(), None),
            Self::AddEmail(t, v) => {
                (Verb::Add, "emails".to_owned(), Some(emails(&[(t.clone(), v.clone())])))
            }
            Self::ReplaceEmails(list) => (Verb::Replace, "emails".to_owned(), Some(emails(list))),
            Self::RemoveOfType(t) => (Verb::Remove, format!("emails[type eq \"{t}\"]"), None),
            Self::AddOfType(t, v) => {
                (Verb::Add, format!("emails[type eq \"{t}\"].value"), Some(json!(v)))
            }
            Self::ReplaceOfType(t, v) => {
                (Verb::Replace, format!("emails[type eq \"{t}\"].value"), Some(json!(v)))
            }
            Self::RemoveEmails => (Verb::Remove, "emails".to_owned(), None),
        };
        Operation { verb, path: Some(parse_patch(&path).unwrap()), value }
    }

    /// False if the model refuses.
    fn apply(&self, model: &mut Naive) -> bool {
        match self {
            Self::Title(title) => model.title.clone_from(title),
            Self::AddEmail(t, v) => model.emails.push((t.clone(), v.clone())),
            Self::ReplaceEmails(list) => model.emails.clone_from(list),
            Self::RemoveOfType(t) => model.emails.retain(|(other, _)| other != t),
            Self::RemoveEmails => model.emails.clear(),
            Self::AddOfType(t, v) | Self::ReplaceOfType(t, v) => {
                let mut found = false;
                for email in model.emails.iter_mut().filter(|(other, _)| other == t) {
                    email.1.clone_from(v);
                    found = true;
                }
                if !found && matches!(self, Self::ReplaceOfType(..)) {
                    return false;
                }
                if !found {
                    model.emails.push((t.clone(), v.clone()));
                }
            }
        }
        model.unique();
        true
    }
}

fn step() -> impl Strategy<Value = Step> {
    let kind = || prop::sample::select(vec!["work".to_owned(), "home".to_owned()]);
    let value = || prop::sample::select(vec!["a@x".to_owned(), "b@x".to_owned(), "c@x".to_owned()]);
    prop_oneof![
        prop::option::of("[a-c]{1,2}").prop_map(Step::Title),
        (kind(), value()).prop_map(|(t, v)| Step::AddEmail(t, v)),
        prop::collection::vec((kind(), value()), 0..3).prop_map(Step::ReplaceEmails),
        kind().prop_map(Step::RemoveOfType),
        (kind(), value()).prop_map(|(t, v)| Step::AddOfType(t, v)),
        (kind(), value()).prop_map(|(t, v)| Step::ReplaceOfType(t, v)),
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
    fn patch_agrees_with_a_naive_model_t_p2_t_p6_t_p7_t_p8(steps in prop::collection::vec(step(), 1..8)) {
        let mut model = Naive::default();
        let understood = steps.iter().all(|step| step.apply(&mut model));
        let operations: Vec<Operation> = steps.iter().map(Step::operation).collect();
        let old = Naive::default().json();
        let patched = apply(Kind::User, Leniencies::STRICT, "1", old.as_object().unwrap(), &operations);
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
        prop_assert_eq!(sutler_scim::patch::parse(Leniencies::STRICT, body.as_object().unwrap()).unwrap().operations, operations);
    }
}
