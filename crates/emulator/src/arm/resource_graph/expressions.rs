//! The part of the parser that reads conditions and values.

use serde_json::Value;

use super::ast::{Comparison, Expression, Function, Step};
use super::fault::Fault;
use super::parser::Parser;
use super::token::Token;

/// Where the service draws the line is not known.
const DEEPEST: usize = 64;

/// Names that no column has.
const OPERATORS: [&str; 4] = ["where", "project", "extend", "summarize"];

impl Parser {
    pub(super) fn expression(&mut self) -> Result<Expression, Fault> {
        let mut parts = vec![self.conjunction()?];
        while self.take_word("or") {
            parts.push(self.conjunction()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::Or(parts) })
    }

    fn conjunction(&mut self) -> Result<Expression, Fault> {
        let mut parts = vec![self.comparison()?];
        while self.take_word("and") {
            parts.push(self.comparison()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::And(parts) })
    }

    fn comparison(&mut self) -> Result<Expression, Fault> {
        let left = self.value()?;
        let word = match self.peek() {
            Token::Word(word) => word.clone(),
            Token::Sign(sign) => (*sign).to_owned(),
            Token::Literal(_) | Token::End => return Ok(left),
        };
        if let "in" | "in~" | "!in" | "!in~" = word.as_str() {
            self.advance();
            self.sign("(")?;
            let list = self.nested(|parser| parser.separated(Self::expression))?;
            return Ok(Expression::Among {
                value: Box::new(left),
                list,
                ignoring_case: word.ends_with('~'),
                negated: word.starts_with('!'),
            });
        }
        let (comparison, negated) = match word.as_str() {
            "==" => (Comparison::Equal, false),
            "!=" => (Comparison::NotEqual, false),
            "=~" => (Comparison::EqualIgnoringCase, false),
            "!~" => (Comparison::NotEqualIgnoringCase, false),
            "has" | "!has" => (Comparison::Has, word.starts_with('!')),
            "contains" | "!contains" => (Comparison::Contains, word.starts_with('!')),
            "startswith" | "!startswith" => (Comparison::StartsWith, word.starts_with('!')),
            _ => return Ok(left),
        };
        self.advance();
        let right = self.value()?;
        let compared = Expression::Compare(comparison, Box::new(left), Box::new(right));
        Ok(if negated { Expression::Not(Box::new(compared)) } else { compared })
    }

    fn value(&mut self) -> Result<Expression, Fault> {
        match self.peek().clone() {
            Token::Literal(value) => {
                self.advance();
                Ok(Expression::Literal(value))
            }
            Token::Word(word) => {
                self.advance();
                if self.take("(") { self.call(&word) } else { self.path(word) }
            }
            Token::Sign("(") => {
                self.advance();
                self.nested(Self::expression)
            }
            Token::Sign(_) | Token::End => Err(self.unexpected()),
        }
    }

    /// What follows an opening parenthesis, up to the closing one.
    fn nested<T>(
        &mut self,
        inside: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Fault::TooComplex);
        }
        let value = inside(self)?;
        self.sign(")")?;
        self.depth -= 1;
        Ok(value)
    }

    fn call(&mut self, name: &str) -> Result<Expression, Fault> {
        match name {
            "not" => Ok(Expression::Not(Box::new(self.nested(Self::expression)?))),
            "dynamic" | "bool" if self.take_word("null") => {
                self.sign(")")?;
                Ok(Expression::Literal(Value::Null))
            }
            _ => {
                let function =
                    Function::named(name).ok_or_else(|| Fault::UnknownFunction(name.to_owned()))?;
                Ok(Expression::Call(function, Box::new(self.nested(Self::expression)?)))
            }
        }
    }

    fn path(&mut self, column: String) -> Result<Expression, Fault> {
        match column.as_str() {
            "true" => return Ok(Expression::Literal(true.into())),
            "false" => return Ok(Expression::Literal(false.into())),
            // What comes after an operator's name is complained about, not the name (observed).
            operator if OPERATORS.contains(&operator) => return Err(self.unexpected()),
            _ => {}
        }
        let mut steps = Vec::new();
        loop {
            if self.take(".") {
                steps.push(Step::Name(self.name()?));
            } else if self.take("[") {
                steps.push(self.index()?);
                self.sign("]")?;
            } else {
                return Ok(Expression::Path(column, steps));
            }
        }
    }

    fn index(&mut self) -> Result<Step, Fault> {
        let step = match self.peek() {
            Token::Literal(Value::String(name)) => Some(Step::Name(name.clone())),
            Token::Literal(value) => {
                value.as_u64().and_then(|index| Some(Step::Index(usize::try_from(index).ok()?)))
            }
            Token::Word(_) | Token::Sign(_) | Token::End => None,
        };
        let step = step.ok_or_else(|| self.unexpected())?;
        self.advance();
        Ok(step)
    }
}

impl Function {
    fn named(name: &str) -> Option<Self> {
        match name {
            "tolower" => Some(Self::ToLower),
            "tostring" => Some(Self::ToString),
            "tobool" => Some(Self::ToBool),
            "isnull" => Some(Self::IsNull),
            "isnotnull" => Some(Self::IsNotNull),
            "isempty" => Some(Self::IsEmpty),
            "isnotempty" => Some(Self::IsNotEmpty),
            "array_length" => Some(Self::ArrayLength),
            _ => None,
        }
    }
}
