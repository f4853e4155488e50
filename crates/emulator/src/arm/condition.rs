//! Conditions on role assignments, as far as they limit which assignments their holder may write
//! and delete: the language of Azure's own templates for that, and nothing else.

use uuid::Uuid;

/// A write or a removal of a role assignment, as conditions see it.
pub(super) struct Attempt<'a> {
    pub(super) action: &'a str,
    pub(super) source: Source,
    /// None when the request does not say.
    pub(super) role: Option<Uuid>,
    pub(super) principal: Option<Uuid>,
    pub(super) principal_type: Option<&'a str>,
}

/// Where the attributes come from: what is to be written, or what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Request,
    Resource,
}

/// Whether the condition lets it happen. One that cannot be read lets nothing happen, which is
/// stricter than the service.
pub(super) fn allows(condition: &str, attempt: &Attempt<'_>) -> bool {
    Expression::parse(condition).is_some_and(|one| one.holds(attempt) == Some(true))
}

#[derive(Debug, PartialEq)]
enum Expression {
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Not(Box<Expression>),
    ActionMatches(String),
    Compare { source: Source, attribute: Attribute, operator: Operator, values: Vec<String> },
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Attribute {
    Role,
    Principal,
    PrincipalType,
}

/// An attribute has one value here, which is compared with any or with all of those given.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Operator {
    equals: bool,
    with_all: bool,
    exact: bool,
}

impl Expression {
    fn parse(text: &str) -> Option<Self> {
        let tokens = tokens(text)?;
        let mut rest = Rest { tokens: &tokens, parts: 0 };
        let parsed = rest.any()?;
        rest.tokens.is_empty().then_some(parsed)
    }

    /// None when it turns on an attribute that the attempt does not have.
    fn holds(&self, attempt: &Attempt<'_>) -> Option<bool> {
        match self {
            Self::And(parts) => all(parts, attempt, false),
            Self::Or(parts) => all(parts, attempt, true),
            Self::Not(one) => one.holds(attempt).map(|holds| !holds),
            Self::ActionMatches(action) => Some(action.eq_ignore_ascii_case(attempt.action)),
            Self::Compare { source, attribute, operator, values } => {
                let value = attribute.of(attempt).filter(|_| *source == attempt.source)?;
                let mut values = values.iter();
                let fits = |other: &String| operator.fits(&value, other);
                Some(if operator.with_all { values.all(fits) } else { values.any(fits) })
            }
        }
    }
}

/// `decisive` is the value of a part that settles the whole: true for or, false for and.
fn all(parts: &[Expression], attempt: &Attempt<'_>, decisive: bool) -> Option<bool> {
    let values: Vec<Option<bool>> = parts.iter().map(|one| one.holds(attempt)).collect();
    if values.contains(&Some(decisive)) {
        return Some(decisive);
    }
    (!values.contains(&None)).then_some(!decisive)
}

impl Attribute {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "RoleDefinitionId" => Some(Self::Role),
            "PrincipalId" => Some(Self::Principal),
            "PrincipalType" => Some(Self::PrincipalType),
            _ => None,
        }
    }

    fn of(self, attempt: &Attempt<'_>) -> Option<String> {
        match self {
            Self::Role => attempt.role.map(|id| id.to_string()),
            Self::Principal => attempt.principal.map(|id| id.to_string()),
            Self::PrincipalType => attempt.principal_type.map(str::to_owned),
        }
    }
}

impl Operator {
    fn parse(text: &str) -> Option<Self> {
        let (quantifier, comparison) = text.split_once(':').unwrap_or(("", text));
        let with_all = match quantifier {
            "" | "ForAnyOfAnyValues" | "ForAllOfAnyValues" => false,
            "ForAnyOfAllValues" | "ForAllOfAllValues" => true,
            _ => return None,
        };
        let (equals, exact) = match comparison {
            "GuidEquals" | "StringEqualsIgnoreCase" => (true, false),
            "GuidNotEquals" | "StringNotEqualsIgnoreCase" => (false, false),
            "StringEquals" => (true, true),
            "StringNotEquals" => (false, true),
            _ => return None,
        };
        Some(Self { equals, with_all, exact })
    }

    fn fits(self, value: &str, other: &str) -> bool {
        let equal = if self.exact { value == other } else { value.eq_ignore_ascii_case(other) };
        equal == self.equals
    }
}

/// Words, values without their quotes, and single symbols.
fn tokens(text: &str) -> Option<Vec<String>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, after) = match first {
            '\'' => rest[1..].split_once('\'')?,
            '(' | ')' | '{' | '}' | '[' | ']' | ',' | '!' => rest.split_at(1),
            _ => {
                let ends = |c: char| c.is_whitespace() || "(){}[],!'".contains(c);
                rest.split_at(rest.find(ends).unwrap_or(rest.len()))
            }
        };
        tokens.push(token.to_owned());
        rest = after.trim_start();
    }
    Some(tokens)
}

struct Rest<'a> {
    tokens: &'a [String],
    /// Parts so far, nested or not: so few that no text exhausts the stack.
    parts: usize,
}

const MOST_PARTS: usize = 200;

impl<'a> Rest<'a> {
    fn any(&mut self) -> Option<Expression> {
        let mut parts = vec![self.every()?];
        while self.takes("OR") || self.takes("||") {
            parts.push(self.every()?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Expression::Or(parts) })
    }

    fn every(&mut self) -> Option<Expression> {
        let mut parts = vec![self.one()?];
        while self.takes("AND") || self.takes("&&") {
            parts.push(self.one()?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Expression::And(parts) })
    }

