use uuid::Uuid;

/// A place in the hierarchy of Resource Manager. Compared without regard to case, shown as it was
/// written.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    text: String,
    pub(crate) kind: ScopeKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ScopeKind {
    Root,
    ManagementGroup { name: String },
    Subscription { id: Uuid },
    ResourceGroup { subscription: Uuid, name: String },
    Resource { subscription: Uuid, group: String },
}

impl Scope {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let segments: Vec<&str> = text.split('/').filter(|segment| !segment.is_empty()).collect();
        Self::from_segments(&segments)
    }

    pub(crate) fn from_segments<S: AsRef<str>>(segments: &[S]) -> Option<Self> {
        let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
        let kind = ScopeKind::of(&segments)?;
        Some(Self { text: format!("/{}", segments.join("/")), kind })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// What scopes are compared by.
    pub(crate) fn key(&self) -> String {
        self.text.to_ascii_lowercase()
    }

    /// The id of something that lies directly at this scope.
    pub(crate) fn child(&self, path: &str) -> String {
        format!("{}/{path}", self.text.trim_end_matches('/'))
    }

    pub(crate) fn subscription(&self) -> Option<Uuid> {
        match &self.kind {
            ScopeKind::Root | ScopeKind::ManagementGroup { .. } => None,
            ScopeKind::Subscription { id: subscription }
            | ScopeKind::ResourceGroup { subscription, .. }
            | ScopeKind::Resource { subscription, .. } => Some(*subscription),
        }
    }

    /// Keys of this scope and of those above it up to the subscription or group, nearest first.
    pub(crate) fn enclosing(&self) -> Vec<String> {
        let mut keys = vec![self.key()];
        match &self.kind {
            ScopeKind::Root
            | ScopeKind::ManagementGroup { .. }
            | ScopeKind::Subscription { .. } => {}
            ScopeKind::ResourceGroup { subscription, .. } => {
                keys.push(subscription_key(*subscription));
            }
            ScopeKind::Resource { subscription, group } => {
                keys.extend(parent_resources(&self.key()));
                keys.push(format!(
                    "{}/resourcegroups/{}",
                    subscription_key(*subscription),
                    group.to_ascii_lowercase()
                ));
                keys.push(subscription_key(*subscription));
            }
        }
        keys
    }
}

impl ScopeKind {
    fn of(segments: &[&str]) -> Option<Self> {
        let lower: Vec<String> =
            segments.iter().map(|segment| segment.to_ascii_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        match lower.as_slice() {
            [] => Some(Self::Root),
            ["providers", "microsoft.management", "managementgroups", _] => {
                Some(Self::ManagementGroup { name: segments[3].to_owned() })
            }
            ["subscriptions", id] => Some(Self::Subscription { id: Uuid::try_parse(id).ok()? }),
            ["subscriptions", id, "resourcegroups", _] => Some(Self::ResourceGroup {
                subscription: Uuid::try_parse(id).ok()?,
                name: segments[3].to_owned(),
            }),
            ["subscriptions", id, "resourcegroups", _, "providers", _, types_and_names @ ..]
                if types_and_names.len() >= 2 && types_and_names.len().is_multiple_of(2) =>
            {
                Some(Self::Resource {
                    subscription: Uuid::try_parse(id).ok()?,
                    group: segments[3].to_owned(),
                })
            }
            _ => None,
        }
    }
}

fn subscription_key(id: Uuid) -> String {
    format!("/subscriptions/{id}")
}

/// `/…/providers/n/a/x/b/y` lies under `/…/providers/n/a/x`.
fn parent_resources(key: &str) -> Vec<String> {
    const DEPTH_OF_A_TOP_LEVEL_RESOURCE: usize = 8;
    let segments: Vec<&str> = key.split('/').filter(|segment| !segment.is_empty()).collect();
    let depths = (DEPTH_OF_A_TOP_LEVEL_RESOURCE..segments.len()).step_by(2).rev();
    depths.map(|depth| format!("/{}", segments[..depth].join("/"))).collect()
}

#[cfg(test)]
mod tests {
    use super::Scope;

    const SUBSCRIPTION: &str = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081";

    #[test]
    fn a_nested_resource_lies_in_its_parent_group_and_subscription() {
        let text = format!("{SUBSCRIPTION}/resourceGroups/RG/providers/N/a/X/b/Y");
        let scope = Scope::parse(&text).unwrap();
        let expected = [
            "/resourcegroups/rg/providers/n/a/x/b/y",
            "/resourcegroups/rg/providers/n/a/x",
            "/resourcegroups/rg",
            "",
        ];
        assert_eq!(scope.as_str(), text);
        assert_eq!(scope.enclosing(), expected.map(|rest| format!("{SUBSCRIPTION}{rest}")));
    }

    #[test]
    fn what_is_no_place_in_the_hierarchy_is_no_scope() {
        for text in [
            "/subscriptions",
            "/subscriptions/x",
            "/foo",
            "/subscriptions/x/resourceGroups",
            "/providers/a/b/c",
        ] {
            assert!(Scope::parse(text).is_none(), "{text}");
        }
        let odd = format!("{SUBSCRIPTION}/resourceGroups/rg/providers/N/a");
        assert!(Scope::parse(&odd).is_none());
    }
}
