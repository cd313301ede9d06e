//! What was measured at which size.

use std::fmt::Write;

use serde_json::{Value, json};

/// A cost at several sizes.
pub(crate) struct Curve {
    pub(crate) name: String,
    pub(crate) unit: &'static str,
    /// Size and value, in the order of measuring.
    pub(crate) points: Vec<(f64, f64)>,
}

/// All curves.
#[derive(Default)]
pub(crate) struct Growth(pub(crate) Vec<Curve>);

impl Curve {
    /// The last value beside the first one: 1 is flat.
    pub(crate) fn growth(&self) -> Option<f64> {
        let ((_, first), (_, last)) = (self.points.first()?, self.points.last()?);
        (self.points.len() > 1).then_some(last / first)
    }
}

impl Growth {
    /// Adds a point to the curve of that name.
    pub(crate) fn add(&mut self, name: &str, unit: &'static str, size: usize, value: f64) {
        #[expect(clippy::cast_precision_loss, reason = "sizes are small")]
        let size = size as f64;
        if let Some(curve) = self.0.iter_mut().find(|curve| curve.name == name) {
            curve.points.push((size, value));
        } else {
            let points = vec![(size, value)];
            self.0.push(Curve { name: name.to_owned(), unit, points });
        }
    }

    /// For people, and for a page: a table in Markdown.
    pub(crate) fn table(&self) -> String {
        let mut table =
            String::from("| cost | unit | at each size | last : first |\n|---|---|---|---|\n");
        for curve in &self.0 {
            let points: Vec<String> = curve
                .points
                .iter()
                .map(|(size, value)| format!("{}: {value:.2}", short(*size)))
                .collect();
            let growth = curve.growth().map_or_else(String::new, |g| format!("{g:.2}"));
            // Writing to a string does not fail.
            let _ = writeln!(
                table,
                "| {} | {} | {} | {growth} |",
                curve.name,
                curve.unit,
                points.join(", ")
            );
        }
        table
    }

    /// For scripts.
    pub(crate) fn json(&self) -> Value {
        let curves = self.0.iter().map(|curve| {
            json!({
                "name": curve.name,
                "unit": curve.unit,
                "points": curve.points,
                "growth": curve.growth(),
            })
        });
        curves.collect()
    }
}

/// `10 k`, `1 M`.
pub(crate) fn short(size: f64) -> String {
    if size < 1e3 {
        format!("{size}")
    } else if size < 1e6 {
        format!("{} k", size / 1e3)
    } else {
        format!("{} M", size / 1e6)
    }
}
