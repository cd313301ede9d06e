//! Each profile against the emulator that plays its product: everything that provisioning does
//! is done, and nothing is refused; without the profile it would have been.

use std::sync::Arc;

use serde_json::{Value, json};
use sutler_emulator::{EmulatedTarget, Emulator, Options, PRODUCTS, TargetOptions};
use sutler_model::Kind;
use sutler_model::estate::{Correlate, Target};
use sutler_model::outcome::{Account, Applied, Operation, Outcome, Query, RefusalKind};
use sutler_model::port::{Clock, Connector};
use sutler_outbound::{PROFILES, Profile, ResolvedAuth, Settings, connector};

use crate::support::{StillClock, detail, document, done, target, update};

/// A product, and a connector with a profile.
struct Product {
    profile: Profile,
    target: Arc<EmulatedTarget>,
    connector: Arc<dyn Connector>,
    clock: Arc<StillClock>,
    _emulator: Emulator,
}

async fn product(name: &str, profile: &str) -> Product {
    let clock = StillClock::new();
    let options = TargetOptions::like(name, "app", "t").unwrap();
    let emulator = Emulator::start(Options {
        listen: "127.0.0.1:0".parse().unwrap(),
        targets: vec![options],
        clock: clock.clone(),
    })
    .await
    .unwrap();
    let settings = Target { profile: Some(profile.to_owned()), ..target(&emulator.url("app")) };
    let auth = ResolvedAuth::Bearer("t".into());
    let connector = connector(&settings, auth, &Settings::default(), clock.clone()).unwrap();
    Product {
        profile: Profile::of(Some(profile)).unwrap(),
        target: emulator.target("app").unwrap(),
        connector,
        clock,
        _emulator: emulator,
    }
}

impl Product {
    /// Waits as the engine does, until the target takes it or refuses it.
    async fn patiently<T, F: Future<Output = Outcome<T>>>(
        &self,
        call: impl Fn() -> F,
    ) -> Outcome<T> {
        for _ in 0..500 {
            match call().await {
                Outcome::Retry { after, .. } => {
                    let wait = after.map_or(1_000, |after| after.since(self.clock.now()));
                    self.clock.advance(wait.max(1));
                }
                settled => return settled,
            }
        }
        panic!("the target never took it");
    }

    async fn apply(&self, operation: &Operation) -> Outcome<Applied> {
        self.patiently(|| self.connector.apply(operation)).await
    }

    async fn create(&self, n: usize) -> Outcome<Applied> {
        let by_id = self.profile.defaults().correlate == Correlate::ExternalId;
        self.apply(&Operation::Create {
            kind: Kind::User,
            correlation: by_id.then(|| format!("c{n}")),
            body: document(user(n)),
            active: true,
        })
        .await
    }

    async fn look(&self, kind: Kind, query: &Query) -> Vec<Account> {
        self.clock.advance(self.profile.defaults().lag.unwrap_or(0));
        done(self.patiently(|| self.connector.look(kind, query)).await)
    }

    async fn list(&self, kind: Kind) -> Outcome<Vec<Account>> {
        let (mut all, mut from) = (Vec::new(), None::<String>);
        loop {
            match self.patiently(|| self.connector.list(kind, from.as_deref())).await {
                Outcome::Done(page) => {
                    all.extend(page.accounts);
                    from = page.next;
                    if from.is_none() {
                        return Outcome::Done(all);
                    }
                }
                Outcome::Refused(refusal) => return Outcome::Refused(refusal),
                other => panic!("{other:?}"),
            }
        }
    }
}

fn user(n: usize) -> Value {
    json!({
        "userName": format!("User{n}"), "displayName": format!("User {n}"),
        "name": {"givenName": "U", "familyName": format!("N{n}")},
        "emails": [{"value": format!("u{n}@x.test"), "type": "work", "primary": true}],
        "entitlements": [{"value": "00e1"}],
    })
}

fn group(members: usize) -> Operation {
    let members: Vec<Value> = (0..members).map(|n| json!({"value": n.to_string()})).collect();
    let body = if members.is_empty() {
        json!({"displayName": "Staff"})
    } else {
        json!({"displayName": "Staff", "members": members})
    };
    Operation::Create {
        kind: Kind::Group,
        correlation: Some("g1".to_owned()),
        body: document(body),
        active: true,
    }
}

