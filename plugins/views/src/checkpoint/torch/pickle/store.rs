//! Where values are kept: the list of nodes, and the memo.

use super::{
    Id, MAX_GLOBALS, MAX_ITEMS, MAX_NODES, MAX_TEXTS, Node,
    machine::{Machine, Step},
    values,
};

impl Machine<'_> {
    pub(super) fn memory(&mut self, op: u8) -> Step<()> {
        let key = match op {
            b'p' | b'g' => {
                let line = self.line()?;
                let key = line.as_deref().and_then(values::decimal);
                key.and_then(|it| u64::try_from(it).ok())
                    .ok_or("a memo without a number")?
            }
            b'q' | b'h' => u64::from(self.byte()?),
            b'r' | b'j' => self.number(4)?,
            _ => self.memoised,
        };
        if matches!(op, b'g' | b'h' | b'j') {
            let beneath = || self.beneath.as_ref()?.get(&key);
            let value = match self.memo.get(&key).or_else(beneath) {
                Some(value) => *value,
                // Perhaps one that was not kept.
                None if self.out.is_partial => self.nothing()?,
                None => return Err(format!("memo {key} was never set")),
            };
            self.stack.push(value);
        } else {
            let top = self.top()?;
            self.remember(key, top)?;
        }
        self.check()
    }

    /// A key that is set again is still one key: the next one without a number depends on it.
    fn remember(&mut self, key: u64, value: Id) -> Step<()> {
        let is_name = matches!(self.out.nodes.get(value), Some(Node::Text(_) | Node::Global(_)));
        if let Some(slot) = self.memo.get_mut(&key) {
            *slot = value;
        } else if self.beneath.as_ref().is_some_and(|it| it.contains_key(&key)) {
            self.memo.insert(key, value);
        } else if self.memo.len() < MAX_NODES || (is_name && self.memo.len() < MAX_NODES + MAX_TEXTS) {
            self.memo.insert(key, value);
            self.memoised += 1;
        } else if key == self.memoised {
            self.out.is_partial = true;
            self.memoised += 1;
        } else {
            return Err(format!("more than {MAX_NODES} values in the memo, out of order"));
        }
        Ok(())
    }

    pub(super) fn global(&mut self, name: String) -> Step<Id> {
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

    pub(super) fn extend(&mut self, items: &[Id]) -> Step<()> {
        let top = self.top()?;
        if self.room_for(items.len())
            && top >= self.settled
            && let Some(Node::List(list)) = self.out.nodes.get_mut(top)
        {
            list.extend(items);
        }
        Ok(())
    }

    pub(super) fn set(&mut self, pairs: &[(Id, Id)]) -> Step<()> {
        let top = self.top()?;
        if self.room_for(pairs.len() * 2)
            && top >= self.settled
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
    pub(super) fn add(&mut self, node: Node) -> Step<Id> {
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
        let is_full = self.out.nodes.len() >= self.most_nodes || self.out.is_partial;
        if is_full {
            self.out.is_partial = true;
            if !matches!(node, Node::Text(_) | Node::Global(_)) {
                return self.nothing();
            }
            if self.out.nodes.len() >= self.most_nodes + MAX_TEXTS {
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

    pub(super) fn nothing(&mut self) -> Step<Id> {
        if let Some(other) = self.other {
            return Ok(other);
        }
        self.out.nodes.push(Node::Other);
        self.other = Some(self.out.nodes.len() - 1);
        Ok(self.out.nodes.len() - 1)
    }
}
