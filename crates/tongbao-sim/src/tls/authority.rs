//! The certificate authority that stands for the platform's, and the certificate it issues to the listener.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, PKCS_RSA_SHA256, SanType,
    SerialNumber, date_time_ymd,
};
use ring::digest::{SHA256, digest};
use tongbao_wire::Timestamp;

use crate::crypto::{fixed, year_and_month};
use crate::{SimError, private_file};

/// An authority whose certificate follows from its key alone, so that whoever trusts it once trusts it
/// whenever the key comes back.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its certificate in PEM.
    pub(super) pem: String,
    /// Whether the key is published and therefore bound to [`PUBLISHED_FOR`].
    published: bool,
}

/// What the listener shows of itself.
pub(super) struct Leaf {
    pub(super) certificate_der: Vec<u8>,
    pub(super) key_pem: String,
}

impl Authority {
    /// The authority of that private key.
    pub(super) fn of_key(key_pem: &str) -> Result<Self, SimError> {
        Self::made(key_pem, false)
    }

    /// The published one. Its key is known to all, so its certificate says what it may be used for at most:
    /// trusting it opens the way for nobody to sites that have nothing to do with the simulator.
    pub(super) fn published() -> Result<Self, SimError> {
        Self::made(fixed::AUTHORITY_PEM, true)
    }

    /// The authority kept in `directory`, whose key is made by `key` and kept there when there is none yet.
    pub(super) fn kept(
        directory: &Path,
        key: impl FnOnce() -> Result<String, SimError>,
    ) -> Result<Self, SimError> {
        let refused = |path: &Path, reason: String| SimError::Authority { path: path.to_owned(), reason };
        let file = directory.join(KEY_FILE);
        let key_pem = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let made = key()?;
                std::fs::create_dir_all(directory).map_err(|e| refused(directory, e.to_string()))?;
                private_file::write(&file, made.as_bytes()).map_err(|e| refused(&file, e.to_string()))?;
                made
            }
            Err(error) => return Err(refused(&file, error.to_string())),
        };
        let authority = Self::of_key(&key_pem)
            .map_err(|_| refused(&file, "not an RSA private key, PKCS#8 in PEM".into()))?;
        let certificate = directory.join(CERTIFICATE_FILE);
        private_file::write(&certificate, authority.pem.as_bytes())
            .map_err(|e| refused(&certificate, e.to_string()))?;
        Ok(authority)
    }

    fn made(key_pem: &str, published: bool) -> Result<Self, SimError> {
        let key = KeyPair::from_pkcs8_pem_and_sign_algo(key_pem, &PKCS_RSA_SHA256).map_err(refused)?;
        let fingerprint = digest(&SHA256, key.public_key_raw());
        let id: String = fingerprint.as_ref()[..4].iter().map(|byte| format!("{byte:02X}")).collect();
        let mut params = CertificateParams::default();
        // Two authorities in one trust store must not share a name: some clients look no further.
        let kind = if published { "published test CA" } else { "CA" };
        params.distinguished_name = name(&format!("Tongbao simulator {kind} {id}"));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.not_before = date_time_ymd(SINCE_YEAR, 1, 1);
        params.not_after = date_time_ymd(UNTIL_YEAR, 1, 1);
        params.serial_number = Some(serial(&[key.public_key_raw()]));
        params.name_constraints = published
            .then(|| NameConstraints { permitted_subtrees: published_for(), excluded_subtrees: Vec::new() });
        let pem = params.self_signed(&key).map_err(refused)?.pem();
        Ok(Self { issuer: Issuer::new(params, key), pem, published })
    }

    /// A certificate for `names`, valid from the month before `now` for two years: longer is refused by
    /// some clients.
    pub(super) fn issue(
        &self,
        names: &BTreeSet<String>,
        key_pem: String,
        now: Timestamp,
    ) -> Result<Leaf, SimError> {
        if let Some(outside) = names.iter().find(|name| self.published && !is_published_for(name)) {
            let reason = format!(
                "the published CA of fixed keys cannot vouch for `{outside}`, only for the platform's names, \
                 private addresses and names below {}; keep a CA of your own instead (`--ca-dir`)",
                SUFFIXES.join(", ")
            );
            return Err(SimError::Settings { field: "tls.names", reason });
        }
        let key = KeyPair::from_pkcs8_pem_and_sign_algo(&key_pem, &PKCS_RSA_SHA256).map_err(refused)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = name(super::PLATFORM_HOSTS[0]);
        params.subject_alt_names = names.iter().map(|name| subject(name)).collect::<Result<_, _>>()?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        // A month early: the first of a month begins at another hour elsewhere.
        let (year, month) = year_and_month(now);
        let (year, month) = if month == 1 { (year - 1, 12) } else { (year, month - 1) };
        params.not_before = date_time_ymd(year, month, 1);
        params.not_after = date_time_ymd(year + 2, month, 1);
        let mut parts: Vec<&[u8]> = names.iter().map(String::as_bytes).collect();
        let since = format!("{year}-{month}");
        parts.extend([since.as_bytes(), key.public_key_raw()]);
        params.serial_number = Some(serial(&parts));
        let certificate = params.signed_by(&key, &self.issuer).map_err(refused)?;
        Ok(Leaf { certificate_der: certificate.der().to_vec(), key_pem })
    }
}

