//! The estate and the tokens.

use std::sync::Arc;

use serde_json::{Value, json};
use sutler_model::document::index_rows;
use sutler_model::estate::{EstateEdit, Mode, SchemaExtension, Token, TokenKind};
use sutler_model::filter::{Filter, Literal, Operator};
use sutler_model::identity_provider::SelfPermission;
use sutler_model::path::AttributePath;
use sutler_model::port::{Ledger, LedgerError};
use sutler_model::query::{Search, Start};
use sutler_model::schema::{ENTERPRISE_USER, ROLE};
use sutler_model::work::{Lane, Over};
use sutler_model::{Dialect, Kind, Rid, ServiceProviderId, TenantId, Time};

use super::Bench;
use crate::build;

fn app() -> (String, String) {
    ("default".to_owned(), "app".to_owned())
}

/// Of two edits at once, one wins.
pub async fn estate_edits_check_the_version(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let before = bench.estate().await;
    let after = bench.edit(EstateEdit::default()).await;
    assert!(after.version > before.version);
    let stale = EstateEdit {
        expect: before.version,
        targets: vec![("default".to_owned(), build::target("other"))],
        ..EstateEdit::default()
    };
    let refused = bench.ledger.edit_estate(stale, Time(0)).await;
    assert_eq!(refused, Err(LedgerError::EstateMoved));
    assert_eq!(bench.estate().await, after);
}

const BADGE: &str = "urn:acme:scim:Badge";

/// A schema of users with a `number`, and what else is said.
fn badge(attributes: &Value, indexed: &[&str]) -> EstateEdit {
    let schema = json!({"id": BADGE, "name": "Badge", "attributes": attributes});
    let extension = SchemaExtension {
        tenant: TenantId::DEFAULT,
        schema: serde_json::from_value(schema).unwrap(),
        extends: vec![Kind::User],
        required: false,
        indexed: indexed.iter().map(|path| (*path).to_owned()).collect(),
    };
    let extensions = vec![("default".to_owned(), extension)];
    EstateEdit { extensions, ..EstateEdit::default() }
}

/// A user with a badge, with the rows that the schemas in force ask for.
async fn badged(bench: &Bench, name: &str, number: &str) -> Rid {
    let mut content = build::user(name);
    content.body.insert(BADGE.to_owned(), json!({ "number": number }));
    let schemas = bench.estate().await.schemas(TenantId::DEFAULT);
    content.index = index_rows(schemas.of(Kind::User), &content.body);
    bench.commit(1, build::create(Kind::User, name, content, &[])).await.unwrap().rid
}

async fn refused(bench: &Bench, edit: EstateEdit) -> bool {
    let before = bench.estate().await;
    let edit = EstateEdit { expect: before.version, ..edit };
    let answer = bench.ledger.edit_estate(edit, Time(0)).await;
    let refused = matches!(&answer, Err(LedgerError::SchemaInUse { urn, .. }) if urn == BADGE);
    assert!(refused || answer.is_ok(), "{answer:?}");
    assert!(!refused || bench.estate().await == before);
    refused
}

/// As long as a resource holds data of a schema, the data fit it.
pub async fn a_schema_in_use_is_not_narrowed(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let plain = || json!([{"name": "number"}]);
    let whole = || EstateEdit {
        remove_extensions: vec![("default".to_owned(), BADGE.to_owned())],
        ..EstateEdit::default()
    };
    assert!(!refused(&bench, badge(&json!([{"name": "number", "type": "integer"}]), &[])).await);
    assert!(!refused(&bench, badge(&plain(), &[])).await);
    let schemas = bench.estate().await.schemas(TenantId::DEFAULT);
    assert!(schemas.by_id(BADGE).is_some());
    let holder = badged(&bench, "ann", "7").await;
    assert!(refused(&bench, badge(&json!([{"name": "number", "type": "integer"}]), &[])).await);
    assert!(refused(&bench, whole()).await);
    assert!(!refused(&bench, badge(&json!([{"name": "number"}, {"name": "colour"}]), &[])).await);
    bench.commit(2, build::delete(holder)).await.unwrap();
    assert!(!refused(&bench, whole()).await);
    assert!(bench.estate().await.schemas(TenantId::DEFAULT).by_id(BADGE).is_none());
}

