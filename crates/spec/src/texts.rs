//! Text with a form: what the schema asks of each, in words (`title`) and as a pattern.
//!
//! None has a doc comment of its own: editors would show it in place of what the key means.

use schemars::JsonSchema;
use serde::Deserialize;

/// Eight, three times four, and twelve hexadecimal digits.
macro_rules! guid {
    () => {
        "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
    };
}

macro_rules! vault_name {
    () => {
        "[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]"
    };
}

/// Of the fixed words, the two spellings that Azure's own answers use.
macro_rules! vault_id {
    () => {
        concat!(
            "/subscriptions/",
            guid!(),
            r"/[Rr]esource[Gg]roups/[^/\s]+/providers/[Mm]icrosoft\.[Kk]ey[Vv]ault/vaults/",
            vault_name!()
        )
    };
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(title = "some text", extend("minLength" = 1))]
pub(crate) struct Text(pub String);

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(title = "some text", extend("minLength" = 1, "maxLength" = 1024))]
pub(crate) struct Notes(pub String);

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(
    title = "an object id (GUID) or a user principal name such as ada@contoso.com",
    extend("pattern" = concat!("^(", guid!(), r"|[^@\s]+@[^@\s]+)$"))
)]
pub(crate) struct Owner(pub String);

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(
    title = "a permission of Microsoft Graph such as User.Read.All",
    extend("pattern" = r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")
)]
pub(crate) struct GraphPermission(pub String);

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(
    title = "an action such as Microsoft.Web/sites/read: letters, digits and . / * -",
    extend("pattern" = r"^(\*|(\*|[A-Za-z0-9-]+(\.[A-Za-z0-9*-]+)+)(/[A-Za-z0-9.*-]+)+)$")
)]
pub(crate) struct RoleAction(pub String);

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(
    title = "a role name of 1 to 400 characters, without a slash and without blanks around it",
    extend(
        "pattern" = r"^[^/\s\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]([^/\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]{0,398}[^/\s\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069])?$"
    )
)]
pub(crate) struct RoleName(pub String);

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(
    title = "the id of a subscription (a GUID alone) or its display name",
    extend(
        "pattern" = r"^[^/\s\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]([^\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]*[^\s\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069])?$"
    )
)]
pub(crate) struct SubscriptionText(pub String);

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(
    title = "the resource id of a vault, or its name: 3 to 24 letters, digits and inner dashes",
    extend("pattern" = concat!("^(", vault_id!(), "|", vault_name!(), ")$"))
)]
pub(crate) struct VaultText(pub String);

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(
    title = "the resource id or name of a vault, or the id of a subscription",
    extend("pattern" = concat!(
        "^(", vault_id!(), "|", vault_name!(), "|(/subscriptions/)?", guid!(), ")$"
    ))
)]
pub(crate) struct ExcludedText(pub String);

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(
    title = "the address of a certificate such as https://corp.vault.azure.net/certificates/mondoo",
    extend(
        "pattern" = r"^https://[A-Za-z0-9.-]+(:[0-9]+)?(/vaults/[A-Za-z0-9-]+)?/certificates/[A-Za-z0-9-]{1,127}(/[0-9A-Fa-f]{32})?/?$"
    )
)]
pub(crate) struct CertificateUrl(pub String);

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(
    title = "the name of a variable such as MONDOO_AZURE_CERTIFICATE",
    extend("pattern" = "^[A-Za-z_][A-Za-z0-9_]*$")
)]
pub(crate) struct Variable(pub String);

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(
    title = "the uid of a policy such as mondoo-azure-security, or its MRN",
    extend("pattern" = r"^(//[A-Za-z0-9./_-]+|[A-Za-z0-9._-]+)$")
)]
pub(crate) struct PolicyText(pub String);

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(title = "a name", extend("minLength" = 1, "maxLength" = 250))]
pub(crate) struct IntegrationName(pub String);
