//! The graph for Graphviz: each change, however many there are.

use std::fmt::Write;

use super::Graph;
use crate::console::one_line;

pub(crate) fn text(graph: &Graph) -> String {
    let mut text =
        "digraph plan {\n  rankdir = LR;\n  node [shape = box, fontname = \"sans-serif\"];\n"
            .to_owned();
    for (step, nodes) in graph.by_step() {
        let _ = writeln!(
            text,
            "  subgraph cluster_{step} {{\n    label = \"{step}  {}\";",
            step.title()
        );
        for (index, node) in nodes {
            let _ = writeln!(text, "    n{index} [label = \"{}\"];", escaped(&node.label));
        }
        text += "  }\n";
    }
    for (from, to) in &graph.edges {
        let _ = writeln!(text, "  n{from} -> n{to};");
    }
    text + "}\n"
}

/// Graphviz reads `\` and, as HTML does, `&` in a quoted text.
fn escaped(label: &str) -> String {
    let label = one_line(label);
    label.replace('&', "&amp;").replace('<', "&lt;").replace('\\', "\\\\").replace('"', "\\\"")
}
