//! The home of a node, as commands see it: where it is, its keys, its settings, its founding files.

pub(crate) mod card;
pub(crate) mod founding;
pub(crate) mod keys;
pub(crate) mod settings;

use std::env;
use std::io;
use std::path::{Path, PathBuf};

use palabre_core::admission::Applications;
use palabre_core::admission::list::ListError;
use palabre_store::home::HomeError;
use palabre_store::{Home, LockedHome};
use palabre_web::problem::Kind;
use palabre_web::text;
use thiserror::Error;

use crate::failure::{Failure, cause};

/// The home of a node that runs as a service (`config/palabre.service`).
const SERVICE_HOME: &str = "/var/lib/palabre";

/// Where the home is: `--home`, else `PALABRE_HOME`, else `~/.palabre` where it exists, else the service's home where
/// this user may write, else `~/.palabre`.
pub(crate) fn place(asked: Option<PathBuf>) -> PathBuf {
    let named = asked.or_else(|| env::var_os("PALABRE_HOME").filter(|dir| !dir.is_empty()).map(PathBuf::from));
    named.unwrap_or_else(|| {
        let own = env::home_dir().map_or_else(|| PathBuf::from(".palabre"), |home| home.join(".palabre"));
        let service = Path::new(SERVICE_HOME);
        if !own.exists() && service.is_dir() && is_writable(service) { service.to_owned() } else { own }
    })
}

fn is_writable(dir: &Path) -> bool {
    rustix::fs::access(dir, rustix::fs::Access::WRITE_OK).is_ok()
}

/// The home at `place`, to be looked into, also while its node runs.
pub(crate) fn peek(place: &Path) -> Result<Home, Failure> {
    Home::peek(place).map_err(failure)
}

/// A new home at `place` with its token and the settings of the template; or the one that is there.
pub(crate) fn make(place: &Path) -> Result<Home, Failure> {
    let home = match Home::create(place) {
        Err(HomeError::Exists { .. }) => peek(place)?,
        other => other.map_err(failure)?,
    };
    if !home.settings().exists() {
        settings::adjust(&home, &settings::Changes::default(), &[])?;
    }
    keys::draw_token(&home)?;
    Ok(home)
}

/// The home at `place`, for this process alone.
pub(crate) fn open(place: &Path) -> Result<LockedHome, Failure> {
    Home::open(place).map_err(failure)
}

/// Where the application of a node lies that is not admitted yet.
pub(crate) fn own_application(home: &Home) -> PathBuf {
    home.charter().join("own.application")
}

/// Where a node keeps the applications of others.
pub(crate) fn applications_file(home: &Home) -> PathBuf {
    home.root().join("applications")
}

/// Why the list of applications cannot be read.
#[derive(Debug, Error)]
pub(crate) enum ApplicationsError {
    /// The disk.
    #[error("the file cannot be read")]
    Read(#[from] io::Error),
    /// Its content.
    #[error("the file is malformed")]
    List(#[from] ListError),
}

/// The applications in `file`; none when there is no file.
pub(crate) fn applications(file: &Path) -> Result<Applications, ApplicationsError> {
    match std::fs::read(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Applications::default()),
        read => Ok(Applications::decode(&read?)?),
    }
}

/// Why a home could not be made or opened.
fn failure(error: HomeError) -> Failure {
    let words = |path: PathBuf| path.display().to_string();
    match error {
        HomeError::Exists { path } => Failure::new(Kind::Failure, text!("err-home-exists", home = words(path))),
        HomeError::NotAHome { path } => Failure::new(Kind::NotFound, text!("err-no-home", home = words(path))),
        HomeError::FolderMissing { path } => {
            Failure::new(Kind::Failure, text!("err-home-folder", folder = words(path)))
        }
        HomeError::Locked { path, pid } => {
            let process = pid.map_or_else(String::new, |pid| pid.to_string());
            Failure::new(Kind::Failure, text!("err-home-locked", home = words(path), process = process))
        }
        HomeError::Io { path, source } => {
            Failure::new(Kind::Failure, text!("err-read", file = words(path), cause = cause(&source)))
        }
    }
}
