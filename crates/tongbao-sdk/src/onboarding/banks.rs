//! Which banks there are, and where (v3-extended.md §9.1).

use tongbao_wire::Call;
use tongbao_wire::onboarding::{BankBranchList, BankList, BankMatches, CityList, ProvinceList};

use crate::call_error::CallError;
use crate::client::Client;
use crate::client::outgoing::Outgoing;
use crate::sealed::Sealed;
use crate::unsendable::{self, Unsendable, UnsendableReason};

/// The calls that list banks, branches and districts: [`Client::banks`].
#[derive(Clone, Copy, Debug)]
pub struct Banks<'a>(&'a Client);

impl Client {
    /// Banks, branches and districts.
    #[must_use]
    pub fn banks(&self) -> Banks<'_> {
        Banks(self)
    }
}

/// Which part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many entries are before it.
    pub offset: u32,
    /// How many entries it has at most: 1 to 200.
    pub limit: u32,
}

impl Page {
    /// The first, as long as can be.
    pub const FIRST: Page = Page { offset: 0, limit: LIMIT_MAX };

    /// The page after this one, while there is one in a list of `total_count` entries.
    #[must_use]
    pub fn next(self, total_count: u32) -> Option<Self> {
        let offset = self.offset.checked_add(self.limit)?;
        (self.limit > 0 && offset < total_count).then_some(Self { offset, ..self })
    }

    fn check(self) -> Result<(), Unsendable> {
        if (1..=LIMIT_MAX).contains(&self.limit) {
            return Ok(());
        }
        Err(Unsendable::new("limit", UnsendableReason::Form("must be 1 to 200")))
    }

    fn add_to(self, outgoing: Outgoing) -> Outgoing {
        outgoing.query("offset", &self.offset.to_string()).query("limit", &self.limit.to_string())
    }
}

/// The platform gives no more at once (v3-extended.md §9.1).
const LIMIT_MAX: u32 = 200;

impl Banks<'_> {
    /// The banks that take companies' accounts.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn corporate(&self, page: Page) -> Result<BankList, CallError> {
        let call = Call::ListCorporateBanks;
        page.check().map_err(CallError::unsendable(call))?;
        self.0.answer(page.add_to(Outgoing::to(call))).await
    }

    /// The banks that take persons' accounts.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn personal(&self, page: Page) -> Result<BankList, CallError> {
        let call = Call::ListPersonalBanks;
        page.check().map_err(CallError::unsendable(call))?;
        self.0.answer(page.add_to(Outgoing::to(call))).await
    }

    /// The banks a person's account number may belong to. Not every bank is known.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn of_account(&self, account_number: &Sealed) -> Result<BankMatches, CallError> {
        let call = Call::SearchBanksByAccount;
        unsendable::text("account_number", account_number.base64(), usize::MAX)
            .map_err(CallError::unsendable(call))?;
        let outgoing = Outgoing::to(call).query("account_number", account_number.base64());
        self.0.answer(outgoing.sealed_with(Some(account_number.serial()))).await
    }

    /// The branches in a city of a bank that needs one (`bank_alias_code`, `city_code` as listed).
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn branches(
        &self,
        bank_alias_code: &str,
        city_code: u32,
        page: Page,
    ) -> Result<BankBranchList, CallError> {
        let call = Call::ListBankBranches;
        unsendable::text("bank_alias_code", bank_alias_code, CODE_CHARS_MAX)
            .and_then(|()| page.check())
            .map_err(CallError::unsendable(call))?;
        let outgoing = Outgoing::to(call).part("bank_alias_code", bank_alias_code);
        self.0.answer(page.add_to(outgoing.query("city_code", &city_code.to_string()))).await
    }

    /// The provinces; without Hong Kong, Macao and Taiwan.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn provinces(&self) -> Result<ProvinceList, CallError> {
        self.0.answer(Outgoing::to(Call::ListProvinces)).await
    }

    /// A province's cities (`province_code` as listed).
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn cities(&self, province_code: u32) -> Result<CityList, CallError> {
        let outgoing = Outgoing::to(Call::ListCities);
        self.0.answer(outgoing.part("province_code", &province_code.to_string())).await
    }
}

/// Those seen have 10 digits.
const CODE_CHARS_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn pages_follow_one_another_to_the_end_of_the_list() {
        let page = |offset| Page { offset, limit: 200 };
        assert_eq!(Page::FIRST.next(401), Some(page(200)));
        assert_eq!(page(200).next(401), Some(page(400)));
        assert_eq!(page(400).next(401), None);
        assert_eq!(Page::FIRST.next(200), None);
        assert_eq!(Page { offset: 0, limit: 0 }.next(9), None);
        assert_eq!(page(u32::MAX).next(u32::MAX), None);
    }

    #[test]
    fn a_page_has_one_to_two_hundred_entries() {
        for (limit, good) in [(0, false), (1, true), (200, true), (201, false)] {
            assert_eq!(Page { offset: 0, limit }.check().is_ok(), good, "{limit}");
        }
    }
}
