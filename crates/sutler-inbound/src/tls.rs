//! TLS from PEM files, by rustls.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The TLS side of a server: TLS 1.2 and 1.3, HTTP/2 offered. The first certificate is the
/// server's, those of its issuers follow.
pub fn tls(certificate_pem: &Path, key_pem: &Path) -> io::Result<Arc<ServerConfig>> {
    let certificates = certificates(certificate_pem)?;
    let key = PrivateKeyDer::from_pem_file(key_pem)
        .map_err(|e| unusable(key_pem, "private key", "PKCS#8, PKCS#1 or SEC1 in PEM form", &e))?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .map_err(|e| {
            unusable(certificate_pem, "certificate", "one that fits the private key", &e)
        })?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn certificates(path: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let what = "certificates in PEM form";
    let read =
        CertificateDer::pem_file_iter(path).map_err(|e| unusable(path, "certificate", what, &e))?;
    let all: Result<Vec<_>, _> = read.collect();
    let all = all.map_err(|e| unusable(path, "certificate", what, &e))?;
    if all.is_empty() {
        let none = "there is none in the file";
        return Err(unusable(path, "certificate", what, &none));
    }
    Ok(all)
}

fn unusable(path: &Path, what: &str, expected: &str, error: &dyn std::fmt::Display) -> io::Error {
    let path = path.display();
    io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("the {what} in `{path}` cannot be used: {error}; expected {expected}"),
    )
}
