//! A query as it is understood.

use serde_json::Value;

#[derive(Debug)]
pub(super) struct Query {
    /// As it was written; a query may begin with an operator and then reads `resources` (observed).
    pub(super) table: String,
    pub(super) operators: Vec<Operator>,
}

#[derive(Debug)]
pub(super) enum Operator {
    Where(Expression),
    Project(Vec<Named>),
    ProjectAway(Vec<String>),
    Extend(Vec<Named>),
    OrderBy(Vec<SortKey>),
    Limit(usize),
    Top(usize, Vec<SortKey>),
    Count,
    /// With the name that the count goes by, if rows are counted.
    Summarize(Option<String>, Vec<Named>),
    /// One row for each element of a list.
    MvExpand(Named),
    Distinct(Vec<Named>),
}

#[derive(Debug)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) value: Expression,
}

#[derive(Debug)]
pub(super) struct SortKey {
    pub(super) value: Expression,
    pub(super) ascending: bool,
}

#[derive(Debug)]
pub(super) enum Expression {
    Literal(Value),
    /// A column, and the way to a value inside of it.
    Path(String, Vec<Step>),
    Call(Function, Box<Expression>),
    Compare(Comparison, Box<Expression>, Box<Expression>),
    /// Whether the value is one of those listed.
    Among {
        value: Box<Expression>,
        list: Vec<Expression>,
        ignoring_case: bool,
        negated: bool,
    },
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Not(Box<Expression>),
}

#[derive(Debug)]
pub(super) enum Step {
    Name(String),
    Index(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    ToLower,
    ToString,
    ToBool,
    IsNull,
    IsNotNull,
    IsEmpty,
    IsNotEmpty,
    ArrayLength,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    EqualIgnoringCase,
    NotEqualIgnoringCase,
    Has,
    Contains,
    StartsWith,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    String,
    Integer,
    Number,
    Boolean,
    /// Whatever JSON allows; Kusto calls it dynamic.
    Object,
}

impl Type {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Object => "object",
        }
    }
}

impl Expression {
    /// The name of a column without an alias: dots become underscores, and a conversion keeps the
    /// name of what it converts (documented).
    pub(super) fn default_name(&self) -> Option<String> {
        match self {
            Self::Path(column, steps) => {
                let steps = steps.iter().map(|step| match step {
                    Step::Name(name) => format!("_{name}"),
                    Step::Index(index) => format!("_{index}"),
                });
                Some(column.clone() + &steps.collect::<String>())
            }
            Self::Call(Function::ToString | Function::ToBool, value) => value.default_name(),
            Self::Call(..)
            | Self::Literal(_)
            | Self::Compare(..)
            | Self::Among { .. }
            | Self::And(_)
            | Self::Or(_)
            | Self::Not(_) => None,
        }
    }
}
