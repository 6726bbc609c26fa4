//! A merchant identity as the server uses it.

use tongbao_domain::Policy;
use tongbao_sdk::{Client, WeixinClient};
use tongbao_wire::{Appid, Mchid};

/// One merchant identity: its number, its app, and its two clients.
pub struct Account {
    /// The name in the configuration and in the notify address.
    pub name: String,
    /// Shown to the payer.
    pub merchant_name: String,
    /// The merchant.
    pub mchid: Mchid,
    /// The mini program or official account that sells.
    pub appid: Appid,
    /// WeChat Pay, as this merchant.
    pub client: Client,
    /// WeChat login, as this app.
    pub weixin: WeixinClient,
    /// The account's choices.
    pub policy: Policy,
    /// Where the platform tells of payments and refunds.
    pub notify_url: String,
}
