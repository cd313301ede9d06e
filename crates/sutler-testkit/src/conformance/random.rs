//! Random operations on two ledgers, compared.
//!
//! What may differ between ledgers (keys, fences, stamps, marks) is translated or left out;
//! everything else that can be observed must be equal after every step.

use std::collections::BTreeMap;

use sutler_model::change::{CommitError, Flags, MemberStep};
use sutler_model::estate::EstateEdit;
use sutler_model::link::{Doubt, Link, LinkState};
use sutler_model::port::{
    Again, Claim, Ledger, Next, Reads, Settle, Settled, SpreadCommit, SubjectView, SweepItem,
};
use sutler_model::query::{Search, Start};
use sutler_model::schema::Schemas;
use sutler_model::work::{EdgeMarking, Lane, Marking, Over, Owes, Part, Sweep, Work};
use sutler_model::{Kind, LinkId, NodeId, Rid, ServiceProviderId, TargetId, TenantId, Time};

use super::operation::{NAMES, Operation};
use crate::{Dice, build};

/// Applies `steps` random operations from `seed` to both, and compares all that they answer.
pub async fn random_operations(seed: u64, steps: usize, one: &dyn Ledger, other: &dyn Ledger) {
    let mut dice = Dice::new(seed);
    let mut sides = [Side::new(one).await, Side::new(other).await];
    for step in 0..steps {
        let now = i64::try_from(step).unwrap_or_default() * 10;
        let operation = Operation::draw(&mut dice, sides[0].rids.len(), sides[0].taken.len());
        let mut answers = Vec::new();
        for side in &mut sides {
            answers.push(side.apply(&operation, Time(now)).await);
        }
        let note = format!("seed {seed}, step {step}, {operation:?}");
        assert_eq!(answers[0], answers[1], "answers differ: {note}");
        let mut views = Vec::new();
        for side in &sides {
            views.push(side.observe(Time(now)).await);
        }
        for (mine, theirs) in views[0].iter().zip(&views[1]) {
            assert_eq!(mine, theirs, "states differ: {note}");
        }
        assert_eq!(views[0].len(), views[1].len(), "states differ: {note}");
    }
}

/// One of the two ledgers, with its own keys by order of creation.
struct Side<'a> {
    ledger: &'a dyn Ledger,
    hr: ServiceProviderId,
    app: TargetId,
    node: NodeId,
    rids: Vec<Rid>,
    kinds: Vec<Kind>,
    taken: Vec<Work>,
    links: u128,
}

impl<'a> Side<'a> {
    async fn new(ledger: &'a dyn Ledger) -> Self {
        let edit = EstateEdit {
            expect: ledger.estate().await.unwrap().version,
            service_providers: vec![("default".to_owned(), build::provider("hr", &["app"]))],
            targets: vec![("default".to_owned(), build::target("app"))],
            ..EstateEdit::default()
        };
        let estate = ledger.edit_estate(edit, Time(0)).await.unwrap();
        Self {
            ledger,
            hr: estate.service_providers[0].id,
            app: estate.targets[0].id,
            node: ledger.node_start(Time(0)).await.unwrap(),
            rids: vec![],
            kinds: vec![],
            taken: vec![],
            links: 0,
        }
    }

    fn rid(&self, place: usize) -> Rid {
        self.rids.get(place).copied().unwrap_or(Rid(987_654_321))
    }

    fn place(&self, rid: Rid) -> Option<usize> {
        self.rids.iter().position(|known| *known == rid)
    }

