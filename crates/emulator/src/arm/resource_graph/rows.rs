//! The rows that flow from operator to operator. A column is worked out when somebody asks for it:
//! most rows are filtered out, sorted behind the page or projected away before that.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::rc::Rc;

use serde_json::Value;

use super::ast::{Expression, Named, Type};
use super::objects::Object;

pub(super) struct Rows<'a> {
    pub(super) stage: Rc<Stage>,
    pub(super) rows: Vec<Row<'a>>,
}

/// The columns that rows have after an operator.
pub(super) struct Stage {
    pub(super) columns: Vec<Column>,
    /// What the cells of a row hold, where they are not given.
    expressions: Vec<Expression>,
}

#[derive(Clone)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Type,
    source: Source,
}

#[derive(Clone, Copy)]
enum Source {
    /// The row before the operator has it.
    Below,
    /// The number of a cell.
    Cell(usize),
}

pub(super) struct Row<'a> {
    stage: Rc<Stage>,
    below: Below<'a>,
    cells: Vec<OnceCell<Value>>,
}

pub(super) enum Below<'a> {
    Object(Object<'a>),
    Row(Rc<Row<'a>>),
    Nothing,
}

impl<'a> Row<'a> {
    pub(super) fn of_object(stage: &Rc<Stage>, object: Object<'a>) -> Self {
        Self { stage: Rc::clone(stage), below: Below::Object(object), cells: Vec::new() }
    }

    /// What an operator makes of a row, not worked out yet.
    pub(super) fn derived(self, stage: &Rc<Stage>) -> Self {
        let cells = stage.expressions.iter().map(|_| OnceCell::new()).collect();
        Self { stage: Rc::clone(stage), below: Below::Row(Rc::new(self)), cells }
    }

    pub(super) fn given(stage: &Rc<Stage>, below: Below<'a>, values: Vec<Value>) -> Self {
        let cells = values.into_iter().map(OnceCell::from).collect();
        Self { stage: Rc::clone(stage), below, cells }
    }

    /// Null for columns that there are not; queries that name one are refused beforehand.
    pub(super) fn column(&self, name: &str) -> Cow<'_, Value> {
        match self.stage.column(name).map(|column| column.source) {
            None => Cow::Owned(Value::Null),
            Some(Source::Cell(cell)) => Cow::Borrowed(self.cell(cell)),
            Some(Source::Below) => match &self.below {
                Below::Object(object) => object.column(name),
                Below::Row(row) => row.column(name),
                Below::Nothing => Cow::Owned(Value::Null),
            },
        }
    }

    /// The column's value for good; what was worked out need not be copied.
    pub(super) fn take(&mut self, name: &str) -> Value {
        match self.stage.column(name).map(|column| column.source) {
            Some(Source::Cell(cell)) => {
                self.cell(cell);
                self.cells[cell].take().unwrap_or_default()
            }
            Some(Source::Below) | None => self.column(name).into_owned(),
        }
    }

    fn cell(&self, cell: usize) -> &Value {
        self.cells[cell].get_or_init(|| match (&self.below, self.stage.expressions.get(cell)) {
            (Below::Row(row), Some(expression)) => row.value(expression).into_owned(),
            _ => Value::Null,
        })
    }

    /// The object whose column this is, if no operator has made another one of that name.
    pub(super) fn object_with(&self, column: &str) -> Option<&Object<'a>> {
        match (self.stage.column(column)?.source, &self.below) {
            (Source::Below, Below::Object(object)) => Some(object),
            (Source::Below, Below::Row(row)) => row.object_with(column),
            (Source::Below, Below::Nothing) | (Source::Cell(_), _) => None,
        }
    }
}

impl Stage {
    pub(super) fn of_objects() -> Self {
        let columns = Object::COLUMNS.map(|(name, kind)| Column {
            name: name.to_owned(),
            kind,
            source: Source::Below,
        });
        Self { columns: columns.into(), expressions: Vec::new() }
    }

    /// Only the named columns.
    pub(super) fn projected(&self, named: Vec<Named>) -> Self {
        let mut stage = Self { columns: Vec::new(), expressions: Vec::new() };
        for one in named {
            stage.add(one, self);
        }
        stage
    }

    /// The named columns besides, or in place of, those that there are.
    pub(super) fn extended(&self, named: Vec<Named>) -> Self {
        let mut stage = Self { columns: self.inherited(|_| true), expressions: Vec::new() };
        for one in named {
            stage.add(one, self);
        }
        stage
    }

    pub(super) fn without(&self, names: &[String]) -> Self {
        let columns = self.inherited(|column| !names.contains(&column.name));
        Self { columns, expressions: Vec::new() }
    }

    /// Columns whose values come with the row.
    pub(super) fn made(columns: impl IntoIterator<Item = (String, Type)>) -> Self {
        let columns = columns.into_iter().enumerate().map(|(cell, (name, kind))| Column {
            name,
            kind,
            source: Source::Cell(cell),
        });
        Self { columns: columns.collect(), expressions: Vec::new() }
    }

    /// The columns that there are, with one more, or another one of that name, that comes with the
    /// row.
    pub(super) fn with_given(&self, name: &str, kind: Type) -> Self {
        let mut columns = self.inherited(|_| true);
        put(&mut columns, Column { name: name.to_owned(), kind, source: Source::Cell(0) });
        Self { columns, expressions: Vec::new() }
    }

    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    fn inherited(&self, keeps: impl Fn(&Column) -> bool) -> Vec<Column> {
        let kept = self.columns.iter().filter(|column| keeps(column));
        kept.map(|column| Column { source: Source::Below, ..column.clone() }).collect()
    }

    fn add(&mut self, Named { name, value }: Named, below: &Self) {
        let kind = value.kind(below);
        let source = match &value {
            Expression::Path(column, steps) if *column == name && steps.is_empty() => Source::Below,
            _ => Source::Cell(self.expressions.len()),
        };
        if let Source::Cell(_) = source {
            self.expressions.push(value);
        }
        put(&mut self.columns, Column { name, kind, source });
    }
}

fn put(columns: &mut Vec<Column>, column: Column) {
    match columns.iter_mut().find(|other| other.name == column.name) {
        Some(other) => *other = column,
        None => columns.push(column),
    }
}
