//! Space on the disk that is kept back for what was acknowledged already (R6).
//!
//! When the disk is full it is given up: from then on what comes in anew is refused, and the
//! dispatcher goes on with what is there. It is taken back when there is room for twice as much.

use std::fs::File;
use std::path::{Path, PathBuf};

use rustix::fs::{FallocateFlags, fallocate, statvfs};

use crate::folder::private;

/// How long a full disk is left alone, in milliseconds.
const PAUSE: i64 = 5_000;

/// The space that is kept back.
pub(crate) struct Reserve {
    path: PathBuf,
    size: u64,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It is on the disk.
    Held,
    /// It was given up, and looked for again at this boot time.
    GivenUp(i64),
    /// There is none, and the disk was not full yet.
    Without,
}

impl Reserve {
    /// Takes so many bytes in this file. A disk without room for it is told of, and used as it is.
    pub(crate) fn take(path: PathBuf, size: u64) -> Self {
        let mut reserve = Self { path, size, state: State::Without };
        if size == 0 {
            return reserve;
        }
        match reserve.fill() {
            Ok(()) => reserve.state = State::Held,
            Err(error) => {
                tracing::warn!(path = %reserve.path.display(), %error, "no space could be kept back on the disk");
            }
        }
        reserve
    }

    /// The disk is full: the space goes to those who may use it.
    pub(crate) fn give_up(&mut self, now: i64) {
        if self.state != State::Held {
            return;
        }
        if let Err(error) = self.empty() {
            tracing::error!(path = %self.path.display(), %error, "the space that was kept back could not be given up");
            return;
        }
        self.state = State::GivenUp(now);
        tracing::error!(
            "the disk is full: writes are refused and deliveries go on, until there is room again"
        );
    }

    /// True while what comes in anew is refused.
    pub(crate) fn is_given_up(&self) -> bool {
        matches!(self.state, State::GivenUp(_))
    }

    /// Looks now and then whether there is room again.
    pub(crate) fn take_again(&mut self, now: i64) {
        let State::GivenUp(looked) = self.state else { return };
        if now.saturating_sub(looked) < PAUSE {
            return;
        }
        self.state = State::GivenUp(now);
        let roomy = self.free().is_some_and(|free| free >= self.size.saturating_mul(2));
        if roomy && self.fill().is_ok() {
            self.state = State::Held;
            tracing::warn!("there is room on the disk again: writes are taken");
        }
    }

    fn fill(&self) -> std::io::Result<()> {
        private(&self.path)?;
        let file = File::options().write(true).open(&self.path)?;
        fallocate(&file, FallocateFlags::empty(), 0, self.size)?;
        file.sync_all()
    }

    fn empty(&self) -> std::io::Result<()> {
        let file = File::options().write(true).open(&self.path)?;
        file.set_len(0)?;
        file.sync_all()
    }

    fn free(&self) -> Option<u64> {
        let disk = statvfs(self.path.parent().unwrap_or(Path::new("."))).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(path: &Path) -> u64 {
        std::fs::metadata(path).unwrap().len()
    }

    #[test]
    fn r6_space_is_held_given_up_and_taken_again_after_a_pause() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("reserve");
        let mut reserve = Reserve::take(path.clone(), 65_536);
        assert_eq!((length(&path), reserve.is_given_up()), (65_536, false));
        reserve.give_up(10);
        assert_eq!((length(&path), reserve.is_given_up()), (0, true));
        reserve.take_again(10 + PAUSE - 1);
        assert!(reserve.is_given_up(), "it is left alone for a while");
        reserve.take_again(10 + PAUSE);
        assert_eq!((length(&path), reserve.is_given_up()), (65_536, false));
    }

    #[test]
    fn where_nothing_is_kept_back_nothing_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut reserve = Reserve::take(folder.path().join("none").join("reserve"), 65_536);
        reserve.give_up(0);
        assert!(!reserve.is_given_up());
    }
}
