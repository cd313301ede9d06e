//! Tests a target before anything is sent to it: its address, our credentials, what it can do.

use http::Method;
use sutler_model::Kind;
use sutler_model::outcome::{Finding, Query, Trouble};

use super::Scim2;
use super::outcome::Asked;
use crate::http::filtered;
use crate::profile::Change;
use crate::stop::Stop;

/// A correlation that nothing carries.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

impl Scim2 {
    /// What is well and what is not, with what to do about it.
    pub(super) async fn findings(&self) -> Vec<Finding> {
        let address = self.check_address().await;
        let reached = address.ok;
        let mut findings = vec![address];
        if reached {
            let credentials = self.check_credentials().await;
            let known = credentials.ok;
            findings.push(credentials);
            if known {
                findings.push(self.check_profile().await);
            }
        }
        findings
    }

    /// Resolves, connects, and wants any answer at all; sends no credentials.
    async fn check_address(&self) -> Finding {
        let url = match self.url(&[self.profile.config()]) {
            Ok(url) => url,
            Err(stop) => return finding("address", false, stop.detail()),
        };
        let request = self.http.request(Method::GET, url);
        match self.http.send(request).await {
            Ok(reply) if (300..400).contains(&reply.status) => {
                let to = reply.location().unwrap_or("nowhere");
                let detail = format!("it redirects to `{to}`: set `url` to where the target is");
                finding("address", false, &detail)
            }
            Ok(_) => finding("address", true, "it is permitted and answers"),
            Err(stop) => finding("address", false, stop.detail()),
        }
    }

    /// A harmless read.
    async fn check_credentials(&self) -> Finding {
        let url = match self.collection(Kind::User) {
            Ok(url) => filtered(url, &[("count", "1")]),
            Err(stop) => return finding("credentials", false, stop.detail()),
        };
        match self.get(Asked::Collection, url).await {
            Ok(_) => finding("credentials", true, "they are accepted"),
            Err(stop) => {
                let advice = match &stop {
                    Stop::Retry { trouble: Trouble::Auth, .. } => {
                        ": check `auth`, and what the target grants to it"
                    }
                    Stop::Retry { .. } | Stop::Unknown { .. } => ": try again later",
                    Stop::Refused(_) => ": check `url`, it must end where `/Users` begins",
                };
                finding("credentials", false, &format!("{}{advice}", stop.detail()))
            }
        }
    }

    async fn check_profile(&self) -> Finding {
        let nobody = if self.profile.filters(Kind::User, "externalId") {
            Query::Correlation(NOBODY.to_owned())
        } else {
            Query::Key(NOBODY.to_owned())
        };
        if let Err(stop) = self.accounts(Kind::User, &nobody).await {
            let detail = format!("accounts cannot be looked up: {}", stop.detail());
            return finding("profile", false, &detail);
        }
        let name = self.profile.name();
        if self.profile.change(Kind::User) != Change::Stated {
            let evidence = self.profile.evidence().text();
            let detail =
                format!("accounts can be looked up; the rest is as `{name}` says, {evidence}");
            return finding("profile", true, &detail);
        }
        let detail = match self.fetch_stated().await {
            Ok(stated) if !stated.filter => {
                "it says that it cannot filter, but it can look accounts up"
            }
            Ok(stated) if stated.patch => "it filters and patches",
            Ok(_) => "it filters; it has no PATCH, so changes are read, merged and put back",
            Err(_) => "it filters; it describes itself nowhere, so PATCH is assumed",
        };
        finding("profile", true, detail)
    }
}

fn finding(subject: &str, ok: bool, detail: &str) -> Finding {
    Finding { ok, subject: subject.to_owned(), detail: detail.to_owned() }
}
