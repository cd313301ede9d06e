//! Administrators: who may use the admin API, and how far.

use serde::{Deserialize, Serialize};

use crate::{TenantId, Time};

/// How far an administrator may go. Each role may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads everything but secrets.
    Auditor,
    /// Also tries deliveries again and checks targets.
    Operator,
    /// Also edits the estate, tokens and administrators.
    Owner,
}

impl Role {
    /// Every role, from the least to the most.
    pub const ALL: [Self; 3] = [Self::Auditor, Self::Operator, Self::Owner];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auditor => "auditor",
            Self::Operator => "operator",
            Self::Owner => "owner",
        }
    }

    /// The inverse of [`Role::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// The credential of an administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminToken {
    /// The public handle, for lists and to revoke it.
    pub id: String,
    /// What it is called: who uses it, for the audit trail.
    pub name: String,
    /// How far it goes.
    pub role: Role,
    /// In which tenant; `None` is all of them.
    pub tenant: Option<TenantId>,
    /// SHA-256 of the token.
    pub hash: Vec<u8>,
    /// When it was made.
    pub created: Time,
    /// When it ends; `None` lives until revoked.
    pub expires: Option<Time>,
    /// When it was last used, to within some minutes.
    pub used: Option<Time>,
}

impl AdminToken {
    /// The token in a list; `tenant` is the name of its tenant.
    pub fn line(&self, tenant: Option<&str>) -> AdminTokenLine {
        AdminTokenLine {
            id: self.id.clone(),
            name: self.name.clone(),
            role: self.role,
            tenant: tenant.map(str::to_owned),
            created: self.created.rfc3339(),
            expires: self.expires.map(Time::rfc3339),
            last_used: self.used.map(Time::rfc3339),
        }
    }
}

/// An administrator's token in a list, without its value, which nobody has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminTokenLine {
    /// The public handle.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// How far it goes.
    pub role: Role,
    /// In which tenant; `None` is all of them.
    pub tenant: Option<String>,
    /// When it was made (RFC 3339).
    pub created: String,
    /// When it ends (RFC 3339); `None` lives until revoked.
    pub expires: Option<String>,
    /// When it was last used (RFC 3339), to within some minutes.
    pub last_used: Option<String>,
}
