//! The control socket: a Unix socket in the data directory, for its owner only.
//!
//! Whoever can open it can do everything the command line can; the directory and the socket
//! are closed to others.

use std::fs::File;
use std::io::ErrorKind;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};

use super::context::Context;
use super::execute::execute;
use super::message::{LONGEST, ProbeRequest, Reply, Request};
use super::probe;
use crate::data::control_socket;

/// The longest path that is surely an address.
const LONGEST_ADDRESS: usize = 100;

/// One connection, of either end.
pub(crate) struct Connection {
    reader: BufReader<OwnedReadHalf>,
    writer: OwnedWriteHalf,
}

/// Connects to the server that has this directory; `None` if none listens.
pub(crate) async fn connect(directory: &Path) -> Result<Option<Connection>> {
    let path = control_socket(directory);
    let (short, _held) = short(directory, &path);
    match UnixStream::connect(&short).await {
        Ok(stream) => Ok(Some(Connection::new(stream))),
        Err(error)
            if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) =>
        {
            Ok(None)
        }
        Err(error) if error.kind() == ErrorKind::PermissionDenied => bail!(
            "`{}` may not be opened: run the command as the user that runs the server",
            path.display()
        ),
        Err(error) => Err(error).with_context(|| format!("`{}` cannot be reached", path.display())),
    }
}

/// True if a server has this directory and answers.
pub(crate) async fn is_served(directory: &Path) -> Result<bool> {
    Ok(connect(directory).await?.is_some())
}

/// Listens for commands until the task is dropped. The lock on the directory is held, so a
/// socket that is there is a dead server's.
pub(crate) fn listen(directory: &Path, context: Context) -> Result<tokio::task::JoinHandle<()>> {
    let path = control_socket(directory);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("`{}` cannot be replaced", path.display()));
        }
        _ => {}
    }
    let (short, _held) = short(directory, &path);
    let listener = UnixListener::bind(&short).with_context(|| {
        format!(
            "the control socket `{}` cannot be made: its disk may not allow sockets",
            path.display()
        )
    })?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))
        .with_context(|| format!("`{}` cannot be closed to others", path.display()))?;
    Ok(tokio::spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    tokio::spawn(answer(Connection::new(stream), context.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a command could not be taken in");
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
            }
        }
    }))
}

/// The address of a socket holds about a hundred bytes. A longer path is reached through the
/// open directory, which must be held meanwhile.
fn short(directory: &Path, path: &Path) -> (PathBuf, Option<File>) {
    if path.as_os_str().len() <= LONGEST_ADDRESS {
        return (path.to_owned(), None);
    }
    match File::open(directory) {
        Ok(held) => {
            let through = format!("/proc/self/fd/{}", held.as_raw_fd());
            (control_socket(Path::new(&through)), Some(held))
        }
        Err(_) => (path.to_owned(), None),
    }
}

async fn answer(mut connection: Connection, context: Context) {
    loop {
        let reply = match connection.receive::<Request>().await {
            Ok(Some(Request::Probe(wanted))) => connection.probe(&context, wanted).await,
            Ok(Some(request)) => execute(&context, request).await,
            Ok(None) => return,
            Err(error) => Reply::refused(format!(
                "the server did not understand the command: {error:#}: is it of another version?"
            )),
        };
        if let Err(error) = connection.send(&reply).await {
            tracing::debug!(%error, "a command left before its answer");
            return;
        }
    }
}

impl Connection {
    fn new(stream: UnixStream) -> Self {
        let (reader, writer) = stream.into_split();
        Self { reader: BufReader::new(reader), writer }
    }

    /// Sends a request and waits for its reply.
    pub(crate) async fn ask(&mut self, request: &Request) -> Result<Reply> {
        let lost = "the server went away before it answered: see whether it did it, then try again";
        self.send(request).await.context(lost)?;
        match self.receive().await.context(lost)? {
            Some(reply) => Ok(reply),
            None => bail!(lost),
        }
    }

    /// Sends a request, hands on what is told meanwhile, and waits for the last reply. When
    /// `stop` comes first, the other end is told to stop; it still answers.
    pub(crate) async fn follow(
        &mut self,
        request: &Request,
        mut told: impl FnMut(&str),
        stop: impl Future<Output = ()>,
    ) -> Result<Reply> {
        let lost =
            "the server went away before it answered: see in its log what is left at the target";
        self.send(request).await.context(lost)?;
        let Self { reader, writer } = self;
        let mut stop = std::pin::pin!(stop);
        let mut going = true;
        loop {
            let mut next = std::pin::pin!(receive::<Reply>(reader));
            let reply = loop {
                tokio::select! {
                    reply = &mut next => break reply,
                    () = &mut stop, if going => {
                        going = false;
                        send(writer, &Request::Stop).await.context(lost)?;
                    }
                }
            };
            match reply.context(lost)? {
                Some(Reply::Told { line }) => told(&line),
                Some(reply) => return Ok(reply),
                None => bail!(lost),
            }
        }
    }

    /// Probes, and tells what it does. It is ended by whatever comes in, also by the end of the
    /// connection, and goes on until it has taken away what it made.
    async fn probe(&mut self, context: &Context, wanted: ProbeRequest) -> Reply {
        let (watcher, mut listening) = probe::told();
        let own = context.clone();
        let probing = tokio::spawn(async move { probe::run(&own, wanted, watcher).await });
        let Self { reader, writer } = self;
        let mut heard = std::pin::pin!(receive::<Request>(reader));
        let mut attentive = true;
        loop {
            tokio::select! {
                line = listening.lines.recv() => {
                    let Some(line) = line else {
                        break;
                    };
                    if send(writer, &Reply::Told { line }).await.is_err() {
                        listening.stop.store(true, Ordering::Relaxed);
                    }
                }
                _ = &mut heard, if attentive => {
                    attentive = false;
                    listening.stop.store(true, Ordering::Relaxed);
                }
            }
        }
        probing.await.unwrap_or_else(|_| Reply::refused("the probe broke off: the log says why"))
    }

    async fn send(&mut self, value: &impl serde::Serialize) -> Result<()> {
        send(&mut self.writer, value).await
    }

    /// The next message; `None` when the other end is done.
    async fn receive<T: serde::de::DeserializeOwned>(&mut self) -> Result<Option<T>> {
        receive(&mut self.reader).await
    }
}

async fn send(writer: &mut OwnedWriteHalf, value: &impl serde::Serialize) -> Result<()> {
    let mut line = serde_json::to_vec(value)?;
    if line.len() > LONGEST {
        bail!("the message is longer than {LONGEST} bytes");
    }
    line.push(b'\n');
    writer.write_all(&line).await?;
    Ok(writer.flush().await?)
}

async fn receive<T: serde::de::DeserializeOwned>(
    reader: &mut BufReader<OwnedReadHalf>,
) -> Result<Option<T>> {
    let mut line = Vec::new();
    let limit = u64::try_from(LONGEST + 1)?;
    let read = reader.take(limit).read_until(b'\n', &mut line).await?;
    if read == 0 {
        return Ok(None);
    }
    if line.last() != Some(&b'\n') {
        bail!("the message is cut off or longer than {LONGEST} bytes");
    }
    Ok(Some(serde_json::from_slice(&line)?))
}
