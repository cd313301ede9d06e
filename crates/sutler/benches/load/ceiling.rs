//! What the machine can do at best: SQLite with nothing around it, and HTTP with nothing behind
//! it.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use axum::Router;
use axum::routing::get;
use rusqlite::{Connection, params};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::load::Load;
use crate::server;

/// The most rows that share a commit.
const BATCH: usize = 512;

const TABLES: &str = "
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
    CREATE TABLE resource (rid INTEGER PRIMARY KEY, tenant INTEGER, kind INTEGER, uid BLOB, version INTEGER,
        active INTEGER, body TEXT, user_name TEXT, external_id TEXT, email TEXT, display_name TEXT);
    CREATE UNIQUE INDEX resource_uid ON resource (tenant, uid);
    CREATE INDEX resource_external_id ON resource (tenant, external_id);
    CREATE INDEX resource_email ON resource (tenant, email);
    CREATE INDEX resource_display_name ON resource (tenant, display_name);
    CREATE TABLE name (tenant INTEGER, kind INTEGER, attr TEXT, key TEXT, rid INTEGER,
        PRIMARY KEY (tenant, kind, attr, key)) WITHOUT ROWID;
    CREATE TABLE attr (tenant INTEGER, kind INTEGER, path TEXT, key TEXT, rid INTEGER,
        PRIMARY KEY (tenant, kind, path, key, rid)) WITHOUT ROWID;
    CREATE TABLE origin (rid INTEGER, sp INTEGER, PRIMARY KEY (rid, sp)) WITHOUT ROWID;
    CREATE TABLE journal (seq INTEGER PRIMARY KEY, tenant INTEGER, at INTEGER, actor TEXT, rid INTEGER, op INTEGER);
    CREATE TABLE outbox (seq INTEGER, n INTEGER, rid INTEGER, flags INTEGER, PRIMARY KEY (seq, n)) WITHOUT ROWID;
";

/// A create: its number, and who waits for the commit.
type Job = (i64, SyncSender<()>);

/// Durable creates a second of raw SQLite with one writer and so many producers, each of which
/// waits for its commit.
#[expect(clippy::cast_precision_loss, reason = "counts are small")]
pub(crate) fn group_commit(producers: usize, span: Duration) -> Result<f64> {
    let folder = TempDir::new()?;
    let connection = Connection::open(folder.path().join("ceiling.db"))?;
    connection.execute_batch(TABLES)?;
    let (jobs, waiting) = channel();
    let writer = thread::spawn(move || write(connection, &waiting));
    let from = Instant::now();
    let end = from + span;
    let loops: Vec<_> = (0..producers)
        .map(|producer| {
            let jobs = jobs.clone();
            thread::spawn(move || produce(producer, &jobs, end))
        })
        .collect();
    drop(jobs);
    let mut created = 0;
    for producer in loops {
        created += producer.join().map_err(|_| anyhow!("a producer failed"))?;
    }
    let took = from.elapsed();
    let connection = writer.join().map_err(|_| anyhow!("the writer failed"))??;
    let stored: i64 = connection.query_row("SELECT count(*) FROM outbox", [], |row| row.get(0))?;
    ensure!(usize::try_from(stored)? == created, "{created} acknowledged, {stored} stored");
    Ok(created as f64 / took.as_secs_f64())
}

/// Rows a second of raw SQLite that commits a thousand of them at a time.
#[expect(clippy::cast_precision_loss, reason = "counts are small")]
pub(crate) fn thousands(span: Duration) -> Result<f64> {
    let folder = TempDir::new()?;
    let mut connection = Connection::open(folder.path().join("ceiling.db"))?;
    connection.execute_batch(TABLES)?;
    let from = Instant::now();
    let mut created: i64 = 0;
    while from.elapsed() < span {
        let transaction = connection.transaction()?;
        for number in created..created + 1_000 {
            insert(&transaction, number)?;
        }
        transaction.commit()?;
        created += 1_000;
    }
    let took = from.elapsed();
    let stored: i64 = connection.query_row("SELECT count(*) FROM outbox", [], |row| row.get(0))?;
    ensure!(stored == created, "{created} committed, {stored} stored");
    Ok(created as f64 / took.as_secs_f64())
}

