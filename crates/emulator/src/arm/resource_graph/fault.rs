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
                .with_details(&details[1..]);
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
        error.with_details(&details)
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

    fn detail(&self) -> Value {
        let mut detail = json!({ "code": self.code(), "message": self.message() });
        if let Self::Syntax { line, position, token } = self {
            detail["line"] = (*line).into();
            detail["characterPositionInLine"] = (*position).into();
            detail["token"] = token.as_str().into();
            if token == "<EOF>" {
                // A number of the parser's, sent as if it were a character (observed).
                detail["expectedToken"] = "\u{1cf}".into();
            }
        }
        detail
    }

    /// Those of unknown columns, dynamic keys, complex queries and options are guesses; the others
    /// were observed.
    fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "ParserFailure",
            Self::UnknownFunction(_) => "UnknownFunction",
            Self::UnknownTable(_) => "DisallowedLogicalTableName",
            Self::UnknownColumn(_) => "UnknownColumn",
            Self::DynamicKey(_) => "DynamicKey",
            Self::TooComplex => "QueryTooComplex",
            Self::Option { .. } => "InvalidOption",
            Self::NotSubscriptionIds(_) => "SubscriptionsContainInvalidGuids",
            Self::NoSubscription(_) => "NoValidSubscriptionsInQueryRequest",
            Self::AccessDenied => "AccessDenied",
        }
    }

    fn message(&self) -> String {
        match self {
            Self::Syntax { .. } => "ParserFailure".to_owned(),
            Self::UnknownFunction(name) => format!("Unknown function: '{name}'."),
            Self::UnknownTable(name) => {
                format!("Table {name} is invalid, unsupported or disallowed.")
            }
            Self::UnknownColumn(name) => {
                format!("Failed to resolve column or scalar expression named '{name}'.")
            }
            Self::DynamicKey(name) => format!(
                "The key ('{name}') is of a 'dynamic' type. Please use an explicit cast (for \
                 example, 'tostring({name})') as keys of a 'dynamic' type are not supported."
            ),
            Self::TooComplex => "The query is too complex to be run.".to_owned(),
            Self::Option { name, value } => {
                format!("The value '{value}' of '{name}' is not valid.")
            }
            Self::NotSubscriptionIds(given) => {
                format!("Subscriptions contain invalid guids. Given: '{}'.", given.join(", "))
            }
            Self::NoSubscription(given) => format!(
                "There must be at least one subscription that is eligible to contain resources. \
                 Given: '{}'.",
                given.join(", ")
            ),
            Self::AccessDenied => "Access is denied to the requested resource. The user might \
                                   not have enough permission."
                .to_owned(),
        }
    }
}
