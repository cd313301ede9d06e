//! What a target does with users: making, showing, changing, switching off, deleting.

use http::Method;
use serde_json::{Map, Value, json};
use sutler_model::{Kind, schema};

use super::found::quoted;
use super::session::{Session, Thing};
use crate::scim2::{Heard, request};

impl Session<'_> {
    /// The first user, under the first endpoint that is there.
    pub(super) async fn first_user(&mut self) -> Result<Thing, String> {
        for endpoint in ["Users", "users"] {
            let heard = self.call(Method::GET, &[endpoint], &[("count", "1")], None).await?;
            if heard.done() {
                let groups = if endpoint == "Users" { "Groups" } else { "groups" };
                self.endpoints = [endpoint.to_owned(), groups.to_owned()];
                if endpoint != "Users" {
                    let evidence = format!("GET /Users was not there, GET /{endpoint} was");
                    self.found.note("users", "endpoint", quoted(endpoint), evidence.clone());
                    self.found.note("groups", "endpoint", quoted(groups), evidence);
                }
                self.tell(&format!("users are under /{endpoint}"));
                return self.user().await;
            }
            if !heard.gone() {
                let said = Self::said(&heard, None);
                return Err(format!("users cannot be listed: the target answered {said}"));
            }
        }
        Err("there are neither /Users nor /users: check `url`".to_owned())
    }

    /// One more user.
    pub(super) async fn user(&mut self) -> Result<Thing, String> {
        let name = self.next_name();
        let body = self.user_body(&name);
        let shown = body.get("userName").and_then(Value::as_str).unwrap_or_default().to_owned();
        match self.make(Kind::User, &shown, &body).await? {
            Ok(thing) => {
                self.tell(&format!("made the user {shown} with the id {}", thing.id));
                Ok(thing)
            }
            Err(heard) => Err(format!(
                "the target refuses a user with a name, a display name and one e-mail address ({}): say with --user-attributes what else it needs",
                Self::said(&heard, Some(&body))
            )),
        }
    }

    fn user_body(&self, name: &str) -> Value {
        let capital: String = name
            .char_indices()
            .map(|(at, c)| if at == 0 { c.to_ascii_uppercase() } else { c })
            .collect();
        let shown = match &self.options.domain {
            Some(domain) => format!("{capital}@{domain}"),
            None => capital,
        };
        let domain = self.options.domain.as_deref().unwrap_or("probe.invalid");
        let mut body = Map::new();
        body.insert("schemas".to_owned(), json!([schema::USER]));
        body.insert("userName".to_owned(), json!(shown));
        body.insert("externalId".to_owned(), json!(format!("{name}-external")));
        body.insert("displayName".to_owned(), json!("Sutler Probe"));
        body.insert("name".to_owned(), json!({"givenName": "Sutler", "familyName": "Probe"}));
        body.insert(
            "emails".to_owned(),
            json!([{"value": format!("{name}@{domain}"), "type": "work", "primary": true}]),
        );
        body.insert("active".to_owned(), json!(true));
        body.extend(self.options.user_attributes.clone());
        let schemas = request::schemas(Kind::User, &body);
        body.insert("schemas".to_owned(), schemas);
        Value::Object(body)
    }

    pub(super) async fn read(&mut self, kind: Kind, id: &str) -> Result<Heard, String> {
        let endpoint = self.endpoint(kind);
        self.call(Method::GET, &[&endpoint, id], &[], None).await
    }

    /// What is shown of what was sent.
    pub(super) async fn shown(&mut self, ann: &Thing) -> Result<(), String> {
        let shown = self.read(Kind::User, &ann.id).await?;
        if !shown.done() {
            return Err(format!(
                "the user that was made is not shown: {}",
                Self::said(&shown, None)
            ));
        }
        let name = shown.text("userName").unwrap_or_default();
        let lowered = name != ann.name && name == ann.name.to_lowercase();
        let evidence = if lowered {
            "a user name with a capital letter was shown in lower case"
        } else {
            "a user name with a capital letter was shown as it was sent"
        };
        self.found.note(
            "users",
            "case",
            quoted(if lowered { "lowered" } else { "folded" }),
            evidence,
        );
        let etag = shown.versioned;
        let evidence = if etag {
            "the user was shown with a version"
        } else {
            "the user was shown without a version"
        };
        self.found.note("", "etag", etag.to_string(), evidence);
        let kept = shown.text("externalId") == Some(ann.external.as_str());
        self.tell(if kept { "externalId is kept" } else { "externalId is not kept" });
        Ok(())
    }

    /// PATCH, or PUT.
    pub(super) async fn changes(&mut self, ann: &Thing) -> Result<(), String> {
        let endpoint = self.endpoint(Kind::User);
        let set = json!([{"op": "replace", "path": "displayName", "value": "Sutler Probe 2"}]);
        let patch = self.patch(Kind::User, &ann.id, &set).await?;
        if patch.done() && self.is_named(ann, "Sutler Probe 2").await? {
            self.found.note(
                "users",
                "change",
                quoted("patch"),
                format!(
                    "a PATCH with a path was answered {}, and the change was shown",
                    patch.status
                ),
            );
            self.found.note(
                "patch",
                "style",
                quoted("path"),
                "the same PATCH: each operation has its path",
            );
            self.tell("users are changed by PATCH");
            return Ok(());
        }
        let bare = json!([{"op": "replace", "value": {"displayName": "Sutler Probe 3"}}]);
        let pathless = self.patch(Kind::User, &ann.id, &bare).await?;
        if pathless.done() && self.is_named(ann, "Sutler Probe 3").await? {
            let two = json!([{"op": "replace", "value": {"displayName": "Sutler Probe 4", "nickName": "Probe"}}]);
            let both = self.patch(Kind::User, &ann.id, &two).await?;
            let style = if both.done() { "pathless" } else { "single" };
            self.found.note(
                "users",
                "change",
                quoted("patch"),
                format!(
                    "a PATCH without a path was answered {}, and the change was shown",
                    pathless.status
                ),
            );
            self.found.note(
                "patch",
                "style",
                quoted(style),
                format!(
                    "a PATCH with a path was answered {}, one of two attributes without a path {}",
                    patch.status, both.status
                ),
            );
            self.tell("users are changed by PATCH without a path");
            return Ok(());
        }
        let shown = self.read(Kind::User, &ann.id).await?;
        let mut whole = shown.body.and_then(|body| body.as_object().cloned()).unwrap_or_default();
        whole.retain(|key, _| !["meta", "groups"].contains(&key.as_str()));
        whole.insert("displayName".to_owned(), json!("Sutler Probe 5"));
        let whole = Value::Object(whole);
        let put = self.call(Method::PUT, &[&endpoint, &ann.id], &[], Some(&whole)).await?;
        if put.done() && self.is_named(ann, "Sutler Probe 5").await? {
            self.found.note(
                "users",
                "change",
                quoted("put"),
                format!(
                    "a PATCH was answered {}, a PUT {}, and the change was shown",
                    patch.status, put.status
                ),
            );
            self.tell("users are changed by PUT");
            return Ok(());
        }
        Err(format!(
            "users cannot be changed: a PATCH was answered {}, a PUT {}",
            Self::said(&patch, None),
            Self::said(&put, Some(&whole))
        ))
    }

    async fn is_named(&mut self, ann: &Thing, name: &str) -> Result<bool, String> {
        Ok(self.read(Kind::User, &ann.id).await?.text("displayName") == Some(name))
    }

    /// Sends a PatchOp.
    pub(super) async fn patch(
        &mut self,
        kind: Kind,
        id: &str,
        operations: &Value,
    ) -> Result<Heard, String> {
        let endpoint = self.endpoint(kind);
        let operations = operations.as_array().map(Vec::as_slice).unwrap_or_default();
        let body = request::patch(operations);
        self.call(Method::PATCH, &[&endpoint, id], &[], Some(&body)).await
    }

    /// Changes one attribute in the way that was found to work.
    async fn set(&mut self, ann: &Thing, key: &str, value: Value) -> Result<Heard, String> {
        let by_put = self.found.value("users", "change") == Some("\"put\"");
        if by_put {
            let endpoint = self.endpoint(Kind::User);
            let shown = self.read(Kind::User, &ann.id).await?;
            let mut whole =
                shown.body.and_then(|body| body.as_object().cloned()).unwrap_or_default();
            whole.retain(|key, _| !["meta", "groups"].contains(&key.as_str()));
            whole.insert(key.to_owned(), value);
            let whole = Value::Object(whole);
            return self.call(Method::PUT, &[&endpoint, &ann.id], &[], Some(&whole)).await;
        }
        let operations = if self.found.value("patch", "style") == Some("\"path\"") {
            json!([{"op": "replace", "path": key, "value": value}])
        } else {
            json!([{"op": "replace", "value": {key: value}}])
        };
        self.patch(Kind::User, &ann.id, &operations).await
    }

    /// Whether a user can be switched off.
    pub(super) async fn switched(&mut self, ann: &Thing) -> Result<(), String> {
        for (written, booleans) in [(json!(false), "boolean"), (json!("False"), "text")] {
            let heard = self.set(ann, "active", written).await?;
            let shown = self.read(Kind::User, &ann.id).await?.truth("active");
            if heard.done() && shown == Some(false) {
                self.found.note(
                    "users",
                    "active",
                    "true",
                    format!("`active` set to false was answered {}, and shown so", heard.status),
                );
                self.found.note(
                    "patch",
                    "booleans",
                    quoted(booleans),
                    format!("`active` was taken as a {booleans}"),
                );
                self.tell("users can be switched off");
                let back = if booleans == "text" { json!("True") } else { json!(true) };
                self.set(ann, "active", back).await?;
                return Ok(());
            }
        }
        self.found.note(
            "users",
            "active",
            "false",
            "`active` set to false was not heeded, neither as a boolean nor as a text",
        );
        self.tell("users cannot be switched off");
        Ok(())
    }

    /// How many operations a PATCH may have, by doubling.
    pub(super) async fn operations(&mut self, ann: &Thing, staff: &Thing) -> Result<(), String> {
        let users = self.found.value("users", "change") == Some("\"patch\"");
        let (kind, thing) = if users { (Kind::User, ann) } else { (Kind::Group, staff) };
        if !users && self.found.value("groups", "change") != Some("\"patch\"") {
            return Ok(());
        }
        let pathless = users && self.found.value("patch", "style") != Some("\"path\"");
        let (mut good, mut bad) = (1_usize, None::<(usize, u16)>);
        let mut next = 2;
        while good < 1_000 && bad.is_none_or(|(bad, _)| bad > good + 1) {
            // A group keeps its own name, so that it is found by it later.
            let value = if kind == Kind::User { "Sutler Probe" } else { staff.name.as_str() };
            let one = if pathless {
                json!({"op": "replace", "value": {"displayName": value}})
            } else {
                json!({"op": "replace", "path": "displayName", "value": value})
            };
            let operations = Value::Array(vec![one; next]);
            let heard = self.patch(kind, &thing.id, &operations).await?;
            if heard.done() {
                good = next;
            } else {
                bad = Some((next, heard.status));
            }
            next = match bad {
                Some((bad, _)) => usize::midpoint(good, bad),
                None => (good * 2).min(1_000),
            };
        }
        let evidence = match bad {
            Some((bad, status)) => format!(
                "a PATCH of {good} operations was taken, one of {bad} was answered {status}"
            ),
            None => format!("a PATCH of {good} operations was taken; more were not tried"),
        };
        self.tell(&evidence);
        self.found.note("patch", "operations", good.to_string(), evidence);
        Ok(())
    }

    /// What a DELETE does.
    pub(super) async fn deletion(&mut self, bob: &Thing) -> Result<(), String> {
        let endpoint = self.endpoint(Kind::User);
        let heard = self.call(Method::DELETE, &[&endpoint, &bob.id], &[], None).await?;
        let shown = self.read(Kind::User, &bob.id).await?;
        let (value, evidence) = if shown.gone() {
            ("delete", format!("a DELETE was answered {}, and the user was gone", heard.status))
        } else if shown.truth("active") == Some(false) {
            (
                "deactivate",
                format!("a DELETE was answered {}, and the user was shown inactive", heard.status),
            )
        } else {
            (
                "deactivate",
                format!("a DELETE was answered {}, and the user was there as before", heard.status),
            )
        };
        self.tell(&evidence);
        self.found.note("users", "delete", quoted(value), evidence);
        Ok(())
    }
}
