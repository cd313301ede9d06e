//! Spans of time as people write them: `30d`, `12h`, `5m`, `10s`, `500ms`.

const UNITS: [(&str, i64); 5] =
    [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// The milliseconds of a span; the error says what was expected.
pub(crate) fn milliseconds(text: &str) -> Result<i64, String> {
    let expected =
        || format!("`{text}` is no span: write it as `30d`, `12h`, `5m`, `10s` or `500ms`");
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.get(digits.len()..).unwrap_or_default();
    let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(expected)?;
    let count: u32 = digits.parse().map_err(|_| expected())?;
    Ok(i64::from(count) * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_a_number_and_a_unit() {
        let check = |text: &str, expected: i64| assert_eq!(milliseconds(text), Ok(expected));
        check("30d", 2_592_000_000);
        check("1h", 3_600_000);
        check("5m", 300_000);
        check("10s", 10_000);
        check("500ms", 500);
        for wrong in ["", "d", "10", "1w", "-1d", "1.5h", "99999999999d", "1 h"] {
            assert!(milliseconds(wrong).is_err(), "{wrong}");
        }
    }
}
