//! The rows, and the indexes that are kept with them.

use std::collections::{BTreeMap, BTreeSet};

use sutler_model::administrator::AdminToken;
use sutler_model::audit::Entry;
use sutler_model::change::Flags;
use sutler_model::change::{Columns, IndexRow, Name, Reference};
use sutler_model::delivery::Delivery;
use sutler_model::estate::{Estate, Token};
use sutler_model::link::Link;
use sutler_model::pause::Pause;
use sutler_model::port::Quarantine;
use sutler_model::report::Report;
use sutler_model::resource::{Origins, Resource};
use sutler_model::work::{Edge, EdgeMarking, Lane, Marking, OutboxRow, Part, Sweep, Work};
use sutler_model::{Kind, LinkId, NodeId, Rid, Seq, SetId, SweepId, TargetId, TenantId, Time};

use sutler_engine::transition;

use super::events::EventRows;
use super::notices::NoticeRows;

/// A resource with all that is stored beside its body.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) resource: Resource,
    pub(crate) origins: Origins,
    pub(crate) names: Vec<Name>,
    pub(crate) columns: Columns,
    pub(crate) refs: Vec<Reference>,
    pub(crate) index: Vec<IndexRow>,
    pub(crate) password: Option<String>,
    /// It is passed through: its names are digests, and it has no body.
    pub(crate) passed: bool,
}

impl Stored {
    /// A resource without anything beside it.
    pub(crate) fn new(resource: Resource) -> Self {
        Self {
            resource,
            origins: vec![],
            names: vec![],
            columns: Columns::default(),
            refs: vec![],
            index: vec![],
            password: None,
            passed: false,
        }
    }
}

/// Everything. Work and links are changed only through `put_work`, `drop_work` and `put_link`.
pub(crate) struct State {
    counter: i64,
    pub(crate) resources: BTreeMap<Rid, Stored>,
    pub(crate) uids: BTreeMap<(TenantId, String), Rid>,
    pub(crate) names: BTreeMap<(TenantId, Kind, String, String), Rid>,
    pub(crate) members: BTreeMap<SetId, BTreeSet<Rid>>,
    pub(crate) sets_of: BTreeMap<Rid, BTreeSet<SetId>>,
    pub(crate) group_of: BTreeMap<SetId, Rid>,
    pub(crate) outbox: BTreeMap<(Seq, i64), OutboxRow>,
    work: BTreeMap<(TargetId, Rid), Work>,
    due: BTreeSet<(TargetId, Lane, Time, Rid)>,
    waiting: BTreeMap<LinkId, BTreeSet<(TargetId, Rid)>>,
    pub(crate) edges: BTreeMap<(TargetId, Rid, Rid), Edge>,
    links: BTreeMap<LinkId, Link>,
    open: BTreeMap<(TargetId, Rid), LinkId>,
    remotes: BTreeMap<(TargetId, Kind, String), LinkId>,
    keys: BTreeSet<(TargetId, Kind, String, LinkId)>,
    pub(crate) sweeps: BTreeMap<SweepId, Sweep>,
    pub(crate) nodes: BTreeMap<NodeId, (i64, bool)>,
    pub(crate) quarantine: BTreeMap<TargetId, Quarantine>,
    pub(crate) pauses: BTreeMap<TargetId, Pause>,
    pub(crate) estate: Estate,
    pub(crate) tokens: BTreeMap<String, Token>,
    pub(crate) deliveries: BTreeMap<i64, Delivery>,
    pub(crate) events: EventRows,
    pub(crate) reports: BTreeMap<String, (Report, Vec<serde_json::Value>)>,
    pub(crate) administrators: Vec<AdminToken>,
    pub(crate) trail: Vec<Entry>,
    pub(crate) notices: NoticeRows,
    pub(crate) guard: super::guard::GuardRows,
    pub(crate) intents: super::intents::IntentRows,
}

