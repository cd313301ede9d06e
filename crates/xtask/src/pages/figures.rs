//! The figures of a promise: counters of the ledger of the long suites, and rows of the page on
//! performance.

use std::path::Path;

use anyhow::{Context, bail};
use serde::Deserialize;
use serde_json::Value;

const LEDGER: &str = "reliability/ledger.json";
const PERFORMANCE: &str = "docs/reference/performance/README.md";
/// What stands before the day on the page on performance.
const WRITTEN: &str = "written down on ";

/// Where a figure is.
#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(super) enum Figure {
    /// Counters of the latest run of a suite.
    Counted { suite: String, counters: Vec<String> },
    /// A row of the page on performance, by its first cell, and the command that measured it.
    Measured { row: String, command: String },
}

/// All that there are.
#[derive(Debug, Default)]
pub(super) struct Figures {
    runs: Vec<Value>,
    performance: String,
}

impl Figures {
    pub(super) fn read(root: &Path) -> anyhow::Result<Self> {
        let ledger = std::fs::read_to_string(root.join(LEDGER)).context(LEDGER)?;
        let ledger: Value = serde_json::from_str(&ledger).context(LEDGER)?;
        let runs = ledger.get("runs").and_then(Value::as_array).cloned().unwrap_or_default();
        let performance = std::fs::read_to_string(root.join(PERFORMANCE)).context(PERFORMANCE)?;
        Ok(Self { runs, performance })
    }

    /// The figure in words, with its day and its command; an error if it is not there.
    pub(super) fn tell(&self, figure: &Figure) -> anyhow::Result<String> {
        match figure {
            Figure::Counted { suite, counters } => self.counted(suite, counters),
            Figure::Measured { row, command } => {
                let (text, date) = (self.measured(row)?, self.written());
                Ok(format!("{row}: {text} ({date}, `{command}`)"))
            }
        }
    }

    fn counted(&self, suite: &str, counters: &[String]) -> anyhow::Result<String> {
        let is_of = |run: &&Value| run.get("suite").is_some_and(|name| name == suite);
        let run = self.runs.iter().rfind(is_of);
        let run = run.with_context(|| format!("{LEDGER} has no run of `{suite}`"))?;
        let text = |name: &str| run.get(name).and_then(Value::as_str);
        let told: anyhow::Result<Vec<String>> = counters
            .iter()
            .map(|name| {
                let count = run.get(name).and_then(Value::as_u64);
                let count = count.with_context(|| format!("`{suite}` counts no `{name}`"))?;
                Ok(format!("{} {}", name.replace('_', " "), grouped(count)))
            })
            .collect();
        let date = text("date").unwrap_or("day not kept");
        let command = text("command").unwrap_or_default();
        Ok(format!("{} ({date}, `{command}`)", told?.join(", ")))
    }

    /// The cells of a row under their headings, without what is empty.
    fn measured(&self, row: &str) -> anyhow::Result<String> {
        let lines: Vec<&str> = self.performance.lines().collect();
        let first = |line: &str| cells(line).first().is_some_and(|cell| *cell == row);
        let at = lines.iter().position(|line| first(line));
        let at = at.with_context(|| format!("{PERFORMANCE} has no row `{row}`"))?;
        if lines.iter().filter(|line| first(line)).count() > 1 {
            bail!("{PERFORMANCE} has more than one row `{row}`");
        }
        let above = lines.get(..at).unwrap_or_default().iter().rev();
        let heading = above.take_while(|line| line.starts_with('|')).last();
        let heading = heading.with_context(|| format!("`{row}` stands in no table"))?;
        let pairs = cells(heading).into_iter().zip(cells(lines.get(at).unwrap_or(&""))).skip(1);
        let told: Vec<String> = pairs
            .filter(|(_, cell)| !cell.is_empty())
            .map(|(name, cell)| format!("{name} {cell}"))
            .collect();
        Ok(told.join(", "))
    }

    /// The day on which the page was written.
    fn written(&self) -> &str {
        let after = self.performance.split_once(WRITTEN).map(|(_, after)| after);
        after.and_then(|after| after.get(..10)).unwrap_or("day not kept")
    }
}

fn cells(line: &str) -> Vec<&str> {
    let inner = line.strip_prefix('|').and_then(|rest| rest.trim_end().strip_suffix('|'));
    inner.map(|inner| inner.split('|').map(str::trim).collect()).unwrap_or_default()
}

/// `2000` as `2,000`.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures() -> Figures {
        let run = |lost: u64, date: &str| {
            serde_json::json!({
                "suite": "kills", "date": date, "command": "x", "changes_done": 12_000, "lost": lost
            })
        };
        Figures {
            runs: vec![run(7, "2026-01-01"), run(0, "2026-01-02")],
            performance: "Once, written down on 2026-01-03.\n\n| what | measured | goal |\n\
                          |---|---|---|\n| `a` | 4/s | |\n| b | 5/s | 3 |\n| c | | |\n| c | | |\n"
                .to_owned(),
        }
    }

    fn check(figure: &str, expected: Option<&str>) {
        let figure: Figure = toml::from_str(figure).unwrap();
        let told = figures().tell(&figure);
        assert_eq!(told.ok().as_deref(), expected, "{figure:?}");
    }

    #[test]
    fn the_latest_run_is_told_with_its_day_and_command() {
        let expected = "changes done 12,000, lost 0 (2026-01-02, `x`)";
        check("suite = \"kills\"\ncounters = [\"changes_done\", \"lost\"]", Some(expected));
        check("suite = \"kills\"\ncounters = [\"found\"]", None);
        check("suite = \"lives\"\ncounters = [\"lost\"]", None);
    }

    #[test]
    fn a_row_is_told_under_its_headings() {
        let row = |row: &str| format!("row = \"{row}\"\ncommand = \"make bench\"");
        check(&row("`a`"), Some("`a`: measured 4/s (2026-01-03, `make bench`)"));
        check(&row("b"), Some("b: measured 5/s, goal 3 (2026-01-03, `make bench`)"));
        check(&row("c"), None);
        check(&row("d"), None);
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
