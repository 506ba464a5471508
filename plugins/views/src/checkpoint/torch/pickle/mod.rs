//! A pickle, read and not run: what it would import, and the values that it would build out of
//! plain data.
//!
//! Opcodes: <https://github.com/python/cpython/blob/main/Lib/pickletools.py>. Where Python's two readers
//! (`pickle.py`, `_pickle.c`) are lenient, this one is as lenient: a file that they run further than it is
//! read here would hide what it imports. An import or a call becomes a node that says so. Values are kept in
//! one list and refer to each other by their place in it: memory is bounded by the number of steps, and
//! values that contain themselves do no harm.

mod glance;
mod globals;
mod machine;
mod nested;
mod store;
mod values;

#[cfg(test)]
pub(super) use glance::{ALL_GLANCES, GLANCE, GLANCED_LOADS};
use std::collections::{BTreeSet, HashMap};

use deepfix_plugin::Blob;

use super::arrays;
use crate::checkpoint::cursor::Cursor;

/// Steps of one pickle: a tensor in a state takes about 60, a node of a decision tree 30.
pub(super) const MAX_STEPS: usize = 30_000_000;
/// Values that one pickle may build, and keep at once: some 10,000 tensors, in a third of the memory
/// that a component has. What comes after is followed for its imports only.
const MAX_NODES: usize = 400_000;
/// References from containers to values, with the same reason.
const MAX_ITEMS: usize = 1_500_000;
/// Names and texts that are still kept when no other values are: imports are made of them.
const MAX_TEXTS: usize = 100_000;
/// Names that are imported; a real file has a few dozen.
const MAX_GLOBALS: usize = 10_000;
/// The longest text that is kept; no name is longer.
const MAX_TEXT: u64 = 4096;
/// As much of a line of the oldest protocol is kept.
const MAX_LINE: usize = 64 << 10;
/// Pickles within pickles: an array of objects, as joblib writes it; a tensor in bytes, as pickle itself does.
const MAX_NESTED: usize = 4;

/// The place of a value.
pub(crate) type Id = usize;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    /// None, floats and what is of no interest.
    Other,
    /// An integer or a boolean.
    Int(i64),
    /// Raw bytes, by their place in the file.
    Bytes {
        at: u64,
        length: u64,
    },
    Text(String),
    Tuple(Vec<Id>),
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    /// An import: the place of its name in [`Pickle::globals`].
    Global(usize),
    /// A call, which is not made; what is put into the result afterwards is kept.
    Call {
        callable: Id,
        args: Id,
        items: Vec<(Id, Id)>,
        state: Option<Id>,
    },
    /// A reference to data that the pickle does not hold.
    Persistent(Id),
}

/// What reading gave.
#[derive(Debug, Default)]
pub(crate) struct Pickle {
    pub nodes: Vec<Node>,
    /// `module.name` of every import, in the order of the first one.
    pub globals: Vec<String>,
    /// The places of those that are called.
    pub called: BTreeSet<usize>,
    /// The value of the whole; none where reading stopped before the end.
    pub root: Option<Id>,
    /// The byte behind its end.
    pub end: u64,
    /// Why reading stopped before the end.
    pub stopped: Option<String>,
    /// Why pickles within it may import more than is listed.
    pub unread: Option<String>,
    /// Why the values of an array, where they are taken for opcodes, may import more than is listed.
    pub glanced: Option<String>,
    /// There were more values than are kept: imports are complete, values are not.
    pub is_partial: bool,
    /// Arrays whose values joblib writes into the stream, by the node that stands for each.
    pub arrays: HashMap<Id, arrays::Place>,
}

impl Pickle {
    /// The names that are called.
    pub(crate) fn called_names(&self) -> impl Iterator<Item = &String> {
        self.called.iter().filter_map(|it| self.globals.get(*it))
    }
}

/// Reads one pickle from where the cursor stands; what it holds of other pickles is read from `again`, which
/// has the same bytes.
pub(crate) fn read(input: Cursor<'_>, again: &dyn Blob) -> Pickle {
    machine::Machine::new(input, again, 0).read()
}
