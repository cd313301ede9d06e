//! The data directory: made private, held by one process, synced when it changes.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::OpenError;

/// A data directory that this process holds. The lock ends with the value, or the process.
pub(crate) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the directory if need be, and takes its lock.
    pub(crate) fn hold(path: &Path) -> Result<Self, OpenError> {
        let failed = |error| OpenError::Folder { path: path.to_owned(), error };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
        let lock = lock(path)?;
        let folder = Self { path: path.to_owned(), _lock: lock };
        private(&folder.database()).map_err(failed)?;
        folder.sync()?;
        Ok(folder)
    }

    /// The database file.
    pub(crate) fn database(&self) -> PathBuf {
        self.path.join("sutler.db")
    }

    /// The write-ahead log of the database.
    pub(crate) fn log(&self) -> PathBuf {
        self.path.join("sutler.db-wal")
    }

    /// The space that is kept back.
    pub(crate) fn reserve(&self) -> PathBuf {
        self.path.join("reserve")
    }

    /// Makes new directory entries durable, here and in the directory above.
    pub(crate) fn sync(&self) -> Result<(), OpenError> {
        let sync = |path: &Path| {
            File::open(path)
                .and_then(|folder| folder.sync_all())
                .map_err(|error| OpenError::Folder { path: path.to_owned(), error })
        };
        sync(&self.path)?;
        match self.path.canonicalize().ok().as_deref().and_then(Path::parent) {
            Some(above) => sync(above),
            None => Ok(()),
        }
    }
}

/// Makes an empty file that only its owner may read, if there is none.
pub(crate) fn private(path: &Path) -> std::io::Result<()> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path).map(drop)
}

fn lock(folder: &Path) -> Result<File, OpenError> {
    let path = folder.join("lock");
    let failed = |error| OpenError::Folder { path: path.clone(), error };
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(&path)
        .map_err(failed)?;
    if let Err(error) = file.try_lock() {
        return Err(match error {
            std::fs::TryLockError::WouldBlock => {
                OpenError::Held { path: folder.to_owned(), holder: holder(&mut file) }
            }
            std::fs::TryLockError::Error(error) => failed(error),
        });
    }
    file.set_len(0).map_err(failed)?;
    file.rewind().map_err(failed)?;
    write!(file, "process {}", std::process::id()).map_err(failed)?;
    Ok(file)
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    match file.take(100).read_to_string(&mut text) {
        Ok(_) if !text.trim().is_empty() => text.trim().to_owned(),
        _ => "another process".to_owned(),
    }
}
