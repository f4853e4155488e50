//! What right specs mean.

use insta::assert_snapshot;
use spec::{
    AccessPolicies, Application, Caution, Certificate, CertificateSource, Cloud, Command,
    CustomRole, Excluded, Extras, Generate, KeyVaults, Line, ManagementGroupId, OwnerRef, Profile,
    Scope, ScopeId, ScopeRef, Spec, TenantRef, VaultCertificate, VaultId, VaultRef,
};

use crate::support::{LEAST, SCOPE, SOURCE, VERSION, also, changed, parsed, with};

/// Every key that works in this version.
const WHOLE: &str = "
version: 1.0
name: mondoo-security
tenant: Contoso.onmicrosoft.com
cloud: usgovernment-dod
profile: documented
scanVms: true
application:
  displayName: Mondoo
  owners: [3D4E5F60-7182-493a-8b4c-5d6e7f809102, ada@contoso.com]
  notes: |
    Onboards
    Mondoo
  serviceManagementReference: CHG-1234
graphPermissions: { add: [User.Read.All], remove: [ThreatIndicators.Read.All] }
allowPrivileged: [Security Reader]
scopes:
  - subscription: 1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081
    name: Production
  - subscription: Development
  - managementGroup: platform
  - tenantRoot: true
roles:
  builtIn: { add: [Security Reader, F58310D9-a9f6-439a-9e8d-f62e7b41a168], remove: [ACDD72A7-3385-48ef-bd42-f606fba81ae7] }
  custom:
    name: other-role
    addActions: [Microsoft.Web/sites/slots/config/list/action, Microsoft.Support/*]
    removeActions: [microsoft.insights/alertrules/*, Microsoft.Web/sites/*/read]
    addDataActions: [Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read]
    removeDataActions: [Microsoft.KeyVault/vaults/*/read]
    assignableScopes: { managementGroup: platform }
keyVaults:
  accessPolicies: listed
  include: [kv-legacy, /subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-shared]
  exclude: [kv-dev-legacy, 2c3d4e5f-6071-4829-ba3c-4d5e6f708192, /subscriptions/2c3d4e5f-6071-4829-ba3c-4d5e6f708192]
  permissions: { keys: [Get, UnwrapKey], secrets: [List] }
certificate:
  source: { environment: MONDOO_AZURE_CERTIFICATE }
  renewBefore: 45d
extras: prune
keep: [User.Read]
";

fn whole() -> Spec {
    Spec::parse(WHOLE).unwrap()
}

const PRODUCTION: &str = "1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081";
const DEVELOPMENT: &str = "2c3d4e5f-6071-4829-ba3c-4d5e6f708192";

fn group(id: &str) -> ManagementGroupId {
    ManagementGroupId::new(id.to_owned())
}

#[test]
fn the_whole_spec_means_what_it_says() {
    let spec = whole();
    assert_eq!(spec.name.marker(), "mondoo-azure:mondoo-security");
    assert_eq!(spec.tenant, TenantRef::Domain("contoso.onmicrosoft.com".to_owned()));
    assert_eq!(spec.cloud, Cloud::UsGovernmentDod);
    assert!(spec.scan_vms);
    assert_eq!(spec.allow_privileged, ["Security Reader"]);
    assert_eq!(spec.extras, Extras::Prune);
    assert_eq!(spec.keep, ["User.Read"]);
    let role = CustomRole { name: "other-role".to_owned(), defined_at: Some(group("platform")) };
    assert_eq!(spec.custom_role, role);
    let source = CertificateSource::Environment("MONDOO_AZURE_CERTIFICATE".to_owned());
    assert_eq!(spec.certificate, Certificate { source, renew_before_days: 45 });
    let owner = "3d4e5f60-7182-493a-8b4c-5d6e7f809102".parse().unwrap();
    let application = Application {
        display_name: "Mondoo".to_owned(),
        owners: vec![
            OwnerRef::Id(owner),
            OwnerRef::UserPrincipalName("ada@contoso.com".to_owned()),
        ],
        notes: Some("Onboards\nMondoo\n".to_owned()),
        service_management_reference: Some("CHG-1234".to_owned()),
        principal_id: None,
    };
    assert_eq!(spec.application, application);
}

#[test]
fn scopes_of_the_whole_spec_are_of_every_kind() {
    let production = ScopeId::Subscription(PRODUCTION.parse().unwrap());
    let scopes = [
        (ScopeRef::Id(production), Some("Production".to_owned())),
        (ScopeRef::SubscriptionNamed("Development".to_owned()), None),
        (ScopeRef::Id(ScopeId::ManagementGroup(group("platform"))), None),
        (ScopeRef::TenantRoot, None),
    ];
    assert_eq!(whole().scopes, scopes.map(|(place, name)| Scope { place, name }));
}

#[test]
fn vaults_of_the_whole_spec_are_of_every_kind() {
    let id = format!(
        "/subscriptions/{PRODUCTION}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-shared"
    );
    let development = Excluded::Subscription(DEVELOPMENT.parse().unwrap());
    let vaults = KeyVaults {
        policies: AccessPolicies::Listed(vec![
            VaultRef::Name("kv-legacy".to_owned()),
            VaultRef::Id(VaultId::new(id)),
        ]),
        exclude: vec![
            Excluded::Vault(VaultRef::Name("kv-dev-legacy".to_owned())),
            development.clone(),
            development,
        ],
    };
    assert_eq!(whole().key_vaults, vaults);
}

/// What differs from the profile: `-` is gone, `+` is new by the spec, `*` by `scanVms`.
fn difference(profile: &[Line], patched: &[Line]) -> String {
    let gone = profile.iter().filter(|line| !patched.contains(line));
    let gone = gone.map(|line| format!("- {}\n", line.name));
    let new = patched.iter().filter(|line| !profile.contains(line)).map(|line| {
        let caution = line.caution.map_or_else(String::new, |caution| format!(" {caution:?}"));
        format!("{} {}{caution}\n", if line.added { '+' } else { '*' }, line.name)
    });
    gone.chain(new).collect()
}

#[test]
fn permissions_are_patched_line_by_line() {
    let (profile, rights) = (Profile::documented(), whole().rights);
    assert_snapshot!(difference(&profile.graph_permissions, &rights.graph_permissions), @"
    - ThreatIndicators.Read.All
    + User.Read.All
    ");
    let (vaults, wanted) = (&profile.vault_permissions, &rights.vault_permissions);
    assert_snapshot!(difference(&vaults.keys, &wanted.keys), @"
    - list
    + unwrapKey
    ");
    assert_snapshot!(difference(&vaults.secrets, &wanted.secrets), @"- get");
    assert_eq!(vaults.certificates, wanted.certificates);
}

#[test]
fn built_in_roles_are_patched_by_name_and_by_id() {
    let roles = whole().rights.built_in_roles;
    let roles: Vec<_> = roles.iter().map(|role| (&*role.name, role.id, role.added)).collect();
    let vaults = "21090545-7ca7-4776-b22c-e363652d74d2";
    let by_id = "f58310d9-a9f6-439a-9e8d-f62e7b41a168";
    let expected = [
        ("Key Vault Reader", Some(vaults.parse().unwrap()), false),
        ("Security Reader", None, true),
        (by_id, Some(by_id.parse().unwrap()), true),
    ];
    assert_eq!(roles, expected);
}

#[test]
fn both_variants_of_the_custom_role_are_patched() {
    let (role, rights) = (&Profile::documented().custom_role, whole().rights);
    let (before, after) = (&role.subscription, &rights.at_subscriptions);
    assert_snapshot!(difference(&before.actions, &after.actions), @"
    - Microsoft.Insights/alertRules/*
    * Microsoft.Compute/virtualMachines/runCommands/delete RunsCode
    + Microsoft.Web/sites/slots/config/list/action AppSettings
    ");
    assert_snapshot!(difference(&before.data_actions, &after.data_actions), @"
    - Microsoft.KeyVault/vaults/*/read
    + Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read
    ");
    let (before, after) = (&role.management_group, &rights.at_management_groups);
    assert_snapshot!(difference(&before.actions, &after.actions), @"
    - Microsoft.Web/sites/*/read
    * Microsoft.Compute/virtualMachines/runCommands/read RunsCode
    * Microsoft.Compute/virtualMachines/runCommands/write RunsCode
    * Microsoft.Compute/virtualMachines/runCommands/delete RunsCode
    * Microsoft.Compute/virtualMachines/runCommand/action RunsCode
    + Microsoft.Web/sites/slots/config/list/action AppSettings
    + Microsoft.Support/* Writes
    ");
    assert_eq!(after.data_actions, []);
}

#[test]
fn the_least_spec_has_the_defaults_of_the_manual() {
    let spec = Spec::parse(LEAST).unwrap();
    assert_eq!(spec.tenant.to_string(), "0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3");
    assert!(!spec.scan_vms);
    assert_eq!(spec.rights, parsed("profile: documented").rights);
    assert!(spec.allow_privileged.is_empty() && spec.keep.is_empty());
    assert_eq!(spec.extras, Extras::Report);
    let application = Application {
        display_name: "mondoo-security".to_owned(),
        owners: Vec::new(),
        notes: None,
        service_management_reference: None,
        principal_id: None,
    };
    assert_eq!(spec.application, application);
    let place = ScopeRef::Id(ScopeId::Subscription(PRODUCTION.parse().unwrap()));
    assert_eq!(spec.scopes, [Scope { place, name: None }]);
    let role = CustomRole { name: "mondoo-role".to_owned(), defined_at: None };
    assert_eq!(spec.custom_role, role);
    let vaults = KeyVaults { policies: AccessPolicies::Discover, exclude: Vec::new() };
    assert_eq!(spec.key_vaults, vaults);
    let source = CertificateSource::Generate(Generate {
        output: "./mondoo.pem".into(),
        subject: "CN=mondoo-security".to_owned(),
        key_bits: 4096,
        validity_days: 365.try_into().unwrap(),
    });
    assert_eq!(spec.certificate, Certificate { source, renew_before_days: 30 });
}

#[test]
fn certificates_come_from_a_vault_or_a_command() {
    let source = |written: &str| Spec::parse(&with(SOURCE, written)).unwrap().certificate.source;
    let vault = |vault: &str, version: Option<&str>, output: Option<&str>| {
        CertificateSource::KeyVault(VaultCertificate {
            vault: vault.to_owned(),
            name: "Mondoo-1".to_owned(),
            version: version.map(str::to_owned),
            output: output.map(Into::into),
        })
    };
    let newest = source("keyVault: { url: 'https://Corp.vault.azure.net/certificates/Mondoo-1/' }");
    assert_eq!(newest, vault("https://corp.vault.azure.net", None, None));
    let version = "0123456789abcdef0123456789abcdef";
    let at = "https://localhost:8443/vaults/kv";
    let one = source(&format!(
        "keyVault: {{ url: '{at}/certificates/Mondoo-1/{version}', output: m.pem }}"
    ));
    assert_eq!(one, vault(at, Some(version), Some("m.pem")));
    let CertificateSource::KeyVault(one) = one else { unreachable!() };
    assert_eq!(one.to_string(), format!("{at}/certificates/Mondoo-1/{version}"));
    let run = source("command: { run: [vault, kv, get, '-field=pem'], output: m.pem }");
    let arguments = ["kv", "get", "-field=pem"].map(str::to_owned).to_vec();
    let program = "vault".to_owned();
    let output = Some("m.pem".into());
    assert_eq!(run, CertificateSource::Command(Command { program, arguments, output }));
}

#[test]
fn keys_that_say_what_is_done_anyway_are_right() {
    let said = "version: 1
cloud: public
profile: documented
scanVms: false
extras: report
keep: []
allowPrivileged: []
graphPermissions: { add: [], remove: [] }
application: { displayName: mondoo-security, owners: [] }
roles: { custom: { name: mondoo-role, assignableScopes: scopes }, builtIn: { add: [] } }
keyVaults: { accessPolicies: discover, include: [], exclude: [], permissions: {} }";
    assert_eq!(Spec::parse(&with(VERSION, said)).unwrap(), Spec::parse(LEAST).unwrap());
    let vaults = "keyVaults: { permissions: { keys: [get, list], secrets: [GET, list] } }";
    assert_eq!(parsed(vaults), Spec::parse(LEAST).unwrap());
}

/// A caution belongs to the right, not to who asks for it.
#[test]
fn what_the_spec_adds_keeps_its_caution() {
    let rights = parsed(
        "
profile: least-privilege
graphPermissions: { add: [threatindicators.read.all] }
roles: { custom: { addActions: [Microsoft.Compute/virtualMachines/runCommands/delete, Microsoft.Support/*] } }
keyVaults: { permissions: { keys: [all], secrets: [get, all, set] } }",
    )
    .rights;
    let cautions = |lines: &[Line]| -> Vec<_> {
        lines.iter().filter(|line| line.added).map(|line| line.caution).collect()
    };
    assert_eq!(cautions(&rights.graph_permissions), [Some(Caution::Retired)]);
    let actions = cautions(&rights.at_subscriptions.actions);
    assert_eq!(actions, [Some(Caution::RunsCode), Some(Caution::Writes)]);
    assert_eq!(cautions(&rights.vault_permissions.keys), [None]);
    let values = Some(Caution::SecretValues);
    assert_eq!(cautions(&rights.vault_permissions.secrets), [values, values, None]);
}

#[test]
fn a_variant_that_is_not_used_may_lose_every_right() {
    let role = &Profile::documented().custom_role;
    let names = |lines: &[Line]| -> String {
        lines.iter().map(|line| format!("{}, ", line.name)).collect()
    };
    let (groups, subscriptions) = (&role.management_group, &role.subscription);
    let nothing_at_groups =
        format!("roles: {{ custom: {{ removeActions: [{}] }} }}", names(&groups.actions));
    let nothing_at_subscriptions = format!(
        "roles: {{ custom: {{ removeActions: [{}], removeDataActions: [{}] }} }}",
        names(&subscriptions.actions),
        names(&subscriptions.data_actions)
    );
    let group = "- managementGroup: platform\n";
    assert_eq!(parsed(&nothing_at_groups).rights.at_management_groups.actions, []);
    assert_eq!(changed(SCOPE, &format!("{group}{nothing_at_subscriptions}")), "right");
    let wrong =
        [changed(SCOPE, &format!("{group}{nothing_at_groups}")), also(&nothing_at_subscriptions)];
    assert!(wrong.iter().all(|errors| errors.contains("this leaves nothing")), "{wrong:?}");
}

#[test]
fn a_principal_of_somebody_else_needs_nothing_but_its_id() {
    let id = "3d4e5f60-7182-493a-8b4c-5d6e7f809102";
    let application = parsed(&format!("application: {{ principalId: {id} }}")).application;
    assert_eq!(application.principal_id, Some(id.parse().unwrap()));
    assert_eq!(application.display_name, "mondoo-security");
}

#[test]
fn vaults_go_by_name_or_id_whatever_the_case() {
    let id = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081/resourcegroups/rg/providers/microsoft.keyvault/vaults/kv-legacy";
    let other = VaultId::new(id.replace("kv-legacy", "kv-other"));
    let live = VaultId::new(id.to_uppercase());
    let spec =
        parsed(&format!("keyVaults: {{ accessPolicies: listed, include: [{id}, KV-Legacy] }}"));
    let AccessPolicies::Listed(vaults) = spec.key_vaults.policies else { panic!("not listed") };
    assert_eq!(vaults.iter().map(ToString::to_string).collect::<Vec<_>>(), [id, "KV-Legacy"]);
    assert!(matches!(vaults[..], [VaultRef::Id(_), VaultRef::Name(_)]));
    assert!(vaults.iter().all(|vault| vault.matches(&live) && !vault.matches(&other)));
}

#[test]
fn a_certificate_may_come_from_a_file() {
    let spec = Spec::parse(&with(SOURCE, "file: ../certificate.pem")).unwrap();
    assert_eq!(spec.certificate.source, CertificateSource::File("../certificate.pem".into()));
}