    async fn apply(&mut self, operation: &Operation, now: Time) -> String {
        match operation {
            Operation::Create { kind, name, members } => {
                let uid = format!("u{}", self.rids.len());
                let content = Self::content(*kind, NAMES[*name]);
                let members: Vec<Rid> = members.iter().map(|m| self.rid(*m)).collect();
                let action = build::create(*kind, &uid, content, &members);
                let answer = self.commit(action, now).await;
                if let Ok(committed) = &answer {
                    self.rids.push(committed.rid);
                    self.kinds.push(*kind);
                }
                self.told(answer)
            }
            Operation::Rename { which, name, active } => {
                let content = Self::content(self.kind(*which), NAMES[*name]);
                let content = match self.kind(*which) {
                    Kind::User => build::active(content, *active),
                    Kind::Group => content,
                };
                let flags = if *active { Flags::default() } else { Flags::DISABLED };
                let action = build::replace(self.rid(*which), content, flags);
                let answer = self.commit(action, now).await;
                self.told(answer)
            }
            Operation::Title { which, title } => {
                let name = format!("t{which}");
                let content = Self::content(self.kind(*which), &name);
                let content = build::with(content, "title", &title.to_string());
                let action = build::replace(self.rid(*which), content, Flags::default());
                let answer = self.commit(action, now).await;
                self.told(answer)
            }
            Operation::Members { group, steps } => {
                if self.kind(*group) == Kind::User {
                    return String::new();
                }
                let step = |(verb, of): &(usize, Vec<usize>)| {
                    let of = of.iter().map(|m| self.rid(*m)).collect();
                    match verb {
                        0 => MemberStep::Add(of),
                        1 => MemberStep::Remove(of),
                        _ => MemberStep::Replace(of),
                    }
                };
                let steps = steps.iter().map(step).collect();
                let answer = self.commit(build::members(self.rid(*group), steps), now).await;
                self.told(answer)
            }
            Operation::Delete { which } => {
                let answer = self.commit(build::delete(self.rid(*which)), now).await;
                self.told(answer)
            }
            Operation::Spread { limit } => self.spread(*limit, now).await,
            Operation::Claim { lane, limit } => self.claim(Lane::ALL[*lane], *limit, now).await,
            Operation::Settle { taken, ending, waits_for } => {
                self.settle(*taken, *ending, *waits_for, now).await
            }
            Operation::Release { taken } => {
                let Some(work) = self.forget(*taken) else {
                    return String::new();
                };
                let claims = [(work.rid, work.fence.unwrap())];
                self.ledger.release(self.app, &claims, now).await.unwrap();
                String::new()
            }
            Operation::Bury => {
                let freed = self.ledger.bury(self.node, now).await.unwrap();
                self.node = self.ledger.node_start(now).await.unwrap();
                freed.to_string()
            }
            Operation::Retry => {
                let tried = self.ledger.retry(self.app, &Again::ALL, now).await.unwrap().count;
                tried.to_string()
            }
            Operation::Sweep { links } => self.begin_sweep(*links).await,
            Operation::Step { limit } => self.step(*limit, now).await,
        }
    }

    fn kind(&self, place: usize) -> Kind {
        self.kinds.get(place).copied().unwrap_or(Kind::User)
    }

    fn content(kind: Kind, name: &str) -> sutler_model::change::Content {
        match kind {
            Kind::User => build::user(name),
            Kind::Group => build::group(name),
        }
    }

    async fn commit(
        &self,
        action: sutler_model::change::Action,
        now: Time,
    ) -> Result<sutler_model::change::Committed, CommitError> {
        let change = build::change(self.hr, now, action);
        self.ledger.commit(change).await
    }

    fn told(&self, answer: Result<sutler_model::change::Committed, CommitError>) -> String {
        match answer {
            Ok(done) => {
                format!("{:?} {} {}", self.place(done.rid), done.changed, done.version.body)
            }
            Err(CommitError::UnknownReference(_)) => "unknown reference".to_owned(),
            Err(CommitError::Stale { .. }) => "stale".to_owned(),
            Err(other) => other.to_string(),
        }
    }

