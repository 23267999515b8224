//! Characters that cannot be seen or change how others are shown, and where they are part of a word
//! or an emoji all the same.

/// Whether the character cannot be seen or changes how its neighbours are shown: controls, what Unicode
/// calls `Default_Ignorable_Code_Point`, line separators, marks of annotations and of hieroglyph
/// groups (Unicode 16, `DerivedCoreProperties.txt` and `UnicodeData.txt`).
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{13430}'..='\u{13440}' | '\u{13447}'..='\u{13455}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Whether the character looks like a blank and is none: names that differ in it look the same.
pub(super) fn is_odd_blank(c: char) -> bool {
    c == '\u{2800}' || c != ' ' && c.is_whitespace()
}

/// Whether a hidden character belongs to the word or emoji around it. `before` is the character before
/// it, shown as it is; `after` is the one behind it, `None` where the text ends (the next letter may
/// still be typed); `is_joined` says
/// that `after` belongs to the same cluster.
pub(super) fn is_part(before: char, c: char, after: Option<char>, is_joined: bool) -> bool {
    match c {
        // between two letters that take other shapes because of it (as in Persian and Hindi)
        '\u{200c}' | '\u{200d}' if joins(before) => after.is_none_or(joins),
        // between two emoji that make one
        '\u{200d}' => is_joined && before >= '\u{a9}' && after.is_some_and(|c| c >= '\u{2190}'),
        // behind a character that has a text and an emoji form
        '\u{fe0e}' | '\u{fe0f}' => {
            matches!(before, '#' | '*' | '0'..='9' | '\u{a9}' | '\u{ae}' | '\u{203c}'..='\u{3299}')
                || before >= '\u{1f000}'
        }
        _ => false,
    }
}

/// The flags of England, Scotland and Wales: the only sequences of tag characters that are in use.
/// All others hide a text.
pub(super) fn is_flag_of_tags(cluster: &str) -> bool {
    let tags = cluster
        .strip_prefix('\u{1f3f4}')
        .and_then(|tags| tags.strip_suffix('\u{e007f}'));
    let Some(tags) = tags else { return false };
    let letters = || tags.chars().map(|c| u32::from(c).wrapping_sub(0xe_0000));
    ["gbeng", "gbsct", "gbwls"]
        .iter()
        .any(|region| letters().eq(region.bytes().map(u32::from)))
}

/// Whether the character is of a script whose letters take other shapes beside a joiner: Arabic and
/// its kin, the scripts of India, Tibetan, Myanmar, Khmer, Mongolian.
fn joins(c: char) -> bool {
    !is_hidden(c)
        && matches!(c,
            '\u{620}'..='\u{8ff}' | '\u{900}'..='\u{dff}' | '\u{f00}'..='\u{109f}'
            | '\u{1780}'..='\u{18af}' | '\u{1900}'..='\u{1c7f}'
            | '\u{a800}'..='\u{ab2f}' | '\u{abc0}'..='\u{abff}'
            | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
            | '\u{10ac0}'..='\u{10fff}' | '\u{11000}'..='\u{11fff}'
            | '\u{1e900}'..='\u{1e95f}')
}
