//! `palabre document publish|revise`: a file becomes a document, or its next version.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use palabre_web::catalogue::Lang;
use palabre_web::node::CONTENT_MAX;
use palabre_web::problem::Kind;
use palabre_web::text;
use palabre_web::views::Created;

use crate::cli::Speech;
use crate::client::{Client, block_on};
use crate::failure::Failure;

/// `palabre document publish`
#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// The file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Its title.
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// The language that it is written in.
    #[arg(long = "lang", value_name = "LANG")]
    document_lang: Lang,
    /// Who can read it.
    #[arg(long, value_name = "AUDIENCE", default_value = "region")]
    audience: String,
    /// Whether it travels before everything else.
    #[arg(long)]
    urgent: bool,
}

/// `palabre document revise`
#[derive(Debug, Args)]
pub(crate) struct Revise {
    /// The document.
    #[arg(value_name = "ID")]
    id: String,
    /// The file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A new title.
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Another language.
    #[arg(long = "lang", value_name = "LANG")]
    document_lang: Option<Lang>,
    /// Whether it travels before everything else.
    #[arg(long)]
    urgent: bool,
}

impl Publish {
    pub(super) fn run(self, client: &Client, speech: Speech) -> Result<(), Failure> {
        let content = read(&self.file)?;
        let name = file_name(&self.file);
        let query = [
            ("title", self.title.as_str()),
            ("lang", self.document_lang.code()),
            ("audience", self.audience.as_str()),
            ("file_name", name.as_str()),
            ("urgent", flag(self.urgent)),
        ];
        let answer = block_on(client.post::<Created>(&["documents"], &query, media_type(&self.file), content))?;
        speech.relay(&answer, |created, speech| {
            speech.say(&text!("document-published", id = created.id.to_string()));
        });
        Ok(())
    }
}

impl Revise {
    pub(super) fn run(self, client: &Client, speech: Speech) -> Result<(), Failure> {
        let content = read(&self.file)?;
        let name = file_name(&self.file);
        let mut query = vec![("file_name", name.as_str()), ("urgent", flag(self.urgent))];
        query.extend(self.title.as_deref().map(|title| ("title", title)));
        query.extend(self.document_lang.map(|lang| ("lang", lang.code())));
        let path = ["documents", &self.id, "revisions"];
        let answer = block_on(client.post::<Created>(&path, &query, media_type(&self.file), content))?;
        speech.relay(&answer, |created, speech| {
            speech.say(&text!("document-revised", id = created.id.to_string()));
        });
        Ok(())
    }
}

/// The content of a file that is not too large: read whole, since a document has at most [`CONTENT_MAX`] bytes.
fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let size = fs::metadata(file).map_err(|error| Failure::reading(file, &error))?.len();
    if size > CONTENT_MAX {
        return Err(Failure::new(Kind::Usage, text!("err-too-large", limit = CONTENT_MAX / (1024 * 1024))));
    }
    fs::read(file).map_err(|error| Failure::reading(file, &error))
}

fn file_name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

const fn flag(set: bool) -> &'static str {
    if set { "true" } else { "false" }
}

/// The media type that the end of a name tells. It is a label for readers; nothing depends on it.
pub(crate) fn media_type(file: &Path) -> &'static str {
    let extension = file.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    match extension.as_str() {
        "txt" => "text/plain",
        "md" => "text/markdown",
        "csv" => "text/csv",
        "html" | "htm" => "text/html",
        "pdf" => "application/pdf",
        "json" => "application/json",
        "xml" => "application/xml",
        "zip" => "application/zip",
        "odt" => "application/vnd.oasis.opendocument.text",
        "ods" => "application/vnd.oasis.opendocument.spreadsheet",
        "odp" => "application/vnd.oasis.opendocument.presentation",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
