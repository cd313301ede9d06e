//! Ledger, target, engine and time together, and the question whether all is well.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use sutler_engine::desired::{digests, flatten};
use sutler_engine::outbound::{Options, Outbound, start};
use sutler_engine::reconcile::Comparing;
use sutler_engine::{EstateView, Ports, Pulse};
use sutler_model::change::{Action, CommitError, Committed, Flags};
use sutler_model::estate::{Estate, EstateEdit, Target};
use sutler_model::link::{Link, LinkState};
use sutler_model::port::{Clock, Directory, Overview, Registry};
use sutler_model::resource::Resource;
use sutler_model::{Kind, LinkId, Rid, ServiceProviderId, TargetId, Time, WaveId};

use super::judge::{Case, Told, name_of};
use super::watch::Watch;
use super::{Executor, Node, NodeNumber, Plant, Sabotage, SimLedger, SimTarget, SimTargets};
use crate::memory::State;
use crate::{MemoryLedger, build};

/// How long a created account may stay invisible, and an answer may come late.
const LAG: i64 = 5_000;

type Slot = Arc<Mutex<Option<Arc<Outbound>>>>;

pub(super) struct Running {
    pub(super) ports: Ports,
    outbound: Slot,
}

/// A simulated installation: one service provider, one target or more, some nodes.
pub struct World {
    /// Runs everything.
    pub executor: Executor,
    /// The store, which survives every crash.
    pub ledger: Arc<MemoryLedger>,
    /// The fake target; of several, the first.
    pub target: SimTarget,
    targets: SimTargets,
    seed: u64,
    pub(super) plant: Plant,
    pub(super) watch: Watch,
    /// Waves that a person has rejected, with their pairs, while that is carried out.
    pub(super) rejecting: Vec<(WaveId, Vec<(TargetId, Rid)>)>,
    /// The title that a target's filter leaves out.
    pub(super) without: BTreeMap<String, String>,
    store_faults: usize,
    provider: ServiceProviderId,
    /// The clock of the node that started last.
    clock: Arc<Node>,
    pub(super) nodes: BTreeMap<NodeNumber, Running>,
    counter: NodeNumber,
    uids: usize,
    /// What was committed, and when.
    pub(super) told: Vec<Told>,
}

impl World {
    /// A world without bugs.
    pub fn new(seed: u64) -> Self {
        Self::planted(seed, Plant::None, Sabotage::None, 0)
    }

    /// A world with a bug in it, and a store that fails in so many of a hundred calls.
    pub fn planted(seed: u64, plant: Plant, sabotage: Sabotage, store_faults: usize) -> Self {
        Self::with_target(seed, plant, sabotage, store_faults, target())
    }

    /// A world whose target has these settings.
    pub fn with_target(
        seed: u64,
        plant: Plant,
        sabotage: Sabotage,
        store_faults: usize,
        settings: Target,
    ) -> Self {
        Self::with_targets(seed, plant, sabotage, store_faults, vec![settings])
    }

    /// A world with several targets.
    pub fn with_targets(
        seed: u64,
        plant: Plant,
        sabotage: Sabotage,
        store_faults: usize,
        settings: Vec<Target>,
    ) -> Self {
        let executor = Executor::new(seed);
        let names: Vec<String> = settings.iter().map(|target| target.name.clone()).collect();
        let routed: Vec<&str> = names.iter().map(String::as_str).collect();
        let fake = || SimTarget::new(executor.clone(), LAG, sabotage);
        let targets = SimTargets::new(names.iter().map(|name| (name.clone(), fake())).collect());
        let ledger = Arc::new(MemoryLedger::new());
        let edit = EstateEdit {
            expect: 1,
            service_providers: vec![("default".to_owned(), build::provider("hr", &routed))],
            targets: settings.into_iter().map(|one| ("default".to_owned(), one)).collect(),
            ..EstateEdit::default()
        };
        let estate = ledger.edit_estate(edit, Time(0)).now_or_never().unwrap().unwrap();
        let watch = Watch::new(Arc::clone(&ledger), targets.clone());
        watch.edited(&estate);
        Self {
            watch,
            rejecting: vec![],
            without: BTreeMap::new(),
            target: targets.named(&names[0]),
            targets,
            clock: executor.node(0, Time(0)),
            executor,
            ledger,
            seed,
            plant,
            store_faults,
            provider: estate.service_providers[0].id,
            nodes: BTreeMap::new(),
            counter: 0,
            uids: 0,
            told: vec![],
        }
    }

