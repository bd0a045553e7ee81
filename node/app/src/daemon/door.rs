//! The door: what strangers say is judged, and their applications are kept, few and durable, until people look at them
//! (`docs/design.md` §4).

use std::path::PathBuf;

use palabre_core::admission::door::{self, Knock, Wants};
use palabre_core::admission::{Applications, Refusal, SignedApplication};
use palabre_proto::v1;
use palabre_web::node::NodeError;
use palabre_web::views::{ApplicationList, ApplicationView};
use tokio::sync::{Mutex, mpsc, oneshot};
use tracing::{debug, info, warn};

use super::engine::Job;
use crate::clock::now;
use crate::home;

/// What a stranger hears, and whether what it said was valid.
type Heard = (Vec<Vec<u8>>, bool);

/// The door of a running node. One knock at a time.
pub(super) struct Door {
    jobs: mpsc::Sender<Job>,
    file: PathBuf,
    list: Mutex<Applications>,
}

impl Door {
    /// The door with the applications of an earlier run in `file`. What cannot be read is said and left out: applicants
    /// come again.
    pub(super) fn open(jobs: mpsc::Sender<Job>, file: PathBuf) -> Self {
        let list = match home::applications(&file) {
            Ok(list) => list,
            Err(error) => {
                warn!(%error, "the list of applications cannot be read and begins anew");
                Applications::default()
            }
        };
        Self { jobs, file, list: Mutex::new(list) }
    }

    /// Hears a stranger out.
    pub(super) async fn answer(&self, frame: &[u8]) -> Heard {
        let knock = match Knock::decode(frame) {
            Ok(knock) => knock,
            Err(error) => {
                debug!(%error, "a stranger said something that cannot be read");
                return (door::refused(Refusal::Malformed), false);
            }
        };
        let answered = match knock.wants {
            Wants::Application(application) => self.apply(*application, &knock.known).await,
            Wants::Shown(rules) => self.show(rules).await,
        };
        match answered {
            Ok(frames) => (frames, true),
            Err(refusal) => {
                debug!(%refusal, "a stranger was refused");
                (door::refused(refusal), false)
            }
        }
    }

    /// Takes an application, and gives the applicant what it needs in order to see what it waits for.
    async fn apply(&self, application: SignedApplication, known: &[u8]) -> Result<Vec<Vec<u8>>, Refusal> {
        let mut list = self.list.lock().await;
        let mut next = list.clone();
        let (answer, judged) = oneshot::channel();
        let said = application.unverified().clone();
        let look = Job::Look(Box::new(move |node, _| {
            let taken = next.take(application, node.rules(), now());
            let given = door::given(node.rules(), &said);
            // The stranger may be gone.
            drop(answer.send((taken, next, given, said)));
        }));
        self.jobs.send(look).await.map_err(|_| Refusal::Busy)?;
        let (taken, next, given, said) = judged.await.map_err(|_| Refusal::Busy)?;
        if taken? {
            let (file, bytes) = (self.file.clone(), next.encode());
            // Durable before it is acknowledged.
            let written = tokio::task::spawn_blocking(move || crate::file::replace(&file, &bytes)).await;
            if !matches!(written, Ok(Ok(()))) {
                warn!("an application was not kept: the disk does not take it");
                return Err(Refusal::Busy);
            }
            *list = next;
            info!(administration = %said.administration, node = %said.node, id = %said.id, "an application came in");
        }
        Ok(door::taken(&given, known))
    }

    /// Takes in rules that a stranger shows.
    async fn show(&self, rules: Box<v1::Rules>) -> Result<Vec<Vec<u8>>, Refusal> {
        let (answer, judged) = oneshot::channel();
        self.jobs.send(Job::HandIn(rules, answer)).await.map_err(|_| Refusal::Busy)?;
        let handed = judged.await.map_err(|_| Refusal::Busy)?.map_err(|_| Refusal::Busy)?;
        match handed.refused.first() {
            None => {
                let (revisions, mandates) = (handed.revisions.len(), handed.mandates.len());
                info!(revisions, mandates, "a stranger has shown rules that count");
                Ok(door::taken(&v1::Rules::default(), &[]))
            }
            Some(error) => {
                debug!(%error, "a stranger has shown rules that do not count");
                Err(Refusal::Malformed)
            }
        }
    }

    /// The applications, as people look at them.
    pub(super) async fn list(&self) -> Result<ApplicationList, NodeError> {
        let list = self.list.lock().await.clone();
        let (answer, seen) = oneshot::channel();
        let look = Job::Look(Box::new(move |node, _| {
            let view = |kept: &palabre_core::admission::Kept| {
                ApplicationView::of(&kept.application, Some(kept.received), node.rules())
            };
            drop(answer.send(list.all().into_iter().map(view).collect()));
        }));
        self.jobs.send(look).await.map_err(|_| NodeError::Stopping)?;
        Ok(ApplicationList { applications: seen.await.map_err(|_| NodeError::Stopping)? })
    }
}
