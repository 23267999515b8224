//! Headers as they stand in the file.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
    ser::SerializeMap,
};

use super::HIDDEN;

/// Headers as `{"A":["1","2"]}`: names in the order in which they first came.
#[derive(Default)]
pub(super) struct HeaderMap(Vec<(String, Vec<String>)>);

impl HeaderMap {
    /// Groups the values by name, and hides those that must not be written.
    pub(super) fn new(headers: &[(String, String)], hide: impl Fn(&str) -> bool) -> HeaderMap {
        let mut grouped: Vec<(String, Vec<String>)> = Vec::new();
        for (name, value) in headers {
            let value = if hide(name) { HIDDEN } else { value }.to_owned();
            match grouped.iter_mut().find(|(known, _)| known == name) {
                Some((_, values)) => values.push(value),
                None => grouped.push((name.clone(), vec![value])),
            }
        }
        HeaderMap(grouped)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One pair for each value.
    pub(super) fn into_list(self) -> Vec<(String, String)> {
        self.0
            .into_iter()
            .flat_map(|(name, values)| values.into_iter().map(move |value| (name.clone(), value)))
            .collect()
    }
}

impl Serialize for HeaderMap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, values) in &self.0 {
            map.serialize_entry(name, values)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for HeaderMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<HeaderMap, D::Error> {
        /// By hand, a single value is written without its brackets.
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Values {
            One(String),
            Many(Vec<String>),
        }

        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = HeaderMap;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of headers")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<HeaderMap, A::Error> {
                let mut headers = Vec::new();
                while let Some((name, values)) = map.next_entry()? {
                    let values = match values {
                        Values::One(value) => vec![value],
                        Values::Many(values) => values,
                    };
                    headers.push((name, values));
                }
                Ok(HeaderMap(headers))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}
