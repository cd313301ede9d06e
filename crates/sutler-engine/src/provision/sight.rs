//! What a caller may see of a resource, and may therefore ask about.

use serde_json::{Map, Value};
use sutler_model::Kind;
use sutler_model::access::AttributeList;
use sutler_model::filter::Filter;
use sutler_model::identity_provider::SelfPermission;
use sutler_model::path::AttributePath;
use sutler_model::query::Sort;

use super::{Caller, Refusal};

impl Caller {
    /// Takes out of a rendered resource what this caller may not see. Who may not read resources
    /// of this kind sees what it takes to address one that it has written.
    pub fn show(&self, kind: Kind, resource: &mut Map<String, Value>) {
        if !self.reads(kind) {
            AttributeList::default().show(resource);
        } else if let Some(list) = &self.attributes.of(kind).read {
            list.show(resource);
        }
    }

    /// True for who may read resources of this kind; a user reads himself.
    fn reads(&self, kind: Kind) -> bool {
        match &self.myself {
            None => self.may_read(kind).is_ok(),
            Some(myself) => {
                kind == Kind::User && myself.permissions.contains(&SelfPermission::Read)
            }
        }
    }

    /// True if this core attribute, or a part of it, may be in an answer.
    pub fn sees(&self, kind: Kind, attribute: &str) -> bool {
        self.reads(kind) && self.attributes.of(kind).reads_some(attribute)
    }

    /// True if an answer may hold the names of a group's members.
    pub fn sees_names_of_members(&self) -> bool {
        let whole = |kind, name| self.attributes.of(kind).reads_whole(name);
        self.may_read(Kind::User).is_ok()
            && whole(Kind::User, "userName")
            && [Kind::User, Kind::Group].into_iter().all(|kind| whole(kind, "displayName"))
    }

    /// True if an answer may hold the names of a user's groups.
    pub fn sees_names_of_groups(&self) -> bool {
        self.sees(Kind::Group, "displayName")
    }

    /// Refuses who may not read all that this canonical path names.
    pub fn may_see(&self, kind: Kind, path: &AttributePath) -> Result<(), Refusal> {
        if self.attributes.of(kind).reads(path) {
            Ok(())
        } else {
            Err(Refusal::Unreadable(path.to_string()))
        }
    }

    /// Refuses a search whose answer would tell something of what may not be read.
    pub(super) fn may_ask(
        &self,
        kinds: &[Kind],
        filter: Option<&Filter>,
        sort: Option<&Sort>,
    ) -> Result<(), Refusal> {
        let filtered = filter.into_iter().flat_map(Filter::paths);
        for path in filtered.chain(sort.map(|sort| sort.by.clone())) {
            self.may_ask_about(kinds, &path)?;
        }
        Ok(())
    }

    pub(super) fn may_ask_about(
        &self,
        kinds: &[Kind],
        path: &AttributePath,
    ) -> Result<(), Refusal> {
        let types = self.schemas.of_each(kinds);
        for shape in types.iter().filter(|shape| shape.resolve(path).is_some()) {
            self.may_see(shape.kind, path)?;
        }
        let core = path.schema.is_none();
        // Which extensions are listed tells which of them hold data.
        if core && path.attribute == "schemas" {
            for shape in &types {
                for schema in shape.extension_schemas() {
                    self.may_see(shape.kind, &AttributePath::extension(&schema.id, "", None))?;
                }
            }
        }
        // What tells of a user's groups needs the permission to read groups too.
        if core && path.attribute == "groups" {
            self.may_read(Kind::Group)?;
        }
        let hidden = match (path.attribute.as_str(), path.sub.as_deref()) {
            ("members", Some("display")) => core && !self.sees_names_of_members(),
            ("groups", Some("display")) => core && !self.sees_names_of_groups(),
            _ => false,
        };
        if hidden { Err(Refusal::Unreadable(path.to_string())) } else { Ok(()) }
    }
}
