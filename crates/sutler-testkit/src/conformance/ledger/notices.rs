//! Messages for receivers: written with what they are about, paced, and ended.

use std::sync::Arc;

use sutler_model::estate::EstateEdit;
use sutler_model::notification::{Alert, MOST, Notice, PACE};
use sutler_model::port::{Ledger, Next, Quarantined, Settle};
use sutler_model::work::Fault;
use sutler_model::{NotificationId, Time};

use super::Bench;
use crate::build;

fn fault(cause: &str) -> Fault {
    Fault { cause: cause.to_owned(), detail: "it said no".to_owned(), status: None }
}

/// A ledger with a receiver `pager` of these.
async fn bench(ledger: Arc<dyn Ledger>, events: &[Alert]) -> (Bench, NotificationId) {
    let bench = Bench::new(ledger).await;
    let pager = build::notification("pager", events);
    let notifications = vec![("default".to_owned(), pager)];
    let estate = bench.edit(EstateEdit { notifications, ..EstateEdit::default() }).await;
    let id = estate.notifications[0].id;
    (bench, id)
}

async fn due(bench: &Bench, at: i64) -> Vec<Notice> {
    bench.ledger.due_notices(Time(at), 10).await.unwrap()
}

/// R15: the beginning of a quarantine, another reason and its end are told; absence is not.
pub async fn a_quarantine_is_told_to_who_wants_it(ledger: Arc<dyn Ledger>) {
    let (bench, pager) = bench(ledger, &[Alert::Quarantined, Alert::Recovered]).await;
    let set = async |cause: Option<&str>, at| {
        let reason = cause.map(|cause| Quarantined { fault: fault(cause), probe: None });
        bench.ledger.set_quarantine(bench.app, reason, Time(at)).await.unwrap();
    };
    set(Some("unreachable"), 1).await;
    set(None, 2).await;
    assert_eq!(due(&bench, 9).await, []);
    set(Some("auth"), 10).await;
    set(Some("auth"), 20).await;
    set(Some("unreachable"), 30).await;
    set(None, 40).await;
    let told = due(&bench, 50).await;
    let alerts = [Alert::Quarantined, Alert::Recovered];
    assert_eq!(told.iter().map(|one| one.alert).collect::<Vec<_>>(), alerts);
    assert_eq!(due(&bench, 10 + PACE).await.len(), 3, "the other reason waited for its minute");
    assert_eq!((told[0].count, told[0].notification, told[0].target), (1, pager, bench.app));
    assert_eq!((told[0].first, told[0].detail.as_str()), (Time(10), "it said no"));
}

/// A pair that is parked is told, in the transaction that parks it; nobody else's wish counts.
pub async fn a_parked_pair_is_told_to_who_wants_it(ledger: Arc<dyn Ledger>) {
    let (bench, _) = bench(ledger, &[Alert::Parked]).await;
    let ann = bench.user("ann").await;
    let work = bench.taken(ann).await;
    let settle =
        Settle { next: Next::Parked, why: Some(fault("rejected")), ..bench.done(&work).await };
    let at = settle.at.0;
    bench.ledger.settle(settle).await.unwrap();
    bench.ledger.alert(bench.app, Alert::Held, "nobody wants it", Time(at)).await.unwrap();
    let told = due(&bench, at).await;
    assert_eq!((told.len(), told[0].alert, told[0].count), (1, Alert::Parked, 1));
}

/// One message goes at once; what follows within a minute is one message with a count.
pub async fn messages_are_paced_and_counted(ledger: Arc<dyn Ledger>) {
    let (bench, pager) = bench(ledger, &[Alert::Parked]).await;
    let alert = async |detail: &str, at| {
        bench.ledger.alert(bench.app, Alert::Parked, detail, Time(at)).await.unwrap();
    };
    alert("first", 1_000).await;
    for at in [2_000, 3_000, 4_000] {
        alert(&format!("at {at}"), at).await;
    }
    let first = due(&bench, 5_000).await;
    assert_eq!((first.len(), first[0].count, first[0].detail.as_str()), (1, 1, "first"));
    bench.ledger.end_notice(first[0].id, false).await.unwrap();
    assert_eq!(due(&bench, 1_000 + PACE - 1).await, []);
    let second = due(&bench, 1_000 + PACE).await;
    assert_eq!((second.len(), second[0].count), (1, 3));
    assert_eq!((second[0].first, second[0].last), (Time(2_000), Time(4_000)));
    assert_eq!(second[0].detail, "at 4000");

    bench
        .ledger
        .delay_notice(second[0].id, Time(100_000), "no answer", Time(70_000))
        .await
        .unwrap();
    alert("later", 71_000).await;
    let state = bench.ledger.notification_states().await.unwrap().remove(0);
    assert_eq!((state.notification, state.waiting, state.lost), (pager, 2, 0));
    assert_eq!(state.fault, Some(("no answer".to_owned(), Time(70_000))));
    let again = due(&bench, 100_000).await;
    let again = again.iter().find(|one| one.id == second[0].id).unwrap();
    assert_eq!((again.count, again.tries), (3, 1), "what may have arrived does not change");
    bench.ledger.end_notice(again.id, true).await.unwrap();
    let state = bench.ledger.notification_states().await.unwrap().remove(0);
    assert_eq!((state.waiting, state.lost), (1, 1));
}

/// No more wait than may; what comes then is counted as lost. They go with their receiver.
pub async fn messages_are_bounded_and_go_with_their_receiver(ledger: Arc<dyn Ledger>) {
    let (bench, _) = bench(ledger, &[Alert::Parked]).await;
    for n in 0..=MOST {
        let at = i64::try_from(n).unwrap() * PACE * 2;
        bench.ledger.alert(bench.app, Alert::Parked, "x", Time(at)).await.unwrap();
    }
    let state = bench.ledger.notification_states().await.unwrap().remove(0);
    assert_eq!((state.waiting, state.lost), (u64::try_from(MOST).unwrap(), 1));
    let remove_notifications = vec![("default".to_owned(), "pager".to_owned())];
    let estate = bench.edit(EstateEdit { remove_notifications, ..EstateEdit::default() }).await;
    assert_eq!(estate.notifications, []);
    assert_eq!(due(&bench, i64::MAX).await, []);
    assert_eq!(bench.ledger.notification_states().await.unwrap(), []);
}
