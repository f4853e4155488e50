//! Names of a tenant, and what becomes of them in a spec.

use insta::assert_snapshot;
use planner::proposal::{Application, CustomRole, KeyVaults, ProfileName};
use proptest::prelude::*;
use spec::{Cloud, Spec, TenantId};

use super::*;

fn item(text: &str, comment: &str) -> Item {
    Item { text: text.to_owned(), comment: Some(comment.to_owned()) }
}

/// In which whatever others choose is called `name`.
fn sample(name: &str) -> Proposal {
    let owner = spec::ObjectId::derived(&["ada"]).to_string();
    Proposal {
        name: serde_json::from_str("\"mondoo-security\"").unwrap(),
        tenant: TenantId::derived(&["contoso"]),
        tenant_name: Some(name.to_owned()),
        cloud: Cloud::Public,
        profile: ProfileName::Documented,
        scan_vms: false,
        application: Application {
            display_name: None,
            owners: vec![item(&owner, name)],
            notes: Some(name.to_owned()).filter(|name| !name.is_empty()),
            service_management_reference: None,
        },
        graph_permissions: Patch {
            add: vec![item("User.ReadWrite.All", "PRIVILEGED: it does more than read")],
            remove: vec![item("Domain.Read.All", "not held")],
        },
        allow_privileged: vec![item("User.ReadWrite.All", "consented")],
        scopes: vec![Place {
            scope: ScopeId::Subscription("1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081".parse().unwrap()),
            is_root: false,
            name: Some(name.to_owned()).filter(|name| !name.is_empty()),
            comment: Some("not in the spec".to_owned()),
        }],
        built_in_roles: Patch::default(),
        custom_role: CustomRole { name: Some("mondoo-role".to_owned()), ..CustomRole::default() },
        key_vaults: KeyVaults { policies: Policies::None, permissions: None },
        integration: None,
        remarks: vec![format!("certificate {name} of the application is not ours, and stays")],
    }
}

fn besides() -> Besides {
    Besides {
        to_adopt: Some(AppId::derived(&["app"])),
        source: CertificateSource::File("./certificate.pem".into()),
        comment: Some("CN=test, until 2027-01-01; its key is with whoever made it".to_owned()),
        renew_before_days: 30,
        keep: Vec::new(),
    }
}

#[test]
fn each_unusual_line_says_what_it_is() {
    let left = ["~ application Mondoo".to_owned()];
    assert_snapshot!(yaml(&sample("Ada & Co"), &besides(), &left), @r#"
    # What is live, as a spec. Read it before you take it for what is wanted.
    # To go by it: mondoo-azure adopt SPEC --app-id 606f596b-a21d-5d74-ba99-337944b7845b
    #
    # What a spec cannot say:
    # - certificate Ada & Co of the application is not ours, and stays
    #
    # What adopting it changes:
    # - ~ application Mondoo
    version: 1
    name: mondoo-security
    tenant: bd2804a9-dc59-5588-8bd4-de7b93419ac4 # Ada & Co
    profile: documented
    application:
      notes: "Ada & Co"
      owners:
        - 59f587d9-5381-5965-bc67-106265da3d0c # Ada & Co
    graphPermissions:
      add:
        - User.ReadWrite.All # PRIVILEGED: it does more than read
      remove:
        - Domain.Read.All # not held
    allowPrivileged:
      - User.ReadWrite.All # consented
    scopes:
      - subscription: 1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081 # not in the spec
        name: "Ada & Co"
    roles:
      custom:
        name: mondoo-role
    keyVaults:
      accessPolicies: none
    certificate:
      # CN=test, until 2027-01-01; its key is with whoever made it
      source:
        file: ./certificate.pem
    "#);
}

proptest! {
    /// A name is a value or a comment, and never more than that.
    #[test]
    fn no_name_of_a_tenant_becomes_a_part_of_the_spec(name in crate::render::hostile::name()) {
        let text = yaml(&sample(&name), &besides(), std::slice::from_ref(&name));
        let spec = Spec::parse(&text).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
        prop_assert_eq!(spec.application.notes.unwrap_or_default(), name.clone());
        prop_assert_eq!(spec.scopes[0].name.clone().unwrap_or_default(), name);
        let hidden = |c: char| c != '\n' && crate::console::is_hidden(c);
        prop_assert!(!text.contains(hidden) && !text.contains("##"), "{}", text);
    }
}

/// What YAML would read as something else is in quotes.
#[test]
fn texts_stay_texts() {
    for text in
        ["true", "No", "null", "1e3", "0x10", ".5", "~", "- x", "a: b", "a #b", "", " a", "a "]
    {
        assert_eq!(quoted(text), in_quotes(text));
    }
    for text in ["Security Reader", "./a.pem", "Microsoft.Web/sites/*", "mondoo-role"] {
        assert_eq!(quoted(text), text);
    }
}
