use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;

use crate::behaviour::Generation;
use crate::mondoo::Accounts;

/// What the API is, whatever is asked of it.
pub(crate) struct Api {
    pub(super) schema: Valid<Schema>,
    pub(super) accounts: Accounts,
}

impl Api {
    pub(crate) fn new(generation: Generation, accounts: Accounts) -> Self {
        Self { schema: schema(generation), accounts }
    }
}

fn schema(generation: Generation) -> Valid<Schema> {
    let (name, own) = match generation {
        Generation::Of2024 => ("2024.graphql", include_str!("schema/2024.graphql")),
        Generation::Of2025 => ("2025.graphql", include_str!("schema/2025.graphql")),
        Generation::Of2026 => ("2026.graphql", include_str!("schema/2026.graphql")),
    };
    let common = include_str!("schema/common.graphql");
    let schema = Schema::builder().parse(common, "common.graphql").parse(own, name).build();
    schema.and_then(Schema::validate).expect("the files are part of this crate and fit together")
}

#[cfg(test)]
mod tests {
    use super::schema;
    use crate::behaviour::Generation;

    #[test]
    fn every_generation_is_a_valid_schema() {
        for generation in [Generation::Of2024, Generation::Of2025, Generation::Of2026] {
            assert!(schema(generation).types.contains_key("AzureConfigurationOptionsInput"));
        }
    }
}
