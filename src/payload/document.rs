//! A payload laid out in lines.

use std::sync::Arc;

use super::{Form, Piece};

/// A payload laid out in lines, for a pane: an index over the bytes, never a copy of them.
#[derive(Clone, Debug)]
pub struct Document {
    bytes: Arc<[u8]>,
    form: Form,
}

impl Document {
    /// Lays out the payload. Reads all of it: do it in a job where [`is_large`](super::is_large).
    ///
    /// What is asked for as JSON and is none becomes text, with a [`problem`](Document::problem).
    pub fn read(bytes: impl Into<Arc<[u8]>>, form: Form) -> Document {
        Document {
            bytes: bytes.into(),
            form,
        }
    }

    /// The form it is shown in.
    pub fn form(&self) -> Form {
        self.form
    }

    /// The payload, as it came.
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }

    /// Why it is not shown in the form asked for.
    pub fn problem(&self) -> Option<&str> {
        todo!()
    }

    /// How many lines there are. Even an empty payload has one.
    pub fn lines(&self) -> usize {
        todo!()
    }

    /// The cells of line `n` (from 0) between `from_column` and `from_column + width`; empty behind
    /// the end. Costs what is shown, not what the line holds.
    pub fn line(&self, _n: usize, _from_column: usize, _width: usize) -> Vec<Piece> {
        todo!()
    }

    /// How many cells line `n` takes.
    pub fn columns(&self, _n: usize) -> usize {
        todo!()
    }

    /// How many rows line `n` takes when wrapped into `width` cells; at least one.
    pub fn rows(&self, _n: usize, _width: usize) -> usize {
        todo!()
    }

    /// Row `row` (from 0) of line `n` wrapped into `width` cells. No character is cut or lost
    /// between two rows, therefore the last cell of a row is used by wide characters only.
    pub fn row(&self, _n: usize, _row: usize, _width: usize) -> Vec<Piece> {
        todo!()
    }

    /// Line `n`, whole, as shown.
    pub fn text(&self, _n: usize) -> String {
        todo!()
    }

    /// Lets a hex line hold 16, 8 or 4 bytes so that it fits `width` cells; says whether the lines
    /// changed. Other forms stay as they are.
    pub fn fit(&mut self, _width: usize) -> bool {
        todo!()
    }
}
