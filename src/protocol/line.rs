//! The tokenizer of control lines, shared by both directions.
//!
//! The rules are those of nats-server's `parser.go`: verbs in any case, blanks and tabs collapsed, a CR
//! before the LF dropped, a bare LF accepted, sizes of at most nine digits.

pub(super) mod plain;

use memchr::memchr;

use super::ProtocolError;
use super::error::excerpt;

/// The verbs of both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Msg,
    Hmsg,
    Pub,
    Hpub,
    Sub,
    Unsub,
    Connect,
    Info,
    Ping,
    Pong,
    Ok,
    Err,
}

impl Verb {
    /// The verb as written on the wire.
    pub(super) fn name(self) -> &'static str {
        match self {
            Verb::Msg => "MSG",
            Verb::Hmsg => "HMSG",
            Verb::Pub => "PUB",
            Verb::Hpub => "HPUB",
            Verb::Sub => "SUB",
            Verb::Unsub => "UNSUB",
            Verb::Connect => "CONNECT",
            Verb::Info => "INFO",
            Verb::Ping => "PING",
            Verb::Pong => "PONG",
            Verb::Ok => "+OK",
            Verb::Err => "-ERR",
        }
    }

    fn len(self) -> usize {
        self.name().len()
    }

    /// Reads the verb of an operation; `None` if more bytes are needed.
    #[inline]
    fn read(op: &[u8]) -> Result<Option<Verb>, ProtocolError> {
        let Some(head) = op.first_chunk::<4>() else {
            // No operation is this short, so a line end here is an error.
            return match memchr(b'\n', op) {
                None => Ok(None),
                Some(_) => Err(unknown(op)),
            };
        };
        let folded = u32::from_be_bytes(*head) | CASE;
        let verb = match folded >> 8 {
            MSG if is_blank(head[3]) => return Ok(Some(Verb::Msg)),
            PUB if is_blank(head[3]) => return Ok(Some(Verb::Pub)),
            SUB if is_blank(head[3]) => return Ok(Some(Verb::Sub)),
            // Setting the case bit changes other bytes too, so the sign itself is compared.
            OK if head[0] == b'+' => return Ok(Some(Verb::Ok)),
            _ => match folded {
                HMSG => Verb::Hmsg,
                HPUB => Verb::Hpub,
                PING => return Ok(Some(Verb::Ping)),
                PONG => return Ok(Some(Verb::Pong)),
                INFO => return Ok(Some(Verb::Info)),
                ERR if head[0] == b'-' => return Ok(Some(Verb::Err)),
                UNSU => Verb::Unsub,
                CONN => Verb::Connect,
                _ => return Err(unknown(op)),
            },
        };
        verb.finish(op)
    }

    /// Compares the bytes after the first four. No blank is required after CONNECT.
    #[inline]
    fn finish(self, op: &[u8]) -> Result<Option<Verb>, ProtocolError> {
        let name = self.name().as_bytes();
        let here = op.len().min(name.len());
        if !op[..here].eq_ignore_ascii_case(&name[..here]) {
            return Err(unknown(op));
        }
        match op.get(name.len()) {
            _ if self == Verb::Connect && here == name.len() => Ok(Some(self)),
            None => Ok(None),
            Some(&behind) if is_blank(behind) => Ok(Some(self)),
            Some(_) => Err(unknown(op)),
        }
    }
}

/// The bit by which lower and upper case differ, in each of four bytes.
const CASE: u32 = 0x2020_2020;
const MSG: u32 = u32::from_be_bytes(*b"\0msg");
const PUB: u32 = u32::from_be_bytes(*b"\0pub");
const SUB: u32 = u32::from_be_bytes(*b"\0sub");
const OK: u32 = u32::from_be_bytes(*b"\0+ok");
const HMSG: u32 = u32::from_be_bytes(*b"hmsg");
const HPUB: u32 = u32::from_be_bytes(*b"hpub");
const PING: u32 = u32::from_be_bytes(*b"ping");
const PONG: u32 = u32::from_be_bytes(*b"pong");
const INFO: u32 = u32::from_be_bytes(*b"info");
const ERR: u32 = u32::from_be_bytes(*b"-err");
const UNSU: u32 = u32::from_be_bytes(*b"unsu");
const CONN: u32 = u32::from_be_bytes(*b"conn");

