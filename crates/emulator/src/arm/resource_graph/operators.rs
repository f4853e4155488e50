//! What each operator makes of the rows before it.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;

use serde_json::Value;

use super::ast::{Expression, Named, Operator, SortKey, Type};
use super::evaluate::text;
use super::fault::Fault;
use super::rows::{Below, Row, Rows, Stage};

/// Rows that one row may be expanded to (documented).
const MOST_EXPANDED: usize = 128;

impl Rows<'_> {
    pub(super) fn then(self, operator: Operator) -> Result<Self, Fault> {
        match operator {
            Operator::Where(condition) => {
                condition.check(&self.stage)?;
                let Self { stage, rows } = self;
                let rows = rows.into_iter().filter(|row| row.fulfils(&condition)).collect();
                Ok(Self { stage, rows })
            }
            Operator::Project(named) => {
                check(&named, &self.stage)?;
                let stage = self.stage.projected(named);
                Ok(self.derived(stage))
            }
            Operator::Extend(named) => {
                check(&named, &self.stage)?;
                let stage = self.stage.extended(named);
                Ok(self.derived(stage))
            }
            Operator::ProjectAway(names) => {
                if let Some(unknown) = names.iter().find(|name| self.stage.column(name).is_none()) {
                    return Err(Fault::UnknownColumn(unknown.clone()));
                }
                let stage = self.stage.without(&names);
                Ok(self.derived(stage))
            }
            Operator::OrderBy(keys) => self.sorted(&keys),
            Operator::Limit(count) => Ok(self.limited(count)),
            Operator::Top(count, keys) => Ok(self.sorted(&keys)?.limited(count)),
            Operator::Count => Ok(self.counted()),
            Operator::Summarize(count, by) => self.summarized(count, &by),
            Operator::Distinct(by) => self.summarized(None, &by),
            Operator::MvExpand(named) => self.expanded(&named),
        }
    }

    fn derived(self, stage: Stage) -> Self {
        let stage = Rc::new(stage);
        let rows = self.rows.into_iter().map(|row| row.derived(&stage)).collect();
        Self { stage, rows }
    }

    fn limited(mut self, count: usize) -> Self {
        self.rows.truncate(count);
        self
    }

    fn counted(self) -> Self {
        let stage = Rc::new(Stage::made([("Count".to_owned(), Type::Integer)]));
        let row = Row::given(&stage, Below::Nothing, vec![self.rows.len().into()]);
        Self { rows: vec![row], stage }
    }

    fn sorted(self, keys: &[SortKey]) -> Result<Self, Fault> {
        for key in keys {
            key.value.check(&self.stage)?;
            refuse_dynamic(&key.value, &self.stage)?;
        }
        let Self { stage, rows } = self;
        let values = rows.iter().map(|row| keys.iter().map(|key| row.value(&key.value)).collect());
        let values: Vec<Vec<Cow<'_, Value>>> = values.collect();
        let mut places: Vec<usize> = (0..rows.len()).collect();
        places.sort_by(|left, right| {
            let pairs = keys.iter().zip(values[*left].iter().zip(&values[*right]));
            let compared = pairs.map(|(key, (left, right))| {
                let order = order(left, right);
                if key.ascending { order } else { order.reverse() }
            });
            compared.fold(Ordering::Equal, Ordering::then)
        });
        drop(values);
        let mut rows: Vec<Option<Row<'_>>> = rows.into_iter().map(Some).collect();
        let rows = places.into_iter().filter_map(|place| rows[place].take()).collect();
        Ok(Self { stage, rows })
    }

    /// One row for each combination of the keys, in the order of their first appearance.
    fn summarized(self, count: Option<String>, by: &[Named]) -> Result<Self, Fault> {
        check(by, &self.stage)?;
        for named in by {
            refuse_dynamic(&named.value, &self.stage)?;
        }
        let kinds = by.iter().map(|one| (one.name.clone(), one.value.kind(&self.stage)));
        let counted = count.into_iter().map(|name| (name, Type::Integer));
        let stage = Rc::new(Stage::made(kinds.chain(counted).collect::<Vec<_>>()));
        let mut groups: Vec<(Vec<Value>, usize)> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for row in &self.rows {
            let key: Vec<Value> = by.iter().map(|one| row.value(&one.value).into_owned()).collect();
            let place = places.entry(Value::from(key.as_slice()).to_string());
            let place = *place.or_insert_with(|| {
                groups.push((key, 0));
                groups.len() - 1
            });
            groups[place].1 += 1;
        }
        if by.is_empty() && groups.is_empty() {
            groups.push((Vec::new(), 0));
        }
        let counts = stage.columns.len() > by.len();
        let rows = groups.into_iter().map(|(mut values, count)| {
            values.extend(counts.then(|| Value::from(count)));
            Row::given(&stage, Below::Nothing, values)
        });
        Ok(Self { rows: rows.collect(), stage })
    }

    /// A row without elements stays, with null for them; that it does is a guess.
    fn expanded(self, Named { name, value }: &Named) -> Result<Self, Fault> {
        value.check(&self.stage)?;
        let stage = Rc::new(self.stage.with_given(name, Type::Object));
        let rows = self.rows.into_iter().flat_map(|row| {
            let elements = elements(&row.value(value));
            let (row, stage) = (Rc::new(row), &stage);
            elements
                .into_iter()
                .map(move |element| Row::given(stage, Below::Row(Rc::clone(&row)), vec![element]))
        });
        Ok(Self { rows: rows.collect(), stage: Rc::clone(&stage) })
    }
}

fn check(named: &[Named], stage: &Stage) -> Result<(), Fault> {
    named.iter().try_for_each(|one| one.value.check(stage))
}

fn refuse_dynamic(key: &Expression, stage: &Stage) -> Result<(), Fault> {
    match key.kind(stage) {
        Type::Object => Err(Fault::DynamicKey(key.default_name().unwrap_or_default())),
        Type::String | Type::Integer | Type::Number | Type::Boolean => Ok(()),
    }
}

fn elements(value: &Value) -> Vec<Value> {
    let elements: Vec<Value> = match value {
        Value::Array(elements) => elements.iter().take(MOST_EXPANDED).cloned().collect(),
        Value::Object(bag) => {
            let pairs = bag.iter().take(MOST_EXPANDED);
            pairs.map(|(name, value)| serde_json::json!({ name: value })).collect()
        }
        other => vec![other.clone()],
    };
    if elements.is_empty() { vec![Value::Null] } else { elements }
}

/// Nulls come before everything else (documented).
fn order(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (Value::Number(left), Value::Number(right)) => {
            left.as_f64().partial_cmp(&right.as_f64()).unwrap_or(Ordering::Equal)
        }
        (left, right) => text(left).cmp(&text(right)),
    }
}
