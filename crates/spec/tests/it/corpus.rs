//! The parser's verdict on the form of a spec against that of a JSON Schema validator that shares
//! no code with it: an editor must not praise what we refuse, nor the other way round.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use spec::Spec;

use crate::support::LEAST;

/// Wrong in form.
const STRUCTURALLY_WRONG: &[&str] = &[
    "version: 2",
    "version: '1'",
    "name: Mondoo",
    "name: -mondoo",
    "tenant: contoso",
    "tenant: 0a9b3c7d-5e1f-4a2b-8c6d",
    "cloud: Public",
    "profile: least_privilege",
    "scanVms: 'true'",
    "scanVms:",
    "unknown: 1",
    "application: []",
    "application: { displayName: ' x' }",
    "application: { owners: ada@contoso.com }",
    "application: { owners: [ada] }",
    "application: { owners: [a@b@c] }",
    "application: { notes: '' }",
    "application: { notes: [x] }",
    "application: { serviceManagementReference: 5 }",
    "application: { principalId: mondoo }",
    "application: { name: x }",
    "graphPermissions: [User.Read.All]",
    "graphPermissions: { add: User.Read.All }",
    "graphPermissions: { add: [User] }",
    "graphPermissions: { remove: ['User.Read.All '] }",
    "graphPermissions: { delete: [] }",
    "allowPrivileged: ['']",
    "allowPrivileged: true",
    "scopes: []",
    "scopes: [Production]",
    "scopes: [{}]",
    "scopes: [{ subscription: '' }]",
    "scopes: [{ subscription: /subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081 }]",
    "scopes: [{ subscription: Production, managementGroup: platform }]",
    "scopes: [{ managementGroup: platform, name: Platform }]",
    "scopes: [{ managementGroup: a/b }]",
    "scopes: [{ tenantRoot: false }]",
    "scopes: [{ tenantRoot: yes please }]",
    "scopes: [{ name: Production }]",
    "roles: { builtin: {} }",
    "roles: { builtIn: { add: [a/b] } }",
    "roles: { builtIn: { add: [5] } }",
    "roles: { custom: { name: '' } }",
    "roles: { custom: { addActions: [read] } }",
    "roles: { custom: { addActions: [sites/read] } }",
    "roles: { custom: { removeActions: [Microsoft.Web] } }",
    "roles: { custom: { addDataActions: [Microsoft.Web/sites read] } }",
    "roles: { custom: { removeDataActions: [/read] } }",
    "roles: { custom: { assignableScopes: everywhere } }",
    "roles: { custom: { assignableScopes: { managementGroup: '' } } }",
    "roles: { custom: { assignableScopes: { group: platform } } }",
    "keyVaults: { accessPolicies: all }",
    "keyVaults: { include: [ab] }",
    "keyVaults: { include: [kv_legacy] }",
    "keyVaults: { include: [a234567890123456789012345] }",
    "keyVaults: { include: [/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081] }",
    "keyVaults: { exclude: [/subscriptions/Production] }",
    "keyVaults: { exclude: ['1 b2c3d4e'] }",
    "keyVaults: { exclude: [/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081/resourceGroups/rg/providers/Microsoft.Web/sites/site] }",
    "keyVaults: { permissions: [get] }",
    "keyVaults: { permissions: { keys: get } }",
    "keyVaults: { permissions: { secrets: [5] } }",
    "keyVaults: { permissions: { certificates: [''] } }",
    "keyVaults: { permissions: { storage: [get] } }",
    "certificate: {}",
    "certificate: { source: {} }",
    "certificate: { source: ./mondoo.pem }",
    "certificate: { source: { file: '' } }",
    "certificate: { source: { file: x, environment: X } }",
    "certificate: { source: { generate: {} } }",
    "certificate: { source: { generate: { output: x, subject: mondoo } } }",
    "certificate: { source: { generate: { output: x, keySize: 2048 } } }",
    "certificate: { source: { generate: { output: x, validityDays: 0 } } }",
    "certificate: { source: { generate: { output: x, validityDays: 30.5 } } }",
    "certificate: { source: { environment: A-B } }",
    "certificate: { source: { environment: 1A } }",
    "certificate: { source: { keyVault: { output: x } } }",
    "certificate: { source: { keyVault: { url: '' } } }",
    "certificate: { source: { keyVault: { url: 'http://corp.vault.azure.net/certificates/mondoo' } } }",
    "certificate: { source: { keyVault: { url: 'https://corp.vault.azure.net' } } }",
    "certificate: { source: { keyVault: { url: 'https://corp.vault.azure.net/secrets/mondoo' } } }",
    "certificate: { source: { keyVault: { url: 'https://corp.vault.azure.net/certificates/mondoo/1' } } }",
    "certificate: { source: { keyVault: { url: 'https://a@corp.vault.azure.net/certificates/mondoo' } } }",
    "certificate: { source: { keyVault: { url: 'https://corp.vault.azure.net/certificates/mondoo?x' } } }",
    "certificate: { source: { command: vault } }",
    "certificate: { source: { command: { run: vault read } } }",
    "certificate: { source: { command: { run: [''] } } }",
    "certificate: { source: { command: { run: [] } } }",
    "certificate: { source: { federated: false } }",
    "certificate: { source: { file: x }, renewBefore: 30 }",
    "certificate: { source: { file: x }, renewBefore: 0d }",
    "extras: delete",
    "keep: x",
    "integration: {}",
    "integration: { space: abc }",
    "integration: { space: //captain.api.mondoo.app/organizations/x }",
    "integration: { space: //captain.api.mondoo.app/spaces/x, name: 5 }",
    "integration: { space: //captain.api.mondoo.app/spaces/x, name: '' }",
    "integration: { space: //captain.api.mondoo.app/spaces/x, subscriptions: none }",
    "integration: { space: //captain.api.mondoo.app/spaces/x, subscriptions: { allow: x } }",
    "integration: { space: //captain.api.mondoo.app/spaces/x, subscriptions: { allow: [] } }",
    "integration: { space: //captain.api.mondoo.app/spaces/x, subscriptions: { allow: [x], deny: [y] } }",
    "integration: { space: //captain.api.mondoo.app/spaces/x, subscriptions: { deny: [''] } }",
    "integration: { space: //captain.api.mondoo.app/spaces/x, policies: x }",
    "integration: { space: //captain.api.mondoo.app/spaces/x, policies: ['a b'] }",
];

