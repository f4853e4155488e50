//! What the service chose when it was recorded, and what the emulator chose instead.

use std::collections::HashMap;

use serde_json::Value;

/// The properties whose values a service chooses and clients send back.
const CHOSEN: [&str; 4] = ["id", "appId", "keyId", "name"];

#[derive(Default)]
pub(super) struct Substitution {
    /// By the recorded GUID in lower case, or by the whole recorded text.
    chosen: HashMap<String, String>,
    /// Addresses to poll and next pages, by their recorded path and query.
    links: HashMap<String, String>,
}

impl Substitution {
    pub(super) fn add(&mut self, recorded: &str, emulated: &str) {
        self.chosen.entry(recorded.to_ascii_lowercase()).or_insert_with(|| emulated.to_owned());
    }

    pub(super) fn knows(&self, recorded: &str) -> bool {
        self.chosen.contains_key(&recorded.to_ascii_lowercase())
    }

    pub(super) fn knows_link(&self, recorded: &str) -> bool {
        self.links.contains_key(recorded)
    }

    /// Walks two bodies in parallel.
    pub(super) fn learn(&mut self, recorded: &Value, emulated: &Value) {
        match (recorded, emulated) {
            (Value::Object(recorded), Value::Object(emulated)) => {
                for (name, one) in recorded {
                    let Some(other) = emulated.get(name) else { continue };
                    match (one, other) {
                        (Value::String(one), Value::String(other))
                            if CHOSEN.contains(&name.as_str()) =>
                        {
                            self.learn_text(one, other);
                        }
                        (one, other) => self.learn(one, other),
                    }
                }
            }
            (Value::Array(recorded), Value::Array(emulated))
                // The two lists may be in another order.
                if recorded.len() == 1 && emulated.len() == 1 =>
            {
                self.learn(&recorded[0], &emulated[0]);
            }
            _ => {}
        }
    }

    fn learn_text(&mut self, recorded: &str, emulated: &str) {
        let nothing = recorded.starts_with("00000000-0000-0000-0000") || recorded.len() < 16;
        if recorded != emulated && !recorded.contains('/') && !nothing {
            self.add(recorded, emulated);
        }
    }

    pub(super) fn learn_link(&mut self, recorded: Option<&str>, emulated: Option<&str>) {
        if let (Some(recorded), Some(emulated)) = (recorded, emulated)
            && !emulated.is_empty()
        {
            self.links.insert(path_of(recorded).to_owned(), path_of(emulated).to_owned());
        }
    }

    pub(super) fn url(&self, recorded: &str) -> String {
        let path = |url: &str| url.split('?').next().unwrap_or_default().to_owned();
        let polls =
            |link: &&String| path(link) == path(recorded) && path(link).contains("/operation");
        let link = self
            .links
            .get(recorded)
            .or_else(|| self.links.keys().find(polls).and_then(|link| self.links.get(link)));
        link.cloned().unwrap_or_else(|| self.text(recorded))
    }

    /// Replaces what is known, in any case.
    pub(super) fn text(&self, recorded: &str) -> String {
        let mut text = recorded.to_owned();
        for (from, to) in &self.chosen {
            let mut at = 0;
            while let Some(found) = text[at..].to_ascii_lowercase().find(from.as_str()) {
                let start = at + found;
                text.replace_range(start..start + from.len(), to);
                at = start + to.len();
            }
        }
        text
    }
}

fn path_of(url: &str) -> &str {
    let at = url.find("://").and_then(|scheme| Some(scheme + 3 + url[scheme + 3..].find('/')?));
    &url[at.unwrap_or_default()..]
}
