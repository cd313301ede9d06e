//! SCIM 2.0 on one directory: a request in, an answer out, no faults yet.

use serde_json::{Value, json};
use sutler_model::{Kind, Time};

use crate::answer::{Answer, Fail};
use crate::clause::Filter;
use crate::directory::{Directory, Moved};
use crate::discovery;
use crate::options::TargetOptions;
use crate::play::{Habit, Paging};
use crate::record::{Record, name_of};
use crate::request::{Place, Request};
use crate::show::{self, Wanted};

/// What a request did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Read,
    Created(Moved),
    Updated(Moved),
    Deleted,
}

/// An answer and what was done for it.
pub(crate) struct Done {
    pub(crate) answer: Answer,
    pub(crate) deed: Deed,
    pub(crate) id: Option<String>,
}

/// One request at one target.
pub(crate) struct Service<'a> {
    pub(crate) options: &'a TargetOptions,
    pub(crate) directory: &'a mut Directory,
    pub(crate) request: &'a Request,
    pub(crate) base: &'a str,
    pub(crate) now: Time,
    pub(crate) lag: i64,
    /// What no name may contain; empty is nothing.
    pub(crate) poison: &'a str,
}

impl Service<'_> {
    /// Does what is asked.
    pub(crate) fn run(&mut self) -> Result<Done, Fail> {
        let request = self.request;
        match (request.method.as_str(), request.place(self.options.play.endpoints)) {
            ("GET", Place::Collection(kind)) => Ok(read(self.search(kind)?)),
            ("POST", Place::Collection(kind)) => self.create(kind),
            ("GET", Place::Account(kind, id)) => Ok(read(self.get(kind, id)?)),
            ("PUT" | "PATCH", Place::Account(kind, id)) => self.change(kind, id),
            ("DELETE", Place::Account(kind, id)) => self.delete(kind, id),
            ("GET", Place::Other(path)) => discovery::document(self.options, path)
                .map(|document| read(Answer::new(200, Some(document))))
                .ok_or_else(|| Fail::new(404, "there is nothing here")),
            _ => Err(Fail::new(405, "the method is not allowed here")),
        }
    }

    fn create(&mut self, kind: Kind) -> Result<Done, Fail> {
        let body = self.body()?;
        self.check_members(body.get("members"))?;
        self.check_whole(kind, &body, Habit::NoMembersInCreate)?;
        self.check_poison(kind, &body)?;
        let visible = self.now.plus(self.lag);
        let (id, moved) = self.directory.create(kind, &body, self.now, visible)?;
        let record = self.directory.get(kind, &id)?;
        let mut answer = self.show(record, 201);
        answer.location = Some(show::location(record, self.base));
        Ok(Done { answer, deed: Deed::Created(moved), id: Some(id) })
    }

    fn check_poison(&self, kind: Kind, body: &Value) -> Result<(), Fail> {
        let name = body.get(name_of(kind)).and_then(Value::as_str).unwrap_or_default();
        match self.poison {
            poison if !poison.is_empty() && name.contains(poison) => {
                let detail = format!("`{}` is not acceptable", name_of(kind));
                Err(Fail::bad("invalidValue", detail))
            }
            _ => Ok(()),
        }
    }

    fn get(&self, kind: Kind, id: &str) -> Result<Answer, Fail> {
        let record = self.directory.get(kind, id)?;
        let seen = self.request.header(hyper::header::IF_NONE_MATCH);
        if self.options.etag && seen == Some(record.etag().as_str()) {
            return Ok(Answer::new(304, None));
        }
        Ok(self.show(record, 200))
    }

    fn change(&mut self, kind: Kind, id: &str) -> Result<Done, Fail> {
        let patches = self.request.method == "PATCH";
        if patches && !self.options.patch {
            return Err(Fail::new(501, "PATCH is not supported"));
        }
        self.check_verb(kind, patches)?;
        let body = self.body()?;
        self.check_match(kind, id)?;
        let moved = if patches {
            self.check_patch(kind, &body)?;
            for value in operations(&body) {
                self.check_members(Some(value))?;
            }
            self.directory.patch(kind, id, &body, self.now)?
        } else {
            self.check_members(body.get("members"))?;
            self.check_whole(kind, &body, Habit::NoMembersInPut)?;
            let keeps = self.options.play.has(Habit::NoMembersInPut);
            self.directory.replace(kind, id, &body, self.now, keeps)?
        };
        Ok(Done {
            answer: self.changed(kind, id)?,
            deed: Deed::Updated(moved),
            id: Some(id.to_owned()),
        })
    }

    /// A group with many members is not shown after a change: 204.
    fn changed(&self, kind: Kind, id: &str) -> Result<Answer, Fail> {
        let record = self.directory.get(kind, id)?;
        if kind == Kind::User {
            return Ok(self.show(record, 200));
        }
        let mut answer = Answer::new(204, None);
        answer.etag = self.options.etag.then(|| record.etag());
        Ok(answer)
    }

    fn delete(&mut self, kind: Kind, id: &str) -> Result<Done, Fail> {
        self.check_match(kind, id)?;
        if kind == Kind::User && self.options.play.has(Habit::Deactivates) {
            let off =
                json!({ "Operations": [{ "op": "replace", "path": "active", "value": false }] });
            let moved = self.directory.patch(kind, id, &off, self.now)?;
            let answer = Answer::new(204, None);
            return Ok(Done { answer, deed: Deed::Updated(moved), id: Some(id.to_owned()) });
        }
        self.directory.delete(kind, id)?;
        Ok(Done { answer: Answer::new(204, None), deed: Deed::Deleted, id: Some(id.to_owned()) })
    }

    fn search(&self, kind: Kind) -> Result<Answer, Fail> {
        let found = self.matches(kind)?;
        let cursor = self.request.parameter("cursor");
        if let (Paging::Cursor | Paging::CursorOnly, Some(cursor)) = (self.options.paging, cursor) {
            return self.by_cursor(&found, cursor);
        }
        let (start, count) = self.range();
        let wanted = Wanted::of(self.request);
        let page: Vec<Value> = found
            .iter()
            .skip(start - 1)
            .take(count.min(self.options.page))
            .map(|record| self.shown(record, &wanted))
            .collect();
        let list = show::list(found.len(), start, &page);
        Ok(Answer::new(200, Some(self.in_words(list))))
    }

    /// A page by cursor (RFC 9865 §2): the cursor is the place of the last account shown.
    fn by_cursor(&self, found: &[&Record], cursor: &str) -> Result<Answer, Fail> {
        let after: Option<u64> = match cursor {
            "" => None,
            given => Some(
                given
                    .strip_prefix("after-")
                    .and_then(|place| place.parse().ok())
                    .ok_or_else(|| Fail::bad("invalidCursor", "the cursor is not known"))?,
            ),
        };
        let count = self.request.number("count").unwrap_or(self.options.page);
        let count = count.min(self.options.page);
        let rest = found.iter().filter(|record| after.is_none_or(|after| record.place > after));
        let page: Vec<&&Record> = rest.clone().take(count).collect();
        let last = page.last().filter(|_| rest.count() > page.len()).map(|record| record.place);
        let wanted = Wanted::of(self.request);
        let shown: Vec<Value> = page.iter().map(|record| self.shown(record, &wanted)).collect();
        let list = show::by_cursor(found.len(), &shown, last.map(|last| format!("after-{last}")));
        Ok(Answer::new(200, Some(self.in_words(list))))
    }

    /// Where a page by index begins and how long it may be. Where lists go on by cursor alone,
    /// one without a cursor is cut off at half a page and does not go on.
    fn range(&self) -> (usize, usize) {
        let count = self.request.number("count").unwrap_or(self.options.page);
        match self.options.paging {
            Paging::Index | Paging::Cursor => {
                (self.request.number("startIndex").unwrap_or(1).max(1), count)
            }
            Paging::CursorOnly => (1, count.min(self.options.page / 2)),
            Paging::None => (1, usize::MAX),
        }
    }

    fn matches(&self, kind: Kind) -> Result<Vec<&Record>, Fail> {
        let now = self.now;
        let visible = move |record: &&Record| record.visible <= now;
        let text = match self.request.parameter("filter") {
            Some(text) if self.options.filter => text,
            _ => return Ok(self.directory.all(kind).filter(visible).collect()),
        };
        let filter = Filter::parse(text)?;
        self.check_filter(kind, text, &filter)?;
        if let Some(candidates) = self.indexed(kind, &filter) {
            let kept = candidates.into_iter().filter(visible);
            return Ok(kept.filter(|r| Self::holds(&filter, r)).collect());
        }
        let all = self.directory.all(kind).filter(visible);
        Ok(all.filter(|record| Self::holds(&filter, record)).collect())
    }

    fn holds(filter: &Filter, record: &Record) -> bool {
        let needs_id = filter
            .0
            .iter()
            .flatten()
            .any(|clause| clause.attribute.is("id") || clause.attribute.is("meta"));
        if !needs_id {
            return filter.holds(&record.body);
        }
        let mut body = record.body.clone();
        body.insert("id".to_owned(), Value::String(record.id.clone()));
        filter.holds(&body)
    }

    /// The few that can match at all, where an index knows them.
    fn indexed(&self, kind: Kind, filter: &Filter) -> Option<Vec<&Record>> {
        filter.demands()?.iter().find_map(|clause| {
            let value = clause.literal.as_str()?;
            let attribute = &clause.attribute;
            if attribute.is("externalId") {
                Some(self.directory.by_external(kind, value))
            } else if self.options.unique && attribute.is(crate::record::name_of(kind)) {
                Some(self.directory.by_name(kind, value).into_iter().collect())
            } else if attribute.is("id") {
                Some(self.directory.get(kind, value).into_iter().collect())
            } else {
                None
            }
        })
    }

    fn shown(&self, record: &Record, wanted: &Wanted) -> Value {
        let etag = self.options.etag;
        let mut shown = show::account(self.directory, record, self.base, wanted, etag);
        if let (true, Some(shown)) =
            (self.options.play.has(Habit::HidesMembers), shown.as_object_mut())
        {
            shown.remove("members");
        }
        shown
    }

    fn show(&self, record: &Record, status: u16) -> Answer {
        let wanted = Wanted::of(self.request);
        let mut answer = Answer::new(status, Some(self.shown(record, &wanted)));
        answer.etag = self.options.etag.then(|| record.etag());
        answer
    }

    fn body(&self) -> Result<Value, Fail> {
        serde_json::from_slice(&self.request.body)
            .map_err(|_| Fail::bad("invalidSyntax", "the body is no JSON"))
    }

    fn check_match(&self, kind: Kind, id: &str) -> Result<(), Fail> {
        let record = self.directory.get(kind, id)?;
        match self.request.header(hyper::header::IF_MATCH) {
            Some(tag) if self.options.etag && tag != "*" && tag != record.etag() => {
                Err(Fail::new(412, "the resource has changed"))
            }
            _ => Ok(()),
        }
    }

    fn check_members(&self, value: Option<&Value>) -> Result<(), Fail> {
        let limit = self.options.max_members;
        let list = value.and_then(|value| value.get("members").or(Some(value)));
        let list = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let listed = list.len();
        if limit > 0 && listed > limit {
            let status = self.options.play.too_many;
            return Err(Fail::new(status, format!("more than {limit} members at once")));
        }
        let mut ids = list.iter().filter_map(|one| one.get("value")?.as_str());
        if self.options.play.has(Habit::UsersOnly)
            && ids.any(|id| self.directory.get(Kind::Group, id).is_ok())
        {
            return Err(Fail::bad("invalidValue", "a group is no member of a group here"));
        }
        Ok(())
    }
}

fn operations(body: &Value) -> impl Iterator<Item = &Value> {
    let list = body.get("Operations").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(|one| one.get("value"))
}

fn read(answer: Answer) -> Done {
    Done { answer, deed: Deed::Read, id: None }
}
