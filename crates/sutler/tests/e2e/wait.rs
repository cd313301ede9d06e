//! Waiting for a condition, with a deadline, and taking turns.

use std::fmt::Display;
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

static TURN: Mutex<()> = Mutex::const_new(());

/// One suite at a time, also where the runner starts them as threads of one process.
pub(crate) async fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().await
}

/// Asks again and again until the answer is `Ok`; after the deadline, fails with the last
/// answer.
pub(crate) async fn until<T, E: Display, F: Future<Output = Result<T, E>>>(
    what: &str,
    deadline: Duration,
    mut ask: impl FnMut() -> F,
) -> T {
    let end = Instant::now() + deadline;
    loop {
        match ask().await {
            Ok(answer) => return answer,
            Err(last) if Instant::now() > end => {
                panic!("{what}: not within {deadline:?}; the last answer was: {last}")
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}
