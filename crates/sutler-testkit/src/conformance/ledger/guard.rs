//! Leavers are counted where they are marked, and what exceeds a limit is held.

use std::sync::Arc;

use sutler_model::audit::{Chains, Place, Query};
use sutler_model::guard::{Guard, Leave, Limit, Loss, Verdict, WINDOW, Watch, Wave, WaveState};
use sutler_model::notification::{Alert, Notice};
use sutler_model::port::{Again, Ledger, LedgerError, Order, Reads, SpreadCommit, SweepCommit};
use sutler_model::work::{EdgeMarking, Lane, Marking, Over, Sweep};
use sutler_model::{Kind, Rid, SweepId, Time, Uid, WaveId};

use sutler_model::estate::{EstateEdit, Target};

use super::Bench;
use super::administration::act;
use crate::build;

const MINUTE: i64 = 60_000;

/// People with accounts at `app`.
async fn people(bench: &Bench, number: u8) -> Vec<Rid> {
    let mut people = vec![];
    for n in 1..=number {
        let rid = bench.user(&format!("user{n}")).await;
        bench.linked(n, rid, Kind::User).await;
        people.push(rid);
    }
    bench.drain().await;
    people
}

fn leave(bench: &Bench, rid: Rid, loss: Loss, limit: u32) -> Leave {
    let limit = Limit::Count(limit);
    Leave { target: bench.app, rid, loss, limit, source: "hr".to_owned() }
}

fn leaving(bench: &Bench, rid: Rid, at: i64) -> Marking {
    let since = Some(Time(at));
    Marking { leaving_since: since, ..bench.marking(rid, Lane::Leave, at) }
}

/// Marks them as leavers under a limit.
async fn leaves(bench: &Bench, rids: &[Rid], loss: Loss, limit: u32, at: i64) {
    let commit = SpreadCommit {
        estate: bench.estate().await.version,
        markings: rids.iter().map(|rid| leaving(bench, *rid, at)).collect(),
        watch: Watch {
            at: Time(at),
            leaves: rids.iter().map(|rid| leave(bench, *rid, loss, limit)).collect(),
            stays: vec![],
        },
        ..SpreadCommit::default()
    };
    bench.ledger.spread(commit).await.unwrap();
}

async fn only_wave(bench: &Bench) -> Wave {
    let mut waves = bench.ledger.waves(Some(bench.app)).await.unwrap();
    assert_eq!(waves.len(), 1, "{waves:?}");
    waves.remove(0)
}

async fn due(bench: &Bench, at: i64) -> usize {
    bench.claim(Lane::Leave, at, 1_000).await.len()
}

async fn say(bench: &Bench, wave: WaveId, release: bool, only: Option<Vec<Uid>>) -> usize {
    let verdict = Verdict { wave, only, release, actor: "ann".to_owned(), at: Time(50) };
    let acts = vec![act(Some("default"), "guard.verdict", "ann")];
    bench.ledger.order(Order::Verdict(verdict), acts, Time(50)).await.unwrap()
}

/// What stays within the limit is due at once.
pub async fn r16_as_many_as_the_limit_may_leave(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let people = people(&bench, 3).await;
    leaves(&bench, &people, Loss::Deleted, 3, 10).await;
    assert!(bench.ledger.waves(None).await.unwrap().is_empty());
    assert_eq!(due(&bench, 10).await, 3);
}

/// What exceeds it is held as one, and not counted as gone.
pub async fn r16_what_exceeds_the_limit_is_held_as_one(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let people = people(&bench, 4).await;
    leaves(&bench, &people[..3], Loss::Deleted, 2, 10).await;
    assert_eq!(due(&bench, 99).await, 0);
    let wave = only_wave(&bench).await;
    assert_eq!((wave.state, wave.source.as_str()), (WaveState::Held, "hr"));
    assert_eq!((wave.held.as_slice(), wave.since), (&[(Loss::Deleted, 3)][..], Time(10)));
    let excess = wave.excess.unwrap();
    assert_eq!((excess.came, excess.gone, excess.allowed, excess.accounts), (3, 0, 2, 4));
    let held = bench.ledger.held(wave.id, people[0], 1).await.unwrap();
    assert_eq!((held[0].rid, held[0].name.as_str()), (people[1], "user2"));
    let status = bench.ledger.status(Time(20)).await.unwrap().remove(0);
    assert_eq!((status.held, status.failed, status.pending), (3, 0, 0));
    assert!(bench.ledger.failed(None, None, 10).await.unwrap().is_empty());
    assert_eq!(bench.ledger.retry(bench.app, &Again::ALL, Time(20)).await.unwrap().count, 0);
    leaves(&bench, &people[3..], Loss::Deleted, 2, 20).await;
    assert_eq!(due(&bench, 99).await, 1, "one more is within the limit");
}

