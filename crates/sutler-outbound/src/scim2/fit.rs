//! What is sent, made fit for the target; what it would refuse is refused here, before the call,
//! with the rule of the profile that says so.

use serde_json::{Value, json};
use sutler_model::Kind;
use sutler_model::outcome::RefusalKind;

use super::Scim2;
use super::apply::Changes;
use super::patch::document;
use super::search::name_attribute;
use crate::profile::{Case, Profile};
use crate::stop::Stop;

impl Scim2 {
    /// A whole account.
    pub(super) fn fit(&self, kind: Kind, body: &mut Value) -> Result<(), Stop> {
        let Some(body) = body.as_object_mut() else {
            return Ok(());
        };
        if let (true, Some(name)) = (self.lowers(kind), body.get_mut("userName")) {
            lower(name);
        }
        let members = body.get("members").and_then(Value::as_array);
        if members.is_some_and(|list| !list.is_empty()) && !self.profile.members_in_create() {
            let detail = format!(
                "the profile `{}` says that a group is created without members",
                self.profile.name()
            );
            return Err(rejected(detail));
        }
        self.profile.refuses(kind, body).map_or(Ok(()), |detail| Err(rejected(detail)))
    }

    /// A change.
    pub(super) fn fit_changes<'a>(
        &self,
        kind: Kind,
        changes: &Changes<'a>,
    ) -> Result<Changes<'a>, Stop> {
        let mut set = changes.set.clone();
        for (path, value) in &mut set {
            if path.eq_ignore_ascii_case(name_attribute(kind)) && self.lowers(kind) {
                lower(value);
            }
        }
        if set.contains(&("active".to_owned(), json!(false))) && !self.profile.disables() {
            return Err(Stop::refused(RefusalKind::Unsupported, None, unswitched(&self.profile)));
        }
        let nothing = set.iter().filter(|(_, value)| value.is_null()).map(|(path, _)| path);
        let cleared: Vec<String> = nothing.chain(changes.clear).cloned().collect();
        match self.profile.refuses_change(kind, &document(&set), &cleared) {
            Some(detail) => Err(rejected(detail)),
            None => Ok(Changes { set, clear: changes.clear }),
        }
    }

    fn lowers(&self, kind: Kind) -> bool {
        kind == Kind::User && self.profile.case() == Case::Lowered
    }
}

fn lower(name: &mut Value) {
    if let Value::String(text) = name {
        *text = text.to_lowercase();
    }
}

fn rejected(detail: String) -> Stop {
    Stop::refused(RefusalKind::Rejected, None, detail)
}

fn unswitched(profile: &Profile) -> String {
    let name = profile.name();
    format!(
        "the profile `{name}` says that users cannot be deactivated there: set `on_deactivate` to `delete` or `keep`"
    )
}
