//! What is going on, on a terminal as a moving line, elsewhere as a line per change.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anstyle::Style;
use indicatif::{ProgressBar, ProgressStyle};
use planner::{ChangeId, Event, Plan};

use crate::console::{Console, GREEN, RED, YELLOW, one_line};

pub(crate) struct Progress<'a> {
    console: &'a Console,
    bar: ProgressBar,
    plan: Option<&'a Plan>,
    /// Changes of which was said that they wait.
    waiting: Mutex<BTreeSet<ChangeId>>,
}

impl<'a> Progress<'a> {
    /// Of reading: nobody knows how long.
    pub(crate) fn reading(console: &'a Console) -> Self {
        Progress::new(console, ProgressBar::new_spinner(), None)
    }

    pub(crate) fn applying(console: &'a Console, plan: &'a Plan) -> Self {
        let style = ProgressStyle::with_template("{spinner} {pos}/{len} {wide_msg}");
        let style = style.expect("the template is a constant");
        let bar = ProgressBar::new(plan.changes().len() as u64).with_style(style);
        Progress::new(console, bar, Some(plan))
    }

    fn new(console: &'a Console, bar: ProgressBar, plan: Option<&'a Plan>) -> Self {
        let bar = if console.shows_progress() { bar } else { ProgressBar::hidden() };
        bar.enable_steady_tick(Duration::from_millis(100));
        Progress { console, bar, plan, waiting: Mutex::default() }
    }

    pub(crate) fn report(&self, event: &Event) {
        match event {
            Event::Reading { what } => self.bar.set_message(format!("Reading {what}")),
            Event::Verifying { attempt } => {
                let again = if *attempt > 1 { " until Azure shows all changes" } else { "" };
                self.bar.set_message(format!("Reading again{again}"));
            }
            Event::Planned { change: _ } => {}
            Event::Started { change } => self.bar.set_message(self.name(*change)),
            Event::Waiting { change, reason } => self.waits(*change, reason),
            Event::Applied { change } => self.ended("done", GREEN, &self.line(*change)),
            Event::Failed { change, error: _ } => self.ended("failed", RED, &self.line(*change)),
            Event::Postponed { change, reason: _ } => {
                self.ended("postponed", YELLOW, &self.line(*change));
            }
            Event::Skipped { change, because } => {
                let text =
                    format!("{}, because it needs {}", self.name(*change), self.name(*because));
                self.ended("skipped", YELLOW, &text);
            }
        }
    }

    /// Said once of each change: it may wait many times.
    fn waits(&self, change: ChangeId, reason: &str) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.insert(change) {
            let text = format!("{}: {}", self.name(change), one_line(reason));
            self.say("waiting", YELLOW, &text);
        }
    }

    fn ended(&self, how: &str, style: Style, text: &str) {
        self.say(how, style, text);
        self.bar.inc(1);
    }

    fn say(&self, how: &str, style: Style, text: &str) {
        if !self.console.quiet {
            let text = format!("   {style}{how:<9}{style:#} {text}");
            self.bar.suspend(|| self.console.say(&text));
        }
    }

    /// As in the plan.
    fn line(&self, change: ChangeId) -> String {
        let (what, target) = self.columns(change);
        one_line(&format!("{what:<21} {target}"))
    }

    /// As in a sentence.
    fn name(&self, change: ChangeId) -> String {
        let (what, target) = self.columns(change);
        one_line(&format!("{what} {target}"))
    }

    fn columns(&self, change: ChangeId) -> (String, String) {
        self.plan.map(|plan| plan.change(change).action.line()).unwrap_or_default()
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
