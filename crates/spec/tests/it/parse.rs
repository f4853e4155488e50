//! How mistakes in the form of a spec are explained.

use insta::assert_snapshot;
use spec::Spec;

use crate::support::{LEAST, NAME, SCOPE, SOURCE, VERSION, also, changed, check};

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
    1:1 [{] the key `certificate` is missing (The certificate that the application trusts; not looked at beside `principalId`.)
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
        spec.map_or_else(
            |errors| errors.to_string(),
            |spec| format!("{}\n", spec.application.display_name),
        )
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
    for wrong in ["{ subscription: [] }", "{ subscription: Production, name: Production }"] {
        let scopes = format!("  - {wrong}\n").repeat(5_000);
        let errors = Spec::parse(&LEAST.replace(&format!("  {SCOPE}\n"), &scopes)).unwrap_err();
        assert!(errors.as_slice().len() >= 5_000);
        assert_eq!(errors.as_slice().last().unwrap().location.line, 5_004);
    }
}

#[test]
fn text_of_a_form_says_the_form() {
    assert_snapshot!(also("application: { owners: [ada, 'a@b@c'], notes: '' }"), @"
    8:25 [ada] expected an object id (GUID) or a user principal name such as ada@contoso.com, found `ada` (-)
    8:30 ['a@b@c'] expected an object id (GUID) or a user principal name such as ada@contoso.com, found `a@b@c` (-)
    8:47 [''] this text is empty (-)
    ");
    let long = format!("application: {{ notes: '{}' }}", "x".repeat(1025));
    assert_snapshot!(also(&long).replace("xxxxx", ""), @"8:23 [''] this text is longer than 1024 characters (-)");
    assert_snapshot!(also("graphPermissions: { add: [User], remove: ['User.Read All'] }"), @"
    8:27 [User] expected a permission of Microsoft Graph such as User.Read.All, found `User` (-)
    8:43 ['User.Read All'] expected a permission of Microsoft Graph such as User.Read.All, found `User.Read All` (-)
    ");
    assert_snapshot!(also("roles: { custom: { addActions: [read, 'a b/read'], assignableScopes: { managementGroup: a/b } } }"), @"
    8:33 [read] expected an action such as Microsoft.Web/sites/read: letters, digits and . / * -, found `read` (-)
    8:39 ['a b/read'] expected an action such as Microsoft.Web/sites/read: letters, digits and . / * -, found `a b/read` (-)
    8:89 [a/b] expected the id of a management group: letters, digits, - _ ( ) . and at most 90 of them, found `a/b` (-)
    ");
    assert_snapshot!(also("keyVaults: { include: [x, /subscriptions/x], exclude: [-vault-] }"), @"
    8:24 [x] expected the resource id of a vault, or its name: 3 to 24 letters, digits and inner dashes, found `x` (-)
    8:27 [/subscriptions/x] expected the resource id of a vault, or its name: 3 to 24 letters, digits and inner dashes, found `/subscriptions/x` (-)
    8:56 [-vault-] expected the resource id or name of a vault, or the id of a subscription, found `-vault-` (-)
    ");
    assert_snapshot!(changed(SCOPE, "- subscription: /subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081"), @"5:19 [/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081] expected the id of a subscription (a GUID alone) or its display name, found `/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081` (-)");
    assert_snapshot!(changed(SCOPE, "- tenantRoot: false"), @"5:17 [false] only true is possible here, not false (-)");
    assert_snapshot!(changed(SOURCE, "environment: $CERTIFICATE"), @"7:26 [$CERTIFICATE] expected the name of a variable such as MONDOO_AZURE_CERTIFICATE, found `$CERTIFICATE` (-)");
}
