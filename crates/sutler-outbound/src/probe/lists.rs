//! How a target finds accounts and lists them: lag, filters, pages.

use http::Method;
use serde_json::{Value, json};
use sutler_model::Kind;

use super::found::{list, quoted};
use super::session::{Session, Thing};
use crate::scim2::{Heard, request};

/// How long an account is waited for, in milliseconds, and how often it is looked for.
const LONGEST_LAG: i64 = 60_000;
const EVERY: i64 = 500;
/// A value that nothing has.
const NOTHING: &str = "sutler-probe-nobody-has-this";

impl Session<'_> {
    async fn filtered(&mut self, kind: Kind, filter: &str) -> Result<Heard, String> {
        let endpoint = self.endpoint(kind);
        self.call(Method::GET, &[&endpoint], &[("filter", filter)], None).await
    }

    fn shows(heard: &Heard, thing: &Thing) -> bool {
        let is_it = |one: &Value| one.get("id").and_then(Value::as_str) == Some(&thing.id);
        heard.done() && heard.resources().iter().any(is_it)
    }

    /// How long a new user stays invisible to a look-up.
    pub(super) async fn lag(&mut self, ann: &Thing) -> Result<(), String> {
        let began = self.now();
        let filter = request::equals("userName", &json!(ann.name));
        loop {
            let heard = self.filtered(Kind::User, &filter).await?;
            let passed = self.now().saturating_sub(began);
            if Self::shows(&heard, ann) {
                // Twice what was seen, and a second at least: one look is little evidence.
                let lag = (passed.saturating_mul(2).saturating_add(999) / 1_000).max(1);
                let evidence = format!(
                    "a new user was found by its userName after {passed} ms; twice that is assumed"
                );
                self.tell(&format!("a new user is found after {passed} ms"));
                self.found.note("", "lag", quoted(&format!("{lag}s")), evidence);
                return Ok(());
            }
            if !heard.done() {
                let said = Self::said(&heard, None);
                return Err(format!(
                    "users cannot be looked up by userName, and nobody can be provisioned without: the target answered {said}"
                ));
            }
            if passed >= LONGEST_LAG {
                return Err(
                    "a new user is not found by its userName within a minute: nobody can be provisioned there"
                        .to_owned(),
                );
            }
            self.pause(EVERY).await;
        }
    }

    /// True if a filter finds who has the value, and nobody by a value that nobody has.
    async fn finds(
        &mut self,
        kind: Kind,
        path: &str,
        value: &Value,
        thing: &Thing,
    ) -> Result<bool, String> {
        let there = self.filtered(kind, &request::equals(path, value)).await?;
        if value.is_boolean() {
            let other = json!(value == &json!(false));
            let not = self.filtered(kind, &request::equals(path, &other)).await?;
            return Ok(Self::shows(&there, thing) && not.done() && !Self::shows(&not, thing));
        }
        let nobody = self.filtered(kind, &request::equals(path, &json!(NOTHING))).await?;
        Ok(Self::shows(&there, thing) && nobody.done() && nobody.resources().is_empty())
    }

    /// What users are found by.
    pub(super) async fn filters(&mut self, ann: &Thing) -> Result<(), String> {
        let email = ann.external.trim_end_matches("-external").to_owned();
        let domain = self.options.domain.clone().unwrap_or_else(|| "probe.invalid".to_owned());
        let candidates = [
            ("userName", json!(ann.name)),
            ("externalId", json!(ann.external)),
            ("displayName", json!("Sutler Probe")),
            ("emails.value", json!(format!("{email}@{domain}"))),
            ("active", json!(true)),
        ];
        let mut known = Vec::new();
        let mut refused = Vec::new();
        for (path, value) in &candidates {
            if self.finds(Kind::User, path, value, ann).await? {
                known.push(*path);
            } else {
                refused.push(*path);
            }
        }
        let evidence = format!("each was tried with `eq`; not found by: {}", named(&refused));
        self.tell(&format!("users are found by {}", named(&known)));
        self.found.note("lookup", "users", list(&known), evidence);
        let other = known.iter().find(|path| **path != "userName" && **path != "active");
        let second = candidates.iter().find(|(path, _)| Some(path) == other);
        if let Some((path, value)) = second {
            let name = request::equals("userName", &json!(ann.name));
            let both = format!("{name} and {}", request::equals(path, value));
            let heard = self.filtered(Kind::User, &both).await?;
            let combines = Self::shows(&heard, ann);
            let evidence = format!("`userName eq … and {path} eq …` was answered {}", heard.status);
            self.found.note("lookup", "combine", combines.to_string(), evidence);
        } else {
            self.found.note(
                "lookup",
                "combine",
                "false",
                "there is nothing to combine userName with",
            );
        }
        Ok(())
    }

    /// What groups are found by; and with it, how accounts are recognised.
    pub(super) async fn group_filters(&mut self, staff: &Thing) -> Result<(), String> {
        self.pause(self.lag_found()).await;
        let mut known = Vec::new();
        for (path, value) in [("displayName", &staff.name), ("externalId", &staff.external)] {
            if self.finds(Kind::Group, path, &json!(value), staff).await? {
                known.push(path);
            }
        }
        if !known.contains(&"displayName") {
            return Err(
                "groups cannot be looked up by displayName: nobody can tell which are there"
                    .to_owned(),
            );
        }
        self.tell(&format!("groups are found by {}", named(&known)));
        self.found.note("lookup", "groups", list(&known), "each was tried with `eq`");
        let users = self.found.value("lookup", "users").unwrap_or_default();
        let external = users.contains("externalId") && known.contains(&"externalId");
        let (value, evidence) = if external {
            ("externalId", "users and groups are found by their externalId")
        } else {
            ("userName", "users or groups are not found by their externalId")
        };
        self.found.note("", "correlate", quoted(value), evidence);
        Ok(())
    }

    fn lag_found(&self) -> i64 {
        let lag = self.found.value("", "lag").unwrap_or_default();
        let digits: String = lag.chars().filter(char::is_ascii_digit).collect();
        digits.parse::<i64>().unwrap_or(1).saturating_mul(1_000)
    }

    /// How a list goes on.
    pub(super) async fn pages(&mut self) -> Result<(), String> {
        let endpoint = self.endpoint(Kind::User);
        let id = |heard: &Heard| {
            let first = heard.resources().first();
            first.and_then(|one| one.get("id")).and_then(Value::as_str).map(str::to_owned)
        };
        let first = self
            .call(Method::GET, &[&endpoint], &[("startIndex", "1"), ("count", "1")], None)
            .await?;
        let second = self
            .call(Method::GET, &[&endpoint], &[("startIndex", "2"), ("count", "1")], None)
            .await?;
        let by_index = first.resources().len() == 1
            && second.resources().len() == 1
            && id(&first) != id(&second);
        let cursor =
            self.call(Method::GET, &[&endpoint], &[("cursor", ""), ("count", "1")], None).await?;
        let next = cursor.text("nextCursor").filter(|next| !next.is_empty()).map(str::to_owned);
        let mut by_cursor = false;
        if let Some(next) = next.filter(|_| cursor.done()) {
            let after = self
                .call(Method::GET, &[&endpoint], &[("cursor", &next), ("count", "1")], None)
                .await?;
            by_cursor = after.done() && id(&after).is_some() && id(&after) != id(&cursor);
        }
        let paging = match (by_cursor, by_index) {
            (true, _) => "cursor",
            (false, true) => "index",
            (false, false) => "none",
        };
        let works = |works: bool| if works { "went on" } else { "did not go on" };
        let evidence = format!(
            "with `count=1`, a list by cursor {}, and one by startIndex {}",
            works(by_cursor),
            works(by_index)
        );
        self.tell(&evidence);
        self.found.note("list", "paging", quoted(paging), evidence);
        if paging != "cursor" {
            let total = first.get("totalResults").and_then(Value::as_u64).is_some();
            let evidence =
                if total { "lists told their total" } else { "lists did not tell their total" };
            self.found.note("list", "total", total.to_string(), evidence);
        }
        Ok(())
    }
}

fn named(paths: &[&str]) -> String {
    if paths.is_empty() { "nothing".to_owned() } else { paths.join(", ") }
}
