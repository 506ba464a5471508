//! What an import in a pickle means.

/// How an import is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImportKind {
    /// What frameworks write for weights, arrays and settings.
    Usual,
    /// A class of someone's own, or of a library that is not known here.
    Other,
    /// Something that runs commands or code, or reaches files and network: never part of a model.
    Dangerous,
}

/// Modules all of whose functions reach beyond the process.
const DANGEROUS: [&str; 19] = [
    "os",
    "posix",
    "nt",
    "subprocess",
    "commands",
    "pty",
    "socket",
    "shutil",
    "runpy",
    "webbrowser",
    "ctypes",
    "importlib",
    "code",
    "codeop",
    "imp",
    "pdb",
    "bdb",
    "multiprocessing",
    "asyncio",
];
/// Those of them that classes and modules of usual packages are called as well.
const COMMON_NAMES: [&str; 5] = ["code", "commands", "imp", "multiprocessing", "asyncio"];
/// Built-in functions that run code or open files. Not `getattr`: exported learners use it.
const DANGEROUS_BUILTINS: [&str; 9] = [
    "eval",
    "exec",
    "execfile",
    "compile",
    "__import__",
    "open",
    "breakpoint",
    "input",
    "apply",
];
/// Loading another pickle gets around whoever looked at this one.
const LOADERS: [&str; 22] = [
    "pickle.loads",
    "pickle.load",
    "_pickle.loads",
    "_pickle.load",
    "cPickle.loads",
    "dill.loads",
    "marshal.loads",
    "cloudpickle.loads",
    "dill.load",
    "cloudpickle.load",
    "marshal.load",
    "joblib.load",
    "joblib.numpy_pickle.load",
    "numpy.load",
    "numpy.lib.npyio.load",
    "numpy.lib._npyio_impl.load",
    "pandas.read_pickle",
    "pandas.io.pickle.read_pickle",
    "pandas.eval",
    "torch.load",
    "torch.serialization.load",
    "torch.jit.load",
];
/// Parts of usual packages that build or run code: tests, compilers, downloads.
const WORKSHOPS: [&str; 7] = [
    "torch.hub.",
    "torch.utils.cpp_extension.",
    "torch.utils.model_zoo.",
    "torch._dynamo.",
    "numpy.testing.",
    "numpy.f2py.",
    "numpy.distutils.",
];
/// Built-in types.
const BUILTINS: [&str; 16] = [
    "set",
    "frozenset",
    "dict",
    "list",
    "tuple",
    "bytearray",
    "bytes",
    "slice",
    "complex",
    "int",
    "float",
    "bool",
    "str",
    "object",
    "range",
    "getattr",
];
/// Packages that write models and settings.
const USUAL: [&str; 22] = [
    "torch",
    "torchvision",
    "numpy",
    "collections",
    "_codecs",
    "copyreg",
    "copy_reg",
    "argparse",
    "pathlib",
    "datetime",
    "sklearn",
    "scipy",
    "pandas",
    "joblib",
    "xgboost",
    "lightgbm",
    "catboost",
    "transformers",
    "pytorch_lightning",
    "lightning",
    "lightning_fabric",
    "omegaconf",
];

/// Judges `module.name`.
#[must_use]
pub fn kind_of_import(global: &str) -> ImportKind {
    let root = global.split('.').next().unwrap_or_default();
    let name = global.rsplit('.').next().unwrap_or_default();
    let built_in = matches!(root, "builtins" | "__builtin__" | "__builtins__");
    // `pathlib` and the name `os.system` are one import too: what a module has imported is in reach.
    let reaches = global
        .split('.')
        .skip(1)
        .map(|it| it.trim_start_matches('_'))
        .any(|it| DANGEROUS.contains(&it) && !COMMON_NAMES.contains(&it));
    if DANGEROUS.contains(&root)
        || reaches
        || LOADERS.contains(&global)
        || (built_in && DANGEROUS_BUILTINS.contains(&name))
        // A name that is only put together while loading hides what it is.
        || global.contains('?')
        || WORKSHOPS.iter().any(|it| global.starts_with(it))
        || global == "sys.modules"
    {
        return ImportKind::Dangerous;
    }
    if USUAL.contains(&root) || (built_in && BUILTINS.contains(&name)) {
        ImportKind::Usual
    } else {
        ImportKind::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_from_classes() {
        for global in [
            "os.system",
            "posix.system",
            "builtins.eval",
            "__builtin__.exec",
            "subprocess.Popen",
            "?.?",
            "numpy.testing._private.utils.runstring",
            "joblib.load",
            "pandas.io.pickle.read_pickle",
            "torch.load",
            "pathlib.os.system",
            "argparse._os.system",
        ] {
            assert_eq!(kind_of_import(global), ImportKind::Dangerous, "{global}");
        }
        for global in [
            "torch._utils._rebuild_tensor_v2",
            "collections.OrderedDict",
            "numpy.core.multiarray.scalar",
            "builtins.set",
            "builtins.getattr",
            "sklearn.ensemble._forest.RandomForestClassifier",
            "torch.multiprocessing.reductions.rebuild_tensor",
        ] {
            assert_eq!(kind_of_import(global), ImportKind::Usual, "{global}");
        }
        assert_eq!(kind_of_import("models.net.Net"), ImportKind::Other);
        assert_eq!(kind_of_import("ossaudio.x"), ImportKind::Other);
    }
}
