//! What can go wrong inside a transaction, and how it is told at the port.

use rusqlite::ErrorCode;
use sutler_model::change::CommitError;
use sutler_model::port::LedgerError;

/// The end of a piece of work that was not done.
#[derive(Debug)]
pub(crate) enum Fail<E> {
    /// Refused by a check of ours: an answer, not a fault.
    Refused(E),
    /// SQLite could not do it.
    Sql(rusqlite::Error),
}

/// What a piece of work gives.
pub(crate) type Done<T, E = LedgerError> = Result<T, Fail<E>>;

impl<E> From<rusqlite::Error> for Fail<E> {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl<E: From<LedgerError>> From<serde_json::Error> for Fail<E> {
    fn from(error: serde_json::Error) -> Self {
        Self::Refused(LedgerError::Failed(format!("a stored document is damaged: {error}")).into())
    }
}

/// True for an error that belongs to one piece of work alone and leaves the transaction whole.
pub(crate) fn is_own(error: &rusqlite::Error) -> bool {
    match error {
        rusqlite::Error::SqliteFailure(cause, _) => cause.code == ErrorCode::ConstraintViolation,
        _ => true,
    }
}

/// True for an I/O error, after which a COMMIT is unknown.
pub(crate) fn is_io(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure)
}

/// True if the disk, or the quota, is full.
pub(crate) fn is_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
}

/// The error at the port.
pub(crate) fn ledger_error(error: &rusqlite::Error) -> LedgerError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => LedgerError::Full,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => LedgerError::Busy,
        _ => LedgerError::Failed(error.to_string()),
    }
}

/// The error at the port, of work that answers with it.
pub(crate) fn told<E: From<LedgerError>>(fail: Fail<E>) -> E {
    match fail {
        Fail::Refused(error) => error,
        Fail::Sql(error) => ledger_error(&error).into(),
    }
}

/// What failed as work of the store, told by a commit.
pub(crate) fn of_commit(fail: Fail<LedgerError>) -> Fail<CommitError> {
    match fail {
        Fail::Refused(error) => Fail::Refused(error.into()),
        Fail::Sql(error) => Fail::Sql(error),
    }
}
