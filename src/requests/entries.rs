//! Many lines, put together to entries.

use std::collections::{BTreeMap, HashMap};

use super::{Entry, Line};

/// Entries in the order in which they were first written; the last line with an id wins.
#[derive(Clone, Debug, Default)]
pub(super) struct Entries {
    by_place: BTreeMap<usize, Entry>,
    /// The place of every id ever seen: what comes back after its deletion is where it was.
    places: HashMap<String, usize>,
    weight: usize,
}

impl Entries {
    /// Takes in a line.
    pub(super) fn apply(&mut self, line: Line) {
        let next = self.places.len();
        match line {
            Line::Entry(entry) => {
                let place = *self.places.entry(entry.id.clone()).or_insert(next);
                self.weight += weight(&entry);
                let before = self.by_place.insert(place, *entry);
                self.weight -= before.as_ref().map_or(0, weight);
            }
            Line::Deleted { id } => {
                if let Some(place) = self.places.get(&id).copied() {
                    self.remove(place);
                }
            }
        }
    }

    /// All, oldest first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        self.by_place.values()
    }

    /// All, oldest first, for good.
    pub(super) fn into_list(self) -> Vec<Entry> {
        self.by_place.into_values().collect()
    }

    /// The one with this id.
    pub(super) fn get(&self, id: &str) -> Option<&Entry> {
        self.by_place.get(self.places.get(id)?)
    }

    /// Lets the oldest go that are neither named nor pinned until the rest weighs no more than so
    /// many bytes; returns how many went.
    pub(super) fn shed(&mut self, budget: usize) -> usize {
        let mut excess = self.weight.saturating_sub(budget);
        let mut leaving = Vec::new();
        for (place, entry) in &self.by_place {
            if excess == 0 {
                break;
            }
            if entry.name.is_none() && !entry.pinned {
                excess = excess.saturating_sub(weight(entry));
                leaving.push(*place);
            }
        }
        for place in &leaving {
            self.remove(*place);
        }
        leaving.len()
    }

    fn remove(&mut self, place: usize) {
        let before = self.by_place.remove(&place);
        self.weight -= before.as_ref().map_or(0, weight);
    }
}

/// The memory an entry takes, in bytes, near enough.
fn weight(entry: &Entry) -> usize {
    let headers = |headers: &[(String, String)]| -> usize {
        headers
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum()
    };
    let replies: usize = entry
        .outcome
        .iter()
        .flat_map(|outcome| &outcome.replies)
        .map(|reply| reply.payload.len() + reply.header.len())
        .sum();
    size_of::<Entry>()
        + entry.subject.len()
        + entry.payload.len()
        + headers(&entry.headers)
        + replies
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::requests::Kind;

    fn entry(id: &str, payload: &[u8], name: Option<&str>) -> Line {
        Line::Entry(Box::new(Entry {
            id: id.into(),
            payload: payload.into(),
            name: name.map(String::from),
            ..Entry::new(Kind::Request, "a", Timestamp::UNIX_EPOCH)
        }))
    }

    fn deleted(id: &str) -> Line {
        Line::Deleted { id: id.into() }
    }

    #[test]
    fn the_last_line_with_an_id_wins_and_stays_in_its_place() {
        for (lines, left) in [
            (
                vec![entry("a", b"1", None), entry("b", b"2", None)],
                "a1 b2",
            ),
            (
                vec![
                    entry("a", b"1", None),
                    entry("b", b"2", None),
                    entry("a", b"3", None),
                ],
                "a3 b2",
            ),
            (vec![entry("a", b"1", None), deleted("a")], ""),
            (vec![deleted("a"), entry("a", b"1", None)], "a1"),
            (
                vec![
                    entry("a", b"1", None),
                    entry("b", b"2", None),
                    deleted("a"),
                    entry("a", b"4", None),
                ],
                "a4 b2",
            ),
        ] {
            let mut entries = Entries::default();
            lines.into_iter().for_each(|line| entries.apply(line));

            let shown: Vec<_> = entries
                .iter()
                .map(|entry| format!("{}{}", entry.id, entry.payload.escape_ascii()))
                .collect();
            assert_eq!(shown.join(" "), left);
            assert_eq!(entries.weight, entries.iter().map(weight).sum::<usize>());
        }
    }

    #[test]
    fn the_oldest_without_a_name_leave_first() {
        let mut entries = Entries::default();
        for (id, name) in [("a", None), ("b", Some("kept")), ("c", None), ("d", None)] {
            entries.apply(entry(id, &[b'x'; 1000], name));
        }

        let gone = entries.shed(entries.weight - 1500);

        assert_eq!(gone, 2);
        let ids: Vec<_> = entries.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids, ["b", "d"]);
        assert_eq!(entries.shed(usize::MAX), 0);
    }
}
