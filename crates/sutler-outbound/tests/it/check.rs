//! What `check` tells before anything is sent.

use std::sync::Arc;

use sutler_emulator::{Faults, Outage, TargetOptions};
use sutler_model::outcome::Finding;
use sutler_model::port::Connector;
use sutler_outbound::ResolvedAuth;

use crate::support::{Act, Scripted, bench, connect, plain, target};

async fn subjects(connector: &Arc<dyn Connector>) -> Vec<(String, bool)> {
    let findings = connector.check().await;
    assert!(findings.iter().all(|f: &Finding| !f.detail.is_empty()));
    findings.into_iter().map(|f| (f.subject, f.ok)).collect()
}

fn expected(list: &[(&str, bool)]) -> Vec<(String, bool)> {
    list.iter().map(|(s, ok)| ((*s).to_owned(), *ok)).collect()
}

#[tokio::test]
async fn a_good_target_is_well_in_every_respect_and_nothing_is_changed_there() {
    let bench = plain().await;
    assert_eq!(
        subjects(&bench.connector).await,
        expected(&[("address", true), ("credentials", true), ("profile", true)])
    );
    assert!(bench.target.journal().is_empty());
}

#[tokio::test]
async fn a_wrong_token_is_found_out() {
    let bench = plain().await;
    let wrong = connect(&target(&bench.emulator.url("app")), ResolvedAuth::Bearer("wrong".into()));
    assert_eq!(subjects(&wrong).await, expected(&[("address", true), ("credentials", false)]));
}

#[tokio::test]
async fn a_target_that_is_away_or_moved_is_found_out() {
    let bench = plain().await;
    bench.emulator.refuse_connections().await;
    assert_eq!(subjects(&bench.connector).await, expected(&[("address", false)]));
    bench.emulator.accept_connections().await.unwrap();
    assert!(subjects(&bench.connector).await[0].1);
    bench.target.set_faults(Faults { outage: Outage::Reset, ..Faults::default() });
    assert_eq!(subjects(&bench.connector).await, expected(&[("address", false)]));

    let moved =
        Scripted::start(|_| Act::answer(301, "location: https://new.test/v2?k=v\r\n", "")).await;
    let findings = moved.connector().check().await;
    assert!(
        !findings[0].ok && findings[0].detail.contains("`https://new.test/v2`"),
        "{findings:?}"
    );
}

#[tokio::test]
async fn a_target_where_accounts_cannot_be_looked_up_is_found_out() {
    let bench =
        bench(TargetOptions { filter: false, page: 2, ..TargetOptions::new("app", "t") }).await;
    for name in ["a", "b", "c"] {
        bench.user(name).await;
    }
    assert_eq!(
        subjects(&bench.connector).await,
        expected(&[("address", true), ("credentials", true), ("profile", false)])
    );
}