    async fn spread(&self, limit: usize, now: Time) -> String {
        let rows = self.ledger.unspread(limit, Reads::ALL).await.unwrap();
        let mut commit = SpreadCommit {
            estate: self.ledger.estate().await.unwrap().version,
            rows: rows.iter().map(|v| (v.row.seq, v.row.n)).collect(),
            ..SpreadCommit::default()
        };
        let mut told = Vec::new();
        for view in &rows {
            let leaves = view.row.flags.has(Flags::DISABLED) || view.row.flags.has(Flags::DELETED);
            let mut mark = |rid| {
                commit.markings.push(Marking {
                    target: self.app,
                    rid,
                    lane: if leaves { Lane::Leave } else { Lane::Live },
                    owes: if leaves { Owes::DISABLE } else { Owes::NONE },
                    due: now,
                    leaving_since: leaves.then_some(view.row.at),
                });
            };
            mark(view.row.rid);
            match view.row.part {
                Part::Member { member, cut } => {
                    let (target, group) = (self.app, view.row.rid);
                    let over = Over::Nested { member, group, cut };
                    commit.sweeps.extend(view.nested.then(|| Sweep::begin(target, over, "")));
                    let edge = EdgeMarking { target, group, member, cut, op: None };
                    commit.edges.extend((!view.nested).then_some(edge));
                }
                Part::OldSet(set) => {
                    let over = Over::Set { set, group: view.row.rid };
                    commit.sweeps.push(Sweep::begin(self.app, over, ""));
                }
                Part::Live(_) | Part::Whole => {}
            }
            told.push(self.view_told(view));
        }
        told.sort();
        self.ledger.spread(commit).await.unwrap();
        told.join("; ")
    }

    fn view_told(&self, view: &sutler_model::port::SpreadView) -> String {
        let part = match view.row.part {
            Part::Whole => "whole".to_owned(),
            Part::Member { member, cut } => format!("member {:?} {cut}", self.place(member)),
            Part::OldSet(_) => "old set".to_owned(),
            Part::Live(_) => "live".to_owned(),
        };
        let facts =
            |of: &SubjectView| format!("{:?} {} {}", of.body, of.groups.len(), of.working.len());
        let places = |rids: &Option<Vec<Rid>>| -> Option<Vec<Option<usize>>> {
            Some(rids.as_ref()?.iter().map(|rid| self.place(*rid)).collect())
        };
        format!(
            "{:?} {part} {:?} {} {} {:?} {:?} {} {:?} {:?}",
            self.place(view.row.rid),
            view.row.flags,
            view.subject.active,
            view.linked.len(),
            places(&view.dependents),
            places(&view.groups),
            view.referred,
            facts(&view.subject),
            view.member.as_ref().map(|(member, linked)| (facts(member), linked.len())),
        )
    }

    async fn claim(&mut self, lane: Lane, limit: usize, now: Time) -> String {
        let estate = self.ledger.estate().await.unwrap();
        // All that is due at one moment is claimed or nothing: between rows of one due time the
        // order is the ledger's own.
        let ready = self.ledger.ready(self.app, now, 1000).await.unwrap();
        let claim = Claim {
            target: self.app,
            lane,
            limit: limit + ready,
            node: self.node,
            version: estate.target(self.app).unwrap().version,
            now,
        };
        let mut claimed = self.ledger.claim(claim).await.unwrap();
        claimed.sort_by_key(|work| work.rid);
        let told: Vec<String> = claimed.iter().map(|work| self.work_told(work)).collect();
        self.taken.extend(claimed);
        told.join("; ")
    }

    fn work_told(&self, work: &Work) -> String {
        format!(
            "{:?} {:?} {:?} {} {:?} {:?}",
            self.place(work.rid),
            work.lane,
            work.owes,
            work.tries,
            work.leaving_since,
            work.wait.is_some(),
        )
    }

    fn forget(&mut self, taken: usize) -> Option<Work> {
        (taken < self.taken.len()).then(|| self.taken.remove(taken))
    }

