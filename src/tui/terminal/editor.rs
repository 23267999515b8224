//! `$VISUAL` and `$EDITOR`: a text leaves in a private file and comes back changed.

use std::fs::{self, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use rustix::termios::{QueueSelector, tcflush};

use super::{Capabilities, input, modes, suspend};

/// A command that edits a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editor {
    /// Program and arguments; the file follows them.
    pub command: Vec<String>,
    /// Where the file is made.
    pub folder: PathBuf,
}

/// Why there is no changed text. The text is a sentence for people.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such program.
    #[error("{0} is not there: set VISUAL or EDITOR to your editor")]
    Missing(String),
    /// The variable does not read as a command.
    #[error("{0} is not a command: a quote is left open")]
    Unreadable(String),
    /// The editor ended with an error; the text is as it was.
    #[error("{program} {outcome}: nothing taken over")]
    Failed {
        /// The program.
        program: String,
        /// How it ended, in words.
        outcome: String,
    },
    /// The program, the file or the terminal failed.
    #[error("{what}: {source}")]
    System {
        /// What was tried.
        what: String,
        /// What the system said.
        source: io::Error,
    },
}

impl Editor {
    /// `$VISUAL`, else `$EDITOR`, else `vi`; an empty one counts as not set. Files are made in `$TMPDIR`,
    /// else in `/tmp`.
    ///
    /// # Errors
    /// [`Error::Unreadable`].
    pub fn new(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let line = ["VISUAL", "EDITOR"]
            .into_iter()
            .filter_map(&variable)
            .find(|line| !line.trim().is_empty())
            .unwrap_or_else(|| "vi".to_owned());
        let command = split(&line).ok_or(Error::Unreadable(line))?;
        let folder = variable("TMPDIR").filter(|folder| !folder.is_empty());
        let folder = folder.unwrap_or_else(|| "/tmp".to_owned()).into();
        Ok(Editor { command, folder })
    }

    /// Edits `text` in a file (0600) whose name ends with `suffix` (`.json`), in this
    /// terminal: leaves its modes, waits, enters them again. `None`: nothing was changed. It waits as
    /// long as the person takes: for a thread of its own.
    /// The caller pauses its input before; after, it draws everything and forgets the signals that
    /// were the editor's.
    ///
    /// # Errors
    /// The modes are on again, and the file is gone, whatever went wrong.
    pub fn edit(
        &self,
        text: &[u8],
        suffix: &str,
        capabilities: &Capabilities,
    ) -> Result<Option<Vec<u8>>, Error> {
        let draft = Draft::new(text, suffix, &self.folder).map_err(system("the file to edit"))?;
        modes::restore();
        let ended = self.run(&draft.path);
        // Colour reports that the editor asked for and did not wait for are no keys of ours.
        let _ = tcflush(rustix::stdio::stdin(), QueueSelector::IFlush);
        input::take_back_wake_up();
        let entered = modes::enter(capabilities);
        ended?;
        entered.map_err(system("the terminal"))?;
        let edited = fs::read(&draft.path).map_err(system("the edited file"))?;
        Ok((edited != text).then_some(edited))
    }

    /// Runs the editor on the file in our own process group (in another, the terminal would stop
    /// it) and waits for its end.
    fn run(&self, file: &Path) -> Result<(), Error> {
        let program = self.command.first().map_or("", String::as_str);
        let child = Command::new(program)
            .args(self.command.iter().skip(1))
            .arg(file)
            .spawn()
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => Error::Missing(program.to_owned()),
                _ => system(program)(error),
            })?;
        let outcome = match wait(Pid::from_child(&child)).map_err(system(program))? {
            Ended::Code(0) => return Ok(()),
            Ended::Code(code) => format!("ended with exit code {code}"),
            Ended::Signal(number) => format!("was ended by signal {number}"),
        };
        Err(Error::Failed {
            program: program.to_owned(),
            outcome,
        })
    }
}

fn system(what: &str) -> impl FnOnce(io::Error) -> Error {
    let what = what.to_owned();
    move |source| Error::System { what, source }
}

enum Ended {
    Code(i32),
    Signal(i32),
}

