//! What is written from wit/: the C bindings, the types of the SDKs and the reference. The tests that
//! compare them write them too, when a variable is set.

use crate::{
    plugins,
    process::{cargo, run},
};

/// The tests and their variables.
const WRITERS: [(&str, &str); 3] = [
    ("c_bindings", "DEEPFIX_WRITE_C_BINDINGS"),
    ("wit_reference", "DEEPFIX_WRITE_REFERENCE"),
    ("plugin_types", "DEEPFIX_WRITE_TYPES"),
];

/// `cargo xtask generate`.
pub(crate) fn all() -> Result<(), String> {
    plugins::toolchains()?;
    let mut command = cargo(&["test", "--release", "--locked", "--workspace", "--all-features"]);
    for (test, variable) in WRITERS {
        command.args(["--test", test]).env(variable, "1");
    }
    // Those of each that compare with the WIT.
    run(command.args(["--", "_of_the_wit"]))
}
