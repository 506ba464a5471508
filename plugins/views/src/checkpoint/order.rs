//! The forward order of a plain chain of linear layers, which a file does not state.

use super::{
    names,
    topology::{Layer, Topology},
};

/// Layers that an order is searched for; with more, only the natural order of names is tried.
const MOST_TO_ORDER: usize = 9;
/// Steps of that search.
const MOST_STEPS: usize = 20_000;

impl Topology {
    pub(super) fn natural_chain(&self) -> Option<Vec<usize>> {
        let fits = self.layers.windows(2).all(|pair| match pair {
            [a, b] => a.outputs == b.inputs && !is_last(&a.module),
            _ => true,
        });
        (fits && self.is_only_linear()).then(|| (0..self.layers.len()).collect())
    }

    pub(super) fn searched_chain(&self) -> Option<Vec<usize>> {
        if !self.is_only_linear() {
            return None;
        }
        if self.layers.len() > MOST_TO_ORDER {
            return None;
        }
        let mut search = Search {
            layers: &self.layers,
            found: Vec::new(),
            steps: 0,
        };
        search.extend(&mut Vec::new());
        let shapes = |order: &[usize]| -> Vec<(u64, u64)> {
            order
                .iter()
                .filter_map(|it| self.layers.get(*it))
                .map(|it| (it.inputs, it.outputs))
                .collect()
        };
        let first = search.found.first()?.clone();
        let unique = search.found.iter().all(|it| shapes(it) == shapes(&first));
        (unique && search.steps < MOST_STEPS).then_some(first)
    }
}

/// Looks for the orders in which each layer takes what the one before gives.
struct Search<'a> {
    layers: &'a [Layer],
    found: Vec<Vec<usize>>,
    steps: usize,
}

impl Search<'_> {
    fn extend(&mut self, order: &mut Vec<usize>) {
        self.steps += 1;
        if self.steps >= MOST_STEPS {
            return;
        }
        if order.len() == self.layers.len() {
            self.found.push(order.clone());
            return;
        }
        let (first, last) = (order.is_empty(), order.len() + 1 == self.layers.len());
        let before = order.last().and_then(|it| self.layers.get(*it)).map(|it| it.outputs);
        for (index, layer) in self.layers.iter().enumerate() {
            let fits = before.is_none_or(|it| it == layer.inputs)
                && (last || !is_last(&layer.module))
                && (first || !is_first(&layer.module));
            if fits && !order.contains(&index) {
                order.push(index);
                self.extend(order);
                order.pop();
            }
        }
    }
}

fn is_last(module: &str) -> bool {
    let part = names::parts(module)
        .next_back()
        .unwrap_or_default()
        .to_ascii_lowercase();
    matches!(
        part.as_str(),
        "out"
            | "output"
            | "head"
            | "classifier"
            | "final"
            | "logits"
            | "score"
            | "last"
            | "fc_out"
            | "out_layer"
            | "output_layer"
            | "predictions"
            | "fc_final"
            | "regressor"
            | "proj_out"
    )
}

fn is_first(module: &str) -> bool {
    let part = names::parts(module)
        .next_back()
        .unwrap_or_default()
        .to_ascii_lowercase();
    matches!(
        part.as_str(),
        "in" | "input" | "stem" | "first" | "fc_in" | "input_layer" | "proj_in" | "inp"
    )
}
