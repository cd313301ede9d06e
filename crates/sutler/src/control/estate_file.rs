//! The estate as a file, for the admin API: the same reader and the same plan as on the command
//! line.

use async_trait::async_trait;
use sutler_engine::admin::Acting;
use sutler_inbound::admin::{
    EstateDone, EstateDraft, EstateEdition, EstateFault, EstateFile, EstateRefused, EstateWanted,
    Exported, estate_tag,
};
use sutler_model::plan::PlannedFile;
use sutler_model::port::LedgerError;

use super::apply::{NotApplied, Source, Wanted, apply};
use super::context::Context;
use super::plan;
use crate::estate::{self, Fault, Options};

/// Reads and writes the estate of an open data directory.
pub(crate) struct Editor(pub(crate) Context);

#[async_trait]
impl EstateFile for Editor {
    async fn export(&self, tenant: Option<&str>) -> Result<Exported, LedgerError> {
        let stored = self.0.ports.ledger.estate().await?;
        let text = estate::export(&stored, tenant);
        Ok(Exported { document: estate::document(&text), text })
    }

    async fn apply(&self, wanted: EstateWanted) -> Result<EstateDone, EstateRefused> {
        let is_file = matches!(wanted.edition, EstateEdition::File(_));
        let tenant = wanted.tenant.clone();
        let report = apply(&self.0, &asked(wanted)).await.map_err(|why| refused(why, is_file))?;
        let report = serde_json::to_value(&report)
            .map_err(|error| LedgerError::Failed(format!("a report cannot be told: {error}")))?;
        let stored = self.0.ports.ledger.estate().await?;
        Ok(EstateDone { report, tag: estate_tag(&estate::export(&stored, tenant.as_deref())) })
    }

    async fn draft(
        &self,
        file: &PlannedFile,
        walled: bool,
        acting: &Acting,
    ) -> Result<EstateDraft, EstateRefused> {
        let drafted = plan::draft(&self.0, file, walled, acting).await;
        let (drafted, report) = drafted.map_err(|why| refused(why, true))?;
        let report = serde_json::to_value(&report)
            .map_err(|error| LedgerError::Failed(format!("a report cannot be told: {error}")))?;
        Ok(EstateDraft { drafted, report })
    }
}

fn asked(wanted: EstateWanted) -> Wanted {
    Wanted {
        file: String::new(),
        source: match wanted.edition {
            EstateEdition::File(text) => Source::Text(text),
            EstateEdition::Put(kind, name, entry) => Source::Put(kind, name, entry),
            EstateEdition::Delete(kind, name) => Source::Delete(kind, name),
        },
        base: None,
        options: Options { moved: wanted.moved, unroute: wanted.unroute, abandon: wanted.abandon },
        dry: wanted.dry,
        tenant: wanted.tenant,
        walled: wanted.walled,
        expected: wanted.expected,
        acting: wanted.acting,
    }
}

fn refused(why: NotApplied, is_file: bool) -> EstateRefused {
    let fault = |fault: Fault| EstateFault {
        // Of one entry, the file was made here: its places tell nothing.
        place: is_file.then_some((fault.line, fault.column)),
        message: fault.message,
    };
    match why {
        NotApplied::Faults(faults) => {
            EstateRefused::Faults(faults.into_iter().map(fault).collect())
        }
        NotApplied::Moved => EstateRefused::Moved,
        NotApplied::Missing(text) => EstateRefused::Missing(text),
        NotApplied::Store(error) => EstateRefused::Store(error),
    }
}
