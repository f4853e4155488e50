//! Runs the operations that a document asks for, and picks the fields that it wants of their results.

use std::cell::RefCell;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::resolvers::{Execution, FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::{ExecutionResponse, JsonMap};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use crate::http::Reply;
use crate::model::mondoo::{Mondoo, MondooChange};
use crate::mondoo::answer::Document;
use crate::mondoo::call::{Call, Outcome};
use crate::mondoo::caller::Caller;
use crate::mondoo::error::Refused;
use crate::mondoo::operations;
use crate::service::Service;
use crate::store::{Answer, Change, Views};

/// All root fields of a request see one state, each with the changes of those before it.
pub(super) fn run(
    service: &Service,
    views: &Views<'_>,
    caller: &Caller<'_>,
    document: &Valid<ExecutableDocument>,
    asked: &Document,
    now: OffsetDateTime,
) -> Result<Answer, Refused> {
    let invalid = |error: apollo_compiler::request::RequestError| Refused::Invalid {
        errors: vec![error.to_graphql_error(&document.sources)],
        code: "GRAPHQL_VALIDATION_FAILED",
    };
    let name = asked.operation_name.as_deref();
    let operation = document.operations.get(name).map_err(invalid)?;
    let root = Root {
        type_name: operation.object_type().as_str(),
        service,
        views,
        caller,
        now,
        progress: RefCell::new((views.truth.mondoo.clone(), Vec::new())),
    };
    let none = JsonMap::new();
    let response = Execution::new(&service.mondoo.schema, document)
        .operation(operation)
        .raw_variable_values(asked.variables.as_ref().unwrap_or(&none))
        .enable_schema_introspection(true)
        .execute_sync(&root)
        .map_err(invalid)?;
    let (_, changes) = root.progress.into_inner();
    let reply = Reply::json(StatusCode::OK, body(response));
    Ok(Answer::with_changes(reply, changes.into_iter().map(Change::Mondoo).collect()))
}

/// Errors have a message and a path, and no place in the document (documented).
fn body(response: ExecutionResponse) -> Value {
    let ExecutionResponse { errors, data } = response;
    if errors.is_empty() {
        return json!({ "data": data });
    }
    let errors = errors.into_iter().map(|error| {
        // The library's own prefix for what an operation says.
        let message = error.message.trim_start_matches("resolver error: ");
        json!({ "message": message, "path": error.path })
    });
    json!({ "errors": errors.collect::<Vec<_>>(), "data": data })
}

/// `Query` or `Mutation`.
struct Root<'a> {
    type_name: &'a str,
    service: &'a Service,
    views: &'a Views<'a>,
    caller: &'a Caller<'a>,
    now: OffsetDateTime,
    /// What the operations so far made of the state, and by which changes.
    progress: RefCell<(Mondoo, Vec<MondooChange>)>,
}

impl ObjectValue for Root<'_> {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        let mut progress = self.progress.borrow_mut();
        let Root { service, views, caller, now, .. } = *self;
        let call = Call { mondoo: &progress.0, service, views, caller, now };
        let Outcome { value, changes } =
            operations::run(&call, info.field_name(), json!(info.arguments()))
                .map_err(|error| FieldError { message: error.to_string() })?;
        for change in changes {
            progress.0.apply(change.clone());
            progress.1.push(change);
        }
        Ok(resolved(value, info))
    }
}

/// An object of the schema, as an operation rendered it.
struct Object {
    type_name: String,
    fields: Map<String, Value>,
}

impl ObjectValue for Object {
    fn type_name(&self) -> &str {
        &self.type_name
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        let value = self.fields.get(info.field_name()).cloned().unwrap_or_default();
        Ok(resolved(value, info))
    }
}

fn resolved<'a>(value: Value, info: &'a ResolveInfo<'a>) -> ResolvedValue<'a> {
    match value {
        Value::Object(fields) => {
            ResolvedValue::object(Object { type_name: type_of(&fields, info), fields })
        }
        Value::Array(items) => {
            ResolvedValue::list(items.into_iter().map(move |item| resolved(item, info)))
        }
        leaf => ResolvedValue::leaf(leaf),
    }
}

/// Members of unions say which one they are.
fn type_of(fields: &Map<String, Value>, info: &ResolveInfo<'_>) -> String {
    let declared = info.field_definition().ty.inner_named_type();
    match info.schema().types.get(declared) {
        Some(ExtendedType::Union(_)) => {
            fields.get("__typename").and_then(Value::as_str).unwrap_or_default().to_owned()
        }
        _ => declared.to_string(),
    }
}
