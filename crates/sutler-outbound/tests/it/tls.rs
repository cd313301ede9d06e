//! Whom a target's certificate names (threat SS-4).

use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use sutler_outbound::{ResolvedAuth, Settings, connector};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::support::{StillClock, create_user, detail, target, word};

/// A server with a certificate for `name`, and the certificate.
async fn server(name: &str) -> (String, Vec<u8>) {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let certificate: CertificateDer<'static> = made.cert.der().clone();
    let der = certificate.to_vec();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/v2", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let mut buffer = [0; 4096];
                let _ = stream.read(&mut buffer).await;
                let answer = b"HTTP/1.1 201 X\r\nconnection: close\r\ncontent-length: 11\r\n\r\n{\"id\": \"7\"}";
                let _ = stream.write_all(answer).await;
                let _ = stream.shutdown().await;
            }
        }
    });
    (url, der)
}

async fn check(name: &str, trusted: bool) -> (String, String) {
    let (url, der) = server(name).await;
    let settings = Settings {
        extra_roots: if trusted { vec![der] } else { Vec::new() },
        ..Settings::default()
    };
    let connector =
        connector(&target(&url), ResolvedAuth::None, &settings, StillClock::new()).unwrap();
    let outcome = connector.apply(&create_user("c", json!({"userName": "ann"}))).await;
    (word(&outcome), detail(&outcome).to_owned())
}

#[tokio::test]
async fn a_trusted_certificate_with_the_right_name_is_accepted() {
    let (word, detail) = check("localhost", true).await;
    assert_eq!(word, "done", "{detail}");
}

#[tokio::test]
async fn a_certificate_for_another_name_quarantines_the_target() {
    let (word, detail) = check("other.test", true).await;
    assert_eq!(word, "Auth", "{detail}");
    assert!(detail.contains("TLS identity"), "{detail}");
}

#[tokio::test]
async fn a_certificate_of_nobody_we_know_quarantines_the_target() {
    let (word, detail) = check("localhost", false).await;
    assert_eq!(word, "Auth", "{detail}");
}
