//! Chinese or English.

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;
use tongbao_wire::Text;

/// The language a person is spoken to in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// 中文
    #[default]
    Zh,
    /// English
    En,
}

impl Lang {
    /// `zh` or `en`; anything else is Chinese.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if text.trim_start().to_ascii_lowercase().starts_with("en") { Self::En } else { Self::Zh }
    }

    /// The language a request asks for: the first of `Accept-Language`.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).map_or(Self::Zh, Self::parse)
    }

    /// The text in this language.
    #[must_use]
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// A text of the protocol's tables in this language.
    #[must_use]
    pub fn say(self, text: Text) -> &'static str {
        self.pick(text.zh, text.en)
    }

    /// `zh` or `en`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }
}