    fn one(&mut self) -> Option<Expression> {
        self.parts += 1;
        if self.parts > MOST_PARTS {
            return None;
        }
        if self.takes("!") || self.takes("NOT") {
            return Some(Expression::Not(Box::new(self.one()?)));
        }
        if self.takes("(") {
            let inner = self.any()?;
            return self.takes(")").then_some(inner);
        }
        if self.takes("ActionMatches") {
            let mut actions = self.values()?;
            let only = actions.pop().filter(|_| actions.is_empty());
            return only.map(Expression::ActionMatches);
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Option<Expression> {
        let source = match self.next()? {
            "@Request" => Source::Request,
            "@Resource" => Source::Resource,
            _ => return None,
        };
        self.takes("[").then_some(())?;
        let attribute = self.next()?.strip_prefix("Microsoft.Authorization/roleAssignments:")?;
        let attribute = Attribute::parse(attribute)?;
        self.takes("]").then_some(())?;
        let operator = Operator::parse(self.next()?)?;
        let values = match self.tokens.first()?.as_str() {
            "{" => self.values()?,
            _ => vec![self.next()?.to_owned()],
        };
        Some(Expression::Compare { source, attribute, operator, values })
    }

    /// `{a, b}`
    fn values(&mut self) -> Option<Vec<String>> {
        self.takes("{").then_some(())?;
        let mut values = vec![self.next()?.to_owned()];
        while self.takes(",") {
            values.push(self.next()?.to_owned());
        }
        self.takes("}").then_some(values)
    }

    fn next(&mut self) -> Option<&'a str> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    fn takes(&mut self, expected: &str) -> bool {
        let found = self.tokens.first().is_some_and(|one| one.eq_ignore_ascii_case(expected));
        if found {
            self.tokens = &self.tokens[1..];
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use uuid::{Uuid, uuid};

    use super::{Attempt, Source, allows};

    const READER: Uuid = uuid!("acdd72a7-3385-48ef-bd42-f606fba81ae7");
    const OWNER: Uuid = uuid!("8e3af657-a8ff-443c-a75c-2fe8c4bcb635");
    const ROLE: &str = "@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId]";
    const TYPE: &str = "@Request[Microsoft.Authorization/roleAssignments:PrincipalType]";

    fn may_write(condition: &str, role: Uuid) -> bool {
        let attempt = Attempt {
            action: "Microsoft.Authorization/roleAssignments/write",
            source: Source::Request,
            role: Some(role),
            principal: Some(READER),
            principal_type: Some("ServicePrincipal"),
        };
        allows(condition, &attempt)
    }

    #[test]
    fn values_are_compared_with_any_or_with_all_of_the_given_ones() {
        for (operator, reader, owner) in [
            ("ForAnyOfAnyValues:GuidEquals", true, false),
            ("ForAnyOfAllValues:GuidNotEquals", false, true),
            ("ForAnyOfAllValues:GuidEquals", false, false),
            ("ForAnyOfAnyValues:GuidNotEquals", true, true),
        ] {
            let other = uuid!("21090545-7ca7-4776-b22c-e363652d74d2");
            let condition = format!("{ROLE} {operator} {{{READER}, {other}}}");
            let found = [may_write(&condition, READER), may_write(&condition, OWNER)];
            assert_eq!(found, [reader, owner], "{operator}");
        }
    }

    #[test]
    fn only_some_operators_look_at_the_case_of_text() {
        for (operator, value, holds) in [
            ("StringEqualsIgnoreCase", "serviceprincipal", true),
            ("StringEquals", "serviceprincipal", false),
            ("StringEquals", "ServicePrincipal", true),
            ("StringNotEquals", "User", true),
        ] {
            let condition = format!("{TYPE} {operator} '{value}'");
            assert_eq!(may_write(&condition, READER), holds, "{condition}");
        }
    }

    #[test]
    fn parts_are_joined_and_negated_with_words_and_signs() {
        let yes = format!("{ROLE} GuidEquals {READER}");
        let no = format!("{ROLE} GuidEquals {OWNER}");
        for (condition, holds) in [
            (format!("{yes} AND {no}"), false),
            (format!("{no} OR {yes}"), true),
            (format!("{yes} || {no} && {no}"), true),
            (format!("({yes} || {no}) && {no}"), false),
            (format!("!({no})"), true),
            (format!("NOT {yes}"), false),
        ] {
            assert_eq!(may_write(&condition, READER), holds, "{condition}");
        }
    }

    #[test]
    fn what_cannot_be_read_or_decided_lets_nothing_happen() {
        let resource = ROLE.replace("@Request", "@Resource");
        for condition in [
            String::new(),
            "nonsense".to_owned(),
            format!("{ROLE} GuidEquals"),
            format!("{ROLE} GuidEquals {{{READER}"),
            format!("({ROLE} GuidEquals {READER}"),
            format!("{ROLE} GuidEquals {READER} {READER}"),
            format!("{ROLE} NumericEquals 1"),
            "SubOperationMatches{'x'} OR ActionMatches{'y'}".to_owned(),
            "@Environment[Microsoft.Network/subnets] StringEquals 'x'".to_owned(),
            format!("!({resource} GuidEquals {OWNER})"),
            "'".to_owned(),
            "!".repeat(100_000),
            "(".repeat(100_000),
        ] {
            assert!(!may_write(&condition, READER), "{condition}");
        }
    }
}
