//! The graph for Markdown: hosts draw a block that is marked `mermaid`.

use std::fmt::Write;

use super::Graph;
use crate::console::one_line;

pub(crate) fn text(graph: &Graph) -> String {
    let mut text = "flowchart LR\n".to_owned();
    if let Some(count) = graph.collapsed {
        let _ =
            writeln!(text, "  %% {count} changes are shown by their steps: dot has each of them");
    }
    for (step, nodes) in graph.by_step() {
        let _ = writeln!(text, "  subgraph {step}[\"{step}  {}\"]", step.title());
        for (index, node) in nodes {
            let _ = writeln!(text, "    n{index}[\"{}\"]", escaped(&node.label));
        }
        text += "  end\n";
    }
    for (from, to) in &graph.edges {
        let _ = writeln!(text, "  n{from} --> n{to}");
    }
    text
}

/// Everything but letters, digits and a few signs by its number, which Mermaid shows as what it is.
fn escaped(label: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || " .,-_/()+~^…\u{fffd}".contains(c);
    let parts = one_line(label);
    parts
        .chars()
        .map(|c| if is_plain(c) { c.to_string() } else { format!("#{};", u32::from(c)) })
        .collect()
}