/// Who was there before an index is found by it.
pub async fn an_index_follows_its_schema(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    bench.edit(badge(&json!([{"name": "number"}]), &[])).await;
    badged(&bench, "ann", "A-7").await;
    for (n, indexed) in [&["number"][..], &[], &["number"]].into_iter().enumerate() {
        let estate = bench.edit(badge(&json!([{"name": "number"}]), indexed)).await;
        badged(&bench, &format!("bob{n}"), "a-7").await;
        let path = AttributePath::extension(BADGE, "number", None);
        let is = Filter::Compare(path, Operator::Equal, Literal::Text("A-7".to_owned()));
        let search = Search {
            tenant: TenantId::DEFAULT,
            schemas: estate.schemas(TenantId::DEFAULT),
            kinds: vec![Kind::User],
            filter: Some(is),
            sort: None,
            start: Start::Offset(0),
            limit: 9,
        };
        let found = bench.ledger.search(&search).await.unwrap();
        assert_eq!(found.total, n + 2, "{indexed:?}");
    }
}

/// Who holds data of an extension is found, and who does not.
pub async fn the_use_of_an_extension_is_searched(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    bench.group("team", &[]).await;
    bench.user("ann").await;
    let mut content = build::group("admins");
    content.body.insert(ROLE.to_owned(), json!({"audience": {"type": "organization"}}));
    let schemas = bench.estate().await.schemas(TenantId::DEFAULT);
    content.index = index_rows(schemas.of(Kind::Group), &content.body);
    bench.commit(1, build::create(Kind::Group, "admins", content, &[])).await.unwrap();
    let used = || Filter::Present(AttributePath::extension(ROLE, "", None));
    for (filter, expected) in [
        (used(), &["admins"][..]),
        (Filter::Not(Box::new(used())), &["team", "ann"]),
        (Filter::Present(AttributePath::extension(ENTERPRISE_USER, "", None)), &[]),
    ] {
        let search = Search {
            tenant: TenantId::DEFAULT,
            schemas: Arc::clone(&schemas),
            kinds: vec![Kind::User, Kind::Group],
            filter: Some(filter),
            sort: None,
            start: Start::Offset(0),
            limit: 9,
        };
        let found = bench.ledger.search(&search).await.unwrap();
        let uids: Vec<&str> = found.resources.iter().map(|r| r.uid.0.as_str()).collect();
        assert_eq!((found.total, uids.as_slice()), (expected.len(), expected), "{search:?}");
    }
}

/// A schema that every user must have cannot come after the first user.
pub async fn a_schema_that_all_need_comes_before_them(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let required = || {
        let mut edit = badge(&json!([{"name": "number"}]), &[]);
        edit.extensions[0].1.required = true;
        edit
    };
    bench.user("ann").await;
    assert!(refused(&bench, required()).await);
    let mut of_groups = required();
    of_groups.extensions[0].1.extends = vec![Kind::Group];
    assert!(!refused(&bench, of_groups).await);
}

/// What differs gets a new version, what does not keeps its own; keys stay.
pub async fn edited_targets_get_new_versions(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let before = bench.estate().await.target(bench.app).unwrap().clone();
    let same = EstateEdit {
        targets: vec![("default".to_owned(), build::target("app"))],
        ..EstateEdit::default()
    };
    let after = bench.edit(same).await;
    assert_eq!(after.target(bench.app), Some(&before));
    let mut moved = build::target("app");
    moved.concurrency = 9;
    let edit = EstateEdit { targets: vec![("default".to_owned(), moved)], ..EstateEdit::default() };
    let after = bench.edit(edit).await;
    let now = after.target(bench.app).unwrap();
    assert!(now.version > before.version);
    assert_eq!((now.concurrency, after.targets.len()), (9, 1));
    let mut provider = build::provider("hr", &[]);
    provider.mode = Mode::Store;
    provider.dialect = Dialect::Entra;
    let edit = EstateEdit {
        service_providers: vec![("default".to_owned(), provider)],
        ..EstateEdit::default()
    };
    let after = bench.edit(edit).await;
    assert_eq!(after.service_providers.len(), 1);
    let stored = after.service_provider(bench.hr).unwrap();
    assert_eq!((stored.mode, stored.dialect), (Mode::Store, Dialect::Entra));
}

/// A sweep begins with the leave pass, under a new version.
pub async fn named_targets_are_swept(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let before = bench.estate().await.target(bench.app).unwrap().version;
    assert!(bench.ledger.sweeps().await.unwrap().is_empty());
    let edit = EstateEdit { sweep: vec![app()], ..EstateEdit::default() };
    let after = bench.edit(edit).await;
    assert!(after.target(bench.app).unwrap().version > before);
    let sweeps = bench.ledger.sweeps().await.unwrap();
    assert_eq!(sweeps.len(), 1);
    assert_eq!((sweeps[0].target, sweeps[0].over), (bench.app, Over::Links));
}

