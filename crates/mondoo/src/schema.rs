//! What a space's API calls things, which changed several times from 2024 to 2026.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

/// Names of fields, by introspection. Where the API says nothing, it is taken for the oldest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// What an integration with Azure may be told.
    options: BTreeSet<String>,
    /// What an integration with Azure tells.
    told: BTreeSet<String>,
    create: BTreeSet<String>,
    update: BTreeSet<String>,
    list: BTreeSet<String>,
    content: BTreeSet<String>,
}

/// What to ask for beside other things.
pub(crate) const INTROSPECTION: &str = r#"
  options: __type(name: "AzureConfigurationOptionsInput") { inputFields { name } }
  told: __type(name: "AzureConfigurationOptions") { fields { name } }
  create: __type(name: "CreateClientIntegrationInput") { inputFields { name } }
  update: __type(name: "UpdateClientIntegrationConfigurationInput") { inputFields { name } }
  list: __type(name: "ListClientIntegrationsInput") { inputFields { name } }
  content: __type(name: "ContentSearchInput") { inputFields { name } }
"#;

impl Schema {
    /// From the answer to [`INTROSPECTION`].
    pub(crate) fn of(data: &Value) -> Schema {
        let names = |part: &str| {
            let part = Option::<Type>::deserialize(&data[part]).ok().flatten().unwrap_or_default();
            let fields = part.fields.into_iter().chain(part.input_fields).flatten();
            fields.map(|field| field.name).collect()
        };
        Schema {
            options: names("options"),
            told: names("told"),
            create: names("create"),
            update: names("update"),
            list: names("list"),
            content: names("content"),
        }
    }

    /// Whether an integration can sign in as a workload, without certificate or secret, and tells
    /// what a federated credential has to trust.
    pub fn offers_wif(&self) -> bool {
        self.knows_wif() && self.tells("wifSubject") && self.tells("wifIssuerUrl")
    }

    /// Whether an integration can carry labels.
    pub fn offers_labels(&self) -> bool {
        self.create.contains("labels") && self.update.contains("labels")
    }

    pub(crate) fn knows_wif(&self) -> bool {
        self.options.contains("useWif")
    }

    pub(crate) fn knows_management_group(&self) -> bool {
        self.options.contains("managementGroupId")
    }

    pub(crate) fn tells(&self, field: &str) -> bool {
        self.told.contains(field)
    }

    /// The lists of subscriptions to allow and to deny, as they are sent. The old names are listed no
    /// more once they are deprecated.
    pub(crate) fn lists_sent(&self) -> Lists {
        lists(&self.options)
    }

    /// The same, as they are told.
    pub(crate) fn lists_told(&self) -> Lists {
        lists(&self.told)
    }

    pub(crate) fn scope_of_create(&self) -> &'static str {
        scope(&self.create)
    }

    pub(crate) fn scope_of_list(&self) -> &'static str {
        scope(&self.list)
    }

    pub(crate) fn finds_content_by_mrn(&self) -> bool {
        self.content.contains("contentMrns")
    }
}

/// Names of the two lists of subscriptions.
pub(crate) struct Lists {
    pub allow: &'static str,
    pub deny: &'static str,
}

fn lists(fields: &BTreeSet<String>) -> Lists {
    if fields.contains("subscriptionsAllowlist") && fields.contains("subscriptionsDenylist") {
        Lists { allow: "subscriptionsAllowlist", deny: "subscriptionsDenylist" }
    } else {
        Lists { allow: "subscriptionsWhitelist", deny: "subscriptionsBlacklist" }
    }
}

fn scope(fields: &BTreeSet<String>) -> &'static str {
    if fields.contains("scopeMrn") { "scopeMrn" } else { "spaceMrn" }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Type {
    fields: Option<Vec<Field>>,
    input_fields: Option<Vec<Field>>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
}
