//! The load generator: so many connections, each in a closed loop, for a span of time.

use std::time::Duration;

use anyhow::Result;
use futures::future::try_join_all;
use tokio::time::Instant;

/// How long a rate is measured.
pub(crate) struct Load {
    span: Duration,
}

/// What a run came to.
pub(crate) struct Measured {
    /// Checked answers, by connection.
    pub(crate) counts: Vec<usize>,
    took: Duration,
}

impl Measured {
    /// Checked answers a second.
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    pub(crate) fn rate(&self) -> f64 {
        self.counts.iter().sum::<usize>() as f64 / self.took.as_secs_f64()
    }
}

impl Load {
    pub(crate) fn new(span: Duration) -> Self {
        Self { span }
    }

    /// How long a rate is measured.
    pub(crate) fn span(&self) -> Duration {
        self.span
    }

    /// Calls `once(connection, n)` in a closed loop on each connection; the first wrong answer
    /// ends it.
    pub(crate) async fn run<F>(
        &self,
        connections: usize,
        once: impl Fn(usize, usize) -> F,
    ) -> Result<Measured>
    where
        F: Future<Output = Result<()>>,
    {
        let from = Instant::now();
        let end = from + self.span;
        let once = &once;
        let loops = (0..connections).map(|connection| async move {
            let mut n = 0;
            while Instant::now() < end {
                once(connection, n).await?;
                n += 1;
            }
            Ok::<_, anyhow::Error>(n)
        });
        let counts = try_join_all(loops).await?;
        Ok(Measured { counts, took: from.elapsed() })
    }
}
