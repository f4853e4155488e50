//! The forms of `$filter` that the emulated services have in common.

use serde_json::Value;

/// One condition; those of a whole filter are joined by `and`.
#[derive(Debug, PartialEq)]
pub(crate) enum Condition {
    /// `name eq literal`
    Equal(String, Value),
    /// `name ne literal`
    NotEqual(String, Value),
    /// `name ge literal`
    AtLeast(String, Value),
    /// `name le literal`
    AtMost(String, Value),
    /// `name in (literal, …)`
    In(String, Vec<Value>),
    /// `not` before one of the others, which may stand in parentheses.
    Not(Box<Condition>),
    /// `name/any(x:x eq literal)`
    AnyEqual(String, Value),
    /// `name/any(x:x/member eq literal)`
    AnyMember(String, String, Value),
    /// `name(arguments)`, the name in lower case; arguments without quotes are text too.
    Function(String, Vec<Value>),
}

/// None when the text has another form. Blank text has no conditions.
pub(crate) fn parse(text: &str) -> Option<Vec<Condition>> {
    let mut rest = Rest(text.trim());
    let mut conditions = Vec::new();
    while !rest.0.is_empty() {
        if !conditions.is_empty() {
            rest.keyword("and")?;
        }
        conditions.push(rest.condition()?);
    }
    Some(conditions)
}

/// What is still to be read, without blanks at its start.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn condition(&mut self) -> Option<Condition> {
        let start = self.0;
        if !self.word()?.eq_ignore_ascii_case("not") {
            self.0 = start;
            return self.positive();
        }
        let negated = if self.symbol("(").is_some() {
            let inner = self.positive()?;
            self.symbol(")")?;
            inner
        } else {
            self.positive()?
        };
        Some(Condition::Not(Box::new(negated)))
    }

    fn positive(&mut self) -> Option<Condition> {
        let name = self.word()?;
        if self.symbol("/any(").is_some() {
            return self.any(name);
        }
        if self.symbol("(").is_some() {
            return Some(Condition::Function(name.to_ascii_lowercase(), self.arguments()?));
        }
        match self.word()? {
            "eq" => Some(Condition::Equal(name.to_owned(), self.literal()?)),
            "ne" => Some(Condition::NotEqual(name.to_owned(), self.literal()?)),
            "ge" => Some(Condition::AtLeast(name.to_owned(), self.literal()?)),
            "le" => Some(Condition::AtMost(name.to_owned(), self.literal()?)),
            "in" => {
                self.symbol("(")?;
                Some(Condition::In(name.to_owned(), self.arguments()?))
            }
            _ => None,
        }
    }

    /// What follows `name/any(`.
    fn any(&mut self, name: &str) -> Option<Condition> {
        let variable = self.word()?;
        self.symbol(":")?;
        self.keyword(variable)?;
        let member = if self.symbol("/").is_some() { Some(self.word()?) } else { None };
        self.keyword("eq")?;
        let literal = self.literal()?;
        self.symbol(")")?;
        let name = name.to_owned();
        Some(match member {
            Some(member) => Condition::AnyMember(name, member.to_owned(), literal),
            None => Condition::AnyEqual(name, literal),
        })
    }

    fn arguments(&mut self) -> Option<Vec<Value>> {
        let mut arguments = Vec::new();
        while self.symbol(")").is_none() {
            if !arguments.is_empty() {
                self.symbol(",")?;
            }
            arguments.push(self.literal()?);
        }
        Some(arguments)
    }

    /// Text in quotes, which are doubled inside; GUIDs, times, booleans and null go without.
    fn literal(&mut self) -> Option<Value> {
        if self.symbol("'").is_none() {
            return Some(match self.run(|c| is_part(c) || c == ':')? {
                "null" => Value::Null,
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                word => word.into(),
            });
        }
        let mut value = String::new();
        loop {
            let (part, after) = self.0.split_once('\'')?;
            value.push_str(part);
            let Some(more) = after.strip_prefix('\'') else {
                self.0 = after.trim_start();
                return Some(value.into());
            };
            value.push('\'');
            self.0 = more;
        }
    }

    fn word(&mut self) -> Option<&'a str> {
        self.run(is_part)
    }

    fn run(&mut self, is_part: impl Fn(char) -> bool) -> Option<&'a str> {
        let end = self.0.find(|c| !is_part(c)).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest.trim_start();
        (!word.is_empty()).then_some(word)
    }

    fn keyword(&mut self, expected: &str) -> Option<()> {
        (self.word()? == expected).then_some(())
    }

    fn symbol(&mut self, expected: &str) -> Option<()> {
        let rest = self.0.strip_prefix(expected)?;
        // Blanks after an opening quote belong to the text.
        self.0 = if expected == "'" { rest } else { rest.trim_start() };
        Some(())
    }
}

fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.".contains(c)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Condition, parse};

    fn equal(name: &str, value: Value) -> Condition {
        Condition::Equal(name.to_owned(), value)
    }

    #[test]
    fn conditions_are_read_with_quotes_doubled_inside_values() {
        for (text, expected) in [
            ("", vec![]),
            ("name eq 'it''s and that'", vec![equal("name", json!("it's and that"))]),
            ("a eq ' x' and b eq true", vec![equal("a", json!(" x")), equal("b", json!(true))]),
            ("id eq 1b2c3d4e-5f60", vec![equal("id", json!("1b2c3d4e-5f60"))]),
            ("atScope()", vec![Condition::Function("atscope".to_owned(), vec![])]),
            ("f(x, 'y')", vec![Condition::Function("f".to_owned(), vec![json!("x"), json!("y")])]),
            ("tags/any(t: t eq 'x')", vec![Condition::AnyEqual("tags".to_owned(), json!("x"))]),
            ("a ne true", vec![Condition::NotEqual("a".to_owned(), json!(true))]),
            ("a ge 'x'", vec![Condition::AtLeast("a".to_owned(), json!("x"))]),
            (
                "a le 2026-01-01T00:00:00Z",
                vec![Condition::AtMost("a".to_owned(), json!("2026-01-01T00:00:00Z"))],
            ),
            (
                "a/any(t: t/id eq 'x')",
                vec![Condition::AnyMember("a".to_owned(), "id".to_owned(), json!("x"))],
            ),
            ("a in ('x', 'y')", vec![Condition::In("a".to_owned(), vec![json!("x"), json!("y")])]),
            ("NOT(a eq 'x')", vec![Condition::Not(Box::new(equal("a", json!("x"))))]),
            ("not a eq 'x'", vec![Condition::Not(Box::new(equal("a", json!("x"))))]),
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_forms_are_not_understood() {
        for text in [
            "name",
            "name eq",
            "name eq 'x",
            "name eq 'x' 'y'",
            "name eq x y",
            "name gt 'x'",
            "not not name eq 'x'",
            "not (name eq 'x'",
            "name in 'x'",
            "a eq 'b' or c eq 'd'",
            "a eq 'b' and",
            "tags/any(t:u eq 'x')",
            "f('x'",
            "f('x' 'y')",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
