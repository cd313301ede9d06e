//! Facts about `decide`, one small case each.

use serde_json::json;
use sutler_model::estate::{Correlate, OnDeactivate, OnDelete, Target, TargetAuth};
use sutler_model::link::{Doubt, LinkState};
use sutler_model::resource::Resource;
use sutler_model::schema::Schemas;
use sutler_model::{Kind, Rid, TargetId, TenantId, Uid, Version};

use super::*;
use crate::desired::{attributes, digests};
use crate::rules::Scope;

const NOW: Time = Time(1_000_000);
const LAG: i64 = 5_000;

fn target() -> Target {
    Target {
        id: TargetId(1),
        tenant: TenantId::DEFAULT,
        name: "app".into(),
        version: 1,
        connector: "scim2".into(),
        url: "http://127.0.0.1:1/v2".into(),
        auth: TargetAuth::None,
        allow_private_addresses: true,
        on_deactivate: OnDeactivate::Disable,
        on_delete: OnDelete::Delete,
        concurrency: 8,
        rate: None,
        timeout: 10_000,
        lag: LAG,
        correlate: Correlate::ExternalId,
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

fn ann(active: bool) -> Resource {
    let body = json!({ "userName": "Ann", "active": active, "title": "Engineer" });
    Resource {
        rid: Rid(7),
        uid: Uid("u7".into()),
        tenant: TenantId::DEFAULT,
        kind: Kind::User,
        version: Version::default(),
        active,
        gone: false,
        body: body.as_object().cloned().unwrap(),
        set: None,
        created: NOW,
        changed: NOW,
    }
}

fn link(state: LinkState) -> Link {
    let id = LinkId([1; 16]);
    let mut link = Link::creating(id, TargetId(1), Rid(7), Kind::User, Some("ann".into()));
    link.state = state;
    if state != LinkState::Creating {
        link.remote = Some("r7".into());
        link.sent = digests(&attributes(&ann(true), &[], &target()), id);
    }
    link
}

fn doubtful(state: LinkState, age: i64) -> Link {
    Link { doubt: Some(Doubt { stamp: 3, at: NOW.plus(-age) }), ..link(state) }
}

fn account(link: &Link, active: bool) -> Account {
    Account {
        remote: "r7".into(),
        etag: None,
        correlation: Some(link.id.correlation()),
        active: Some(active),
        attributes: ann(active).body,
    }
}

struct Case {
    target: Target,
    resource: Option<Resource>,
    routed: bool,
    link: Option<Link>,
    query: Query,
    seen: Option<Sight>,
    asked: Time,
    contest: Option<Contest>,
    refused: Option<RefusalKind>,
    owes: Owes,
    unproven: bool,
    wanted: bool,
    basis: Option<Document>,
}

impl Case {
    fn new(resource: Resource, link: Option<Link>) -> Self {
        Self {
            target: target(),
            resource: Some(resource),
            routed: true,
            link,
            query: Query::Remote("r7".into()),
            seen: None,
            asked: NOW,
            contest: None,
            refused: None,
            owes: Owes::NONE,
            unproven: false,
            wanted: false,
            basis: None,
        }
    }

    fn decide(&self) -> Action {
        let rules = TargetRules::compile(&self.target, "default", &Schemas::standard()).unwrap();
        let seen = self.seen.clone().map(|sight| Seen {
            query: self.query.clone(),
            asked: self.asked,
            sight,
            held_by: None,
        });
        let subject = match &self.resource {
            None => Subject::Unheld,
            Some(resource) if resource.gone => Subject::Gone(resource.kind),
            Some(resource) => {
                let scope = if self.routed { Scope::In } else { Scope::Unrouted };
                Subject::Live { resource, scope }
            }
        };
        let frame = Frame {
            now: NOW,
            rules: &rules,
            subject,
            facts: Facts::default(),
            link: self.link.as_ref(),
            owes: self.owes,
            seen: seen.as_ref(),
            rival: self.contest.as_ref(),
            refused: self.refused,
            unproven: self.unproven,
            wanted: self.wanted,
            basis: self.basis.as_ref(),
        };
        // What it comes to is told by the difference; what is wanted is `rules::wanted`'s.
        match super::decide(&frame).action {
            Action::Create(_) => created(),
            Action::Update(_, delta, active) => update(delta, active),
            action => action,
        }
    }
}

fn created() -> Action {
    Action::Create(Box::default())
}

fn update(delta: Delta, active: Option<bool>) -> Action {
    Action::Update(Box::default(), delta, active)
}

fn gone() -> Resource {
    Resource { gone: true, ..ann(true) }
}

#[test]
fn what_is_not_held_here_is_left_alone() {
    let mut case = Case::new(ann(true), Some(link(LinkState::On)));
    case.resource = None;
    assert_eq!(case.decide(), Action::Nothing);
}

#[test]
fn a_new_account_asks_for_its_name_first_and_then_is_created() {
    let mut case = Case::new(ann(true), None);
    assert_eq!(case.decide(), Action::Survey("ann".into()));
    case.contest = Some(Contest::Free);
    assert_eq!(case.decide(), created());
    let by = LinkId([9; 16]);
    case.contest = Some(Contest::Held { by, ring: false, first: false });
    assert_eq!(case.decide(), Action::Wait(by));
}

#[test]
fn nobody_who_is_not_active_gets_an_account() {
    assert_eq!(Case::new(ann(false), None).decide(), Action::Nothing);
}

#[test]
fn only_the_difference_is_sent() {
    assert_eq!(Case::new(ann(true), Some(link(LinkState::On))).decide(), Action::Nothing);
    let mut promoted = ann(true);
    promoted.body.insert("title".into(), json!("Lead"));
    let set = vec![("title".to_owned(), json!("Lead"))];
    let expected = update(Delta { set, clear: vec![] }, None);
    assert_eq!(Case::new(promoted, Some(link(LinkState::On))).decide(), expected);
}

#[test]
fn w19_what_is_not_all_known_leaves_alone_what_it_does_not_change() {
    let case = |title: &str, basis: &str| {
        // `displayName` is what a target does not tell; the title is what is changed.
        let mut known = ann(true);
        known.body.insert("title".into(), json!(title));
        let mut case = Case::new(known.clone(), Some(link(LinkState::On)));
        known.body.insert("title".into(), json!(basis));
        case.basis = Some(known.body);
        case.link.as_mut().unwrap().sent = digests(
            &attributes(&named(ann(true), "Ann I."), &[], &target()),
            link(LinkState::On).id,
        );
        case.decide()
    };
    let set = vec![("title".to_owned(), json!("Lead"))];
    assert_eq!(case("Lead", "Engineer"), update(Delta { set, clear: vec![] }, None));
    assert_eq!(case("Engineer", "Engineer"), Action::Nothing);
}

fn named(mut resource: Resource, display: &str) -> Resource {
    resource.body.insert("displayName".into(), json!(display));
    resource
}

#[test]
fn r11_in_doubt_it_looks_before_anything_else() {
    for resource in [ann(true), ann(false), gone()] {
        let created = Case::new(resource.clone(), Some(doubtful(LinkState::Creating, 0)));
        let correlation = link(LinkState::Creating).id.correlation();
        assert_eq!(created.decide(), Action::Look(Query::Correlation(correlation)));
        let updated = Case::new(resource, Some(doubtful(LinkState::On, 0)));
        assert_eq!(updated.decide(), Action::Look(Query::Remote("r7".into())));
    }
}

#[test]
fn r11_scenario_36_no_absence_is_believed_before_the_lag_has_passed() {
    let mut case = Case::new(ann(true), Some(doubtful(LinkState::Creating, LAG - 1)));
    case.seen = Some(Sight::Absent);
    assert_eq!(case.decide(), Action::Later(NOW.plus(1)));
    case.link = Some(doubtful(LinkState::Creating, LAG));
    assert_eq!(case.decide(), Action::Settled);
}

#[test]
fn r11_an_answer_that_was_long_on_its_way_proves_no_absence() {
    let mut case = Case::new(ann(true), Some(doubtful(LinkState::Creating, LAG)));
    case.seen = Some(Sight::Absent);
    case.asked = NOW.plus(-1);
    assert_eq!(case.decide(), Action::Later(NOW), "it is asked again");
    case.link = Some(doubtful(LinkState::On, LAG));
    assert_eq!(case.decide(), Action::Later(NOW));
}

#[test]
fn r11_scenario_03_a_create_in_doubt_of_somebody_deleted_is_found_and_taken_away() {
    let mut case = Case::new(gone(), Some(doubtful(LinkState::Creating, 0)));
    case.seen = Some(Sight::One(account(&link(LinkState::Creating), true)));
    assert_eq!(case.decide(), Action::Adopt);
    case.link = Some(doubtful(LinkState::On, 0));
    assert_eq!(case.decide(), Action::Delete, "a leaver does not wait for the doubt");
    case.seen = Some(Sight::Absent);
    assert_eq!(case.decide(), Action::Later(NOW.plus(LAG)));
    case.link = Some(doubtful(LinkState::On, LAG));
    assert!(matches!(case.decide(), Action::Close(_)));
}

#[test]
fn r11_a_deletion_is_read_back_and_only_absence_closes_the_link() {
    let mut case = Case::new(gone(), Some(link(LinkState::On)));
    assert_eq!(case.decide(), Action::Delete);
    case.unproven = true;
    assert_eq!(case.decide(), Action::Look(Query::Remote("r7".into())));
    case.seen = Some(Sight::One(account(&link(LinkState::On), true)));
    assert!(matches!(case.decide(), Action::Backoff(_)));
    case.seen = Some(Sight::Absent);
    assert!(matches!(case.decide(), Action::Close(_)));
}

#[test]
fn r11_a_disabling_is_read_back_and_only_an_inactive_account_confirms_it() {
    let mut case = Case::new(ann(false), Some(link(LinkState::On)));
    assert_eq!(case.decide(), Action::Disable);
    case.unproven = true;
    assert_eq!(case.decide(), Action::Look(Query::Remote("r7".into())));
    case.seen = Some(Sight::One(account(&link(LinkState::On), true)));
    assert!(matches!(case.decide(), Action::Backoff(_)));
    case.seen = Some(Sight::One(account(&link(LinkState::On), false)));
    assert_eq!(case.decide(), Action::Disabled);
}

#[test]
fn r9_scenario_07_an_owed_disable_comes_before_the_enable() {
    let mut case = Case::new(ann(true), Some(link(LinkState::On)));
    case.owes = Owes::DISABLE;
    assert_eq!(case.decide(), Action::Disable);
    case.owes = Owes::NONE;
    case.link = Some(link(LinkState::Off));
    assert_eq!(case.decide(), update(Delta::default(), Some(true)));
}

#[test]
fn r10_a_leaver_needs_no_name_and_no_attribute() {
    let mut nameless = ann(false);
    nameless.body.clear();
    assert_eq!(Case::new(nameless, Some(link(LinkState::On))).decide(), Action::Disable);
}

#[test]
fn w18_policies_on_deactivation_and_deletion_are_kept() {
    let check = |deactivate, delete, resource: Resource, expected: Action| {
        let mut case = Case::new(resource, Some(link(LinkState::On)));
        case.target.on_deactivate = deactivate;
        case.target.on_delete = delete;
        assert_eq!(case.decide(), expected);
    };
    check(OnDeactivate::Delete, OnDelete::Keep, ann(false), Action::Delete);
    check(OnDeactivate::Keep, OnDelete::Delete, ann(false), Action::Nothing);
    check(OnDeactivate::Disable, OnDelete::Disable, gone(), Action::Disable);
    check(
        OnDeactivate::Disable,
        OnDelete::Keep,
        gone(),
        Action::Close("kept there by policy".into()),
    );
}

#[test]
fn w20_who_is_no_longer_routed_here_leaves() {
    let mut case = Case::new(ann(true), Some(link(LinkState::On)));
    case.routed = false;
    assert_eq!(case.decide(), Action::Delete);
}

#[test]
fn an_unknown_id_is_looked_at_before_the_link_is_closed() {
    let mut case = Case::new(ann(true), Some(link(LinkState::On)));
    case.refused = Some(RefusalKind::NotFound);
    assert_eq!(case.decide(), Action::Look(Query::Remote("r7".into())));
    case.seen = Some(Sight::Absent);
    assert!(matches!(case.decide(), Action::Close(_)));
    case.link.as_mut().unwrap().confirmed = Some(NOW);
    assert_eq!(case.decide(), Action::Later(NOW.plus(LAG)), "younger than the lag");
}

#[test]
fn r11_on_exists_only_our_own_correlation_is_adopted() {
    let mut case = Case::new(ann(true), Some(link(LinkState::Creating)));
    case.refused = Some(RefusalKind::Exists);
    assert!(matches!(case.decide(), Action::Look(Query::Correlation(_))));
    case.seen = Some(Sight::One(account(&link(LinkState::Creating), true)));
    assert_eq!(case.decide(), Action::Adopt);
    let stranger =
        Account { correlation: Some("x".into()), ..account(&link(LinkState::Creating), true) };
    case.seen = Some(Sight::One(stranger));
    assert!(matches!(case.decide(), Action::Park("taken", _)));
}

#[test]
fn where_accounts_are_recognised_by_name_it_looks_before_it_creates() {
    let mut case = Case::new(ann(true), None);
    case.target.correlate = Correlate::UserName;
    case.contest = Some(Contest::Free);
    assert_eq!(case.decide(), Action::Look(Query::Key("Ann".into())));
    case.query = Query::Key("Ann".into());
    case.seen = Some(Sight::Absent);
    assert_eq!(case.decide(), created());
    case.seen = Some(Sight::One(account(&link(LinkState::Creating), true)));
    assert_eq!(case.decide(), Action::Adopt);
    case.link = Some(doubtful(LinkState::Creating, 0));
    case.seen = None;
    assert_eq!(case.decide(), Action::Look(Query::Key("ann".into())));
}

#[test]
fn scenario_05_the_smallest_link_of_a_ring_steps_aside() {
    let mut renamed = ann(true);
    renamed.body.insert("userName".into(), json!("Bob"));
    let mut case = Case::new(renamed, Some(link(LinkState::On)));
    assert_eq!(case.decide(), Action::Survey("bob".into()));
    let by = LinkId([9; 16]);
    case.contest = Some(Contest::Held { by, ring: true, first: true });
    assert_eq!(case.decide(), Action::Rename("moving-010101010101.ann".into()));
    case.contest = Some(Contest::Held { by, ring: true, first: false });
    assert_eq!(case.decide(), Action::Wait(by));
}

#[test]
fn r9_scenario_04_a_disabled_leaver_gives_its_name_up_once() {
    let mut case = Case::new(gone(), Some(link(LinkState::Off)));
    case.target.on_delete = OnDelete::Disable;
    assert_eq!(case.decide(), Action::Nothing);
    case.wanted = true;
    let aside = "left-010101010101.ann".to_owned();
    assert_eq!(case.decide(), Action::Rename(aside.clone()));
    case.link.as_mut().unwrap().key = Some(aside);
    assert_eq!(case.decide(), Action::Nothing);
}

#[test]
fn r11_never_a_create_while_in_doubt() {
    let sights = [None, Some(Sight::Absent), Some(Sight::Many)];
    for age in [0, LAG - 1, LAG, 10 * LAG] {
        for sight in &sights {
            let mut case = Case::new(ann(true), Some(doubtful(LinkState::Creating, age)));
            case.seen.clone_from(sight);
            case.contest = Some(Contest::Free);
            assert_ne!(case.decide(), created());
        }
    }
}
