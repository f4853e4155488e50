//! The descriptions, and the response in them that a reply is one of.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

/// By path below the folder of the descriptions.
pub(super) struct Documents(BTreeMap<String, Value>);

/// A response of an operation.
pub(super) struct Response<'a> {
    /// Method, path template and status as described.
    pub(super) key: String,
    /// The document that references in the schema start from.
    pub(super) file: &'a str,
    pub(super) schema: &'a Value,
}

const GRAPH: &str = "msgraph/graph-v1.0-cut-2024-03.openapi.json";

/// The newest version of each that there is.
const DESCRIPTIONS: [&str; 9] = [
    GRAPH,
    "Microsoft.Authorization/stable/2022-04-01/authorization-RoleAssignmentsCalls.json",
    "Microsoft.Authorization/stable/2022-04-01/authorization-RoleDefinitionsCalls.json",
    "Microsoft.Authorization/stable/2022-04-01/authorization-DenyAssignmentCalls.json",
    "Microsoft.Authorization/stable/2020-05-01/locks.json",
    "Microsoft.KeyVault/stable/2023-07-01/keyvault.json",
    "Microsoft.Management/stable/2023-04-01/management.json",
    "Microsoft.ResourceGraph/stable/2022-10-01/resourcegraph.json",
    "Microsoft.Resources/stable/2022-12-01/subscriptions.json",
];

impl Documents {
    pub(super) fn load(directory: &Path) -> Option<Self> {
        let mut documents = BTreeMap::new();
        read(directory, directory, &mut documents)?;
        Some(Self(documents))
    }

    pub(super) fn get(&self, file: &str) -> &Value {
        self.0.get(file).unwrap_or_else(|| panic!("there is no description {file}"))
    }

    /// None if the operation or the status is not described, or without a body.
    pub(super) fn response(&self, method: &str, path: &str, status: u16) -> Option<Response<'_>> {
        let wanted: Vec<String> = path
            .trim_start_matches("/v1.0")
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(str::to_ascii_lowercase)
            .collect();
        let is_graph = path.starts_with("/v1.0/");
        let ends: Vec<&str> =
            DESCRIPTIONS.into_iter().filter(|end| (*end == GRAPH) == is_graph).collect();
        let files = self.0.keys().filter(|file| ends.iter().any(|end| file.ends_with(end)));
        let mut found: Option<(usize, &str, &str, &Value)> = None;
        for file in files {
            for (template, operations) in self.get(file)["paths"].as_object().into_iter().flatten()
            {
                let Some(operation) = operations.get(method.to_ascii_lowercase()) else { continue };
                let Some(literal) = literal_segments(template, &wanted) else { continue };
                if found.is_none_or(|(most, ..)| literal > most) {
                    found = Some((literal, file, template, operation));
                }
            }
        }
        let (_, file, template, operation) = found?;
        let (described, response) = response_of(operation, status)?;
        let response = match response["$ref"].as_str() {
            Some(reference) => self.resolve(file, reference).1,
            None => response,
        };
        let schema = response.get("schema");
        let schema = schema.or_else(|| response.pointer("/content/application~1json/schema"))?;
        Some(Response { key: format!("{method} {template} {described}"), file, schema })
    }

    /// The file and the part of it that a reference in another file means.
    pub(super) fn resolve<'a>(&'a self, from: &'a str, reference: &str) -> (&'a str, &'a Value) {
        let (file, pointer) = reference.split_once('#').unwrap_or((reference, ""));
        let file = if file.is_empty() { from } else { self.relative(from, file) };
        let part = self.get(file).pointer(pointer);
        (file, part.unwrap_or_else(|| panic!("{reference} leads nowhere")))
    }

    fn relative(&self, from: &str, to: &str) -> &str {
        let mut segments: Vec<&str> = from.split('/').collect();
        segments.pop();
        for segment in to.split('/') {
            match segment {
                "." => {}
                ".." => drop(segments.pop()),
                segment => segments.push(segment),
            }
        }
        let path = segments.join("/");
        self.0.get_key_value(&path).unwrap_or_else(|| panic!("there is no {path}")).0
    }
}

fn read(root: &Path, directory: &Path, documents: &mut BTreeMap<String, Value>) -> Option<()> {
    for entry in std::fs::read_dir(directory).ok()? {
        let path = entry.ok()?.path();
        if path.is_dir() && !path.ends_with("examples") {
            read(root, &path, documents)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            let name = path.strip_prefix(root).ok()?.to_str()?.to_owned();
            documents.insert(name, serde_json::from_slice(&std::fs::read(&path).ok()?).ok()?);
        }
    }
    Some(())
}

/// How many segments of the template are fixed, if it fits the path. A scope is any number of
/// segments.
fn literal_segments(template: &str, path: &[String]) -> Option<usize> {
    let segments: Vec<String> = template
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| segment.replace("microsoft.graph.", "").to_ascii_lowercase())
        .collect();
    fit(&segments, path)
}

fn fit(template: &[String], path: &[String]) -> Option<usize> {
    match (template, path) {
        ([], []) => Some(0),
        ([first, template @ ..], path) if first == "{scope}" || first == "{parentresourcepath}" => {
            (0..=path.len()).rev().find_map(|taken| fit(template, &path[taken..]))
        }
        ([first, template @ ..], [segment, path @ ..]) => {
            let plain = segment.replace("microsoft.graph.", "");
            let key = |text: &str| text.split_once("='").map(|(start, _)| start.to_owned());
            if first.starts_with('{') {
                // An id that stands for the whole path is of no use.
                (!template.is_empty() || path.is_empty()).then(|| fit(template, path))?
            } else if *first == plain || (key(first).is_some() && key(first) == key(&plain)) {
                fit(template, path).map(|literal| literal + 1)
            } else {
                None
            }
        }
        _ => None,
    }
}

fn response_of(operation: &Value, status: u16) -> Option<(String, &Value)> {
    let exact = status.to_string();
    let class = format!("{}XX", status / 100);
    let responses = operation["responses"].as_object()?;
    let names = if status < 400 { vec![exact, class] } else { vec![exact, "default".to_owned()] };
    names.into_iter().find_map(|name| Some((name.clone(), responses.get(&name)?)))
}
