//! `sutler demo`: a sample estate with two emulated targets.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use sutler_engine::provision::Options;
use sutler_model::history::Retention;

use super::output::{complain, say};
use crate::control::{Context, Opened};
use crate::data;
use crate::demo::{Scene, equal_everywhere, invite, load, watch};
use crate::serve::{self, Door, Stop};

/// Where the demo listens if nothing else is said and it is free.
const PORT: u16 = 8080;

#[derive(clap::Args)]
pub(super) struct Demo {
    /// The port on 127.0.0.1 [default: 8080, or any free one].
    #[arg(long)]
    port: Option<u16>,
    /// How many people the sample has.
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    people: u32,
    /// End after the load: with exit code 0 if both targets hold what Sutler holds.
    #[arg(long)]
    once: bool,
}

impl Demo {
    /// `explicit` is the data directory, if one was named on the command line.
    pub(super) async fn run(self, explicit: Option<PathBuf>) -> Result<ExitCode> {
        let stop = Stop::listen()?;
        let temporary;
        let directory = if let Some(directory) = explicit {
            directory
        } else {
            temporary = tempfile::Builder::new().prefix("sutler-demo-").tempdir()?;
            temporary.path().to_owned()
        };
        data::make(&directory)?;
        let Opened::Ours(context) = Context::open(&directory, Options::default()).await? else {
            bail!(
                "the data directory `{}` is in use: name another one with `--data`",
                directory.display()
            );
        };
        let door = self.door()?;
        let url = door.url.clone();
        let scene = Scene::set(&context, &directory).await?;
        let running = serve::start(&directory, *context, door, Retention::default()).await?;
        say(&format!("Sutler is ready at {url}; the sample is on its way."));
        let played = tokio::select! {
            () = stop.wait() => Ok(ExitCode::SUCCESS),
            played = self.play(running.context(), &scene, (&url, &directory)) => played,
        };
        running.stop().await?;
        scene.emulator.stop().await;
        say("Stopped.");
        played
    }

    async fn play(
        &self,
        context: &Context,
        scene: &Scene,
        place: (&str, &Path),
    ) -> Result<ExitCode> {
        let people = usize::try_from(self.people)?;
        let loaded = load(context, scene, people).await?;
        let different = equal_everywhere(context, scene).await?;
        invite(context, scene, &loaded, place).await?;
        for name in different.iter().take(20) {
            complain(&format!("differs: {name}"));
        }
        if self.once {
            let code = if different.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
            return Ok(code);
        }
        say("Ctrl-C stops it.");
        watch(scene).await;
        Ok(ExitCode::SUCCESS)
    }

    fn door(&self) -> Result<Door> {
        let at = |port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        match self.port {
            Some(port) => Door::local(at(port)),
            None => Door::local(at(PORT)).or_else(|_| Door::local(at(0))),
        }
    }
}
