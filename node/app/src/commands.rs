//! One module for each command or group of commands.

pub(crate) mod act;
pub(crate) mod application;
pub(crate) mod archive;
pub(crate) mod charter;
pub(crate) mod demo;
pub(crate) mod document;
pub(crate) mod init;
pub(crate) mod invite;
pub(crate) mod join;
pub(crate) mod log;
pub(crate) mod mandate;
pub(crate) mod peer;
pub(crate) mod run;
pub(crate) mod status;
pub(crate) mod store;
pub(crate) mod verify;
