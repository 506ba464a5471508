//! A pickle, read and not run: what it would import, and the values that it would build out of
//! plain data.
//!
//! Opcodes: <https://github.com/python/cpython/blob/main/Lib/pickletools.py>. An import or a call
//! becomes a node that says so. Values are kept in one list and refer to each other by their place
//! in it: memory is bounded by the number of steps, and values that contain themselves do no harm.

use std::collections::HashMap;

/// Steps of one pickle: a tensor in a state takes about 60.
const MAX_STEPS: usize = 3_000_000;
/// Values that one pickle may build, and keep at once: some 10,000 tensors, in a third of the memory
/// that a component has.
const MAX_NODES: usize = 400_000;
/// Names that are imported; a real file has a few dozen.
const MAX_GLOBALS: usize = 10_000;

/// The place of a value.
pub(crate) type Id = usize;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    /// None, booleans, floats and what is of no interest.
    Other,
    Int(i64),
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
    /// Bytes up to the end.
    pub length: usize,
    /// Why reading stopped before the end.
    pub stopped: Option<String>,
}

struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    out: Pickle,
    known: HashMap<String, usize>,
    stack: Vec<Id>,
    marks: Vec<usize>,
    memo: HashMap<u64, Id>,
}

/// Reads one pickle from the start of some bytes.
pub(crate) fn read(bytes: &[u8]) -> Pickle {
    let mut machine = Machine {
        bytes,
        at: 0,
        out: Pickle::default(),
        known: HashMap::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
    };
    let result = machine.run();
    machine.out.length = machine.at;
    match result {
        Ok(root) => machine.out.root = Some(root),
        Err(why) => machine.out.stopped = Some(format!("byte {}: {why}", machine.at)),
    }
    machine.out
}

type Step<T> = Result<T, String>;

impl Machine<'_> {
    fn run(&mut self) -> Step<Id> {
        for _ in 0..MAX_STEPS {
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
            b'N' | 0x88 | 0x89 => self.push(Node::Other)?,
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
        let bytes = self.take(length)?;
        let node = match op {
            // Raw bytes may be long and are never a name.
            b'C' | b'B' | 0x8e | 0x96 => Node::Other,
            _ => Node::Text(String::from_utf8_lossy(bytes).into_owned()),
        };
        self.push(node)
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
                Ok(())
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
            _ => self.memo.len() as u64,
        };
        if matches!(op, b'g' | b'h' | b'j') {
            let value = *self.memo.get(&key).ok_or_else(|| format!("memo {key} was never set"))?;
            self.stack.push(value);
        } else {
            let top = self.top()?;
            self.memo.insert(key, top);
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
        if let Some(Node::List(list)) = self.out.nodes.get_mut(top) {
            list.extend(items);
        }
        Ok(())
    }

    fn set(&mut self, pairs: &[(Id, Id)]) -> Step<()> {
        let top = self.top()?;
        if let Some(Node::Dict(items) | Node::Call { items, .. }) = self.out.nodes.get_mut(top) {
            items.extend(pairs);
        }
        Ok(())
    }

    fn add(&mut self, node: Node) -> Step<Id> {
        if self.out.nodes.len() >= MAX_NODES {
            return Err(format!("more than {MAX_NODES} values"));
        }
        self.out.nodes.push(node);
        Ok(self.out.nodes.len() - 1)
    }

    fn push(&mut self, node: Node) -> Step<()> {
        let id = self.add(node)?;
        self.stack.push(id);
        Ok(())
    }

    /// Duplicated values and marks make no new nodes: they are bounded here.
    fn check(&self) -> Step<()> {
        if self.stack.len() > MAX_NODES || self.marks.len() > MAX_NODES || self.memo.len() > MAX_NODES {
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
        let byte = *self.bytes.get(self.at).ok_or("it is cut off")?;
        self.at += 1;
        Ok(byte)
    }

    fn take(&mut self, length: u64) -> Step<&[u8]> {
        let end = usize::try_from(length).ok().and_then(|it| self.at.checked_add(it));
        let bytes = end
            .and_then(|end| self.bytes.get(self.at..end))
            .ok_or("it is cut off")?;
        self.at += bytes.len();
        Ok(bytes)
    }

    fn skip(&mut self, length: u64) -> Step<()> {
        self.take(length).map(|_| ())
    }

    fn number(&mut self, bytes: u64) -> Step<u64> {
        let mut value = [0; 8];
        for (to, from) in value.iter_mut().zip(self.take(bytes)?) {
            *to = *from;
        }
        Ok(u64::from_le_bytes(value))
    }

    fn line(&mut self) -> Step<String> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let end = rest.iter().position(|it| *it == b'\n').ok_or("it is cut off")?;
        let line = rest.get(..end).unwrap_or_default();
        self.at += end + 1;
        Ok(String::from_utf8_lossy(line).into_owned())
    }
}

fn pairs(items: &[Id]) -> Vec<(Id, Id)> {
    items
        .chunks_exact(2)
        .filter_map(|it| Some((*it.first()?, *it.get(1)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_it_would_import_is_listed_and_nothing_is_run() {
        // What `pickle.dumps` makes of an object whose __reduce__ is (os.system, ("id",)).
        let it = read(
            b"\x80\x04\x95\x1d\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x02id\x94\x85\x94R\x94.",
        );
        assert_eq!(it.globals, ["posix.system"]);
        assert_eq!(it.stopped, None);
        let it = read(b"cos\nsystem\n(S'id'\ntR.");
        assert_eq!(it.globals, ["os.system"]);
        let it = read(b"(S'id'\nios\nsystem\n.");
        assert_eq!(it.globals, ["os.system"]);
    }

    #[test]
    fn plain_values_are_built() {
        // {"a": (1, 2), "b": [3]}
        let bytes = b"\x80\x02}q\0(X\x01\0\0\0aq\x01K\x01K\x02\x86q\x02X\x01\0\0\0bq\x03]q\x04K\x03au.";
        let it = read(&[&bytes[..], b"what follows"].concat());
        let Node::Dict(items) = &it.nodes[it.root.unwrap()] else {
            panic!("{it:?}")
        };
        assert_eq!(items.len(), 2);
        assert_eq!(it.nodes[items[0].0], Node::Text("a".into()));
        let Node::Tuple(pair) = &it.nodes[items[0].1] else {
            panic!("{it:?}")
        };
        assert_eq!(it.nodes[pair[1]], Node::Int(2));
        assert_eq!(it.length, bytes.len());
    }

    #[test]
    fn absurd_lengths_and_empty_stacks_end_it() {
        for bytes in [
            &b""[..],
            b"R.",
            b"t.",
            b"X\xff\xff\xff\x7f.",
            b"\x8d\xff\xff\xff\xff\xff\xff\xff\xff.",
            b"h\x05.",
            b"\xff",
            b"(0.",
        ] {
            let it = read(bytes);
            assert!(it.root.is_none() && it.stopped.is_some(), "{bytes:?}");
        }
        // A list that holds itself, and duplicates without end.
        assert!(read(b"]q\0h\0a.").root.is_some());
        let mut many = b"N".to_vec();
        many.extend(vec![b'2'; MAX_STEPS]);
        assert!(read(&many).stopped.unwrap().contains("on the stack"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let it = read(&bytes);
            prop_assert!(it.length <= bytes.len());
        }

        #[test]
        fn any_opcodes_are_survived(bytes in prop::collection::vec(
            prop::sample::select(b"(0122N)]}tldaesuQRboq\x00h\x00\x85\x86\x87\x81\x93\x94K\x01.".to_vec()), 0..400)) {
            let _ = read(&bytes);
        }
    }
}
