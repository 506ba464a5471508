//! The values of an array, taken for opcodes.

use std::collections::{BTreeSet, HashSet};

use super::{Id, globals::is_getter, machine::Machine};

/// Opcodes of such a glance, and values of the memo that it knows: a loader's code has some hundred.
pub(in crate::checkpoint::torch) const GLANCE: usize = 10_000;
/// Opcodes of all glances of one pickle: whole arrays that happen to be opcodes are rare.
pub(in crate::checkpoint::torch) const ALL_GLANCES: usize = 100 * GLANCE;
/// Checkpoints within that all glances of a file load: values of a model load none, and such bytes may overlap.
pub(in crate::checkpoint::torch) const GLANCED_LOADS: usize = 32;

/// What a pickle has loaded: each is followed once.
#[derive(Default)]
pub(super) struct Loaded {
    /// Bytes that have been read as pickles of their own.
    pub places: HashSet<u64>,
    /// Texts that have been turned back into such bytes.
    pub texts: HashSet<Id>,
}

impl Machine<'_> {
    /// Python's own reader knows nothing of the values behind such an object and would run them: what they
    /// would import, taken as opcodes. Those of real arrays end at once, or are no names.
    pub(super) fn glance(&mut self) {
        if self.is_glance {
            return;
        }
        let (from, nodes, globals) = (self.input.at(), self.out.nodes.len(), self.out.globals.len());
        // What comes before is looked at and not copied: a file has thousands of arrays.
        let below = self.stack.len().saturating_sub(GLANCE);
        let stack = self.stack.get(below..).unwrap_or_default().to_vec();
        let marks = self.marks.iter().filter_map(|it| it.checked_sub(below)).collect();
        let memo = std::mem::take(&mut self.memo);
        let outer = (
            std::mem::replace(&mut self.stack, stack),
            std::mem::replace(&mut self.marks, marks),
            std::mem::take(&mut self.texts),
            self.memoised,
            self.out.is_partial,
            self.items,
            self.out.unread.take(),
            self.other,
            // A glance's values make room for others with the same places.
            std::mem::take(&mut self.loaded),
        );
        self.beneath = Some(memo);
        self.settled = nodes;
        self.is_glance = true;
        let most = GLANCE.min(ALL_GLANCES - self.glanced.min(ALL_GLANCES));
        let mut ended = false;
        for _ in 0..most {
            self.glanced += 1;
            let read = match self.byte() {
                Ok(b'.') | Err(_) => {
                    ended = true;
                    break;
                }
                Ok(op) => self.step(op),
            };
            if read.is_err() {
                // Perhaps for want of what stands deeper on the stack.
                ended = below == 0;
                break;
            }
        }
        self.is_glance = false;
        self.settled = 0;
        self.memo = self.beneath.take().unwrap_or_default();
        let unread = self.out.unread.take();
        (
            self.stack,
            self.marks,
            self.texts,
            self.memoised,
            self.out.is_partial,
            self.items,
            self.out.unread,
            self.other,
            self.loaded,
        ) = outer;
        self.input.seek(from);
        self.out.nodes.truncate(nodes);
        let unknown = self.keep_names(globals);
        let why = if ended {
            unread.or_else(|| unknown.map(|it| format!("a call of `{it}`, a name that is put together while loading")))
        } else {
            Some(format!(
                "what a loader that takes them for such would import was followed for at most {most} opcodes"
            ))
        };
        if let Some(why) = why {
            self.out.glanced.get_or_insert_with(|| {
                format!("the values of an array at byte {from} are opcodes of pickle too: {why}")
            });
        }
    }

    /// Of the imports from this place on those that a loader can make. The others are numbers that look like an
    /// import: Python stops at such a name. Given is one that is called and may be any, since a loader puts it together.
    fn keep_names(&mut self, globals: usize) -> Option<String> {
        let mut unknown = None;
        let called: BTreeSet<usize> = self.out.called.split_off(&globals);
        for (place, name) in self.out.globals.split_off(globals).into_iter().enumerate() {
            let is_called = called.contains(&(globals + place));
            if is_import(&name) {
                let place = self.out.globals.len();
                if is_called {
                    self.out.called.insert(place);
                }
                self.known.insert(name.clone(), place);
                self.out.globals.push(name);
            } else {
                self.known.remove(&name);
                if is_called && name.contains('?') {
                    unknown.get_or_insert(name);
                }
            }
        }
        unknown
    }
}

/// A name, or what a getter was asked for: values that look like opcodes by chance have no such.
fn is_import(name: &str) -> bool {
    name.split_once('(').is_some_and(|(it, _)| is_getter(it))
        || name
            .split('.')
            .all(|it| !it.is_empty() && it.chars().all(|it| it == '_' || it.is_ascii_alphanumeric()))
}
