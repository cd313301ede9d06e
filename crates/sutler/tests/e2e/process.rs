//! A child process in the foreground, killed and reaped when its handle is dropped.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running child with its output in a file.
pub(crate) struct Process {
    name: &'static str,
    child: Child,
    output: PathBuf,
}

impl Process {
    /// Starts it; what it prints is appended to `output`.
    pub(crate) fn start(name: &'static str, command: &mut Command, output: &Path) -> Self {
        let file = File::options().create(true).append(true).open(output).unwrap();
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap_or_else(|error| panic!("starting {name}: {error}"));
        Self { name, child, output: output.to_owned() }
    }

    /// `Err` with what it printed if it has ended.
    pub(crate) fn check_alive(&mut self) -> Result<(), String> {
        match self.child.try_wait().unwrap() {
            None => Ok(()),
            Some(status) => Err(format!("{} ended: {status}\n{}", self.name, self.printed())),
        }
    }

    /// SIGKILL, and waits for the end.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal by name: `STOP`, `CONT`, `TERM`. The shell does it itself: not every
    /// machine has a program `kill`.
    pub(crate) fn signal(&self, signal: &str) {
        let line = format!("kill -s {signal} {}", self.child.id());
        let status = Command::new("sh").arg("-c").arg(line).status().unwrap();
        assert!(status.success(), "signal {signal} to {}", self.name);
    }

    /// The last lines that it printed.
    fn printed(&self) -> String {
        let text = std::fs::read_to_string(&self.output).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- the last lines of {}:\n{}", self.name, self.printed());
        }
    }
}

/// A port of loopback that is free now.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A program of a counterpart, as `make test` installs it.
pub(crate) fn counterpart(home: &str, program: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = root.join("target/counterparts").join(home).join("bin").join(program);
    assert!(
        path.exists(),
        "`{program}` is not installed: run `scripts/counterparts`, or `make test`"
    );
    path
}
