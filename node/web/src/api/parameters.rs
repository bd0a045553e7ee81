//! The query of a request, named parameter by named parameter: a mistake says which one.

use std::collections::BTreeMap;
use std::str::FromStr;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;

use super::answer::Refusal;
use crate::catalogue::Argument;
use crate::problem::{Kind, Problem};
use crate::text;

/// The parameters that have not been taken yet.
#[derive(Debug)]
pub(super) struct Parameters(BTreeMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let pairs = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let Query(pairs) = pairs.map_err(|error| wrong("", error.body_text()))?;
        let mut parameters = BTreeMap::new();
        for (name, value) in pairs {
            if parameters.insert(name.clone(), value).is_some() {
                return Err(wrong(&name, text!("parameter-twice")));
            }
        }
        Ok(Self(parameters))
    }
}

impl Parameters {
    /// A parameter that may be left out.
    pub(super) fn maybe<T: FromStr<Err: ToString>>(&mut self, name: &str) -> Result<Option<T>, Refusal> {
        let value = self.0.remove(name).map(|value| value.parse());
        value.transpose().map_err(|error: T::Err| wrong(name, error.to_string()))
    }

    /// A parameter that must be there.
    pub(super) fn must<T: FromStr<Err: ToString>>(&mut self, name: &str) -> Result<T, Refusal> {
        self.maybe(name)?.ok_or_else(|| wrong(name, text!("parameter-missing")))
    }

    /// Refuses what no one has taken: a mistyped name must not pass as a default.
    pub(super) fn end(self) -> Result<(), Refusal> {
        self.0.into_keys().next().map_or(Ok(()), |name| Err(wrong(&name, text!("parameter-unknown"))))
    }
}

/// A parameter that does not fit.
pub(super) fn wrong(name: &str, detail: impl Into<Argument>) -> Refusal {
    let detail = detail.into();
    Refusal(Problem::new(Kind::Usage, text!("err-parameter", name = name, detail = detail)))
}
