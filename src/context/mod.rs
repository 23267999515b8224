//! Where to connect and as whom: flags first, then `NATS_*` variables, then natscli's contexts, then
//! defaults.
//!
//! Everything comes in as values, so tests set no variables: [`Flags`] and [`Environment`] in,
//! [`Settings`] out, each value with its [`Origin`]. Contexts are read from natscli's own files, at every
//! start, and never written.
//!
//! ```text
//! Flags ─┐                                          ┌─► values()    what is in force, and who said so
//! NATS_* ├─► resolve ─► Settings (nothing read yet) ┤
//! file ──┘   folder, file, group                    └─► resolved()  client::Options: reads variables,
//!                                                       options.rs    runs op and nsc, withholds
//! ```
//!
//! The names and the reading of all sources are natscli's, with two deviations:
//!
//! * credentials are one group, and the first source that has any replaces those of the others: `group`;
//! * credentials of a context are for the servers of that context: [`Withheld`].
//!
//! Who chooses another place while the program runs does it by a [`Choice`].

mod choice;
mod color_scheme;
mod destination;
mod error;
mod expand;
mod file;
mod folder;
mod group;
mod identity;
mod options;
mod program;
mod reference;
mod report;
mod resolve;
mod sources;

pub use choice::{Choice, To};
pub use color_scheme::{ColorScheme, UnknownColorScheme};
pub use destination::{Place, Withheld};
pub use error::{Error, Warning};
pub use file::{BadContext, ContextFile};
pub use folder::{Folder, Listed, load_all};
pub use group::{Group, Used};
pub use options::Resolved;
pub use report::{Value, shown_servers};
pub use resolve::{Chosen, DEFAULT_TIMEOUT, Jetstream, Settings, TlsSettings, resolve};
pub use sources::{Environment, Flags, Origin, Sourced, Variables};
