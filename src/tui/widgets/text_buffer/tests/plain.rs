//! A plain editor, cut at clusters the slow way.

use crossterm::event::{KeyCode, KeyModifiers};
use unicode_segmentation::UnicodeSegmentation;

use super::is_word;

/// A plain editor: what stands before the cursor and what behind, cut at clusters the slow way.
#[derive(Debug)]
pub struct Plain {
    pub before: String,
    pub after: String,
    pub selected: bool,
    pub lines: bool,
    pub cut: String,
    pub cutting: bool,
    /// Every text that there was.
    pub past: Vec<String>,
}

impl Plain {
    pub fn text(&self) -> String {
        format!("{}{}", self.before, self.after)
    }

    pub fn boundaries(&self) -> Vec<usize> {
        let text = self.text();
        let starts = text.grapheme_indices(true).map(|(start, _)| start);
        starts.chain([text.len()]).collect()
    }

    pub fn go(&mut self, at: usize) {
        let text = self.text();
        let (before, after) = text.split_at(at);
        (self.before, self.after) = (before.to_owned(), after.to_owned());
    }

    /// Takes what is selected away.
    fn take_selected(&mut self) -> Option<String> {
        if !std::mem::take(&mut self.selected) {
            return None;
        }
        let text = self.text();
        (self.before, self.after) = (String::new(), String::new());
        Some(text)
    }

    pub fn insert(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.take_selected();
        self.before += text;
        self.close();
    }

    /// An accent behind the cursor belongs to the letter before it.
    fn close(&mut self) {
        const ACCENTS: [char; 5] = ['\u{301}', '\u{200d}', '\u{fe0f}', '\u{1f3fd}', '\u{e33}'];
        let boundaries = self.boundaries();
        if self.after.starts_with(ACCENTS) && !boundaries.contains(&self.before.len()) {
            let next = boundaries.into_iter().find(|at| *at > self.before.len());
            self.go(next.unwrap());
        }
    }

    fn word_left(&self) -> usize {
        let mut clusters: Vec<&str> = self.before.graphemes(true).collect();
        while clusters.last().is_some_and(|last| !is_word(last)) {
            clusters.pop();
        }
        while clusters.last().is_some_and(|last| is_word(last)) {
            clusters.pop();
        }
        clusters.concat().len()
    }

    fn word_right(&self) -> usize {
        let is_word = |cluster: &&str| is_word(cluster);
        let clusters = || self.after.graphemes(true);
        let gap = clusters().take_while(|cluster| !is_word(cluster));
        let gap: usize = gap.map(str::len).sum();
        let word = clusters().skip_while(|cluster| !is_word(cluster));
        let word: usize = word.take_while(is_word).map(str::len).sum();
        self.before.len() + gap + word
    }

    fn line_start(&self) -> usize {
        match self.before.rfind('\n') {
            Some(feed) if self.lines => feed + 1,
            _ => 0,
        }
    }

    fn line_end(&self) -> usize {
        match self.after.find('\n') {
            // a carriage return belongs to the line feed
            Some(feed) if self.lines => {
                let line = self.after.get(..feed).unwrap_or_default();
                self.before.len() + line.strip_suffix('\r').unwrap_or(line).len()
            }
            _ => self.text().len(),
        }
    }

    pub fn press(&mut self, code: KeyCode, modifiers: KeyModifiers) {
        use KeyCode::{Char, End, Home, Left, Right};
        let was_cutting = std::mem::take(&mut self.cutting);
        let here = self.before.len();
        let boundaries = self.boundaries();
        let left = boundaries.iter().rev().find(|at| **at < here);
        let right = boundaries.iter().find(|at| **at > here);
        let to = match (code, modifiers.is_empty()) {
            (Left, true) => left.copied().unwrap_or(here),
            (Right, true) => right.copied().unwrap_or(here),
            (Left, false) => self.word_left(),
            (Right, false) => self.word_right(),
            (Home, true) => self.line_start(),
            (End, true) => self.line_end(),
            (Home, false) => 0,
            (End, false) => self.text().len(),
            _ => {
                let cuts = matches!(code, Char(_));
                let Some((removed, before)) = self.delete(code) else {
                    return;
                };
                match (cuts, was_cutting, before) {
                    (false, ..) => return,
                    (true, false, _) => self.cut = removed,
                    (true, true, true) => self.cut.insert_str(0, &removed),
                    (true, true, false) => self.cut.push_str(&removed),
                }
                self.cutting = true;
                return;
            }
        };
        let at = if matches!((code, modifiers.is_empty()), (Left, false) | (Right, false)) {
            // a place behind what was typed in front of a cluster may be inside of it
            *boundaries.iter().rev().find(|at| **at <= to).unwrap()
        } else {
            to
        };
        self.selected = false;
        self.go(at);
    }

    fn delete(&mut self, code: KeyCode) -> Option<(String, bool)> {
        let before = matches!(code, KeyCode::Backspace | KeyCode::Char('w' | 'u'));
        if let Some(text) = self.take_selected() {
            return Some((text, before));
        }
        let here = self.before.len();
        let last = self.before.graphemes(true).next_back().map_or(0, str::len);
        let first = self.after.graphemes(true).next().map_or(0, str::len);
        let mut to = match code {
            KeyCode::Backspace => here - last,
            KeyCode::Delete => here + first,
            KeyCode::Char('w') => self.word_left(),
            KeyCode::Char('d') => self.word_right(),
            KeyCode::Char('u') => self.line_start(),
            _ => self.line_end(),
        };
        if to == here && code == KeyCode::Char('u') {
            to = here - last;
        } else if to == here && code == KeyCode::Char('k') {
            to = here + first;
        }
        let removed = if to < here {
            self.before.split_off(to)
        } else {
            let rest = self.after.split_off(to - here);
            std::mem::replace(&mut self.after, rest)
        };
        self.close();
        (!removed.is_empty()).then_some((removed, before))
    }
}
