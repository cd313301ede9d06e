//! The curves as pictures: time over size, both on logarithmic axes, so that what grows in
//! proportion is a slope and what stays is level.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;

use super::curve::{Curve, Growth, short};

const SIZE: (u32, u32) = (820, 460);

/// Which curves share a picture.
const PICTURES: [(&str, &str, &str, &[&str]); 5] = [
    (
        "reads",
        "Reads",
        "users stored",
        &["GET by id", "userName eq", "emails.value eq", "externalId eq", "compound filter"],
    ),
    (
        "pages",
        "Pages",
        "users stored",
        &[
            "first page of 100",
            "deep page by startIndex",
            "first page of 1,000 names by cursor",
            "deep page of 1,000 names by cursor",
        ],
    ),
    ("writes", "Creates and start", "users stored", &["create", "start to ready, after kill -9"]),
    (
        "members",
        "One member of a group",
        "members of the group",
        &["add a member", "remove a member"],
    ),
    (
        "groups",
        "Groups",
        "groups stored",
        &["first page of 100 groups", "deep page of 100 groups, with members", "displayName eq"],
    ),
];

/// One file for each picture.
pub(super) fn draw_all(growth: &Growth, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    for (file, title, over, names) in PICTURES {
        let curves: Vec<&Curve> =
            growth.0.iter().filter(|curve| names.contains(&curve.name.as_str())).collect();
        if !curves.is_empty() {
            let path = folder.join(format!("{file}.svg"));
            draw(&path, title, over, &curves).map_err(|error| anyhow!("{file}.svg: {error}"))?;
        }
    }
    Ok(())
}

fn draw(
    path: &Path,
    title: &str,
    over: &str,
    curves: &[&Curve],
) -> Result<(), Box<dyn std::error::Error>> {
    let points = || curves.iter().flat_map(|curve| curve.points.iter().copied());
    let sizes = points().map(|(size, _)| size);
    let (left, right) = (sizes.clone().fold(f64::MAX, f64::min), sizes.fold(1.0, f64::max));
    let top = points().map(|(_, value)| value).fold(1.0, f64::max) * 2.0;
    let bottom = points().map(|(_, value)| value).fold(top, f64::min) / 2.0;
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 22))
        .margin(14)
        .x_label_area_size(42)
        .y_label_area_size(64)
        .build_cartesian_2d((left..right).log_scale(), (bottom..top).log_scale())?;
    chart
        .configure_mesh()
        .x_desc(over)
        .y_desc("milliseconds, median")
        .x_label_formatter(&|size| short(*size))
        .y_label_formatter(&|value| format!("{value}"))
        .light_line_style(WHITE)
        .draw()?;
    for (n, curve) in curves.iter().enumerate() {
        let color = Palette99::pick(n).to_rgba();
        let line = curve.points.clone();
        chart
            .draw_series(LineSeries::new(line, color.stroke_width(2)).point_size(4))?
            .label(curve.name.as_str())
            .legend(move |(x, y)| {
                PathElement::new(vec![(x, y), (x + 18, y)], color.stroke_width(2))
            });
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    Ok(())
}
