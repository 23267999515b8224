//! Headers as they stand in the file.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet, VecDeque, hash_map},
    fmt,
};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
    ser::SerializeMap,
};

use super::HIDDEN;
use crate::protocol::{Fields, HeaderBlock, header_block};

/// Headers as `{"A":["1","2"]}`: names in the order in which they first came.
#[derive(Default)]
pub(super) struct HeaderMap(Vec<(String, Vec<String>)>);

impl HeaderMap {
    /// Groups the values by name, and hides those that must not be written.
    pub(super) fn new(headers: &[(String, String)], hide: impl Fn(&str) -> bool) -> HeaderMap {
        let pairs = headers.iter().map(|(name, value)| {
            let value = if hide(name) { HIDDEN } else { value };
            (name.as_str(), value)
        });
        HeaderMap::grouped(pairs)
    }

    /// What can be read of a header block, as text.
    pub(super) fn of_block(block: &[u8]) -> HeaderMap {
        let text = String::from_utf8_lossy;
        HeaderMap::grouped(Fields::of(block).map(|(name, value)| (text(name), text(value))))
    }

    fn grouped(pairs: impl Iterator<Item = (impl Into<String>, impl Into<String>)>) -> HeaderMap {
        let mut grouped: Vec<(String, Vec<String>)> = Vec::new();
        // A header block may hold a hundred thousand names.
        let mut places: HashMap<String, usize> = HashMap::new();
        for (name, value) in pairs {
            match places.entry(name.into()) {
                hash_map::Entry::Occupied(known) => grouped[*known.get()].1.push(value.into()),
                hash_map::Entry::Vacant(new) => {
                    grouped.push((new.key().clone(), vec![value.into()]));
                    new.insert(grouped.len() - 1);
                }
            }
        }
        HeaderMap(grouped)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One pair for each value, in this order of their names; those that are not in it come last.
    pub(super) fn into_list(self, order: &[Cow<'_, str>]) -> Vec<(String, String)> {
        let mut list = Vec::new();
        let mut rest = self.0;
        if !order.is_empty() {
            let mut left: HashMap<String, VecDeque<String>> = HashMap::new();
            for (name, values) in &mut rest {
                let known = left.entry(name.clone()).or_default();
                known.extend(std::mem::take(values));
            }
            for name in order {
                if let Some(value) = left.get_mut(&**name).and_then(VecDeque::pop_front) {
                    list.push((name.clone().into_owned(), value));
                }
            }
            for (name, values) in &mut rest {
                values.extend(left.remove(name).unwrap_or_default());
            }
        }
        let pairs = |(name, values): (String, Vec<String>)| {
            values.into_iter().map(move |value| (name.clone(), value))
        };
        list.extend(rest.into_iter().flat_map(pairs));
        list
    }

    /// The header block that a client of ours would write; empty where there are no headers.
    pub(super) fn block(&self) -> Vec<u8> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let fields = self.0.iter().flat_map(|(name, values)| {
            let values = values.iter();
            values.map(move |value| (name.as_bytes(), value.as_bytes()))
        });
        header_block(None, b"", fields)
    }
}

/// The names in the order of their values, where grouping by name would lose that order.
pub(super) fn order(headers: &[(String, String)]) -> Option<Vec<Cow<'_, str>>> {
    let names = || headers.iter().map(|(name, _)| name.as_str());
    let mut seen = HashSet::new();
    let mut before = None;
    // a name that comes again behind another one
    let is_lost = names().any(|name| before.replace(name) != Some(name) && !seen.insert(name));
    is_lost.then(|| names().map(Cow::Borrowed).collect())
}

/// A header block with the values hidden that must not be written. Where a line of it has such a name,
/// also behind its end, it is made anew of what can be read of it, so that nothing slips by that cannot.
pub(super) fn without_secrets(block: &[u8], hide: impl Fn(&str) -> bool) -> Cow<'_, [u8]> {
    let hides = |name: &[u8]| hide(String::from_utf8_lossy(name).trim());
    let mut lines = block.split(|byte| *byte == b'\n');
    let name = |line: &[u8]| memchr::memchr(b':', line).map(|colon| hides(&line[..colon]));
    if !lines.any(|line| name(line).unwrap_or(false)) {
        return Cow::Borrowed(block);
    }
    let read = HeaderBlock::parse(block);
    let fields = read.fields.iter().map(|(name, value)| {
        let shown = if hides(name) {
            HIDDEN.as_bytes()
        } else {
            value
        };
        (*name, shown)
    });
    Cow::Owned(header_block(read.status, read.description, fields))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn list(headers: &[(&str, &str)]) -> Vec<(String, String)> {
        let pairs = headers.iter();
        pairs
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect()
    }

    #[test]
    fn the_order_of_headers_is_kept_where_grouping_would_lose_it() {
        for (headers, named) in [
            (&[][..], None),
            (&[("A", "1"), ("A", "2"), ("B", "3")], None),
            (&[("A", "1"), ("B", "2"), ("A", "3")], Some("ABA")),
        ] {
            let headers = list(headers);
            let names = order(&headers);
            assert_eq!(names.as_ref().map(|names| names.concat()).as_deref(), named);
            let map = HeaderMap::new(&headers, |_| false);
            assert_eq!(map.into_list(&names.unwrap_or_default()), headers);
        }
        // changed by hand
        let map = HeaderMap::new(&list(&[("A", "1"), ("C", "2"), ("A", "3")]), |_| false);
        let order = ["A", "B", "A", "A"].map(Cow::from);
        assert_eq!(
            map.into_list(&order),
            list(&[("A", "1"), ("A", "3"), ("C", "2")])
        );
    }

    #[test]
    fn a_hidden_value_is_in_no_part_of_the_block() {
        for (block, shown) in [
            ("NATS/1.0\r\nA: 1\r\n\r\n", "NATS/1.0\r\nA: 1\r\n\r\n"),
            ("junk", "junk"),
            ("NATS/1.0\r\n\r\nX-Token: s3cret", "NATS/1.0\r\n\r\n"),
            (
                "NATS/1.0 404 gone\r\nA:1\r\nX-Token:s3cret\r\n folded s3cret\r\n\r\n",
                "NATS/1.0 404 gone\r\nA: 1\r\nX-Token: <hidden>\r\n\r\n",
            ),
            (
                "X-Token : s3cret\r\ns3cret\r\n\r\ns3cret",
                "NATS/1.0\r\nX-Token : <hidden>\r\n\r\n",
            ),
        ] {
            let hidden = without_secrets(block.as_bytes(), |name| name == "X-Token");
            assert_eq!(String::from_utf8_lossy(&hidden), shown);
        }
    }

    #[test]
    fn a_block_of_as_many_names_as_fit_is_grouped_in_no_time() {
        let names: String = (0..150_000).map(|n| format!("{n:x}:\r\n")).collect();
        let block = format!("NATS/1.0\r\n{names}{names}\r\n").into_bytes();
        let begun = std::time::Instant::now();
        assert_eq!(HeaderMap::of_block(&block).0.len(), 150_000);
        let took = begun.elapsed();
        assert!(took < std::time::Duration::from_secs(5), "{took:?}");
    }
}
