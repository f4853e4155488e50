//! What the activity log says of a write in Azure.

use axum::http::Method;

use crate::http::{Reply, Request};
use crate::model::audit::ManagementRecord;
use crate::requests::documented_case;

pub(super) fn record(request: &Request, reply: &Reply) -> ManagementRecord {
    ManagementRecord {
        operation: operation(request),
        resource: request.path(),
        method: request.method.to_string(),
        status: reply.status.as_u16(),
        response: reply.body.clone(),
    }
}

/// The provider, the types of the resource, and what is done to it. What has no provider of its own
/// is Resource Manager's (documented).
fn operation(request: &Request) -> String {
    let segments: Vec<String> =
        request.segments.iter().map(|segment| documented_case(segment)).collect();
    let provider = segments.iter().rposition(|segment| segment == "providers");
    let (namespace, types) = match provider {
        Some(at) => {
            let namespace = segments.get(at + 1).cloned().unwrap_or_default();
            (namespace, segments.get(at + 2..).unwrap_or_default())
        }
        None => ("Microsoft.Resources".to_owned(), segments.as_slice()),
    };
    let types: Vec<&str> = types.iter().step_by(2).map(String::as_str).collect();
    let acts = request.method == Method::POST;
    let verb = match request.method {
        Method::DELETE => "delete",
        Method::POST => "action",
        _ => "write",
    };
    // An action is the last part of its path.
    let last = segments.last().filter(|last| acts && types.last() != Some(&last.as_str()));
    let path: Vec<&str> = types.into_iter().chain(last.map(String::as_str)).collect();
    format!("{namespace}/{}/{verb}", path.join("/"))
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use axum::http::{HeaderMap, Method};

    use super::operation;
    use crate::http::{Body, Request};

    #[test]
    fn an_operation_is_named_by_provider_types_and_verb() {
        let group = "/subscriptions/s/resourcegroups/g";
        for (method, path, expected) in [
            (
                Method::DELETE,
                format!("{group}/providers/microsoft.authorization/roleassignments/a"),
                "Microsoft.Authorization/roleAssignments/delete",
            ),
            (
                Method::PUT,
                format!("{group}/providers/Microsoft.KeyVault/vaults/v/accessPolicies/add"),
                "Microsoft.KeyVault/vaults/accessPolicies/write",
            ),
            (
                Method::PUT,
                group.to_owned(),
                "Microsoft.Resources/subscriptions/resourceGroups/write",
            ),
            (
                Method::POST,
                "/subscriptions/s/providers/Microsoft.Subscription/cancel".to_owned(),
                "Microsoft.Subscription/cancel/action",
            ),
            (
                Method::POST,
                "/subscriptions/s/providers/Microsoft.KeyVault/locations/l/deletedVaults/v/purge"
                    .to_owned(),
                "Microsoft.KeyVault/locations/deletedVaults/purge/action",
            ),
        ] {
            let body = Body::Whole(Bytes::new());
            let request = Request::new(method, &path, HeaderMap::new(), body);
            assert_eq!(operation(&request), expected);
        }
    }
}
