//! Numbers from the environment: how much, and the seed of what is random.

/// The number in a variable, or another one.
pub(crate) fn number(variable: &str, otherwise: usize) -> usize {
    match std::env::var(variable) {
        Ok(text) => {
            text.parse().unwrap_or_else(|_| panic!("`{variable}` must be a number, not `{text}`"))
        }
        Err(_) => otherwise,
    }
}

/// `SUTLER_SEED`, or a new one; printed, so that a failure can be run again.
pub(crate) fn seed() -> u64 {
    let seed = number("SUTLER_SEED", rand::random::<u32>() as usize);
    eprintln!("SUTLER_SEED={seed}");
    seed as u64
}
