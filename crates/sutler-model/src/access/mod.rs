//! Which attributes a service provider may read and write.
//!
//! What may be written is judged by the difference between the document before and the document
//! after, never by what a request says. Knows no request and no schema: the paths in a list are
//! canonical, and were checked when the list was made.

mod list;
mod walk;
mod write;

#[cfg(test)]
mod tests;

pub use list::AttributeList;
pub use write::Unwritable;

use serde::{Deserialize, Serialize};

use crate::Kind;
use crate::path::AttributePath;

/// What may be done with the attributes of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeAccess {
    /// Of users.
    #[serde(default)]
    pub users: Access,
    /// Of groups.
    #[serde(default)]
    pub groups: Access,
}

impl AttributeAccess {
    /// What may be done with the attributes of that kind.
    pub fn of(&self, kind: Kind) -> &Access {
        match kind {
            Kind::User => &self.users,
            Kind::Group => &self.groups,
        }
    }

    /// True if nothing is restricted.
    pub fn is_everything(&self) -> bool {
        [&self.users, &self.groups].iter().all(|access| access.is_everything())
    }
}

/// What may be done with the attributes of one kind. `None` is every attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Those that may be read; `id`, `meta` and `schemas` always may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<AttributeList>,
    /// Those that may be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write: Option<AttributeList>,
}

impl Access {
    /// True if nothing is restricted.
    pub fn is_everything(&self) -> bool {
        self.read.is_none() && self.write.is_none()
    }

    /// True if all that this canonical path names may be read.
    pub fn reads(&self, path: &AttributePath) -> bool {
        self.read.as_ref().is_none_or(|list| {
            list.shows(path.schema.as_deref(), &path.attribute, path.sub.as_deref())
        })
    }

    /// True if all of this core attribute may be read.
    pub fn reads_whole(&self, attribute: &str) -> bool {
        self.read.as_ref().is_none_or(|list| list.shows(None, attribute, None))
    }

    /// True if a part of this core attribute may be read.
    pub fn reads_some(&self, attribute: &str) -> bool {
        self.read.as_ref().is_none_or(|list| list.names(None, attribute))
    }

    /// True if all that this canonical path names may be written.
    pub fn writes(&self, path: &AttributePath) -> bool {
        self.write.as_ref().is_none_or(|list| {
            list.covers(path.schema.as_deref(), &path.attribute, path.sub.as_deref())
        })
    }

    /// True if this client may know nothing of what this canonical path names.
    pub fn hides(&self, path: &AttributePath) -> bool {
        let (schema, attribute) = (path.schema.as_deref(), path.attribute.as_str());
        let (Some(read), Some(write)) = (&self.read, &self.write) else {
            return false;
        };
        if attribute.is_empty() || self.reads(path) || self.writes(path) {
            return false;
        }
        let some = read.names(schema, attribute) || write.names(schema, attribute);
        path.sub.is_some() || !some
    }
}
