//! Numbers from the environment: how much, and the seed of what is random; and figures for
//! the ledger.

use std::io::Write;

/// The number in a variable, or another one.
pub(crate) fn number(variable: &str, otherwise: usize) -> usize {
    match std::env::var(variable) {
        Ok(text) => {
            text.parse().unwrap_or_else(|_| panic!("`{variable}` must be a number, not `{text}`"))
        }
        Err(_) => otherwise,
    }
}

/// Writes counts to the file that `SUTLER_FIGURES` names, if it is set: for the ledger.
pub(crate) fn figures(counts: &[(&str, u64)]) {
    let Some(path) = std::env::var_os("SUTLER_FIGURES") else { return };
    let lines: Vec<String> =
        counts.iter().map(|(name, count)| format!("{name} {count}\n")).collect();
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(lines.concat().as_bytes()).unwrap();
}

/// `SUTLER_SEED`, or a new one; printed, so that a failure can be run again.
pub(crate) fn seed() -> u64 {
    let seed = number("SUTLER_SEED", rand::random::<u32>() as usize);
    eprintln!("SUTLER_SEED={seed}");
    seed as u64
}
