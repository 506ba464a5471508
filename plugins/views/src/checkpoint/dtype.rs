//! Element types of a safetensors file.

use deepfix_plugin::Scalar;

/// The type of a tensor's elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are the format's own")]
pub enum Dtype {
    Bool,
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F16,
    Bf16,
    F32,
    F64,
    C64,
    /// The eight-bit floats, which have several layouts.
    F8,
    /// Four- and six-bit types: so many bits per element.
    Packed(u8),
    /// A name that this reader does not know; a later version of the format may.
    Unknown,
}

impl Dtype {
    /// The type of a name in a header.
    #[must_use]
    pub fn of(name: &str) -> Self {
        match name {
            "BOOL" => Self::Bool,
            "U8" => Self::U8,
            "I8" => Self::I8,
            "U16" => Self::U16,
            "I16" => Self::I16,
            "U32" => Self::U32,
            "I32" => Self::I32,
            "U64" => Self::U64,
            "I64" => Self::I64,
            "F16" => Self::F16,
            "BF16" => Self::Bf16,
            "F32" => Self::F32,
            "F64" => Self::F64,
            "C64" => Self::C64,
            "F4" => Self::Packed(4),
            "F6_E2M3" | "F6_E3M2" => Self::Packed(6),
            _ if name.starts_with("F8_") => Self::F8,
            _ => Self::Unknown,
        }
    }

    /// Bits per element; none where the type is unknown.
    #[must_use]
    pub fn bits(self) -> Option<u64> {
        Some(match self {
            Self::Bool | Self::U8 | Self::I8 | Self::F8 => 8,
            Self::U16 | Self::I16 | Self::F16 | Self::Bf16 => 16,
            Self::U32 | Self::I32 | Self::F32 => 32,
            Self::U64 | Self::I64 | Self::F64 | Self::C64 => 64,
            Self::Packed(bits) => u64::from(bits),
            Self::Unknown => return None,
        })
    }

    /// Whether the elements are floats that the scan reads.
    #[must_use]
    pub fn is_float(self) -> bool {
        matches!(self, Self::F16 | Self::Bf16 | Self::F32 | Self::F64)
    }

    /// How the host reads one element again, where it can.
    #[must_use]
    pub fn scalar(self) -> Option<Scalar> {
        Some(match self {
            Self::U8 | Self::Bool => Scalar::U8,
            Self::U64 => Scalar::U64,
            Self::F16 => Scalar::F16,
            Self::Bf16 => Scalar::Bf16,
            Self::F32 => Scalar::F32,
            Self::F64 => Scalar::F64,
            _ => return None,
        })
    }

    /// The relative rounding step of a float: how far a saved value may lie from the exact one.
    #[must_use]
    pub fn epsilon(self) -> f64 {
        match self {
            Self::F16 => 1.0 / 1024.0,
            Self::Bf16 => 1.0 / 128.0,
            Self::F64 => 1e-12,
            _ => 1e-6,
        }
    }

    /// The type that a configuration names, as `float16`, `torch.bfloat16` or `fp32`.
    #[must_use]
    pub fn of_setting(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        match text.rsplit('.').next().unwrap_or_default() {
            "float16" | "fp16" | "half" | "f16" | "16" | "16-mixed" => Some(Self::F16),
            "bfloat16" | "bf16" | "bf16-mixed" => Some(Self::Bf16),
            "float32" | "fp32" | "float" | "f32" | "32" | "32-true" => Some(Self::F32),
            "float64" | "fp64" | "double" | "f64" | "64" => Some(Self::F64),
            _ => None,
        }
    }

    /// The name that configurations use.
    #[must_use]
    pub fn setting(self) -> &'static str {
        match self {
            Self::F16 => "float16",
            Self::Bf16 => "bfloat16",
            Self::F32 => "float32",
            Self::F64 => "float64",
            Self::F8 => "float8",
            Self::Bool => "bool",
            Self::C64 => "complex64",
            Self::Packed(_) | Self::Unknown => "other",
            _ => "integer",
        }
    }
}
