//! Pieces of a screen: data in, cells out. No piece knows the app, a key, or a colour: styles are
//! passed in.

pub mod chart;
pub mod editor;
pub mod field;
pub mod fit;
pub mod frame;
pub mod hints;
pub mod list;
pub mod popup;
pub mod progress;
pub mod put;
pub mod scroll;
pub mod scrollbar;
pub mod sparkline;
pub mod suggestions;
mod text_buffer;

pub use editor::Editor;
pub use field::Field;
pub use fit::{fit, width};
pub use frame::Pane;
pub use scroll::Scroll;
pub use suggestions::{SuggestionStyle, Suggestions};
