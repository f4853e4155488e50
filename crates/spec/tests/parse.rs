//! What a spec means, and how each mistake in one is explained.

use std::fmt::Write;

use insta::{assert_debug_snapshot, assert_snapshot};
use spec::Spec;

const LEAST: &str = "\
version: 1
name: mondoo-security
tenant: 0A9B3C7D-5e1f-4a2b-8c6d-7e8f90a1b2c3
scopes:
  - subscription: 1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081
certificate:
  source: { generate: { output: ./mondoo.pem } }
";
const NAME: &str = "name: mondoo-security";
const VERSION: &str = "version: 1";
const SCOPE: &str = "- subscription: 1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081";
const SOURCE: &str = "generate: { output: ./mondoo.pem }";

/// The errors as `line:column [underlined text] message (hint)`.
fn check(yaml: &str) -> String {
    let Err(errors) = Spec::parse(yaml) else { return "right".to_owned() };
    errors.as_slice().iter().fold(String::new(), |mut text, error| {
        let place = &error.location;
        let underlined = &yaml[place.span.clone()];
        let _ = write!(text, "{}:{} [{underlined}] {}", place.line, place.column, error.message);
        let hint = error.hint.as_deref().unwrap_or("-");
        let _ = writeln!(text, " ({hint})");
        text
    })
}

/// The errors of the least spec with one of its parts replaced.
fn changed(from: &str, to: &str) -> String {
    assert!(LEAST.contains(from), "{from} is not in the least spec");
    check(&LEAST.replace(from, to))
}