/// A complete control line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    pub(super) verb: Verb,
    /// The operation from its first byte to the end of the arguments, without CR LF.
    pub(super) bytes: &'a [u8],
    /// Offset of the arguments in `bytes`.
    pub(super) args_at: usize,
    /// Length of the line in bytes, including its LF.
    pub(super) len: usize,
}

impl<'a> Line<'a> {
    /// Reads the first line of `op`; `None` if it is incomplete.
    ///
    /// `searched` is the number of bytes already searched for an LF, and is updated. `limit` returns the
    /// maximum bytes of the arguments of a verb.
    #[inline]
    pub(super) fn read(
        op: &'a [u8],
        searched: &mut usize,
        limit: impl Fn(Verb) -> usize,
    ) -> Result<Option<Line<'a>>, ProtocolError> {
        let Some(verb) = Verb::read(op)? else {
            return Ok(None);
        };
        let from = (*searched).clamp(verb.len(), op.len());
        let Some(end) = memchr(b'\n', &op[from..]).map(|found| from + found) else {
            *searched = op.len();
            check_length(verb, op, limit(verb))?;
            return Ok(None);
        };
        *searched = 0;
        let bytes = match &op[..end] {
            [line @ .., b'\r'] => line,
            line => line,
        };
        let args_at = check_length(verb, bytes, limit(verb))?;
        Ok(Some(Line {
            verb,
            bytes,
            args_at,
            len: end + 1,
        }))
    }

    /// The arguments, without blanks around them.
    pub(super) fn args(&self) -> &'a [u8] {
        self.bytes[self.args_at..].trim_ascii_end()
    }

    /// The arguments split at blanks; `None` if there are more than any operation has.
    #[inline]
    pub(super) fn fields(&self) -> Option<Fields<'a>> {
        Fields::split(self.bytes, self.args_at)
    }

    /// The error for arguments that do not fit the verb.
    #[cold]
    pub(super) fn bad_fields(&self) -> ProtocolError {
        ProtocolError::BadFields {
            verb: self.verb.name(),
            line: excerpt(self.bytes),
        }
    }

    /// The error for a verb that is not one of this direction.
    #[cold]
    pub(super) fn unknown(&self) -> ProtocolError {
        unknown(self.bytes)
    }
}

/// Maximum blanks between a verb and its arguments. nats-server has no limit; we hold the line in memory.
const MAX_BLANKS: usize = 4_096;

/// Returns the offset of the arguments. Fails if they, or the blanks before them, are too long, so that
/// the length of a line is bounded even while it is incomplete.
#[inline]
fn check_length(verb: Verb, line: &[u8], limit: usize) -> Result<usize, ProtocolError> {
    let mut args_at = verb.len().min(line.len());
    while line.get(args_at).is_some_and(|&byte| is_blank(byte)) {
        args_at += 1;
    }
    let mut args = line.len() - args_at;
    if args > limit && line.last() == Some(&b'\r') {
        args -= 1; // possibly the CR of the line end
    }
    if args > limit || args_at > verb.len() + MAX_BLANKS {
        return Err(ProtocolError::LineTooLong { limit });
    }
    Ok(args_at)
}

/// Maximum fields of an operation: HMSG with a reply.
const MAX_FIELDS: usize = 5;

/// The fields of a line, as ranges of its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    line: &'a [u8],
    /// Start and end of each field in turn. Lines are limited to far less than 4 GiB.
    bounds: [u32; 2 * MAX_FIELDS],
    count: usize,
}

