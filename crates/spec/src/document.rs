//! The spec as it is written: every key of version 1, with its place and its plain type.
//!
//! Shape only. What the keys mean together, and which of them work, is decided in `rules`.
#![expect(dead_code, reason = "keys that admit one value only say nothing more")]

use schemars::JsonSchema;
use serde::Deserialize;

use crate::texts::{
    CertificateUrl, ExcludedText, GraphPermission, IntegrationName, Notes, Owner, PolicyText,
    RoleAction, RoleName, SubscriptionText, Text, Variable, VaultText,
};
use crate::{Cloud, InstallationName, ManagementGroupId, PrincipalId, SpaceMrn};

/// Describes one installation of Mondoo in one Azure tenant.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "mondoo-azure spec, version 1")]
pub(crate) struct Document {
    /// Version of this format.
    #[schemars(extend("const" = 1))]
    pub version: u8,
    /// Identity of this installation in the tenant. Another name is another installation.
    pub name: InstallationName,
    /// The tenant's id or one of its verified domains.
    #[schemars(
        title = "a tenant id (GUID) or a verified domain such as contoso.onmicrosoft.com",
        regex(
            pattern = r"^([0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+)$"
        )
    )]
    pub tenant: String,
    /// The Azure cloud that the tenant lives in.
    pub cloud: Option<Cloud>,
    /// The set of rights to start from: `documented` is Mondoo's manual exactly.
    pub profile: Option<ProfileName>,
    /// Run-command rights (code execution on virtual machines).
    pub scan_vms: Option<bool>,
    pub application: Option<Application>,
    /// Microsoft Graph application permissions, against the profile.
    pub graph_permissions: Option<Patch<GraphPermission>>,
    /// Privileged rights that are wanted all the same.
    pub allow_privileged: Option<Vec<Text>>,
    /// Where the roles are assigned.
    #[schemars(length(min = 1))]
    pub scopes: Vec<Scope>,
    pub roles: Option<Roles>,
    pub key_vaults: Option<KeyVaults>,
    /// The certificate that the application trusts; not looked at beside `principalId`.
    pub certificate: Certificate,
    /// What to do with grants that are not in the spec and not marked as ours.
    pub extras: Option<Extras>,
    /// Known extras that are not reported.
    pub keep: Option<Vec<Text>>,
    /// The integration in the Mondoo Console.
    pub integration: Option<Integration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ProfileName {
    Documented,
    LeastPrivilege,
}

/// The app registration.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Application {
    /// Name shown in the portal; the installation's name when left out.
    #[schemars(
        title = "a name of 1 to 120 characters in one line, without blanks around it",
        regex(
            pattern = r"^[^\s\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]([^\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]{0,118}[^\s\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069])?$"
        )
    )]
    pub display_name: Option<String>,
    /// Object ids or user principal names.
    pub owners: Option<Vec<Owner>>,
    /// Kept on the application, for its readers.
    pub notes: Option<Notes>,
    /// A reference into the service management database.
    pub service_management_reference: Option<Text>,
    /// Object id of the service principal, for operators without any right in Microsoft Graph: the
    /// application, its permissions and its certificate are then somebody else's to manage.
    pub principal_id: Option<PrincipalId>,
}

/// Additions to a list of the profile, and removals from it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Patch<T> {
    pub add: Option<Vec<T>>,
    pub remove: Option<Vec<T>>,
}

/// One place where the roles are assigned.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Scope {
    Subscription(SubscriptionScope),
    ManagementGroup(ManagementGroupScope),
    TenantRoot(TenantRootScope),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubscriptionScope {
    /// Id of the subscription; a display name must be unambiguous.
    pub subscription: SubscriptionText,
    /// Display name, checked against the live one.
    pub name: Option<Text>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ManagementGroupScope {
    /// Id of the group, not its display name.
    pub management_group: ManagementGroupId,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TenantRootScope {
    /// Every present and future subscription of the tenant.
    #[schemars(extend("const" = true))]
    pub tenant_root: bool,
}

/// Azure roles.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Roles {
    /// Built-in roles by name or GUID, against the profile.
    pub built_in: Option<Patch<RoleName>>,
    pub custom: Option<CustomRole>,
}

/// The custom role.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CustomRole {
    /// Its name, which is unique in the tenant.
    pub name: Option<RoleName>,
    #[serde(default)]
    pub add_actions: Vec<RoleAction>,
    #[serde(default)]
    pub remove_actions: Vec<RoleAction>,
    /// For subscriptions: Azure refuses them at management groups.
    #[serde(default)]
    pub add_data_actions: Vec<RoleAction>,
    #[serde(default)]
    pub remove_data_actions: Vec<RoleAction>,
    /// `scopes`, or one management group that all of them are below.
    pub assignable_scopes: Option<AssignableScopes>,
}