    /// Starts a node. `single` declares all others dead, as the lock of a data directory does.
    pub fn start(&mut self, single: bool) -> NodeNumber {
        self.counter += 1;
        let number = self.counter;
        let node = self.executor.node(number, self.ledger.latest());
        self.clock = node.clone();
        let faults = self.store_faults;
        let (inner, executor) = (Arc::clone(&self.ledger), self.executor.clone());
        let ledger = SimLedger::new(inner, executor, self.watch.clone(), self.plant, faults);
        let ports = Ports {
            ledger: Arc::new(ledger),
            connectors: Arc::new(self.targets.clone()),
            clock: node.clone(),
            random: node.clone(),
            runtime: node,
            pulse: Arc::new(Pulse::default()),
            estate: Arc::new(EstateView::default()),
            comparing: Arc::new(Comparing::default()),
            gates: Arc::default(),
            sealer: Arc::new(crate::PlainSealer),
            hiding: Arc::new(crate::PlainHiding),
        };
        let executor = self.executor.clone();
        let outbound = Slot::default();
        let running = Running { ports: ports.clone(), outbound: Arc::clone(&outbound) };
        let kept = outbound;
        let task = async move {
            // A start that the store refuses is tried again, as a supervisor would.
            loop {
                match start(ports.clone(), Options { single_node: single, ..Options::default() })
                    .await
                {
                    Ok(outbound) => {
                        let mut slot = kept.lock().unwrap_or_else(PoisonError::into_inner);
                        break *slot = Some(Arc::new(outbound));
                    }
                    Err(_) => executor.sleep(500).await,
                }
            }
        };
        self.executor.spawn(number, Box::pin(task));
        self.nodes.insert(number, running);
        number
    }

    /// Kills a node where it stands.
    pub fn crash(&mut self, node: NodeNumber) {
        self.executor.crash(node);
        self.nodes.remove(&node);
    }

    /// The ports of the node that started last.
    pub fn ports(&self) -> &Ports {
        &self.nodes.values().next_back().unwrap().ports
    }

    /// The service provider that brings everybody.
    pub fn provider(&self) -> ServiceProviderId {
        self.provider
    }

    /// What is stored, without the faults of a node.
    pub fn ledger(&self) -> &Arc<MemoryLedger> {
        &self.ledger
    }

    /// Ends a node as SIGTERM does.
    pub fn stop(&mut self, node: NodeNumber) {
        let running = self.nodes.remove(&node).unwrap();
        let outbound = running.outbound.lock().unwrap_or_else(PoisonError::into_inner).take();
        let outbound = outbound.unwrap();
        self.executor.block_on(async move { outbound.stop().await });
        self.executor.crash(node);
    }

    /// Users that were provisioned long ago: resources, links and accounts, and nothing to do.
    pub fn populate(&mut self, number: usize) -> Vec<Rid> {
        let people: Vec<Rid> = (0..number).map(|n| self.user(&format!("user{n}"))).collect();
        self.ledger.state().outbox.clear();
        let estate = self.ledger.estate().now_or_never().unwrap().unwrap();
        for target in &estate.targets {
            for rid in &people {
                self.link(target, *rid);
            }
        }
        people
    }

    /// An account that was made long ago, and the link to it.
    fn link(&self, target: &Target, rid: Rid) {
        let mut state = self.ledger.state();
        let number = i128::from(target.id.0) << 64 | i128::from(rid.0);
        let id = LinkId(number.to_be_bytes());
        let resource = &state.resources[&rid].resource;
        let (name, attributes) = (name_of(resource), flatten(&resource.body));
        let there = self.targets.named(&target.name);
        let mut link = Link::creating(id, target.id, rid, Kind::User, Some(name.clone()));
        link.state = LinkState::On;
        link.sent = digests(&attributes, id);
        link.remote = Some(there.plant_account(Kind::User, &name, &id.correlation()));
        link.confirmed = Some(self.executor.now());
        state.put_link(link);
    }

    /// The fake target of this name.
    pub fn target_named(&self, name: &str) -> SimTarget {
        self.targets.named(name)
    }

    /// Commits a change as the service provider, by way of the node that started last, and
    /// tells the nodes.
    pub fn commit(&mut self, action: Action) -> Result<Committed, CommitError> {
        let at = self.executor.now();
        let (leaves, deletes) = match &action {
            Action::Update { flags, .. } => (flags.has(Flags::DISABLED), false),
            Action::Delete { .. } => (true, true),
            Action::Create { .. } => (false, false),
        };
        let change = build::change(self.provider, self.clock.now(), action);
        let answer = self.ledger.commit(change).now_or_never().unwrap()?;
        if answer.changed {
            self.told.push(Told { rid: answer.rid, at, leaves, deletes });
        }
        self.notify();
        Ok(answer)
    }

    /// Creates a user.
    pub fn user(&mut self, name: &str) -> Rid {
        self.create(Kind::User, name, &[]).unwrap()
    }

    /// Creates a group.
    pub fn group(&mut self, name: &str, members: &[Rid]) -> Rid {
        self.create(Kind::Group, name, members).unwrap()
    }

    /// Creates a user or a group; `None` if the name is taken.
    pub fn create(&mut self, kind: Kind, name: &str, members: &[Rid]) -> Option<Rid> {
        self.uids += 1;
        let uid = format!("u{}", self.uids);
        let content = match kind {
            Kind::User => build::user(name),
            Kind::Group => build::group(name),
        };
        self.commit(build::create(kind, &uid, content, members)).ok().map(|done| done.rid)
    }

    /// The resource as stored, live or a tombstone.
    pub fn resource(&self, rid: Rid) -> Option<Resource> {
        self.ledger.state().resources.get(&rid).map(|stored| stored.resource.clone())
    }

