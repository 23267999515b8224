//! The fast path for control lines of messages as servers and clients usually write them: a verb in
//! upper case, one blank before each field, CR LF. All other lines are left to [`Line::read`].

use wide::u8x16;

use super::{Fields, Line, MAX_FIELDS, Verb, is_blank};

const BLOCK: usize = 64;
const BLOCKS: usize = 2;

/// Maximum bytes of a line that the fast path reads.
pub(in crate::protocol) const LONGEST_PLAIN: usize = BLOCKS * BLOCK;

impl<'a> Line<'a> {
    /// Reads the first line of `op` and its fields; `None` if it is not the line of a message, not plain,
    /// too long, or too close to the end of the chunk.
    #[inline(always)]
    pub(in crate::protocol) fn plain(op: &'a [u8]) -> Option<(Line<'a>, Fields<'a>)> {
        let verb = Verb::of_message(op)?;
        let args_at = verb.len() + 1;
        let mut bounds = [0; 2 * MAX_FIELDS];
        let (mut count, mut start) = (0, args_at);
        let (blocks, _) = op.as_chunks::<BLOCK>();
        for (index, block) in blocks.iter().take(BLOCKS).enumerate() {
            let mut ends = ends(block);
            if index == 0 {
                ends &= u64::MAX << args_at;
            }
            while ends != 0 {
                let end = index * BLOCK + ends.trailing_zeros() as usize;
                ends &= ends - 1;
                if end == start || count == MAX_FIELDS {
                    return None;
                }
                bounds[2 * count] = start as u32;
                bounds[2 * count + 1] = end as u32;
                count += 1;
                match op[end] {
                    b' ' => start = end + 1,
                    b'\r' if op.get(end + 1) == Some(&b'\n') => {
                        let bytes = &op[..end];
                        let line = Line {
                            verb,
                            bytes,
                            args_at,
                            len: end + 2,
                        };
                        let fields = Fields {
                            line: bytes,
                            bounds,
                            count,
                        };
                        return Some((line, fields));
                    }
                    _ => return None,
                }
            }
        }
        None
    }
}

impl Verb {
    /// The verb of a message followed by a blank.
    #[inline(always)]
    fn of_message(op: &[u8]) -> Option<Verb> {
        let [a, b, c, d, e] = *op.first_chunk::<5>()?;
        match [a, b, c, d] {
            [b'M', b'S', b'G', b' '] => Some(Verb::Msg),
            [b'P', b'U', b'B', b' '] => Some(Verb::Pub),
            [b'H', b'M', b'S', b'G'] if is_blank(e) => Some(Verb::Hmsg),
            [b'H', b'P', b'U', b'B'] if is_blank(e) => Some(Verb::Hpub),
            _ => None,
        }
    }
}

/// Marks the bytes that may end a field: the blank and all smaller bytes.
#[inline(always)]
fn ends(block: &[u8; BLOCK]) -> u64 {
    let blank = u8x16::splat(b' ');
    let (parts, _) = block.as_chunks::<16>();
    parts.iter().rev().fold(0, |marks, part| {
        let part = u8x16::new(*part);
        marks << 16 | u64::from(part.min(blank).simd_eq(part).to_bitmask())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The results of both readers for a line that is followed by other bytes.
    fn read(line: &[u8]) -> (Option<String>, Option<String>) {
        let op = [line, &[b'x'; LONGEST_PLAIN]].concat();
        let told = |line: Line<'_>, fields: Fields<'_>| {
            let spans: Vec<_> = (0..fields.len()).map(|index| fields.span(index)).collect();
            format!("{line:?} {spans:?}")
        };
        let plain = Line::plain(&op).map(|(line, fields)| told(line, fields));
        let whole = Line::read(&op, &mut 0, |_| usize::MAX).ok().flatten();
        let whole = whole.and_then(|line| Some(told(line, line.fields()?)));
        (plain, whole)
    }

    #[test]
    fn lines_of_messages_are_plain_up_to_the_longest() {
        for line in [
            "MSG a 1 0\r\n",
            "PUB a 0\r\n",
            "MSG a.b.c 12 _INBOX.x.y 16\r\n",
            "HMSG a 1 inbox 12 16\r\n",
            "HPUB a 12 16\r\n",
            "MSG ü\x7f\u{80} 1 0\r\n",
        ] {
            let (plain, whole) = read(line.as_bytes());
            assert!(plain.is_some(), "{line:?}");
            assert_eq!(plain, whole);
        }
        let long = |len: usize| format!("MSG {} 1 0\r\n", "a".repeat(len - 10));
        assert!(read(long(LONGEST_PLAIN + 1).as_bytes()).0.is_some());
        assert!(read(long(LONGEST_PLAIN + 2).as_bytes()).0.is_none());
    }

    #[test]
    fn everything_else_is_left_to_the_rules() {
        for line in [
            "msg a 1 0\r\n",
            "MSG\ta 1 0\r\n",
            "MSG  a 1 0\r\n",
            "MSG a  1 0\r\n",
            "MSG a 1 0 \r\n",
            "MSG a\t1 0\r\n",
            "MSG a\0b 1 0\r\n",
            "MSG a 1 0\n",
            "MSG a 1 0\r \n",
            "MSG \r\n",
            "MSG a b c d e f\r\n",
            "PING\r\n",
            "HMSGa 1 0\r\n",
        ] {
            assert_eq!(read(line.as_bytes()).0, None, "{line:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn what_is_plain_reads_as_by_the_rules(
            line in "(MSG|PUB|HMSG|HPUB)[ \t]([a-c.\u{0}\u{80}]{1,40}[ \t]{1,2}){0,4}[0-9a]{0,3} ?\r?\n?",
        ) {
            if let (Some(plain), whole) = read(line.as_bytes()) {
                prop_assert_eq!(Some(plain), whole);
            }
        }
    }
}
