//! Azure Resource Graph: queries over what the tenant's index knows.

mod ast;
mod body;
mod evaluate;
mod expressions;
mod fault;
mod objects;
mod operators;
mod parser;
mod reach;
mod rows;
mod tables;
mod token;

use std::rc::Rc;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::arm::Call;
use crate::arm::error::ArmError;
use crate::arm::versions::api_version;
use crate::http::Reply;
use crate::store::Answer;
use ast::{Operator, Query, Type};
use body::{Body, Page, ResultFormat, skip_token};
use fault::Fault;
use reach::Reach;
use rows::{Row, Rows, Stage};
use tables::Table;

pub(super) fn query(call: &Call<'_>) -> Result<Answer, ArmError> {
    let body: Body = call.request.json()?;
    let format = match body.options.result_format {
        Some(format) => format,
        // The first versions gave tables unless told otherwise (observed).
        None if api_version(call.request)? < "2020" => ResultFormat::Table,
        None => ResultFormat::ObjectArray,
    };
    let body = answer(call, &body, format).map_err(|fault| fault.error(call))?;
    Ok(Reply::json(StatusCode::OK, body).into())
}

fn answer(call: &Call<'_>, body: &Body, format: ResultFormat) -> Result<Value, Fault> {
    let page = body.options.page()?;
    if !body.facets.is_empty() {
        // Azure has them; what is not served is refused rather than left out.
        return Err(Fault::Option {
            name: "facets",
            value: Value::from(&*body.facets).to_string(),
        });
    }
    let Query { table, operators } = parser::parse(&body.query)?;
    let table = Table::named(&table)?;
    let reach = Reach::of(call, body)?;
    let limited = operators.iter().any(|one| matches!(one, Operator::Limit(_) | Operator::Top(..)));

    let stage = Rc::new(Stage::of_objects());
    let objects = table.objects(call, &reach);
    let rows = objects.into_iter().map(|object| Row::of_object(&stage, object)).collect();
    let rows = operators.into_iter().try_fold(Rows { stage, rows }, Rows::then)?;
    let has_id = rows.stage.column("id").is_some_and(|column| column.kind == Type::String);
    Ok(render(rows, &page, format, (has_id && !limited).then_some(call.url)))
}

/// Without an id, or with a limit, there is no way to the next page, and `resultTruncated` says that
/// rows are missing (documented). Where there is one it is "false", a text (observed).
fn render(rows: Rows<'_>, page: &Page, format: ResultFormat, paged: Option<&str>) -> Value {
    let total = rows.rows.len();
    let Rows { stage, rows } = rows;
    let shown = rows.into_iter().skip(page.skipped).take(page.rows);
    let count = shown.len();
    let more = page.skipped.saturating_add(count) < total;
    let columns = &stage.columns;
    let data: Value = match format {
        ResultFormat::ObjectArray => shown
            .map(|mut row| {
                let cells =
                    columns.iter().map(|column| (column.name.clone(), row.take(&column.name)));
                Value::Object(cells.collect::<Map<_, _>>())
            })
            .collect(),
        ResultFormat::Table => {
            let rows = shown.map(|mut row| -> Value {
                columns.iter().map(|column| row.take(&column.name)).collect()
            });
            let names = columns
                .iter()
                .map(|column| json!({ "name": column.name, "type": column.kind.name() }));
            json!({ "columns": names.collect::<Value>(), "rows": rows.collect::<Value>() })
        }
    };
    let mut body = json!({
        "totalRecords": total,
        "count": count,
        "data": data,
        "facets": [],
        "resultTruncated": (more && paged.is_none()).to_string(),
    });
    if let Some(url) = paged.filter(|_| more) {
        body["$skipToken"] = skip_token(page, url).into();
    }
    body
}
