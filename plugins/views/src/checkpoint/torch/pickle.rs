//! A pickle, read and not run: what it would import, and the values that it would build out of
//! plain data.
//!
//! Opcodes: <https://github.com/python/cpython/blob/main/Lib/pickletools.py>. An import or a call
//! becomes a node that says so. Values are kept in one list and refer to each other by their place
//! in it: memory is bounded by the number of steps, and values that contain themselves do no harm.

use std::collections::HashMap;

use crate::checkpoint::cursor::{Cursor, Stop};

use super::arrays;

/// Steps of one pickle: a tensor in a state takes about 60, a node of a decision tree 30.
const MAX_STEPS: usize = 30_000_000;
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
/// The longest line of the oldest protocol.
const MAX_LINE: usize = 64 << 10;
/// Pickles within pickles: an array of objects, as joblib writes it.
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
    /// The value of the whole; none where reading stopped before the end.
    pub root: Option<Id>,
    /// The byte behind its end.
    pub end: u64,
    /// Why reading stopped before the end.
    pub stopped: Option<String>,
    /// There were more values than are kept: imports are complete, values are not.
    pub is_partial: bool,
    /// Arrays whose values joblib writes into the stream, by the node that stands for each.
    pub arrays: HashMap<Id, arrays::Place>,
}

struct Machine<'a> {
    input: Cursor<'a>,
    out: Pickle,
    known: HashMap<String, usize>,
    texts: HashMap<String, Id>,
    other: Option<Id>,
    items: usize,
    depth: usize,
    steps: usize,
    stack: Vec<Id>,
    marks: Vec<usize>,
    memo: HashMap<u64, Id>,
    memoised: u64,
}

/// Reads one pickle from where the cursor stands.
pub(crate) fn read(input: Cursor<'_>) -> Pickle {
    let mut machine = Machine {
        input,
        out: Pickle::default(),
        known: HashMap::new(),
        texts: HashMap::new(),
        other: None,
        items: 0,
        depth: 0,
        steps: 0,
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
        memoised: 0,
    };
    let result = machine.run();
    machine.out.end = machine.input.at();
    match result {
        Ok(root) => machine.out.root = Some(root),
        Err(why) => machine.out.stopped = Some(format!("byte {}: {why}", machine.input.at())),
    }
    machine.out
}

type Step<T> = Result<T, String>;

