//! How keys that contradict each other, or the profile, are explained.

use insta::assert_snapshot;

use crate::support::{SCOPE, SOURCE, also, changed};

#[test]
fn keyless_is_a_matter_between_the_application_and_the_integration() {
    assert_snapshot!(changed(SOURCE, "federated: true"), @"7:13 [federated] `federated` needs `integration`: the token that the application is to trust is the integration's (add `integration: { space: … }`, or use another source)");
    let both = "application: { principalId: 3d4e5f60-7182-493a-8b4c-5d6e7f809102 }\nintegration: { space: //captain.api.mondoo.app/spaces/x }";
    assert_snapshot!(also(both), @"9:1 [integration] `integration` cannot be managed beside `application.principalId` (leave one of the two out: the integration needs the application's client id and certificate, which are somebody else's then)");
}

#[test]
fn a_scope_is_listed_once() {
    let upper = SCOPE.to_uppercase().replace("SUBSCRIPTION", "subscription");
    assert_snapshot!(changed(SCOPE, &format!("{SCOPE}\n  {upper}")), @"6:5 [subscription: 1B2C3D4E-5F60-4718-A92B-3C4D5E6F7081] this scope is listed twice (remove one of the two)");
    let groups = "- managementGroup: platform\n  - managementGroup: Platform";
    assert_snapshot!(changed(SCOPE, groups), @"6:5 [managementGroup: Platform] this scope is listed twice (remove one of the two)");
    let names = "- subscription: Entwicklung Ä\n  - subscription: entwicklung ä";
    assert_snapshot!(changed(SCOPE, names), @"6:5 [subscription: entwicklung ä] this scope is listed twice (remove one of the two)");
    assert_snapshot!(changed(SCOPE, "- tenantRoot: true\n  - tenantRoot: true"), @"6:5 [tenantRoot: true] this scope is listed twice (remove one of the two)");
}

#[test]
fn a_subscription_has_one_name() {
    assert_snapshot!(changed(SCOPE, "- subscription: Production\n    name: Production"), @"6:5 [name] `subscription` is a display name already (give the subscription's id there, or leave `name` out)");
}

