//! Downloading a bill (v3.md §7.2).

use std::io::Write;

use http::{Method, Uri};
use tongbao_wire::Call;
use tongbao_wire::bill::{BillLocation, SealedBill};

use super::calls::Bills;
use super::error::BillError;
use super::sealed::{self, SEALED_BYTES_MAX};
use super::unpack::{BillLimits, DownloadedBill, Unpacker, nowhere, sha1};
use crate::call_error::CallError;
use crate::client::outgoing::Outgoing;
use crate::merchant::Hosts;

impl Bills<'_> {
    /// Downloads a bill and writes its text to `sink`, decompressed if it came compressed: ready for
    /// [`BillReader`](super::BillReader), a spreadsheet, or a person.
    ///
    /// The answer is not signed; the digest in `location` is, and covers the text. It is known only at the
    /// end, so what was written counts for nothing unless this returns `Ok`: write to a new file, and rename
    /// it then. Writing happens between the pieces that come, so `sink` should not wait long. Any size takes
    /// the same memory.
    ///
    /// # Errors
    /// [`BillError`], which says what to do.
    pub async fn download(
        &self,
        location: &BillLocation,
        sink: impl Write,
        limits: BillLimits,
    ) -> Result<DownloadedBill, BillError> {
        self.receive(location, Unpacker::new(nowhere(), sink, limits)).await
    }

    /// The same, but writes what is downloaded as it comes: compressed, if that was asked for. Takes a tenth
    /// of the room, and [`BillReader`](super::BillReader) reads it too.
    ///
    /// # Errors
    /// As [`Bills::download`].
    pub async fn download_packed(
        &self,
        location: &BillLocation,
        sink: impl Write,
        limits: BillLimits,
    ) -> Result<DownloadedBill, BillError> {
        self.receive(location, Unpacker::new(sink, nowhere(), limits)).await
    }

    /// Downloads one file of an encrypted bill, opens it with `key`, and writes the text to `sink`.
    ///
    /// `key` is what the merchant's private key makes of `encrypt_key`. A bill in several files is the text
    /// of all, in the order of [`in_sequence`](super::in_sequence). A file is opened in memory, so it may
    /// have at most [`SEALED_BYTES_MAX`] bytes; nothing is written that was altered.
    ///
    /// # Errors
    /// As [`Bills::download`], and [`BillError::CannotOpen`].
    pub async fn download_sealed(
        &self,
        file: &SealedBill,
        key: &[u8],
        mut sink: impl Write,
        limits: BillLimits,
    ) -> Result<DownloadedBill, BillError> {
        known_digest(&file.hash_type)?;
        let limit = limits.download_bytes_max.min(SEALED_BYTES_MAX);
        let outgoing = self.outgoing(&file.download_url)?;
        let mut body = self.0.open(&outgoing).await.map_err(BillError::Call)?;
        let mut packed = Vec::new();
        while let Some(piece) = body.next().await.map_err(broken)? {
            if (packed.len() + piece.len()) as u64 > limit {
                return Err(BillError::DownloadTooLarge(limit));
            }
            packed.extend_from_slice(&piece);
        }
        let text = sealed::open(key, &file.nonce, &packed)?;
        if text.len() as u64 > limits.content_bytes_max {
            return Err(BillError::ContentTooLarge(limits.content_bytes_max));
        }
        // The documents want the digest compared with that of "the file", which may be either.
        if ![sha1(&text), sha1(&packed)].iter().any(|digest| digest.eq_ignore_ascii_case(&file.hash_value)) {
            return Err(BillError::DigestDiffers);
        }
        sink.write_all(&text).and_then(|()| sink.flush()).map_err(BillError::Sink)?;
        Ok(DownloadedBill { download_bytes: packed.len() as u64, content_bytes: text.len() as u64 })
    }

    async fn receive(
        &self,
        location: &BillLocation,
        mut unpacker: Unpacker<impl Write, impl Write>,
    ) -> Result<DownloadedBill, BillError> {
        known_digest(&location.hash_type)?;
        let outgoing = self.outgoing(&location.download_url)?;
        let mut body = self.0.open(&outgoing).await.map_err(BillError::Call)?;
        while let Some(piece) = body.next().await.map_err(broken)? {
            unpacker.take(&piece)?;
        }
        let (bill, digest) = unpacker.finish()?;
        if digest.eq_ignore_ascii_case(&location.hash_value) {
            Ok(bill)
        } else {
            Err(BillError::DigestDiffers)
        }
    }

    /// The request for `download_url`. Only its path and query are used, and sent to the hosts the client
    /// knows: a signature never goes elsewhere.
    fn outgoing(&self, download_url: &str) -> Result<Outgoing, BillError> {
        let path_and_query = path_and_query(download_url, self.0.hosts())?;
        Ok(Outgoing::at(Call::DownloadBill, Method::GET, path_and_query).unsigned_answer())
    }
}