    async fn settle(&mut self, taken: usize, ending: usize, other: usize, now: Time) -> String {
        let Some(work) = self.forget(taken) else {
            return String::new();
        };
        let frame = self.ledger.frames(self.app, &[work.rid], Reads::ALL).await.unwrap().remove(0);
        let edges = self.ledger.edges(self.app, work.rid, 2).await.unwrap();
        let awaited =
            self.ledger.frames(self.app, &[self.rid(other)], Reads::ALL).await.unwrap().remove(0);
        let known = frame.link.clone();
        let fence = work.fence.unwrap();
        let link = match (&known, frame.resource.as_ref()) {
            (Some(link), _) => Some(link.clone()),
            (None, Some(resource)) => Some(self.new_link(work.rid, resource.kind)),
            (None, None) => None,
        };
        let state = [LinkState::On, LinkState::Off, LinkState::Closed][ending % 3];
        let link = link.map(|link| Link {
            state,
            key: Some(format!("key{}", ending % 2)),
            doubt: (ending == 4).then_some(Doubt { stamp: fence, at: now }),
            ..link
        });
        let next = match (ending, &awaited.link) {
            (3, Some(link)) if awaited.rid != work.rid => Next::Wait(link.id, now.plus(30_000)),
            (4 | 5, _) => Next::At(now.plus(15)),
            (6, _) => Next::Parked,
            _ => Next::Done,
        };
        let estate = self.ledger.estate().await.unwrap();
        let version = estate.target(self.app).unwrap().version;
        let live = known.is_none() && link.as_ref().is_some_and(Link::is_open);
        let settle = Settle {
            target: self.app,
            rid: work.rid,
            fence,
            mark: work.mark,
            version: if ending == 7 { version - 1 } else { version },
            looked: known.and_then(|l| l.doubt).map(|d| d.stamp).filter(|_| ending != 8),
            live,
            link,
            edges: edges.iter().map(|v| (v.edge.member, v.edge.mark)).collect(),
            next,
            lane: work.lane,
            paid: Owes::DISABLE,
            left: ending.is_multiple_of(2),
            tries: u32::try_from(ending).unwrap_or_default(),
            why: None,
            delivery: None,
            intent: None,
            at: now,
        };
        match self.ledger.settle(settle).await.unwrap() {
            Settled::Done => "done",
            Settled::Kept => "kept",
            Settled::Stale => "stale",
        }
        .to_owned()
    }

    fn new_link(&mut self, rid: Rid, kind: Kind) -> Link {
        self.links += 1;
        let id = LinkId(self.links.to_be_bytes());
        let mut link = Link::creating(id, self.app, rid, kind, None);
        link.remote = Some(format!("r{}", self.links));
        link
    }

    async fn begin_sweep(&self, links: bool) -> String {
        if self.ledger.sweeps().await.unwrap().len() > 1 {
            return String::new();
        }
        let over = if links { Over::Links } else { Over::Resources };
        let commit = SpreadCommit {
            estate: self.ledger.estate().await.unwrap().version,
            sweeps: vec![Sweep::begin(self.app, over, "")],
            ..SpreadCommit::default()
        };
        self.ledger.spread(commit).await.unwrap();
        "begun".to_owned()
    }

    async fn step(&self, limit: usize, now: Time) -> String {
        let mut sweeps = self.ledger.sweeps().await.unwrap();
        sweeps.sort_by_key(|sweep| sweep.id);
        let Some(sweep) = sweeps.first() else {
            return String::new();
        };
        let page = self.ledger.sweep_page(sweep.id, limit, Reads::ALL).await.unwrap().unwrap();
        let cursor = page.items.last().map_or(sweep.cursor, |item| item.subject.rid);
        let marking = |item: &SweepItem| Marking {
            target: self.app,
            rid: item.subject.rid,
            lane: Lane::Bulk,
            owes: Owes::NONE,
            due: now,
            leaving_since: None,
        };
        let commit = sutler_model::port::SweepCommit {
            sweep: sweep.id,
            estate: self.ledger.estate().await.unwrap().version,
            over: sweep.over,
            from: sweep.cursor,
            cursor,
            markings: page.items.iter().map(marking).collect(),
            edges: vec![],
            sweeps: vec![],
            then: page.last.then_some(None),
            watch: sutler_model::guard::Watch::default(),
        };
        self.ledger.sweep_step(commit).await.unwrap();
        let walked: Vec<_> = page
            .items
            .iter()
            .map(|item| (self.place(item.subject.rid), item.subject.origins.len(), item.linked))
            .collect();
        format!("{walked:?} {}", page.last)
    }

