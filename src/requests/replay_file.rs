//! A file of saved requests, to replay.

use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    path::Path,
};

use super::{
    Entry, Error, Line, Problem,
    entries::Entries,
    error::Problems,
    lock::locked,
    new_id,
    scan::{Place, scan},
};

/// Reads a file of requests to replay: in the order of the file, the last line with an id wins,
/// deleted ones are left out; a line without an id gets one. Lines that do not parse are returned
/// with their numbers.
///
/// # Errors
/// [`Error`] where the file cannot be read.
pub fn read_requests(path: &Path) -> Result<(Vec<Entry>, Vec<Problem>), Error> {
    let file = File::open(path).map_err(Error::at(path))?;
    // A pipe, or a file system without locks, is read as it comes.
    let _best_effort = locked(|| file.try_lock_shared());
    read_requests_from(BufReader::new(file), path)
}

/// As [`read_requests`], from anywhere; errors and lines are told by this name.
///
/// # Errors
/// [`Error`] where it cannot be read to its end.
pub fn read_requests_from(
    input: impl BufRead,
    name: &Path,
) -> Result<(Vec<Entry>, Vec<Problem>), Error> {
    let mut problems = Problems::new(name);
    let entries = read(input, &mut problems).map_err(Error::at(name))?;
    Ok((entries.into_list(), problems.finish()))
}

fn read(mut input: impl BufRead, problems: &mut Problems) -> io::Result<Entries> {
    let mut entries = Entries::default();
    scan(&mut input, Place::default(), |number, line| match line {
        Ok(Line::Entry(mut entry)) => {
            if entry.id.is_empty() {
                entry.id = new_id();
            }
            entries.apply(Line::Entry(entry));
        }
        Ok(deletion) => entries.apply(deletion),
        Err(reason) => problems.add(number, reason),
    })?;
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn requests_come_in_the_order_of_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("requests.jsonl");
        fs::write(
            &path,
            r#"{"v":1,"name":"one","subject":"a"}
{"v":1,"id":"x","name":"old","subject":"b"}
not a request

{"v":1,"id":"gone","subject":"c"}
{"v":1,"id":"gone","deleted":true}
{"v":1,"id":"x","name":"two","subject":"b"}
{"v":1,"name":"three","subject":"a","kind":"publish"}"#,
        )
        .expect("it can be written");

        let (requests, problems) = read_requests(&path).expect("it can be read");

        let names: Vec<_> = requests.iter().filter_map(|r| r.name.as_deref()).collect();
        assert_eq!(names, ["one", "two", "three"]);
        let lines: Vec<_> = problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [Some(3)]);
        assert!(!requests[0].id.is_empty());
    }

    #[test]
    fn a_file_that_cannot_be_read_is_an_error_with_its_name() {
        let error = read_requests(Path::new("/nowhere/r.jsonl")).expect_err("it is not there");

        assert!(
            error.to_string().starts_with("/nowhere/r.jsonl: "),
            "{error}"
        );
    }
}
