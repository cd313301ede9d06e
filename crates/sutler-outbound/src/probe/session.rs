//! The calls of a probe, what it has made, and how that is taken away.

use http::Method;
use serde_json::{Value, json};
use sutler_model::Kind;

use super::found::Found;
use super::{LONGEST, Left, MOST_CALLS, MOST_OBJECTS, PREFIX, ProbeOptions, Prober, Watcher};
use crate::http::redact;
use crate::scim2::{Heard, request};
use crate::stop::Stop;

/// How often a call is tried while the target wants less.
const PATIENCE: u32 = 20;
/// The longest wait for a target that wants less, in milliseconds.
const LONGEST_WAIT: i64 = 60_000;
/// How long it may take to take everything away, in milliseconds.
const LONGEST_CLEANING: i64 = 10 * 60_000;
/// How often what may have been made is looked for, five seconds apart.
const DOUBTS: u32 = 7;
/// How often a removal is tried.
const REMOVALS: u32 = 5;
/// How long a wait goes on before it is seen whether the probe is to stop, in milliseconds.
const PIECE: i64 = 500;

/// One probe under way.
pub(super) struct Session<'a> {
    pub(super) prober: &'a Prober,
    pub(super) options: &'a ProbeOptions,
    pub(super) watcher: &'a dyn Watcher,
    pub(super) found: Found,
    pub(super) endpoints: [String; 2],
    stem: String,
    made: Vec<(Kind, String)>,
    /// Names of what may have been made: the answer did not come.
    doubtful: Vec<(Kind, String)>,
    calls: u32,
    began: i64,
    names: u32,
    /// Since when things are taken away.
    cleaning: Option<i64>,
    /// True if the last call may have been done, though no sensible answer came.
    unsure: bool,
}

