//! `cargo xtask ledger SUITE [NAME=VALUE…] COMMAND…`: runs a long suite and, if it passes, adds
//! its figures to `reliability/ledger.json`.
//!
//! The tests write their counts, a name and a number a line, to the file that `SUTLER_FIGURES`
//! names; counts of one name are added up. What is in the ledger already stays byte for byte.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::{Instant, SystemTime};

use anyhow::{Context, bail};
use serde_json::Value;

/// The count of seeds that were lived through; each run goes on after those of the runs before.
const SEEDS: &str = "seeds";
/// The same, of all runs of a suite up to this one.
const TOTAL: &str = "seeds_in_total";

/// Runs the command and keeps its figures. Nothing is kept of a run that fails.
pub fn run(root: &Path, suite: &str, command: &[String]) -> anyhow::Result<ExitStatus> {
    let path = root.join("reliability/ledger.json");
    let before = std::fs::read_to_string(&path).context("reading the ledger")?;
    let figures = root.join("target").join(format!("figures-{suite}.txt"));
    std::fs::write(&figures, "").context("making the file for the figures")?;
    let total = total(&before, suite)?;
    let (status, seconds) = timed(command, &figures, total)?;
    if status.success() {
        let counts = counts(&std::fs::read_to_string(&figures)?)?;
        let entry = entry(&today()?, suite, command, &counts, (total, seconds));
        let after = append(&before, &entry)?;
        std::fs::write(&path, after).context("writing the ledger")?;
    }
    Ok(status)
}

#[expect(clippy::disallowed_methods, reason = "how long a suite took is what is asked for")]
fn timed(command: &[String], figures: &Path, total: u64) -> anyhow::Result<(ExitStatus, u64)> {
    let (settings, command) = command.split_at(settings(command));
    let [program, arguments @ ..] = command else {
        bail!("no command was given");
    };
    let settings = settings.iter().filter_map(|setting| setting.split_once('='));
    let began = Instant::now();
    let status = Command::new(program)
        .args(arguments)
        .envs(settings)
        .env("SUTLER_FIGURES", figures)
        .env("SUTLER_FIRST_SEED", total.to_string())
        .status()
        .with_context(|| format!("running `{program}`"))?;
    Ok((status, began.elapsed().as_secs()))
}

/// How many of the words are settings, as before a command in a shell.
fn settings(command: &[String]) -> usize {
    let is_name = |name: &str| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    let is_setting = |word: &&String| word.split_once('=').is_some_and(|(name, _)| is_name(name));
    command.iter().take_while(is_setting).count()
}

/// The seeds that earlier runs of this suite have lived through.
fn total(ledger: &str, suite: &str) -> anyhow::Result<u64> {
    let ledger: Value = serde_json::from_str(ledger).context("the ledger is damaged")?;
    let runs = ledger.get("runs").and_then(Value::as_array).context("the ledger has no `runs`")?;
    let of_suite = runs.iter().filter(|run| run.get("suite").is_some_and(|name| name == suite));
    let last = of_suite.filter_map(|run| run.get(TOTAL)?.as_u64()).next_back();
    Ok(last.unwrap_or(0))
}

/// The counts, in the order in which their names appear.
fn counts(figures: &str) -> anyhow::Result<Vec<(String, u64)>> {
    let mut counts: Vec<(String, u64)> = Vec::new();
    for line in figures.lines() {
        let (name, number) = line.split_once(' ').context("a figure without a number")?;
        let number: u64 = number.parse().with_context(|| format!("`{number}` is no number"))?;
        match counts.iter_mut().find(|(known, _)| known == name) {
            Some((_, count)) => *count += number,
            None => counts.push((name.to_owned(), number)),
        }
    }
    if counts.is_empty() {
        bail!("the command wrote no figures");
    }
    Ok(counts)
}

#[expect(clippy::disallowed_methods, reason = "the day of a run is part of its entry")]
fn today() -> anyhow::Result<String> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Ok(day(since.context("the clock stands before 1970")?.as_secs() / 86_400))
}

/// A day by its number since 1970, as `2026-11-27`: eras of 400 years, which begin in March.
fn day(number: u64) -> String {
    let number = number + 719_468;
    let (era, in_era) = (number / 146_097, number % 146_097);
    let year = (in_era - in_era / 1_460 + in_era / 36_524 - in_era / 146_096) / 365;
    let in_year = in_era - (365 * year + year / 4 - year / 100);
    let month = (5 * in_year + 2) / 153;
    let of_month = in_year - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{of_month:02}", era * 400 + year + later)
}