const RIGHT: &[&str] = &[
    "version: 1",
    "version: 1.0",
    "name: m",
    "tenant: contoso.com",
    "tenant: 0A9B3C7D-5e1f-4a2b-8c6d-7e8f90a1b2c3",
    "cloud: public",
    "cloud: usgovernment",
    "cloud: usgovernment-dod",
    "cloud: china",
    "profile: documented",
    "profile: least-privilege",
    "scanVms: true",
    "application: {}",
    "application: { displayName: Mondoo (Platform) }",
    "application: { owners: [ada@contoso.com, 3d4e5f60-7182-493a-8b4c-5d6e7f809102] }",
    "application:\n  notes: |\n    two\n\n    lines",
    "application: { notes: 'Ä' }",
    "application: { serviceManagementReference: CHG-1234 }",
    "application: { principalId: 3D4E5F60-7182-493a-8b4c-5d6e7f809102 }",
    "graphPermissions: {}",
    "graphPermissions: { add: [User.Read.All], remove: [directory.read.all] }",
    "allowPrivileged: [Security Reader, Microsoft.Web/sites/slots/config/list/action]",
    "scopes: [{ subscription: Production }]",
    "scopes: [{ subscription: 1B2C3D4E-5F60-4718-A92B-3C4D5E6F7081, name: Production }]",
    "scopes: [{ subscription: 'Pay-As-You-Go (EUR) / 2' }]",
    "scopes: [{ managementGroup: platform }, { tenantRoot: true }]",
    "roles: {}",
    "roles: { builtIn: { add: [Security Reader], remove: [key vault reader] } }",
    "roles: { builtIn: { add: [39bc4728-0917-49c7-9d2c-d95423bc2eb4] } }",
    "roles: { custom: { name: Mondoo Role } }",
    "roles: { custom: { addActions: ['*', '*/read', Microsoft.Web/sites/slots/*/action] } }",
    "roles: { custom: { removeActions: [microsoft.support/*] } }",
    "roles: { custom: { addDataActions: [Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read] } }",
    "roles: { custom: { removeDataActions: [Microsoft.KeyVault/vaults/*/read] } }",
    "roles: { custom: { assignableScopes: scopes } }",
    "roles: { custom: { assignableScopes: { managementGroup: platform } } }",
    "keyVaults: { accessPolicies: none }",
    "keyVaults: { accessPolicies: listed, include: [kv-legacy, k23, A23456789012345678901234] }",
    "keyVaults: { accessPolicies: listed, include: [/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081/resourcegroups/rg/providers/microsoft.keyvault/vaults/kv-legacy] }",
    "keyVaults: { exclude: [kv-legacy, 1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081, /subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081] }",
    "keyVaults: { permissions: { keys: [Get], secrets: [], certificates: [getIssuers] } }",
    "certificate: { source: { file: ./certificate.pem }, renewBefore: 9999d }",
    "certificate: { source: { environment: _x1 } }",
    "certificate: { source: { keyVault: { url: 'https://corp.vault.azure.net/certificates/mondoo' } } }",
    "certificate: { source: { keyVault: { url: 'https://corp.vault.azure.net/certificates/m-1/0123456789abcdef0123456789ABCDEF/', output: x } } }",
    "certificate: { source: { keyVault: { url: 'https://localhost:8443/vaults/kv-rbac/certificates/mondoo' } } }",
    "certificate: { source: { command: { run: [vault] } } }",
    "certificate: { source: { command: { run: [sh, -c, 'cat a b'], output: x } } }",
    "certificate: { source: { generate: { output: x, subject: 'CN=a, O=b', keySize: 3072.0, validityDays: 3650 } } }",
    "extras: prune",
    "extras: report",
    "keep: [User.Read]",
    "integration: { space: //captain.api.mondoo.app/spaces/x, name: x, subscriptions: all, policies: [x] }",
    "integration: { space: //captain.api.mondoo.app/spaces/x, subscriptions: { allow: [x] } }",
    "integration: { space: //captain.api.mondoo.app/spaces/x, subscriptions: { deny: [x] } }",
    "certificate: { source: { federated: true } }\nintegration: { space: //captain.api.mondoo.app/spaces/x }",
];

