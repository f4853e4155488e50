//! What somebody can do who could not sign in, was not answered, or was told no.

use azure::{CloudError, Error, SignInError, Silence};
use observer::ObserveError;

use crate::exit::{Exit, Failure};

const NETWORK: &str = "check this machine's network and proxy, and run it again";
const UNTRUSTED: &str = "name the authority's certificate with --ca-certificate FILE: a proxy that \
                         looks into traffic has one of its own";
const PROXY: &str = "is there a proxy that answers instead? HTTPS_PROXY and NO_PROXY say which \
                     hosts go through it";

pub(crate) fn cloud_failure(error: &CloudError) -> Failure {
    let failure = Failure::new(Exit::Failed, error.to_string());
    match error {
        CloudError::NoAnswer { url: _, reason } => failure.hint(silence_advice(reason)),
        CloudError::Senseless { .. } => failure
            .hint("name the URL of a cloud's metadata; or is there a proxy that answers instead?"),
    }
}

pub(crate) fn observe_failure(error: &ObserveError) -> Failure {
    match error {
        ObserveError::Scopes(problems) => {
            let messages = problems.iter().map(ToString::to_string).collect();
            Failure::several(Exit::NotPermitted, messages)
                .hint("check the spec's scopes; reading needs Reader at each of them")
        }
        ObserveError::WrongTenant { .. } => Failure::new(Exit::NotPermitted, error.to_string())
            .hint("sign in to the spec's tenant, or correct the spec"),
        ObserveError::NotAdoptable(_) => Failure::new(Exit::NotPermitted, error.to_string())
            .hint("App registrations in Entra ID shows client ids (Application (client) ID)"),
        ObserveError::NoSpace(_) => Failure::new(Exit::NotPermitted, error.to_string()).hint(
            "correct integration.space: the Mondoo Console shows a space's MRN under Settings; and \
             use an account of that space",
        ),
        ObserveError::Azure(error) => azure_failure(error),
        ObserveError::Mondoo(error) => mondoo_failure(error),
    }
}

pub(crate) fn mondoo_failure(error: &mondoo::Error) -> Failure {
    use mondoo::{Error, Feature};
    let failure = |exit| Failure::new(exit, error.to_string());
    match error {
        Error::Endpoint(_) | Error::NoToken => failure(Exit::NotPermitted)
            .hint("docs/sign-in.md says which variables name an account of Mondoo"),
        Error::NotSignedIn { clock_ahead: Some(ahead), .. } => {
            let seconds = ahead.whole_seconds().abs();
            let side = if ahead.is_negative() { "behind" } else { "ahead of" };
            failure(Exit::NotPermitted).hint(format!(
                "this machine's clock is {seconds} seconds {side} Mondoo's, and a request is valid for \
                 60: set the clock (timedatectl)"
            ))
        }
        Error::NotSignedIn { .. } => failure(Exit::NotPermitted).hint(
            "make another API token or service account in the Mondoo Console, with the role Editor",
        ),
        Error::NotPermitted { .. } => failure(Exit::NotPermitted).hint(
            "the account needs the role Editor or Owner in the space; that of an agent is the wrong \
             kind",
        ),
        Error::NotFound { .. } => failure(Exit::NotPermitted).hint("check integration.space"),
        Error::NoAnswer { reason: mondoo::Silence::Untrusted(_), .. } => {
            failure(Exit::Failed).hint(UNTRUSTED)
        }
        Error::NoAnswer { .. } => failure(Exit::Failed).hint(NETWORK),
        Error::NotOffered(Feature::Wif) => {
            failure(Exit::Failed).hint("use a certificate instead of `federated`")
        }
        Error::NotOffered(Feature::NoSubscription) => {
            failure(Exit::Failed).hint("allow a subscription, or deny those that are not to be scanned")
        }
        Error::NotOffered(Feature::Labels) => {
            failure(Exit::Failed).hint("ask Mondoo for a space with the present API")
        }
        Error::Refused { .. } => failure(Exit::Failed).hint("run it again; if it stays, ask Mondoo"),
        Error::Senseless { .. } => failure(Exit::Failed).hint(PROXY),
    }
}

