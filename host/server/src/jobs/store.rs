//! The jobs that are in memory, and who may move one on.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use deepfix_core::{Problem, ProblemCode};
use serde_json::value::RawValue;
use tokio::{sync::Notify, task::AbortHandle};
use uuid::Uuid;

use super::job::{Job, Snapshot, State};
use crate::{admission::RETRY_AFTER, problem::Refusal, shutdown::JOB_CUT_OFF};

/// Why a job that a client ended has no result.
pub(crate) const CANCELLED: &str = "cancelled: on request of a client";

/// How a job has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// It has not.
    NotYet,
    /// With a result, which the database has as well or not.
    Completed { kept: bool },
    /// With an error.
    Failed(String),
    /// It is not in memory.
    Unknown,
}

/// All jobs, in memory.
#[derive(Debug, Clone)]
pub(crate) struct Jobs(Arc<Mutex<Store>>, Arc<Notify>);

#[derive(Debug)]
struct Store {
    jobs: HashMap<Uuid, Job>,
    closed: bool,
    max_jobs: usize,
    retention: Duration,
}

impl Store {
    fn forget_old(&mut self) {
        self.jobs
            .retain(|_, job| job.over_since.is_none_or(|since| since.elapsed() < self.retention));
    }

    /// Forgets the job that has been over longest, when there is no room.
    fn make_room(&mut self) -> Result<(), Refusal> {
        self.forget_old();
        if self.closed {
            return Err(Refusal::shutting_down("no new jobs are taken"));
        }
        if self.jobs.len() < self.max_jobs {
            return Ok(());
        }
        let oldest = self
            .jobs
            .iter()
            .filter_map(|(id, job)| Some((job.over_since?, *id)))
            .min();
        match oldest {
            Some((_, id)) => self.jobs.remove(&id),
            None => return Err(full(self.max_jobs)),
        };
        Ok(())
    }
}

fn full(max_jobs: usize) -> Refusal {
    let problem = Problem::new(
        ProblemCode::Overloaded,
        format!(
            "{max_jobs} jobs are not over yet (`[server] max_jobs`): try again in {} seconds",
            RETRY_AFTER.as_secs()
        ),
    );
    Refusal::new(problem).retry_after(RETRY_AFTER)
}

