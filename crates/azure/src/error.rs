//! What can go wrong with a call, by what the caller may do about it.

use std::fmt;

use serde_json::Value;

use crate::SignInError;

#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// No request was sent.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// The service has answered, and said no.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// There was no whole answer. A write may or may not have happened.
    #[error("{request} got no answer: {reason}")]
    NoAnswer { request: String, reason: Silence },
    /// The answer is not what the service documents.
    #[error("{request} got an answer that makes no sense: {reason}")]
    Senseless { request: String, reason: String },
}

/// Why there was no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silence {
    /// The certificate of whoever answered comes from an authority that is not trusted here.
    Untrusted(String),
    /// No connection came about, or it broke.
    Broken(String),
}

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Silence::Untrusted(reason) | Silence::Broken(reason) => f.write_str(reason),
        }
    }
}

/// A service's own words for why not.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Method and path.
    pub request: String,
    pub status: u16,
    pub code: String,
    pub message: String,
    /// Codes of `error.details` and `error.innererror`, where Graph and Key Vault are more precise
    /// than in `code`.
    pub details: Vec<String>,
    /// What Microsoft's support asks for.
    pub request_id: Option<String>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refusal { request, status, code, message, details: _, request_id } = self;
        write!(f, "{request} was refused: {message} ({status} {code}")?;
        if let Some(id) = request_id {
            write!(f, ", request id {id}")?;
        }
        f.write_str(")")
    }
}

impl Error {
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Error::Refused(refusal) => Some(refusal),
            Error::SignIn(_) | Error::NoAnswer { .. } | Error::Senseless { .. } => None,
        }
    }

    pub fn has_code(&self, code: &str) -> bool {
        self.refusal().is_some_and(|refusal| refusal.has_code(code))
    }

    pub fn is_not_found(&self) -> bool {
        self.refusal().is_some_and(|refusal| refusal.status == 404)
    }

    /// The operator lacks a right, or has not signed in.
    pub fn is_not_permitted(&self) -> bool {
        match self {
            Error::SignIn(
                SignInError::Refused { .. }
                | SignInError::Unavailable { .. }
                | SignInError::NoneWorked(_),
            ) => true,
            Error::Refused(refusal) => matches!(refusal.status, 401 | 403),
            Error::SignIn(SignInError::NoAnswer(_) | SignInError::Senseless { .. })
            | Error::NoAnswer { .. }
            | Error::Senseless { .. } => false,
        }
    }
}

impl Refusal {
    /// Reads the error envelope that Graph and ARM share. Some providers leave the outer `error`
    /// out, and gateways answer HTML: then the status has to do.
    pub(crate) fn new(
        request: String,
        status: u16,
        body: &[u8],
        request_id: Option<String>,
    ) -> Refusal {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let error = body.get("error").unwrap_or(&body);
        let text = |key: &str| error[key].as_str().map(str::to_owned);
        let inner = error.get("innererror").into_iter();
        let details = error["details"].as_array().into_iter().flatten().chain(inner);
        let details = details.filter_map(|detail| detail["code"].as_str().map(str::to_owned));
        Refusal {
            request,
            status,
            code: text("code").unwrap_or_else(|| "no code".to_owned()),
            message: text("message").unwrap_or_else(|| without_reason(status).to_owned()),
            details: details.collect(),
            request_id,
        }
    }

    pub fn has_code(&self, code: &str) -> bool {
        self.code == code || self.details.iter().any(|detail| detail == code)
    }
}

/// An answer, or nothing where what was asked for is not there.
pub(crate) fn unless_missing<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

fn without_reason(status: u16) -> &'static str {
    if status == 429 { "too many requests, for too long" } else { "no reason was given" }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Error::Refused(Box::new(refusal))
    }
}