impl<'a> Fields<'a> {
    /// Splits eight bytes at a time: a bound lies between a blank and any other byte.
    #[inline]
    fn split(line: &'a [u8], from: usize) -> Option<Fields<'a>> {
        let mut bounds = [0; 2 * MAX_FIELDS];
        let mut found = 0;
        let mut blank_before = FIRST_BYTE;
        let (words, rest) = line[from..].as_chunks::<8>();
        // Padding the last word with blanks ends the last field.
        let last = rest
            .iter()
            .rev()
            .fold(b' ' as u64 * EACH_BYTE, |word, &byte| {
                word << 8 | byte as u64
            });
        let words = words.iter().map(|word| u64::from_le_bytes(*word));
        for (index, word) in words.chain([last]).enumerate() {
            let blanks = blanks(word);
            let mut edges = blanks ^ (blanks << 8 | blank_before);
            blank_before = blanks >> 56;
            while edges != 0 {
                let byte = edges.trailing_zeros() as usize / 8;
                *bounds.get_mut(found)? = (from + index * 8 + byte) as u32;
                found += 1;
                edges &= edges - 1;
            }
        }
        let count = found / 2;
        Some(Fields {
            line,
            bounds,
            count,
        })
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// The bytes of field `index`.
    #[inline]
    pub(super) fn bytes(&self, index: usize) -> &'a [u8] {
        let (start, end) = self.span(index);
        &self.line[start..end]
    }

    /// Start and end of field `index`, from the first byte of the operation.
    #[inline]
    pub(super) fn span(&self, index: usize) -> (usize, usize) {
        (
            self.bounds[2 * index] as usize,
            self.bounds[2 * index + 1] as usize,
        )
    }
}

/// The value 1 in each of eight bytes.
const EACH_BYTE: u64 = u64::from_ne_bytes([1; 8]);

/// The mark of the first of eight bytes, in wire order.
const FIRST_BYTE: u64 = 0x80;

/// Sets the highest bit of each of eight bytes that is a blank or a tab.
#[inline]
fn blanks(word: u64) -> u64 {
    const LOW: u64 = 0x7f * EACH_BYTE;
    // A byte is zero if its low bits do not carry into the highest bit and that bit is not set.
    let zeros = |bytes: u64| !((bytes & LOW).wrapping_add(LOW) | bytes | LOW);
    zeros(word ^ (b' ' as u64 * EACH_BYTE)) | zeros(word ^ (b'\t' as u64 * EACH_BYTE))
}

/// Parses a size as nats-server's `parseSize` does: one to nine digits, leading zeros allowed.
#[inline(always)]
pub(super) fn size(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    let mut sum = 0;
    for &byte in digits {
        sum = sum * 10 + u32::from(digit(byte)?);
    }
    Some(sum)
}

/// Parses a number of up to 64 bits.
#[inline(always)]
pub(super) fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    let mut sum = 0_u64;
    for &byte in digits {
        sum = sum.checked_mul(10)?.checked_add(u64::from(digit(byte)?))?;
    }
    Some(sum)
}