fn entry(
    date: &str,
    suite: &str,
    command: &[String],
    counts: &[(String, u64)],
    (total, seconds): (u64, u64),
) -> String {
    let mut entry = format!(
        "    {{\n      \"suite\": {},\n      \"date\": {},\n      \"command\": {}",
        Value::from(suite),
        Value::from(date),
        Value::from(as_typed(command))
    );
    let seeds = counts.iter().find(|(name, _)| name == SEEDS);
    let total = seeds.map(|(_, seeds)| (TOTAL.to_owned(), total + seeds));
    for (name, number) in counts.iter().chain(&total) {
        // Writing to a string cannot fail.
        let _ = write!(entry, ",\n      {}: {number}", Value::from(name.as_str()));
    }
    let _ = write!(entry, ",\n      \"seconds\": {seconds}\n    }}");
    entry
}

/// The words as they would be typed in a shell.
fn as_typed(command: &[String]) -> String {
    let plain =
        |word: &str| word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_=./".contains(&b));
    let words = command.iter().enumerate().map(|(at, word)| {
        let name = Path::new(word).file_name().and_then(|name| name.to_str());
        match name.filter(|_| at == settings(command)) {
            // Where the program lies on this machine is nobody's business.
            Some(program) => program.to_owned(),
            None if plain(word) => word.clone(),
            None => format!("'{}'", word.replace('\'', "'\\''")),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The ledger with one run more.
fn append(ledger: &str, entry: &str) -> anyhow::Result<String> {
    let end = ledger.rfind("\n  ]").context("the end of `runs` is not where it should be")?;
    let (before, after) = ledger.split_at(end);
    let comma = if before.ends_with('[') { "" } else { "," };
    let appended = format!("{before}{comma}\n{entry}{after}");
    serde_json::from_str::<Value>(&appended).context("the entry would damage the ledger")?;
    Ok(appended)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEDGER: &str = "{\n  \"about\": \"x\",\n  \"runs\": [\n    {\n      \"suite\": \"lives\",\n      \"seeds_in_total\": 7\n    }\n  ]\n}\n";

    fn words(command: &str) -> Vec<String> {
        command.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_run_is_added_and_what_was_there_stays() {
        let counts = counts("seeds 30\nlost 0\nseeds 5\n").unwrap();
        let total = total(LEDGER, "lives").unwrap();
        let command = words("SUTLER_SEEDS=50 /usr/bin/cargo nextest run test(lives)");
        let ledger =
            append(LEDGER, &entry("2026-11-27", "lives", &command, &counts, (total, 9))).unwrap();
        let added = ",\n    {\n      \"suite\": \"lives\",\n      \"date\": \"2026-11-27\",\n      \"command\": \"SUTLER_SEEDS=50 cargo nextest run 'test(lives)'\",\n      \"seeds\": 35,\n      \"lost\": 0,\n      \"seeds_in_total\": 42,\n      \"seconds\": 9\n    }";
        let end = "\n  ]\n}\n";
        assert_eq!(ledger, format!("{}{added}{end}", LEDGER.strip_suffix(end).unwrap()));
        assert_eq!(super::total(&ledger, "lives").unwrap(), 42);
        assert_eq!(super::total(&ledger, "kills").unwrap(), 0);
    }

    #[test]
    fn an_empty_ledger_takes_its_first_run() {
        let ledger =
            append("{\n  \"runs\": [\n  ]\n}\n", &entry("x", "kills", &[], &[], (0, 1))).unwrap();
        assert!(!ledger.contains("[,"));
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        let days = [0, 58, 59, 11_016, 11_017, 20_784, 20_818];
        let told = ["1970-01-01", "1970-02-28", "1970-03-01", "2000-02-29", "2000-03-01"];
        assert_eq!(days.map(day)[..5], told);
        assert_eq!(days.map(day)[5..], ["2026-11-27", "2026-12-31"]);
    }

    #[test]
    fn a_run_without_figures_is_no_run() {
        assert!(counts("").is_err());
        assert!(counts("kills many").is_err());
    }
}
