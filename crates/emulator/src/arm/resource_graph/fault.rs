use serde_json::{Value, json};
use uuid::Uuid;

use crate::arm::Call;
use crate::arm::error::ArmError;
use crate::arm::versions::api_version;
use crate::timestamps::ticks;

/// Why a query is not answered.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fault {
    Syntax {
        line: usize,
        position: usize,
        token: String,
    },
    UnknownFunction(String),
    UnknownTable(String),
    UnknownColumn(String),
    /// An operator that needs plain values was given a column of dynamic ones.
    DynamicKey(String),
    /// Too long or too deeply nested to be run.
    TooComplex,
    Option {
        name: &'static str,
        value: String,
    },
    NotSubscriptionIds(Vec<String>),
    NoSubscription(Vec<String>),
    AccessDenied,
}

impl Fault {
    /// The message is a receipt for the support; what was wrong is in the details (observed).
    pub(super) fn error(&self, call: &Call<'_>) -> ArmError {
        let details = self.details();
        if self.is_of_query() && api_version(call.request).is_ok_and(|it| it.starts_with("2018-")) {
            return ArmError::bad_request("InvalidQuery", "Query validation error")
                .with_details(details[1..].to_vec());
        }
        let given = call.request.header("x-ms-correlation-request-id").map(str::to_owned);
        let message = format!(
            "Please provide below info when asking for support: timestamp = {}, correlationId = {}.",
            ticks(call.now),
            given.unwrap_or_else(|| Uuid::new_v4().to_string())
        );
        let error = match self {
            Self::AccessDenied => ArmError::denied("AccessDenied", message),
            _ => ArmError::bad_request("BadRequest", message),
        };
        error.with_details(details)
    }

    fn is_of_query(&self) -> bool {
        match self {
            Self::Syntax { .. }
            | Self::UnknownFunction(_)
            | Self::UnknownColumn(_)
            | Self::DynamicKey(_)
            | Self::TooComplex => true,
            Self::UnknownTable(_)
            | Self::Option { .. }
            | Self::NotSubscriptionIds(_)
            | Self::NoSubscription(_)
            | Self::AccessDenied => false,
        }
    }

    fn details(&self) -> Vec<Value> {
        let invalid = json!({
            "code": "InvalidQuery",
            "message": "Query is invalid. Please refer to the documentation for the Azure Resource \
                Graph service and fix the error before retrying.",
        });
        if self.is_of_query() { vec![invalid, self.detail()] } else { vec![self.detail()] }
    }

    /// The codes of unknown columns, dynamic keys, complex queries and options are guesses; the
    /// others were observed.
    fn detail(&self) -> Value {
        let (code, message) = match self {
            Self::Syntax { line, position, token } => {
                let mut detail = json!({
                    "code": "ParserFailure",
                    "message": "ParserFailure",
                    "line": line,
                    "characterPositionInLine": position,
                    "token": token,
                });
                if token == "<EOF>" {
                    // A number of the parser's, sent as if it were a character (observed).
                    detail["expectedToken"] = "\u{1cf}".into();
                }
                return detail;
            }
            Self::UnknownFunction(name) => {
                ("UnknownFunction", format!("Unknown function: '{name}'."))
            }
            Self::UnknownTable(name) => (
                "DisallowedLogicalTableName",
                format!("Table {name} is invalid, unsupported or disallowed."),
            ),
            Self::UnknownColumn(name) => (
                "UnknownColumn",
                format!("Failed to resolve column or scalar expression named '{name}'."),
            ),
            Self::DynamicKey(name) => (
                "DynamicKey",
                format!(
                    "The key ('{name}') is of a 'dynamic' type. Please use an explicit cast (for \
                     example, 'tostring({name})') as keys of a 'dynamic' type are not supported."
                ),
            ),
            Self::TooComplex => {
                ("QueryTooComplex", "The query is too complex to be run.".to_owned())
            }
            Self::Option { name, value } => {
                ("InvalidOption", format!("The value '{value}' of '{name}' is not valid."))
            }
            Self::NotSubscriptionIds(given) => (
                "SubscriptionsContainInvalidGuids",
                format!("Subscriptions contain invalid guids. Given: '{}'.", given.join(", ")),
            ),
            Self::NoSubscription(given) => (
                "NoValidSubscriptionsInQueryRequest",
                format!(
                    "There must be at least one subscription that is eligible to contain \
                     resources. Given: '{}'.",
                    given.join(", ")
                ),
            ),
            Self::AccessDenied => (
                "AccessDenied",
                "Access is denied to the requested resource. The user might not have enough \
                 permission."
                    .to_owned(),
            ),
        };
        json!({ "code": code, "message": message })
    }
}
