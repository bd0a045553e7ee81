//! `invitations.json`: invitations as text.

use palabre_core::admission::InvitationText;
use serde_json::json;

use crate::vector::{file, judge_all, text};
use crate::words;

#[test]
fn every_invitation_gets_its_verdict() {
    let file = file("invitations.json");
    judge_all(&file["vectors"], (6, 35), |vector| match text(&vector["text"]).parse::<InvitationText>() {
        Ok(invitation) => {
            let said = invitation.unverified();
            let found = json!([said.network, said.node, said.addresses, said.expires.0.to_string(), said.commitment]);
            let fields = ["network", "node", "addresses", "expires", "commitment"].map(|field| &vector[field]);
            assert_eq!(json!(fields), found, "{}", vector["name"]);
            assert_eq!(vector["code"], hex::encode(invitation.to_message().code), "{}", vector["name"]);
            "valid".to_owned()
        }
        Err(error) => words::invitation(&error).to_owned(),
    });
}
