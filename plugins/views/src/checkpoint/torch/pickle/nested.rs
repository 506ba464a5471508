//! Bytes in a pickle that are a checkpoint of their own: pickle writes a tensor as a call of
//! `torch.storage._load_from_bytes`, which is `torch.load`, and loads whatever the bytes import.
//!
//! <https://github.com/pytorch/pytorch/blob/main/torch/storage.py>.

use deepfix_plugin::{Blob, Error};

use super::{Id, MAX_NESTED, MAX_STEPS, Node, Pickle, glance::GLANCED_LOADS, machine::Machine};
use crate::checkpoint::{
    cursor::Cursor,
    space::{Part, Piece},
    zip,
};

/// Pickles of PyTorch's stream of before 1.6, which is what is written here.
const STREAM: usize = 5;
/// Bytes that stand in the pickle as a text, as protocol 2 has it, and are turned back: they are held in memory.
pub(super) const MAX_ENCODED: u64 = 64 << 20;

/// What was found in them.
#[derive(Default)]
struct Found {
    globals: Vec<(String, bool)>,
    unread: Option<String>,
    steps: usize,
    glanced_loads: usize,
}

impl Machine<'_> {
    /// Follows the bytes that a call loads. What keeps them from being followed is noted.
    pub(super) fn load(&mut self, args: Id) {
        let unread = match self.bytes_of(args) {
            Some(_) if self.is_glance && self.glanced_loads >= GLANCED_LOADS => {
                Some(format!("more than {GLANCED_LOADS} calls of `_load_from_bytes`"))
            }
            Some(Source::There { at, length }) => {
                if !self.loaded.places.insert(at) {
                    return;
                }
                let piece = Piece {
                    blob: String::new(),
                    offset: at,
                    length,
                    packed: None,
                };
                let part = Part::new(self.again, piece, length);
                self.glanced_loads += usize::from(self.is_glance);
                self.follow(&part)
            }
            Some(Source::Text(text)) => {
                // The same text in a loop of calls is turned back once.
                if !self.loaded.texts.insert(text) {
                    return;
                }
                self.glanced_loads += usize::from(self.is_glance);
                match self.turn_back(text) {
                    Ok(bytes) => self.follow(&Held(bytes)),
                    Err(why) => Some(why),
                }
            }
            None => Some(OUT_OF_REACH.to_owned()),
        };
        if let Some(why) = unread {
            self.out.unread.get_or_insert(why);
        }
    }

    fn follow(&mut self, blob: &dyn Blob) -> Option<String> {
        if self.depth >= MAX_NESTED {
            return Some(format!("more than {MAX_NESTED} pickles within each other"));
        }
        let room = self.most_nodes.saturating_sub(self.out.nodes.len());
        let found = imports(blob, self.depth + 1, (self.steps, self.glanced_loads), room);
        let mut unread = match found {
            Ok(found) => {
                (self.steps, self.glanced_loads) = (found.steps, found.glanced_loads);
                for (name, is_called) in found.globals {
                    let place = match self.global(name) {
                        Ok(id) => self.out.nodes.get(id),
                        Err(why) => return Some(why),
                    };
                    if let (Some(Node::Global(place)), true) = (place, is_called) {
                        self.out.called.insert(*place);
                    }
                }
                found.unread
            }
            Err(error) => Some(error.to_string()),
        };
        if let Some(why) = &mut unread {
            why.insert_str(0, "within what `_load_from_bytes` loads: ");
        }
        unread
    }

    /// The argument as bytes: as they stand in the file, or as a text that `_codecs.encode` turns back.
    fn bytes_of(&self, args: Id) -> Option<Source> {
        let tuple = |id: Id| match self.out.nodes.get(id)? {
            Node::Tuple(items) => items.first().copied(),
            _ => None,
        };
        match self.out.nodes.get(tuple(args)?)? {
            Node::Bytes { at, length } => Some(Source::There {
                at: *at,
                length: *length,
            }),
            Node::Call { callable, args, .. } => {
                let Node::Global(place) = self.out.nodes.get(*callable)? else {
                    return None;
                };
                if self.out.globals.get(*place)? != "_codecs.encode" {
                    return None;
                }
                tuple(*args).map(Source::Text)
            }
            _ => None,
        }
    }

    /// A text as the bytes that `_codecs.encode` makes of it.
    fn turn_back(&self, text: Id) -> Result<Vec<u8>, String> {
        let unknown = || OUT_OF_REACH.to_owned();
        let text = match self.out.nodes.get(text) {
            Some(Node::Text(text)) => text.clone(),
            Some(Node::Bytes { at, length }) if *length <= self.most_encoded => {
                let bytes = zip::bytes(self.again, *at, *length).map_err(|it| it.to_string())?;
                String::from_utf8(bytes).map_err(|_| unknown())?
            }
            Some(Node::Bytes { length, .. }) => {
                return Err(format!(
                    "what `_load_from_bytes` loads is a text of {length} bytes; {} are turned back",
                    self.most_encoded
                ));
            }
            _ => return Err(unknown()),
        };
        let bytes = text.chars().map(|it| u8::try_from(u32::from(it)).ok());
        bytes.collect::<Option<_>>().ok_or_else(unknown)
    }
}

