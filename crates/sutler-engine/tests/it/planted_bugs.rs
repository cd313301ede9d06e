//! Bugs that are planted, each at a port, and each found: what lives through seeds without a
//! complaint has to complain where a rule of the design is broken.

use sutler_testkit::sim::{Life, Plant, live_through};

use crate::lives::{figures, setting};

/// The life and the seed by which each bug was found.
const FOUND: &[(Plant, Life, u64)] = &[
    (Plant::NoFence, Life::Sleepy, 12),
    (Plant::NoMark, Life::Plain, 1),
    (Plant::CreatesAgain, Life::Wide, 2),
    (Plant::PartIsWhole, Life::Wide, 5),
    (Plant::StaleLink, Life::Wide, 0),
    (Plant::OldRules, Life::Wide, 0),
    (Plant::MarkingDropped, Life::Wide, 0),
    (Plant::RowsWithoutMarks, Life::Wide, 0),
    (Plant::DoubtCleared, Life::Wide, 2),
    (Plant::AbsenceBelieved, Life::Wide, 0),
    (Plant::NotAnnounced, Life::Wide, 2),
    (Plant::OwesDropped, Life::Plain, 1),
    (Plant::PaidUnconfirmed, Life::Plain, 2),
    (Plant::LaneNotRaised, Life::Plain, 0),
    (Plant::EdgesWithoutMark, Life::Wide, 5),
    (Plant::CutDropped, Life::Plain, 1),
    (Plant::LiveNotTold, Life::Wide, 5),
    (Plant::LoadSkips, Life::Plain, 1),
    (Plant::OldSetForgotten, Life::Plain, 1),
    (Plant::SweepSkips, Life::Edited, 0),
    (Plant::LeavePassSkipped, Life::Wide, 0),
    (Plant::StaleScope, Life::Wide, 12),
    (Plant::LeavesNotCounted, Life::Guarded, 0),
    (Plant::WaveGoesOn, Life::Guarded, 0),
    (Plant::HeldTaken, Life::Guarded, 0),
    (Plant::RejectReleases, Life::Guarded, 37),
    (Plant::BuriedWithoutDoubt, Life::Wide, 0),
    (Plant::RivalUnseen, Life::Plain, 0),
    (Plant::WaiterUnseen, Life::Guarded, 0),
];

/// The first seed that goes wrong with the bug, and well without it.
fn search(plant: Plant, seeds: u64) -> Option<(Life, u64)> {
    let found = |life: Life, seed| {
        !live_through(seed, life.with(plant)).is_empty()
            && live_through(seed, life.plan()).is_empty()
    };
    // The kinds of life take turns, so that a bug that one of them shows is found soon.
    let turns = (0..seeds).flat_map(|seed| plant.lives().iter().map(move |life| (*life, seed)));
    let seeds = usize::try_from(seeds).unwrap();
    turns.take(seeds).find(|(life, seed)| found(*life, *seed))
}

#[test]
fn every_bug_is_found_by_its_seed_and_only_with_it() {
    for (plant, life, seed) in FOUND {
        let complaints = live_through(*seed, life.with(*plant));
        assert!(!complaints.is_empty(), "{plant:?} is not found in {life:?} {seed}: search again");
        let without = live_through(*seed, life.plan());
        assert!(without.is_empty(), "{life:?} {seed} goes wrong without a bug: {without:?}");
    }
}

#[test]
fn twenty_five_bugs_and_more_have_been_found() {
    let known = |plant: &Plant| FOUND.iter().any(|(found, ..)| found == plant);
    let missing: Vec<_> = Plant::ALL.iter().filter(|plant| !known(plant)).collect();
    assert!(missing.is_empty() && FOUND.len() >= 25, "no seed is known for {missing:?}");
}

/// `SUTLER_PLANT_SEEDS` says how many seeds each bug is sought in, and `SUTLER_PLANT` which one,
/// if not all. Prints the table above.
#[test]
fn every_bug_is_found_anew() {
    let Some(seeds) = setting("SUTLER_PLANT_SEEDS") else { return };
    let only = std::env::var("SUTLER_PLANT").ok();
    let sought = |plant: &Plant| only.as_ref().is_none_or(|only| *only == format!("{plant:?}"));
    let plants: Vec<Plant> = Plant::ALL.into_iter().filter(sought).collect();
    let mut missing = vec![];
    for plant in plants.iter().copied() {
        match search(plant, seeds) {
            Some((life, seed)) => eprintln!("    (Plant::{plant:?}, Life::{life:?}, {seed}),"),
            None => missing.push(plant),
        }
    }
    let found = plants.len() - missing.len();
    assert!(missing.is_empty(), "not found in {seeds} seeds: {missing:?}");
    figures(&format!("bugs_planted {}\nbugs_found {found}\n", plants.len()));
}

/// The planted bugs as the page shows them.
fn table() -> String {
    let row = |(plant, life, seed): &(Plant, Life, u64)| {
        format!("| `{plant:?}` | {} | `{life:?}` {seed} |", plant.breaks())
    };
    let head = ["| bug | breaks the rule that | found in |", "|---|---|---|"].map(str::to_owned);
    let lines = head.into_iter().chain(FOUND.iter().map(row));
    lines.map(|line| line + "\n").collect()
}

#[test]
fn the_page_of_the_simulation_shows_every_bug() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/simulation.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (before, rest) = page.split_once("<!-- planted bugs -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end -->").unwrap();
    let fresh = format!("{before}<!-- planted bugs -->\n{}<!-- end -->{after}", table());
    if std::env::var_os("SUTLER_UPDATE").is_some() {
        std::fs::write(path, &fresh).unwrap();
    } else {
        assert_eq!(page, fresh, "run it with SUTLER_UPDATE=1");
    }
}
