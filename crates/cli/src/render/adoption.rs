//! What stands first where an application is taken over: which one, and in whose hands it is.

use std::fmt::Write;

use planner::steps::a_application::foreign_hands;
use planner::{Desired, Observed};

use crate::console::one_line;

pub(crate) fn head(desired: &Desired, observed: &Observed) -> Option<String> {
    desired.application.adopt?;
    let live = observed.application.application.as_ref()?;
    let created = live.created.map_or_else(String::new, |at| format!(", created {}", at.date()));
    let mut text = format!(
        "Adopts   {} (client id {}, object id {}{created})\n",
        one_line(&live.display_name),
        live.app_id,
        live.id
    );
    let hands = foreign_hands(desired, observed);
    let title =
        if hands.is_empty() { "nobody but you" } else { "others, who reach all that it holds:" };
    let _ = writeln!(text, "Hands    {title}");
    for hand in hands {
        let _ = writeln!(text, "   ! {}", one_line(&hand));
    }
    text.push('\n');
    Some(text)
}