/// A removed target takes its rows with it; nothing of it is claimed any more.
pub async fn removed_targets_abandon_their_links(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (ann, bob) = (bench.user("ann").await, bench.user("bob").await);
    bench.linked(1, ann, Kind::User).await;
    bench.mark(bob, Lane::Live, 0).await;
    let request = bench.request(Lane::Live, 9, 10).await;
    let edit = EstateEdit { remove_targets: vec![app()], ..EstateEdit::default() };
    assert!(bench.edit(edit).await.targets.is_empty());
    assert_eq!(bench.ledger.claim(request).await, Err(LedgerError::EstateMoved));
    assert!(bench.link(ann).await.is_none());
    assert!(bench.ledger.status(Time(0)).await.unwrap().is_empty());
}

fn token(id: &str, of: ServiceProviderId, kind: TokenKind, expires: Option<i64>) -> Token {
    Token {
        id: id.to_owned(),
        service_provider: of,
        hash: id.bytes().cycle().take(32).collect(),
        kind,
        created: Time(1),
        expires: expires.map(Time),
    }
}

/// A token is found by its hash, and listed by its owner.
pub async fn tokens_are_found_by_hash(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let long = token("t1", bench.hr, TokenKind::Bearer, None);
    let short = token("t2", bench.hr, TokenKind::Access, Some(50));
    for each in [&long, &short] {
        bench.ledger.add_token(each.clone()).await.unwrap();
    }
    assert_eq!(bench.ledger.token(&long.hash).await.unwrap(), Some(long.clone()));
    assert_eq!(bench.ledger.token(&[0; 32]).await.unwrap(), None);
    let listed = bench.ledger.tokens(Some(bench.hr), false).await.unwrap();
    assert_eq!(listed, [long]);
    assert_eq!(bench.ledger.tokens(None, true).await.unwrap().len(), 2);
    let nobody = ServiceProviderId(987_654);
    assert!(bench.ledger.tokens(Some(nobody), true).await.unwrap().is_empty());
}

/// What has ended or was revoked is not found.
pub async fn tokens_expire_and_are_revoked(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let long = token("t1", bench.hr, TokenKind::Bearer, None);
    let short = token("t2", bench.hr, TokenKind::Access, Some(50));
    for each in [&long, &short] {
        bench.ledger.add_token(each.clone()).await.unwrap();
    }
    assert_eq!(bench.ledger.expire_tokens(Time(49)).await, Ok(0));
    assert_eq!(bench.ledger.expire_tokens(Time(51)).await, Ok(1));
    assert_eq!(bench.ledger.token(&short.hash).await.unwrap(), None);
    assert_eq!(bench.ledger.revoke_token("t1").await, Ok(true));
    assert_eq!(bench.ledger.revoke_token("t1").await, Ok(false));
    assert_eq!(bench.ledger.token(&long.hash).await.unwrap(), None);
}

/// The same name in two tenants is two things.
pub async fn tenants_are_kept_apart(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let edit = EstateEdit {
        tenants: vec!["acme".to_owned()],
        targets: vec![("acme".to_owned(), build::target("app"))],
        service_providers: vec![("acme".to_owned(), build::provider("hr", &["app"]))],
        ..EstateEdit::default()
    };
    let estate = bench.edit(edit).await;
    assert_eq!((estate.targets.len(), estate.service_providers.len()), (2, 2));
    let ours = estate.target(bench.app).unwrap();
    let theirs = estate.targets.iter().find(|t| t.id != bench.app).unwrap();
    assert_ne!(ours.tenant, theirs.tenant);
    assert!(estate.routes(&[bench.hr], ours));
    assert!(!estate.routes(&[bench.hr], theirs));
}

/// An identity provider is known by tenant and name, keeps its key, and goes when it is told to.
pub async fn identity_providers_are_kept_by_name(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let put = |tenant: &str, permissions: &[SelfPermission]| EstateEdit {
        tenants: vec![tenant.to_owned()],
        identity_providers: vec![(
            tenant.to_owned(),
            build::identity_provider("login", permissions),
        )],
        ..EstateEdit::default()
    };
    bench.edit(put("default", &[])).await;
    let before = bench.edit(put("acme", &[])).await.identity_providers;
    let after = bench.edit(put("acme", &SelfPermission::ALL)).await.identity_providers;
    assert_eq!((before.len(), after.len()), (2, 2));
    assert_eq!(after[0], before[0]);
    assert_eq!((after[1].id, after[1].tenant), (before[1].id, before[1].tenant));
    assert_ne!(after[0].tenant, after[1].tenant);
    assert_eq!(after[1].permissions, SelfPermission::ALL);
    let remove = EstateEdit {
        remove_identity_providers: vec![("acme".to_owned(), "login".to_owned())],
        ..EstateEdit::default()
    };
    assert_eq!(bench.edit(remove).await.identity_providers, [after[0].clone()]);
    assert_eq!(bench.estate().await.identity_providers, [after[0].clone()]);
}
