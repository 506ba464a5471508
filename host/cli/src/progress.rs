//! Progress on a terminal; nothing elsewhere.

use std::{collections::HashMap, io::IsTerminal, sync::Mutex, time::Duration};

use deepfix_core::Progress;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// A bar per agent while it works.
pub(crate) struct Bars {
    all: MultiProgress,
    bars: Mutex<HashMap<String, ProgressBar>>,
}

impl Bars {
    /// None when standard error is no terminal.
    pub(crate) fn new() -> Option<Self> {
        std::io::stderr().is_terminal().then(|| Self {
            all: MultiProgress::new(),
            bars: Mutex::default(),
        })
    }

    pub(crate) fn clear(&self) {
        let _ = self.all.clear();
    }
}

impl Progress for Bars {
    fn report(&self, agent: &str, fraction: f64, message: &str) {
        const STEPS: u64 = 1000;
        let Ok(mut bars) = self.bars.lock() else { return };
        let bar = bars.entry(agent.to_owned()).or_insert_with(|| {
            let bar = self.all.add(ProgressBar::new(STEPS));
            if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix:38} {bar:20} {msg}") {
                bar.set_style(style);
            }
            bar.set_prefix(agent.to_owned());
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        bar.set_position((fraction * STEPS as f64) as u64);
        bar.set_message(
            message
                .chars()
                .filter(|it| !it.is_control())
                .take(60)
                .collect::<String>(),
        );
        if fraction >= 1.0 {
            bar.finish();
        }
    }
}