#[test]
fn the_least_spec_has_the_defaults_of_the_manual() {
    let spec = Spec::parse(LEAST).unwrap();
    assert!(std::ptr::eq(spec.profile, spec::Profile::documented()));
    let Spec { name, tenant, display_name, profile: _, scopes, custom_role_name, certificate } =
        spec;
    assert_debug_snapshot!((name, tenant, display_name, scopes, custom_role_name, certificate), @r#"
    (
        InstallationName(
            "mondoo-security",
        ),
        Id(
            0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3,
        ),
        "mondoo-security",
        [
            Scope {
                id: Subscription(
                    1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081,
                ),
                name: None,
            },
        ],
        "mondoo-role",
        Certificate {
            source: Generate(
                Generate {
                    output: "./mondoo.pem",
                    subject: "CN=mondoo-security",
                    key_bits: 4096,
                    validity_days: 365,
                },
            ),
            renew_before_days: 30,
        },
    )
    "#);
}

#[test]
fn keys_that_say_what_is_done_anyway_are_right() {
    let said = "version: 1
cloud: public
profile: documented
scanVms: false
keep: []
application: { displayName: Mondoo, owners: [] }
roles: { custom: { name: other, assignableScopes: scopes }, builtIn: { add: [] } }
keyVaults: { accessPolicies: discover, exclude: [] }";
    assert_snapshot!(changed(VERSION, said), @"right");
}

const LATER: &str = "version: 1
cloud: china
profile: least-privilege
scanVms: true
extras: prune
keep: [x]
allowPrivileged: [x]
graphPermissions: { add: [x] }
application: { owners: [x], notes: x, serviceManagementReference: x, principalId: 1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081 }
roles: { custom: { addActions: [x], removeActions: [x], addDataActions: [x], removeDataActions: [x], assignableScopes: { managementGroup: x } }, builtIn: { remove: [x] } }
keyVaults: { accessPolicies: listed, include: [x], exclude: [x], permissions: { keys: [get] } }
integration: { space: x, subscriptions: { allow: [x] } }";

#[test]
fn keys_of_later_versions_are_refused_all_at_once() {
    assert_snapshot!(changed(VERSION, LATER), @"
    2:1 [cloud] `cloud` is not supported yet (leave it out: this version would not do what it says)
    3:1 [profile] `profile` is not supported yet (leave it out: this version would not do what it says)
    4:1 [scanVms] `scanVms` is not supported yet (leave it out: this version would not do what it says)
    5:1 [extras] `extras` is not supported yet (leave it out: this version would not do what it says)
    6:1 [keep] `keep` is not supported yet (leave it out: this version would not do what it says)
    7:1 [allowPrivileged] `allowPrivileged` is not supported yet (leave it out: this version would not do what it says)
    8:1 [graphPermissions] `graphPermissions` is not supported yet (leave it out: this version would not do what it says)
    9:16 [owners] `application.owners` is not supported yet (leave it out: this version would not do what it says)
    9:29 [notes] `application.notes` is not supported yet (leave it out: this version would not do what it says)
    9:39 [serviceManagementReference] `application.serviceManagementReference` is not supported yet (leave it out: this version would not do what it says)
    9:70 [principalId] `application.principalId` is not supported yet (leave it out: this version would not do what it says)
    10:20 [addActions] `roles.custom.addActions` is not supported yet (leave it out: this version would not do what it says)
    10:37 [removeActions] `roles.custom.removeActions` is not supported yet (leave it out: this version would not do what it says)
    10:57 [addDataActions] `roles.custom.addDataActions` is not supported yet (leave it out: this version would not do what it says)
    10:78 [removeDataActions] `roles.custom.removeDataActions` is not supported yet (leave it out: this version would not do what it says)
    10:102 [assignableScopes] `roles.custom.assignableScopes` is not supported yet (leave it out: this version would not do what it says)
    10:146 [builtIn] `roles.builtIn` is not supported yet (leave it out: this version would not do what it says)
    11:14 [accessPolicies] `keyVaults.accessPolicies` is not supported yet (leave it out: this version would not do what it says)
    11:38 [include] `keyVaults.include` is not supported yet (leave it out: this version would not do what it says)
    11:52 [exclude] `keyVaults.exclude` is not supported yet (leave it out: this version would not do what it says)
    11:66 [permissions] `keyVaults.permissions` is not supported yet (leave it out: this version would not do what it says)
    12:1 [integration] `integration` is not supported yet (leave it out: this version would not do what it says)
    ");
    for source in
        ["keyVault: { url: x }", "command: { run: [x] }", "environment: X", "federated: true"]
    {
        let errors = changed(SOURCE, source);
        assert!(errors.contains("`certificate.source` is not supported yet"), "{errors}");
    }
    assert_snapshot!(changed(SCOPE, "- subscription: Production"), @"5:5 [subscription: Production] a subscription by its name is not supported yet (use its id)");
    assert_snapshot!(changed(SCOPE, "- tenantRoot: true"), @"5:5 [tenantRoot: true] `tenantRoot` is not supported yet (name the subscriptions or groups that you mean)");
}

#[test]
fn keys_and_values_that_do_not_exist_are_explained_all_at_once() {
    assert_snapshot!(changed(NAME, "nmae: mondoo-security"), @"2:1 [nmae] unknown key `nmae` (did you mean `name`?)");
    assert_snapshot!(changed(VERSION, "cloud: pubic\nkeyVaults: { exclud: [], sdkjfh: 1 }"), @r#"
    1:1 [cloud: pubic] the key `version` is missing (Version of this format.)
    1:8 [pubic] "pubic" is none of: public, usgovernment, usgovernment-dod, china (did you mean `public`?)
    2:14 [exclud] unknown key `exclud` (did you mean `exclude`?)
    2:26 [sdkjfh] unknown key `sdkjfh` (known here: accessPolicies, exclude, include, permissions)
    "#);
    assert_snapshot!(changed(SCOPE, "- subscrption: x\n  - managementGroup: platform\n    name: x"), @"
    5:5 [subscrption] unknown key `subscrption` (did you mean `subscription`?)
    7:5 [name] `name` cannot stand beside `managementGroup` (give exactly one of them)
    ");
    assert_snapshot!(changed(SOURCE, "genrate: {}"), @"7:13 [genrate] unknown key `genrate` (did you mean `generate`?)");
    assert_snapshot!(changed(SOURCE, "generate: {output: x}, file: y"), @"7:13 [generate] `generate` cannot stand beside `file` (give exactly one of them)");
    assert_snapshot!(changed(SOURCE, "generate: {keySize: 1024, validityDays: 0, subject: mondoo}"), @"
    7:13 [generate] the key `output` is missing (Where key and certificate are written.)
    7:33 [1024] 1024 is none of: 3072, 4096 (-)
    7:53 [0] 0 is less than the minimum of 1 (-)
    7:65 [mondoo] expected a name such as CN=mondoo-security, O=Contoso, found `mondoo` (-)
    ");
    assert_snapshot!(changed(LEAST, "{}"), @"
    1:1 [{] the key `version` is missing (Version of this format.)
    1:1 [{] the key `name` is missing (Identity of this installation in the tenant. Another name is another installation.)
    1:1 [{] the key `tenant` is missing (The tenant's id or one of its verified domains.)
    1:1 [{] the key `scopes` is missing (Where the roles are assigned.)
    1:1 [{] the key `certificate` is missing (The certificate that the application trusts.)
    ");
}

#[test]
fn values_of_the_wrong_type_are_explained() {
    assert_snapshot!(changed(NAME, "name: Mondoo Security"), @"2:7 [Mondoo Security] expected lower-case letters, digits and inner dashes, at most 64 of them, found `Mondoo Security` (-)");
    assert_snapshot!(changed(NAME, "name: 5"), @"2:7 [5] expected lower-case letters, digits and inner dashes, at most 64 of them, found 5 (quote it if it is text) (-)");
    assert_snapshot!(changed(NAME, "name:"), @"2:1 [name] expected lower-case letters, digits and inner dashes, at most 64 of them, found nothing (-)");
    assert_snapshot!(changed(NAME, "name: [x]"), @"2:7 [[] expected lower-case letters, digits and inner dashes, at most 64 of them, found a list (-)");
    assert_snapshot!(changed(VERSION, "version: 2"), @"1:10 [2] only 1 is possible here, not 2 (-)");
    assert_snapshot!(changed(VERSION, "version: 1\nscanVms: yes"), @"2:10 [yes] expected true or false, found `yes` (-)");
    assert_snapshot!(changed(SCOPE, "- 1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081"), @r#"5:5 [1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081] "1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081" is none of: subscription: …, managementGroup: …, tenantRoot: … (-)"#);
    assert_snapshot!(changed(SCOPE, "[]"), @"5:3 [[] at least one entry is needed (-)");
    assert_snapshot!(changed(SOURCE, ""), @"7:11 [{] expected one of: file, generate, keyVault, command, environment, federated (-)");
}

#[test]
fn a_scope_is_listed_once() {
    let upper = SCOPE.to_uppercase().replace("SUBSCRIPTION", "subscription");
    assert_snapshot!(changed(SCOPE, &format!("{SCOPE}\n  {upper}")), @"6:5 [subscription: 1B2C3D4E-5F60-4718-A92B-3C4D5E6F7081] this scope is listed twice (remove one of the two)");
    let groups = "- managementGroup: platform\n  - managementGroup: Platform";
    assert_snapshot!(changed(SCOPE, groups), @"6:5 [managementGroup: Platform] this scope is listed twice (remove one of the two)");
}

#[test]
fn what_is_not_yaml_or_has_no_place_in_a_spec_is_refused_alone() {
    assert_snapshot!(changed(VERSION, "version: 1\nversion: 1"), @"2:1 [version] `version` is given twice (it stands first in line 1)");
    assert_snapshot!(changed(VERSION, "version: &a 1"), @"1:10 [&a 1] anchors are not read (write the value out where it is used)");
    assert_snapshot!(changed(VERSION, "version: *a"), @"1:10 [*a] this is not valid YAML: while parsing node, found unknown anchor (check indentation, brackets and quotes here and in the line above)");
    assert_snapshot!(changed(VERSION, "version: !x 1"), @"1:10 [!x 1] tags are not read (leave the tag out)");
    assert_snapshot!(changed(VERSION, "? [a]\n: 1"), @"1:3 [[] a key must be text (keys are plain words)");
    assert_snapshot!(changed(VERSION, "version: [1"), @"2:5 [: mondoo-security] this is not valid YAML: illegal placement of ':' indicator (check indentation, brackets and quotes here and in the line above)");
    assert_snapshot!(changed(VERSION, "---\na: 1\n---\nversion: 1"), @"3:1 [---] a second document begins here (one spec a file)");
    assert_snapshot!(check(""), @"1:1 [] this spec is empty (the least spec has the keys version, name, tenant, scopes, certificate)");
    assert_snapshot!(check("- a"), @"1:1 [] a spec is a mapping of keys to values (the least spec has the keys version, name, tenant, scopes, certificate)");
    assert_snapshot!(check("a: b: c"), @"1:5 [: c] this is not valid YAML: mapping values are not allowed in this context (check indentation, brackets and quotes here and in the line above)");
    assert_snapshot!(check("\t"), @"1:1 [] this is not valid YAML: found character that cannot start any token, while scanning for the next token (check indentation, brackets and quotes here and in the line above)");
}

#[test]
fn bombs_are_refused_before_they_grow() {
    assert_snapshot!(check("a: &a [x,x,x]\nb: [*a,*a,*a]"), @"1:4 [&a [] anchors are not read (write the value out where it is used)");
    let nested = ("[".repeat(260) + "\n").repeat(80);
    assert_snapshot!(check(&nested), @"1:256 [[[[[[] this is not valid YAML: recursion limit exceeded (check indentation, brackets and quotes here and in the line above)");
    assert_snapshot!(check(&"#".repeat(1024 * 1024 + 1)), @"1:1 [] this file is larger than 1 MiB, which no spec is (the least spec has the keys version, name, tenant, scopes, certificate)");
}

#[test]
fn columns_count_characters() {
    assert_snapshot!(changed(VERSION, "version: 1 # \u{1f600}\n{ä: 1}"), @"3:1 [name: mondoo-security] this is not valid YAML: simple key expect ':' (check indentation, brackets and quotes here and in the line above)");
    assert_snapshot!(changed(NAME, "name: \"mündoo\""), @r#"2:7 ["mündoo"] expected lower-case letters, digits and inner dashes, at most 64 of them, found `mündoo` (-)"#);
}

/// Words that YAML 1.1 and 1.2 read differently: text stays text, the rest is refused, not guessed.
#[test]
fn scalars_mean_what_they_look_like() {
    let verdict = |text: &str| {
        let said = format!("{NAME}\napplication: {{ displayName: {text} }}");
        let spec = Spec::parse(&LEAST.replace(NAME, &said));
        spec.map_or_else(|errors| errors.to_string(), |spec| format!("{}\n", spec.display_name))
    };
    let words = ["NO", "0777", "1_000", "on", "~", "1e3", "2026-01-01"];
    assert_snapshot!(words.map(verdict).concat(), @"
    NO
    0777
    1_000
    on
    3:16: expected a name of 1 to 120 characters in one line, without blanks around it, found nothing
    3:29: expected a name of 1 to 120 characters in one line, without blanks around it, found 1000.0 (quote it if it is text)
    2026-01-01
    ");
}

/// Nobody waits for minutes, whatever the file is: the time grows with its size alone.
#[test]
fn many_errors_are_found_in_one_walk() {
    let scopes: String =
        (0..5_000).map(|index| format!("  - {{ subscription: s{index} }}\n")).collect();
    let errors = Spec::parse(&LEAST.replace(&format!("  {SCOPE}\n"), &scopes)).unwrap_err();
    assert_eq!(errors.as_slice().len(), 5_000);
    assert_eq!(errors.as_slice().last().unwrap().location.line, 5_004);
}
