//! The documents that the demo publishes, each from the node of its administration (`config/samples`).

use std::path::Path;

use palabre_core::id::Code;
use palabre_web::views::Created;
use serde::Deserialize;

use super::ready::Seen;
use crate::commands::document::media_type;
use crate::failure::{Failure, internal};

/// What the documents are called, and who publishes them.
const INDEX: &str = include_str!("../../../../config/samples/index.toml");

/// Puts a file of `config/samples` into the program, under its name.
macro_rules! sample {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../../../config/samples/", $name)))
    };
}

/// The files that the index names.
const FILES: &[(&str, &[u8])] = &[
    sample!("referentiel-sauvegardes.md"),
    sample!("budget-dsi-modele.csv"),
    sample!("it-risk-register.csv"),
    sample!("plano-formacao-informatica.md"),
    sample!("continuite-coupures-energie.md"),
    sample!("gestion-incidents.md"),
    sample!("single-window-readiness.md"),
    sample!("e-payment-reconciliation.md"),
    sample!("transit-echange-messages.md"),
    sample!("acordo-partilha-dados.md"),
    sample!("matrice-interconnexion.csv"),
    sample!("demande-assistance-modele.txt"),
];

#[derive(Debug, Deserialize)]
struct Index {
    #[serde(rename = "document")]
    documents: Vec<Sample>,
}

#[derive(Debug, Deserialize)]
struct Sample {
    file: String,
    title: String,
    lang: String,
    administration: Code,
}

/// Publishes the samples of the administrations that run, and tells how many.
pub(super) async fn publish(clients: &[Seen]) -> Result<usize, Failure> {
    let index: Index = toml::from_str(INDEX).map_err(|error| internal(&error))?;
    let mut published = 0;
    for sample in index.documents {
        let author = clients.iter().find(|seen| seen.node.administration == sample.administration);
        let file = FILES.iter().find(|(name, _)| *name == sample.file);
        let (Some(author), Some((name, content))) = (author, file) else { continue };
        let query = [("title", sample.title.as_str()), ("lang", sample.lang.as_str()), ("file_name", name)];
        let media_type = media_type(Path::new(name));
        author.client.post::<Created>(&["documents"], &query, media_type, content.to_vec()).await?;
        published += 1;
    }
    Ok(published)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use palabre_web::catalogue::Lang;

    use super::*;

    #[test]
    fn the_program_carries_the_files_that_the_index_names() {
        let index: Index = toml::from_str(INDEX).expect("the index reads");
        let named: BTreeSet<&str> = index.documents.iter().map(|sample| sample.file.as_str()).collect();
        let carried: BTreeSet<&str> = FILES.iter().map(|(name, _)| *name).collect();
        assert_eq!(named, carried);
        assert!(index.documents.iter().all(|sample| sample.lang.parse::<Lang>().is_ok()));
    }
}