/// Waits for the end of the editor. Where Ctrl-Z stops it, we stop too, or the shell would never
/// get the terminal back; where no shell could continue us, the editor goes on instead.
fn wait(editor: Pid) -> io::Result<Ended> {
    loop {
        let status = match waitpid(Some(editor), WaitOptions::UNTRACED) {
            Ok(Some((_, status))) => status,
            Ok(None) | Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        };
        if let Some(code) = status.exit_status() {
            return Ok(Ended::Code(code));
        }
        if let Some(number) = status.terminating_signal() {
            return Ok(Ended::Signal(number));
        }
        if suspend::someone_could_resume() {
            suspend::stop()?;
        } else {
            kill_process(editor, Signal::CONT)?;
        }
    }
}

/// The text in a file that nobody else may read and that goes away with this value.
struct Draft {
    path: PathBuf,
}

impl Draft {
    fn new(text: &[u8], suffix: &str, folder: &Path) -> io::Result<Self> {
        // `RandomState` is seeded by the system; `create_new` refuses a name somebody laid out.
        let unique = RandomState::new().hash_one(std::process::id());
        let path = folder.join(format!("goingnats-{unique:016x}{suffix}"));
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        let draft = Draft { path };
        file.write_all(text)?;
        Ok(draft)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Splits as a shell would: blanks, single and double quotes, backslash. `None`: an open quote.
pub fn split(command: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = command.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (None, ' ' | '\t' | '\n') => words.extend(word.take()),
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (Some(open), close) if open == close => quote = None,
            (None, '\\') => word.get_or_insert_default().push(characters.next()?),
            (Some('"'), '\\') => {
                let next = characters.next()?;
                if !matches!(next, '"' | '\\' | '$' | '`') {
                    word.get_or_insert_default().push('\\');
                }
                word.get_or_insert_default().push(next);
            }
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_command_splits_as_in_a_shell() {
        for (command, expected) in [
            ("vi", Some(vec!["vi"])),
            ("  code  --wait ", Some(vec!["code", "--wait"])),
            ("'my editor' -x", Some(vec!["my editor", "-x"])),
            (
                r#""my editor" "a\"b" "c\d""#,
                Some(vec!["my editor", "a\"b", "c\\d"]),
            ),
            (r"my\ editor", Some(vec!["my editor"])),
            ("a''b \"\"", Some(vec!["ab", ""])),
            (r"'a\b'", Some(vec![r"a\b"])),
            ("", Some(vec![])),
            ("'open", None),
            ("\"open", None),
            ("open\\", None),
        ] {
            let expected = expected.map(|words| words.into_iter().map(String::from).collect());
            assert_eq!(split(command), expected, "{command}");
        }
    }

    #[test]
    fn visual_comes_before_editor_and_editor_before_vi() {
        let given = |visual: &str, editor: &str| {
            Editor::new(|name| match name {
                "VISUAL" => Some(visual.to_owned()),
                "EDITOR" => Some(editor.to_owned()),
                _ => None,
            })
        };
        assert_eq!(given("a", "").unwrap().folder, Path::new("/tmp"));
        assert_eq!(given("a -w", "b").unwrap().command, ["a", "-w"]);
        assert_eq!(given("", "b").unwrap().command, ["b"]);
        assert_eq!(given("", " ").unwrap().command, ["vi"]);
        assert!(matches!(given("'a", "b"), Err(Error::Unreadable(_))));
    }

    #[test]
    fn the_draft_is_private_and_goes_away() {
        let folder = tempfile::tempdir().unwrap();
        let draft = Draft::new(b"{}", ".json", folder.path()).unwrap();
        let path = draft.path.clone();
        assert!(path.to_string_lossy().ends_with(".json"));
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(fs::read(&path).unwrap(), b"{}");
        drop(draft);
        assert!(!path.exists());
    }

    #[test]
    fn an_editor_changes_the_file_or_says_how_it_ended() {
        let folder = tempfile::tempdir().unwrap();
        let draft = Draft::new(b"old", "", folder.path()).unwrap();
        let shell = |script: &str| Editor {
            command: ["sh", "-c", script, "sh"].map(String::from).to_vec(),
            folder: folder.path().into(),
        };
        shell(r#"printf new > "$1""#).run(&draft.path).unwrap();
        assert_eq!(fs::read(&draft.path).unwrap(), b"new");
        for (script, expected) in [("exit 3", "exit code 3"), ("kill -9 $$", "signal 9")] {
            let error = shell(script).run(&draft.path).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        let missing = Editor {
            command: vec!["goingnats-no-such-editor".into()],
            folder: folder.path().into(),
        };
        let error = missing.run(&draft.path).unwrap_err().to_string();
        assert_eq!(
            error,
            "goingnats-no-such-editor is not there: set VISUAL or EDITOR to your editor"
        );
    }
}
