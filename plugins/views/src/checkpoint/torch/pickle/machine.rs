//! The stack machine: one opcode after the other.

use std::collections::HashMap;

use deepfix_plugin::Blob;

use super::{Id, MAX_NODES, MAX_STEPS, MAX_TEXT, Node, Pickle, glance::Loaded, nested::MAX_ENCODED};
use crate::checkpoint::cursor::{Cursor, Stop};

pub(super) struct Machine<'a> {
    pub input: Cursor<'a>,
    /// The same bytes, for what is read a second time.
    pub again: &'a dyn Blob,
    pub out: Pickle,
    pub known: HashMap<String, usize>,
    pub texts: HashMap<String, Id>,
    pub other: Option<Id>,
    pub items: usize,
    pub depth: usize,
    pub steps: usize,
    /// Values that may be kept.
    pub most_nodes: usize,
    /// Bytes of a text that may be turned back into bytes.
    pub most_encoded: u64,
    pub stack: Vec<Id>,
    pub marks: Vec<usize>,
    pub memo: HashMap<u64, Id>,
    /// Different keys of the memo so far, kept or not.
    pub memoised: u64,
    pub loaded: Loaded,
    /// The memo of before such a glance, in which nothing is changed.
    pub beneath: Option<HashMap<u64, Id>>,
    /// Values below this place are not changed.
    pub settled: usize,
    /// The values of an array are read as opcodes.
    pub is_glance: bool,
    /// Opcodes that were read so.
    pub glanced: usize,
    /// Checkpoints within that such opcodes loaded, in all pickles within each other.
    pub glanced_loads: usize,
}

pub(super) type Step<T> = Result<T, String>;

impl<'a> Machine<'a> {
    pub(super) fn new(input: Cursor<'a>, again: &'a dyn Blob, depth: usize) -> Self {
        Self {
            input,
            again,
            out: Pickle::default(),
            known: HashMap::new(),
            texts: HashMap::new(),
            other: None,
            items: 0,
            depth,
            steps: 0,
            most_nodes: MAX_NODES,
            most_encoded: MAX_ENCODED,
            stack: Vec::new(),
            marks: Vec::new(),
            memo: HashMap::new(),
            memoised: 0,
            loaded: Loaded::default(),
            beneath: None,
            settled: 0,
            is_glance: false,
            glanced: 0,
            glanced_loads: 0,
        }
    }

    pub(super) fn read(mut self) -> Pickle {
        self.read_on();
        self.out
    }

    /// Reads to the end of the pickle; what was found is left in `out`.
    pub(super) fn read_on(&mut self) {
        let result = self.run();
        self.out.end = self.input.at();
        match result {
            Ok(root) => self.out.root = Some(root),
            Err(why) => self.out.stopped = Some(format!("byte {}: {why}", self.input.at())),
        }
    }

    pub(super) fn run(&mut self) -> Step<Id> {
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

    pub(super) fn step(&mut self, op: u8) -> Step<()> {
        match op {
            // Protocol and frames.
            0x80 => self.skip(1)?,
            0x95 => self.skip(8)?,
            b'(' => {
                self.marks.push(self.stack.len());
                self.check()?;
            }
            // With nothing since the last mark it takes the mark away.
            b'0' if self.marks.last() == Some(&self.stack.len()) => {
                self.marks.pop();
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
                let id = self.line_text()?;
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

    pub(super) fn push(&mut self, node: Node) -> Step<()> {
        let id = self.add(node)?;
        self.stack.push(id);
        Ok(())
    }

    /// Duplicated values and marks make no new nodes: they are bounded here.
    pub(super) fn check(&self) -> Step<()> {
        if self.stack.len() > MAX_NODES || self.marks.len() > MAX_NODES {
            return Err(format!("more than {MAX_NODES} values on the stack"));
        }
        Ok(())
    }

    pub(super) fn pop(&mut self) -> Step<Id> {
        let floor = self.marks.last().copied().unwrap_or(0);
        if self.stack.len() <= floor {
            return Err("the stack is empty".to_owned());
        }
        self.stack.pop().ok_or_else(|| "the stack is empty".to_owned())
    }

    pub(super) fn top(&self) -> Step<Id> {
        self.stack
            .last()
            .copied()
            .ok_or_else(|| "the stack is empty".to_owned())
    }

    pub(super) fn since_mark(&mut self) -> Step<Vec<Id>> {
        let mark = self.marks.pop().ok_or("there is no mark")?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    pub(super) fn byte(&mut self) -> Step<u8> {
        self.input.byte().map_err(Stop::reason)
    }

    pub(super) fn take(&mut self, length: u64) -> Step<&[u8]> {
        self.input.take(length, MAX_TEXT).map_err(Stop::reason)
    }

    pub(super) fn skip(&mut self, length: u64) -> Step<()> {
        self.input.skip(length).map_err(Stop::reason)
    }

    pub(super) fn number(&mut self, bytes: u64) -> Step<u64> {
        self.input.number(bytes).map_err(Stop::reason)
    }
}

fn pairs(items: &[Id]) -> Vec<(Id, Id)> {
    items
        .chunks_exact(2)
        .filter_map(|it| Some((*it.first()?, *it.get(1)?)))
        .collect()
}
