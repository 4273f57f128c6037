//! Long work in the background (処理の進み具合): started from one page, watched and stopped from any.
//!
//! A registry lives as long as the server and keeps what its last jobs made. It is no queue: one job
//! runs at a time, and who comes second is told which one that is. What a job must not lose, it
//! writes into the database itself, in one transaction; a server that ends takes its jobs with it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

/// Jobs that a registry remembers; older ones are forgotten with their results.
const KEPT_MAX: usize = 20;

/// Which job. Not to be guessed, and never given twice, even by the next server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct JobId(pub Uuid);

/// Lets the office stop work. Clones stop the same work.
#[derive(Debug, Clone, Default)]
pub struct CancelFlag(Arc<AtomicBool>);

impl CancelFlag {
    /// Asks the work to stop. It leaves nothing behind.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How far a job has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Units that are done.
    pub done: u64,
    /// Units in all; 0 while that is not known.
    pub total: u64,
}

impl Progress {
    /// From 0 to 100, rounded down: 100 is said only when all is done.
    pub fn percent(self) -> u32 {
        if self.total == 0 {
            return 0;
        }
        let percent = self.done.saturating_mul(100) / self.total;
        u32::try_from(percent.min(100)).expect("a hundred fits")
    }
}

/// What the work is handed: where to say how far it is, and whether to go on.
#[derive(Debug, Clone, Default)]
pub struct JobControl {
    /// To be asked at every good place to stop.
    pub cancel: CancelFlag,
    figures: Arc<(AtomicU64, AtomicU64)>,
}

impl JobControl {
    /// Tells how far the work has come. Cheap.
    pub fn tell(&self, progress: Progress) {
        self.figures.0.store(progress.done, Ordering::Relaxed);
        self.figures.1.store(progress.total, Ordering::Relaxed);
    }

    /// What was told last.
    pub fn progress(&self) -> Progress {
        Progress {
            done: self.figures.0.load(Ordering::Relaxed),
            total: self.figures.1.load(Ordering::Relaxed),
        }
    }
}

/// Where a job stands.
#[derive(Debug)]
pub enum JobState<R> {
    /// Under way.
    Running(Progress),
    /// It ended with this, good or bad.
    Finished(Arc<R>),
    /// It ended without a word: a fault inside, or the server is stopping.
    Lost,
}

/// What the task leaves; `None` in the middle stands for [`JobState::Lost`].
type Ending<R> = Option<Option<Arc<R>>>;

/// A job: what was asked for and what became of it.
#[derive(Debug)]
pub struct Job<O, R> {
    /// Its key.
    pub id: JobId,
    /// What was asked for.
    pub order: O,
    /// When.
    pub started_at: Timestamp,
    /// Progress and the way to stop it.
    pub control: JobControl,
    ending: watch::Sender<Ending<R>>,
}

impl<O, R> Job<O, R> {
    /// Where it stands now.
    pub fn state(&self) -> JobState<R> {
        match &*self.ending.borrow() {
            None => JobState::Running(self.control.progress()),
            Some(Some(outcome)) => JobState::Finished(outcome.clone()),
            Some(None) => JobState::Lost,
        }
    }

    /// Whether it is under way.
    pub fn is_running(&self) -> bool {
        self.ending.borrow().is_none()
    }

    /// Waits a little for its end, so that short work shows its result at once.
    pub async fn ended_within(&self, patience: Duration) -> JobState<R> {
        let mut ending = self.ending.subscribe();
        // In time or not, and the sender lives in `self`: the state tells.
        let _ = tokio::time::timeout(patience, ending.wait_for(Option::is_some)).await;
        self.state()
    }
}

/// Says that a job is lost unless it said something better: when its future panics or is dropped.
struct Ends<O, R>(Arc<Job<O, R>>);

impl<O, R> Drop for Ends<O, R> {
    fn drop(&mut self) {
        self.0.ending.send_if_modified(|ending| {
            let is_lost = ending.is_none();
            if is_lost {
                tracing::warn!(job.id = %self.0.id.0, "a job ended without a result");
                *ending = Some(None);
            }
            is_lost
        });
    }
}

/// A job, as everybody who watches it holds it.
pub type SharedJob<O, R> = Arc<Job<O, R>>;

/// The jobs of one kind: what they are asked for, and what they make.
#[derive(Debug)]
pub struct Jobs<O, R> {
    state: Mutex<Registry<O, R>>,
}

#[derive(Debug)]
struct Registry<O, R> {
    /// The newest first.
    jobs: VecDeque<SharedJob<O, R>>,
    /// Dropped with the registry, which ends the work.
    tasks: JoinSet<()>,
}

impl<O, R> Default for Jobs<O, R> {
    fn default() -> Self {
        Self { state: Mutex::new(Registry { jobs: VecDeque::new(), tasks: JoinSet::new() }) }
    }
}