const WRONG_BY_A_RULE_ONLY: &[&str] = &[
    "integration: { space: //captain.api.mondoo.app/spaces/x, policies: [x, x] }",
    "integration: { space: //captain.api.mondoo.app/spaces/x, subscriptions: { allow: [x, X] } }",
    "integration: { space: //captain.api.mondoo.app/spaces/x, subscriptions: { deny: [x, X] } }",
    "application: { principalId: 3d4e5f60-7182-493a-8b4c-5d6e7f809102 }\nintegration: { space: //captain.api.mondoo.app/spaces/x }",
    "certificate: { source: { federated: true } }",
    "certificate: { source: { generate: { output: x, validityDays: 30 } } }",
    "application: { owners: [ada@contoso.com, ADA@contoso.com] }",
    "application: { principalId: 3d4e5f60-7182-493a-8b4c-5d6e7f809102, notes: x }",
    "application: { principalId: 3d4e5f60-7182-493a-8b4c-5d6e7f809102 }\ngraphPermissions: {}",
    "graphPermissions: { add: [Domain.Read.All] }",
    "graphPermissions: { remove: [User.Read.All] }",
    "graphPermissions: { add: [A.B], remove: [A.B] }",
    "scopes: [{ subscription: x }, { subscription: X }]",
    "scopes: [{ subscription: Production, name: Production }]",
    "roles: { builtIn: { add: [Reader] } }",
    "roles: { builtIn: { remove: [Owner] } }",
    "roles: { custom: { addActions: [Microsoft.Web/sites/read] } }",
    "roles: { custom: { removeActions: [A.B/read] } }",
    "roles: { custom: { removeDataActions: [A.B/read] } }",
    "scopes: [{ tenantRoot: true }]\nroles: { custom: { addDataActions: [A.B/read] } }",
    "keyVaults: { include: [kv-legacy] }",
    "keyVaults: { accessPolicies: listed }",
    "keyVaults: { accessPolicies: none, exclude: [kv-legacy] }",
    "keyVaults: { permissions: { keys: [peek] } }",
    "keyVaults: { permissions: { keys: [], secrets: [], certificates: [] } }",
];

/// The least spec with the top-level keys of `keys` in place of its own.
fn spec(keys: &str) -> String {
    let given =
        |line: &str| keys.lines().any(|key| key.split(':').next() == line.split(':').next());
    let mut kept = true;
    let least = LEAST.lines().filter(|line| {
        kept = if line.starts_with(' ') { kept } else { !given(line) };
        kept
    });
    least.chain(keys.lines()).map(|line| format!("{line}\n")).collect()
}

/// A validator of JSON Schema that the parser does not use.
struct Editor {
    schemas: boon::Schemas,
    spec: boon::SchemaIndex,
}

impl Editor {
    fn new() -> Editor {
        let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
        compiler.add_resource("spec.json", spec::schema().clone()).unwrap();
        let spec = compiler.compile("spec.json", &mut schemas).unwrap();
        Editor { schemas, spec }
    }

    fn accepts(&self, text: &str) -> bool {
        let value: Value = serde_yaml::from_str(text).unwrap();
        self.schemas.validate(&value, self.spec).is_ok()
    }
}

/// Whether the parser finds the form right. Rules are checked only then, so a rule that is broken
/// on purpose is heard of only then.
fn form_is_right(text: &str) -> bool {
    let broken = if text.contains("integration:") {
        "graphPermissions: { add: [A.B], remove: [A.B] }"
    } else {
        "integration: { space: //captain.api.mondoo.app/spaces/x, policies: [x, x] }"
    };
    let heard = ["`A.B` is both added and removed", "`x` is listed twice"];
    let errors = Spec::parse(&format!("{text}{broken}\n")).unwrap_err();
    errors.as_slice().iter().any(|error| heard.contains(&error.message.as_str()))
}