/// Where the custom role is defined.
#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum AssignableScopes {
    Scopes,
    ManagementGroup(ManagementGroupId),
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct KeyVaults {
    /// `discover`: every vault on the access-policy model in scope. `listed`: those of `include`.
    pub access_policies: Option<AccessPolicies>,
    /// Resource ids or names; with `listed` only.
    #[serde(default)]
    pub include: Vec<VaultText>,
    /// Vaults or whole subscriptions.
    #[serde(default)]
    pub exclude: Vec<ExcludedText>,
    /// What the application may do in a vault, in place of the profile's. A kind that is left out is
    /// as in the profile.
    pub permissions: Option<VaultPermissions>,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AccessPolicies {
    Discover,
    Listed,
    None,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VaultPermissions {
    pub keys: Option<Vec<Text>>,
    pub secrets: Option<Vec<Text>>,
    pub certificates: Option<Vec<Text>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Certificate {
    pub source: CertificateSource,
    /// Days before its end from which the certificate is reported.
    #[schemars(title = "a number of days such as 30d", regex(pattern = "^[1-9][0-9]{0,3}d$"))]
    pub renew_before: Option<String>,
}

/// Exactly one source.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum CertificateSource {
    /// A PEM file: a certificate, alone or with its key.
    File(Text),
    /// A key and a self-signed certificate that are made when there is none.
    Generate(Generate),
    /// A certificate of an Azure key vault.
    KeyVault(KeyVaultSource),
    /// What a command prints. It runs in `apply`, or elsewhere with `--allow-command`.
    Command(CommandSource),
    /// A variable that holds PEM.
    Environment(Variable),
    /// No certificate: a federated credential.
    Federated(#[schemars(extend("const" = true))] bool),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Generate {
    /// Where key and certificate are written.
    pub output: Text,
    /// Subject of the certificate; `CN=` and the installation's name when left out.
    #[schemars(
        title = "a name such as CN=mondoo-security, O=Contoso",
        regex(pattern = r#"^(CN|O|OU|C|L|ST)=[^,=+"\\<>;]+(, ?(CN|O|OU|C|L|ST)=[^,=+"\\<>;]+)*$"#)
    )]
    pub subject: Option<String>,
    /// Bits of the RSA key.
    #[schemars(extend("enum" = [3072, 4096]))]
    pub key_size: Option<u16>,
    #[schemars(range(min = 1, max = 3650))]
    pub validity_days: Option<std::num::NonZeroU16>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyVaultSource {
    /// `https://<vault>/certificates/<name>`, and a version behind it where it shall be that one.
    pub url: CertificateUrl,
    /// Where key and certificate are written; nowhere when left out.
    pub output: Option<Text>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommandSource {
    /// Program and arguments, without a shell. It prints key and certificate in PEM.
    #[schemars(length(min = 1))]
    pub run: Vec<Text>,
    /// Where key and certificate are written; nowhere when left out.
    pub output: Option<Text>,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Extras {
    Report,
    Prune,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Integration {
    /// The Mondoo space that the integration belongs to.
    pub space: SpaceMrn,
    /// What the Mondoo Console calls it; the application's display name when left out.
    pub name: Option<IntegrationName>,
    /// Which subscriptions are scanned; all that the application sees when left out.
    pub subscriptions: Option<IntegrationSubscriptions>,
    /// Policies that are turned on in the space; others stay as they are.
    #[serde(default)]
    pub policies: Vec<PolicyText>,
}

/// Which subscriptions are scanned, by their ids or display names.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum IntegrationSubscriptions {
    All,
    Allow(#[schemars(length(min = 1))] Vec<SubscriptionText>),
    Deny(#[schemars(length(min = 1))] Vec<SubscriptionText>),
}
