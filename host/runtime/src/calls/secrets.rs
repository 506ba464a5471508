use crate::{bindings::secrets::Host, error::HostError, gate::Access, secrets::placeholder, state::HostState};

impl Host for HostState {
    async fn names(&mut self) -> wasmtime::Result<Vec<String>> {
        self.gate.pass()?;
        Ok(self.secrets.names().map(str::to_owned).collect())
    }

    async fn get(&mut self, name: String) -> Result<String, HostError> {
        self.gate.enter(Access::Secret(&name))?;
        let value = self.secrets.get(&name).unwrap_or_default();
        // A recording holds the name in the value's place, as everything else that leaves; and every
        // rehearsal answers as a recording would.
        Ok(if self.rehearsed {
            placeholder(&name)
        } else {
            value.to_owned()
        })
    }
}
