//! The CSV import, beside raw SQLite that commits a thousand rows at a time.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::figures::{Figure, Figures};
use crate::growth::import_users;
use crate::server::Server;
use crate::{ESTATE, ceiling};

/// Rows of the import that is measured.
const ROWS: usize = 50_000;

/// Rows a second.
pub(crate) fn measure(span: Duration, figures: &mut Figures) -> Result<()> {
    let mut server = Server::new(ESTATE, &[])?;
    let rate = import_users(&mut server, 0..ROWS)?;
    let ceiling = ceiling::thousands(span).context("the ceiling of the import")?;
    figures.push(Figure::rate(
        format!("CSV import of {ROWS} rows"),
        rate,
        "raw SQLite, 1,000 rows a commit",
        ceiling,
    ));
    Ok(())
}
