//! Keys are fetched when needed, not often, and never used when they are old (OA-5).

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::{Value, json};
use sutler_federation::{Denied, KeySource, Keyring, KeysUnavailable, Rejected, Token};
use sutler_model::Time;
use sutler_model::identity_provider::{IdentityProvider, KeyLocation};
use sutler_model::port::Clock;

use crate::support::{ELLIPTIC, NOW, RSA, STRANGER, claims, header, provider, set};

struct TestClock(AtomicI64);

impl Clock for TestClock {
    /// Stands still, so that tokens do not age.
    fn now(&self) -> Time {
        Time(NOW * 1_000)
    }

    fn boottime(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

struct TestSource {
    answer: Mutex<Result<Value, KeysUnavailable>>,
    asked: AtomicUsize,
}

#[async_trait]
impl KeySource for TestSource {
    async fn fetch(&self, _: &IdentityProvider) -> Result<Value, KeysUnavailable> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        self.answer.lock().unwrap().clone()
    }
}

struct Bench {
    clock: Arc<TestClock>,
    source: Arc<TestSource>,
    keyring: Keyring,
}

impl Bench {
    fn new(answer: Result<Value, KeysUnavailable>) -> Self {
        let clock = Arc::new(TestClock(AtomicI64::new(0)));
        let source =
            Arc::new(TestSource { answer: Mutex::new(answer), asked: AtomicUsize::new(0) });
        let keyring = Keyring::new(Arc::clone(&source) as _, Arc::clone(&clock) as _);
        Self { clock, source, keyring }
    }

    fn answer(&self, answer: Result<Value, KeysUnavailable>) {
        *self.source.answer.lock().unwrap() = answer;
    }

    fn pass(&self, millis: i64) {
        self.clock.0.fetch_add(millis, Ordering::SeqCst);
    }

    fn asked(&self) -> usize {
        self.source.asked.load(Ordering::SeqCst)
    }

