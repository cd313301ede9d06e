//! Runs a guide of `docs/guides` as a reader would: its files are written, its commands typed,
//! and every line of an expected text must stand in what the commands before it have printed.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The longest that one block of commands may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// What a guide is made of.
#[derive(Debug, PartialEq)]
enum Block {
    /// A file to write.
    File(String, String),
    /// Commands; they must succeed.
    Run(String),
    /// Commands that must fail.
    Fail(String),
    /// A server that goes on.
    Background(String),
    /// What the last commands must have printed.
    Expect(String),
    /// Something that happens outside: `<!-- the target goes down -->`.
    Event(String),
}

/// Walks through a guide in a folder, with these variables for its commands and in its files.
/// What happens outside is told to `event`.
pub(crate) async fn walk(
    guide: &str,
    folder: &Path,
    variables: &[(&str, String)],
    event: impl AsyncFn(&str),
) {
    let mut background = Background(Vec::new());
    let mut printed = String::new();
    for block in blocks(guide) {
        match block {
            Block::File(name, text) => {
                let text = variables
                    .iter()
                    .fold(text, |text, (name, value)| text.replace(&format!("${name}"), value));
                std::fs::write(folder.join(name), text).unwrap();
            }
            Block::Run(script) => printed = run(&script, folder, variables, true),
            Block::Fail(script) => printed = run(&script, folder, variables, false),
            Block::Background(script) => {
                background
                    .0
                    .push(shell(&format!("exec {script}"), folder, variables).spawn().unwrap());
                wait_for(variables).await;
            }
            Block::Expect(lines) => {
                for line in lines.lines().filter(|line| !line.trim().is_empty()) {
                    assert!(printed.contains(line.trim()), "`{line}` is not in:\n{printed}");
                }
            }
            Block::Event(what) => event(&what).await,
        }
    }
}

/// Servers that end with the walk.
struct Background(Vec<Child>);

impl Drop for Background {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Waits until the server of the guide takes connections.
async fn wait_for(variables: &[(&str, String)]) {
    let port = variables.iter().find(|(name, _)| *name == "PORT").map(|(_, port)| port.clone());
    let address = format!("127.0.0.1:{}", port.expect("the guide's server has a port"));
    let from = Instant::now();
    while tokio::net::TcpStream::connect(&address).await.is_err() {
        assert!(from.elapsed() < PATIENCE, "nothing listens at {address}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn shell(script: &str, folder: &Path, variables: &[(&str, String)]) -> Command {
    let binary = Path::new(env!("CARGO_BIN_EXE_sutler"));
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", binary.parent().unwrap().display());
    let mut command = Command::new("sh");
    command.args(["-ec", script]).current_dir(folder).env("PATH", path);
    command.env("SUTLER_DATA", folder.join("data")).env("SUTLER_LOG", "error");
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    command
}

/// Runs commands and gives what they printed, on either stream.
fn run(script: &str, folder: &Path, variables: &[(&str, String)], succeeds: bool) -> String {
    let out = folder.join("printed");
    let file = std::fs::File::create(&out).unwrap();
    let mut command = shell(script, folder, variables);
    command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
    let mut child = command.spawn().unwrap();
    let from = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        let printed = std::fs::read_to_string(&out).unwrap_or_default();
        if from.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("this took too long:\n{script}\n{printed}");
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let printed = std::fs::read_to_string(&out).unwrap_or_default();
    assert_eq!(status.success(), succeeds, "{script}\n{printed}");
    printed
}

fn blocks(guide: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        if let Some(event) = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->")) {
            blocks.push(Block::Event(event.to_owned()));
        }
        let Some(info) = line.strip_prefix("```") else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let body = body.join("\n") + "\n";
        blocks.push(match info.split_once(' ').unwrap_or((info, "")) {
            ("toml", name) => Block::File(name.to_owned(), body),
            ("sh", "") => Block::Run(body),
            ("sh", "fails") => Block::Fail(body),
            ("sh", "background") => Block::Background(body),
            ("text", "") => Block::Expect(body),
            _ => panic!("a block of an unknown kind: `{info}`"),
        });
    }
    blocks
}
