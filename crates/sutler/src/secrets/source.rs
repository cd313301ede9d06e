//! Where a secret comes from: `env:NAME`, `file:PATH` or `generate`.

use std::io::Read;
use std::path::{Path, PathBuf};

/// The longest secret that is read from a file.
const LONGEST: u64 = 64 * 1024;

/// A reference to a secret, as the estate file writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SecretSource {
    /// A variable of the environment.
    Env(String),
    /// A file. A relative path starts at the estate file.
    File(String),
    /// Made here, and shown once.
    Generate,
}

impl SecretSource {
    /// Reads a reference; the error says what was expected.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("env", name)) if is_variable(name) => Ok(Self::Env(name.to_owned())),
            Some(("env", _)) => Err("`env:` must be followed by the name of an environment variable, as in `env:APP_TOKEN`".to_owned()),
            Some(("file", "")) => Err("`file:` must be followed by a path, as in `file:/run/secrets/app`".to_owned()),
            Some(("file", path)) => Ok(Self::File(path.to_owned())),
            _ if text == "generate" => Ok(Self::Generate),
            _ => Err("a secret is not written into the estate file: put it into an environment variable and write \"env:NAME\", into a file and write \"file:PATH\", or write \"generate\" to have one made".to_owned()),
        }
    }

    /// What is stored as the source.
    pub(crate) fn stored(&self) -> String {
        match self {
            Self::Env(name) => format!("env:{name}"),
            Self::File(path) => format!("file:{path}"),
            Self::Generate => "generated".to_owned(),
        }
    }

    /// The inverse of [`SecretSource::stored`].
    pub(crate) fn from_stored(text: &str) -> Option<Self> {
        if text == "generated" {
            return Some(Self::Generate);
        }
        Self::parse(text).ok()
    }

    /// The value, if this process can have it; else why not. `base` is where relative paths
    /// start; without one they are not followed.
    pub(crate) fn read(&self, base: Option<&Path>) -> Result<String, String> {
        match self {
            Self::Env(name) => match std::env::var(name) {
                Ok(value) if !value.is_empty() => Ok(value),
                Ok(_) => Err(format!("the environment variable `{name}` is empty")),
                Err(std::env::VarError::NotPresent) => {
                    Err(format!("the environment variable `{name}` is not set"))
                }
                Err(std::env::VarError::NotUnicode(_)) => {
                    Err(format!("the environment variable `{name}` is not text"))
                }
            },
            Self::File(path) => read_file(path, base),
            Self::Generate => Err("it is generated".to_owned()),
        }
    }
}

fn read_file(path: &str, base: Option<&Path>) -> Result<String, String> {
    let full = match base {
        Some(base) => base.join(path),
        None if path.starts_with('/') => PathBuf::from(path),
        None => return Err(format!("the path `{path}` is relative")),
    };
    let mut text = String::new();
    std::fs::File::open(&full)
        .and_then(|file| file.take(LONGEST).read_to_string(&mut text))
        .map_err(|error| format!("the file `{}` cannot be read: {error}", full.display()))?;
    let value = text.trim_end_matches(['\r', '\n']);
    if value.is_empty() {
        return Err(format!("the file `{}` is empty", full.display()));
    }
    Ok(value.to_owned())
}

fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_and_literals_refused() {
        let check = |text: &str, expected: Option<SecretSource>| {
            assert_eq!(SecretSource::parse(text).ok(), expected, "{text}");
        };
        check("env:APP_TOKEN", Some(SecretSource::Env("APP_TOKEN".into())));
        check("file:/run/app", Some(SecretSource::File("/run/app".into())));
        check("generate", Some(SecretSource::Generate));
        check("env:", None);
        check("env:A B", None);
        check("env:9A", None);
        check("file:", None);
        check("s3cret", None);
        check("https://x", None);
        check("", None);
    }

    #[test]
    fn stored_references_come_back() {
        for source in ["env:A", "file:/x", "file:x:y", "generated"] {
            assert_eq!(SecretSource::from_stored(source).unwrap().stored(), source);
        }
    }
}