/// One after the other is counted together for a day; kinds are counted apart.
pub async fn r16_leavers_are_counted_for_a_day(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let people = people(&bench, 5).await;
    leaves(&bench, &people[..1], Loss::Deleted, 1, 10).await;
    leaves(&bench, &people[1..2], Loss::Disabled, 1, MINUTE).await;
    assert_eq!(due(&bench, MINUTE).await, 2);
    leaves(&bench, &people[2..3], Loss::Deleted, 1, (WINDOW - 1) * MINUTE).await;
    assert_eq!(only_wave(&bench).await.excess.map(|excess| excess.gone), Some(1));
    leaves(&bench, &people[3..4], Loss::Deleted, 1, WINDOW * MINUTE).await;
    assert_eq!(due(&bench, i64::MAX).await, 1, "a day later the first is forgotten");
}

/// Who is on the way out, has nothing there or is disabled already is not counted again.
pub async fn r16_a_leaver_is_counted_once(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let people = people(&bench, 2).await;
    let stranger = bench.user("stranger").await;
    leaves(&bench, &people[..1], Loss::Disabled, 1, 10).await;
    leaves(&bench, &[people[0], stranger], Loss::Disabled, 1, 11).await;
    assert!(bench.ledger.waves(None).await.unwrap().is_empty());
    leaves(&bench, &people, Loss::Disabled, 1, 12).await;
    assert_eq!(only_wave(&bench).await.held, [(Loss::Disabled, 1)]);
}

/// Who is marked while held stays held; who is entitled again is decided anew.
pub async fn r16_only_who_stays_is_no_longer_held(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let people = people(&bench, 2).await;
    leaves(&bench, &people, Loss::Disabled, 0, 10).await;
    bench.mark(people[0], Lane::Live, 20).await;
    assert_eq!(only_wave(&bench).await.pairs(), 2);
    let commit = SpreadCommit {
        estate: bench.estate().await.version,
        markings: vec![bench.marking(people[1], Lane::Live, 30)],
        watch: Watch { at: Time(30), leaves: vec![], stays: vec![(bench.app, people[1])] },
        ..SpreadCommit::default()
    };
    bench.ledger.spread(commit).await.unwrap();
    let freed = bench.claim(Lane::Leave, 99, 10).await;
    assert_eq!(freed.len(), 1);
    assert_eq!((freed[0].rid, freed[0].leaving_since, freed[0].held), (people[1], None, None));
    assert_eq!(only_wave(&bench).await.pairs(), 1);
}

/// A taken row that is to be held is held when its claim ends.
pub async fn r16_a_taken_pair_is_held_when_its_claim_ends(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let people = people(&bench, 1).await;
    let work = bench.taken(people[0]).await;
    leaves(&bench, &people, Loss::Disabled, 0, 10).await;
    bench.ledger.settle(bench.done(&work).await).await.unwrap();
    assert_eq!((due(&bench, 999).await, only_wave(&bench).await.pairs()), (0, 1));
}

/// Some are released by name; then the rest, a part at a time, until the wave is over.
pub async fn r16_a_wave_is_released_by_name_and_in_parts(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let people = people(&bench, 4).await;
    leaves(&bench, &people, Loss::Deleted, 0, 10).await;
    let wave = only_wave(&bench).await.id;
    assert_eq!(say(&bench, wave, true, Some(vec![Uid("user2".to_owned())])).await, 1);
    assert_eq!(due(&bench, 50).await, 1);
    assert_eq!(bench.ledger.wave_step(2, Time(60)).await.unwrap(), 0, "nothing was said");
    assert_eq!(say(&bench, wave, true, None).await, 3);
    assert_eq!(bench.ledger.wave_step(2, Time(60)).await.unwrap(), 2);
    assert_eq!(only_wave(&bench).await.state, WaveState::Releasing);
    assert_eq!(bench.ledger.wave_step(2, Time(60)).await.unwrap(), 2, "a pair, and the wave");
    assert!(bench.ledger.waves(None).await.unwrap().is_empty());
    assert_eq!(due(&bench, 60).await, 3);
    assert_eq!(say(&bench, wave, true, None).await, 0);
}

