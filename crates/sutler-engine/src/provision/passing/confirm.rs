//! Blocking delivery of what is passed through: the answer waits for the targets.
//!
//! A refusal of somebody new voids what was desired, and whoever had accepted it gives it up by
//! itself. Of somebody who was there, what accepted stays, and the rest may be tried again.

use sutler_model::IntentId;
use sutler_model::intent::{Intent, IntentState};
use sutler_model::work::Fault;

use super::super::Refusal;
use super::Passing;

impl Passing<'_> {
    /// Waits until every target has it.
    pub(super) async fn confirmed(&self, id: IntentId, creates: bool) -> Result<(), Refusal> {
        let ports = &self.on.ports;
        let until = ports.clock.boottime() + self.on.options.confirm_within;
        loop {
            let resolved = ports.pulse.on_resolved();
            let Some(intent) = ports.ledger.intent(id).await? else {
                return Err(Refusal::Contended);
            };
            match &intent.state {
                IntentState::Committed | IntentState::Settled => return Ok(()),
                IntentState::Void(fault) => return Err(self.on.declined(&intent, fault)),
                IntentState::Open => {}
            }
            if let Some((_, fault, _)) = intent.refused() {
                return Err(self.refused(&intent, fault, creates).await?);
            }
            if self.on.glance(resolved, until).await {
                continue;
            }
            if !creates {
                return Err(Refusal::Undecided(id));
            }
            self.on.give_up(&intent).await?;
        }
    }

    async fn refused(
        &self,
        intent: &Intent,
        fault: &Fault,
        creates: bool,
    ) -> Result<Refusal, Refusal> {
        let ports = &self.on.ports;
        if creates {
            ports.ledger.void_intent(intent.id, fault.clone(), ports.clock.now()).await?;
            ports.pulse.notify();
        }
        Ok(self.on.declined(intent, fault))
    }
}
