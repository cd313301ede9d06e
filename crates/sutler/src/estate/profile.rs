//! `profile` of a target as it was written: a shipped one by its name, `file:PATH`, or the text
//! of one, as `export` writes it.

use std::ops::Range;
use std::path::{Path, PathBuf};

use sutler_outbound::{Defaults, Profile};

use super::fault::Faults;
use super::section::{Placed, Section};

/// The longest file that is read, in bytes.
const LONGEST: u64 = 64 * 1_024;

/// Where a target's profile is.
#[derive(Debug)]
pub(crate) enum DeclaredProfile {
    /// A shipped one, or a whole text.
    Here(KeptProfile),
    /// In a file, to be read when the estate is applied.
    File(Placed<PathBuf>),
}

/// A profile as it is kept, with what the target has of it.
#[derive(Clone, Debug)]
pub(crate) struct KeptProfile {
    pub(crate) text: String,
    pub(crate) defaults: Defaults,
    pub(crate) finds_external_ids: bool,
}

/// Reads the key; a fault is noted, and the profile is then the generic one.
pub(super) fn read(section: &mut Section<'_>) -> Option<DeclaredProfile> {
    let written = section.text("profile")?;
    if let Some(path) = written.value.strip_prefix("file:") {
        return Some(DeclaredProfile::File(Placed { value: PathBuf::from(path), at: written.at }));
    }
    match Profile::of(Some(&written.value)) {
        Ok(profile) => Some(DeclaredProfile::Here(kept(written.value, &profile))),
        Err(error) => {
            section.fault(&written.at, format!("`profile` cannot be used: {error}"));
            None
        }
    }
}

impl DeclaredProfile {
    /// What is kept of it; a file is read now, and is not needed later.
    pub(super) fn keep(&self, base: &Path, faults: &Faults<'_>) -> Option<KeptProfile> {
        match self {
            Self::Here(kept) => Some(kept.clone()),
            Self::File(path) => read_file(base, path, faults),
        }
    }
}

fn kept(text: String, profile: &Profile) -> KeptProfile {
    let finds_external_ids = profile.finds_external_ids();
    KeptProfile { text, defaults: profile.defaults(), finds_external_ids }
}

fn read_file(base: &Path, path: &Placed<PathBuf>, faults: &Faults<'_>) -> Option<KeptProfile> {
    let file = base.join(&path.value);
    let shown = path.value.display().to_string();
    match text_of(&file) {
        Ok(text) => match Profile::read(&text) {
            // A text on one line could be mistaken for a name.
            Ok(profile) => Some(kept(format!("{}\n", text.trim_end()), &profile)),
            Err(error) => {
                let at: &Range<usize> = &error.at;
                faults.add_in(&shown, &text, at, error.message.clone());
                None
            }
        },
        Err(reason) => {
            let message = format!(
                "the profile `{shown}` cannot be read: {reason}; a relative path starts at the folder of the estate file"
            );
            faults.add(&path.at, message);
            None
        }
    }
}

fn text_of(file: &Path) -> Result<String, String> {
    let length = std::fs::metadata(file).map_err(|error| error.to_string())?.len();
    if length > LONGEST {
        return Err(format!("it has more than {LONGEST} bytes"));
    }
    std::fs::read_to_string(file).map_err(|error| error.to_string())
}
