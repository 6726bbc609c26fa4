//! Whose payment code it is, and short addresses (v2.md §3.9, §3.10).

use tongbao_wire::{Appid, AuthCode, Call, Openid};

use crate::json::Misfit;
use crate::unsendable;
use crate::v2::call_error::CallError;
use crate::v2::client::Client;
use crate::v2::client::outgoing::Outgoing;
use crate::v2::fields::Fields;
use crate::v2::merchant::Party;
use crate::v2::sign::SignType;

/// Who shows a payment code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeHolder {
    /// As `appid` sees them.
    pub openid: Openid,
    /// As `sub_appid` sees them.
    pub sub_openid: Option<Openid>,
}

impl CodeHolder {
    fn read(fields: &Fields) -> Result<Self, Misfit> {
        Ok(Self { openid: fields.required("openid")?, sub_openid: fields.optional("sub_openid")? })
    }
}

impl Client {
    /// Asks whose payment code it is (v2.md §3.9). After that only this merchant can charge it.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn auth_code_to_openid(
        &self,
        party: &Party,
        auth_code: &AuthCode,
    ) -> Result<CodeHolder, CallError> {
        let outgoing = Outgoing::to(Call::AuthCodeToOpenid)
            .party(party)
            .field("auth_code", auth_code.as_str())
            .signed_with(AUTH_CODE_SIGN_TYPE);
        self.answer(outgoing, CodeHolder::read).await
    }

    /// Shortens the address of a printed QR code (v2.md §3.10). Of use with product codes only
    /// ([`Client::product_code`]).
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn short_url(&self, appid: &Appid, long_url: &str) -> Result<String, CallError> {
        let call = Call::ShortUrl;
        unsendable::text("long_url", long_url, 512).map_err(CallError::unsendable(call))?;
        // Old texts encode the address; the form of today stands in CDATA, and is signed, as it is.
        let outgoing = Outgoing::to(call).field("appid", appid.as_str()).field("long_url", long_url);
        self.answer(outgoing, |fields| fields.required("short_url")).await
    }
}

/// The documents of this call know no `sign_type`, and a `sign` of 32 characters.
const AUTH_CODE_SIGN_TYPE: SignType = SignType::Md5;
