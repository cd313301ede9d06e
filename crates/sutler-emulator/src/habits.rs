//! What products refuse where the standard would not, and how they word it.

use serde_json::{Map, Value, json};
use sutler_model::Kind;

use crate::answer::{Answer, Fail};
use crate::attribute::Attribute;
use crate::clause::Filter;
use crate::play::{Habit, Level, Play, Throttle};
use crate::request::{Place, Request};
use crate::service::Service;

/// Lets a request in, or refuses it for whom it comes from or for how many there were.
pub(crate) fn admit(
    play: &Play,
    request: &Request,
    levels: &mut [Level],
    now: i64,
) -> Result<(), Answer> {
    let agent = request.header(hyper::header::USER_AGENT).unwrap_or_default();
    if play.has(Habit::WantsUserAgent) && agent.is_empty() {
        return Err(Fail::new(403, "requests must have a User-Agent header").answer());
    }
    let length = request.body.len();
    if play.longest > 0 && length > play.longest {
        return Err(Fail::new(413, format!("more than {} bytes", play.longest)).answer());
    }
    let kind = match request.place(play.endpoints) {
        Place::Collection(kind) | Place::Account(kind, _) => Some(kind),
        Place::Other(_) => None,
    };
    for (bucket, level) in play.buckets.iter().zip(levels) {
        if bucket.counts(&request.method, kind, length) {
            bucket.take(level, now).map_err(|seconds| throttled(play.throttle, seconds))?;
        }
    }
    Ok(())
}

fn throttled(throttle: Throttle, seconds: u64) -> Answer {
    let mut answer = match throttle {
        Throttle::Plain => Fail::new(429, "too many requests").answer(),
        Throttle::Exception => {
            let body = json!({ "__type": "ThrottlingException", "message": "Rate exceeded" });
            Answer::new(429, Some(body))
        }
        Throttle::Reason => {
            let message = "Quota exceeded for quota metric";
            let body = json!({ "error": {
                "code": 403, "message": message,
                "errors": [{ "domain": "usageLimits", "reason": "rateLimitExceeded", "message": message }],
            }});
            Answer::new(403, Some(body))
        }
    };
    answer.retry_after = Some(seconds).filter(|_| throttle == Throttle::Plain);
    answer
}