    /// Everything that can be asked, in words that do not depend on keys.
    async fn observe(&self, now: Time) -> Vec<String> {
        let mut told = Vec::new();
        for (place, rid) in self.rids.iter().enumerate() {
            told.push(self.resource_told(place, *rid).await);
            told.push(self.pair_told(place, *rid).await);
            told.push(super::nests::told(self.ledger, self.app, *rid, &self.rids).await);
        }
        for lane in Lane::ALL {
            let due = self.ledger.next_due(self.app, lane).await.unwrap();
            told.push(format!("{lane:?} next {due:?}"));
        }
        for status in self.ledger.status(now).await.unwrap() {
            told.push(format!("{status:?}"));
        }
        let mut failed = self.ledger.failed(None, None, 1000).await.unwrap();
        failed.sort_by(|a, b| a.id.cmp(&b.id));
        told.push(format!("{:?}", failed.iter().map(|f| (&f.id, f.tries)).collect::<Vec<_>>()));
        for kinds in [vec![Kind::User], vec![Kind::Group], vec![]] {
            told.push(self.list_told(kinds).await);
        }
        let waiting = self.ledger.unspread(10_000, Reads::ALL).await.unwrap();
        let mut rows: Vec<String> = waiting.iter().map(|view| self.view_told(view)).collect();
        rows.sort();
        told.push(rows.join("; "));
        told
    }

    async fn list_told(&self, kinds: Vec<Kind>) -> String {
        let search = Search {
            tenant: TenantId::DEFAULT,
            schemas: Schemas::standard(),
            kinds,
            filter: None,
            sort: None,
            start: Start::Offset(1),
            limit: 3,
        };
        let found = self.ledger.search(&search).await.unwrap();
        let places: Vec<_> = found.resources.iter().map(|r| self.place(r.rid)).collect();
        let next = found.next.map(|position| self.place(position.rid));
        format!("{} in all, {places:?}, {next:?}", found.total)
    }

    async fn resource_told(&self, place: usize, rid: Rid) -> String {
        let uid = sutler_model::Uid(format!("u{place}"));
        let kind = self.kinds[place];
        let found = self.ledger.resource(TenantId::DEFAULT, kind, &uid).await.unwrap();
        let Some(found) = found else {
            return format!("{place} gone");
        };
        let members = match found.set {
            Some(set) => self.ledger.members(set, None, 1000, true).await.unwrap(),
            None => vec![],
        };
        let groups = self.ledger.memberships(rid).await.unwrap();
        let mut groups: Vec<_> =
            groups.iter().map(|g| (self.place(g.group.rid), g.direct)).collect();
        groups.sort();
        format!(
            "{place} {} {} {:?} members {:?} groups {groups:?}",
            found.version.body,
            found.active,
            found.body,
            members.iter().map(|m| self.place(m.rid)).collect::<Vec<_>>(),
        )
    }

    async fn pair_told(&self, place: usize, rid: Rid) -> String {
        let frame = self.ledger.frames(self.app, &[rid], Reads::ALL).await.unwrap().remove(0);
        let link = frame
            .link
            .map(|link| (link.state, link.key, link.remote, link.doubt.map(|d| d.at), link.load));
        let edges = self.ledger.edges(self.app, rid, 1000).await.unwrap();
        let edges: BTreeMap<_, _> = edges
            .iter()
            .map(|v| (self.place(v.edge.member), (v.edge.cut, v.is_member, v.member.state)))
            .collect();
        format!("{place} link {link:?} wanted {} edges {edges:?}", frame.wanted)
    }
}
