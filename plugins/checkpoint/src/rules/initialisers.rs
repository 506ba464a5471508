//! Whether a tensor looks as an initialiser left it.
//!
//! Initialisers: He et al. 2015 (normal with variance 2/fan-in, uniform within
//! sqrt(6/fan-in)), Glorot and Bengio 2010 (6/(fan-in + fan-out)), LeCun 1998 (1/fan-in),
//! PyTorch's default for linear layers and convolutions (uniform within 1/sqrt(fan-in), which
//! is kaiming_uniform with a = sqrt(5)), Keras' RandomUniform (0.05), normal with a standard
//! deviation of 0.02 (BERT, GPT-2), truncated at two deviations or not.
//!
//! Every test scales with the number of weights: the standard error of a standard deviation is
//! sqrt((kurtosis - 1) / 4n), of a mean 1/sqrt(n), of the kurtosis sqrt(24/n) for a normal
//! distribution and 1.15/sqrt(n) for a uniform one.

use deepfix_views::checkpoint::{Layer, Tensor};

use crate::scan::Moments;

/// Standard errors that chance is granted: once in 150,000 tests.
const ERRORS: f64 = 4.5;

/// What an initialiser is known as, and its scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Initialiser {
    pub name: &'static str,
    /// The standard deviation of a normal distribution, the bound of a uniform one.
    scale: f64,
}

/// The statistics of one weight tensor.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub count: f64,
    pub fan_in: f64,
    fan_out: f64,
    mean: f64,
    pub rms: f64,
    kurtosis: f64,
    largest: f64,
    rounding: f64,
}

impl Sample {
    pub(crate) fn of(layer: &Layer, tensor: &Tensor, moments: &Moments) -> Self {
        Self {
            count: moments.count as f64,
            fan_in: (layer.fan_in as f64).max(1.0),
            fan_out: (layer.fan_out as f64).max(1.0),
            mean: moments.mean(),
            rms: moments.rms(),
            kurtosis: moments.kurtosis(),
            largest: moments.largest(),
            rounding: tensor.dtype.epsilon(),
        }
    }

    /// The standard error of the root mean square, relative.
    fn error(&self) -> f64 {
        ((self.kurtosis - 1.0).max(0.1) / (4.0 * self.count)).sqrt()
    }

    fn is_centred(&self) -> bool {
        self.mean.abs() <= ERRORS * self.rms / self.count.sqrt()
    }

    /// Whether the root mean square is `rms` within chance.
    fn has_rms(&self, rms: f64) -> bool {
        (self.rms / rms - 1.0).abs() <= ERRORS * self.error() + 0.01 + self.rounding
    }

    /// Whether the values look normal, whole or cut at two standard deviations (a kurtosis of
    /// about 2.37), centred at zero.
    pub(crate) fn is_normal(&self) -> bool {
        let high = 3.0 + ERRORS * (24.0 / self.count).sqrt() + 0.1;
        let low = 2.3 - ERRORS * 1.2 / self.count.sqrt();
        self.is_centred() && (low..=high).contains(&self.kurtosis)
    }

    /// The normal initialisers that fit.
    pub(crate) fn normal(&self) -> Vec<Initialiser> {
        if !self.is_normal() {
            return Vec::new();
        }
        let (i, o) = (self.fan_in, self.fan_out);
        let known = [
            ("He normal", (2.0 / i).sqrt()),
            ("LeCun normal", (1.0 / i).sqrt()),
            ("Glorot normal", (2.0 / (i + o)).sqrt()),
            ("He normal (fan-out)", (2.0 / o).sqrt()),
            ("orthogonal", (1.0 / i.max(o)).sqrt()),
            ("normal(0, 0.02)", 0.02),
            ("truncated normal(0, 0.02)", 0.0176),
            ("normal(0, 0.01)", 0.01),
            ("normal(0, 0.05)", 0.05),
            ("normal(0, 0.1)", 0.1),
        ];
        let list = known.into_iter().map(|(name, scale)| Initialiser { name, scale });
        list.filter(|it| self.has_rms(it.scale)).collect()
    }

    /// The uniform initialisers that fit: no value beyond the bound, the largest close to it,
    /// spread and kurtosis those of a uniform distribution.
    pub(crate) fn uniform(&self) -> Vec<Initialiser> {
        let (i, o) = (self.fan_in, self.fan_out);
        let flat = (self.kurtosis - 1.8).abs() <= ERRORS * 1.15 / self.count.sqrt() + 0.02;
        if !flat || !self.is_centred() {
            return Vec::new();
        }
        let known = [
            ("PyTorch default uniform", (1.0 / i).sqrt()),
            ("Glorot uniform", (6.0 / (i + o)).sqrt()),
            ("He uniform", (6.0 / i).sqrt()),
            ("LeCun uniform", (3.0 / i).sqrt()),
            ("He uniform (fan-out)", (6.0 / o).sqrt()),
            ("uniform(-0.05, 0.05)", 0.05),
        ];
        let list = known.into_iter().map(|(name, scale)| Initialiser { name, scale });
        list.filter(|it| {
            let within = self.largest <= it.scale * (1.0 + self.rounding);
            // The chance that all n values stay below (1 - 14/n) of the bound is exp(-14).
            let reaches = self.largest >= it.scale * (1.0 - 14.0 / self.count);
            within && reaches && self.has_rms(it.scale / 3_f64.sqrt())
        })
        .collect()
    }

    /// The gain of the layer with its standard error: equal in all layers where one scaled
    /// initialiser made them.
    pub(crate) fn gain(&self) -> (f64, f64) {
        let gain = self.rms * self.fan_in.sqrt();
        (gain, gain * self.error())
    }
}

/// Whether a bias lies within the bound that PyTorch draws it from.
pub(crate) fn is_torch_bias(moments: &Moments, tensor: &Tensor, fan_in: f64) -> bool {
    moments.largest() <= (1.0 / fan_in).sqrt() * (1.0 + tensor.dtype.epsilon())
}
