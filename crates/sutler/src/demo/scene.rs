//! The sample estate: a service provider, two emulated targets, and a token.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use sutler_emulator::{EmulatedTarget, Emulator, Faults, TargetOptions};
use sutler_engine::admin::Acting;
use sutler_model::audit::Via;

use crate::control::{Context, Reply, Request, execute};
use crate::estate::{DEFAULT_TENANT, Options};
use crate::secrets;

/// The service provider of the demo.
pub(crate) const SERVICE_PROVIDER: &str = "hr";

/// The target that always works, and the one that fails now and then.
const STEADY: &str = "crm";
const MOODY: &str = "wiki";

/// What the demo plays on.
pub(crate) struct Scene {
    pub(crate) emulator: Emulator,
    /// The value of a bearer token for `hr`.
    pub(crate) token: String,
}

impl Scene {
    /// Starts the targets and applies the estate; their tokens are files in the data directory.
    pub(crate) async fn set(context: &Context, data: &Path) -> Result<Self> {
        if !context.ports.estate.current().targets.is_empty() {
            bail!(
                "the demo needs a fresh data directory: name another one with `--data`, or none for a temporary one"
            );
        }
        let tokens: Vec<String> =
            [STEADY, MOODY].iter().map(|_| secrets::generate(&*context.ports.random)).collect();
        let emulator = start(context, &tokens).await?;
        apply(context, &emulator, data, &tokens).await?;
        let request = Request::TokenCreate {
            tenant: DEFAULT_TENANT.to_owned(),
            service_provider: SERVICE_PROVIDER.to_owned(),
        };
        match execute(context, request, &acting()).await {
            Reply::Token { token, .. } => Ok(Self { emulator, token }),
            other => Err(unexpected(other)),
        }
    }

    /// The emulated targets with their names.
    pub(crate) fn targets(&self) -> Vec<(&'static str, Arc<EmulatedTarget>)> {
        [STEADY, MOODY]
            .into_iter()
            .filter_map(|name| Some((name, self.emulator.target(name)?)))
            .collect()
    }
}

async fn start(context: &Context, tokens: &[String]) -> Result<Emulator> {
    let [steady, moody] = tokens else {
        bail!("the demo has two targets");
    };
    let faults = Faults {
        seed: 7,
        fail_before: 0.04,
        lie: 0.02,
        reset_before: 0.01,
        reset_after: 0.01,
        html: 0.01,
        throttle: 0.01,
        retry_after: 1,
        latency: 2,
        jitter: 6,
        ..Faults::default()
    };
    let targets = vec![
        TargetOptions::new(STEADY, steady.as_str()),
        TargetOptions { faults, ..TargetOptions::new(MOODY, moody.as_str()) },
    ];
    Emulator::start(sutler_emulator::Options {
        listen: ([127, 0, 0, 1], 0).into(),
        targets,
        clock: Arc::clone(&context.ports.clock),
    })
    .await
    .context("the emulated targets could not be started")
}

async fn apply(
    context: &Context,
    emulator: &Emulator,
    data: &Path,
    tokens: &[String],
) -> Result<()> {
    let mut text = format!(
        "[[service_provider]]\nname = \"{SERVICE_PROVIDER}\"\nmode = \"store-and-provision\"\ntargets = [\"{STEADY}\", \"{MOODY}\"]\n"
    );
    for (name, token) in [STEADY, MOODY].iter().zip(tokens) {
        let url = emulator.url(name);
        let file = format!("{name}.token");
        secrets::write_private(&data.join(&file), token)?;
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n[[target]]\nname = \"{name}\"\nconnector = \"scim2\"\nurl = \"{url}\"\nauth = {{ bearer = \"file:{file}\" }}\nallow_private_addresses = true\nlag = \"100ms\"\n"
        );
    }
    let request = Request::Apply {
        file: "the demo's estate".to_owned(),
        text,
        base: data.canonicalize()?,
        options: Options::default(),
        dry: false,
    };
    match execute(context, request, &acting()).await {
        Reply::Applied { .. } => Ok(()),
        other => Err(unexpected(other)),
    }
}

/// The demo orders everything itself.
pub(super) fn acting() -> Acting {
    Acting { actor: "demo".to_owned(), via: Via::Engine, credential: None }
}

/// Why a step of the demo did not succeed.
pub(super) fn unexpected(reply: Reply) -> anyhow::Error {
    match reply {
        Reply::Refused { message } => anyhow::anyhow!(message),
        Reply::Faults { faults } => {
            let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
            anyhow::anyhow!(lines.join("\n"))
        }
        _ => anyhow::anyhow!("a step of the demo was answered out of turn"),
    }
}