fn produce(producer: usize, jobs: &Sender<Job>, end: Instant) -> usize {
    let mut count = 0;
    while Instant::now() < end {
        let (done, committed) = sync_channel(1);
        let number = i64::try_from(producer * 10_000_000 + count).unwrap_or(i64::MAX);
        if jobs.send((number, done)).is_err() || committed.recv().is_err() {
            break;
        }
        count += 1;
    }
    count
}

fn write(mut connection: Connection, waiting: &Receiver<Job>) -> Result<Connection> {
    while let Ok(first) = waiting.recv() {
        let mut batch = vec![first];
        batch.extend(waiting.try_iter().take(BATCH - 1));
        let transaction = connection.transaction()?;
        for (number, _) in &batch {
            insert(&transaction, *number)?;
        }
        transaction.commit()?;
        for (_, done) in batch {
            let _ = done.send(());
        }
    }
    Ok(connection)
}

fn insert(connection: &Connection, number: i64) -> Result<()> {
    let name = format!("user{number}@example.com");
    let body = server::person(&name).to_string();
    connection
        .prepare_cached(
            "INSERT INTO resource VALUES (?1, 1, 0, ?2, 1, 1, ?3, ?4, ?5, ?4, 'ada brandt')",
        )?
        .execute(params![number, uid(number), body, name, format!("hr-{name}")])?;
    connection
        .prepare_cached("INSERT INTO name VALUES (1, 0, 'userName', ?1, ?2)")?
        .execute(params![name, number])?;
    for (path, key) in index_rows(&name) {
        connection
            .prepare_cached("INSERT INTO attr VALUES (1, 0, ?1, ?2, ?3)")?
            .execute(params![path, key, number])?;
    }
    connection.prepare_cached("INSERT INTO origin VALUES (?1, 1)")?.execute([number])?;
    connection
        .prepare_cached("INSERT INTO journal VALUES (?1, 1, 0, 'hr', ?1, 0)")?
        .execute([number])?;
    connection.prepare_cached("INSERT INTO outbox VALUES (?1, 0, ?1, 0)")?.execute([number])?;
    Ok(())
}

/// What is indexed of a person that `server::person` makes.
fn index_rows(name: &str) -> [(&'static str, String); 8] {
    let of = |text: &str| text.to_owned();
    [
        ("name.familyName", of("brandt")),
        ("name.givenName", of("ada")),
        ("title", of("specialist")),
        ("emails.value", of(name)),
        ("emails.value", format!("home-{name}")),
        ("phoneNumbers.value", of("+49 30 555 0100")),
        ("employeeNumber", of("00042")),
        ("department", of("research")),
    ]
}

fn uid(number: i64) -> Vec<u8> {
    i128::from(number).to_be_bytes().to_vec()
}

/// Bare axum answering a kilobyte.
pub(crate) struct Echo {
    url: String,
    serving: JoinHandle<()>,
}

impl Echo {
    /// Starts it on a port of loopback.
    pub(crate) async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let body = server::person("echo@example.com").to_string();
        let service = Router::new().route("/", get(move || std::future::ready(body.clone())));
        let serving = tokio::spawn(async move { drop(axum::serve(listener, service).await) });
        Ok(Self { url, serving })
    }

    /// Answers a second, parsed as the others are.
    pub(crate) async fn rate(&self, load: &Load, connections: usize) -> Result<f64> {
        let http = server::client()?;
        let measured = load
            .run(connections, |_, _| {
                let request = http.get(&self.url);
                async {
                    let user: serde_json::Value = request.send().await?.json().await?;
                    ensure!(
                        server::text(&user, "userName") == Some("echo@example.com"),
                        "not the echo"
                    );
                    Ok(())
                }
            })
            .await?;
        Ok(measured.rate())
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