fn known_digest(hash_type: &str) -> Result<(), BillError> {
    if hash_type.eq_ignore_ascii_case("SHA1") {
        return Ok(());
    }
    Err(BillError::UnknownDigest(hash_type.chars().take(SHOWN_CHARS_MAX).collect()))
}

/// The connection broke while the file came.
fn broken(failure: crate::outbound::CallFailure) -> BillError {
    BillError::Call(CallError::from_failure(Call::DownloadBill, failure))
}

/// The path and query of an address of the platform's, or of a host of the client's own.
fn path_and_query(download_url: &str, hosts: &Hosts) -> Result<String, BillError> {
    let address: Uri = download_url.parse().map_err(|_| BillError::NotAnAddress)?;
    let (Some("http" | "https"), Some(authority)) = (address.scheme_str(), address.authority()) else {
        return Err(BillError::NotAnAddress);
    };
    let own = |base: &str| {
        let base = base.parse::<Uri>().ok();
        base.as_ref().and_then(Uri::authority).is_some_and(|base| base == authority)
    };
    let known = own(&hosts.primary)
        || hosts.backup.as_deref().is_some_and(own)
        || PLATFORM_HOSTS.iter().any(|host| authority.as_str().eq_ignore_ascii_case(host));
    if !known {
        let host = authority.host().chars().take(SHOWN_CHARS_MAX).collect();
        return Err(BillError::ForeignHost { host });
    }
    let path_and_query = address.path_and_query().ok_or(BillError::NotAnAddress)?;
    Ok(path_and_query.as_str().to_owned())
}

/// The hosts of the platform (v3.md §1.1). A link may name another of them than the one that was asked.
const PLATFORM_HOSTS: [&str; 5] = [
    "api.mch.weixin.qq.com",
    "api2.mch.weixin.qq.com",
    "apihk.mch.weixin.qq.com",
    "api.wechatpay.cn",
    "api2.wechatpay.cn",
];
/// Enough to see which host or word it is.
const SHOWN_CHARS_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::path_and_query;
    use crate::merchant::Hosts;

    #[test]
    fn addresses_of_the_platform_and_of_a_simulator_give_their_path_and_query() {
        let file = "/v3/billdownload/file?token=a-b_c%3D&tartype=gzip";
        for (host, hosts) in [
            ("https://api.mch.weixin.qq.com", Hosts::production()),
            ("https://api2.mch.weixin.qq.com", Hosts::production()),
            ("https://API.wechatpay.cn", Hosts::production()),
            ("http://127.0.0.1:8080", Hosts::only("http://127.0.0.1:8080")),
            ("https://api.mch.weixin.qq.com", Hosts::only("http://127.0.0.1:8080/")),
        ] {
            let found = path_and_query(&format!("{host}{file}"), &hosts);
            assert_eq!(found.ok().as_deref(), Some(file), "{host}");
        }
    }

    #[test]
    fn other_hosts_are_refused_by_name() {
        for (address, code) in [
            ("https://evil.example/v3/billdownload/file?token=x", "foreign_host"),
            ("https://api.mch.weixin.qq.com.evil.example/file", "foreign_host"),
            ("https://api.mch.weixin.qq.com@evil.example/file", "foreign_host"),
            ("https://api.mch.weixin.qq.com:8443/file", "foreign_host"),
            ("http://127.0.0.1:8080/file", "foreign_host"),
            ("/v3/billdownload/file?token=x", "not_an_address"),
            ("ftp://api.mch.weixin.qq.com/file", "not_an_address"),
            ("api.mch.weixin.qq.com", "not_an_address"),
            ("", "not_an_address"),
        ] {
            let error = path_and_query(address, &Hosts::production()).expect_err("foreign");
            assert_eq!(error.code(), code, "{address}: {error}");
        }
    }
}