async fn pager(bench: &Bench) {
    let pager = build::notification("pager", &[Alert::Held]);
    let notifications = vec![("default".to_owned(), pager)];
    bench.edit(EstateEdit { notifications, ..EstateEdit::default() }).await;
}

async fn told(bench: &Bench, at: i64) -> Vec<Notice> {
    bench.ledger.due_notices(Time(at), 10).await.unwrap()
}

/// A wave is told once, in the transaction that holds it, and counted on until it is sent.
pub async fn r16_a_wave_is_told_once_and_counted_on(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    pager(&bench).await;
    let people = people(&bench, 6).await;
    leaves(&bench, &people[..2], Loss::Deleted, 2, 10).await;
    assert_eq!(told(&bench, 99).await, [], "nobody was held");
    leaves(&bench, &people[2..4], Loss::Deleted, 2, 20).await;
    leaves(&bench, &people[4..5], Loss::Deleted, 2, 30).await;
    let one = told(&bench, 99).await.remove(0);
    assert_eq!((one.alert, one.count, one.target), (Alert::Held, 3, bench.app));
    assert_eq!((one.first, one.last), (Time(20), Time(30)));
    assert!(one.detail.contains("wanted by hr: 2 came at once after 2"), "{}", one.detail);
    bench.ledger.end_notice(one.id, false).await.unwrap();
    leaves(&bench, &people[5..], Loss::Deleted, 2, 40).await;
    assert_eq!(only_wave(&bench).await.pairs(), 4);
    assert_eq!(told(&bench, i64::MAX).await, [], "it is the same wave");
}

/// A sweep's wave is told when its leave pass is over and it is held, not while it counts.
pub async fn r16_a_sweeps_wave_is_told_when_it_is_held(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    pager(&bench).await;
    let people = people(&bench, 3).await;
    swept(&bench, &people, 2).await;
    let told = told(&bench, 99).await;
    assert_eq!((told.len(), told[0].alert, told[0].count), (1, Alert::Held, 3));
    assert!(told[0].detail.contains("wanted by eve"), "{}", told[0].detail);
    let wave = only_wave(&bench).await.id;
    assert!(told[0].detail.starts_with(&format!("wave {wave},")), "{}", told[0].detail);
}

/// R25: a verdict and its row are one; one about nothing leaves none.
pub async fn r16_r25_a_verdict_and_its_row_are_one(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let people = people(&bench, 2).await;
    leaves(&bench, &people, Loss::Deleted, 0, 10).await;
    let wave = only_wave(&bench).await.id;
    let rows = async || {
        let query = Query {
            chains: Chains::All,
            act: Some("guard.verdict".to_owned()),
            actor: None,
            since: None,
            from: Place::OldestAfter(0),
            limit: 9,
        };
        bench.ledger.trail(&query).await.unwrap().len()
    };
    assert_eq!(say(&bench, WaveId(wave.0 + 1), true, None).await, 0);
    assert_eq!(say(&bench, wave, true, Some(vec![Uid("nobody".to_owned())])).await, 0);
    assert_eq!((rows().await, due(&bench, 99).await), (0, 0));
    assert_eq!(say(&bench, wave, true, Some(vec![Uid("user1".to_owned())])).await, 1);
    assert_eq!(say(&bench, wave, false, None).await, 1);
    assert_eq!(rows().await, 2);
    let verdict = Verdict { wave, only: None, release: true, actor: String::new(), at: Time(50) };
    let nobodys = bench.ledger.order(Order::Verdict(verdict), vec![], Time(50)).await;
    assert!(matches!(nobodys, Err(LedgerError::Failed(_))));
    assert_eq!(only_wave(&bench).await.state, WaveState::Rejecting);
}