    async fn verify(&self, text: &str) -> Result<(), Denied> {
        let token = Token::read(text)?;
        self.keyring.verify(&token, &provider()).await.map(drop)
    }
}

fn down() -> Result<Value, KeysUnavailable> {
    Err(KeysUnavailable("timed out".to_owned()))
}

fn good() -> String {
    ELLIPTIC.sign(&header(), &claims())
}

fn rsa() -> String {
    RSA.sign(&json!({"alg": "RS256", "typ": "at+jwt", "kid": "rsa"}), &claims())
}

#[tokio::test]
async fn keys_are_fetched_once_and_kept_for_ten_minutes() {
    let bench = Bench::new(Ok(set(&[&ELLIPTIC.public])));
    for _ in 0..5 {
        assert_eq!(bench.verify(&good()).await, Ok(()));
    }
    assert_eq!(bench.asked(), 1);
    bench.pass(599_999);
    assert_eq!(bench.verify(&good()).await, Ok(()));
    assert_eq!(bench.asked(), 1);
    bench.pass(1);
    assert_eq!(bench.verify(&good()).await, Ok(()));
    assert_eq!(bench.asked(), 2);
}

#[tokio::test]
async fn a_withdrawn_key_is_not_believed_when_the_keys_are_fetched_anew() {
    let bench = Bench::new(Ok(set(&[&ELLIPTIC.public])));
    assert_eq!(bench.verify(&good()).await, Ok(()));
    bench.answer(Ok(set(&[&RSA.public])));
    bench.pass(600_000);
    assert_eq!(bench.verify(&good()).await, Err(Rejected::Key.into()));
}

#[tokio::test]
async fn r25_nobody_is_let_in_without_keys_oa_5() {
    let senseless = [json!("<html>"), json!({}), json!({"keys": []}), json!(null), json!([1])];
    for answer in senseless.into_iter().map(Ok).chain([down()]) {
        let bench = Bench::new(answer.clone());
        assert_eq!(bench.verify(&good()).await, Err(Denied::Unavailable), "{answer:?}");
        // Not asked again at once, and let in as soon as there are keys.
        assert_eq!(bench.verify(&good()).await, Err(Denied::Unavailable));
        assert_eq!(bench.asked(), 1);
        bench.answer(Ok(set(&[&ELLIPTIC.public])));
        bench.pass(30_000);
        assert_eq!(bench.verify(&good()).await, Ok(()));
    }
}

#[tokio::test]
async fn old_keys_are_not_used_while_new_ones_cannot_be_had_oa_5() {
    let bench = Bench::new(Ok(set(&[&ELLIPTIC.public])));
    assert_eq!(bench.verify(&good()).await, Ok(()));
    bench.answer(down());
    bench.pass(599_999);
    assert_eq!(bench.verify(&good()).await, Ok(()));
    bench.pass(1);
    assert_eq!(bench.verify(&good()).await, Err(Denied::Unavailable));
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_once_in_a_while_oa_5() {
    let bench = Bench::new(Ok(set(&[&ELLIPTIC.public])));
    assert_eq!(bench.verify(&good()).await, Ok(()));
    bench.pass(1);
    for _ in 0..20 {
        assert_eq!(bench.verify(&rsa()).await, Err(Rejected::Key.into()));
    }
    assert_eq!(bench.asked(), 1);
    bench.answer(Ok(set(&[&ELLIPTIC.public, &RSA.public])));
    bench.pass(30_000);
    assert_eq!(bench.verify(&rsa()).await, Ok(()));
    assert_eq!(bench.verify(&good()).await, Ok(()));
    assert_eq!(bench.asked(), 2);
}

#[tokio::test]
async fn a_failed_look_for_an_unknown_key_leaves_the_known_ones() {
    let bench = Bench::new(Ok(set(&[&ELLIPTIC.public])));
    assert_eq!(bench.verify(&good()).await, Ok(()));
    bench.answer(down());
    bench.pass(30_000);
    assert_eq!(bench.verify(&rsa()).await, Err(Denied::Unavailable));
    assert_eq!(bench.verify(&good()).await, Ok(()));
}

#[tokio::test]
async fn what_needs_no_key_to_be_refused_asks_for_none() {
    let bench = Bench::new(down());
    let expired = crate::support::with(claims(), &json!({"exp": NOW - 100}));
    let text = ELLIPTIC.sign(&header(), &expired);
    assert_eq!(bench.verify(&text).await, Err(Rejected::Expired.into()));
    assert_eq!(bench.asked(), 0);
}

#[tokio::test]
async fn many_at_once_make_one_attempt() {
    let bench = Bench::new(Ok(set(&[&ELLIPTIC.public])));
    let text = good();
    let token = Token::read(&text).unwrap();
    let trusted = provider();
    let verify = || bench.keyring.verify(&token, &trusted);
    let all = tokio::join!(verify(), verify(), verify(), verify());
    assert!(all.0.is_ok() && all.1.is_ok() && all.2.is_ok() && all.3.is_ok());
    assert_eq!(bench.asked(), 1);
}

#[tokio::test]
async fn a_client_that_goes_away_does_not_undo_the_attempt() {
    let bench = Bench::new(Ok(set(&[&ELLIPTIC.public])));
    let text = good();
    let token = Token::read(&text).unwrap();
    let trusted = provider();
    tokio::select! {
        biased;
        _ = bench.keyring.verify(&token, &trusted) => panic!("it waits"),
        () = std::future::ready(()) => {}
    }
    assert_eq!(bench.verify(&text).await, Ok(()));
    assert_eq!(bench.asked(), 1);
}

#[tokio::test]
async fn keys_of_another_place_count_for_nothing() {
    let bench = Bench::new(Ok(set(&[&ELLIPTIC.public])));
    assert_eq!(bench.verify(&good()).await, Ok(()));
    bench.answer(Ok(set(&[&STRANGER.public])));
    let moved = IdentityProvider { jwks: KeyLocation::File("/keys".to_owned()), ..provider() };
    let text = good();
    let token = Token::read(&text).unwrap();
    let verified = bench.keyring.verify(&token, &moved).await;
    assert_eq!(verified, Err(Rejected::Signature.into()));
}