/// A user or group of the probe.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) external: String,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        prober: &'a Prober,
        options: &'a ProbeOptions,
        watcher: &'a dyn Watcher,
    ) -> Self {
        Self {
            prober,
            options,
            watcher,
            found: Found::default(),
            endpoints: ["Users".to_owned(), "Groups".to_owned()],
            stem: stem(prober.random.number()),
            made: Vec::new(),
            doubtful: Vec::new(),
            calls: 0,
            began: prober.clock.boottime(),
            names: 0,
            cleaning: None,
            unsure: false,
        }
    }

    /// Everything, in order. The first error ends it.
    pub(super) async fn explore(&mut self) -> Result<(), String> {
        let ann = self.first_user().await?;
        self.shown(&ann).await?;
        self.lag(&ann).await?;
        let bob = self.user().await?;
        self.filters(&ann).await?;
        self.changes(&ann).await?;
        self.switched(&ann).await?;
        let staff = self.first_group().await?;
        self.group_filters(&staff).await?;
        self.group_changes(&staff, &ann).await?;
        self.members_in_create(&ann).await?;
        self.members_a_call(&staff, &[&ann, &bob]).await?;
        self.removals(&staff, &ann).await?;
        self.operations(&ann, &staff).await?;
        self.pages().await?;
        self.deletion(&bob).await?;
        Ok(())
    }

    pub(super) fn tell(&self, line: &str) {
        self.watcher.tell(line);
    }

    pub(super) fn endpoint(&self, kind: Kind) -> String {
        let [users, groups] = &self.endpoints;
        if kind == Kind::User { users.clone() } else { groups.clone() }
    }

    /// A name that nobody has, of 20 characters at most without the domain.
    pub(super) fn next_name(&mut self) -> String {
        self.names += 1;
        format!("{PREFIX}{}{}", self.stem, self.names)
    }

    /// Sends one call, again while the target wants less.
    pub(super) async fn call(
        &mut self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Heard, String> {
        self.unsure = false;
        for _ in 0..PATIENCE {
            self.may_go_on()?;
            self.calls += 1;
            let heard = self.prober.scim.ask(&method, path, query, body).await;
            let heard = heard.map_err(|stop| {
                self.unsure = matches!(stop, Stop::Unknown { .. });
                stop.detail().to_owned()
            })?;
            match heard.wait {
                Some(wait) => self.pause(wait.clamp(200, LONGEST_WAIT)).await,
                None => return Ok(heard),
            }
        }
        Err("the target wanted less for too long: try again later".to_owned())
    }

    fn may_go_on(&self) -> Result<(), String> {
        if let Some(since) = self.cleaning {
            let late = self.now().saturating_sub(since) > LONGEST_CLEANING;
            let words = "it took longer than 10 minutes to take things away";
            return if late { Err(words.to_owned()) } else { Ok(()) };
        }
        if self.watcher.stops() {
            return Err("it was stopped".to_owned());
        }
        if self.calls >= MOST_CALLS {
            return Err(format!("it took more than {MOST_CALLS} calls, which is too many"));
        }
        if self.prober.clock.boottime().saturating_sub(self.began) > LONGEST {
            return Err("it took longer than 15 minutes, which is too long".to_owned());
        }
        Ok(())
    }

    pub(super) async fn pause(&self, millis: i64) {
        let mut rest = millis;
        while rest > 0 && (self.cleaning.is_some() || !self.watcher.stops()) {
            let piece = rest.min(PIECE);
            self.prober.runtime.sleep(piece).await;
            rest -= piece;
        }
    }

    pub(super) fn now(&self) -> i64 {
        self.prober.clock.boottime()
    }

    /// Makes an object, and remembers it from the moment at which it may be there.
    pub(super) async fn make(
        &mut self,
        kind: Kind,
        name: &str,
        body: &Value,
    ) -> Result<Result<Thing, Heard>, String> {
        if self.made.len() + self.doubtful.len() >= MOST_OBJECTS {
            return Err(format!("it would have made more than {MOST_OBJECTS} objects"));
        }
        let endpoint = self.endpoint(kind);
        self.doubtful.push((kind, name.to_owned()));
        let heard = match self.call(Method::POST, &[&endpoint], &[], Some(body)).await {
            Ok(heard) => heard,
            Err(reason) => {
                if !self.unsure {
                    self.doubtful.pop();
                }
                return Err(format!("a {} could not be made: {reason}", word(kind)));
            }
        };
        if (400..500).contains(&heard.status) {
            self.doubtful.pop();
            return Ok(Err(heard));
        }
        let id = heard.text("id").map(str::to_owned);
        let Some(id) = id.filter(|_| heard.done()) else {
            return Err(format!(
                "it is not clear whether a {} was made: the target answered {}",
                word(kind),
                heard.status
            ));
        };
        self.doubtful.pop();
        self.made.push((kind, id.clone()));
        let external = body.get("externalId").and_then(Value::as_str).unwrap_or_default();
        Ok(Ok(Thing { id, name: name.to_owned(), external: external.to_owned() }))
    }

    /// Takes everything away, groups first. What is left is named.
    pub(super) async fn clean(&mut self) -> Vec<Left> {
        self.cleaning = Some(self.now());
        let mut left = self.resolve_doubts().await;
        let mut made = std::mem::take(&mut self.made);
        made.sort_by_key(|(kind, _)| *kind == Kind::User);
        if !made.is_empty() {
            self.tell(&format!("taking away the {} objects that were made", made.len()));
        }
        for (kind, id) in made {
            if let Err(why) = self.remove(kind, &id).await {
                self.tell(&format!("the {} `{id}` is still there: {why}", word(kind)));
                left.push(Left { kind, id, why });
            }
        }
        left
    }

    /// Looks for what may have been made, for as long as it may stay invisible.
    async fn resolve_doubts(&mut self) -> Vec<Left> {
        let mut left = Vec::new();
        for (kind, name) in std::mem::take(&mut self.doubtful) {
            let mut why = String::new();
            for _ in 0..DOUBTS {
                match self.ids_of(kind, &name).await {
                    Ok(ids) if ids.is_empty() => {
                        "it may have been made, and was not found within half a minute"
                            .clone_into(&mut why);
                    }
                    Ok(ids) => {
                        self.made.extend(ids.into_iter().map(|id| (kind, id)));
                        why.clear();
                        break;
                    }
                    Err(reason) => {
                        why = format!("it may have been made, and cannot be looked up: {reason}");
                    }
                }
                self.pause(5_000).await;
            }
            if !why.is_empty() {
                self.tell(&format!("the {} `{name}`: {why}", word(kind)));
                left.push(Left { kind, id: name, why });
            }
        }
        left
    }

    async fn ids_of(&mut self, kind: Kind, name: &str) -> Result<Vec<String>, String> {
        let endpoint = self.endpoint(kind);
        let filter = request::equals(name_attribute(kind), &json!(name));
        let query = [("filter", filter.as_str())];
        let heard = self.call(Method::GET, &[&endpoint], &query, None).await?;
        if !heard.done() {
            return Err(Self::said(&heard, None));
        }
        let of_name = |one: &&Value| {
            let shown = one.get(name_attribute(kind)).and_then(Value::as_str);
            shown.is_some_and(|shown| shown.eq_ignore_ascii_case(name))
        };
        let found = heard.resources().iter().filter(of_name);
        let ids = found.filter_map(|one| one.get("id").and_then(Value::as_str));
        Ok(ids.map(str::to_owned).collect())
    }

    async fn remove(&mut self, kind: Kind, id: &str) -> Result<(), String> {
        let endpoint = self.endpoint(kind);
        let mut why = String::new();
        for n in 0..REMOVALS {
            if n > 0 {
                self.pause(1_000).await;
            }
            match self.call(Method::DELETE, &[&endpoint, id], &[], None).await {
                Ok(heard) if heard.done() || heard.gone() => {
                    let shown = self.call(Method::GET, &[&endpoint, id], &[], None).await;
                    match shown {
                        Ok(shown) if shown.gone() => return Ok(()),
                        Ok(shown) if shown.truth("active") == Some(false) => {
                            return Err("the target deactivates and does not delete".to_owned());
                        }
                        Ok(_) => "it is shown after its deletion".clone_into(&mut why),
                        Err(reason) => why = reason,
                    }
                }
                Ok(heard) => why = Self::said(&heard, None),
                Err(reason) => why = reason,
            }
        }
        Err(why)
    }

    /// The answer in a few words, redacted.
    pub(super) fn said(heard: &Heard, sent: Option<&Value>) -> String {
        let detail = heard.text("detail").map(|detail| redact(detail, sent));
        match detail.filter(|detail| !detail.is_empty()) {
            Some(detail) => format!("{}: {detail}", heard.status),
            None => heard.status.to_string(),
        }
    }
}

pub(super) fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "user",
        Kind::Group => "group",
    }
}

pub(super) fn name_attribute(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "userName",
        Kind::Group => "displayName",
    }
}

/// Five letters and digits.
fn stem(number: u64) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    (0..5)
        .filter_map(|n| usize::try_from((number >> (n * 5)) & 31).ok())
        .filter_map(|at| LETTERS.get(at).map(|letter| char::from(*letter)))
        .collect()
}
