//! The few forms of `$filter` that Resource Manager's lists have.

/// One part of a filter; the parts of a whole are joined by `and`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Clause {
    /// `atScope()`, `assignedTo('…')`: the name in lower case.
    Function(String, Option<String>),
    /// `property eq 'value'`: the property in lower case.
    Equals(String, String),
}

/// None when the text has another form.
pub(super) fn parse(text: &str) -> Option<Vec<Clause>> {
    let mut clauses = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (clause, after) = first(rest)?;
        clauses.push(clause);
        rest = match after.trim_start() {
            "" => "",
            more => more.strip_prefix("and ")?.trim_start(),
        };
    }
    Some(clauses)
}

fn first(text: &str) -> Option<(Clause, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric())?;
    let (name, rest) = (text[..end].to_ascii_lowercase(), &text[end..]);
    if let Some(arguments) = rest.strip_prefix('(') {
        if let Some(after) = arguments.strip_prefix(')') {
            return Some((Clause::Function(name, None), after));
        }
        let (argument, after) = quoted(arguments)?;
        return Some((Clause::Function(name, Some(argument)), after.strip_prefix(')')?));
    }
    let (value, after) = quoted(rest.trim_start().strip_prefix("eq ")?.trim_start())?;
    Some((Clause::Equals(name, value), after))
}

/// Text in quotes, which are doubled inside, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('\'')?;
    let mut value = String::new();
    loop {
        let (part, after) = rest.split_once('\'')?;
        value.push_str(part);
        match after.strip_prefix('\'') {
            Some(more) => value.push('\''),
            None => return Some((value, after)),
        }
        rest = &after[1..];
    }
}

#[cfg(test)]
mod tests {
    use super::{Clause, parse};

    fn equals(name: &str, value: &str) -> Clause {
        Clause::Equals(name.to_owned(), value.to_owned())
    }

    #[test]
    fn clauses_are_read_with_quotes_doubled_inside_values() {
        assert_eq!(parse("roleName eq 'it''s and that'"), Some(vec![equals("rolename", "it's and that")]));
        let both = vec![Clause::Function("atscope".into(), None), Clause::Function("assignedto".into(), Some("x".into()))];
        assert_eq!(parse("atScope() and assignedTo('x')"), Some(both));
    }

    #[test]
    fn other_forms_are_not_understood() {
        for text in ["roleName", "roleName eq", "roleName eq 'x", "roleName ne 'x'", "a eq 'b' or c eq 'd'"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
