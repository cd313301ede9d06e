//! A CSV file, read as a stream: memory does not grow with the file, whatever is in it.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use csv::{ErrorKind, StringRecord};
use serde_json::Value;
use sutler_model::schema::{ResourceType, Type};

use super::Assignment;
use super::header::{Column, columns};
use crate::control::{ImportRow, RowFault};

/// The longest row, in bytes: an unclosed quote ends here.
const LONGEST_ROW: u64 = 1024 * 1024;

/// The longest cell, in characters.
const LONGEST_CELL: usize = 8 * 1024;

/// The rows of a file.
pub(crate) struct Rows<R> {
    reader: csv::Reader<Limited<R>>,
    columns: Vec<Column>,
    since: Rc<Cell<u64>>,
    bytes: Rc<Cell<u64>>,
}

/// What was found in the next row.
#[derive(Debug)]
pub(crate) enum Found {
    Row(ImportRow),
    /// The row is passed over.
    Fault(RowFault),
    /// The file cannot be read any further.
    Broken(RowFault),
}

impl<R: Read> Rows<R> {
    /// Reads the header, which names attributes of `users`.
    pub(crate) fn open(source: R, users: &ResourceType) -> Result<Self, Vec<String>> {
        let since = Rc::new(Cell::new(0));
        let bytes = Rc::new(Cell::new(0));
        let limited = Limited { source, since: Rc::clone(&since), bytes: Rc::clone(&bytes) };
        let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(limited);
        let header = reader
            .headers()
            .map_err(|error| vec![format!("the header cannot be read: {}", describe(&error))])?;
        let columns = columns(header.iter(), users)?;
        Ok(Self { reader, columns, since, bytes })
    }

    /// How much of the file has been read, for a progress bar.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.get()
    }

    /// The next row; `None` at the end.
    pub(crate) fn next(&mut self) -> Option<Found> {
        self.since.set(0);
        let mut record = StringRecord::new();
        match self.reader.read_record(&mut record) {
            Ok(false) => None,
            Ok(true) => {
                let line = record.position().map_or(0, csv::Position::line);
                Some(match self.row(line, &record) {
                    Ok(row) => Found::Row(row),
                    Err(message) => Found::Fault(RowFault { line, message }),
                })
            }
            Err(error) => {
                let fault = RowFault {
                    line: error
                        .position()
                        .map_or_else(|| self.reader.position().line(), csv::Position::line),
                    message: describe(&error),
                };
                Some(match error.kind() {
                    ErrorKind::Io(_) => Found::Broken(fault),
                    _ => Found::Fault(fault),
                })
            }
        }
    }

    fn row(&self, line: u64, record: &StringRecord) -> Result<ImportRow, String> {
        let mut row = ImportRow {
            line,
            user_name: String::new(),
            set: Vec::new(),
            groups: Vec::new(),
            manager: None,
        };
        for (column, cell) in self.columns.iter().zip(record.iter()) {
            fill(&mut row, column, cell)?;
        }
        if row.user_name.is_empty() {
            return Err("`userName` is empty".to_owned());
        }
        Ok(row)
    }
}

