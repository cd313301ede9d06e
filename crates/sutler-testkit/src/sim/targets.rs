//! Several fake targets, each under its name.

use std::collections::BTreeMap;
use std::sync::Arc;

use sutler_model::estate::Target;
use sutler_model::port::{Connector, Connectors};

use super::SimTarget;

/// The targets of a simulation. Cloning gives another handle to the same ones.
#[derive(Clone)]
pub struct SimTargets(Arc<BTreeMap<String, Arc<SimTarget>>>);

impl SimTargets {
    /// These targets.
    pub fn new(targets: BTreeMap<String, SimTarget>) -> Self {
        let shared = targets.into_iter().map(|(name, target)| (name, Arc::new(target)));
        Self(Arc::new(shared.collect()))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The target of this name.
    pub fn named(&self, name: &str) -> SimTarget {
        SimTarget::clone(&self.0[name])
    }
}

impl Connectors for SimTargets {
    fn connector(&self, target: &Target) -> Result<Arc<dyn Connector>, String> {
        let found = self.0.get(&target.name).cloned();
        let found = found.ok_or_else(|| format!("there is no target `{}`", target.name))?;
        Ok(found)
    }
}
