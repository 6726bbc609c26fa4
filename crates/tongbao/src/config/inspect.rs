//! Compares a configuration file with the shape it should have, with line and column.

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::mistake::{Findings, Mistake, Place, Words};
use super::shape::{Field, Shape, nearest};

/// A file that is being inspected.
pub(super) struct Inspector<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
    pub(super) findings: &'a mut Findings,
}

impl Inspector<'_> {
    /// The place of a byte.
    pub(super) fn place(&self, offset: usize) -> Place {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        Place {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// Looks at a table that should have these keys.
    pub(super) fn table(&mut self, table: &DeTable<'_>, fields: &[Field], path: &str) {
        for (key, value) in table {
            let name: &str = key.get_ref();
            match fields.iter().find(|field| field.name == name) {
                Some(field) => self.value(value, &field.shape, &join(path, name)),
                None => {
                    self.findings.meant.extend(nearest(name, fields).map(|meant| join(path, meant)));
                    let mistake = unknown(&join(path, name), name, fields);
                    self.found(mistake, key.span().start);
                }
            }
        }
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, shape: &Shape, path: &str) {
        let start = value.span().start;
        match (shape, value.get_ref()) {
            (Shape::Table(fields), DeValue::Table(table)) => self.table(table, fields, path),
            (Shape::Named(fields), DeValue::Table(named)) => {
                for (name, value) in named {
                    let path = join(path, name.get_ref());
                    self.value(value, &Shape::Table(fields), &path);
                }
            }
            (Shape::List(fields), DeValue::Array(list)) => {
                for (index, value) in list.iter().enumerate() {
                    self.value(value, &Shape::Table(fields), &format!("{path}[{index}]"));
                }
            }
            (Shape::YesNo, DeValue::Boolean(_)) => {}
            (Shape::Whole(min, max), DeValue::Integer(number)) => {
                if !whole(number).is_some_and(|number| (*min..=*max).contains(&number)) {
                    self.found(out_of_range(path, *min, *max), start);
                }
            }
            (shape, DeValue::String(text)) if shape.takes_text(text) => {}
            (shape, DeValue::String(_)) => self.found(wrong_text(path, shape), start),
            (shape, other) => self.found(wrong_type(path, shape, other.type_str()), start),
        }
    }

    fn found(&mut self, mistake: Mistake, offset: usize) {
        let place = self.place(offset);
        self.findings.mistakes.push(mistake.at(place));
    }
}

fn whole(number: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

/// `server` and `listen` make `server.listen`.
pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// A key nobody knows.
pub(super) fn unknown(path: &str, name: &str, fields: &[Field]) -> Mistake {
    let reason = Words::new(format!("没有 {name} 这个配置项"), format!("there is no key `{name}` here"));
    let fix = match nearest(name, fields) {
        Some(near) => Words::new(format!("是不是想写 {near}？"), format!("did you mean `{near}`?")),
        None => {
            let all: Vec<_> = fields.iter().map(|field| field.name).collect();
            let all = all.join(", ");
            Words::new(format!("删去它；这里可以写：{all}"), format!("remove it; known here: {all}"))
        }
    };
    Mistake::new("config.unknown_key", path, reason, fix)
}

/// A number outside of its range, or not a number.
pub(super) fn out_of_range(path: &str, min: i64, max: i64) -> Mistake {
    Mistake::new(
        "config.out_of_range",
        path,
        Words::new("数值超出范围", "the number is out of range"),
        Words::new(format!("写 {min} 到 {max} 之间的整数"), format!("a whole number from {min} to {max}")),
    )
}

/// A text that is not one of those that fit. The text is not repeated: it may be a secret.
pub(super) fn wrong_text(path: &str, shape: &Shape) -> Mistake {
    match shape {
        Shape::Secret => Mistake::new(
            "config.secret_literal",
            path,
            Words::new(
                "密钥不能直接写在配置里，只能写它在哪里",
                "a secret is never written in the configuration, only where it is",
            ),
            Words::new(
                "把内容放进一个文件（chmod 600），这里写 \"file:路径\"；或放进环境变量，写 \"env:变量名\"",
                "put it into a file (chmod 600) and write \"file:PATH\" here, or into a variable and write \"env:NAME\"",
            ),
        ),
        other => wrong_type(path, other, "string"),
    }
}

/// A value of another kind.
pub(super) fn wrong_type(path: &str, shape: &Shape, found: &str) -> Mistake {
    let (zh, en) = wanted(shape);
    Mistake::new(
        "config.wrong_type",
        path,
        Words::new(format!("这里的值（{found}）不合要求"), format!("the value here ({found}) does not fit")),
        Words::new(format!("应写{zh}"), format!("write {en}")),
    )
}

/// What fits, in words.
fn wanted(shape: &Shape) -> (String, String) {
    let both = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
    match shape {
        Shape::Text => both("带引号的文字：\"…\"", "a text in quotes: \"…\""),
        Shape::Secret | Shape::Public => {
            both("\"file:路径\" 或 \"env:变量名\"", "\"file:PATH\" or \"env:NAME\"")
        }
        Shape::Certificate => both(
            "\"download\"、\"file:路径\" 或 \"env:变量名\"",
            "\"download\", \"file:PATH\" or \"env:NAME\"",
        ),
        Shape::Whole(min, max) => (
            format!(" {min} 到 {max} 之间的整数，不带引号"),
            format!("a whole number from {min} to {max}, without quotes"),
        ),
        Shape::YesNo => both(" true 或 false，不带引号", "true or false, without quotes"),
        Shape::Word(words) => {
            let quoted: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
            (format!("其中之一：{}", quoted.join("、")), format!("one of {}", quoted.join(", ")))
        }
        Shape::Table(_) => both("一个表：[…]", "a table: […]"),
        Shape::Named(_) => {
            both("带名字的表，如 [accounts.main]", "a table with a name, such as [accounts.main]")
        }
        Shape::List(_) => both("一列表，如 [[goods]]", "a list of tables, such as [[goods]]"),
    }
}
