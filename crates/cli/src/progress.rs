//! What is going on, on a terminal as a moving line, elsewhere as a line per change.

use indicatif::{ProgressBar, ProgressStyle};
use planner::{ChangeId, Event, Plan};

use crate::console::{Console, GREEN, RED, YELLOW, printable};

pub(crate) struct Progress<'a> {
    console: &'a Console,
    bar: ProgressBar,
    plan: Option<&'a Plan>,
}

impl<'a> Progress<'a> {
    /// Of reading: nobody knows how long.
    pub(crate) fn reading(console: &'a Console) -> Self {
        let bar = if console.shows_progress() { ProgressBar::new_spinner() } else { hidden() };
        bar.enable_steady_tick(std::time::Duration::from_millis(100));
        Progress { console, bar, plan: None }
    }

    pub(crate) fn applying(console: &'a Console, plan: &'a Plan) -> Self {
        let bar = if console.shows_progress() {
            let style = ProgressStyle::with_template("{spinner} {pos}/{len} {wide_msg}");
            let style = style.expect("the template is a constant");
            ProgressBar::new(plan.changes().len() as u64).with_style(style)
        } else {
            hidden()
        };
        bar.enable_steady_tick(std::time::Duration::from_millis(100));
        Progress { console, bar, plan: Some(plan) }
    }

    pub(crate) fn report(&self, event: &Event) {
        match event {
            Event::Reading { what } => self.bar.set_message(format!("Reading {what}")),
            Event::Verifying { attempt } => {
                let again = if *attempt > 1 { " until Azure shows all changes" } else { "" };
                self.bar.set_message(format!("Reading again{again}"));
            }
            Event::Started { change } => self.bar.set_message(self.name(*change)),
            Event::Waiting { change, reason } => {
                let reason = printable(reason);
                self.bar.set_message(format!("{}: waiting, {reason}", self.name(*change)));
            }
            Event::Applied { change } => {
                self.line(&format!("   {GREEN}done{GREEN:#}      {}", self.name(*change)));
            }
            Event::Failed { change, error } => {
                let error = printable(error);
                self.line(&format!("   {RED}failed{RED:#}    {}: {error}", self.name(*change)));
            }
            Event::Skipped { change, because } => {
                let (name, because) = (self.name(*change), self.name(*because));
                self.line(&format!("   {YELLOW}skipped{YELLOW:#}   {name}: needs {because}"));
            }
        }
    }

    /// One change has ended.
    fn line(&self, text: &str) {
        if !self.console.quiet {
            self.bar.suspend(|| self.console.say(text));
        }
        self.bar.inc(1);
    }

    fn name(&self, change: ChangeId) -> String {
        let line = self.plan.map(|plan| plan.change(change).action.line());
        line.map_or_else(String::new, |(what, target)| printable(&format!("{what:<21} {target}")))
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn hidden() -> ProgressBar {
    ProgressBar::hidden()
}
