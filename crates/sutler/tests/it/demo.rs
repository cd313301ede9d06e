//! The demo, as a visitor or a pipeline runs it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use crate::harness::{DEADLINE, Place, Ran, signal};

#[test]
fn w20_the_demo_brings_the_whole_sample_to_both_targets() {
    let place = Place::new();
    let output = place.command(&["demo", "--once", "--port", "0"]).output().unwrap();
    let ran = Ran::from(output);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("300 people and 25 groups came in"), "{}", ran.out);
    assert!(ran.out.contains("pending 0, failed 0"), "{}", ran.out);
    for target in ["crm", "wiki"] {
        let line = ran.out.lines().find(|line| line.trim_start().starts_with(target)).unwrap();
        assert!(line.contains("300 users, 25 groups"), "{line}");
    }
    assert_eq!(ran.out.lines().filter(|line| line.contains("curl ")).count(), 3);
}

#[test]
#[ignore = "needs curl, which `make test` installs"]
fn the_three_lines_work_as_printed_and_are_seen_to_arrive() {
    let place = Place::new();
    let mut demo = Demo::start(place.command(&["demo", "--port", "0", "--people", "40"]));
    let said = demo.until("Ctrl-C stops it");
    let script: Vec<&str> =
        said.iter().map(String::as_str).filter(|l| l.contains("curl ")).collect();
    assert_eq!(script.len(), 3, "{said:#?}");

    let shell = Command::new("sh").arg("-ec").arg(script.join("\n")).output().unwrap();
    assert!(shell.status.success(), "{shell:?}");
    let mut waiting = vec!["crm", "wiki"];
    while !waiting.is_empty() {
        let line = demo.line().unwrap_or_else(|| panic!("{waiting:?} never got it"));
        if line.contains("grace.example (deactivated)") {
            waiting.retain(|target| !line.contains(target));
        }
    }
    let questions: Vec<&String> = said.iter().filter(|l| l.contains(" --data ")).collect();
    assert_eq!(questions.len(), 3, "{said:#?}");
    for (question, answer) in questions.iter().zip(["grace.example", "At crm", "crm"]) {
        let asked = Command::new("sh").arg("-ec").arg(question).output().unwrap();
        assert!(asked.status.success(), "{question}: {asked:?}");
        let told = String::from_utf8(asked.stdout).unwrap();
        assert!(told.contains(answer), "{question}: {told}");
    }
    signal(&demo.child, "INT");
    assert_eq!(demo.child.wait().unwrap().code(), Some(0), "Ctrl-C stops it cleanly");
}

/// A running demo. Dropping it kills it.
struct Demo {
    child: Child,
    lines: Receiver<String>,
}

impl Demo {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let out = child.stdout.take().unwrap();
        let (said, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let _ = said.send(line);
            }
        });
        Self { child, lines }
    }

    /// Its next line: `None` if it has ended, or is silent for too long.
    fn line(&self) -> Option<String> {
        self.lines.recv_timeout(DEADLINE).ok()
    }

    /// All lines up to the one that contains `end`.
    fn until(&self, end: &str) -> Vec<String> {
        let mut seen = Vec::new();
        while let Some(line) = self.line() {
            seen.push(line);
            if seen.last().unwrap().contains(end) {
                return seen;
            }
        }
        panic!("`{end}` was never said: {seen:#?}");
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