/// Everything that provisioning does.
async fn drive(name: &str) {
    let product = product(name, name).await;
    let mut users = Vec::new();
    for n in 0..250 {
        users.push(done(product.create(n).await).remote.unwrap());
    }
    let first = users[0].clone();
    let key = Query::Key("uSER0".to_owned());
    let found = product.look(Kind::User, &key).await;
    assert_eq!(found.len(), 1, "{name}");
    assert_eq!(found[0].remote, first, "{name}");
    if product.profile.defaults().correlate == Correlate::ExternalId {
        let found = product.look(Kind::User, &Query::Correlation("c1".to_owned())).await;
        assert_eq!(found[0].remote, users[1], "{name}");
    }
    let wanted =
        vec![("userName".to_owned(), json!("user2")), ("name.familyName".to_owned(), json!("n2"))];
    let found = product.look(Kind::User, &Query::Attributes(wanted)).await;
    assert_eq!(found[0].remote, users[2], "{name}");

    let set =
        [("name.givenName", json!("New")), ("title", json!("T")), ("displayName", json!("D"))];
    done(product.apply(&update(Kind::User, &first, &set, &[], None)).await);
    done(product.apply(&update(Kind::User, &first, &[], &["title"], Some(false))).await);
    let shown = product.look(Kind::User, &Query::Remote(first.clone())).await.remove(0);
    assert_eq!(shown.active, Some(false), "{name}");
    assert_eq!(shown.attributes["name"]["givenName"], "New", "{name}");
    assert_eq!(shown.attributes["name"]["familyName"], "N0", "{name}");
    assert_eq!(shown.attributes.get("title"), None, "{name}");

    let made = done(product.apply(&group(0)).await).remote.unwrap();
    let set = [("displayName", json!("People"))];
    done(product.apply(&update(Kind::Group, &made, &set, &[], None)).await);
    let add: Vec<(String, Kind)> = users.iter().map(|id| (id.clone(), Kind::User)).collect();
    for chunk in add.chunks(product.connector.abilities().members_a_call) {
        let members =
            Operation::Members { remote: made.clone(), remove: vec![], add: chunk.to_vec() };
        done(product.apply(&members).await);
    }
    let members = |product: &Product| product.target.counters();
    assert_eq!(members(&product).member_adds, 250, "{name}");
    let remove = users[..30].to_vec();
    done(product.apply(&Operation::Members { remote: made.clone(), remove, add: vec![] }).await);
    assert_eq!(members(&product).member_removes, 30, "{name}");

    product.clock.advance(60_000);
    let all = done(product.list(Kind::User).await);
    assert_eq!(all.len(), 250, "{name}");
    assert_eq!(done(product.list(Kind::Group).await).len(), 1, "{name}");

    done(product.apply(&Operation::Delete { kind: Kind::User, remote: users[9].clone() }).await);
    let gone = product.look(Kind::User, &Query::Remote(users[9].clone())).await;
    if product.profile.defaults().deletes_users {
        assert_eq!(gone, [], "{name}");
    } else {
        assert_eq!(gone[0].active, Some(false), "{name}: it is deactivated");
    }
    done(product.apply(&Operation::Delete { kind: Kind::Group, remote: made }).await);
    assert_eq!(product.target.counters().groups, 0, "{name}");
}

macro_rules! driven {
    ($($test:ident $name:literal),*) => {
        $(#[tokio::test]
        async fn $test() {
            drive($name).await;
        })*
    };
}

driven!(
    a_plain_target_takes_everything "generic",
    authentik_takes_everything "authentik",
    aws_takes_everything "aws",
    entra_takes_everything "entra",
    github_takes_everything "github",
    google_takes_everything "google",
    keycloak_takes_everything "keycloak",
    miro_takes_everything "miro",
    salesforce_takes_everything "salesforce",
    slack_takes_everything "slack"
);

#[test]
fn every_profile_has_its_product_and_every_product_its_profile() {
    let mut profiles: Vec<&str> = PROFILES.iter().map(|(name, _)| *name).collect();
    let mut products: Vec<&str> = PRODUCTS.iter().map(|play| play.name).collect();
    profiles.sort_unstable();
    products.sort_unstable();
    assert_eq!(profiles, products);
}

async fn members(product: &Product, group: &str, users: &[String]) -> Outcome<Applied> {
    let add = users.iter().map(|id| (id.clone(), Kind::User)).collect();
    product.apply(&Operation::Members { remote: group.to_owned(), remove: vec![], add }).await
}

