//! From a key to its meaning.

use std::{collections::HashMap, sync::LazyLock};

use super::{Binding, Chord, Scope, TABLE};

static BY_CHORD: LazyLock<HashMap<(Scope, Chord), &'static Binding>> = LazyLock::new(|| {
    let keys = TABLE
        .iter()
        .flat_map(|binding| binding.keys.iter().map(move |key| (binding, key)));
    keys.map(|(binding, key)| {
        let chord = key.parse().expect("a test of the table reads every key");
        ((binding.scope, chord), binding)
    })
    .collect()
});

/// What a key means where these scopes hold, the narrowest first; `None` where it means nothing.
pub fn resolve(scopes: &[Scope], chord: Chord) -> Option<&'static Binding> {
    scopes
        .iter()
        .find_map(|scope| BY_CHORD.get(&(*scope, chord)).copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::app::Action;

    #[test]
    fn the_narrowest_scope_wins() {
        let tab: Chord = "Tab".parse().unwrap();
        let meaning = |scopes: &[Scope]| resolve(scopes, tab).map(|row| row.action.clone());
        assert_eq!(
            meaning(&[Scope::Messages, Scope::Everywhere]),
            Some(Action::FocusNext)
        );
        assert_eq!(
            meaning(&[Scope::Request, Scope::Everywhere]),
            Some(Action::NextField)
        );
        assert_eq!(meaning(&[Scope::Confirm]), None);
    }
}
