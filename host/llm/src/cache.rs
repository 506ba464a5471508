//! Answers by the whole question. Only what was accepted is kept; equal questions that are under
//! way at once are asked once.

use std::{
    future::Future,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use serde_json::{Value as Json, json};

use crate::{
    ErrorKind, LlmError,
    files::{digest, write_private},
    ledger::Tokens,
};

/// Answers after which the folder is swept again: rare enough to cost nothing beside the calls.
const SWEEP_EVERY: u64 = 1_000;
/// Letters of a SHA-256 digest.
const DIGEST_LETTERS: usize = 64;

/// An accepted answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Accepted {
    pub(crate) text: String,
    pub(crate) model: String,
    pub(crate) tokens: Tokens,
}

pub(crate) struct Cache {
    /// Each with the moment at which it was written: from a file it may be old already.
    memory: moka::future::Cache<String, (Accepted, SystemTime)>,
    folder: Option<PathBuf>,
    ttl: Duration,
    written: AtomicU64,
}

impl Cache {
    pub(crate) fn new(entries: u64, ttl: Duration, folder: Option<PathBuf>) -> Self {
        let memory = moka::future::Cache::builder()
            .max_capacity(entries)
            .time_to_live(ttl)
            .build();
        let cache = Self {
            memory,
            folder,
            ttl,
            written: AtomicU64::new(0),
        };
        cache.sweep();
        cache
    }

    /// Removes what is too old to be an answer. Other files are not touched.
    fn sweep(&self) {
        let Some(entries) = self.folder.as_ref().and_then(|it| std::fs::read_dir(it).ok()) else {
            return;
        };
        for file in entries.map_while(Result::ok).map(|it| it.path()) {
            if is_answer(&file) && self.is_old(&file) {
                let _ = std::fs::remove_file(file);
            }
        }
    }

    /// A file whose age cannot be told counts as old.
    fn is_old(&self, file: &Path) -> bool {
        let written = std::fs::metadata(file).and_then(|it| it.modified());
        !written.is_ok_and(|it| self.is_fresh(it))
    }

    fn is_fresh(&self, written: SystemTime) -> bool {
        SystemTime::now().duration_since(written).unwrap_or_default() <= self.ttl
    }

    /// The answer, and whether it was there. `ask` runs where it was not; a failure is not kept.
    pub(crate) async fn get<F>(&self, question: &Json, ask: impl Fn() -> F) -> Result<(Accepted, bool), LlmError>
    where
        F: Future<Output = Result<Accepted, LlmError>> + Send,
    {
        let key = digest(question);
        loop {
            let asked = AtomicBool::new(false);
            let result = self
                .memory
                .try_get_with_by_ref(&key, async {
                    if let Some(kept) = self.read(&key) {
                        return Ok(kept);
                    }
                    asked.store(true, Ordering::Relaxed);
                    let accepted = ask().await?;
                    self.write(&key, &accepted);
                    Ok((accepted, SystemTime::now()))
                })
                .await;
            let asked = asked.into_inner();
            match result {
                Ok((_, written)) if !asked && !self.is_fresh(written) => self.memory.invalidate(&key).await,
                Ok((accepted, _)) => return Ok((accepted, !asked)),
                // Another's time or budget was over, not ours: ask ourselves.
                Err(error) if !asked && own(&error) => {}
                Err(error) => return Err(LlmError::clone(&error)),
            }
        }
    }

    fn file(folder: &Path, key: &str) -> PathBuf {
        folder.join(format!("{key}.json"))
    }

    fn read(&self, key: &str) -> Option<(Accepted, SystemTime)> {
        let file = Self::file(self.folder.as_ref()?, key);
        let written = std::fs::metadata(&file).and_then(|it| it.modified()).ok()?;
        if !self.is_fresh(written) {
            return None;
        }
        let json: Json = serde_json::from_str(&std::fs::read_to_string(file).ok()?).ok()?;
        let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
        let number = |name: &str| json.get(name).and_then(Json::as_u64);
        let accepted = Accepted {
            text: text("text")?,
            model: text("model")?,
            tokens: Tokens {
                input: number("input_tokens")?,
                output: number("output_tokens")?,
            },
        };
        Some((accepted, written))
    }

