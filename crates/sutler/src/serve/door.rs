//! Where the server listens, and under which protection.
//!
//! Credentials do not cross a network in the clear: plain HTTP is for this machine only,
//! unless a proxy in front speaks TLS.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use sutler_inbound::limits::Surface;
use tokio::net::TcpListener;

use crate::settings::Settings;

/// An open door: bound, with TLS if it was asked for.
pub(crate) struct Door {
    pub(crate) listener: TcpListener,
    pub(crate) tls: Option<Arc<rustls::ServerConfig>>,
    /// How to reach it: the base URL, if one was set.
    pub(crate) url: String,
    pub(crate) base_url: Option<String>,
    pub(crate) behind_proxy: bool,
    pub(crate) surface: Surface,
}

impl Door {
    /// Checks the settings and binds the address.
    pub(crate) fn open(settings: &Settings) -> Result<Self> {
        let tls = match (&settings.tls_cert, &settings.tls_key) {
            (Some(certificate), Some(key)) => Some(sutler_inbound::tls(certificate, key)?),
            (None, None) => None,
            _ => bail!("TLS needs both `--tls-cert` and `--tls-key`: name the other one as well"),
        };
        refuse_open_plain(settings, tls.is_some())?;
        let base_url = settings.base_url.as_deref().map(base_url).transpose()?;
        let surface = settings.surface()?;
        let listener = sutler_inbound::bind(settings.listen).with_context(|| {
            format!("cannot listen on {}: is another server running there? choose another address with `--listen`", settings.listen)
        })?;
        let address = listener.local_addr()?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        Ok(Self {
            listener,
            tls,
            url: base_url.clone().unwrap_or_else(|| format!("{scheme}://{address}")),
            base_url,
            behind_proxy: settings.behind_proxy,
            surface,
        })
    }

    /// A door for this machine only, as the demo has it.
    pub(crate) fn local(address: SocketAddr) -> Result<Self> {
        let listener = sutler_inbound::bind(address).with_context(|| {
            format!("cannot listen on {address}: choose another port with `--port`")
        })?;
        let url = format!("http://{}", listener.local_addr()?);
        let surface = Surface::default();
        Ok(Self { listener, tls: None, url, base_url: None, behind_proxy: false, surface })
    }
}

fn refuse_open_plain(settings: &Settings, tls: bool) -> Result<()> {
    if tls || settings.behind_proxy || settings.listen.ip().is_loopback() {
        return Ok(());
    }
    bail!(
        "plain HTTP is served on this machine only, and {} can be reached from elsewhere: give `--tls-cert` and `--tls-key`, or say `--behind-proxy` if a proxy in front speaks TLS, or listen on 127.0.0.1",
        settings.listen
    )
}

fn base_url(text: &str) -> Result<String> {
    let url = reqwest::Url::parse(text).with_context(|| {
        format!("the base URL `{text}` is not a URL: write it as `https://id.example.org`")
    })?;
    if !matches!(url.scheme(), "http" | "https")
        || url.query().is_some()
        || url.fragment().is_some()
    {
        bail!("the base URL `{text}` cannot be used: write it as `https://id.example.org`");
    }
    Ok(text.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    fn settings(listen: &str, behind_proxy: bool) -> Settings {
        Settings {
            data: "unused".into(),
            listen: listen.parse().unwrap(),
            base_url: None,
            tls_cert: None,
            tls_key: None,
            behind_proxy,
            unique_group_names: true,
            confirm_seconds: 20,
            limits: Limits::new(),
            history: crate::history::History::default(),
            log: None,
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_unless_a_proxy_is_in_front() {
        let check = |listen: &str, behind_proxy: bool, tls: bool, expected: bool| {
            let allowed = refuse_open_plain(&settings(listen, behind_proxy), tls).is_ok();
            assert_eq!(allowed, expected, "{listen} proxy {behind_proxy} tls {tls}");
        };
        check("127.0.0.1:1", false, false, true);
        check("[::1]:1", false, false, true);
        check("0.0.0.0:1", false, false, false);
        check("192.0.2.1:1", false, false, false);
        check("0.0.0.0:1", true, false, true);
        check("0.0.0.0:1", false, true, true);
    }

    #[test]
    fn base_urls_lose_their_last_slash_and_need_a_scheme() {
        assert_eq!(base_url("https://id.example.org/").unwrap(), "https://id.example.org");
        assert!(base_url("id.example.org").is_err());
        assert!(base_url("ftp://id.example.org").is_err());
    }
}
