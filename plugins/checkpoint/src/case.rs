//! One checkpoint with all that the rules look at, read once.

use std::{collections::BTreeMap, time::Instant};

use deepfix_plugin::{ArtifactKind, Context, Error, Language, Source};
use deepfix_views::checkpoint::{CheckpointView, Header, Layer, Tensor, Topology};

use crate::{
    CATALOGUE,
    rules::dead_units,
    scan::{self, MOST_UNITS, Moments, Scan},
};

/// The share of an analysis' time that reading the weights may take: what was read by then is
/// reported, and said to be a part.
const SCAN_SHARE: f64 = 0.75;

/// What is known of a checkpoint.
pub(crate) struct Case {
    pub view: CheckpointView,
    /// What reading the tensors gave; none where there is no sound file.
    pub scan: Option<Scan>,
    /// The values of biases whose units are followed one by one, by tensor.
    pub biases: BTreeMap<usize, Vec<f64>>,
    pub language: Language,
}

impl Case {
    pub(crate) fn read(cx: &Context<'_>) -> Result<Self, Error> {
        let started = Instant::now();
        let view = CheckpointView::read(cx)?;
        let mut case = Self {
            view,
            scan: None,
            biases: BTreeMap::new(),
            language: cx.language(),
        };
        let Some((header, topology)) = case.view.sound() else {
            return Ok(case);
        };
        let Some(file) = &case.view.file else {
            return Ok(case);
        };
        let blob = file.space.open(cx)?;
        let mut followed = dead_units::candidates(&case.view, topology);
        followed.retain(|it| header.tensors.get(it.weight).is_some_and(|it| !it.column_major));
        let deadline = cx.time().map(|it| started + it.mul_f64(SCAN_SHARE));
        let message = CATALOGUE.text(cx.language(), "progress", &[]);
        let progress = |fraction| cx.progress(fraction, &message);
        let scan = scan::scan(blob.as_ref(), header, followed.iter().copied(), deadline, progress);
        let mut biases = BTreeMap::new();
        for layer in followed
            .iter()
            .filter(|it| it.outputs <= MOST_UNITS && scan.stopped.is_none())
        {
            let Some((index, tensor)) = layer.bias.and_then(|it| Some((it, header.tensors.get(it)?))) else {
                continue;
            };
            if tensor.elements() == Some(layer.outputs)
                && let Ok(values) = scan::values(blob.as_ref(), header, tensor)
            {
                biases.insert(index, values);
            }
        }
        case.scan = Some(scan);
        case.biases = biases;
        Ok(case)
    }

    /// Header, layers and scan of a file that is sound.
    pub(crate) fn sound(&self) -> Option<(&Header, &Topology, &Scan)> {
        let (header, topology) = self.view.sound()?;
        Some((header, topology, self.scan.as_ref()?))
    }

    /// A tensor of a sound file with its moments, where it was read to its end.
    pub(crate) fn tensor(&self, index: usize) -> Option<(&Tensor, &Moments)> {
        let (header, _, scan) = self.sound()?;
        Some((header.tensors.get(index)?, scan.moments.get(index)?.as_ref()?))
    }

    /// All tensors that were read to their end.
    pub(crate) fn tensors(&self) -> impl Iterator<Item = (usize, &Tensor, &Moments)> {
        let count = self.scan.as_ref().map_or(0, |it| it.moments.len());
        (0..count).filter_map(|index| self.tensor(index).map(|(tensor, moments)| (index, tensor, moments)))
    }

    /// The name of a layer's weight tensor.
    pub(crate) fn weight_name(&self, layer: &Layer) -> &str {
        let tensor = self
            .view
            .sound()
            .and_then(|(header, _)| header.tensors.get(layer.weight));
        tensor.map_or("", |it| it.name.as_str())
    }

    /// Where one element of a tensor stands, for types that the host can read again.
    pub(crate) fn element(&self, tensor: &Tensor, element: u64) -> Option<Source> {
        let (header, _) = self.view.sound()?;
        let scalar = tensor.dtype.scalar()?;
        let (name, offset) = self.view.file.as_ref()?.locate(header.offset_of(tensor, element))?;
        Some(Source::scalar(ArtifactKind::ModelCheckpoint, name, scalar, offset))
    }

    /// Whether the scan read every tensor that it can.
    pub(crate) fn is_whole(&self) -> bool {
        self.scan.as_ref().is_some_and(|it| it.stopped.is_none())
    }

    /// A fragment of a text.
    pub(crate) fn text(&self, id: &str, args: &[(&str, deepfix_plugin::Arg)]) -> String {
        CATALOGUE.text(self.language, id, args)
    }
}
