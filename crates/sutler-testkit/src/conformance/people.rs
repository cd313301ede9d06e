//! A directory of people and groups that is drawn from dice, and put in by the engine's own
//! path, so that names, columns and index rows are those of the product.

use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use sutler_engine::provision::{Caller, HashFailed, Options, PasswordHasher, Provisioner};
use sutler_engine::reconcile::Comparing;
use sutler_engine::{EstateView, Ports, Pulse};
use sutler_model::access::AttributeAccess;
use sutler_model::change::Via;
use sutler_model::document::create;
use sutler_model::estate::{EstateEdit, Permission, Target};
use sutler_model::port::{Clock, Connector, Connectors, Ledger, Random, Runtime};
use sutler_model::schema::{ENTERPRISE_USER, GROUP, Schemas, USER, standard};
use sutler_model::{Dialect, Kind, Leniencies, TenantId, Time, Uid};

use crate::{Dice, build};

/// Texts that are easily mistaken for each other, by a comparison or by a database.
pub(super) const TEXTS: [&str; 16] = [
    "ann",
    "ANN",
    "Ann B",
    "änn",
    "ÄNN",
    "straße",
    "STRASSE",
    "a_n",
    "a%n",
    "O'Malley",
    "\"q\"",
    "back\\slash",
    "ａｎｎ",
    "日本",
    "\u{10FFFF}",
    "zz",
];
/// Values of `type`.
pub(super) const TYPES: [&str; 3] = ["work", "Work", "home"];

/// Fills a ledger with `count` resources from `seed`; the ids are the same for every ledger.
pub(super) async fn settle(seed: u64, count: usize, ledger: Arc<dyn Ledger>) {
    let mut town = Town::new(seed, ledger).await;
    for number in 0..count {
        town.arrive(number).await;
    }
    for _ in 0..count / 10 {
        town.change().await;
    }
}

struct Town {
    dice: Dice,
    clock: Arc<Standing>,
    provisioner: Provisioner,
    caller: Caller,
    known: Vec<(Kind, Uid)>,
}

impl Town {
    async fn new(seed: u64, ledger: Arc<dyn Ledger>) -> Self {
        let edit = EstateEdit {
            expect: ledger.estate().await.unwrap().version,
            service_providers: vec![("default".to_owned(), build::provider("hr", &[]))],
            ..EstateEdit::default()
        };
        let estate = ledger.edit_estate(edit, Time(0)).await.unwrap();
        let clock = Arc::new(Standing {
            now: AtomicI64::new(1_790_000_000_000),
            dice: Mutex::new(Dice::new(seed)),
        });
        let ports = Ports {
            ledger,
            connectors: clock.clone(),
            clock: clock.clone(),
            random: clock.clone(),
            runtime: clock.clone(),
            pulse: Arc::new(Pulse::default()),
            estate: Arc::new(EstateView::default()),
            comparing: Arc::new(Comparing::default()),
            gates: Arc::default(),
            sealer: Arc::new(crate::PlainSealer),
            hiding: Arc::new(crate::PlainHiding),
        };
        Self {
            dice: Dice::new(seed),
            provisioner: Provisioner::new(ports, clock.clone(), Options::default()),
            clock,
            caller: Caller {
                tenant: TenantId::DEFAULT,
                service_provider: Some(estate.service_providers[0].id),
                myself: None,
                client: "hr".to_owned(),
                permissions: Permission::ALL.to_vec(),
                attributes: AttributeAccess::default(),
                stores: None,
                via: Via::Scim2,
                schemas: Schemas::standard(),
                dialect: Dialect::Strict,
                txn: None,
            },
            known: vec![],
        }
    }

    fn one_of(&mut self, of: &[&str]) -> String {
        (*self.dice.pick(of).unwrap()).to_owned()
    }

    fn somebody(&mut self, kind: Kind) -> Option<String> {
        let of: Vec<&Uid> = self.known.iter().filter(|(k, _)| *k == kind).map(|(_, u)| u).collect();
        self.dice.pick(&of).map(|uid| uid.0.clone())
    }