/// Where a profile says nothing, the product takes a group as a member of a group.
#[tokio::test]
async fn scenario_14_a_profile_flattens_where_the_product_takes_no_groups_in_groups() {
    for (name, _) in PROFILES {
        let product = product(name, name).await;
        let inner = done(product.apply(&group(0)).await).remote.unwrap();
        let Operation::Create { kind, mut body, active, .. } = group(0) else { unreachable!() };
        body.insert("displayName".to_owned(), json!("Outer"));
        let correlation = Some("g2".to_owned());
        let outer = Operation::Create { kind, correlation, body, active };
        let remote = done(product.apply(&outer).await).remote.unwrap();
        let add = vec![(inner, Kind::Group)];
        let answer = product.apply(&Operation::Members { remote, remove: vec![], add }).await;
        let takes = matches!(answer, Outcome::Done(_));
        assert_eq!(takes, product.profile.defaults().nesting.is_native(), "{name}: {answer:?}");
    }
}

#[tokio::test]
async fn the_generic_profile_lists_aws_only_in_part_and_says_so() {
    let product = product("aws", "generic").await;
    for n in 0..60 {
        done(product.create(n).await);
    }
    product.clock.advance(60_000);
    let listed = product.list(Kind::User).await;
    assert!(detail(&listed).contains("cannot be listed whole"), "{listed:?}");
}

#[tokio::test]
async fn the_generic_profile_misses_the_endpoints_and_the_member_limit_of_entra() {
    let product = product("entra", "generic").await;
    let refused = product.create(0).await;
    assert!(matches!(&refused, Outcome::Refused(r) if r.kind == RefusalKind::Unsupported));
    let renamed = Profile::of(Some("entra")).unwrap();
    assert_eq!(renamed.members_a_call(), 20);
}

#[tokio::test]
async fn the_generic_profile_runs_into_the_rate_of_slack_and_into_its_names() {
    let product = product("slack", "generic").await;
    let mut throttled = 0;
    for n in 0..40 {
        let operation = Operation::Create {
            kind: Kind::User,
            correlation: None,
            body: document(user(n)),
            active: true,
        };
        throttled +=
            usize::from(matches!(product.connector.apply(&operation).await, Outcome::Retry { .. }));
    }
    assert_eq!(throttled, 20, "the target itself refused what came after the burst");
    let body = json!({"userName": "a-name-of-twenty-one-c", "emails": [{"value": "a@x.test"}]});
    let long = Operation::Create {
        kind: Kind::User,
        correlation: None,
        body: document(body),
        active: true,
    };
    product.clock.advance(60_000);
    let refused = product.connector.apply(&long).await;
    assert!(detail(&refused).contains("username_too_long"), "{refused:?}");
}

#[tokio::test]
async fn the_generic_profile_takes_a_deactivated_user_for_a_deleted_one() {
    for name in ["slack", "salesforce"] {
        let product = product(name, "generic").await;
        let made = done(product.create(0).await).remote.unwrap();
        let delete = Operation::Delete { kind: Kind::User, remote: made.clone() };
        done(product.apply(&delete).await);
        let there = product.look(Kind::User, &Query::Remote(made)).await;
        assert_eq!(there[0].active, Some(false), "{name}: it is still there");
    }
}

#[tokio::test]
async fn the_generic_profile_takes_a_full_quota_of_google_for_wrong_credentials() {
    let product = product("google", "generic").await;
    let mut quarantined = 0;
    for n in 0..410 {
        let query = Query::Remote(n.to_string());
        let seen = product.connector.look(Kind::User, &query).await;
        quarantined += usize::from(
            matches!(seen, Outcome::Retry { trouble, .. } if trouble == sutler_model::outcome::Trouble::Auth),
        );
    }
    assert!(quarantined > 0);
}

#[tokio::test]
async fn the_generic_profile_sends_authentik_patches_first_and_miro_more_calls_than_it_takes() {
    // authentik answers 405, which says that there is no PATCH: the generic one learns it.
    let product = product("authentik", "generic").await;
    let made = done(product.create(0).await).remote.unwrap();
    done(product.apply(&update(Kind::User, &made, &[("title", json!("T"))], &[], None)).await);
    let methods: Vec<String> =
        product.target.journal().into_iter().map(|entry| entry.method).collect();
    assert_eq!(methods, ["POST", "PUT"]);

    let product = self::product("miro", "generic").await;
    let mut users = Vec::new();
    for n in 0..250 {
        users.push(done(product.create(n).await).remote.unwrap());
    }
    let made = done(product.apply(&group(0)).await).remote.unwrap();
    let before = product.target.counters().requests;
    done(members(&product, &made, &users).await);
    assert!(product.target.counters().requests - before >= 3, "one call would have done");
}