impl Jobs {
    pub(crate) fn new(max_jobs: usize, retention: Duration) -> Self {
        let store = Store {
            jobs: HashMap::new(),
            closed: false,
            max_jobs,
            retention,
        };
        Self(Arc::new(Mutex::new(store)), Arc::default())
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        // Nothing panics while it holds the lock, and every state of the store is sound.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a job could be created now: asked before a body is read for one.
    pub(crate) fn check_room(&self) -> Result<(), Refusal> {
        let mut store = self.store();
        store.forget_old();
        let full_of_unfinished =
            store.jobs.len() >= store.max_jobs && store.jobs.values().all(|job| !job.state.is_over());
        if full_of_unfinished {
            Err(full(store.max_jobs))
        } else {
            Ok(())
        }
    }

    /// A new job under an id that cannot be guessed: who knows it may read the result.
    pub(crate) fn create(&self, tenant: &Arc<str>) -> Result<(Running, Snapshot), Refusal> {
        let mut store = self.store();
        store.make_room()?;
        let (id, job) = (Uuid::new_v4(), Job::new(tenant));
        let snapshot = job.snapshot(id);
        store.jobs.insert(id, job);
        Ok((Running { jobs: self.clone(), id }, snapshot))
    }

    /// Tells which task does the work, so that it can be cancelled.
    pub(crate) fn attach(&self, id: Uuid, task: AbortHandle) {
        match self.store().jobs.get_mut(&id) {
            Some(job) if !job.state.is_over() => job.task = Some(task),
            // Over already: then this does nothing, or cancels what was cancelled a moment ago.
            _ => task.abort(),
        }
    }

    /// A job of a tenant.
    pub(crate) fn get(&self, id: &str, tenant: &str) -> Option<Snapshot> {
        let id = Uuid::parse_str(id).ok()?;
        let mut store = self.store();
        store.forget_old();
        let job = store.jobs.get(&id).filter(|job| *job.tenant == *tenant)?;
        Some(job.snapshot(id))
    }

    /// Ends a job of a tenant that is not over.
    pub(crate) fn cancel(&self, id: &str, tenant: &str) -> Option<Snapshot> {
        self.get(id, tenant)?;
        let uuid = Uuid::parse_str(id).ok()?;
        self.end(uuid, CANCELLED);
        self.get(id, tenant)
    }

    /// How a job has ended.
    pub(crate) fn end_of(&self, id: Uuid) -> End {
        match self.store().jobs.get(&id).map(|it| &it.state) {
            None => End::Unknown,
            Some(State::Completed { kept, .. }) => End::Completed { kept: *kept },
            Some(State::Failed(error)) => End::Failed(error.clone()),
            Some(State::Pending | State::Processing) => End::NotYet,
        }
    }

    /// How many are not over.
    pub(crate) fn unfinished(&self) -> usize {
        self.store().jobs.values().filter(|job| !job.state.is_over()).count()
    }

    /// Takes no more jobs; those that are there go on.
    pub(crate) fn refuse_new(&self) {
        self.store().closed = true;
    }

    /// Waits until all are over.
    pub(crate) async fn idle(&self) {
        loop {
            let changed = self.1.notified();
            if self.unfinished() == 0 {
                return;
            }
            changed.await;
        }
    }

    /// Those that run and whose acceptance is written down.
    pub(crate) fn attached(&self) -> Vec<Uuid> {
        let store = self.store();
        let running = store.jobs.iter().filter(|(_, job)| job.task.is_some());
        running.map(|(id, _)| *id).collect()
    }

    /// Those whose result is in memory: whose they are, and whether the database has it as well.
    pub(crate) fn completed(&self) -> Vec<(Uuid, Arc<str>, bool)> {
        let store = self.store();
        let completed = store.jobs.iter().filter_map(|(id, job)| match job.state {
            State::Completed { kept, .. } => Some((*id, Arc::clone(&job.tenant), kept)),
            _ => None,
        });
        completed.collect()
    }

    /// Takes no more jobs and ends all; returns how many were not over.
    pub(crate) fn close(&self) -> usize {
        let unfinished: Vec<_> = {
            let mut store = self.store();
            store.closed = true;
            store
                .jobs
                .iter()
                .filter(|(_, job)| !job.state.is_over())
                .map(|(id, _)| *id)
                .collect()
        };
        unfinished.iter().filter(|id| self.end(**id, JOB_CUT_OFF)).count()
    }

    /// Forgets a job that is over.
    pub(crate) fn forget(&self, id: Uuid) {
        self.store().jobs.retain(|it, job| *it != id || !job.state.is_over());
    }

    /// Forgets a job of a tenant that is over, result and all; one that is not, with its end, where its result was
    /// there to be `deleted`.
    pub(crate) fn forget_of(&self, id: &str, tenant: &str, deleted: bool) {
        let Ok(id) = Uuid::parse_str(id) else { return };
        let mut store = self.store();
        match store.jobs.get_mut(&id) {
            Some(job) if *job.tenant != *tenant => {}
            Some(job) if !job.state.is_over() => job.deleted |= deleted,
            _ => drop(store.jobs.remove(&id)),
        }
    }

    /// Whether this is what ended it.
    pub(crate) fn end(&self, id: Uuid, error: &str) -> bool {
        let Some(task) = self.update(id, State::Failed(error.to_owned())) else {
            return false;
        };
        if let Some(task) = task {
            task.abort();
        }
        true
    }

    /// Moves a job on that is not over. Returns its task when it now is over.
    fn update(&self, id: Uuid, state: State) -> Option<Option<AbortHandle>> {
        let mut store = self.store();
        let job = store.jobs.get_mut(&id).filter(|job| !job.state.is_over())?;
        let over = state.is_over();
        let deleted = job.deleted && matches!(state, State::Completed { .. });
        job.set(state);
        let task = if over { job.task.take() } else { None };
        if deleted {
            store.jobs.remove(&id);
        }
        if over {
            self.1.notify_waiters();
        }
        Some(task)
    }
}

/// The right to move a job on. Dropped before the job is over, it fails the job.
#[derive(Debug)]
pub(crate) struct Running {
    jobs: Jobs,
    id: Uuid,
}

impl Running {
    pub(crate) fn id(&self) -> Uuid {
        self.id
    }

    pub(crate) fn begin(&self) {
        self.jobs.update(self.id, State::Processing);
    }

    /// Ends it with a result, which the database has as well or not.
    pub(crate) fn complete(self, response: Box<RawValue>, kept: bool) {
        let response = Arc::from(response);
        self.jobs.update(self.id, State::Completed { response, kept });
    }

    pub(crate) fn fail(self, error: String) {
        self.jobs.update(self.id, State::Failed(error));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let error = "internal: the server made a mistake while it did this job; its log says more";
        if self.jobs.update(self.id, State::Failed(error.to_owned())).is_some() {
            tracing::error!(job = %self.id, "a job ended without a result");
        }
    }
}

#[cfg(test)]
mod tests;
