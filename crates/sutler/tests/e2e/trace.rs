//! A server under `strace`, which ends it, or lets a system call fail, at a chosen moment.

use std::path::Path;
use std::process::Command;

/// What happens at the `at`-th call of one thread, counted from the start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Injection {
    /// The system call.
    pub(crate) call: &'static str,
    /// What: `signal=SIGKILL`, `error=EIO`.
    pub(crate) what: &'static str,
    /// When.
    pub(crate) at: usize,
    /// Once, or from then on for so many calls.
    pub(crate) times: usize,
}

impl Injection {
    /// The command under `strace`. The tracer runs beside it: the child is the server itself.
    pub(crate) fn around(&self, command: &Command) -> Command {
        let Self { call, what, at, times } = self;
        let mut traced = Command::new("strace");
        traced.args(["-D", "-f", "-qq", "-o", "/dev/null"]);
        traced.arg(format!("--trace={call}"));
        traced.arg(format!("--inject={call}:{what}:when={at}..{}", at + times - 1));
        traced.arg(command.get_program()).args(command.get_args());
        traced.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        traced.current_dir(command.get_current_dir().unwrap_or(Path::new(".")));
        traced
    }
}