/// What is rejected is forgotten; of a group, the memberships that were to end.
pub async fn r16_what_is_rejected_is_forgotten(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let people = people(&bench, 2).await;
    let team = bench.group("team", &people).await;
    bench.linked(9, team, Kind::Group).await;
    leaves(&bench, &people[..1], Loss::Deleted, 0, 10).await;
    let (target, group, cut) = (bench.app, team, true);
    let edge = |member: &Rid| EdgeMarking { target, group, member: *member, cut, op: None };
    let commit = SpreadCommit {
        estate: bench.estate().await.version,
        markings: vec![leaving(&bench, team, 10)],
        edges: people.iter().map(edge).collect(),
        watch: Watch {
            at: Time(10),
            leaves: vec![leave(&bench, team, Loss::Removed, 1)],
            stays: vec![],
        },
        ..SpreadCommit::default()
    };
    bench.ledger.spread(commit).await.unwrap();
    let wave = only_wave(&bench).await;
    assert_eq!(wave.held, [(Loss::Deleted, 1), (Loss::Removed, 1)]);
    assert!(bench.ledger.edges(target, team, 10).await.unwrap().is_empty(), "none is shown");
    assert_eq!(say(&bench, wave.id, false, None).await, 2);
    bench.ledger.wave_step(10, Time(60)).await.unwrap();
    assert_eq!(bench.ledger.work_of(target, people[0]).await.unwrap(), None);
    let group = bench.claim(Lane::Leave, 60, 10).await;
    assert_eq!((group.len(), group[0].rid, group[0].leaving_since), (1, team, None));
    assert!(bench.ledger.edges(target, team, 10).await.unwrap().is_empty());
}

/// Marks all who have an account as leavers of a sweep, and ends its leave pass.
async fn swept(bench: &Bench, people: &[Rid], limit: u32) -> SweepId {
    let tenant = || "default".to_owned();
    let guard = Guard { scope: Limit::Count(limit), ..Guard::default() };
    let target = Target { guard, ..build::target("app") };
    let edit = EstateEdit {
        targets: vec![(tenant(), target)],
        sweep: vec![(tenant(), "app".to_owned())],
        actor: "eve".to_owned(),
        ..EstateEdit::default()
    };
    bench.edit(edit).await;
    let sweep: Sweep = bench.ledger.sweeps().await.unwrap().remove(0);
    assert_eq!(sweep.by, "eve");
    let step = SweepCommit {
        sweep: sweep.id,
        estate: bench.estate().await.version,
        over: sweep.over,
        from: sweep.cursor,
        cursor: *people.last().unwrap(),
        markings: people.iter().map(|rid| leaving(bench, *rid, 10)).collect(),
        edges: vec![],
        sweeps: vec![],
        then: Some(Some(Over::Resources)),
        watch: Watch {
            at: Time(10),
            leaves: people.iter().map(|rid| leave(bench, *rid, Loss::Scope, limit)).collect(),
            stays: vec![],
        },
    };
    bench.ledger.sweep_step(step).await.unwrap();
    sweep.id
}

/// All leavers of a sweep are counted first; too many are held, and the sweep waits for them.
pub async fn r16_a_sweep_waits_until_its_wave_is_over(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let people = people(&bench, 4).await;
    let sweep = swept(&bench, &people[..3], 2).await;
    let wave = only_wave(&bench).await;
    assert_eq!((wave.state, wave.source.as_str()), (WaveState::Held, "eve"));
    assert_eq!((wave.sweep, wave.pairs(), due(&bench, 99).await), (Some(sweep), 3, 0));
    assert!(bench.ledger.sweeps().await.unwrap().is_empty(), "it waits");
    let status = bench.ledger.status(Time(20)).await.unwrap().remove(0);
    assert_eq!((status.held, status.pending, status.in_sync), (3, 0, 1));
    say(&bench, wave.id, true, None).await;
    bench.ledger.wave_step(10, Time(60)).await.unwrap();
    assert_eq!(bench.ledger.sweeps().await.unwrap().len(), 1);
    assert_eq!(due(&bench, 60).await, 3);
}

/// If they are few enough, nobody is asked.
pub async fn r16_the_few_of_a_sweep_are_released(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let people = people(&bench, 3).await;
    swept(&bench, &people, 3).await;
    assert_eq!(only_wave(&bench).await.state, WaveState::Releasing);
    bench.ledger.wave_step(10, Time(60)).await.unwrap();
    assert!(bench.ledger.waves(None).await.unwrap().is_empty());
    assert_eq!((bench.ledger.sweeps().await.unwrap().len(), due(&bench, 60).await), (1, 3));
}

/// A person orders one pair past the guard; and who made a change is told.
pub async fn r16_an_order_goes_past_the_guard(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let people = people(&bench, 2).await;
    leaves(&bench, &people, Loss::Deleted, 0, 10).await;
    let order = Order::Provision(bench.app, people[1]);
    bench.ledger.order(order, vec![act(None, "pair.provision", "ann")], Time(20)).await.unwrap();
    assert_eq!((due(&bench, 20).await, only_wave(&bench).await.pairs()), (1, 1));
    bench.user("zoe").await;
    let views = bench.ledger.unspread(10, Reads::ALL).await.unwrap();
    assert_eq!(views[0].source, "test");
}
