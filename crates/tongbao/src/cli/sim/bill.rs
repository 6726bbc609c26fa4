//! `tongbao sim bill`: a bill on the screen or in a file.

use std::path::Path;

use super::control::escaped;
use crate::cli::outcome::{CliError, Exit};
use crate::config::Words;
use crate::lang::Lang;

/// Where the control API has it.
pub(super) fn path(date: &str, kind: &str, merchant: Option<&str>) -> String {
    let merchant = merchant.map(|mchid| format!("&mchid={}", escaped(mchid))).unwrap_or_default();
    format!("bills/{}?type={}{merchant}", escaped(date), escaped(kind))
}

/// The bill itself, or what became of the file.
pub(super) fn told(text: &str, out: Option<&Path>, lang: Lang) -> Result<String, CliError> {
    let Some(out) = out else { return Ok(text.to_owned()) };
    std::fs::write(out, text).map_err(|error| {
        CliError::new(
            Exit::Usage,
            Words::new(
                format!("写不了 {}：{error}", out.display()),
                format!("cannot write {}: {error}", out.display()),
            ),
            Words::new("换一个可以写的路径", "choose a path that can be written"),
        )
    })?;
    Ok(match lang {
        Lang::Zh => format!("账单已保存到 {}\n", out.display()),
        Lang::En => format!("the bill is in {}\n", out.display()),
    })
}

#[cfg(test)]
mod tests {
    use super::{path, told};
    use crate::lang::Lang;

    #[test]
    fn a_bill_is_asked_for_by_day_type_and_merchant() {
        assert_eq!(path("yesterday", "ALL", None), "bills/yesterday?type=ALL");
        assert_eq!(path("2026-03-01", "BASIC", Some("19&1")), "bills/2026-03-01?type=BASIC&mchid=19%261");
    }

    #[test]
    fn a_bill_is_printed_as_it_is_or_written_as_it_is() {
        let bill = "\u{feff}交易时间\r\n";
        assert_eq!(told(bill, None, Lang::En).unwrap(), bill);
        let nowhere = std::path::Path::new("/no/such/folder/bill.csv");
        assert!(told(bill, Some(nowhere), Lang::Zh).is_err());
    }
}
