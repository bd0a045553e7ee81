//! Everything that the vectors contain. Each verdict is written down by hand from `proto/README.md`, never asked of
//! the code under test.
//!
//! | file | idea |
//! |---|---|
//! | `cast` | who acts: keys, one charter, mandates |
//! | `wire` | protobuf by hand, for what no encoder would write |
//! | `curve` | signatures by hand, for what no signer would make |
//! | `shapes` | how a vector looks in JSON |
//! | `entries`, `logs`, `places`, `forks`, `charters`, `mandates`, `governance`, `invitations` | the vectors of the file of that name |
//! | `sealing` | those of `seal.json` |

mod cast;
mod charters;
mod curve;
mod entries;
mod forks;
mod governance;
mod invitations;
mod logs;
mod mandates;
mod places;
mod sealing;
mod shapes;
mod wire;

use shapes::File;

/// All files, in the order of their names.
pub(crate) fn files() -> Vec<File> {
    let cast = cast::Cast::assemble();
    vec![
        charters::file(&cast),
        entries::file(&cast),
        forks::file(&cast),
        governance::file(&cast),
        invitations::file(&cast),
        logs::file(&cast),
        mandates::file(&cast),
        places::file(&cast),
        sealing::file(),
    ]
}
