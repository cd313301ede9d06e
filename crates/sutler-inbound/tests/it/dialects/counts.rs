//! The counter of what was tolerated, as a recorder of this thread sees it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, LocalRecorderGuard, Metadata, Recorder, SharedString,
    Unit,
};

/// By service provider and leniency.
type Tally = Mutex<BTreeMap<(String, String), Arc<AtomicU64>>>;

#[derive(Default)]
struct Watching(Tally);

pub(super) struct Counts {
    watching: &'static Watching,
    _guard: LocalRecorderGuard<'static>,
}

impl Counts {
    /// Begins to watch this thread.
    pub(super) fn start() -> Self {
        let watching: &'static Watching = Box::leak(Box::default());
        Self { watching, _guard: metrics::set_default_local_recorder(watching) }
    }

    pub(super) fn clear(&self) {
        self.watching.0.lock().unwrap().clear();
    }

    /// What was counted once of this service provider, sorted. Nothing may count twice.
    pub(super) fn of(&self, service_provider: &str) -> Vec<String> {
        let tally = self.watching.0.lock().unwrap();
        tally
            .iter()
            .map(|((provider, leniency), count)| {
                assert_eq!(
                    (provider.as_str(), count.load(Ordering::SeqCst)),
                    (service_provider, 1)
                );
                leniency.clone()
            })
            .collect()
    }
}

impl Recorder for Watching {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        if key.name() != "sutler_tolerated_total" {
            return Counter::noop();
        }
        let label = |name: &str| {
            let found = key.labels().find(|label| label.key() == name);
            found.map_or_else(String::new, |label| label.value().to_owned())
        };
        let of = (label("service_provider"), label("leniency"));
        Counter::from_arc(Arc::clone(self.0.lock().unwrap().entry(of).or_default()))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}
