//! The order of a plan as a picture: what needs what.

pub(crate) mod dot;
pub(crate) mod mermaid;
pub(crate) mod svg;

use std::collections::{BTreeMap, BTreeSet};

use planner::{Step, Verb};

use super::view::{View, counts_of};

/// Beyond this many, a picture shows steps instead of changes.
const MOST_NODES: usize = 200;

pub(crate) struct Graph {
    pub nodes: Vec<Node>,
    /// From what is needed to what needs it, without those that follow from others.
    pub edges: Vec<(usize, usize)>,
    /// How many changes are shown by their steps alone.
    pub collapsed: Option<usize>,
}

pub(crate) struct Node {
    pub step: Step,
    /// None of a whole step.
    pub verb: Option<Verb>,
    /// From the tenant: to be neutralised.
    pub label: String,
    pub privileged: bool,
}

impl Graph {
    pub(crate) fn new(view: View<'_>) -> Graph {
        if view.document.changes.len() > MOST_NODES {
            Graph::of_steps(view)
        } else {
            Graph::of_changes(view)
        }
    }

    /// Every change, however many there are.
    pub(crate) fn of_changes(view: View<'_>) -> Graph {
        let changes = &view.document.changes;
        let nodes = changes.iter().map(|change| Node {
            step: change.step,
            verb: Some(change.verb),
            label: format!("{} {} {}", change.verb.symbol(), change.what, change.target),
            privileged: change.privileged,
        });
        let needs: Vec<BTreeSet<usize>> =
            changes.iter().map(|change| change.needs.iter().copied().collect()).collect();
        Graph { nodes: nodes.collect(), edges: edges(&needs), collapsed: None }
    }

    fn of_steps(view: View<'_>) -> Graph {
        let steps = view.steps();
        let changes = &view.document.changes;
        let places: BTreeMap<Step, usize> =
            steps.iter().enumerate().map(|(index, (step, _))| (*step, index)).collect();
        let place = |change: usize| places.get(&changes[change].step).copied();
        let needs = steps.iter().enumerate().map(|(index, (_, changes))| {
            let needs = changes.iter().flat_map(|(_, change)| &change.needs);
            // An earlier step may need a later one: then only one of both directions is drawn.
            needs.filter_map(|need| place(*need)).filter(|need| *need < index).collect()
        });
        let needs: Vec<BTreeSet<usize>> = needs.collect();
        let nodes = steps.iter().map(|(step, changes)| Node {
            step: *step,
            verb: None,
            label: format!("{step}  {}: {}", step.title(), counts_of(changes)),
            privileged: changes.iter().any(|(_, change)| change.privileged),
        });
        Graph {
            nodes: nodes.collect(),
            edges: edges(&needs),
            collapsed: Some(view.document.changes.len()),
        }
    }

    fn by_step(&self) -> Vec<(Step, Vec<(usize, &Node)>)> {
        let of = |step| {
            let nodes = self.nodes.iter().enumerate();
            (step, nodes.filter(|(_, node)| node.step == step).collect::<Vec<_>>())
        };
        Step::ALL.map(of).into_iter().filter(|(_, nodes)| !nodes.is_empty()).collect()
    }

    /// How many changes come one after another before each node.
    fn depths(&self) -> Vec<usize> {
        let mut depths = vec![0; self.nodes.len()];
        for (from, to) in &self.edges {
            depths[*to] = depths[*to].max(depths[*from] + 1);
        }
        depths
    }
}

/// Needs point back, so whatever is needed has its own needs known before.
fn edges(needs: &[BTreeSet<usize>]) -> Vec<(usize, usize)> {
    let mut edges = Vec::new();
    let mut before: Vec<BTreeSet<usize>> = Vec::with_capacity(needs.len());
    for (index, needs) in needs.iter().enumerate() {
        let follows = |need: &usize| needs.iter().any(|other| before[*other].contains(need));
        edges.extend(needs.iter().filter(|need| !follows(need)).map(|need| (*need, index)));
        let all =
            needs.iter().flat_map(|need| before[*need].iter()).chain(needs).copied().collect();
        before.push(all);
    }
    edges
}