#[inline(always)]
fn digit(byte: u8) -> Option<u8> {
    let digit = byte.wrapping_sub(b'0');
    (digit < 10).then_some(digit)
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

#[cold]
fn unknown(op: &[u8]) -> ProtocolError {
    let line = op.split(|&byte| byte == b'\n').next().unwrap_or_default();
    ProtocolError::UnknownOperation(excerpt(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(op: &[u8]) -> Result<Option<Line<'_>>, ProtocolError> {
        Line::read(op, &mut 0, |_| 16)
    }

    #[test]
    fn verbs_are_read_in_any_case() {
        for (op, verb) in [
            ("MSG a\n", Verb::Msg),
            ("mSg\ta\n", Verb::Msg),
            ("hmsg a\n", Verb::Hmsg),
            ("Pub a\n", Verb::Pub),
            ("hPUB a\n", Verb::Hpub),
            ("sub a\n", Verb::Sub),
            ("unsub a\n", Verb::Unsub),
            ("connect {}\n", Verb::Connect),
            ("CONNECT{}\n", Verb::Connect),
            ("INFO{}\n", Verb::Info),
            ("ping\n", Verb::Ping),
            ("PONG xyz\n", Verb::Pong),
            ("+ok\n", Verb::Ok),
            ("-err\n", Verb::Err),
        ] {
            assert_eq!(
                read(op.as_bytes()).unwrap().map(|line| line.verb),
                Some(verb),
                "{op:?}"
            );
        }
    }

    #[test]
    fn what_begins_with_no_verb_is_unknown_as_soon_as_that_is_certain() {
        for op in [
            "\n",
            "\r\n",
            "GET / HTTP",
            "XYZZY",
            "MSG\n",
            "MSG\0a 1 1\n",
            "PUBfoo",
            "HMSG\n",
            "UNSUX",
            "UNSUB\r\n",
            "CONNERT",
            "\rERR x\n",
            "\x0bOK\n",
            " PING\n",
        ] {
            let error = read(op.as_bytes()).unwrap_err();
            assert!(
                matches!(error, ProtocolError::UnknownOperation(_)),
                "{op:?}: {error}"
            );
        }
    }

    #[test]
    fn a_verb_or_line_that_is_not_complete_waits() {
        for op in [
            "",
            "P",
            "PIN",
            "PING",
            "HMSG",
            "CONNE",
            "UNSUB",
            "MSG a 1",
            "MSG a 1\r",
        ] {
            assert!(read(op.as_bytes()).unwrap().is_none(), "{op:?}");
        }
    }

    #[test]
    fn fields_lie_between_runs_of_blanks_and_tabs() {
        let line = read(b"SUB  \t foo \t\tq 1 \t\r\n").unwrap().unwrap();
        let fields = line.fields().unwrap();
        assert_eq!(fields.len(), 3);
        assert_eq!(
            [fields.bytes(0), fields.bytes(1), fields.bytes(2)],
            [&b"foo"[..], b"q", b"1"]
        );
        assert_eq!(line.args(), b"foo \t\tq 1");
        assert_eq!(line.len, 20);
    }

    #[test]
    fn fields_of_any_bytes_and_places_are_those_between_blanks() {
        let mut line = *b"MSG ........................";
        for byte in 0..=u8::MAX {
            for at in 4..line.len() {
                line[at] = byte;
                line[at - 1] ^= 0x80;
                let expected: Vec<_> = line[4..]
                    .split(|&byte| is_blank(byte))
                    .filter(|field| !field.is_empty())
                    .collect();
                let fields = Fields::split(&line, 4).unwrap();
                let found: Vec<_> = (0..fields.len()).map(|index| fields.bytes(index)).collect();
                assert_eq!(found, expected, "{byte:#x} at {at}");
                line[at - 1] ^= 0x80;
                line[at] = b'.';
            }
        }
    }

    #[test]
    fn more_fields_than_any_operation_has_are_none() {
        let line = read(b"MSG a b c d e f\r\n").unwrap().unwrap();
        assert!(line.fields().is_none());
    }

    #[test]
    fn arguments_of_the_limit_pass_and_one_byte_more_fails() {
        for (op, passes) in [
            ("PUB 0123456789abcdef\r\n", true),
            ("PUB   0123456789abcdef\n", true),
            ("PUB 0123456789abcdef", true),
            ("PUB 0123456789abcdef\r", true),
            ("PUB 0123456789abcdefg", false),
            ("PUB 0123456789abcdefg\r\n", false),
            ("PING 0123456789abcdefg", false),
        ] {
            let result = read(op.as_bytes());
            let too_long = matches!(result, Err(ProtocolError::LineTooLong { limit: 16 }));
            assert_eq!(!too_long, passes, "{op:?}: {result:?}");
        }
    }

    #[test]
    fn blanks_without_end_are_refused() {
        let blanks = " ".repeat(MAX_BLANKS);
        assert!(read(format!("PUB {blanks}").as_bytes()).is_err());
        assert!(read(format!("PUB {blanks}1\r\n").as_bytes()).is_err());
        assert!(read(format!("PUB{blanks}1\r\n").as_bytes()).is_ok());
    }

    #[test]
    fn a_line_is_searched_once() {
        let mut searched = 0;
        assert!(
            Line::read(b"MSG abc", &mut searched, |_| 16)
                .unwrap()
                .is_none()
        );
        assert_eq!(searched, 7);
        assert!(
            Line::read(b"MSG abc 1 0\n", &mut searched, |_| 16)
                .unwrap()
                .is_some()
        );
        assert_eq!(searched, 0);
    }

    #[test]
    fn sizes_are_one_to_nine_digits() {
        for (digits, expected) in [
            ("0", Some(0)),
            ("005", Some(5)),
            ("999999999", Some(999_999_999)),
            ("0000000005", None),
            ("", None),
            ("-5", None),
            ("x5", None),
            ("5 ", None),
        ] {
            assert_eq!(size(digits.as_bytes()), expected, "{digits:?}");
        }
    }

    #[test]
    fn numbers_fill_64_bits_and_no_more() {
        assert_eq!(number(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(number(b"18446744073709551616"), None);
        assert_eq!(number(b""), None);
        assert_eq!(number(b"abc-1_x"), None);
    }
}
