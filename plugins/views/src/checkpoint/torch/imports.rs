//! What an import in a pickle means.

use super::usual;

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

/// Modules all of whose functions reach beyond the process, or run code that they are given.
const DANGEROUS: &[&str] = &[
    "os",
    "posix",
    "nt",
    "subprocess",
    "_posixsubprocess",
    "_winapi",
    "commands",
    "pty",
    "socket",
    "_socket",
    "socketserver",
    "SocketServer",
    "ssl",
    "shutil",
    "tempfile",
    "fileinput",
    "runpy",
    "webbrowser",
    "ctypes",
    "_ctypes",
    "cffi",
    "importlib",
    "_frozen_importlib",
    "pkgutil",
    "zipimport",
    "code",
    "codeop",
    "imp",
    "pdb",
    "bdb",
    "cProfile",
    "timeit",
    "doctest",
    "pydoc",
    "idlelib",
    "lib2to3",
    "distutils",
    "setuptools",
    "pip",
    "ensurepip",
    "venv",
    "multiprocessing",
    "concurrent",
    "asyncio",
    "signal",
    "urllib",
    "urllib2",
    "http",
    "httplib",
    "requests",
    "httpx",
    "aiohttp",
    "ftplib",
    "smtplib",
    "telnetlib",
    "xmlrpc",
    "shelve",
    "sqlite3",
    "paramiko",
];
/// Those of them that classes and modules of usual packages are called as well.
const COMMON_NAMES: &[&str] = &[
    "code",
    "commands",
    "imp",
    "multiprocessing",
    "asyncio",
    "concurrent",
    "signal",
    "http",
    "requests",
    "ssl",
    "distutils",
];
/// Built-in functions that run code or open files. Not `getattr`: exported learners use it.
const DANGEROUS_BUILTINS: &[&str] = &[
    "eval",
    "exec",
    "execfile",
    "compile",
    "__import__",
    "open",
    "breakpoint",
    "input",
    "apply",
    "globals",
];
/// Functions that load another pickle, which gets around whoever looked at this one, or run what they are given.
const LOADERS: &[&str] = &[
    "types.FunctionType",
    "types.CodeType",
    "profile.run",
    "profile.runctx",
    "trace.Trace",
    "pickle.loads",
    "pickle.load",
    "pickle.Unpickler",
    "_pickle.loads",
    "_pickle.load",
    "_pickle.Unpickler",
    "cPickle.loads",
    "cPickle.load",
    "dill.loads",
    "dill.load",
    "marshal.loads",
    "marshal.load",
    "cloudpickle.loads",
    "cloudpickle.load",
    "joblib.load",
    "joblib.numpy_pickle.load",
    "numpy.load",
    "numpy.lib.npyio.load",
    "numpy.lib._npyio_impl.load",
    "pandas.read_pickle",
    "pandas.io.pickle.read_pickle",
    "pandas.eval",
    "pandas.core.computation.eval.eval",
    "torch.load",
    "torch.serialization.load",
    "torch.serialization._load",
    "torch.serialization._legacy_load",
    "torch.jit.load",
    "torch.jit._serialization.load",
    "io.open",
    "_io.open",
    "io.FileIO",
    "_io.FileIO",
    "logging.config.listen",
    "logging.config.dictConfig",
    "uuid._get_command_stdout",
    "platform.popen",
];
/// Parts of usual packages that build or run code: tests, compilers, downloads.
const WORKSHOPS: &[&str] = &[
    "torch.hub.",
    "torch.utils.cpp_extension.",
    "torch.utils.model_zoo.",
    "torch.utils.bottleneck.",
    "torch.utils.collect_env.",
    "torch.utils._config_module.",
    "torch.jit.unsupported_tensor_ops.",
    "torch.testing.",
    "torch.fx.experimental.symbolic_shapes.",
    "torch._dynamo.",
    "torch._inductor.",
    "numpy.testing.",
    "numpy.f2py.",
    "numpy.distutils.",
    "scipy.weave.",
    "sklearn.utils._testing.",
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
    if usual::is_usual(global) {
        ImportKind::Usual
    } else {
        ImportKind::Other
    }
}

/// Whether a call of an import is one that no model of a framework makes: a function of Python itself or of a
/// framework that is not among those with which they put their own objects together. Functions of other
/// packages are somebody's own.
#[must_use]
pub fn is_strange_call(global: &str) -> bool {
    let (module, name) = global.rsplit_once('.').unwrap_or_default();
    let root = module.split('.').next().unwrap_or_default();
    let is_class = name
        .trim_start_matches('_')
        .starts_with(|it: char| it.is_ascii_uppercase());
    let builds = [
        "reconstruct",
        "rebuild",
        "unpickle",
        "restore",
        "ctor",
        "new",
        "pickle",
        "from_",
        "factory",
        "make",
    ];
    let is_builder = name.starts_with('_') && builds.iter().any(|it| name.contains(it));
    kind_of_import(global) == ImportKind::Other
        && (usual::PACKAGES.contains(&root) || usual::STANDARD.contains(&root))
        && !is_class
        && !is_builder
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
            "torch.nn.modules.linear.Linear",
        ] {
            assert_eq!(kind_of_import(global), ImportKind::Usual, "{global}");
        }
        for global in [
            "torch.utils.collect_env.run",
            "timeit.timeit",
            "pydoc.pipepager",
            "urllib.request.urlopen",
        ] {
            assert_eq!(kind_of_import(global), ImportKind::Dangerous, "{global}");
        }
        // A package that writes models has functions that have no place in one.
        for global in [
            "torch.utils.data.get_worker_info",
            "numpy.fromfile",
            "sklearn.datasets.fetch_openml",
        ] {
            assert_eq!(kind_of_import(global), ImportKind::Other, "{global}");
            assert!(is_strange_call(global), "{global}");
        }
        for global in ["models.net.build", "torch.nn.Linear", "numpy.core._ufunc_reconstruct"] {
            assert!(!is_strange_call(global), "{global}");
        }
        // A number that only the writer knows.
        assert!(is_strange_call("copyreg.extension_7"));
        assert_eq!(
            kind_of_import("torch.multiprocessing.reductions.rebuild_tensor"),
            ImportKind::Other
        );
        assert_eq!(kind_of_import("models.net.Net"), ImportKind::Other);
        assert_eq!(kind_of_import("ossaudio.x"), ImportKind::Other);
    }
}
