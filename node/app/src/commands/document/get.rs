//! `palabre document get`: the content of a document, into a file or to the standard output.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use palabre_web::problem::Kind;
use palabre_web::text;
use reqwest::{Method, Response};
use serde::Serialize;

use crate::cli::{Speech, units};
use crate::client::{Client, block_on};
use crate::failure::Failure;
use crate::file::unfinished;

#[derive(Serialize)]
struct Got {
    file: PathBuf,
    size: u64,
}

pub(super) fn run(
    client: &Client,
    speech: Speech,
    id: &str,
    version: Option<&str>,
    output: Option<&Path>,
) -> Result<(), Failure> {
    if output.is_none() && speech.is_json() {
        return Err(Failure::new(Kind::Usage, text!("err-json-output")));
    }
    let query: Vec<(&str, &str)> = version.map(|version| ("version", version)).into_iter().collect();
    let request = client.request(Method::GET, &["documents", id, "content"], &query);
    block_on(async {
        let response = client.send(request).await?;
        match output {
            None => {
                let mut out = io::stdout().lock();
                copy(client, response, &mut out, Path::new("-")).await.map(drop)
            }
            Some(file) => {
                let size = save(client, response, file).await?;
                let got = Got { file: file.to_owned(), size };
                speech.answer(&got, |speech| {
                    let size = units::size(size, speech.lang());
                    speech.say(&text!("document-got", file = file.display().to_string(), size = size));
                });
                Ok(())
            }
        }
    })
}

/// Writes the content under another name first: a fetch that breaks off leaves nothing that looks whole.
async fn save(client: &Client, response: Response, file: &Path) -> Result<u64, Failure> {
    let unfinished = unfinished(file);
    let failed = |error: io::Error| Failure::writing(file, &error);
    let mut out = File::create(&unfinished).map_err(failed)?;
    let copied = copy(client, response, &mut out, file).await;
    if copied.is_err() {
        let _ = fs::remove_file(&unfinished);
        return copied;
    }
    out.sync_all().and_then(|()| fs::rename(&unfinished, file)).map_err(failed)?;
    copied
}

async fn copy(client: &Client, mut response: Response, out: &mut impl Write, file: &Path) -> Result<u64, Failure> {
    let mut size = 0;
    while let Some(chunk) = response.chunk().await.map_err(|error| client.unreached(&error))? {
        out.write_all(&chunk).map_err(|error| Failure::writing(file, &error))?;
        size += chunk.len() as u64;
    }
    out.flush().map_err(|error| Failure::writing(file, &error))?;
    Ok(size)
}