#[test]
fn without_rights_in_graph_nothing_there_is_managed() {
    assert_snapshot!(also("
application:
  displayName: x
  owners: []
  notes: x
  serviceManagementReference: x
  principalId: 3d4e5f60-7182-493a-8b4c-5d6e7f809102
graphPermissions: {}"), @"
    10:3 [displayName] `application.displayName` does nothing beside `application.principalId` (leave one of the two out: with `principalId` nothing in Microsoft Graph is managed)
    11:3 [owners] `application.owners` does nothing beside `application.principalId` (leave one of the two out: with `principalId` nothing in Microsoft Graph is managed)
    12:3 [notes] `application.notes` does nothing beside `application.principalId` (leave one of the two out: with `principalId` nothing in Microsoft Graph is managed)
    13:3 [serviceManagementReference] `application.serviceManagementReference` does nothing beside `application.principalId` (leave one of the two out: with `principalId` nothing in Microsoft Graph is managed)
    15:1 [graphPermissions] `graphPermissions` does nothing beside `application.principalId` (leave one of the two out: with `principalId` nothing in Microsoft Graph is managed)
    ");
    assert_snapshot!(also("application: { owners: [ada@contoso.com, Ada@contoso.com] }"), @"8:42 [Ada@contoso.com] `Ada@contoso.com` is listed twice (remove one of the two)");
}

#[test]
fn a_patch_of_graph_permissions_changes_something() {
    assert_snapshot!(also("
graphPermissions:
  add: [Domain.read.all, User.Read.All, user.read.all, Group.Read.All]
  remove: [Directory.Raed.All, Group.Read.All, Chat.Read.All, Policy.Read.All, Policy.Read.All]"), @"
    10:9 [Domain.read.all] `Domain.read.all` cannot be added: it is there already (leave it out)
    10:41 [user.read.all] `user.read.all` is listed twice (remove one of the two)
    10:56 [Group.Read.All] `Group.Read.All` is both added and removed (leave one of the two out)
    11:12 [Directory.Raed.All] `Directory.Raed.All` cannot be removed: the profile does not have it (did you mean `Directory.Read.All`?)
    11:48 [Chat.Read.All] `Chat.Read.All` cannot be removed: the profile does not have it (leave it out)
    11:80 [Policy.Read.All] `Policy.Read.All` is listed twice (remove one of the two)
    ");
    assert_snapshot!(also("
profile: least-privilege
graphPermissions: { remove: [ThreatIndicators.Read.All] }"), @"10:30 [ThreatIndicators.Read.All] `ThreatIndicators.Read.All` cannot be removed: the profile does not have it (leave it out)");
}

#[test]
fn a_patch_of_built_in_roles_changes_something() {
    assert_snapshot!(also("
roles:
  builtIn:
    add: [reader, 21090545-7CA7-4776-b22c-e363652d74d2, Security Reader]
    remove: [Key Vault Raeder, security reader, Owner]"), @"
    11:11 [reader] `reader` cannot be added: it is there already (leave it out)
    11:19 [21090545-7CA7-4776-b22c-e363652d74d2] `Key Vault Reader` cannot be added: it is there already (leave it out)
    11:57 [Security Reader] `Security Reader` is both added and removed (leave one of the two out)
    12:14 [Key Vault Raeder] `Key Vault Raeder` cannot be removed: the profile does not have it (did you mean `Key Vault Reader`?)
    12:49 [Owner] `Owner` cannot be removed: the profile does not have it (leave it out)
    ");
    assert_snapshot!(also("roles: { builtIn: { remove: [Reader, acdd72a7-3385-48ef-bd42-f606fba81ae7] } }"), @"8:38 [acdd72a7-3385-48ef-bd42-f606fba81ae7] `Reader` is listed twice (remove one of the two)");
}

#[test]
fn a_patch_of_the_custom_role_changes_something() {
    assert_snapshot!(also("
roles:
  custom:
    addActions: [Microsoft.Web/sites/config/snapshots/read, A.B/read, a.b/read]
    removeActions: [Microsoft.Web/site/read, A.B/read, C.D/*]
    addDataActions: [Microsoft.KeyVault/vaults/*/read]
    removeDataActions: [Microsoft.KeyVault/vaults/secrets/readMetadata/actoin]"), @"
    11:18 [Microsoft.Web/sites/config/snapshots/read] `Microsoft.Web/sites/config/snapshots/read` cannot be added: it is there already (leave it out)
    11:61 [A.B/read] `A.B/read` is both added and removed (leave one of the two out)
    11:71 [a.b/read] `a.b/read` is listed twice (remove one of the two)
    12:21 [Microsoft.Web/site/read] `Microsoft.Web/site/read` cannot be removed: the profile does not have it (did you mean `Microsoft.Web/sites/read`?)
    12:56 [C.D/*] `C.D/*` cannot be removed: the profile does not have it (leave it out)
    13:22 [Microsoft.KeyVault/vaults/*/read] `Microsoft.KeyVault/vaults/*/read` cannot be added: it is there already (leave it out)
    14:25 [Microsoft.KeyVault/vaults/secrets/readMetadata/actoin] `Microsoft.KeyVault/vaults/secrets/readMetadata/actoin` cannot be removed: the profile does not have it (did you mean `Microsoft.KeyVault/vaults/secrets/readMetadata/action`?)
    ");
    assert_snapshot!(also("
scanVms: true
roles: { custom: { addActions: [Microsoft.Compute/virtualMachines/runCommands/delete] } }"), @"10:33 [Microsoft.Compute/virtualMachines/runCommands/delete] `Microsoft.Compute/virtualMachines/runCommands/delete` cannot be added: it is there already (leave it out)");
}

#[test]
fn data_actions_need_a_subscription() {
    let group = "- managementGroup: platform
roles: { custom: { addDataActions: [A.B/read] } }";
    assert_snapshot!(changed(SCOPE, group), @"6:20 [addDataActions] no scope can use these: Azure refuses data actions at management groups (leave them out, or list a subscription in `scopes`)");
    let both = format!(
        "- tenantRoot: true\n  {SCOPE}\nroles: {{ custom: {{ addDataActions: [A.B/read] }} }}"
    );
    assert_snapshot!(changed(SCOPE, &both), @"right");
}

#[test]
fn something_is_left_of_the_custom_role_where_it_is_assigned() {
    let roles = "
profile: least-privilege
roles:
  custom:
    removeActions: [Microsoft.Web/sites/config/list/action, Microsoft.Web/sites/slots/config/list/action]";
    assert_snapshot!(also(roles), @"12:5 [removeActions] this leaves nothing of the custom role at subscriptions (keep at least one action)");
    assert_snapshot!(also(&format!("{roles}\n    addDataActions: [A.B/read]")), @"right");
    let group =
        format!("- managementGroup: platform\n  {SCOPE}{roles}\n    addDataActions: [A.B/read]");
    assert_snapshot!(changed(SCOPE, &group), @"10:5 [removeActions] this leaves nothing of the custom role at management groups (keep at least one action)");
}

#[test]
fn keys_of_key_vaults_do_something_together() {
    assert_snapshot!(also("keyVaults: { include: [kv-legacy] }"), @"8:14 [include] `keyVaults.include` does nothing: `accessPolicies` is not `listed` (leave it out, or change `keyVaults.accessPolicies`)");
    assert_snapshot!(also("keyVaults: { accessPolicies: listed, include: [] }"), @"8:30 [listed] `listed` without a list: `include` names no vault (name the vaults in `keyVaults.include`)");
    assert_snapshot!(also("keyVaults: { accessPolicies: none, include: [kv-legacy], exclude: [kv-shared], permissions: {} }"), @"
    8:36 [include] `keyVaults.include` does nothing: `accessPolicies` is `none` (leave it out, or change `keyVaults.accessPolicies`)
    8:58 [exclude] `keyVaults.exclude` does nothing: `accessPolicies` is `none` (leave it out, or change `keyVaults.accessPolicies`)
    8:80 [permissions] `keyVaults.permissions` does nothing: `accessPolicies` is `none` (leave it out, or change `keyVaults.accessPolicies`)
    ");
    assert_snapshot!(also("keyVaults: { accessPolicies: listed, include: [kv-legacy, KV-legacy], exclude: [kv-shared, kv-shared] }"), @"
    8:59 [KV-legacy] `KV-legacy` is listed twice (remove one of the two)
    8:92 [kv-shared] `kv-shared` is listed twice (remove one of the two)
    ");
}

#[test]
fn permissions_in_vaults_exist() {
    assert_snapshot!(also("keyVaults: { permissions: { keys: [gett, list, List, xxxxxxxxxxxx] } }"), @"
    8:36 [gett] `gett` is no permission for keys (did you mean `get`?)
    8:48 [List] `List` is listed twice (remove one of the two)
    8:54 [xxxxxxxxxxxx] `xxxxxxxxxxxx` is no permission for keys (known here: get, list, update, create, import, delete, recover, backup, restore, decrypt, encrypt, unwrapKey, wrapKey, verify, sign, purge, release, rotate, getrotationpolicy, setrotationpolicy, all)
    ");
    assert_snapshot!(also("keyVaults: { permissions: { secrets: [sign], certificates: [getissuer] } }"), @"
    8:39 [sign] `sign` is no permission for secrets (known here: get, list, set, delete, recover, backup, restore, purge, all)
    8:61 [getissuer] `getissuer` is no permission for certificates (did you mean `getissuers`?)
    ");
    assert_snapshot!(also("keyVaults: { permissions: { keys: [], secrets: [], certificates: [] } }"), @"8:14 [permissions] no permission is left to give in a vault (to give none, set `keyVaults.accessPolicies: none`)");
}