    async fn arrive(&mut self, number: usize) {
        self.clock.now.fetch_add(250, Ordering::SeqCst);
        let kind = if number % 8 == 7 { Kind::Group } else { Kind::User };
        let body = self.body(kind, number);
        let draft = create(standard(kind), Leniencies::STRICT, &body)
            .unwrap_or_else(|refused| panic!("{body:?}: {refused}"));
        let made = self.provisioner.create(&self.caller, kind, draft).await.unwrap();
        self.known.push((kind, made.resource.uid));
    }

    /// One is replaced, or goes.
    async fn change(&mut self) {
        self.clock.now.fetch_add(250, Ordering::SeqCst);
        let place = self.dice.below(self.known.len());
        let (kind, uid) = self.known[place].clone();
        if self.dice.percent(20) {
            self.known.remove(place);
            self.provisioner.delete(&self.caller, kind, &uid, None).await.unwrap();
            return;
        }
        let body = self.body(kind, 10_000 + place);
        self.provisioner.replace(&self.caller, kind, &uid, &body, None).await.ok();
    }

    fn body(&mut self, kind: Kind, number: usize) -> Map<String, Value> {
        let name = format!("{}{number}", self.one_of(&TEXTS));
        let mut body = match kind {
            Kind::User => json!({"schemas": [USER, ENTERPRISE_USER], "userName": name}),
            Kind::Group => json!({"schemas": [GROUP], "displayName": name}),
        };
        if self.dice.percent(40) {
            body["externalId"] = json!(self.one_of(&TEXTS));
        }
        match kind {
            Kind::User => self.describe(&mut body),
            Kind::Group => self.gather(&mut body),
        }
        body.as_object().cloned().unwrap()
    }

    fn describe(&mut self, body: &mut Value) {
        for attribute in ["displayName", "nickName", "title", "userType"] {
            if self.dice.percent(50) {
                body[attribute] = json!(self.one_of(&TEXTS));
            }
        }
        if self.dice.percent(50) {
            body["name"] = json!({"familyName": self.one_of(&TEXTS)});
        }
        if self.dice.percent(30) {
            body["active"] = json!(self.dice.percent(50));
        }
        for attribute in ["emails", "phoneNumbers"] {
            let primary = self.dice.below(4);
            let values = (0..self.dice.below(4)).map(|place| {
                let mut one = json!({"value": self.one_of(&TEXTS)});
                if self.dice.percent(60) {
                    one["type"] = json!(self.one_of(&TYPES));
                }
                if place == primary {
                    one["primary"] = json!(true);
                }
                one
            });
            body[attribute] = values.collect();
        }
        let mut work = json!({});
        if self.dice.percent(40) {
            work["department"] = json!(self.one_of(&TEXTS));
        }
        if self.dice.percent(30)
            && let Some(manager) = self.somebody(Kind::User)
        {
            work["manager"] = json!({"value": manager});
        }
        body[ENTERPRISE_USER] = work;
    }

    fn gather(&mut self, body: &mut Value) {
        let mut members = Vec::new();
        for _ in 0..self.dice.below(8) {
            let kind = if self.dice.percent(25) { Kind::Group } else { Kind::User };
            members.extend(self.somebody(kind).map(|uid| json!({"value": uid})));
        }
        body["members"] = json!(members);
    }
}

/// Everything around the engine, standing still.
struct Standing {
    now: AtomicI64,
    dice: Mutex<Dice>,
}

impl Clock for Standing {
    fn now(&self) -> Time {
        Time(self.boottime())
    }

    fn boottime(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }
}

impl Random for Standing {
    fn bytes16(&self) -> [u8; 16] {
        self.dice.lock().unwrap().bytes16()
    }

    fn bytes32(&self) -> [u8; 32] {
        [0; 32]
    }

    fn number(&self) -> u64 {
        self.dice.lock().unwrap().number()
    }
}

impl Connectors for Standing {
    fn connector(&self, _: &Target) -> Result<Arc<dyn Connector>, String> {
        Err("nothing is delivered here".to_owned())
    }
}

impl Runtime for Standing {
    fn spawn(&self, _: Pin<Box<dyn Future<Output = ()> + Send>>) {}

    fn sleep(&self, _: i64) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(std::future::ready(()))
    }
}

#[async_trait]
impl PasswordHasher for Standing {
    async fn hash(&self, _: &SecretString) -> Result<String, HashFailed> {
        Err(HashFailed)
    }
}
