//! Where a secret or a key file is: never in the configuration itself.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::mistake::{Findings, Words};
use super::{Config, Environment};

/// Where a secret or a key file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// `file:PATH`, relative to the configuration file.
    File(PathBuf),
    /// `env:NAME`.
    Variable(String),
}

/// Where platform certificates come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlatformCertificate {
    /// `download`: from the platform, `GET /v3/certificates`.
    Download,
    /// One at hand; later ones are downloaded.
    At(Reference),
}

impl Reference {
    /// Reads `file:PATH` or `env:NAME`; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let place = text.split_once(':').map(|(kind, rest)| (kind, rest.trim()));
        match place {
            Some(("file", path)) if !path.is_empty() => Some(Self::File(path.into())),
            Some(("env", name)) if !name.is_empty() => Some(Self::Variable(name.into())),
            Some(_) | None => None,
        }
    }

    /// The bytes it points at. A mistake is written down, with the field it belongs to.
    pub(super) fn read(
        &self,
        field: &str,
        config: &Config,
        environment: &Environment,
        findings: &mut Findings,
    ) -> Option<Vec<u8>> {
        match self {
            Self::Variable(name) => {
                let value = environment.get(name).map(|value| value.as_bytes().to_vec());
                if value.is_none() {
                    findings.mistake("config.env_missing", field, env_missing(name), env_fix(name));
                }
                value
            }
            Self::File(path) => {
                let path = config.resolve(path);
                read_bounded(&path).map_err(|error| unreadable(field, &path, &error, findings)).ok()
            }
        }
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Variable(name) => write!(f, "env:{name}"),
        }
    }
}

impl PlatformCertificate {
    /// Reads `download`, `file:PATH` or `env:NAME`; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "download" { Some(Self::Download) } else { Reference::parse(text).map(Self::At) }
    }
}

impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The text is not repeated: it may be the secret itself.
        let refuse = || serde::de::Error::custom("must be file:PATH or env:NAME");
        Self::parse(&String::deserialize(deserializer)?).ok_or_else(refuse)
    }
}

impl Serialize for PlatformCertificate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Download => serializer.serialize_str("download"),
            Self::At(reference) => reference.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for PlatformCertificate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let refuse = || serde::de::Error::custom("must be download, file:PATH or env:NAME");
        Self::parse(&String::deserialize(deserializer)?).ok_or_else(refuse)
    }
}

/// Reads a file of at most [`FILE_BYTES_MAX`]; one byte more tells that it is longer.
pub(super) fn read_bounded(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > FILE_BYTES_MAX) {
        return Err(std::io::Error::new(ErrorKind::FileTooLarge, "longer than any key or configuration"));
    }
    Ok(bytes)
}

/// Writes down that a file cannot be read.
pub(super) fn unreadable(field: &str, path: &Path, error: &std::io::Error, findings: &mut Findings) {
    let file = path.display();
    if error.kind() == ErrorKind::NotFound {
        findings.mistake(
            "config.file_missing",
            field,
            Words::new(format!("文件 {file} 不存在"), format!("the file {file} does not exist")),
            Words::new(
                "把文件放到这个位置，或改正路径；相对路径从配置文件所在目录算起",
                "put the file there or correct the path; relative paths are counted from the configuration file",
            ),
        );
        return;
    }
    findings.mistake(
        "config.file_unreadable",
        field,
        Words::new(format!("文件 {file} 读不了：{error}"), format!("cannot read {file}: {error}")),
        Words::new(
            "让运行通宝的用户能读它（例如 chown 后 chmod 600），并确认它是一个不超过 1 MiB 的普通文件",
            "make it readable to the user that runs tongbao (chown, then chmod 600); it must be a plain file of at most 1 MiB",
        ),
    );
}

fn env_missing(name: &str) -> Words {
    Words::new(format!("环境变量 {name} 没有设置"), format!("the environment variable {name} is not set"))
}

fn env_fix(name: &str) -> Words {
    Words::new(
        format!("启动前 export {name}=…，或改用 file:路径"),
        format!("export {name}=… before starting, or use file:PATH"),
    )
}

/// Keys and configurations have some kilobytes.
const FILE_BYTES_MAX: u64 = 1024 * 1024;
