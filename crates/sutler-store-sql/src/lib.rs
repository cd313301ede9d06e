//! The ledger on SQLite: resources, journal, outbox, work, links, settings.