impl<O: Send + Sync + 'static, R: Send + Sync + 'static> Jobs<O, R> {
    /// Starts work, unless other work of the kind is under way: that job comes back as the error.
    pub fn start<F: Future<Output = R> + Send + 'static>(
        &self,
        id: JobId,
        order: O,
        started_at: Timestamp,
        work: impl FnOnce(JobControl) -> F,
    ) -> Result<SharedJob<O, R>, SharedJob<O, R>> {
        let mut registry = self.registry();
        if let Some(running) = registry.jobs.iter().find(|job| job.is_running()) {
            return Err(running.clone());
        }
        while registry.tasks.try_join_next().is_some() {}
        let control = JobControl::default();
        let future = work(control.clone());
        let job =
            Arc::new(Job { id, order, started_at, control, ending: watch::Sender::new(None) });
        registry.jobs.push_front(job.clone());
        registry.jobs.truncate(KEPT_MAX);
        let ends = Ends(job.clone());
        registry.tasks.spawn(async move {
            let outcome = future.await;
            ends.0.ending.send_replace(Some(Some(Arc::new(outcome))));
        });
        Ok(job)
    }

    /// One job; `None` when the server never had it or has forgotten it.
    pub fn find(&self, id: JobId) -> Option<SharedJob<O, R>> {
        self.registry().jobs.iter().find(|job| job.id == id).cloned()
    }

    /// All that are remembered, the newest first.
    pub fn all(&self) -> Vec<SharedJob<O, R>> {
        self.registry().jobs.iter().cloned().collect()
    }

    /// Nothing in here can be left half-changed by a panic.
    fn registry(&self) -> MutexGuard<'_, Registry<O, R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    const PATIENCE: Duration = Duration::from_secs(30);

    fn id(number: u128) -> JobId {
        JobId(Uuid::from_u128(number))
    }

    #[tokio::test]
    async fn a_job_is_watched_to_its_end_and_its_result_stays() {
        let jobs: Jobs<&str, u32> = Jobs::default();
        let (go, wait) = oneshot::channel();
        let job = jobs
            .start(id(1), "one", Timestamp::UNIX_EPOCH, |control| async move {
                control.tell(Progress { done: 1, total: 3 });
                wait.await.unwrap()
            })
            .unwrap();
        assert!(job.is_running());
        let second = jobs.start(id(2), "two", Timestamp::UNIX_EPOCH, |_| async { 2 });
        assert_eq!(second.unwrap_err().id, id(1), "one at a time");
        let state = job.ended_within(Duration::from_millis(1)).await;
        assert!(matches!(state, JobState::Running(told) if told.percent() == 33), "{state:?}");
        go.send(7).unwrap();
        let state = job.ended_within(PATIENCE).await;
        assert!(matches!(state, JobState::Finished(seven) if *seven == 7));
        let again = jobs.find(id(1)).unwrap();
        assert!(matches!(again.state(), JobState::Finished(seven) if *seven == 7));
        assert_eq!((again.order, jobs.find(id(9)).is_none()), ("one", true));
    }

    #[tokio::test]
    async fn a_job_hears_that_it_is_to_stop() {
        let jobs: Jobs<(), bool> = Jobs::default();
        let job = jobs
            .start(id(1), (), Timestamp::UNIX_EPOCH, |control| async move {
                while !control.cancel.is_cancelled() {
                    tokio::task::yield_now().await;
                }
                true
            })
            .unwrap();
        job.control.cancel.cancel();
        assert!(matches!(job.ended_within(PATIENCE).await, JobState::Finished(_)));
    }

    #[tokio::test]
    async fn a_job_that_breaks_is_lost_and_the_next_may_start() {
        let jobs: Jobs<(), u32> = Jobs::default();
        let broken = jobs
            .start(id(1), (), Timestamp::UNIX_EPOCH, |_| async { panic!("for the test") })
            .unwrap();
        assert!(matches!(broken.ended_within(PATIENCE).await, JobState::Lost));
        assert!(jobs.start(id(2), (), Timestamp::UNIX_EPOCH, |_| async { 2 }).is_ok());
    }

    #[tokio::test]
    async fn jobs_end_with_their_registry_and_old_ones_are_forgotten() {
        let jobs: Jobs<(), ()> = Jobs::default();
        for number in 0..=KEPT_MAX {
            let number = u128::try_from(number).unwrap();
            let job = jobs.start(id(number), (), Timestamp::UNIX_EPOCH, |_| async {}).unwrap();
            job.ended_within(PATIENCE).await;
        }
        assert_eq!(jobs.all().len(), KEPT_MAX);
        assert!(jobs.find(id(0)).is_none());
        let endless = jobs
            .start(id(99), (), Timestamp::UNIX_EPOCH, |_| std::future::pending::<()>())
            .unwrap();
        drop(jobs);
        assert!(matches!(endless.ended_within(PATIENCE).await, JobState::Lost));
    }
}