impl Default for State {
    fn default() -> Self {
        Self {
            counter: 0,
            resources: BTreeMap::new(),
            uids: BTreeMap::new(),
            names: BTreeMap::new(),
            members: BTreeMap::new(),
            sets_of: BTreeMap::new(),
            group_of: BTreeMap::new(),
            outbox: BTreeMap::new(),
            work: BTreeMap::new(),
            due: BTreeSet::new(),
            waiting: BTreeMap::new(),
            edges: BTreeMap::new(),
            links: BTreeMap::new(),
            open: BTreeMap::new(),
            remotes: BTreeMap::new(),
            keys: BTreeSet::new(),
            reports: BTreeMap::new(),
            sweeps: BTreeMap::new(),
            nodes: BTreeMap::new(),
            quarantine: BTreeMap::new(),
            pauses: BTreeMap::new(),
            estate: Estate {
                version: 1,
                tenants: vec![(TenantId::DEFAULT, "default".to_owned())],
                ..Estate::default()
            },
            tokens: BTreeMap::new(),
            deliveries: BTreeMap::new(),
            events: EventRows::default(),
            administrators: Vec::new(),
            trail: Vec::new(),
            notices: NoticeRows::default(),
            guard: super::guard::GuardRows::default(),
            intents: super::intents::IntentRows::default(),
        }
    }
}

impl State {
    /// The next number: ids, fences and stamps come from one counter.
    pub(crate) fn next(&mut self) -> i64 {
        self.counter += 1;
        self.counter
    }

    /// A live resource that is held here.
    pub(crate) fn live(&self, tenant: TenantId, rid: Rid) -> Option<&Stored> {
        self.any_live(tenant, rid).filter(|stored| !stored.passed)
    }

    /// A live resource that is passed through.
    pub(crate) fn passed(&self, tenant: TenantId, rid: Rid) -> Option<&Stored> {
        self.any_live(tenant, rid).filter(|stored| stored.passed)
    }

    pub(crate) fn any_live(&self, tenant: TenantId, rid: Rid) -> Option<&Stored> {
        self.resources.get(&rid).filter(|r| r.resource.tenant == tenant && !r.resource.gone)
    }

    pub(crate) fn work(&self, target: TargetId, rid: Rid) -> Option<&Work> {
        self.work.get(&(target, rid))
    }

    pub(crate) fn all_work(&self) -> impl Iterator<Item = &Work> {
        self.work.values()
    }

    pub(crate) fn put_work(&mut self, work: Work) {
        self.drop_work(work.target, work.rid);
        if let Some(due) = work.due {
            self.due.insert((work.target, work.lane, due, work.rid));
        }
        if let Some(wait) = work.wait {
            let waiters = self.waiting.entry(wait).or_default();
            waiters.insert((work.target, work.rid));
        }
        self.work.insert((work.target, work.rid), work);
    }

    pub(crate) fn drop_work(&mut self, target: TargetId, rid: Rid) {
        let Some(old) = self.work.remove(&(target, rid)) else {
            return;
        };
        if let Some(due) = old.due {
            self.due.remove(&(target, old.lane, due, rid));
        }
        if let Some(waiters) = old.wait.and_then(|wait| self.waiting.get_mut(&wait)) {
            waiters.remove(&(target, rid));
        }
    }

    /// Due rows of one target and lane, earliest first.
    pub(crate) fn queue(&self, target: TargetId, lane: Lane) -> impl Iterator<Item = (Time, Rid)> {
        let from = (target, lane, Time(i64::MIN), Rid(i64::MIN));
        let to = (target, lane, Time(i64::MAX), Rid(i64::MAX));
        self.due.range(from..=to).map(|(_, _, due, rid)| (*due, *rid))
    }

    pub(crate) fn waiters(&self, link: LinkId) -> Vec<(TargetId, Rid)> {
        self.waiting.get(&link).map(|set| set.iter().copied().collect()).unwrap_or_default()
    }

    pub(crate) fn mark(&mut self, marking: &Marking) {
        let row = self.work.get(&(marking.target, marking.rid)).cloned();
        self.put_work(transition::mark(row, marking));
    }

    pub(crate) fn mark_edge(&mut self, marking: &EdgeMarking) {
        let key = (marking.target, marking.group, marking.member);
        let row = self.edges.get(&key).copied();
        self.edges.insert(key, transition::mark_edge(row, marking));
    }

    pub(crate) fn edges_of(&self, target: TargetId, group: Rid) -> impl Iterator<Item = &Edge> {
        let from = (target, group, Rid(i64::MIN));
        let to = (target, group, Rid(i64::MAX));
        self.edges.range(from..=to).map(|(_, edge)| edge)
    }

    pub(crate) fn links(&self) -> impl Iterator<Item = &Link> {
        self.links.values()
    }

    /// How many links there are, closed ones too.
    pub(crate) fn links_number(&self) -> usize {
        self.links.len()
    }

    pub(crate) fn link(&self, id: LinkId) -> Option<&Link> {
        self.links.get(&id)
    }

