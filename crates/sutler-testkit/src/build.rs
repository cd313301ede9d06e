//! Small things that tests commit: people, groups, an estate.

use sutler_model::access::AttributeAccess;
use sutler_model::change::{
    Action, Change, Columns, Content, Expect, Flags, MemberStep, Name, Via,
};
use sutler_model::estate::{
    Delivery, Mode, OnDeactivate, OnDelete, Permission, SecretRef, ServiceProvider, Target,
    TargetAuth,
};
use sutler_model::event::{Event, EventDelivery, EventKind, EventStream, Payload, Subject};
use sutler_model::fold::fold;
use sutler_model::identity_provider::{
    IdentityProvider, KeyLocation, SelfPermission, SignatureAlgorithm, TokenType, UserClaim,
    UserKey,
};
use sutler_model::notification::{Alert, Notification};
use sutler_model::{
    Document, EventStreamId, IdentityProviderId, Kind, NotificationId, Rid, ServiceProviderId,
    TargetId, TenantId, Time, Uid,
};

/// A user with this name, active.
pub fn user(user_name: &str) -> Content {
    let mut body = Document::new();
    body.insert("userName".to_owned(), user_name.into());
    body.insert("active".to_owned(), true.into());
    Content {
        body,
        active: true,
        names: vec![Name { attribute: "userName".into(), key: fold(user_name) }],
        columns: Columns { user_name: Some(fold(user_name)), ..Columns::default() },
        ..Content::default()
    }
}

/// A group with this name.
pub fn group(display_name: &str) -> Content {
    let mut body = Document::new();
    body.insert("displayName".to_owned(), display_name.into());
    Content {
        body,
        active: true,
        names: vec![Name { attribute: "displayName".into(), key: fold(display_name) }],
        columns: Columns { display_name: Some(fold(display_name)), ..Columns::default() },
        ..Content::default()
    }
}

/// The same with another attribute.
#[must_use]
pub fn with(mut content: Content, attribute: &str, value: &str) -> Content {
    content.body.insert(attribute.to_owned(), value.into());
    content
}

/// The same, active or not.
#[must_use]
pub fn active(mut content: Content, active: bool) -> Content {
    content.body.insert("active".to_owned(), active.into());
    content.active = active;
    content
}

/// A change by a service provider of the tenant `default`.
pub fn change(by: ServiceProviderId, at: Time, action: Action) -> Change {
    Change {
        tenant: TenantId::DEFAULT,
        actor: "test".to_owned(),
        via: Via::Scim2,
        service_provider: Some(by),
        at,
        action,
        events: Vec::new(),
    }
}

/// Creates a resource.
pub fn create(kind: Kind, uid: &str, content: Content, members: &[Rid]) -> Action {
    Action::Create { kind, uid: Uid(uid.to_owned()), content, members: members.to_vec() }
}

/// Replaces a resource's attributes.
pub fn replace(rid: Rid, content: Content, flags: Flags) -> Action {
    Action::Update {
        rid,
        expect: Expect::default(),
        content: Some(content),
        members: vec![],
        flags,
    }
}

/// Changes a group's membership.
pub fn members(rid: Rid, steps: Vec<MemberStep>) -> Action {
    Action::Update {
        rid,
        expect: Expect::default(),
        content: None,
        members: steps,
        flags: Flags::default(),
    }
}

/// Ends a resource.
pub fn delete(rid: Rid) -> Action {
    Action::Delete { rid, expect: Expect::default() }
}

/// A service provider that provisions to these targets.
pub fn provider(name: &str, targets: &[&str]) -> ServiceProvider {
    ServiceProvider {
        id: ServiceProviderId(0),
        tenant: TenantId::DEFAULT,
        name: name.to_owned(),
        mode: Mode::StoreAndProvision,
        delivery: Delivery::Queued,
        read_from: None,
        dialect: sutler_model::Dialect::Strict,
        targets: targets.iter().map(|&t| t.to_owned()).collect(),
        permissions: Permission::ALL.to_vec(),
        attributes: AttributeAccess::default(),
        stores: None,
        basic: None,
        oauth: None,
    }
}

/// A target with the usual policies.
pub fn target(name: &str) -> Target {
    Target {
        id: TargetId(0),
        tenant: TenantId::DEFAULT,
        name: name.to_owned(),
        version: 0,
        connector: "scim2".to_owned(),
        url: "http://127.0.0.1:9/v2".to_owned(),
        auth: TargetAuth::None,
        allow_private_addresses: true,
        on_deactivate: OnDeactivate::Disable,
        on_delete: OnDelete::Delete,
        concurrency: 4,
        rate: None,
        timeout: 30_000,
        lag: 0,
        correlate: sutler_model::estate::Correlate::ExternalId,
        schemas: vec![],
        on_leave: None,
        delete_after: None,
        guard: sutler_model::guard::Guard::OFF,
        reconcile_every: None,
        users: sutler_model::estate::TypeRules::default(),
        groups: sutler_model::estate::TypeRules::default(),
        nesting: sutler_model::nesting::Nesting::Native,
        profile: None,
        maintenance: Vec::new(),
    }
}

/// An identity provider of that name, whose `sub` is the `userName`.
pub fn identity_provider(name: &str, permissions: &[SelfPermission]) -> IdentityProvider {
    IdentityProvider {
        id: IdentityProviderId(0),
        tenant: TenantId::DEFAULT,
        name: name.to_owned(),
        issuer: format!("https://{name}.example.org"),
        audience: vec!["sutler".to_owned()],
        jwks: KeyLocation::Url(format!("https://{name}.example.org/keys")),
        allow_private_addresses: false,
        algorithms: SignatureAlgorithm::USUAL.to_vec(),
        token_type: TokenType::AccessToken,
        user: UserClaim { claim: "sub".to_owned(), attribute: UserKey::UserName },
        permissions: permissions.to_vec(),
        write: Vec::new(),
    }
}

/// A stream of these events, fetched by a service provider.
pub fn event_stream(name: &str, provider: &str, events: &[EventKind]) -> EventStream {
    EventStream {
        id: EventStreamId(0),
        tenant: TenantId::DEFAULT,
        name: name.to_owned(),
        events: events.to_vec(),
        audience: name.to_owned(),
        delivery: EventDelivery::Poll { service_provider: provider.to_owned() },
        limit: 100_000,
    }
}

/// An event about a user.
pub fn event(jti: &str, kind: EventKind) -> Event {
    let uid = Uid("ann".to_owned());
    Event {
        jti: jti.to_owned(),
        txn: format!("txn of {jti}"),
        at: Time(1_000),
        kind,
        subject: Subject::Resource { kind: Kind::User, uid, external_id: None },
        version: None,
        payload: Payload::Nothing,
    }
}

/// A receiver of messages, which is never called.
pub fn notification(name: &str, events: &[Alert]) -> Notification {
    Notification {
        id: NotificationId(0),
        tenant: TenantId::DEFAULT,
        name: name.to_owned(),
        url: "https://pager.test/hooks".to_owned(),
        events: events.to_vec(),
        secret: SecretRef { source: "env:NONE".to_owned(), sealed: String::new() },
        allow_private_addresses: false,
    }
}
