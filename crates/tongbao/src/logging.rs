//! Structured logs on standard error: lines for people, or JSON for programs.

use tracing_subscriber::EnvFilter;

use crate::config::LogFormat;

/// A filter such as `info` or `info,tongbao=debug`; `None` when it is not one.
#[must_use]
pub fn filter(text: &str) -> Option<EnvFilter> {
    let is_empty = text.trim().is_empty();
    EnvFilter::builder().parse(text).ok().filter(|_| !is_empty)
}

/// Starts logging, once for the process. A second call changes nothing.
///
/// Standard output stays free for what commands print. A filter that cannot be read means `info`; the
/// configuration's check has refused it before.
pub fn start(filter_text: &str, format: LogFormat) {
    let filter = filter(filter_text).unwrap_or_else(|| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // An error means that logging has started already: another part of the process was first.
    let _already = match format {
        LogFormat::Text => lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(true).try_init(),
    };
}

#[cfg(test)]
mod tests {
    use super::filter;

    #[test]
    fn levels_and_lists_are_filters_and_other_text_is_not() {
        for text in ["info", "warn,tongbao=debug", "off"] {
            assert!(filter(text).is_some(), "{text}");
        }
        for text in ["", " ", "tongbao=loud", "a=b=c"] {
            assert!(filter(text).is_none(), "{text}");
        }
    }
}