fn name(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common);
    name.push(DnType::OrganizationName, "Tongbao simulator");
    name
}

fn subject(name: &str) -> Result<SanType, SimError> {
    if let Ok(address) = name.parse() {
        return Ok(SanType::IpAddress(address));
    }
    let label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let host = name.strip_prefix("*.").unwrap_or(name).split('.').all(label);
    let text = name.to_owned().try_into().ok().filter(|_| host);
    text.map(SanType::DnsName).ok_or_else(|| SimError::Settings {
        field: "tls.names",
        reason: format!("`{name}` is neither a host name nor an address"),
    })
}

/// The same parts make the same serial, and others another: clients remember which serial they saw.
fn serial(parts: &[&[u8]]) -> SerialNumber {
    let mut context = ring::digest::Context::new(&SHA256);
    for part in parts {
        context.update(&part.len().to_le_bytes());
        context.update(part);
    }
    let mut serial = [0; 16];
    serial.copy_from_slice(&context.finish().as_ref()[..16]);
    serial[0] = 0x40 | (serial[0] & 0x3F);
    SerialNumber::from_slice(&serial)
}

fn published_for() -> Vec<GeneralSubtree> {
    let hosts = super::PLATFORM_HOSTS.iter().chain(&SUFFIXES);
    let hosts = hosts.map(|host| GeneralSubtree::DnsName((*host).to_owned()));
    let networks = NETWORKS
        .iter()
        .map(|(base, prefix)| GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(*base, *prefix)));
    hosts.chain(networks).collect()
}

fn is_published_for(name: &str) -> bool {
    let below =
        |host: &str| name.strip_suffix(host).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    match name.parse::<IpAddr>() {
        Ok(address) => NETWORKS.iter().any(|(base, prefix)| is_in(address, *base, *prefix)),
        Err(_) => super::PLATFORM_HOSTS.iter().chain(&SUFFIXES).any(|host| below(host)),
    }
}

fn is_in(address: IpAddr, base: IpAddr, prefix: u8) -> bool {
    let bits = |octets: &[u8]| octets.iter().map(|byte| format!("{byte:08b}")).collect::<String>();
    let prefix = usize::from(prefix);
    match (address, base) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            bits(&one.octets())[..prefix] == bits(&other.octets())[..prefix]
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => {
            bits(&one.octets())[..prefix] == bits(&other.octets())[..prefix]
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

#[allow(clippy::needless_pass_by_value, reason = "the form map_err wants")]
fn refused(error: rcgen::Error) -> SimError {
    SimError::Key { what: "a TLS certificate", reason: error.to_string() }
}

/// Names that no public authority may vouch for, so nobody loses anything by the published one doing it.
const SUFFIXES: [&str; 6] = ["localhost", "test", "example", "internal", "local", "localdomain"];
/// Loopback and private networks.
const NETWORKS: [(IpAddr, u8); 6] = [
    (IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), 8),
    (IpAddr::V4(Ipv4Addr::new(10, 0, 0, 0)), 8),
    (IpAddr::V4(Ipv4Addr::new(172, 16, 0, 0)), 12),
    (IpAddr::V4(Ipv4Addr::new(192, 168, 0, 0)), 16),
    (IpAddr::V6(Ipv6Addr::LOCALHOST), 128),
    (IpAddr::V6(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0)), 7),
];
const KEY_FILE: &str = "ca_key.pem";
const CERTIFICATE_FILE: &str = "ca.pem";
/// Tests choose their own dates, so an authority is valid for long.
const SINCE_YEAR: i32 = 2020;
const UNTIL_YEAR: i32 = 2060;
