//! Runs of which the server was not reached.

use deepfix_mlflow::MlflowError;

use super::Row;

/// One run: its row, and the error where the server was not reached.
pub(super) struct Outcome {
    pub(super) row: Row,
    pub(super) unreached: Option<MlflowError>,
}

/// What is known of the server, run by run in their order.
pub(super) struct Unreached {
    /// So many in a row end all.
    most: usize,
    in_a_row: usize,
    /// The first error, as long as no run was reached.
    first: Option<MlflowError>,
    was_reached: bool,
}

impl Unreached {
    /// Of so many runs that are under way together, and so many in a row after them. Each read was repeated already,
    /// so those under way are a server that restarts; those after them are one that is down, of which thousands of
    /// rows would say the same.
    pub(super) fn of(under_way: usize, max_unreached: usize) -> Self {
        Self {
            most: under_way.saturating_add(max_unreached),
            in_a_row: 0,
            first: None,
            was_reached: false,
        }
    }

    /// The row of the next run.
    ///
    /// # Errors
    /// Too many runs in a row were not reached: those that follow would not be either.
    pub(super) fn next(&mut self, outcome: Outcome) -> Result<Row, MlflowError> {
        match outcome.unreached {
            None => {
                self.in_a_row = 0;
                self.was_reached = true;
            }
            Some(error) => {
                self.in_a_row += 1;
                if self.in_a_row >= self.most {
                    return Err(error);
                }
                self.first.get_or_insert(error);
            }
        }
        Ok(outcome.row)
    }

    /// After the last run.
    ///
    /// # Errors
    /// None of the runs was reached, few as they are.
    pub(super) fn end(self) -> Result<(), MlflowError> {
        match self.first {
            Some(error) if !self.was_reached => Err(error),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAY: usize = 3;
    const ROW: usize = 5;

    fn outcome(is_reached: bool) -> Outcome {
        let row = Row::default();
        let unreached = (!is_reached).then(|| MlflowError::Unreachable {
            uri: "http://a.example".to_owned(),
            reason: "dropped".to_owned(),
        });
        Outcome { row, unreached }
    }

    #[test]
    fn only_several_runs_in_a_row_end_all() {
        let mut seen = Unreached::of(WAY, ROW);
        for _ in 0..3 {
            for _ in 1..WAY + ROW {
                assert!(seen.next(outcome(false)).is_ok());
            }
            assert!(seen.next(outcome(true)).is_ok());
        }
        for _ in 1..WAY + ROW {
            assert!(seen.next(outcome(false)).is_ok());
        }
        let error = seen.next(outcome(false)).err().unwrap();
        assert!(error.may_pass(), "{error}");
        // How many is configured.
        assert!(Unreached::of(0, 1).next(outcome(false)).is_err());
    }

    #[test]
    fn a_few_runs_of_which_none_was_reached_are_no_table() {
        let ended = |reached: &[bool]| {
            let mut seen = Unreached::of(WAY, ROW);
            for it in reached {
                seen.next(outcome(*it)).unwrap();
            }
            seen.end().is_ok()
        };
        assert!(!ended(&[false, false]));
        assert!(ended(&[true, false]) && ended(&[false, true]) && ended(&[]));
    }
}
