//! A small TCP proxy that makes bad weather: latency, answers cut in the middle, resets, and
//! connections that are open at one end only.
//!
//! It knows nothing of HTTP. The weather is drawn for every piece that passes, so that
//! connections that are kept alive meet it too.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What happens to connections.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Weather {
    /// Nothing.
    Fair,
    /// Every new connection is reset.
    Down,
    /// Of a hundred answers so many meet a fault, drawn anew for each.
    Storm(u8),
}

/// What becomes of one answer. In each case the target has done what was asked.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// It arrives late.
    Late(Duration),
    /// So many bytes arrive, then the connection ends.
    Cut(usize),
    /// The connection is reset.
    Reset,
    /// Nothing more arrives, and the connection stays open.
    HalfOpen,
}

/// A running proxy; it stops when it is dropped.
pub(crate) struct Proxy {
    address: SocketAddr,
    sky: Arc<Sky>,
    accepting: JoinHandle<()>,
}

struct Sky {
    weather: Mutex<(Weather, StdRng)>,
    faults: std::sync::atomic::AtomicUsize,
}

impl Proxy {
    /// Listens, and passes everything on to `target`.
    pub(crate) async fn start(target: SocketAddr, seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let sky = Arc::new(Sky {
            weather: Mutex::new((Weather::Fair, StdRng::seed_from_u64(seed))),
            faults: std::sync::atomic::AtomicUsize::new(0),
        });
        let accepting = tokio::spawn(accept(listener, target, Arc::clone(&sky)));
        Self { address, sky, accepting }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes the weather.
    pub(crate) fn set(&self, weather: Weather) {
        self.sky.weather.lock().unwrap_or_else(PoisonError::into_inner).0 = weather;
    }

    /// How many connections and answers have met a fault.
    pub(crate) fn faults(&self) -> usize {
        self.sky.faults.load(std::sync::atomic::Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Sky {
    fn is_down(&self) -> bool {
        let down = self.weather.lock().unwrap_or_else(PoisonError::into_inner).0 == Weather::Down;
        if down {
            self.count();
        }
        down
    }

    fn draw(&self) -> Option<Fault> {
        let mut guard = self.weather.lock().unwrap_or_else(PoisonError::into_inner);
        let (weather, dice) = &mut *guard;
        let fault = match weather {
            Weather::Fair => None,
            Weather::Down => Some(Fault::Reset),
            Weather::Storm(rate) => {
                (dice.random_range(0..100) < *rate).then(|| match dice.random_range(0..10) {
                    0..3 => Fault::Late(Duration::from_millis(dice.random_range(1..200))),
                    3..6 => Fault::Cut(dice.random_range(1..200)),
                    6..9 => Fault::Reset,
                    _ => Fault::HalfOpen,
                })
            }
        };
        if fault.is_some() {
            self.count();
        }
        fault
    }

    fn count(&self) {
        self.faults.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }
}

async fn accept(listener: TcpListener, target: SocketAddr, sky: Arc<Sky>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok((client, _)) = listener.accept().await else {
            continue;
        };
        while connections.try_join_next().is_some() {}
        if sky.is_down() {
            reset(&client);
            continue;
        }
        connections.spawn(connection(client, target, Arc::clone(&sky)));
    }
}

async fn connection(client: TcpStream, target: SocketAddr, sky: Arc<Sky>) {
    let Ok(server) = TcpStream::connect(target).await else {
        reset(&client);
        return;
    };
    let (from_server, to_server) = server.into_split();
    let (from_client, to_client) = client.into_split();
    let there = tokio::spawn(requests(from_client, to_server));
    answers(from_server, to_client, &sky).await;
    there.abort();
}

async fn requests(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    drop(tokio::io::copy(&mut from, &mut to).await);
}

async fn answers(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, sky: &Sky) {
    let mut piece = vec![0; 64 * 1024];
    loop {
        let size = match from.read(&mut piece).await {
            Ok(0) | Err(_) => return,
            Ok(size) => size,
        };
        let mut passing = &piece[..size];
        match sky.draw() {
            None => {}
            Some(Fault::Late(delay)) => tokio::time::sleep(delay).await,
            Some(Fault::Cut(bytes)) => passing = &passing[..bytes.min(size)],
            Some(Fault::Reset) => return reset(to.as_ref()),
            Some(Fault::HalfOpen) => return std::future::pending().await,
        }
        if to.write_all(passing).await.is_err() || passing.len() < size {
            return;
        }
    }
}

/// Closing with pending data thrown away sends RST instead of FIN.
fn reset(stream: &TcpStream) {
    drop(stream.set_zero_linger());
}

#[tokio::test]
async fn the_proxy_passes_in_fair_weather_and_resets_in_a_storm() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut byte = [0];
            drop(stream.read_exact(&mut byte).await);
            drop(stream.write_all(b"answer").await);
        }
    });
    let proxy = Proxy::start(target, 1).await;
    let ask = async || {
        let mut stream = TcpStream::connect(proxy.address()).await?;
        stream.write_all(b"?").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    assert_eq!(ask().await.unwrap(), "answer");
    proxy.set(Weather::Down);
    assert!(ask().await.is_err());
    assert_eq!(proxy.faults(), 1);
}