#[test]
fn parser_and_schema_give_the_same_verdict() {
    let editor = Editor::new();
    for keys in STRUCTURALLY_WRONG {
        let text = spec(keys);
        assert!(!editor.accepts(&text), "accepted by the schema: {keys}");
        assert!(Spec::parse(&text).is_err() && !form_is_right(&text), "parsed: {keys}");
    }
    for keys in RIGHT {
        let text = spec(keys);
        assert!(editor.accepts(&text), "refused by the schema: {keys}");
        let errors = Spec::parse(&text).err().map(|errors| errors.to_string());
        assert_eq!(errors, None, "{keys}");
        assert!(form_is_right(&text), "{keys}");
    }
    for keys in WRONG_BY_A_RULE_ONLY {
        let text = spec(keys);
        assert!(editor.accepts(&text), "refused by the schema: {keys}");
        assert!(Spec::parse(&text).is_err(), "parsed: {keys}");
        assert!(form_is_right(&text), "refused for its form: {keys}");
    }
}

/// Names of all keys in `schema`.
fn keys_of(schema: &Value, keys: &mut BTreeSet<String>) {
    match schema {
        Value::Object(object) => {
            let properties = object.get("properties").and_then(Value::as_object);
            keys.extend(properties.into_iter().flat_map(|properties| properties.keys().cloned()));
            object.values().for_each(|value| keys_of(value, keys));
        }
        Value::Array(items) => items.iter().for_each(|item| keys_of(item, keys)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_key_is_in_the_corpus_right_and_wrong() {
    let mut keys = BTreeSet::new();
    keys_of(spec::schema(), &mut keys);
    assert!(keys.len() > 50, "{keys:?}");
    let right = [RIGHT, WRONG_BY_A_RULE_ONLY].concat().join("\n");
    let wrong = STRUCTURALLY_WRONG.join("\n");
    for key in keys {
        assert!(right.contains(&format!("{key}: ")), "{key} is never right");
        assert!(wrong.contains(&format!("{key}: ")), "{key} is never wrong");
    }
}

/// `value` with each of its parts replaced, dropped or given a strange key in turn.
fn mutants(value: &Value) -> Vec<Value> {
    let others =
        [json!(null), json!(true), json!(5), json!(1.5), json!("x y"), json!([]), json!({})];
    let mut mutants: Vec<_> = others.into_iter().filter(|other| other != value).collect();
    match value {
        Value::Object(keys) => {
            for (key, part) in keys {
                let with = |part| {
                    let mut keys = keys.clone();
                    keys.insert(key.clone(), part);
                    Value::Object(keys)
                };
                mutants.extend(self::mutants(part).into_iter().map(with));
                let mut without = keys.clone();
                without.remove(key);
                without.insert("strange".to_owned(), json!(1));
                mutants.push(without.clone().into());
                without.remove("strange");
                mutants.push(without.into());
            }
        }
        Value::Array(items) => {
            for (index, part) in items.iter().enumerate() {
                let with = |part| {
                    let mut items = items.clone();
                    items[index] = part;
                    Value::Array(items)
                };
                mutants.extend(self::mutants(part).into_iter().map(with));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    mutants
}

#[test]
fn parser_and_schema_agree_on_mutants_of_a_large_spec() {
    let whole = "
application: { displayName: x, owners: [ada@contoso.com], notes: x, serviceManagementReference: x }
graphPermissions: { add: [User.Read.All], remove: [Domain.Read.All] }
scopes: [{ subscription: x, name: x }, { managementGroup: x }, { tenantRoot: true }]
roles: { builtIn: { add: [x], remove: [x] }, custom: { name: x, addActions: [A.B/c], assignableScopes: { managementGroup: x } } }
keyVaults: { accessPolicies: listed, include: [kv-x], exclude: [kv-x], permissions: { keys: [get] } }
certificate: { source: { generate: { output: x, subject: CN=x, keySize: 4096, validityDays: 1 } }, renewBefore: 1d }
profile: documented
scanVms: true
extras: prune
keep: [x]";
    let editor = Editor::new();
    let whole: Value = serde_yaml::from_str(&spec(whole)).unwrap();
    let mutants = mutants(&whole);
    let (mut right, mut wrong) = (0, 0);
    for mutant in mutants.iter().filter(|mutant| mutant.is_object()) {
        let text = serde_yaml::to_string(mutant).unwrap();
        if text.trim() == "{}" {
            continue;
        }
        let accepted = editor.accepts(&text);
        assert_eq!(form_is_right(&text), accepted, "{text}");
        *(if accepted { &mut right } else { &mut wrong }) += 1;
    }
    assert!(right > 50 && wrong > 200, "{right} right, {wrong} wrong");
}