impl Machine<'_> {
    fn run(&mut self) -> Step<Id> {
        while self.steps < MAX_STEPS {
            self.steps += 1;
            let op = self.byte()?;
            if op == b'.' {
                return self.pop();
            }
            self.step(op)?;
        }
        Err(format!("more than {MAX_STEPS} steps"))
    }

    fn step(&mut self, op: u8) -> Step<()> {
        match op {
            // Protocol and frames.
            0x80 => self.skip(1)?,
            0x95 => self.skip(8)?,
            b'(' => {
                self.marks.push(self.stack.len());
                self.check()?;
            }
            b'0' => {
                self.pop()?;
            }
            b'1' => {
                self.since_mark()?;
            }
            b'2' => {
                let top = self.top()?;
                self.stack.push(top);
                self.check()?;
            }
            // None, True, False, floats.
            b'N' => self.push(Node::Other)?,
            0x88 | 0x89 => self.push(Node::Int(i64::from(op == 0x88)))?,
            b'F' => {
                self.line()?;
                self.push(Node::Other)?;
            }
            b'G' => {
                self.skip(8)?;
                self.push(Node::Other)?;
            }
            b'K' | b'M' | b'J' | b'I' | b'L' | 0x8a | 0x8b => self.integer(op)?,
            b'S' | b'V' | b'X' | b'U' | b'T' | 0x8c | 0x8d | b'C' | b'B' | 0x8e | 0x96 => self.text(op)?,
            b')' => self.push(Node::Tuple(Vec::new()))?,
            b']' => self.push(Node::List(Vec::new()))?,
            b'}' => self.push(Node::Dict(Vec::new()))?,
            0x8f => self.push(Node::Other)?,
            0x85..=0x87 => {
                let count = usize::from(op - 0x84);
                let start = self.stack.len().checked_sub(count).ok_or("the stack is empty")?;
                let items = self.stack.split_off(start);
                self.push(Node::Tuple(items))?;
            }
            b't' | b'l' => {
                let items = self.since_mark()?;
                self.push(if op == b't' {
                    Node::Tuple(items)
                } else {
                    Node::List(items)
                })?;
            }
            b'd' => {
                let items = pairs(&self.since_mark()?);
                self.push(Node::Dict(items))?;
            }
            b'a' => {
                let item = self.pop()?;
                self.extend(&[item])?;
            }
            b'e' => {
                let items = self.since_mark()?;
                self.extend(&items)?;
            }
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.set(&[(key, value)])?;
            }
            b'u' => {
                let items = pairs(&self.since_mark()?);
                self.set(&items)?;
            }
            // Items of a set, a frozen set: of no interest.
            0x90 => {
                self.since_mark()?;
            }
            0x91 => {
                self.since_mark()?;
                self.push(Node::Other)?;
            }
            b'c' | 0x93 | b'i' | b'R' | 0x81 | 0x92 | b'o' | b'b' | 0x82..=0x84 => self.import(op)?,
            b'P' => {
                let id = self.line()?;
                let id = self.add(Node::Text(id))?;
                self.push(Node::Persistent(id))?;
            }
            b'Q' => {
                let id = self.pop()?;
                self.push(Node::Persistent(id))?;
            }
            b'p' | b'q' | b'r' | 0x94 | b'g' | b'h' | b'j' => self.memory(op)?,
            // Buffers outside the pickle.
            0x97 => self.push(Node::Other)?,
            0x98 => {}
            other => return Err(format!("no opcode {other:#04x}")),
        }
        Ok(())
    }

    fn integer(&mut self, op: u8) -> Step<()> {
        let value = match op {
            b'K' => i64::from(self.byte()?),
            b'M' => self.number(2)?.cast_signed(),
            b'J' => i64::from((self.number(4)? as u32).cast_signed()),
            b'I' | b'L' => self.line()?.trim_end_matches('L').parse().unwrap_or(0),
            _ => {
                let length = if op == 0x8a {
                    u64::from(self.byte()?)
                } else {
                    self.number(4)?
                };
                let bytes = self.take(length)?;
                // Longer ones are hashes and magic numbers.
                let mut value = [if bytes.last().is_some_and(|it| it & 0x80 != 0) {
                    0xff
                } else {
                    0
                }; 8];
                for (to, from) in value.iter_mut().zip(bytes) {
                    *to = *from;
                }
                i64::from_le_bytes(value)
            }
        };
        self.push(Node::Int(value))
    }

    fn text(&mut self, op: u8) -> Step<()> {
        let length = match op {
            b'S' | b'V' => {
                let line = self.line()?;
                return self.push(Node::Text(line.trim_matches(['\'', '"']).to_owned()));
            }
            b'U' | 0x8c | b'C' => u64::from(self.byte()?),
            b'X' | b'T' | b'B' => self.number(4)?,
            _ => self.number(8)?,
        };
        // Raw bytes may be long and are never a name.
        if matches!(op, b'C' | b'B' | 0x8e | 0x96) || length > MAX_TEXT {
            let at = self.input.at();
            self.skip(length)?;
            return self.push(Node::Bytes { at, length });
        }
        let text = String::from_utf8_lossy(self.take(length)?).into_owned();
        self.push(Node::Text(text))
    }

    fn import(&mut self, op: u8) -> Step<()> {
        match op {
            b'c' | b'i' => {
                let (module, name) = (self.line()?, self.line()?);
                let global = self.global(format!("{module}.{name}"))?;
                if op == b'c' {
                    self.stack.push(global);
                    return Ok(());
                }
                let args = self.since_mark()?;
                let args = self.add(Node::Tuple(args))?;
                self.call(global, args)
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let text = |id: Id| match self.out.nodes.get(id) {
                    Some(Node::Text(text)) => text.as_str(),
                    // Put together by calls: what it names cannot be known.
                    _ => "?",
                };
                let global = format!("{}.{}", text(module), text(name));
                let global = self.global(global)?;
                self.stack.push(global);
                Ok(())
            }
            b'R' | 0x81 => {
                let (args, callable) = (self.pop()?, self.pop()?);
                self.call(callable, args)
            }
            0x92 => {
                let (_, args, callable) = (self.pop()?, self.pop()?, self.pop()?);
                self.call(callable, args)
            }
            b'o' => {
                let mut items = self.since_mark()?;
                if items.is_empty() {
                    return Err("an object without a class".to_owned());
                }
                let callable = items.remove(0);
                let args = self.add(Node::Tuple(items))?;
                self.call(callable, args)
            }
            b'b' => {
                let given = self.pop()?;
                let top = self.top()?;
                if let Some(Node::Call { state, .. }) = self.out.nodes.get_mut(top) {
                    *state = Some(given);
                }
                self.payload(top)
            }
            // Extension codes: imports by a number that only the writer's Python knows.
            _ => {
                let code = self.number(1 << (op - 0x82))?;
                let global = self.global(format!("copyreg.extension_{code}"))?;
                self.stack.push(global);
                Ok(())
            }
        }
    }

    fn memory(&mut self, op: u8) -> Step<()> {
        let key = match op {
            b'p' | b'g' => self.line()?.parse().map_err(|_| "a memo without a number")?,
            b'q' | b'h' => u64::from(self.byte()?),
            b'r' | b'j' => self.number(4)?,
            _ => self.memoised,
        };
        if matches!(op, b'g' | b'h' | b'j') {
            let value = match self.memo.get(&key) {
                Some(value) => *value,
                // Perhaps one that was not kept.
                None if self.out.is_partial => self.nothing()?,
                None => return Err(format!("memo {key} was never set")),
            };
            self.stack.push(value);
        } else {
            let top = self.top()?;
            self.memoised += 1;
            let is_name = matches!(self.out.nodes.get(top), Some(Node::Text(_) | Node::Global(_)));
            if self.memo.len() < MAX_NODES || (is_name && self.memo.len() < MAX_NODES + MAX_TEXTS) {
                self.memo.insert(key, top);
            } else {
                self.out.is_partial = true;
            }
        }
        self.check()
    }

    fn call(&mut self, callable: Id, args: Id) -> Step<()> {
        self.push(Node::Call {
            callable,
            args,
            items: Vec::new(),
            state: None,
        })
    }

    /// The values that joblib writes into the stream behind the object that describes them.
    fn payload(&mut self, wrapper: Id) -> Step<()> {
        if !arrays::is_wrapper(&self.out, wrapper) {
            return Ok(());
        }
        let array =
            arrays::described(&self.out, wrapper).ok_or("an array of joblib that says nothing of its length")?;
        if array.is_object {
            return self.nested();
        }
        if array.is_aligned {
            let padding = self.byte()?;
            self.skip(u64::from(padding))?;
        }
        let at = self.input.at();
        self.skip(array.bytes)?;
        self.out.arrays.insert(wrapper, array.at(at));
        Ok(())
    }

    /// A pickle of its own within this one, of which only the imports matter.
    fn nested(&mut self) -> Step<()> {
        if self.depth >= MAX_NESTED {
            return Err(format!("more than {MAX_NESTED} pickles within each other"));
        }
        let outer = (
            std::mem::take(&mut self.stack),
            std::mem::take(&mut self.marks),
            std::mem::take(&mut self.memo),
            std::mem::take(&mut self.memoised),
        );
        self.depth += 1;
        let result = self.run();
        self.depth -= 1;
        (self.stack, self.marks, self.memo, self.memoised) = outer;
        result.map(|_| ())
    }

    fn global(&mut self, name: String) -> Step<Id> {
        let place = match self.known.get(&name) {
            Some(place) => *place,
            None if self.out.globals.len() >= MAX_GLOBALS => {
                return Err(format!("more than {MAX_GLOBALS} imports"));
            }
            None => {
                self.out.globals.push(name.clone());
                self.known.insert(name, self.out.globals.len() - 1);
                self.out.globals.len() - 1
            }
        };
        self.add(Node::Global(place))
    }

    fn extend(&mut self, items: &[Id]) -> Step<()> {
        let top = self.top()?;
        if self.room_for(items.len())
            && let Some(Node::List(list)) = self.out.nodes.get_mut(top)
        {
            list.extend(items);
        }
        Ok(())
    }

    fn set(&mut self, pairs: &[(Id, Id)]) -> Step<()> {
        let top = self.top()?;
        if self.room_for(pairs.len() * 2)
            && let Some(Node::Dict(items) | Node::Call { items, .. }) = self.out.nodes.get_mut(top)
        {
            items.extend(pairs);
        }
        Ok(())
    }

    fn room_for(&mut self, items: usize) -> bool {
        self.items += items;
        self.out.is_partial |= self.items > MAX_ITEMS;
        !self.out.is_partial
    }

    /// Adds a value. Equal texts are one, and so is what is of no interest. Once there are too many
    /// values, only what names are made of is still told apart.
    fn add(&mut self, node: Node) -> Step<Id> {
        if node == Node::Other
            && let Some(other) = self.other
        {
            return Ok(other);
        }
        if let Node::Text(text) = &node
            && let Some(id) = self.texts.get(text)
        {
            return Ok(*id);
        }
        let is_full = self.out.nodes.len() >= MAX_NODES || self.out.is_partial;
        if is_full {
            self.out.is_partial = true;
            if !matches!(node, Node::Text(_) | Node::Global(_)) {
                return self.nothing();
            }
            if self.out.nodes.len() >= MAX_NODES + MAX_TEXTS {
                return Err(format!("more than {MAX_NODES} values and {MAX_TEXTS} names"));
            }
        }
        let id = self.out.nodes.len();
        match &node {
            Node::Other => self.other = Some(id),
            Node::Text(text) => {
                self.texts.insert(text.clone(), id);
            }
            _ => {}
        }
        self.out.nodes.push(node);
        Ok(id)
    }

    fn nothing(&mut self) -> Step<Id> {
        if let Some(other) = self.other {
            return Ok(other);
        }
        self.out.nodes.push(Node::Other);
        self.other = Some(self.out.nodes.len() - 1);
        Ok(self.out.nodes.len() - 1)
    }

    fn push(&mut self, node: Node) -> Step<()> {
        let id = self.add(node)?;
        self.stack.push(id);
        Ok(())
    }

    /// Duplicated values and marks make no new nodes: they are bounded here.
    fn check(&self) -> Step<()> {
        if self.stack.len() > MAX_NODES || self.marks.len() > MAX_NODES {
            return Err(format!("more than {MAX_NODES} values on the stack"));
        }
        Ok(())
    }

    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn pop(&mut self) -> Step<Id> {
        if self.stack.len() <= self.floor() {
            return Err("the stack is empty".to_owned());
        }
        self.stack.pop().ok_or_else(|| "the stack is empty".to_owned())
    }

    fn top(&self) -> Step<Id> {
        self.stack
            .last()
            .copied()
            .ok_or_else(|| "the stack is empty".to_owned())
    }

    fn since_mark(&mut self) -> Step<Vec<Id>> {
        let mark = self.marks.pop().ok_or("there is no mark")?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    fn byte(&mut self) -> Step<u8> {
        self.input.byte().map_err(Stop::reason)
    }

    fn take(&mut self, length: u64) -> Step<&[u8]> {
        self.input.take(length, MAX_TEXT).map_err(Stop::reason)
    }

    fn skip(&mut self, length: u64) -> Step<()> {
        self.input.skip(length).map_err(Stop::reason)
    }

    fn number(&mut self, bytes: u64) -> Step<u64> {
        self.input.number(bytes).map_err(Stop::reason)
    }

    fn line(&mut self) -> Step<String> {
        self.input.line(MAX_LINE).map_err(Stop::reason)
    }
}

fn pairs(items: &[Id]) -> Vec<(Id, Id)> {
    items
        .chunks_exact(2)
        .filter_map(|it| Some((*it.first()?, *it.get(1)?)))
        .collect()
}
