//! An exchange as a line for a shell.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::exchange::{Direction, Exchange};

impl Exchange {
    /// The request as `curl` would send it again: its own headers, its own signature. `base_url` is where the
    /// simulator is reached.
    pub(crate) fn curl(&self, base_url: &str) -> String {
        let address = match self.direction {
            Direction::In => format!("{base_url}{}", self.target),
            Direction::Out => self.target.clone(),
        };
        let mut lines = vec![format!("curl -i -X {} {}", self.method, quoted(&address))];
        for (name, value) in self.asked.headers() {
            if !MADE_ANEW.contains(&name) {
                lines.push(format!("-H {}", quoted(&format!("{name}: {}", String::from_utf8_lossy(value)))));
            }
        }
        let mut before = String::new();
        if self.asked.is_cut() {
            let (kept, length) = (self.asked.body.len(), self.asked.length);
            before = format!("# only the first {kept} of {length} bytes of the body were kept\n");
        }
        match std::str::from_utf8(&self.asked.body) {
            Ok("") => {}
            Ok(text) => lines.push(format!("--data-binary {}", quoted(text))),
            Err(_) => {
                let encoded = STANDARD.encode(&self.asked.body);
                before += &format!("printf %s {} | base64 -d | ", quoted(&encoded));
                lines.push("--data-binary @-".into());
            }
        }
        before + &lines.join(" \\\n  ") + "\n"
    }
}

/// One word for a shell of the Bourne family, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Headers that belong to a connection and not to a request.
const MADE_ANEW: &[&str] = &["host", "content-length", "connection", "transfer-encoding", "expect"];

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_word_stays_one_word() {
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's; rm -rf /"), r"'it'\''s; rm -rf /'");
        assert_eq!(quoted("$(x)\n`y`"), "'$(x)\n`y`'");
    }
}