    fn write(&self, key: &str, it: &Accepted) {
        let Some(folder) = &self.folder else { return };
        let json = json!({
            "text": it.text, "model": it.model, "input_tokens": it.tokens.input, "output_tokens": it.tokens.output,
        });
        let written = std::fs::create_dir_all(folder).and_then(|()| write_private(&Self::file(folder, key), &json));
        if let Err(error) = written {
            tracing::warn!(folder = %folder.display(), %error, "an answer of the language model was not kept");
        }
        if self.written.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.sweep();
        }
    }
}

/// Named by a digest, as [`Cache::file`] does.
fn is_answer(file: &Path) -> bool {
    let stem = file.file_stem().and_then(|it| it.to_str()).unwrap_or_default();
    let digest = stem.len() == DIGEST_LETTERS && stem.chars().all(|it| it.is_ascii_hexdigit());
    digest && file.extension().is_some_and(|it| it == "json")
}

fn own(error: &Arc<LlmError>) -> bool {
    matches!(error.kind, ErrorKind::TimedOut | ErrorKind::BudgetExceeded)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use futures_util::future::join_all;

    use super::*;

    /// No answer grows old while a test runs.
    const AN_HOUR: Duration = Duration::from_secs(60 * 60);

    fn accepted() -> Accepted {
        Accepted {
            text: "t".into(),
            model: "m".into(),
            tokens: Tokens { input: 1, output: 2 },
        }
    }

    #[tokio::test]
    async fn equal_questions_at_once_are_asked_once() {
        let cache = Cache::new(9, AN_HOUR, None);
        let asked = AtomicUsize::new(0);
        let ask = || async {
            asked.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            Ok(accepted())
        };
        let question = json!({"q": 1});
        let answers = join_all((0..5).map(|_| cache.get(&question, ask))).await;
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        assert_eq!(answers.into_iter().filter(|it| it.as_ref().unwrap().1).count(), 4);
    }

    #[tokio::test]
    async fn a_failure_is_not_kept() {
        let cache = Cache::new(9, AN_HOUR, None);
        let question = json!(1);
        let failing = || async { Err(LlmError::new(ErrorKind::Unavailable, "down")) };
        assert!(cache.get(&question, failing).await.is_err());
        let (_, cached) = cache.get(&question, || async { Ok(accepted()) }).await.unwrap();
        assert!(!cached);
    }

    #[tokio::test]
    async fn a_folder_keeps_answers_over_a_restart_until_they_are_old() {
        let folder = tempfile::tempdir().unwrap();
        let open = |ttl| Cache::new(9, ttl, Some(folder.path().join("answers")));
        let ask = || async { Ok(accepted()) };
        let question = json!(1);
        assert!(!open(AN_HOUR).get(&question, ask).await.unwrap().1);
        assert_eq!(open(AN_HOUR).get(&question, ask).await.unwrap(), (accepted(), true));
        let other = folder.path().join("answers/notes.json");
        std::fs::write(&other, "mine").unwrap();
        let old = open(Duration::ZERO);
        let left: Vec<_> = std::fs::read_dir(folder.path().join("answers")).unwrap().collect();
        assert_eq!(
            left.len(),
            1,
            "an expired answer is swept, another's file is not: {left:?}"
        );
        assert!(!old.get(&question, ask).await.unwrap().1);
    }

    #[tokio::test]
    async fn an_answer_from_a_file_is_no_younger_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        let ttl = AN_HOUR;
        let open = || Cache::new(9, ttl, Some(folder.path().to_owned()));
        let ask = || async { Ok(accepted()) };
        let question = json!(1);
        let age = |by: Duration| {
            let file = Cache::file(folder.path(), &digest(&question));
            let file = std::fs::File::options().write(true).open(file).unwrap();
            file.set_modified(SystemTime::now() - by).unwrap();
        };
        assert!(!open().get(&question, ask).await.unwrap().1);
        age(AN_HOUR / 2);
        let cache = open();
        assert!(cache.get(&question, ask).await.unwrap().1);
        let (_, written) = cache.memory.get(&digest(&question)).await.unwrap();
        assert!(written.elapsed().unwrap() >= AN_HOUR / 2);
        // As if the rest of its time had passed since.
        age(AN_HOUR * 2);
        let past = (accepted(), SystemTime::now() - AN_HOUR * 2);
        cache.memory.insert(digest(&question), past).await;
        assert!(!cache.get(&question, ask).await.unwrap().1);
    }
}
