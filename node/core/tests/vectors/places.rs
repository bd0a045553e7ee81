//! `places.json`: whether an entry stands in its place.