enum Source {
    There {
        at: u64,
        length: u64,
    },
    /// A node that holds a text, which `_codecs.encode` turns back into bytes.
    Text(Id),
}

const OUT_OF_REACH: &str = "what `_load_from_bytes` loads is put together while loading";

/// Bytes that are in memory.
struct Held(Vec<u8>);

impl Blob for Held {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>, Error> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.0.len());
        let end = start.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
        Ok(self.0.get(start..end.min(self.0.len())).unwrap_or_default().to_vec())
    }
}

/// What loading a whole file of PyTorch would import. `spent`: steps and loads of glances so far.
fn imports(blob: &dyn Blob, depth: usize, spent: (usize, usize), room: usize) -> Result<Found, Error> {
    let mut found = Found {
        steps: spent.0,
        glanced_loads: spent.1,
        ..Found::default()
    };
    if zip::bytes(blob, 0, 4)? == b"PK\x03\x04" {
        let entries = match zip::entries(blob)? {
            Ok(entries) => entries,
            Err(why) => {
                found.unread = Some(why);
                zip::recovered(blob)?
            }
        };
        for entry in entries.iter().filter(|it| it.name.ends_with(".pkl")) {
            match entry.piece(blob, "")? {
                Some(piece) => {
                    let (first, second) = (
                        Part::new(blob, piece.clone(), u64::MAX),
                        Part::new(blob, piece, u64::MAX),
                    );
                    found.read(Cursor::new(&first, 0, u64::MAX), &second, depth, room);
                }
                None => found.unread = Some(format!("`{}` is not where its directory says", entry.name)),
            }
        }
        return Ok(found);
    }
    let mut at = 0;
    for _ in 0..STREAM {
        let before = found.unread.is_some();
        at = found.read(Cursor::new(blob, at, u64::MAX), blob, depth, room);
        // One that is no checkpoint is loaded up to the end of its first pickle.
        if found.unread.is_some() != before || at >= blob.size() {
            break;
        }
    }
    Ok(found)
}

impl Found {
    fn read(&mut self, input: Cursor<'_>, again: &dyn Blob, depth: usize, room: usize) -> u64 {
        let mut machine = Machine::new(input, again, depth);
        machine.steps = self.steps.min(MAX_STEPS);
        machine.glanced_loads = self.glanced_loads;
        machine.most_nodes = room;
        machine.read_on();
        (self.steps, self.glanced_loads) = (machine.steps, machine.glanced_loads);
        let Pickle {
            globals,
            called,
            stopped,
            unread,
            end,
            ..
        } = machine.out;
        let names = globals.into_iter().enumerate();
        self.globals
            .extend(names.map(|(place, it)| (it, called.contains(&place))));
        self.unread = self.unread.take().or(stopped).or(unread);
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_beyond_the_limit_is_not_turned_back_and_that_is_said() {
        // Longer than what is kept as a text at once.
        let inner = [
            &b"\x80\x02cos\nsystem\nX\x02\0\0\0id\x85R0"[..],
            &b"N0".repeat(3000),
            b"N.",
        ]
        .concat();
        let text: String = inner.iter().map(|it| char::from(*it)).collect();
        let bytes = [
            &b"\x80\x04ctorch.storage\n_load_from_bytes\nc_codecs\nencode\nX"[..],
            &(text.len() as u32).to_le_bytes(),
            text.as_bytes(),
            b"X\x06\0\0\0latin1\x86R\x85R.",
        ]
        .concat();
        let blob = Held(bytes);
        let read = |most: u64| {
            let mut machine = Machine::new(Cursor::new(&blob, 0, u64::MAX), &blob, 0);
            assert_eq!(machine.most_encoded, MAX_ENCODED);
            machine.most_encoded = most;
            machine.read()
        };
        let system = "os.system".to_owned();
        let it = read(text.len() as u64);
        assert!(it.globals.contains(&system) && it.unread.is_none(), "{:?}", it.unread);
        let it = read(text.len() as u64 - 1);
        assert!(!it.globals.contains(&system));
        let why = it.unread.unwrap();
        let limit = format!("{} are turned back", text.len() - 1);
        assert!(why.contains(&text.len().to_string()) && why.contains(&limit), "{why}");
    }
}
