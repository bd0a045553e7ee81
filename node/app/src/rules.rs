//! The charter and the mandates as far as this machine knows them: from the running node, else what the home was
//! founded with.

use std::path::Path;

use palabre_core::charter::{Chain, Rules};
use palabre_proto::{Message, v1};
use palabre_web::problem::Kind;
use palabre_web::text;
use palabre_web::views::HandedInView;
use reqwest::Method;

use crate::cli::Speech;
use crate::client::{Client, block_on};
use crate::failure::{Failure, internal};
use crate::home::{self, founding};

/// Rules, and where they come from.
pub(crate) struct Known {
    /// The rules.
    pub(crate) rules: Rules,
    /// The node that holds them; none when it does not run.
    pub(crate) node: Option<Client>,
}

impl Known {
    /// What the running node of this home holds, else what the home was founded with.
    pub(crate) fn of(place: &Path, speech: Speech) -> Result<Self, Failure> {
        match running(place, speech) {
            Ok((rules, client)) => Ok(Self { rules, node: Some(client) }),
            Err(failure) if failure.kind() == Kind::NotRunning => {
                Ok(Self { rules: founding::load(&home::peek(place)?)?, node: None })
            }
            Err(failure) => Err(failure),
        }
    }
}

/// What the running node of this home holds, and the way to it.
pub(crate) fn running(place: &Path, speech: Speech) -> Result<(Rules, Client), Failure> {
    let client = Client::of(place, speech.lang())?;
    let bytes = block_on(async {
        let response = client.send(client.request(Method::GET, &["rules"], &[])).await?;
        response.bytes().await.map_err(|error| client.unreached(&error))
    })?;
    let message = v1::Rules::decode(bytes).map_err(|error| internal(&error))?;
    // They are judged here again.
    let rules = Chain::parse(&message).and_then(Chain::found).map_err(|error| internal(&error))?;
    Ok((rules, client))
}

/// Hands rules in to a node. That some do not count is a failure, whatever else was new.
pub(crate) fn hand_in(client: &Client, rules: &v1::Rules) -> Result<HandedInView, Failure> {
    let media_type = "application/x-protobuf";
    let handed = block_on(client.post::<HandedInView>(&["rules"], &[], media_type, rules.encode_to_vec()))?.view;
    if handed.refused.is_empty() {
        return Ok(handed);
    }
    let why: Vec<&str> = handed.refused.iter().map(|refused| refused.why.as_str()).collect();
    Err(Failure::new(Kind::Refused, text!("err-handed-in", detail = why.join("\n"))))
}
