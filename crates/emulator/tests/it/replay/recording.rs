//! Recorded interactions, in the order in which they happened.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

/// One request and its reply.
#[derive(Clone, Deserialize)]
pub(super) struct Interaction {
    source: String,
    file: String,
    pub(super) index: u64,
    /// Method and path, with placeholders for names.
    pub(super) endpoint: String,
    pub(super) date: Option<String>,
    pub(super) request: Request,
    pub(super) response: Response,
    error: Option<Error>,
    kept_as: String,
}

#[derive(Clone, Deserialize)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) url: String,
    #[serde(default)]
    pub(super) headers: Map<String, Value>,
    pub(super) body: Value,
}

#[derive(Clone, Deserialize)]
pub(super) struct Response {
    pub(super) status: u16,
    #[serde(default)]
    pub(super) headers: Map<String, Value>,
    pub(super) body: Value,
}

#[derive(Clone, Deserialize)]
struct Error {
    code: Value,
    #[serde(default)]
    message: Value,
}

/// What belongs together: a whole recorded test run, or one request on its own.
pub(super) type Session = Vec<Interaction>;

impl Interaction {
    pub(super) fn succeeded(&self) -> bool {
        self.response.status < 400
    }

    /// The request as it was sent, unless the recorder kept too little of it.
    pub(super) fn request_body(&self) -> Option<Value> {
        let body = &self.request.body;
        if let Some(text) = body["_text"].as_str() {
            return serde_json::from_str(&as_sent(text)).ok();
        }
        let is_mock = body.get("mock_body").is_some() || body.is_string();
        (!is_mock).then(|| body.clone())
    }

    pub(super) fn is_further_page(&self) -> bool {
        self.request.url.to_ascii_lowercase().contains("skiptoken=")
    }

    pub(super) fn code(&self) -> Option<&str> {
        self.error.as_ref()?.code.as_str()
    }

    pub(super) fn message(&self) -> Option<&str> {
        self.error.as_ref()?.message.as_str()
    }

    pub(super) fn path(&self) -> &str {
        self.request.url.split('?').next().unwrap_or_default()
    }

    /// Where to look it up.
    pub(super) fn place(&self) -> String {
        let file = self.file.rsplit('/').next().unwrap_or_default();
        format!("{file} {}: {} {}", self.index, self.request.method, self.request.url)
    }

    fn key(&self) -> (String, String, u64) {
        (self.source.clone(), self.file.clone(), self.index)
    }
}

/// Some recorders wrote bytes as Python shows them, once or twice.
fn as_sent(text: &str) -> String {
    match text.strip_prefix("b'").and_then(|text| text.strip_suffix('\'')) {
        Some(inner) => as_sent(&inner.replace("\\'", "'")),
        None => text.to_owned(),
    }
}

/// None where there are no recordings.
pub(super) fn sessions() -> Option<Vec<Session>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recordings");
    let mut all = BTreeMap::new();
    for interaction in read_all(&directory)?.into_iter().chain(read_all(&directory.join("flows"))?)
    {
        all.insert(interaction.key(), interaction);
    }
    let mut flows: BTreeMap<(String, String), Session> = BTreeMap::new();
    let mut sessions = Vec::new();
    for ((source, file, _), interaction) in all {
        if interaction.kept_as == "flow" {
            flows.entry((source, file)).or_default().push(interaction);
        } else {
            sessions.push(vec![interaction]);
        }
    }
    sessions.extend(flows.into_values());
    Some(sessions)
}

fn read_all(directory: &Path) -> Option<Vec<Interaction>> {
    let files = std::fs::read_dir(directory).ok()?;
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    let text = |file: PathBuf| std::fs::read_to_string(file).unwrap();
    let lines = files.into_iter().map(text).collect::<Vec<_>>();
    Some(
        lines
            .iter()
            .flat_map(|text| text.lines())
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            })
            .collect(),
    )
}
