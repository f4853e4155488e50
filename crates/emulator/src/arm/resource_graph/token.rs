//! The words and signs of a query.

use serde_json::{Number, Value};

use super::fault::Fault;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// Names and operators in letters. A hyphen inside belongs to it, as in `project-away`, because
    /// there is no arithmetic; so do `!` before and `~` after, as in `!in~`.
    Word(String),
    /// A text in quotes or a number.
    Literal(Value),
    Sign(&'static str),
    End,
}

#[derive(Debug)]
pub(super) struct Placed {
    pub(super) token: Token,
    /// As it stands in the query.
    pub(super) text: String,
    pub(super) line: usize,
    pub(super) position: usize,
}

impl Placed {
    pub(super) fn unexpected(&self) -> Fault {
        let Self { token: _, text, line, position } = self;
        Fault::Syntax { line: *line, position: *position, token: text.clone() }
    }
}

const SIGNS: [&str; 12] = ["==", "!=", "=~", "!~", "|", "(", ")", "[", "]", ",", ".", "="];

pub(super) fn tokens(query: &str) -> Result<Vec<Placed>, Fault> {
    let mut tokens = Vec::new();
    let mut rest = query;
    loop {
        rest = without_blanks(rest);
        let before = &query[..query.len() - rest.len()];
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let place = |token, text: &str| Placed {
            token,
            text: text.to_owned(),
            line: before.matches('\n').count() + 1,
            position: before[line_start..].chars().count(),
        };
        let Some(first) = rest.chars().next() else {
            tokens.push(place(Token::End, "<EOF>"));
            return Ok(tokens);
        };
        let found = match first {
            '\'' | '"' => quoted(rest, first, true),
            '@' => verbatim(rest),
            '0'..='9' => number(rest),
            _ => word(rest).or_else(|| sign(rest)),
        };
        let Some((token, length)) = found else {
            return Err(place(Token::End, &first.to_string()).unexpected());
        };
        tokens.push(place(token, &rest[..length]));
        rest = &rest[length..];
    }
}

/// Blanks and comments, which go to the end of their line.
fn without_blanks(text: &str) -> &str {
    let text = text.trim_start();
    match text.strip_prefix("//") {
        Some(comment) => without_blanks_after(comment),
        None => text,
    }
}

fn without_blanks_after(mut comment: &str) -> &str {
    loop {
        let after = comment.find('\n').map_or("", |end| &comment[end..]).trim_start();
        match after.strip_prefix("//") {
            Some(next) => comment = next,
            None => return after,
        }
    }
}

fn verbatim(text: &str) -> Option<(Token, usize)> {
    let quote = text[1..].chars().next().filter(|quote| "'\"".contains(*quote))?;
    let (token, length) = quoted(&text[1..], quote, false)?;
    Some((token, length + 1))
}

/// A backslash takes the next character as it is, but for the usual line breaks and tabs.
fn quoted(text: &str, quote: char, escapes: bool) -> Option<(Token, usize)> {
    let mut value = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '\n' => return None,
            '\\' if escapes => value.push(match characters.next()?.1 {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                other => other,
            }),
            end if end == quote => return Some((Token::Literal(value.into()), at + 1)),
            other => value.push(other),
        }
    }
    None
}

fn number(text: &str) -> Option<(Token, usize)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_.".contains(c);
    let length = text.find(|c| !is_part(c)).unwrap_or(text.len());
    let number = text[..length].parse::<Number>().ok()?;
    Some((Token::Literal(Value::Number(number)), length))
}

fn word(text: &str) -> Option<(Token, usize)> {
    let start = usize::from(text.starts_with('!'));
    let is_first = |c: char| c.is_ascii_alphabetic() || c == '_';
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    if !text[start..].starts_with(is_first) {
        return None;
    }
    let mut length = text[start..].find(|c| !is_part(c)).map_or(text.len(), |end| start + end);
    if text[length..].starts_with('~') {
        length += 1;
    }
    Some((Token::Word(text[..length].to_owned()), length))
}

fn sign(text: &str) -> Option<(Token, usize)> {
    let sign = SIGNS.iter().find(|sign| text.starts_with(**sign))?;
    Some((Token::Sign(sign), sign.len()))
}
