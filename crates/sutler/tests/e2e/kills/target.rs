//! The emulated target of the kills, with every fault that leaves an outcome open.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use sutler_emulator::{EmulatedTarget, Emulator, Faults, Options, TargetOptions};
use sutler_model::Time;
use sutler_model::port::Clock;
use tokio::time::Instant;

use crate::compare::{Directory, normal};

/// An emulated target in this process.
pub(super) struct Target {
    emulator: Emulator,
    target: Arc<EmulatedTarget>,
}

impl Target {
    pub(super) async fn start(token: &str, seed: u64) -> Self {
        let mut app = TargetOptions::new("app", token);
        app.seed = seed;
        app.faults = faults(seed);
        // Where names are unique, nobody sees that a create was sent again.
        app.unique = false;
        let options = Options {
            listen: ([127, 0, 0, 1], 0).into(),
            targets: vec![app],
            clock: Arc::new(SinceStart(Instant::now())),
        };
        let emulator = Emulator::start(options).await.unwrap();
        let target = emulator.target("app").unwrap();
        Self { emulator, target }
    }

    /// Nothing gets through.
    pub(super) fn refuse_everything(&self) {
        self.target.set_faults(Faults { fail_before: 1.0, ..Faults::default() });
    }

    /// No faults any more.
    pub(super) fn behave(&self) {
        self.target.set_faults(Faults::default());
    }

    /// How many users it holds.
    pub(super) fn users(&self) -> usize {
        self.accounts().0.len()
    }

    pub(super) fn url(&self) -> String {
        self.emulator.url("app")
    }

    pub(super) fn faults(&self) -> u64 {
        self.target.counters().faults
    }

    /// What it holds, in the normal form of comparisons.
    pub(super) fn directory(&self) -> Directory {
        let (users, groups) = self.accounts();
        normal(users, groups)
    }

    /// Users and groups.
    fn accounts(&self) -> (Vec<Value>, Vec<Value>) {
        let state = self.target.state();
        let list = |name: &str| state[name].as_array().unwrap().clone();
        (list("Users"), list("Groups"))
    }

    /// The correlation tells accounts apart also where names would allow two.
    pub(super) fn check_no_account_twice(&self) {
        let (users, groups) = self.accounts();
        let mut seen = BTreeSet::new();
        for account in users.iter().chain(&groups) {
            let correlation = account["externalId"].as_str();
            let correlation = correlation.unwrap_or_else(|| panic!("no correlation: {account}"));
            assert!(seen.insert(correlation), "twice: {account}");
        }
    }
}

fn faults(seed: u64) -> Faults {
    Faults {
        seed,
        fail_before: 0.02,
        lie: 0.02,
        reset_before: 0.02,
        reset_after: 0.03,
        half_body: 0.02,
        html: 0.01,
        wrong: 0.01,
        throttle: 0.01,
        retry_after: 1,
        jitter: 5,
        ..Faults::default()
    }
}

/// A clock that begins with the test.
struct SinceStart(Instant);

impl Clock for SinceStart {
    fn now(&self) -> Time {
        Time(1_780_000_000_000).plus(self.boottime())
    }

    fn boottime(&self) -> i64 {
        i64::try_from(self.0.elapsed().as_millis()).unwrap()
    }
}
