//! What a benchmark aims at. One that misses it says so beside the figure, and fails at its end: whoever runs it, a
//! script included, must notice.

use crate::Result;

/// The aims of one benchmark.
#[derive(Debug, Default)]
pub(crate) struct Aims {
    missed: Vec<String>,
}

impl Aims {
    /// The word beside a figure.
    pub(crate) fn judge(&mut self, what: &str, met: bool) -> &'static str {
        if met {
            return "met";
        }
        self.missed.push(what.to_owned());
        "MISSED"
    }

    /// An error that names the aims that were missed.
    pub(crate) fn end(self) -> Result<()> {
        if self.missed.is_empty() {
            return Ok(());
        }
        Err(format!("missed: {}", self.missed.join("; ")).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_benchmark_that_misses_an_aim_fails_and_names_it() {
        let mut aims = Aims::default();
        assert_eq!(aims.judge("size", true), "met");
        assert!(Aims::default().end().is_ok());
        assert_eq!(aims.judge("first paint", false), "MISSED");
        assert_eq!(aims.end().unwrap_err().to_string(), "missed: first paint");
    }
}
