//! Orders that columns can give, and where each type of resource has them.

use rusqlite::types::Value;
use sutler_model::filter::SortKey;
use sutler_model::query::Search;
use sutler_model::{Kind, TenantId};

use super::sql::Clause;

/// What an order compares, as a column that holds exactly that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// None is compared: the order of creation.
    Creation,
    /// `userName`, which every user has and no group.
    UserName,
    /// `displayName`.
    DisplayName,
    /// `externalId`.
    ExternalId,
    /// `id`.
    Id,
    /// `meta.created`.
    Created,
    /// `meta.lastModified` of users: a group's own row does not know of its last membership
    /// change.
    Changed,
}

/// Which of the resources of one type have a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    All,
    Some,
    None,
}

/// The order that a search asks for; `None` if no column gives it.
pub(super) fn order(search: &Search) -> Option<Order> {
    let Some(sort) = &search.sort else {
        return Some(Order::Creation);
    };
    if sort.by.schema.is_some() {
        return None;
    }
    Some(match (&*sort.by.attribute, sort.by.sub.as_deref()) {
        ("userName", None) => Order::UserName,
        ("displayName", None) => Order::DisplayName,
        ("externalId", None) => Order::ExternalId,
        ("id", None) => Order::Id,
        ("meta", Some("created")) => Order::Created,
        ("meta", Some("lastModified")) if search.kinds == [Kind::User] => Order::Changed,
        _ => return None,
    })
}

impl Order {
    /// Which resources of a type have a value.
    pub(super) fn held(self, kind: Kind) -> Held {
        match (self, kind) {
            (Self::Creation, _) | (Self::UserName, Kind::Group) => Held::None,
            (Self::UserName, Kind::User) | (Self::Id | Self::Created | Self::Changed, _) => {
                Held::All
            }
            (Self::DisplayName | Self::ExternalId, _) => Held::Some,
        }
    }

    /// The column of `resource r`.
    pub(super) fn column(self) -> &'static str {
        match self {
            Self::Creation => "NULL",
            Self::UserName => "r.user_name",
            Self::DisplayName => "r.display_name",
            Self::ExternalId => "r.external_id",
            Self::Id => "r.uid",
            Self::Created => "r.created",
            Self::Changed => "r.changed",
        }
    }

    /// The index that has the resources of one type in this order.
    pub(super) fn index(self) -> &'static str {
        match self {
            Self::Creation | Self::UserName => "resource_live",
            Self::DisplayName => "resource_display_name",
            Self::ExternalId => "resource_external_id",
            Self::Id => "resource_id",
            Self::Created => "resource_created",
            Self::Changed => "resource_changed",
        }
    }

    /// The key as the column holds it; `None` if it is of another order.
    pub(super) fn value(self, key: &SortKey) -> Option<Value> {
        match (self, key) {
            (Self::Created | Self::Changed, SortKey::Moment(at)) => {
                Some(Value::Integer(at.as_millisecond()))
            }
            (
                Self::UserName | Self::DisplayName | Self::ExternalId | Self::Id,
                SortKey::Text(text),
            ) => Some(Value::Text(text.clone())),
            _ => None,
        }
    }
}

/// What a column holds, as a key.
pub(super) fn key(value: Value) -> Option<SortKey> {
    match value {
        Value::Text(text) => Some(SortKey::Text(text)),
        Value::Integer(at) => jiff::Timestamp::from_millisecond(at).ok().map(SortKey::Moment),
        _ => None,
    }
}

/// The names are an index of their own, which is in order: the condition that joins it.
pub(super) fn names(tenant: TenantId) -> Clause {
    Clause::exact(
        "n.tenant = ? AND n.scope = 0 AND n.intent IS NULL AND n.kind = 1 AND n.attr = 'userName' AND r.rid = n.rid",
        vec![Value::Integer(tenant.0)],
    )
}
