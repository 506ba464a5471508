//! What is imported and called.

use super::{
    Id, MAX_NESTED, Node, arrays,
    machine::{Machine, Step},
};

impl Machine<'_> {
    pub(super) fn import(&mut self, op: u8) -> Step<()> {
        match op {
            b'c' | b'i' => {
                let (module, name) = (self.line_text()?, self.line_text()?);
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

    fn call(&mut self, callable: Id, args: Id) -> Step<()> {
        if let Some(Node::Global(place)) = self.out.nodes.get(callable) {
            let place = *place;
            self.out.called.insert(place);
            let name = self.out.globals.get(place).map(String::as_str);
            if name == Some("torch.storage._load_from_bytes") {
                self.load(args);
            }
        }
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
            return self.within();
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
    fn within(&mut self) -> Step<()> {
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
}
