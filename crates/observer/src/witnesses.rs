//! What the services' logs tell of who changed something. That one cannot be read is part of the
//! answer.

use azure::{Activity, DirectoryAudit, Error, Pages, Reader};
use planner::drift::{About, AzureEvent, DirectoryEvent, Drift, Evidence, Log};
use spec::SubscriptionId;
use time::{Duration, OffsetDateTime};

use crate::ask::each;

/// How far back is looked: longer than Entra ID keeps its log, and as long as it does with a licence.
pub const DAYS: i64 = 30;

/// So that a busy log costs no more than that; the newest events come first.
const PAGES: usize = 10;

/// What the logs told, and which of them did not, as sentences.
#[derive(Debug, Default)]
pub struct Testimony {
    pub unread: Vec<String>,
}

enum Answer {
    Directory(About, Result<Pages<DirectoryAudit>, Error>),
    Azure(Log, Result<Pages<Activity>, Error>),
}

/// Says of each line of `drift` who made it so, as far as the logs that can be read tell: each log
/// that may know something is asked once.
pub async fn ask_who(reader: &Reader, drift: &mut Drift, now: OffsetDateTime) -> Testimony {
    let since = now - Duration::days(DAYS);
    let answers = each(drift.logs(), |log| ask(reader, log, since)).await;
    let mut testimony = Testimony::default();
    let mut evidence = Evidence::default();
    for answer in answers {
        testimony.hear(answer, &mut evidence);
    }
    drift.attribute(&evidence);
    let unnamed: Vec<_> = drift.unnamed().into_iter().collect();
    // Only for display: whoever may not read the directory sees ids.
    if let Ok(names) = reader.names_of(&unnamed).await {
        drift.name(&names);
    }
    testimony
}

async fn ask(reader: &Reader, log: Log, since: OffsetDateTime) -> Answer {
    match log {
        Log::Directory(about) => {
            let answer = match &about {
                About::Id(id) => reader.directory_audits_of(id, since, PAGES).await,
                About::Name(name) => reader.directory_audits_named(name, since, PAGES).await,
            };
            Answer::Directory(about, answer)
        }
        Log::Azure { subscription, provider } => {
            let answer = reader.activities(subscription, provider, since, PAGES).await;
            Answer::Azure(Log::Azure { subscription, provider }, answer)
        }
    }
}

impl Testimony {
    fn hear(&mut self, answer: Answer, evidence: &mut Evidence) {
        match answer {
            Answer::Directory(about, Ok(Pages { events, is_whole })) => {
                self.cut(is_whole, events.len(), "Entra ID's audit log");
                let events = events.into_iter().filter_map(directory_event).collect();
                evidence.directory.insert(about, events);
            }
            Answer::Directory(_, Err(error)) => self.add(format!(
                "Entra ID's audit log could not be read, which takes AuditLog.Read.All, and of a \
                 person a role such as Reports Reader: {error}"
            )),
            Answer::Azure(log, Ok(Pages { events, is_whole })) => {
                self.cut(is_whole, events.len(), &name(&log));
                let events = events.into_iter().filter_map(azure_event).collect();
                evidence.azure.insert(log, events);
            }
            Answer::Azure(log, Err(error)) => self.add(format!(
                "{} could not be read, which takes Reader there: {error}",
                name(&log)
            )),
        }
    }

    fn cut(&mut self, is_whole: bool, events: usize, log: &str) {
        if !is_whole {
            self.add(format!("of {log}, only the newest {events} entries were read"));
        }
    }

    /// The same log may be asked about several objects.
    fn add(&mut self, sentence: String) {
        if !self.unread.contains(&sentence) {
            self.unread.push(sentence);
        }
    }
}

fn name(log: &Log) -> String {
    let of_subscription = |id: &SubscriptionId| format!("the activity log of subscription {id}");
    match log {
        Log::Azure { subscription: Some(id), provider: _ } => of_subscription(id),
        Log::Azure { subscription: None, provider: _ } => "the tenant's activity log".to_owned(),
        Log::Directory(_) => "Entra ID's audit log".to_owned(),
    }
}

fn directory_event(audit: DirectoryAudit) -> Option<DirectoryEvent> {
    let DirectoryAudit {
        activity_date_time,
        activity_display_name,
        result,
        initiated_by,
        target_resources,
    } = audit;
    if result.is_some_and(|result| result != "success") {
        return None;
    }
    let mut text = String::new();
    for target in target_resources {
        let properties = target.modified_properties.into_iter();
        let values = properties.flat_map(|property| [property.old_value, property.new_value]);
        for part in [target.id, target.display_name].into_iter().chain(values).flatten() {
            text = text + &part + "\n";
        }
    }
    Some(DirectoryEvent {
        at: activity_date_time,
        activity: activity_display_name,
        by: initiated_by.and_then(|by| by.name()),
        text,
    })
}

/// Each operation is told of when it begins, too.
fn azure_event(activity: Activity) -> Option<AzureEvent> {
    let Activity { at, operation, resource, has_succeeded, caller, caller_id, response } = activity;
    let id = caller_id.map(|id| id.to_string());
    let by = caller.filter(|caller| caller.contains('@')).or(id);
    let response = response.map(|response| response.to_string()).unwrap_or_default();
    has_succeeded.then_some(AzureEvent { at, operation, resource, by, response })
}
