//! The words after the chore's name: `--name` or `--name value`.

use crate::Complaint;

/// Options not yet asked for. Whatever is left at the end is a mistake of the caller.
pub(crate) struct Arguments(Vec<String>);

impl Arguments {
    pub(crate) fn parse(words: impl Iterator<Item = String>) -> Result<Self, Complaint> {
        // `--name=value` is the same as `--name value`.
        let words: Vec<String> = words
            .flat_map(|word| match word.split_once('=') {
                Some((name, value)) if name.starts_with("--") => vec![name.to_owned(), value.to_owned()],
                _ => vec![word],
            })
            .collect();
        match words.iter().find(|word| word.is_empty()) {
            Some(_) => Err("an empty word among the arguments".to_owned()),
            None => Ok(Self(words)),
        }
    }

    /// Whether `--name` was given.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        match self.0.iter().position(|word| word == name) {
            Some(at) => {
                self.0.remove(at);
                true
            }
            None => false,
        }
    }

    /// The value after `--name`, taken out; `None` when it was not given (again).
    pub(crate) fn value(&mut self, name: &str) -> Result<Option<String>, Complaint> {
        let Some(at) = self.0.iter().position(|word| word == name) else {
            return Ok(None);
        };
        self.0.remove(at);
        if at < self.0.len() && !self.0[at].starts_with("--") {
            return Ok(Some(self.0.remove(at)));
        }
        Err(format!("{name} needs a value after it"))
    }

    /// Every value of an option that may be repeated.
    pub(crate) fn values(&mut self, name: &str) -> Result<Vec<String>, Complaint> {
        let mut values = Vec::new();
        while let Some(value) = self.value(name)? {
            values.push(value);
        }
        Ok(values)
    }

    /// A whole number after `--name`.
    pub(crate) fn number(&mut self, name: &str) -> Result<Option<u64>, Complaint> {
        let Some(text) = self.value(name)? else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| format!("{name} needs a whole number, not {text:?}"))
    }

    /// Says so when something was given that nobody asked for.
    pub(crate) fn end(self) -> Result<(), Complaint> {
        match self.0.first() {
            Some(word) => {
                Err(format!("{word:?} is not understood here; `cargo xtask help` lists the options"))
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Arguments;

    fn arguments(line: &str) -> Arguments {
        Arguments::parse(line.split_whitespace().map(str::to_owned)).expect("no empty word")
    }

    #[test]
    fn options_are_taken_in_any_order_and_in_both_spellings() {
        let mut given = arguments("--profile=quiet --seed 7");
        assert_eq!(given.number("--seed"), Ok(Some(7)));
        assert_eq!(given.value("--profile"), Ok(Some("quiet".to_owned())));
        assert_eq!(given.end(), Ok(()));
    }

    #[test]
    fn an_option_may_be_repeated() {
        let mut given = arguments("--only fmt --only deny");
        assert_eq!(given.values("--only"), Ok(vec!["fmt".to_owned(), "deny".to_owned()]));
    }

    #[test]
    fn a_missing_value_a_wrong_number_and_a_stranger_are_named() {
        assert_eq!(
            arguments("--seed --list").number("--seed"),
            Err("--seed needs a value after it".to_owned())
        );
        assert!(arguments("--seed x").number("--seed").is_err_and(|said| said.contains("whole number")));
        assert!(arguments("--fast").end().is_err_and(|said| said.contains("--fast")));
    }
}