impl Service<'_> {
    /// A whole account, in a POST or a PUT.
    pub(crate) fn check_whole(&self, kind: Kind, body: &Value, empty: Habit) -> Result<(), Fail> {
        let play = &self.options.play;
        let Some(body) = body.as_object() else {
            return Ok(());
        };
        if play.has(empty) && body.get("members").is_some_and(|members| !members.is_null()) {
            return Err(Fail::bad("invalidValue", "members are changed by PATCH alone"));
        }
        let [users, groups] = play.requires;
        let required = if kind == Kind::User { users } else { groups };
        for path in required {
            if !has(body, path) {
                let what = format!("RequiredFieldMissing: `{path}` is required");
                return Err(Fail::bad("invalidValue", what));
            }
        }
        self.check_values(kind, body)
    }

    /// What is set, in whatever way.
    fn check_values(&self, kind: Kind, body: &Map<String, Value>) -> Result<(), Fail> {
        let play = &self.options.play;
        let many = |path: &&&str| {
            body.get(**path).and_then(Value::as_array).is_some_and(|list| list.len() > 1)
        };
        if let Some(path) = play.single.iter().find(many) {
            return Err(Fail::bad("invalidValue", format!("`{path}` has one value at most")));
        }
        let names = ["userName", "displayName", "name.givenName", "name.familyName"];
        let mut held = names.iter().flat_map(|path| texts(body, path));
        if held.any(|text| text.contains(|c| play.forbids.contains(c))) {
            return Err(Fail::bad("invalidValue", "a name has a character that is not allowed"));
        }
        let name = texts(body, "userName");
        if play.user_name > 0 && name.iter().any(|name| name.chars().count() > play.user_name) {
            return Err(Fail::bad("invalidValue", "username_too_long"));
        }
        let shown = texts(body, "displayName");
        if kind == Kind::User
            && play.has(Habit::NoAtInDisplayName)
            && shown.iter().any(|n| n.contains('@'))
        {
            return Err(Fail::bad("invalidValue", "displayName cannot hold `@`"));
        }
        Ok(())
    }

    /// A PATCH, before it is applied.
    pub(crate) fn check_patch(&self, kind: Kind, body: &Value) -> Result<(), Fail> {
        let play = &self.options.play;
        let operations = body.get("Operations").and_then(Value::as_array);
        let operations = operations.map(Vec::as_slice).unwrap_or_default();
        if play.operations > 0 && operations.len() > play.operations {
            let what = format!("more than {} operations", play.operations);
            return Err(Fail::new(play.too_many, what));
        }
        for operation in operations {
            let value = operation.get("value");
            let path = operation.get("path").and_then(Value::as_str);
            let whole = match (path, value) {
                (None, Some(Value::Object(map))) => map.clone(),
                (Some(path), Some(value)) => Map::from_iter([(path.to_owned(), value.clone())]),
                _ => Map::new(),
            };
            if path.is_none() && whole.len() > 1 && play.has(Habit::SingleWithoutPath) {
                let what = "an operation without a path sets one attribute";
                return Err(Fail::bad("invalidSyntax", what));
            }
            self.check_values(kind, &whole)?;
        }
        Ok(())
    }

    /// True to its habits, the product has no such verb.
    pub(crate) fn check_verb(&self, kind: Kind, patches: bool) -> Result<(), Fail> {
        let missing = match (kind, patches) {
            (Kind::User, true) => Some(Habit::NoUserPatch),
            (Kind::User, false) => Some(Habit::NoUserPut),
            (Kind::Group, false) => Some(Habit::NoGroupPut),
            (Kind::Group, true) => None,
        };
        match missing {
            Some(habit) if self.options.play.has(habit) => {
                Err(Fail::new(405, "the method is not allowed here"))
            }
            _ => Ok(()),
        }
    }

    /// A filter that the product does not understand.
    pub(crate) fn check_filter(&self, kind: Kind, text: &str, filter: &Filter) -> Result<(), Fail> {
        let play = &self.options.play;
        let refused = |what: &str| Err(Fail::bad("invalidFilter", what));
        if play.filter > 0 && text.chars().count() > play.filter {
            return refused("the filter is too long");
        }
        let clauses: Vec<_> = filter.0.iter().flatten().collect();
        if clauses.len() > 1 && play.has(Habit::OneClause) {
            return refused("filters cannot be combined");
        }
        let [users, groups] = play.filters;
        let known = if kind == Kind::User { users } else { groups };
        let knows = |attribute: &Attribute| {
            let sub = attribute.sub.as_ref().map(|sub| format!(".{sub}")).unwrap_or_default();
            let path = format!("{}{sub}", attribute.name);
            known.iter().any(|one| *one == "*" || one.eq_ignore_ascii_case(&path))
        };
        if clauses.iter().any(|clause| !knows(&clause.attribute)) {
            return refused("the attribute cannot be filtered by");
        }
        Ok(())
    }

    /// A list in the product's own words.
    pub(crate) fn in_words(&self, mut list: Value) -> Value {
        let play = &self.options.play;
        if let Some(map) = list.as_object_mut() {
            if play.has(Habit::NoTotals) {
                map.remove("totalResults");
            }
            if play.has(Habit::LowerKeys)
                && let Some(all) = map.remove("Resources")
            {
                map.insert("resources".to_owned(), all);
            }
        }
        list
    }
}

fn texts<'a>(body: &'a Map<String, Value>, path: &str) -> Vec<&'a str> {
    // A PATCH may have the path itself as its key.
    let whole = body.get(path).and_then(Value::as_str);
    let found = Attribute::parse(path).map(|path| path.values(body)).unwrap_or_default();
    found.into_iter().filter_map(Value::as_str).chain(whole).collect()
}

/// True if there is a value at the path; of many, at least one.
fn has(body: &Map<String, Value>, path: &str) -> bool {
    Attribute::parse(path)
        .is_ok_and(|path| path.values(body).iter().any(|v| !v.is_null() && v.as_str() != Some("")))
}
