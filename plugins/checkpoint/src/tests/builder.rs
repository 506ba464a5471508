//! Builds safetensors files.

use serde_json::{Map, Value as Json, json};

/// Tensors that become a file.
#[derive(Clone, Default)]
pub(super) struct Builder {
    tensors: Vec<(String, &'static str, Vec<u64>, Vec<u8>)>,
}

impl Builder {
    pub(super) fn raw(mut self, name: &str, dtype: &'static str, shape: &[u64], bytes: Vec<u8>) -> Self {
        self.tensors.push((name.to_owned(), dtype, shape.to_vec(), bytes));
        self
    }

    pub(super) fn f32(self, name: &str, shape: &[u64], values: &[f32]) -> Self {
        self.raw(
            name,
            "F32",
            shape,
            values.iter().flat_map(|it| it.to_le_bytes()).collect(),
        )
    }

    pub(super) fn header(&self) -> Json {
        let mut header = Map::new();
        let mut at = 0;
        for (name, dtype, shape, bytes) in &self.tensors {
            let end = at + bytes.len();
            header.insert(
                name.clone(),
                json!({"dtype": dtype, "shape": shape, "data_offsets": [at, end]}),
            );
            at = end;
        }
        Json::Object(header)
    }

    pub(super) fn with_header(&self, header: &Json) -> Vec<u8> {
        let text = header.to_string();
        let mut file = (text.len() as u64).to_le_bytes().to_vec();
        file.extend(text.as_bytes());
        for (.., bytes) in &self.tensors {
            file.extend(bytes);
        }
        file
    }

    pub(super) fn file(&self) -> Vec<u8> {
        self.with_header(&self.header())
    }
}

/// Random numbers that are the same everywhere (splitmix64).
pub(super) struct Random(pub u64);

impl Random {
    pub(super) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((it ^ (it >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(super) fn normal(&mut self, scale: f64) -> f32 {
        let (a, b) = (self.unit().max(1e-300), self.unit());
        ((-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos() * scale) as f32
    }

    pub(super) fn uniform(&mut self, bound: f64) -> f32 {
        ((2.0 * self.unit() - 1.0) * bound) as f32
    }
}

/// How the tensors of a network are filled.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Fill {
    /// He normal, zero biases.
    He,
    /// PyTorch's default.
    Torch,
    /// Glorot uniform, zero biases, as Keras does it.
    Glorot,
    /// As after training: heavier tails, biases that have moved.
    Trained,
}

/// A chain of linear layers of the given sizes.
pub(super) fn network(sizes: &[u64], fill: Fill, seed: u64) -> Builder {
    network_of(sizes, |_| fill, seed, true)
}

pub(super) fn network_of(sizes: &[u64], fill: impl Fn(usize) -> Fill, seed: u64, bias: bool) -> Builder {
    let mut random = Random(seed);
    let mut builder = Builder::default();
    for (index, pair) in sizes.windows(2).enumerate() {
        let (inputs, outputs) = (pair[0], pair[1]);
        let (i, o) = (inputs as f64, outputs as f64);
        let fill = fill(index);
        let mut weight = || match fill {
            Fill::He => random.normal((2.0 / i).sqrt()),
            Fill::Torch => random.uniform((1.0 / i).sqrt()),
            Fill::Glorot => random.uniform((6.0 / (i + o)).sqrt()),
            Fill::Trained => random.normal((2.0 / i).sqrt()) + random.normal(0.3) * random.normal(1.0),
        };
        let weights: Vec<f32> = (0..inputs * outputs).map(|_| weight()).collect();
        let biases: Vec<f32> = (0..outputs)
            .map(|_| match fill {
                Fill::He | Fill::Glorot => 0.0,
                Fill::Torch => random.uniform((1.0 / i).sqrt()),
                Fill::Trained => random.normal(0.1),
            })
            .collect();
        builder = builder.f32(&format!("layers.{index}.weight"), &[outputs, inputs], &weights);
        if bias {
            builder = builder.f32(&format!("layers.{index}.bias"), &[outputs], &biases);
        }
    }
    builder
}