    pub(crate) fn open_link(&self, target: TargetId, rid: Rid) -> Option<&Link> {
        self.open.get(&(target, rid)).and_then(|id| self.links.get(id))
    }

    /// The open links of a target, in the order of their resources.
    pub(crate) fn open_links(&self, target: TargetId) -> impl Iterator<Item = &Link> {
        self.open
            .range((target, Rid(i64::MIN))..=(target, Rid(i64::MAX)))
            .filter_map(|(_, id)| self.links.get(id))
    }

    /// Why a link cannot be stored beside the others, if it cannot.
    pub(crate) fn link_conflict(&self, link: &Link) -> Option<String> {
        if !link.is_open() {
            return None;
        }
        if self.open_link(link.target, link.rid).is_some_and(|other| other.id != link.id) {
            return Some("the pair has another open link".to_owned());
        }
        let remote = link.remote.as_deref()?;
        self.by_remote(link.target, link.kind, remote)
            .is_some_and(|other| other.id != link.id)
            .then(|| "the account is held by another open link".to_owned())
    }

    pub(crate) fn by_remote(&self, target: TargetId, kind: Kind, remote: &str) -> Option<&Link> {
        let id = self.remotes.get(&(target, kind, remote.to_owned()))?;
        self.links.get(id)
    }

    /// The open links that hold this folded name.
    pub(crate) fn holders(
        &self,
        target: TargetId,
        kind: Kind,
        key: &str,
    ) -> impl Iterator<Item = &Link> {
        let from = (target, kind, key.to_owned(), LinkId([0; 16]));
        let to = (target, kind, key.to_owned(), LinkId([255; 16]));
        self.keys.range(from..=to).filter_map(|(_, _, _, id)| self.links.get(id))
    }

    pub(crate) fn put_link(&mut self, link: Link) {
        if let Some(old) = self.links.remove(&link.id).filter(Link::is_open) {
            self.open.remove(&(old.target, old.rid));
            if let Some(remote) = old.remote {
                self.remotes.remove(&(old.target, old.kind, remote));
            }
            if let Some(key) = old.key {
                self.keys.remove(&(old.target, old.kind, key, old.id));
            }
        }
        if link.is_open() {
            self.open.insert((link.target, link.rid), link.id);
            if let Some(remote) = link.remote.clone() {
                self.remotes.insert((link.target, link.kind, remote), link.id);
            }
            if let Some(key) = link.key.clone() {
                self.keys.insert((link.target, link.kind, key, link.id));
            }
        }
        self.links.insert(link.id, link);
    }

    /// A new set for the members of a group.
    pub(crate) fn new_set(&mut self, group: Rid) -> SetId {
        let set = SetId(self.next());
        self.members.insert(set, BTreeSet::new());
        self.group_of.insert(set, group);
        set
    }

    pub(crate) fn join(&mut self, set: SetId, member: Rid) {
        self.members.entry(set).or_default().insert(member);
        self.sets_of.entry(member).or_default().insert(set);
    }

    pub(crate) fn leave(&mut self, set: SetId, member: Rid) {
        if let Some(members) = self.members.get_mut(&set) {
            members.remove(&member);
        }
        if let Some(sets) = self.sets_of.get_mut(&member) {
            sets.remove(&set);
        }
    }

    /// The groups whose current set has this member, in order.
    pub(crate) fn groups_of(&self, member: Rid) -> Vec<Rid> {
        let mut groups: Vec<Rid> = self
            .sets_of
            .get(&member)
            .into_iter()
            .flatten()
            .filter_map(|set| self.group_of.get(set).copied())
            .collect();
        groups.sort();
        groups
    }

    /// Live resources that refer to this one, in order.
    pub(crate) fn referrers(&self, other: Rid) -> Vec<Rid> {
        self.resources
            .values()
            .filter(|r| !r.resource.gone && r.refs.iter().any(|f| f.other == other))
            .map(|r| r.resource.rid)
            .collect()
    }

    pub(crate) fn put_outbox(
        &mut self,
        at: (Seq, i64, Time),
        whose: (TenantId, Rid, Kind),
        part: Part,
        flags: Flags,
    ) {
        let row = OutboxRow {
            seq: at.0,
            n: at.1,
            at: at.2,
            tenant: whose.0,
            rid: whose.1,
            kind: whose.2,
            part,
            flags,
        };
        self.outbox.insert((row.seq, row.n), row);
    }
}
