//! What was measured, as a table or as JSON.

use std::fmt::Write;
use std::time::Duration;

use serde_json::{Value, json};

/// One line of the report.
pub(crate) struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    ceiling: Option<Ceiling>,
}

struct Ceiling {
    name: &'static str,
    value: f64,
}

/// All lines.
#[derive(Default)]
pub(crate) struct Figures(Vec<Figure>);

impl Figure {
    /// A rate, beside the rate of something that does less.
    pub(crate) fn rate(
        name: impl Into<String>,
        value: f64,
        ceiling: &'static str,
        rate: f64,
    ) -> Self {
        let ceiling = Some(Ceiling { name: ceiling, value: rate });
        Self { name: name.into(), value, unit: "/s", ceiling }
    }

    /// A time, beside the time of something that does less.
    pub(crate) fn time(
        name: impl Into<String>,
        value: Duration,
        ceiling: &'static str,
        time: Duration,
    ) -> Self {
        let ceiling = Some(Ceiling { name: ceiling, value: milliseconds(time) });
        Self { name: name.into(), value: milliseconds(value), unit: "ms", ceiling }
    }

    /// A figure that stands alone.
    pub(crate) fn plain(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { name: name.into(), value, unit, ceiling: None }
    }

    fn ratio(&self) -> Option<f64> {
        self.ceiling.as_ref().map(|ceiling| self.value / ceiling.value)
    }
}

impl Figures {
    /// Adds a line.
    pub(crate) fn push(&mut self, figure: Figure) {
        self.0.push(figure);
    }

    /// For people.
    pub(crate) fn table(&self) -> String {
        let mut table = String::new();
        for figure in &self.0 {
            let Figure { name, value, unit, ceiling } = figure;
            let beside = match (ceiling, figure.ratio()) {
                (Some(ceiling), Some(ratio)) => {
                    format!("{ratio:>7.2} × {} ({:.1} {unit})", ceiling.name, ceiling.value)
                }
                _ => String::new(),
            };
            // Writing to a string does not fail.
            let _ = writeln!(table, "{name:<52} {value:>10.1} {unit:<4} {beside}");
        }
        table
    }

    /// For scripts.
    pub(crate) fn json(&self) -> Value {
        let figures = self.0.iter().map(|figure| {
            json!({
                "name": figure.name,
                "value": figure.value,
                "unit": figure.unit,
                "ceiling": figure.ceiling.as_ref().map(|ceiling| ceiling.name),
                "ceiling_value": figure.ceiling.as_ref().map(|ceiling| ceiling.value),
                "ratio": figure.ratio(),
            })
        });
        figures.collect()
    }
}

fn milliseconds(span: Duration) -> f64 {
    span.as_secs_f64() * 1_000.0
}
