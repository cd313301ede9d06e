//! The guides, walked through against the SCIM server `scim2-server`, which nobody here wrote.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use crate::client::Client;
use crate::process::{Process, counterpart, free_port};
use crate::proxy::{Proxy, Weather};
use crate::setting::seed;
use crate::wait::{turn, until};
use crate::walkthrough::walk;

const TOKEN: &str = "the-token-of-the-target";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_guide_from_map_to_recovery_works_against_scim2_server() {
    let _turn = turn().await;
    let folder = TempDir::new().unwrap();
    let port = free_port();
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let mut command = Command::new(counterpart("scim2-server", "scim2-server"));
    command.args(["--hostname", "127.0.0.1", "--port", &port.to_string()]);
    command.args(["--bearer-token", TOKEN]);
    let _target = Process::start("scim2-server", &mut command, &folder.path().join("target.txt"));
    let client = Client::new(&format!("http://{address}/v2"), TOKEN);
    until("the target answers", Duration::from_secs(30), || client.list("Users")).await;
    let proxy = Proxy::start(address, seed()).await;
    let variables = [
        ("TARGET", format!("http://{}/v2", proxy.address())),
        ("APP_TOKEN", TOKEN.to_owned()),
        ("PORT", free_port().to_string()),
    ];
    let guide = include_str!("../../../../docs/guides/outbound.md");
    walk(guide, folder.path(), &variables, async |event: &str| match event {
        "the target goes down" => proxy.set(Weather::Down),
        "the target comes back" => proxy.set(Weather::Fair),
        other => panic!("an unknown event: {other}"),
    })
    .await;
}
