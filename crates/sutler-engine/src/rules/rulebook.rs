//! The estate with its rules compiled: what all parts of the engine look things up in.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use sutler_model::TargetId;
use sutler_model::estate::{Estate, Target};
use sutler_model::port::Reads;

use super::TargetRules;

/// The estate, and what its targets' rules come to.
#[derive(Debug, Default)]
pub struct Rulebook {
    estate: Estate,
    rules: BTreeMap<TargetId, Arc<TargetRules>>,
    reads: Reads,
}

impl Rulebook {
    /// Compiles the rules of every target.
    pub fn new(estate: Estate) -> Self {
        let mut rules = BTreeMap::new();
        let mut reads = Reads::default();
        for target in &estate.targets {
            let compiled = compile(&estate, target);
            reads = reads.with(compiled.reads);
            rules.insert(target.id, Arc::new(compiled));
        }
        Self { estate, rules, reads }
    }

    /// The rules of a target, as of this estate.
    pub fn rules(&self, target: TargetId) -> Option<&Arc<TargetRules>> {
        self.rules.get(&target)
    }

    /// Every target with its rules.
    pub fn all(&self) -> impl Iterator<Item = &Arc<TargetRules>> {
        self.rules.values()
    }

    /// What the rules of any target read.
    pub fn reads(&self) -> Reads {
        self.reads
    }
}

fn compile(estate: &Estate, target: &Target) -> TargetRules {
    let tenant = estate.tenants.iter().find(|(id, _)| *id == target.tenant);
    let tenant = tenant.map_or("default", |(_, name)| name.as_str());
    TargetRules::compiled(target, tenant, &estate.schemas(target.tenant))
}

impl Deref for Rulebook {
    type Target = Estate;

    fn deref(&self) -> &Estate {
        &self.estate
    }
}
