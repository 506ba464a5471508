//! The imports that frameworks write for weights, arrays, settings and learners, by their full names.

/// Functions and types, named one by one.
const NAMES: &[&str] = &[
    "_codecs.encode",
    "argparse.Namespace",
    "array._array_reconstructor",
    "array.array",
    "builtins.bool",
    "builtins.bytearray",
    "builtins.bytes",
    "builtins.complex",
    "builtins.dict",
    "builtins.float",
    "builtins.frozenset",
    "builtins.getattr",
    "builtins.int",
    "builtins.list",
    "builtins.object",
    "builtins.range",
    "builtins.set",
    "builtins.slice",
    "builtins.str",
    "builtins.tuple",
    "builtins.type",
    "collections.Counter",
    "collections.OrderedDict",
    "collections.defaultdict",
    "collections.deque",
    "copyreg.__newobj__",
    "copyreg.__newobj_ex__",
    "copyreg._reconstructor",
    "copy_reg._reconstructor",
    "datetime.date",
    "datetime.datetime",
    "datetime.time",
    "datetime.timedelta",
    "datetime.timezone",
    "decimal.Decimal",
    "fractions.Fraction",
    "functools.partial",
    "logging.getLogger",
    "operator.attrgetter",
    "operator.itemgetter",
    "pathlib.Path",
    "pathlib.PosixPath",
    "pathlib.PurePosixPath",
    "pathlib.PureWindowsPath",
    "pathlib.WindowsPath",
    "pathlib._local.PosixPath",
    "pathlib._local.WindowsPath",
    "random.Random",
    "re._compile",
    "types.MappingProxyType",
    "types.SimpleNamespace",
    "uuid.UUID",
    "zoneinfo.ZoneInfo._unpickle",
    "joblib.numpy_pickle.NDArrayWrapper",
    "joblib.numpy_pickle.NumpyArrayWrapper",
    "numpy.dtype",
    "numpy.ndarray",
    "numpy.matrix",
    "numpy.core.multiarray._reconstruct",
    "numpy.core.multiarray.scalar",
    "numpy.core.numeric._frombuffer",
    "numpy.core._multiarray_umath._reconstruct",
    "numpy.core._internal._convert_to_stringdtype_kwargs",
    "numpy._core.multiarray._reconstruct",
    "numpy._core.multiarray.scalar",
    "numpy._core.numeric._frombuffer",
    "numpy._core._internal._convert_to_stringdtype_kwargs",
    "numpy.core._ufunc_reconstruct",
    "numpy._core._ufunc_reconstruct",
    "numpy.ma.core._mareconstruct",
    "numpy.ma.core.MaskedArray",
    "numpy.random._pickle.__bit_generator_ctor",
    "numpy.random._pickle.__generator_ctor",
    "numpy.random._pickle.__randomstate_ctor",
    "pandas._libs.arrays.__pyx_unpickle_NDArrayBacked",
    "pandas._libs.internals._unpickle_block",
    "pandas._libs.tslibs.timestamps._unpickle_timestamp",
    "pandas._libs.tslibs.timedeltas._timedelta_unpickle",
    "pandas.core.indexes.base._new_Index",
    "pandas.core.indexes.datetimes._new_DatetimeIndex",
    "sklearn._loss._loss.__pyx_unpickle_CyHalfSquaredError",
    "torch.Size",
    "torch.Tensor",
    "torch._tensor._rebuild_from_type_v2",
    "torch.device",
    "torch.jit._pickle.restore_type_tag",
    "torch.serialization._get_layout",
    "torch.storage._load_from_bytes",
];
/// Modules with what builds tensors, and nothing else that is a function.
const BUILDERS: &[&str] = &["torch._utils._rebuild_", "torch.jit._pickle.build_"];
/// Packages whose classes are parts of models and of their settings.
const CLASSES: &[&str] = &[
    "torch.nn.",
    "torch.optim.",
    "torch.distributions.",
    "torchvision.models.",
    "torchvision.ops.",
    "torchvision.transforms.",
    "sklearn.",
    "scipy.sparse.",
    "scipy.stats.",
    "scipy.interpolate.",
    "pandas.core.",
    "xgboost.",
    "lightgbm.",
    "catboost.",
    "transformers.",
    "pytorch_lightning.",
    "lightning.",
    "lightning_fabric.",
    "omegaconf.",
];
/// Packages of frameworks; what is not named above has to be looked at.
pub(super) const PACKAGES: &[&str] = &[
    "torch",
    "torchvision",
    "torchaudio",
    "numpy",
    "sklearn",
    "scipy",
    "pandas",
    "joblib",
    "xgboost",
    "lightgbm",
    "catboost",
    "transformers",
    "tensorflow",
    "keras",
    "jax",
    "pytorch_lightning",
    "lightning",
    "lightning_fabric",
    "omegaconf",
    "accelerate",
    "datasets",
    "huggingface_hub",
];
/// Modules of Python itself that a pickle may import.
pub(super) const STANDARD: &[&str] = &[
    "_codecs",
    "_io",
    "_thread",
    "argparse",
    "ast",
    "builtins",
    "__builtin__",
    "codecs",
    "collections",
    "configparser",
    "contextlib",
    "copyreg",
    "copy_reg",
    "datetime",
    "dis",
    "functools",
    "gc",
    "getpass",
    "glob",
    "inspect",
    "io",
    "itertools",
    "json",
    "linecache",
    "logging",
    "marshal",
    "mmap",
    "operator",
    "_operator",
    "pathlib",
    "pickle",
    "_pickle",
    "platform",
    "random",
    "re",
    "site",
    "sys",
    "threading",
    "types",
    "uuid",
];

/// Whether a name is among them.
pub(super) fn is_usual(global: &str) -> bool {
    let modern = global.strip_prefix("__builtin__.").map(|it| format!("builtins.{it}"));
    let global = modern.as_deref().unwrap_or(global);
    let name = global.rsplit('.').next().unwrap_or_default();
    let is_class = name
        .trim_start_matches('_')
        .starts_with(|it: char| it.is_ascii_uppercase());
    // Compiled classes of scikit-learn are made by functions that its compiler writes.
    let is_compiled = name.starts_with("__pyx_unpickle_") && global.starts_with("sklearn.");
    let is_storage = global.starts_with("torch.") && name.ends_with("Storage");
    let is_scalar = |rest: &str| !rest.contains('.') && (is_number(rest) || rest == "bool_" || rest == "str_");
    NAMES.contains(&global)
        || BUILDERS.iter().any(|it| global.starts_with(it))
        || (is_class && CLASSES.iter().any(|it| global.starts_with(it)))
        || is_compiled
        || is_storage
        || global.strip_prefix("numpy.").is_some_and(is_scalar)
        || global
            .strip_prefix("numpy.dtypes.")
            .is_some_and(|it| it.ends_with("DType"))
        || global
            .strip_prefix("torch.")
            .is_some_and(|it| is_number(it) || it == "bool")
        || matches!(
            global,
            "numpy.random.mtrand.RandomState" | "torch.torch_version.TorchVersion" | "torch.Generator"
        )
        || global == "torch.nn.parameter.Parameter"
        || global.starts_with("numpy.random._") && is_class
}

/// A numeric type: `float32`, `int64`, `bfloat16`, `float8_e4m3fn`.
fn is_number(name: &str) -> bool {
    ["float", "uint", "int", "complex", "bfloat", "quint", "qint"]
        .iter()
        .filter_map(|it| name.strip_prefix(it))
        .any(|rest| rest.starts_with(|it: char| it.is_ascii_digit()))
}
