//! What is imported and called.

use super::{
    Id, MAX_NESTED, Node, arrays,
    machine::{Machine, Step},
};

/// Functions that return an attribute, whatever it is.
pub(super) fn is_getter(name: &str) -> bool {
    matches!(
        name,
        "builtins.getattr" | "__builtin__.getattr" | "operator.attrgetter" | "_operator.attrgetter"
    )
}

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
                self.call(global, args, true)
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
                self.call(callable, args, op == b'R')
            }
            0x92 => {
                let (_, args, callable) = (self.pop()?, self.pop()?, self.pop()?);
                self.call(callable, args, false)
            }
            b'o' => {
                let mut items = self.since_mark()?;
                if items.is_empty() {
                    return Err("an object without a class".to_owned());
                }
                let callable = items.remove(0);
                let args = self.add(Node::Tuple(items))?;
                self.call(callable, args, true)
            }
            b'b' => {
                let given = self.pop()?;
                let top = self.top()?;
                if top >= self.settled
                    && let Some(Node::Call { state, .. }) = self.out.nodes.get_mut(top)
                {
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

    /// A call. `any`: of whatever is callable; else a class is made an object of.
    fn call(&mut self, callable: Id, args: Id, any: bool) -> Step<()> {
        if let Some(Node::Global(place)) = self.out.nodes.get(callable) {
            let place = *place;
            self.out.called.insert(place);
            let name = self.out.globals.get(place).map_or("", String::as_str);
            match name {
                "torch.storage._load_from_bytes" => self.load(args),
                // It calls what it is given.
                "torch._tensor._rebuild_from_type_v2" => self.called_within(args),
                _ if is_getter(name) => {
                    let name = name.to_owned();
                    if let Some(attribute) = self.hidden_attribute(args) {
                        let _ = self.global(format!("{name}(?).{attribute}"))?;
                    }
                }
                _ => {}
            }
        } else if any {
            self.call_of_result(callable)?;
        }
        self.push(Node::Call {
            callable,
            args,
            items: Vec::new(),
            state: None,
        })
    }

    /// A call of what another call has returned: a bound function calls what was bound, and an
    /// attribute of an object may be anything. Classes within classes are attributes of a class.
    fn call_of_result(&mut self, callable: Id) -> Step<()> {
        let Some((name, args)) = self.call_by_name(callable) else {
            return Ok(());
        };
        match name.as_str() {
            "functools.partial" => self.called_within(args),
            it if is_getter(it) && !self.is_of_class(args) => {
                let _ = self.global(format!("{name}(?)()"))?;
            }
            _ => {}
        }
        Ok(())
    }

    /// The name and the arguments of a call of an import.
    fn call_by_name(&self, id: Id) -> Option<(String, Id)> {
        let Some(Node::Call { callable, args, .. }) = self.out.nodes.get(id) else {
            return None;
        };
        let Some(Node::Global(place)) = self.out.nodes.get(*callable) else {
            return None;
        };
        Some((self.out.globals.get(*place)?.clone(), *args))
    }

    fn arguments(&self, args: Id) -> &[Id] {
        match self.out.nodes.get(args) {
            Some(Node::Tuple(items)) => items,
            _ => &[],
        }
    }

    /// Whether the object of `getattr` is an import, or an attribute of one.
    fn is_of_class(&self, args: Id) -> bool {
        let mut args = args;
        // As deep as classes stand in each other, and no deeper.
        for _ in 0..8 {
            let Some(object) = self.arguments(args).first() else {
                return false;
            };
            if let Some(Node::Global(_)) = self.out.nodes.get(*object) {
                return true;
            }
            match self.call_by_name(*object) {
                Some((name, of)) if is_getter(&name) => args = of,
                _ => return false,
            }
        }
        false
    }

    /// The attribute that a getter is asked for, where it leads behind an object (`__globals__`), or
    /// cannot be known.
    fn hidden_attribute(&self, args: Id) -> Option<String> {
        let Some(name) = self.arguments(args).last() else {
            return Some("?".to_owned());
        };
        match self.out.nodes.get(*name) {
            Some(Node::Text(text)) => text.split('.').any(|it| it.starts_with("__")).then(|| text.clone()),
            _ => Some("?".to_owned()),
        }
    }

    /// Imports among arguments that are called by what they are given to.
    fn called_within(&mut self, args: Id) {
        let first = self.arguments(args).first().copied();
        if let Some(Node::Global(place)) = first.and_then(|it| self.out.nodes.get(it)) {
            self.out.called.insert(*place);
        }
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
        self.glance();
        if array.is_aligned {
            let padding = self.byte()?;
            self.skip(u64::from(padding))?;
        }
        let at = self.input.at();
        self.skip(array.bytes)?;
        if !self.is_glance {
            self.out.arrays.insert(wrapper, array.at(at));
        }
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
