//! The SCIM 2.0 conformance client `scim2-cli`, which nobody here wrote, against the server.

use std::process::Command;

use crate::installation::Installation;
use crate::process::counterpart;
use crate::wait::turn;

const ESTATE: &str = r#"
[[service_provider]]
name = "hr"
mode = "store"
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn w24_the_conformance_client_passes_every_check() {
    let _turn = turn().await;
    let scim2 = counterpart("conformance", "scim2");
    let mut sutler = Installation::new(&[]);
    sutler.apply(ESTATE);
    let token = sutler.token("hr");
    sutler.start().await;

    let url = sutler.url();
    let output = tokio::task::spawn_blocking(move || {
        Command::new(scim2)
            .args(["-u", &url, "-h", &format!("Authorization: Bearer {token}"), "test"])
            .env_remove("SCIM_CLI_URL")
            .output()
            .unwrap()
    })
    .await
    .unwrap();

    let printed = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}\n{complaints}");
    let passed = printed.lines().filter(|line| line.starts_with("SUCCESS")).count();
    assert!(passed >= 100, "only {passed} checks ran:\n{printed}");
}
