//! A member gone bad, or a stranger: attacks nodes of a network until it is ended, and says what it did.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use palabre_tests::hostile::attack::{Attack, Foe};
use palabre_tests::hostile::line::Target;
use palabre_tests::hostile::member::Member;
use palabre_tests::hostile::tally::Tally;

/// Time between two lines of what was done.
const TELLS: Duration = Duration::from_millis(200);

#[derive(Parser)]
struct Options {
    /// The home of the node whose key it has.
    #[arg(long)]
    home: PathBuf,
    /// What it does.
    #[arg(long, value_enum)]
    attack: Attack,
    /// Whom it attacks: addresses that end in `/p2p/KEY`.
    #[arg(long = "to", required = true)]
    targets: Vec<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let options = Options::parse();
    let member = Member::of(&options.home);
    let (tally, shared) = (Tally::default(), Arc::default());
    let local = tokio::task::LocalSet::new();
    for (number, target) in options.targets.iter().enumerate() {
        let foe = Foe {
            member: member.clone(),
            target: Target::parse(target),
            number,
            tally: tally.clone(),
            shared: Arc::clone(&shared),
        };
        local.spawn_local(options.attack.run(foe));
    }
    local
        .run_until(async {
            loop {
                tokio::time::sleep(TELLS).await;
                tally.print();
            }
        })
        .await;
}
