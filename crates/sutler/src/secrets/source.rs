//! Where a secret comes from: `env:NAME`, `file:PATH` or `generate`.

use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use secrecy::SecretString;

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

    /// The same, with a relative path made to start at `base`.
    pub(crate) fn absolute(&self, base: &Path) -> Self {
        match self {
            Self::File(path) => Self::File(base.join(path).display().to_string()),
            other => other.clone(),
        }
    }

    /// The value, if this process can have it; else why not.
    pub(crate) fn read(&self) -> Result<String, String> {
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
            Self::File(path) => read_file(path),
            Self::Generate => Err("it is generated".to_owned()),
        }
    }
}

/// Reads client secrets where they are kept, at use.
pub(crate) struct Elsewhere;

impl sutler_inbound::SecretSource for Elsewhere {
    fn read(&self, reference: &str) -> Result<SecretString, String> {
        let source = SecretSource::from_stored(reference);
        let source = source.ok_or_else(|| format!("the reference `{reference}` cannot be read"))?;
        source.read().map(SecretString::from)
    }
}

/// Writes a file that only its owner may read.
pub(crate) fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
}

fn read_file(path: &str) -> Result<String, String> {
    let mut text = String::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(LONGEST).read_to_string(&mut text))
        .map_err(|error| format!("the file `{path}` cannot be read: {error}"))?;
    let value = text.trim_end_matches(['\r', '\n']);
    if value.is_empty() {
        return Err(format!("the file `{path}` is empty"));
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
