//! Which crate may use which: the invariants of ARCHITECTURE.md, held against
//! `cargo metadata`. Dependencies of tests are exempt.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use serde::Deserialize;

use super::Finding;

/// What a crate may use: of ours, all that is named here; of others, all but what is banned.
struct Rule {
    name: &'static str,
    ours: &'static [&'static str],
    banned: &'static [&'static str],
}

/// I/O, in any form.
const PURE: &[&str] = &[
    "axum",
    "event-listener",
    "futures",
    "hyper",
    "hyper-util",
    "reqwest",
    "rusqlite",
    "rustls",
    "tokio",
    "tokio-util",
    "tower",
    "tower-http",
    "tracing",
];
/// Databases, protocols, HTTP and runtimes.
const THROUGH_PORTS: &[&str] = &[
    "axum",
    "http",
    "hyper",
    "hyper-util",
    "reqwest",
    "rusqlite",
    "rustls",
    "tokio",
    "tokio-util",
    "tower",
    "tower-http",
];
const NONE: &[&str] = &[];

const RULES: [Rule; 9] = [
    Rule { name: "sutler-model", ours: NONE, banned: PURE },
    Rule { name: "sutler-scim", ours: &["sutler-model"], banned: PURE },
    Rule { name: "sutler-engine", ours: &["sutler-model"], banned: THROUGH_PORTS },
    Rule {
        name: "sutler-store-sql",
        ours: &["sutler-model"],
        banned: &["axum", "hyper", "reqwest"],
    },
    Rule {
        name: "sutler-outbound",
        ours: &["sutler-model", "sutler-scim"],
        banned: &["axum", "rusqlite"],
    },
    Rule {
        name: "sutler-emulator",
        ours: &["sutler-model", "sutler-scim"],
        banned: &["reqwest", "rusqlite"],
    },
    Rule {
        name: "sutler-inbound",
        ours: &["sutler-model", "sutler-engine", "sutler-scim", "sutler-federation"],
        banned: &["reqwest", "rusqlite"],
    },
    Rule {
        name: "sutler-federation",
        ours: &["sutler-model"],
        banned: &["axum", "hyper", "reqwest", "rusqlite"],
    },
    Rule {
        name: "sutler-testkit",
        ours: &["sutler-model", "sutler-engine", "sutler-scim"],
        banned: &["rusqlite"],
    },
];

/// A crate of the workspace, as `cargo metadata` tells it.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: PathBuf,
}

/// The crates of the workspace, with manifest paths relative to the root.
pub(crate) fn packages(root: &Path) -> anyhow::Result<Vec<Package>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root)
        .output()
        .context("running cargo metadata")?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    let mut packages = metadata.packages;
    for package in &mut packages {
        if let Ok(relative) = package.manifest_path.strip_prefix(&metadata.workspace_root) {
            package.manifest_path = relative.to_path_buf();
        }
    }
    Ok(packages)
}

/// Findings in the crate graph.
pub(crate) fn check(packages: &[Package]) -> Vec<Finding> {
    let names: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    packages
        .iter()
        .flat_map(|package| {
            RULES
                .iter()
                .filter(|rule| rule.name == package.name)
                .flat_map(|rule| rule.check(package, &names))
        })
        .collect()
}

impl Rule {
    fn check(&self, package: &Package, ours: &[&str]) -> Vec<Finding> {
        package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind.as_deref() != Some("dev"))
            .filter(|dependency| {
                let name = dependency.name.as_str();
                self.banned.contains(&name) || ours.contains(&name) && !self.ours.contains(&name)
            })
            .map(|dependency| {
                let problem = format!("`{}` may not use `{}`", self.name, dependency.name);
                Finding::new(&package.manifest_path, 0, problem)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Dependency, Package, check};

    fn package(name: &str, uses: &[(&str, Option<&str>)]) -> Package {
        Package {
            name: name.to_owned(),
            description: None,
            manifest_path: "Cargo.toml".into(),
            dependencies: uses
                .iter()
                .map(|(name, kind)| Dependency {
                    name: (*name).to_owned(),
                    kind: kind.map(str::to_owned),
                })
                .collect(),
        }
    }

    fn findings(subject: Package) -> usize {
        check(&[subject, package("sutler-model", &[]), package("sutler-store-sql", &[])]).len()
    }

    #[test]
    fn engine_may_use_model_but_no_store_and_no_runtime() {
        assert_eq!(findings(package("sutler-engine", &[("sutler-model", None)])), 0);
        assert_eq!(findings(package("sutler-engine", &[("sutler-store-sql", None)])), 1);
        assert_eq!(findings(package("sutler-engine", &[("tokio", None)])), 1);
    }

    #[test]
    fn dependencies_of_tests_are_exempt() {
        assert_eq!(findings(package("sutler-engine", &[("tokio", Some("dev"))])), 0);
    }

    #[test]
    fn dependencies_of_build_scripts_are_not() {
        assert_eq!(findings(package("sutler-scim", &[("tokio", Some("build"))])), 1);
    }
}
