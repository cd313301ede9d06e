//! The data directory: made private, and what lies where in it.
//!
//! Who has it is decided by the store, which holds the directory's lock while it is open.

use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// Makes the directory, for its owner only, if it is not there.
pub(crate) fn make(path: &Path) -> Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("the data directory `{}` cannot be made", path.display()))
}

/// Refuses a directory that is not there: a command that only reads makes none.
pub(crate) fn must_exist(path: &Path) -> Result<()> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => bail!("`{}` is not a directory", path.display()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => bail!(
            "there is no data directory at `{}`: name one with `--data`, or make one with `sutler apply` or `sutler serve`",
            path.display()
        ),
        Err(error) => Err(error)
            .with_context(|| format!("the data directory `{}` cannot be read", path.display())),
    }
}

/// Where a running server listens for commands.
pub(crate) fn control_socket(path: &Path) -> PathBuf {
    path.join("control.sock")
}