#[tokio::test]
async fn what_a_profile_says_will_be_refused_is_refused_without_a_call() {
    let cases = [
        (
            "slack",
            json!({"userName": "a-name-of-twenty-one-c", "emails": [{"value": "a@x.test"}]}),
            "`userName` has at most 20 characters",
        ),
        ("slack", json!({"userName": "ann"}), "`emails` must be there"),
        (
            "slack",
            json!({"userName": "ann", "emails": [{"value": "a@x"}], "displayName": "a@b"}),
            "`displayName` must not hold '@'",
        ),
        (
            "aws",
            json!({"userName": "a;b", "displayName": "A", "name": {"givenName": "A", "familyName": "B"}}),
            "`userName` must not hold ';'",
        ),
        (
            "aws",
            json!({"userName": "a", "displayName": "A", "name": {"givenName": "A"}}),
            "`name.familyName` must be there",
        ),
        (
            "aws",
            json!({"userName": "a", "displayName": "A", "name": {"givenName": "A", "familyName": "B"}, "emails": [{"value": "a"}, {"value": "b"}]}),
            "`emails` has at most 1 values",
        ),
        (
            "salesforce",
            json!({"userName": "a", "emails": [{"value": "a"}]}),
            "`entitlements` must be there",
        ),
    ];
    for (name, body, expected) in cases {
        let product = product(name, name).await;
        let operation = Operation::Create {
            kind: Kind::User,
            correlation: None,
            body: document(body),
            active: true,
        };
        let refused = product.connector.apply(&operation).await;
        assert!(matches!(&refused, Outcome::Refused(r) if r.kind == RefusalKind::Rejected));
        assert!(detail(&refused).contains(expected), "{refused:?}");
        assert_eq!(product.target.counters().requests, 0, "{name} was not called");
    }
    let product = product("keycloak", "keycloak").await;
    let refused = product.connector.apply(&group(1)).await;
    assert!(detail(&refused).contains("created without members"), "{refused:?}");
    let product = self::product("aws", "aws").await;
    let clear = update(Kind::User, "7", &[], &["name"], None);
    let refused = product.connector.apply(&clear).await;
    assert!(detail(&refused).contains("cannot be cleared"), "{refused:?}");
    assert_eq!(product.target.counters().requests, 0);
}

#[tokio::test]
async fn a_query_that_a_profile_cannot_filter_by_is_not_sent() {
    let product = product("miro", "miro").await;
    let query = Query::Attributes(vec![("emails.value".to_owned(), json!("a@x.test"))]);
    let refused = product.connector.look(Kind::User, &query).await;
    assert!(detail(&refused).contains("cannot find accounts by `emails.value`"), "{refused:?}");
    assert_eq!(product.target.counters().requests, 0);
}

#[test]
fn a_profile_that_contradicts_itself_is_refused_with_its_place() {
    let head = "name = \"x\"\ntitle = \"X\"\nevidence = \"seen against the emulator only\"\nsources = \"s\"\n";
    let cases = [
        ("[users]\nchagne = \"put\"\n", "unknown field `chagne`"),
        ("[groups]\nmembers_a_call = 0\n", "a whole number from 1 to 10000"),
        ("lag = \"5h\"\n", "expected a span"),
        ("[headers]\nAuthorization = \"x\"\n", "not a profile's to set"),
        ("[lookup]\nusers = [\"userName\"]\n", "cannot be recognised by an `externalId`"),
        ("[[users.rule]]\npath = \"a b\"\n", "no attribute path"),
        ("[list]\npaging = \"cursor\"\ntotal = true\n", "no total"),
    ];
    for (text, expected) in cases {
        let whole = format!("{head}{text}");
        let error = Profile::read(&whole).unwrap_err();
        assert!(error.message.contains(expected), "{text}: {error}");
        assert!(error.at.start <= whole.len());
    }
    let unknown = Profile::of(Some("okta")).unwrap_err();
    assert!(unknown.message.contains("use one of generic, authentik, aws"), "{unknown}");
    assert!(Profile::read(&"x".repeat(70_000)).is_err());
}
