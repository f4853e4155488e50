//! The graph as a picture, for a page or by itself: light and dark, and readable without colours.

use std::fmt::Write;

use planner::Verb;

use super::{Graph, Node};
use crate::render::html::escaped;

const NODE: (usize, usize) = (310, 26);
const GAP: (usize, usize) = (70, 8);
const MARGIN: usize = 10;

/// As many characters as a node has room for.
const LABEL: usize = 40;

const STYLE: &str = include_str!("graph.css");

pub(crate) fn text(graph: &Graph) -> String {
    let places = places(graph);
    let width = places.iter().map(|(x, _)| x + NODE.0).max().unwrap_or(0) + MARGIN;
    let height = places.iter().map(|(_, y)| y + NODE.1).max().unwrap_or(0) + MARGIN;
    let mut text = format!(
        "<svg class=\"graph\" xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">\n<style>{STYLE}</style>\n",
        title(graph)
    );
    for (from, to) in &graph.edges {
        text += &edge(places[*from], places[*to]);
    }
    for (node, place) in graph.nodes.iter().zip(&places) {
        text += &self::node(node, *place);
    }
    text + "</svg>\n"
}

fn title(graph: &Graph) -> String {
    match graph.collapsed {
        None => {
            "What is changed, from left to right: each change after those that it needs".to_owned()
        }
        Some(count) => format!("The steps of {count} changes, from left to right"),
    }
}

/// What needs nothing stands at the left; whatever needs something, right of it.
fn places(graph: &Graph) -> Vec<(usize, usize)> {
    let mut rows: Vec<usize> = Vec::new();
    let depths = graph.depths();
    let place = depths.into_iter().map(|depth| {
        rows.resize(rows.len().max(depth + 1), 0);
        let row = rows[depth];
        rows[depth] += 1;
        (MARGIN + depth * (NODE.0 + GAP.0), MARGIN + row * (NODE.1 + GAP.1))
    });
    place.collect()
}

fn edge(from: (usize, usize), to: (usize, usize)) -> String {
    let (x1, y1) = (from.0 + NODE.0, from.1 + NODE.1 / 2);
    let (x2, y2) = (to.0, to.1 + NODE.1 / 2);
    let half = usize::midpoint(x1, x2);
    format!("<path d=\"M{x1} {y1}C{half} {y1} {half} {y2} {x2} {y2}\"/>\n")
}

fn node(node: &Node, (x, y): (usize, usize)) -> String {
    let Node { step: _, verb, label, privileged } = node;
    let class = match verb {
        Some(Verb::Create | Verb::Restore) => "create",
        Some(Verb::Update) => "update",
        Some(Verb::Delete) => "delete",
        None => "step",
    };
    let privileged = if *privileged { " privileged" } else { "" };
    let (width, height) = NODE;
    let (text_x, text_y) = (x + 8, y + 17);
    let mut text = String::new();
    let _ = writeln!(
        text,
        "<g class=\"{class}{privileged}\"><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" \
         height=\"{height}\" rx=\"4\"/><text x=\"{text_x}\" y=\"{text_y}\">{}</text></g>",
        escaped(label),
        escaped(&shortened(label))
    );
    text
}

fn shortened(label: &str) -> String {
    if label.chars().count() <= LABEL {
        return label.to_owned();
    }
    label.chars().take(LABEL - 1).chain(['…']).collect()
}
