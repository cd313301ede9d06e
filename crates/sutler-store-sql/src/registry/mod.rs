//! The port `Registry`: the estate and the tokens.

pub(crate) mod edit;
mod estate;
mod identity;
mod schema;
pub(crate) mod token;

use async_trait::async_trait;
use sutler_model::estate::{Estate, EstateEdit, Token};
use sutler_model::port::{LedgerError, Registry};
use sutler_model::{ServiceProviderId, Time};

use crate::SqliteLedger;
use crate::write::Side::Inbound;

pub(crate) use estate::load;

#[async_trait]
impl Registry for SqliteLedger {
    async fn estate(&self) -> Result<Estate, LedgerError> {
        self.read(Inbound, estate::load).await
    }

    async fn edit_estate(&self, edit: EstateEdit, now: Time) -> Result<Estate, LedgerError> {
        self.write(Inbound, move |c| edit::edit(c, &edit, now)).await
    }

    async fn add_token(&self, token: Token) -> Result<(), LedgerError> {
        self.write(Inbound, move |c| token::add(c, &token)).await
    }

    async fn token(&self, hash: &[u8]) -> Result<Option<Token>, LedgerError> {
        self.point(|c| token::by_hash(c, hash))
    }

    async fn tokens(
        &self,
        of: Option<ServiceProviderId>,
        access: bool,
    ) -> Result<Vec<Token>, LedgerError> {
        self.read(Inbound, move |c| token::list(c, of, access)).await
    }

    async fn revoke_token(&self, id: &str) -> Result<bool, LedgerError> {
        let id = id.to_owned();
        self.write(Inbound, move |c| token::revoke(c, &id)).await
    }

    async fn expire_tokens(&self, now: Time) -> Result<usize, LedgerError> {
        self.write(Inbound, move |c| token::expire(c, now)).await
    }
}