fn fill(row: &mut ImportRow, column: &Column, cell: &str) -> Result<(), String> {
    if cell.chars().count() > LONGEST_CELL {
        return Err(format!("a cell is longer than {LONGEST_CELL} characters"));
    }
    if cell.contains('\0') {
        return Err("a cell contains a NUL character".to_owned());
    }
    if cell.is_empty() {
        return Ok(());
    }
    match column {
        Column::Groups => {
            let names = cell.split(';').map(str::trim).filter(|name| !name.is_empty());
            row.groups.extend(names.map(str::to_owned));
        }
        Column::Manager => row.manager = Some(cell.to_owned()),
        Column::Attribute { template, r#type } => {
            if template.schema.is_none() && template.attribute == "userName" {
                cell.clone_into(&mut row.user_name);
            }
            row.set.push(Assignment {
                value: value(&template.attribute, *r#type, cell)?,
                ..template.clone()
            });
        }
    }
    Ok(())
}

fn value(attribute: &str, r#type: Type, cell: &str) -> Result<Value, String> {
    let wrong = || {
        format!(
            "`{attribute}` must be {}, not `{}`",
            r#type.noun(),
            cell.chars().take(40).collect::<String>()
        )
    };
    Ok(match r#type {
        Type::Boolean => match cell.to_ascii_lowercase().as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => return Err(format!("{}: write true or false", wrong())),
        },
        Type::Integer => Value::from(cell.parse::<i64>().map_err(|_| wrong())?),
        Type::Decimal => Value::from(cell.parse::<f64>().map_err(|_| wrong())?),
        _ => Value::from(cell),
    })
}

fn describe(error: &csv::Error) -> String {
    match error.kind() {
        ErrorKind::Io(error) => error.to_string(),
        ErrorKind::Utf8 { .. } => "the row is not UTF-8: save the file as UTF-8".to_owned(),
        ErrorKind::UnequalLengths { expected_len, len, .. } => format!(
            "the row has {len} cells, the header has {expected_len}: quote cells that contain commas"
        ),
        _ => error.to_string(),
    }
}

/// A source that ends with an error when a single row grows out of bounds.
struct Limited<R> {
    source: R,
    since: Rc<Cell<u64>>,
    bytes: Rc<Cell<u64>>,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.since.get() > LONGEST_ROW {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("a row is longer than {LONGEST_ROW} bytes: is a quote not closed?"),
            ));
        }
        let read = self.source.read(buffer)?;
        let count = u64::try_from(read).unwrap_or(u64::MAX);
        self.since.set(self.since.get().saturating_add(count));
        self.bytes.set(self.bytes.get().saturating_add(count));
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sutler_model::Kind;
    use sutler_model::schema::standard;

    fn read(text: &[u8]) -> Vec<Found> {
        let mut rows = Rows::open(text, standard(Kind::User)).unwrap();
        std::iter::from_fn(|| rows.next()).collect()
    }

    #[test]
    fn rows_are_read_with_their_lines() {
        let found = read(b"userName,active,groups,manager\nann,true,Sales; Berlin ,bob\nbob,,,\n");
        let Found::Row(ann) = &found[0] else { panic!("{found:?}") };
        assert_eq!((ann.line, ann.user_name.as_str()), (2, "ann"));
        assert_eq!(ann.groups, ["Sales", "Berlin"]);
        assert_eq!(ann.manager.as_deref(), Some("bob"));
        assert_eq!(ann.set[1].value, Value::Bool(true));
        let Found::Row(bob) = &found[1] else { panic!("{found:?}") };
        assert_eq!(bob.set.len(), 1, "empty cells set nothing");
    }

    #[test]
    fn a_bad_row_is_named_and_passed_over() {
        let found = read(b"userName,active\nann,maybe\n,true\n\xff,true\nbob\ncarol,false\n");
        let lines: Vec<u64> = found
            .iter()
            .filter_map(|found| match found {
                Found::Fault(fault) => Some(fault.line),
                _ => None,
            })
            .collect();
        assert_eq!(lines, [2, 3, 4, 5], "{found:?}");
        assert!(matches!(&found[4], Found::Row(row) if row.user_name == "carol"));
    }

    #[test]
    fn an_unclosed_quote_ends_the_reading_and_does_not_fill_memory() {
        let endless = b"userName\n\"ann".as_slice().chain(io::repeat(b'a'));
        let mut rows = Rows::open(endless, standard(Kind::User)).unwrap();
        let Some(Found::Broken(fault)) = rows.next() else { panic!() };
        assert!(fault.message.contains("quote"), "{fault:?}");
        assert!(rows.bytes() < 2 * LONGEST_ROW);
    }
}