    /// Activates or deactivates a user.
    pub fn set_active(&mut self, rid: Rid, active: bool) {
        let Some(resource) = self.resource(rid).filter(|r| !r.gone) else { return };
        let name = name_of(&resource);
        let flags = if resource.active && !active { Flags::DISABLED } else { Flags::default() };
        let mut content = build::active(build::user(&name), active);
        if let Some(title) = resource.body.get("title") {
            content.body.insert("title".to_owned(), title.clone());
        }
        self.commit(build::replace(rid, content, flags)).unwrap();
    }

    /// Renames a user or a group; false if the name is taken.
    pub fn rename(&mut self, rid: Rid, name: &str) -> bool {
        let Some(resource) = self.resource(rid).filter(|r| !r.gone) else { return false };
        let content = match resource.kind {
            Kind::User => build::active(build::user(name), resource.active),
            Kind::Group => build::group(name),
        };
        self.commit(build::replace(rid, content, Flags::default())).is_ok()
    }

    /// Gives a user a title.
    pub fn entitle(&mut self, rid: Rid, title: &str) {
        let Some(resource) = self.resource(rid).filter(|r| !r.gone) else { return };
        let content = build::active(build::user(&name_of(&resource)), resource.active);
        let content = build::with(content, "title", title);
        self.commit(build::replace(rid, content, Flags::default())).unwrap();
    }

    /// Deletes a resource.
    pub fn delete(&mut self, rid: Rid) {
        self.commit(build::delete(rid)).unwrap();
    }

    /// Edits the estate, and tells the nodes.
    pub fn edit(&mut self, edit: EstateEdit) -> Estate {
        let expect = self.ledger.estate().now_or_never().unwrap().unwrap().version;
        let edit = EstateEdit { expect, ..edit };
        let estate = self.ledger.edit_estate(edit, self.executor.now());
        let estate = estate.now_or_never().unwrap().unwrap();
        self.watch.edited(&estate);
        self.notify();
        estate
    }

    pub(super) fn notify(&self) {
        for running in self.nodes.values() {
            running.ports.pulse.notify();
        }
    }

    /// Pending and failed pairs of a target.
    pub fn waiting_at(&self, name: &str) -> (u64, u64) {
        let status = self.ledger.status(self.executor.now()).now_or_never().unwrap().unwrap();
        let of = status.iter().find(|status| status.name == name).unwrap();
        (of.pending, of.failed)
    }

    /// Pending and failed pairs of all targets.
    pub fn waiting(&self) -> (u64, u64) {
        let status = self.ledger.status(self.executor.now()).now_or_never().unwrap().unwrap();
        let both = status.iter().map(|status| (status.pending, status.failed));
        both.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    }

    /// Runs until nothing is pending, and says whether that came about within `minutes`.
    pub fn settle(&self, minutes: i64) -> bool {
        let until = self.executor.now().0 + minutes * 60_000;
        while !self.is_at_rest() {
            if self.executor.now().0 >= until {
                return false;
            }
            self.executor.run_for(if self.targets.len() > 1 { 1_000 } else { 250 });
        }
        true
    }

    /// What was seen to be wrong at any moment until now.
    pub fn watched(&self) -> Vec<String> {
        self.watch.complaints()
    }

    /// Why all is not well, in words; empty if it is.
    pub fn complaints(&self) -> Vec<String> {
        let mut found = vec![];
        let (pending, failed) = self.waiting();
        if pending > 0 && !self.is_at_rest() {
            found.push(format!("{pending} pairs are pending, {failed} have failed"));
        }
        let estate = self.ledger.estate().now_or_never().unwrap().unwrap();
        for target in &estate.targets {
            let (state, fake) = (self.ledger.state(), self.targets.named(&target.name));
            found.extend(self.case(&state, target, &fake).judge());
        }
        found.extend(self.watch.complaints());
        found
    }

    fn case<'a>(&'a self, state: &'a State, target: &'a Target, fake: &'a SimTarget) -> Case<'a> {
        Case {
            state,
            target,
            fake,
            watch: &self.watch,
            told: &self.told,
            without: self.without.get(&target.name).map(String::as_str),
        }
    }

    /// True if nothing is left to do but what is a person's business.
    fn is_at_rest(&self) -> bool {
        if !self.ledger.state().outbox.is_empty() {
            return false;
        }
        let rests = |target: &Target| {
            let (state, fake) = (self.ledger.state(), self.targets.named(&target.name));
            self.case(&state, target, &fake).is_at_rest()
        };
        self.waiting().0 == 0 || self.targets.len() > 1 && self.estate().targets.iter().all(rests)
    }

    /// How many accounts of the first target were ever disabled or deleted.
    pub fn lost(&self) -> usize {
        self.target.taken()
    }

    /// Fails the test if all is not well.
    pub fn assert_well(&self) {
        let complaints = self.complaints();
        assert!(complaints.is_empty(), "seed {}: {}", self.seed, complaints.join("; "));
    }
}

pub(super) fn target() -> Target {
    Target { lag: LAG, timeout: 10_000, ..build::target("app") }
}
