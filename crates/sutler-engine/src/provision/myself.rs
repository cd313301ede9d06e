//! A user who acts on himself: which user a login is about, and what he may do.
//!
//! Such a caller has no other permission, so that whatever is not named here is refused.

use std::collections::BTreeSet;

use serde_json::Value;
use sutler_model::filter::{Filter, Literal, Operator};
use sutler_model::fold::fold;
use sutler_model::identity_provider::{SelfPermission, UserKey};
use sutler_model::path::AttributePath;
use sutler_model::port::LedgerError;
use sutler_model::query::{Search, Start};
use sutler_model::resource::Resource;
use sutler_model::schema::Schemas;
use sutler_model::{Document, Kind, TenantId, Uid};

use super::told::changed;
use super::{Caller, Provisioner, Refusal};

/// Who a user is, and what he may do with himself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Myself {
    /// His id: the one resource that he may act on.
    pub uid: Uid,
    /// What he may do.
    pub permissions: Vec<SelfPermission>,
    /// The attributes that he may change, in the spelling of the schema; those of an extension
    /// with its URN.
    pub write: Vec<String>,
}

/// What a user may not do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// Something with another resource.
    #[error("a user may act on himself only")]
    Others,
    /// He lacks a permission.
    #[error("this user lacks the permission `{}`", .0.name())]
    Permission(SelfPermission),
    /// A change of attributes that are not his to change.
    #[error("a user may not change this of himself: `{}`", .0.join("`, `"))]
    Attributes(Vec<String>),
    /// He has been deactivated.
    #[error("this user is not active")]
    Inactive,
}

/// Why a login is about nobody who may act.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSubject {
    /// No user has the value.
    #[error("no user has the value of the claim")]
    Unknown,
    /// More than one user has it.
    #[error("more than one user has the value of the claim")]
    Several,
    /// The user has been deactivated.
    #[error("the user is not active")]
    Inactive,
    /// The store could not tell.
    #[error(transparent)]
    Store(#[from] LedgerError),
}

impl Caller {
    /// Refuses who may not read this resource.
    pub fn may_read_one(&self, kind: Kind, uid: &Uid) -> Result<(), Refusal> {
        self.may_act(kind, uid, SelfPermission::Read).unwrap_or_else(|| self.may_read(kind))
    }

    /// Refuses who may not change this resource.
    pub fn may_change_one(&self, kind: Kind, uid: &Uid) -> Result<(), Refusal> {
        self.may_act(kind, uid, SelfPermission::Write).unwrap_or_else(|| self.may_update(kind))
    }

    /// Refuses who may not delete this resource.
    pub fn may_delete_one(&self, kind: Kind, uid: &Uid) -> Result<(), Refusal> {
        self.may_act(kind, uid, SelfPermission::Delete).unwrap_or_else(|| self.may_delete(kind))
    }

    /// `None` if the caller is no user.
    fn may_act(
        &self,
        kind: Kind,
        uid: &Uid,
        wanted: SelfPermission,
    ) -> Option<Result<(), Refusal>> {
        let myself = self.myself.as_ref()?;
        Some(if kind != Kind::User || myself.uid != *uid {
            Err(NotAllowed::Others.into())
        } else if !myself.permissions.contains(&wanted) {
            Err(NotAllowed::Permission(wanted).into())
        } else {
            Ok(())
        })
    }

    /// Refuses a user who has been deactivated, whatever his token says.
    pub(super) fn may_still_act(&self, resource: &Resource) -> Result<(), Refusal> {
        match self.myself {
            Some(_) if !resource.active => Err(NotAllowed::Inactive.into()),
            _ => Ok(()),
        }
    }

    /// Refuses a user's change of what is not his to change.
    pub(super) fn may_change_attributes(
        &self,
        before: &Document,
        after: &Document,
        password: bool,
    ) -> Result<(), Refusal> {
        let Some(myself) = &self.myself else {
            return Ok(());
        };
        let mut changed: BTreeSet<String> = changed(before, after).into_iter().collect();
        changed.extend(password.then(|| "password".to_owned()));
        changed.retain(|name| !myself.write.contains(name));
        if changed.is_empty() {
            return Ok(());
        }
        Err(NotAllowed::Attributes(changed.into_iter().collect()).into())
    }
}

impl Provisioner {
    /// The active user of a tenant who has this value of an attribute.
    pub async fn subject(
        &self,
        tenant: TenantId,
        key: UserKey,
        value: &str,
    ) -> Result<Resource, NoSubject> {
        let ledger = &self.ports.ledger;
        let found = match key {
            UserKey::Id => ledger.resource(tenant, Kind::User, &Uid(value.to_owned())).await?,
            UserKey::UserName => {
                let found = ledger.by_name(tenant, Kind::User, key.name(), &fold(value)).await?;
                // Folding takes more for the same than the provider may: only the case of ASCII
                // letters may differ, so that nobody is taken for his look-alike.
                found.filter(|user| has(user, key, |name| name.eq_ignore_ascii_case(value)))
            }
            UserKey::ExternalId => self.by_external_id(tenant, value).await?,
        };
        let user = found.ok_or(NoSubject::Unknown)?;
        if user.active { Ok(user) } else { Err(NoSubject::Inactive) }
    }

    /// `externalId` is set by clients, who may give two users the same one: then it is nobody's.
    async fn by_external_id(
        &self,
        tenant: TenantId,
        value: &str,
    ) -> Result<Option<Resource>, NoSubject> {
        let path = AttributePath::core(UserKey::ExternalId.name(), None);
        let wanted = Literal::Text(value.to_owned());
        let search = Search {
            tenant,
            schemas: Schemas::standard(),
            kinds: vec![Kind::User],
            filter: Some(Filter::Compare(path, Operator::Equal, wanted)),
            sort: None,
            start: Start::Offset(0),
            limit: 2,
        };
        let found = self.ports.ledger.search(&search).await?;
        if found.resources.len() > 1 {
            return Err(NoSubject::Several);
        }
        let exact = |user: &Resource| has(user, UserKey::ExternalId, |id| id == value);
        Ok(found.resources.into_iter().next().filter(exact))
    }
}

fn has(user: &Resource, key: UserKey, is_it: impl Fn(&str) -> bool) -> bool {
    user.body.get(key.name()).and_then(Value::as_str).is_some_and(is_it)
}