pub(crate) fn azure_failure(error: &Error) -> Failure {
    let exit = if error.is_not_permitted() { Exit::NotPermitted } else { Exit::Failed };
    let failure = Failure::new(exit, error.to_string());
    match error {
        Error::SignIn(error) => failure.hint(sign_in_advice(error)),
        Error::NoAnswer { request: _, reason } => failure.hint(silence_advice(reason)),
        Error::Refused(_) if exit == Exit::NotPermitted => failure.hint(
            "reading needs Application.Read.All and Directory.Read.All in Microsoft Graph, and \
             Reader at each scope",
        ),
        Error::Refused(_) => failure.hint("run it again; if it stays, ask Microsoft with the id"),
        Error::Senseless { .. } => failure.hint(PROXY),
    }
}

fn silence_advice(silence: &Silence) -> &'static str {
    match silence {
        Silence::Untrusted(_) => UNTRUSTED,
        Silence::Broken(_) => NETWORK,
    }
}

fn sign_in_advice(error: &SignInError) -> &'static str {
    match error {
        SignInError::Refused { code, description: _ } => refusal_advice(*code),
        SignInError::NoAnswer(silence) => silence_advice(silence),
        SignInError::Senseless { .. } => PROXY,
        SignInError::Unavailable { .. } => {
            "docs/sign-in.md says what each way needs; AZURE_CLIENT_ID alone means a managed \
             identity: unset it to use az login"
        }
        SignInError::NoneWorked(_) => {
            "log in with az login, or set AZURE_CLIENT_ID and AZURE_CLIENT_SECRET or another pair \
             of docs/sign-in.md; --sandbox needs neither"
        }
    }
}

/// By the number after AADSTS.
fn refusal_advice(code: Option<u32>) -> &'static str {
    match code {
        Some(90002) => {
            "no tenant of that name is in this cloud: check the spec's tenant and its cloud"
        }
        Some(90038 | 900_382 | 900_383 | 900_432) => {
            "the tenant is in another cloud: set `cloud` in the spec to usgovernment, \
             usgovernment-dod or china"
        }
        Some(700_016 | 7_000_229) => {
            "is AZURE_CLIENT_ID an application of the spec's tenant, and has it a service \
             principal there?"
        }
        Some(7_000_222) => {
            "make another: az ad app credential reset --append --id CLIENT_ID; set \
             AZURE_CLIENT_SECRET to it"
        }
        Some(7_000_215) => "set AZURE_CLIENT_SECRET to the value of the secret, not to its id",
        Some(700_024 | 50012) => {
            "this machine's clock differs from Entra ID's, or the federated token is old: set the \
             clock (timedatectl), or have the token renewed"
        }
        Some(700_027) => {
            "add the certificate to the application, or name one that it trusts in \
             AZURE_CLIENT_CERTIFICATE_PATH"
        }
        Some(70021 | 700_211 | 700_212 | 700_213 | 7_002_138) => {
            "the application trusts no such token: compare issuer, subject (letter by letter) and \
             audience with its federated credentials"
        }
        Some(7_000_112) => "the application is disabled: ask who disabled it",
        Some(_) | None => {
            "check the spec's tenant, and AZURE_CLIENT_ID with what goes with it (docs/sign-in.md)"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_of_another_cloud_is_said_to_be_one() {
        for code in [90038, 900_382, 900_383, 900_432] {
            let description = format!("AADSTS{code}: x");
            let error = Error::SignIn(SignInError::Refused { code: Some(code), description });
            let failure = azure_failure(&error);
            assert_eq!(failure.exit, Exit::NotPermitted);
            assert!(failure.hint.is_some_and(|hint| hint.contains("set `cloud` in the spec")));
        }
    }
}
